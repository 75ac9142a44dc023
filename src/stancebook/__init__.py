"""Stancebook: annotated news text in, validated Parquet tables out; `load` reads them."""

from stancebook.load import DatasetError, load

__all__ = ["DatasetError", "load"]
