"""Tables off the disk, typed as their models say."""

from __future__ import annotations

import json
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from stancebook.layout import DATAPACKAGE, last_good

if TYPE_CHECKING:
    import pandas as pd

_HERE = Path(__file__).parent


class DatasetError(Exception):
    """Raised where there is no dataset, no such table, or tables that different builds wrote."""


@overload
def load(table: str, *, path: str | PathLike[str] | None = None) -> pd.DataFrame: ...
@overload
def load(table: None = None, *, path: str | PathLike[str] | None = None) -> dict[str, pd.DataFrame]: ...
def load(
    table: str | None = None, *, path: str | PathLike[str] | None = None
) -> pd.DataFrame | dict[str, pd.DataFrame]:
    """Return one table by name, or all of them in a dict.

    Text columns are `str`; choices are categories with all their values, ordinal ones ordered; days are
    `datetime64[s]`; counts and offsets are `int64`. `path` is a folder that a build wrote; without it,
    the dataset that came with the package, or that of the checkout it runs from.

    Raises `DatasetError` where there is no such dataset or table, and where a table's build is not that
    of its data package: a load that a build overtakes is refused, never mixed.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    from stancebook.parquet import facts_of, to_frame

    folder = folder_of(path)
    package = package_of(folder)
    paths = {
        str(resource["path"]).removesuffix(".parquet"): folder / resource["path"] for resource in package["resources"]
    }
    if table is not None and table not in paths:
        raise DatasetError(f"{folder} has no table {table!r}; it has {', '.join(paths)}.")
    frames = {}
    for name in paths if table is None else [table]:
        try:
            found = pq.ParquetFile(paths[name]).read()  # opens the file once: a build may put another in its place
            build = facts_of(found.schema)["build"]
        except FileNotFoundError as fault:
            raise DatasetError(
                f"{paths[name]} is missing. Load again if a build has just ended; otherwise build the dataset again."
            ) from fault
        except (pa.ArrowException, LookupError, ValueError) as fault:
            raise DatasetError(f"{paths[name]} is not a table that a build wrote: build the dataset again.") from fault
        if build != package["stancebook"]["build"]:
            raise DatasetError(
                f"{paths[name]} is of another build than {folder / DATAPACKAGE}: its rows may not fit the other"
                " tables. Load again if a build has just ended; otherwise build the dataset again, or take all files"
                " from one place."
            )
        frames[name] = to_frame(found)
    return frames if table is None else frames[table]


def folder_of(path: str | PathLike[str] | None) -> Path:
    """Return the folder asked for, else the package's own, else the checkout's."""
    if path is not None:
        return Path(path)
    packaged = _HERE / "dataset"
    return packaged if packaged.is_dir() else _HERE.parents[1] / "dataset"


def package_of(folder: Path) -> dict[str, Any]:
    """Return the data package of a dataset as it stands; raise `DatasetError` where none that a build wrote does."""
    try:
        package: dict[str, Any] = json.loads((folder / DATAPACKAGE).read_bytes())
    except (FileNotFoundError, NotADirectoryError) as fault:
        old = last_good(folder)
        if old.exists():
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
