"""A dataset as a folder to deposit, with or without the words of its texts, and the way back."""
