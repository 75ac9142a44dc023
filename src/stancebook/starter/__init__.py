"""Begin a project: a folder with a contract and a first text, and texts added to it."""
