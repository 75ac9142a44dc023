"""Tables off the disk, typed as their models say."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from stancebook.dataset.layout import DATAPACKAGE, backup_folder, table_file
from stancebook.dataset.table_stats import Part
from stancebook.exceptions import DatasetError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from stancebook.dataset.object_store import RemoteDataset

_HERE = Path(__file__).parents[1]


@overload
def load(
    table: str, *, path: str | PathLike[str] | None = None, columns: Sequence[str] | None = None
) -> pd.DataFrame: ...
@overload
def load(table: None = None, *, path: str | PathLike[str] | None = None) -> dict[str, pd.DataFrame]: ...
def load(
    table: str | None = None, *, path: str | PathLike[str] | None = None, columns: Sequence[str] | None = None
) -> pd.DataFrame | dict[str, pd.DataFrame]:
    """Return one table by name, or all of them in a dict.

    Text columns are `str`; choices are categories with all their values, ordinal ones ordered; days are
    `datetime64[s]`; counts and offsets are `int64`. `path` is a folder that a build wrote, or the address of one in a
    store, such as `s3://bucket/dataset` (needs `stancebook[s3]`); without it, the dataset that came with the package,
    or that of the checkout it runs from. `columns` names those of the table that are wanted, in the order wanted: of a
    large table, the others are not even read.

    Raises `DatasetError` where there is no such dataset, table or column, and where a table's build is not that
    of its data package, or a part of it not the one listed there: a load that a build overtakes is refused, never
    mixed.
    """
    if table is None and columns is not None:
        raise TypeError("columns= are those of one table: name it, as in load('table', columns=[…]).")
    folder = _dataset_at(path)
    tables = _parts_of(read_descriptor(folder), folder)
    if table is not None and table not in tables:
        raise DatasetError(f"{folder} has no table {table!r}; it has {', '.join(tables)}.")
    frames = {name: _frame(folder, tables[name], columns) for name in (tables if table is None else [table])}
    return frames if table is None else frames[table]


def _dataset_at(path: str | PathLike[str] | None) -> Path | RemoteDataset:
    if not isinstance(path, str) or "://" not in path:
        return resolve_folder(path)
    from stancebook.dataset.object_store import latest_version

    try:
        return latest_version(path)
    except OSError as fault:
        raise DatasetError(f"{path} cannot be read: {fault.strerror}.") from fault


def _parts_of(package: Mapping[str, Any], folder: Path | RemoteDataset) -> dict[str, list[Part]]:
    """Return the parts of each table, in the order of their rows; a table that is a file is one, of the whole's build.

    Such a file has no digest here: its build tells whether it belongs. Parts keep theirs from build to build.
    """
    try:
        tables = {}
        for resource in package["resources"]:
            if isinstance(path := resource["path"], str):
                parts = [Part(path, resource.get("rows", 0), "", package["stancebook"]["build"])]
            else:
                told = zip(path, resource["parts"], strict=True)
                parts = [Part(each, of["rows"], of["hash"].removeprefix("sha256:"), of["build"]) for each, of in told]
            tables[parts[0].path.partition("/")[0].removesuffix(table_file(""))] = parts
    except (LookupError, TypeError, ValueError, AttributeError) as fault:
        raise DatasetError(f"{folder / DATAPACKAGE} is not of a dataset that build.py wrote.") from fault
    return tables


def _frame(folder: Path | RemoteDataset, parts: Sequence[Part], columns: Sequence[str] | None) -> pd.DataFrame:
    import pyarrow as pa

    from stancebook.dataset.parquet import to_frame

    return to_frame(pa.concat_tables([_read(folder, part, columns) for part in parts]))


def _read(folder: Path | RemoteDataset, part: Part, columns: Sequence[str] | None) -> pa.Table:
    """Return what a file holds; raise `DatasetError` where it is not the one that the data package lists."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from stancebook.dataset.parquet import file_metadata

    file = folder / part.path
    data = _bytes_of(file)
    try:
        found = pq.ParquetFile(pa.BufferReader(data))
        names, build = found.schema_arrow.names, file_metadata(found.schema_arrow)["build"]
        wanted = names if columns is None else list(columns)
        table = found.read(wanted)
    except (pa.ArrowException, OSError, LookupError, TypeError, ValueError) as fault:
        raise DatasetError(f"{file} is not a table that a build wrote: build the dataset again.") from fault
    if build != part.build or (part.hash and hashlib.sha256(data).hexdigest() != part.hash):
        raise DatasetError(
            f"{file} is of another build than {folder / DATAPACKAGE}: its rows may not fit the other"
            " tables. Load again if a build has just ended; otherwise build the dataset again, or take all files"
            " from one place."
        )
    if unknown := [name for name in wanted if name not in names]:
        raise DatasetError(f"{file} has no column {', '.join(map(repr, unknown))}; it has {', '.join(names)}.")
    return table.select(wanted)


def _bytes_of(file: Path | RemoteDataset) -> bytes:
    """Return a file whole: opened once, for a build may put another in its place."""
    try:
        return file.read_bytes()
    except FileNotFoundError as fault:
        raise DatasetError(
            f"{file} is missing. Load again if a build has just ended; otherwise build the dataset again."
        ) from fault
    except OSError as fault:
        raise DatasetError(f"{file} cannot be read: {fault.strerror}.") from fault


def resolve_folder(path: str | PathLike[str] | None) -> Path:
    """Return the folder asked for, else the package's own, else the checkout's."""
    if path is not None:
        return Path(path)
    packaged = _HERE / "packaged_dataset"
    return packaged if packaged.is_dir() else _HERE.parents[1] / "dataset"


def read_descriptor(folder: Path | RemoteDataset) -> dict[str, Any]:
    """Return the data package of a dataset as it stands; raise `DatasetError` where none that a build wrote does."""
    try:
        package: dict[str, Any] = json.loads((folder / DATAPACKAGE).read_bytes())
    except (FileNotFoundError, NotADirectoryError) as fault:
        old = backup_folder(folder) if isinstance(folder, Path) else None
        if old is not None and old.exists():
            raise DatasetError(
                f"{folder} has no {DATAPACKAGE}: a build is replacing the dataset, or was interrupted while it did."
                f" Load again; if it stays so, run build.py. Nothing is lost: the dataset before it lies in {old}."
            ) from fault
        raise DatasetError(
            f"{folder} is not a dataset: it has no {DATAPACKAGE}. Run build.py, or give path=."
        ) from fault
    except OSError as fault:
        raise DatasetError(f"{folder / DATAPACKAGE} cannot be read: {fault.strerror}.") from fault
    except (ValueError, RecursionError) as fault:
        raise DatasetError(f"{folder / DATAPACKAGE} is broken: build the dataset again.") from fault
    if not isinstance(package, dict) or not {"stancebook", "resources"} <= set(package):
        raise DatasetError(f"{folder / DATAPACKAGE} is not of a dataset that build.py wrote.")
    return package
