"""Describe a dataset: Data Package, Croissant, data card and JSON Schemas for editors."""
