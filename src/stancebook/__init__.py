"""Stancebook: annotated news text in, validated Parquet tables out; `load` reads them, `schema` says what they hold."""

from stancebook.exchange.schema import schema
from stancebook.load import DatasetError, load

__all__ = ["DatasetError", "load", "schema"]
