"""Turn records into validated tables."""
