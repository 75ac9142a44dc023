"""The names of the files in a dataset's folder and of what lies beside it, and how much they tell one by one."""

import os
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

DATAPACKAGE = "datapackage.json"
CROISSANT = "croissant.json"
DATA_CARD = "README.md"
ANNOTATION_SCHEMA = "annotation.schema.json"
CODEBOOK_SCHEMA = "codebook.schema.json"
DESCRIPTIONS = (DATAPACKAGE, CROISSANT, ANNOTATION_SCHEMA, CODEBOOK_SCHEMA, DATA_CARD)

_TABLE_PLACE = re.compile(r"(?P<table>[^/]+)\.parquet(?P<part>/part-[0-9]{5,}\.parquet)?")

LISTED = 50  # documents that are described one by one; where there are more, their table tells


def table_file(table: str) -> str:
    """Return the name of a table's file, or of the folder of its parts."""
    return f"{table}.parquet"


def part_file(table: str, number: int) -> str:
    """Return the place of a table's part, numbered from 0, below the dataset's folder."""
    return f"{table_file(table)}/part-{number:05}.parquet"


def table_name(place: str) -> str | None:
    """Return the table whose file, or whose part, lies at a place below the dataset's folder; None if it is none's."""
    found = _TABLE_PLACE.fullmatch(place)
    return found and found["table"]


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
    with os.scandir(folder) as entries:
        for entry in entries:
            path = folder / entry.name
            inner = path.iterdir() if entry.is_dir(follow_symlinks=False) else ()
            found |= {f"{entry.name}/{each.name}": each for each in inner} or {entry.name: path}
    return found


def unknown_files(folder: Path, known: Collection[str]) -> list[str]:
    """Return what lies in a folder and is not known, by `files_in`; a folder of which nothing is known as a whole.

    A folder of known parts that has lost all of them holds nothing strange.
    """
    folders = {name.partition("/")[0] for name in known if "/" in name}
    unknown = [
        name
        for name, path in files_in(folder).items()
        if name not in known and not (name in folders and path.is_dir() and not path.is_symlink())
    ]
    return sorted({name if (top := name.partition("/")[0]) in folders else top for name in unknown})


def part_pattern(table: str) -> str:
    """Return the pattern that the files of a large table match, which lie in a folder of its name."""
    return f"{table_file(table)}/*.parquet"


def sibling_path(folder: Path, what: str) -> Path:
    """Return the hidden path beside a dataset's folder, or beside the folder that a link of its name leads to."""
    real = Path(os.path.realpath(folder))
    return real.parent / f".{real.name}.{what}"


def backup_folder(folder: Path) -> Path:
    """Return where the old dataset lies, whole, in the instant in which a build replaces it."""
    return sibling_path(folder, "old")
