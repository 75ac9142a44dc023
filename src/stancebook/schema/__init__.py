"""How tables are declared: columns, models, rules and the contract, compiled to `TableSpec`."""
