"""What a dataset says of itself, to people, tools and editors: pure functions of the compiled contract."""
