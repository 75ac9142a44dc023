"""A corpus of many documents, built chunk by chunk: here or on other machines, and only what has changed."""
