"""Exports of a validated dataset, one module a format."""
