"""Stancebook: annotated news text in, validated Parquet tables out; `load` reads them, `schema` says what they hold."""

from stancebook.load import DatasetError, load
from stancebook.schema import schema

__all__ = ["DatasetError", "load", "schema"]
