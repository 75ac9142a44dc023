"""The names of the files in a dataset folder, and of the hidden paths next to it."""

import os
import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

DATAPACKAGE = "datapackage.json"
CROISSANT = "croissant.json"
DATA_CARD = "README.md"
ANNOTATION_SCHEMA = "annotation.schema.json"
CODEBOOK_SCHEMA = "codebook.schema.json"
DESCRIPTIONS = (DATAPACKAGE, CROISSANT, ANNOTATION_SCHEMA, CODEBOOK_SCHEMA, DATA_CARD)

_MAX_QUOTED = 80  # characters of a path that a message quotes
MAX_LISTED_DOCUMENTS = 50  # in the descriptions; of a larger dataset, the table of documents lists them

_TABLE_FILE = re.compile(r"(?P<table>[^/]+)\.parquet(?P<part>/part-[0-9]{5,}\.parquet)?")
# What a data package may list: no path out of the folder on any system, nor in any notation that a program may decode.
_NAME = r"[^./\\:%?#*<>|\"~][^/\\:%?#*<>|\"]*"
_LISTED_FILE = re.compile(rf"(?P<table>{_NAME})\.parquet")
_LISTED_PART = re.compile(rf"{_LISTED_FILE.pattern}/{_NAME}\.parquet")


def table_file(table: str) -> str:
    """Return the name of a table's file, or of the folder of its parts."""
    return f"{table}.parquet"


def part_file(table: str, number: int) -> str:
    """Return the path of one part, numbered from 0, relative to the dataset folder."""
    return f"{table_file(table)}/part-{number:05}.parquet"


def part_pattern(table: str) -> str:
    """Return the glob pattern of the parts of a large table, relative to the dataset folder."""
    return f"{table_file(table)}/*.parquet"


def table_name(path: str) -> str | None:
    """Return the table that a path, relative to the dataset folder, is a file or a part of; else None."""
    match = _TABLE_FILE.fullmatch(path)
    return match and match["table"]


def listed_table(path: str | Sequence[str]) -> str:
    """Return the table in a file that a data package lists, or in the parts that it lists in a folder.

    Raises:
        ValueError: A path is not a Parquet file in the dataset's folder, or the parts are not distinct ones of a table.
    """
    listed, paths = (_LISTED_FILE, [path]) if isinstance(path, str) else (_LISTED_PART, path)
    names = set()
    for each in paths:
        match = listed.fullmatch(each)
        if match is None or not each.isprintable():
            where = "a file in the dataset's folder" if isinstance(path, str) else "a file in a folder of its table"
            raise ValueError(f"the path {each[:_MAX_QUOTED]!r} is not {where}")
        names.add(match["table"])
    if len(names) != 1 or len(set(paths)) < len(paths):
        raise ValueError(f"the paths of {min(names, default='a table')} repeat or are in more than one folder")
    return names.pop()


def files_of(resource: Mapping[str, Any]) -> list[str]:
    """Return the files of a resource of a data package, whose `path` is one or a list."""
    path = resource["path"]
    return [str(file) for file in path] if isinstance(path, list) else [str(path)]


def table_files(folder: Path, table: str) -> list[Path]:
    """Return the files of a table in the order of its rows: one, or its parts."""
    path = folder / table_file(table)
    return sorted(path.iterdir()) if path.is_dir() else [path]


def files_in(folder: Path) -> dict[str, Path]:
    """Return the entries of a folder and of its subfolders, by relative path with slashes.

    The entries are files, links, empty folders, and folders that are nested more deeply than parts are.
    """
    found: dict[str, Path] = {}
    with os.scandir(folder) as entries:
        for entry in entries:
            path = folder / entry.name
            inner = path.iterdir() if entry.is_dir(follow_symlinks=False) else ()
            found |= {f"{entry.name}/{child.name}": child for child in inner} or {entry.name: path}
    return found


def unknown_files(folder: Path, known: Collection[str]) -> list[str]:
    """Return the entries of a folder that are not known, sorted, as `files_in` names them.

    A subfolder in which nothing is known is one entry. A subfolder of known parts may be empty.

    Args:
        folder: The folder.
        known: Relative paths with slashes.
    """
    folders = {name.partition("/")[0] for name in known if "/" in name}
    unknown = [
        name
        for name, path in files_in(folder).items()
        if name not in known and not (name in folders and path.is_dir() and not path.is_symlink())
    ]
    return sorted({name if (top := name.partition("/")[0]) in folders else top for name in unknown})


def sibling_path(folder: Path, suffix: str) -> Path:
    """Return the hidden path `.<folder>.<suffix>` next to a dataset folder, with links followed."""
    real = Path(os.path.realpath(folder))
    return real.parent / f".{real.name}.{suffix}"


def chunk_folder(staging: Path) -> Path:
    """Return the folder, next to a staging folder, of the files from which large tables are assembled."""
    return staging.with_name(f"{staging.name}.chunks")


def cache_folder(folder: Path) -> Path:
    """Return where the build cache of a dataset is."""
    return sibling_path(folder, "cache")


def backup_folder(folder: Path) -> Path:
    """Return where the old dataset is, complete, in the instant in which a build replaces it."""
    return sibling_path(folder, "old")
