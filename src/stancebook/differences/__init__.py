"""Two datasets held against each other: what changed, in lines a person can read, and the version that it needs."""
