"""Build a corpus of any size: chunks, executors, the build cache and out-of-core aggregation."""
