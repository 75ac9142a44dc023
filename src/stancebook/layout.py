"""The names of the files in a dataset's folder and of what lies beside it, and how much they tell one by one."""

import os
from pathlib import Path

DATAPACKAGE = "datapackage.json"
CROISSANT = "croissant.json"
DATA_CARD = "README.md"
ANNOTATION_SCHEMA = "annotation.schema.json"
CODEBOOK_SCHEMA = "codebook.schema.json"

LISTED = 50  # documents that are described one by one; where there are more, their table tells


def table_file(table: str) -> str:
    """Return the name of a table's file."""
    return f"{table}.parquet"


def part_pattern(table: str) -> str:
    """Return the pattern that the files of a large table match, which lie in a folder of its name."""
    return f"{table_file(table)}/*.parquet"


def beside(folder: Path, what: str) -> Path:
    """Return the hidden path beside a dataset's folder, or beside the folder that a link of its name leads to."""
    real = Path(os.path.realpath(folder))
    return real.parent / f".{real.name}.{what}"


def last_good(folder: Path) -> Path:
    """Return where the old dataset lies, whole, in the instant in which a build replaces it."""
    return beside(folder, "old")
