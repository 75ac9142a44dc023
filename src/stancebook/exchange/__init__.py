"""A finished dataset in other hands: the contract it carries, checked, rebuilt as schemas, taken to other formats."""
