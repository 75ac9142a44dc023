"""Compare two datasets and report the version bump that the changes need."""
