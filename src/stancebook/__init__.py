"""Stancebook: annotated news text in, validated Parquet tables out."""

from stancebook.dataset.pandera_schema import pandera_schema
from stancebook.dataset.reader import load
from stancebook.exceptions import DatasetError

__all__ = ["DatasetError", "load", "pandera_schema"]
