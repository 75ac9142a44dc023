"""The names of the files in a dataset's folder and of what lies beside it, and how much they tell one by one."""

import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

DATAPACKAGE = "datapackage.json"
CROISSANT = "croissant.json"
DATA_CARD = "README.md"
ANNOTATION_SCHEMA = "annotation.schema.json"
CODEBOOK_SCHEMA = "codebook.schema.json"
DESCRIPTIONS = (DATAPACKAGE, CROISSANT, ANNOTATION_SCHEMA, CODEBOOK_SCHEMA, DATA_CARD)

LISTED = 50  # documents that are described one by one; where there are more, their table tells


def table_file(table: str) -> str:
    """Return the name of a table's file, or of the folder of its parts."""
    return f"{table}.parquet"


def part_file(table: str, number: int) -> str:
    """Return the place of a table's part, numbered from 0, below the dataset's folder."""
    return f"{table_file(table)}/part-{number:05}.parquet"


def files_of(resource: Mapping[str, Any]) -> list[str]:
    """Return the files of a resource of a data package, whose path is one or a list."""
    path = resource["path"]
    return [str(each) for each in path] if isinstance(path, list) else [str(path)]


def table_files(folder: Path, table: str) -> list[Path]:
    """Return the files of a table in the order of its rows: one, or those in the folder of its parts."""
    path = folder / table_file(table)
    return sorted(path.iterdir()) if path.is_dir() else [path]


def files_in(folder: Path) -> dict[str, Path]:
    """Return what lies in a folder and, as parts do, in the folders in it, by its place below, with slashes.

    That is files, links, empty folders, and folders that lie deeper than any part.
    """
    found: dict[str, Path] = {}
    for path in folder.iterdir():
        inner = [*path.iterdir()] if path.is_dir() and not path.is_symlink() else []
        found |= {f"{path.name}/{each.name}": each for each in inner} or {path.name: path}
    return found


def strangers(folder: Path, known: Collection[str]) -> list[str]:
    """Return what lies in a folder and is not known, by `files_in`; a folder of which nothing is known as a whole."""
    tops = {name.partition("/")[0] for name in known}
    unknown = [name for name in files_in(folder) if name not in known]
    return sorted({name if (top := name.partition("/")[0]) in tops else top for name in unknown})


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
