"""Load tables of a dataset into pandas, Polars, Arrow or DuckDB, with the types that their models declare."""

from __future__ import annotations

import json
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, overload

from stancebook.dataset.layout import DATAPACKAGE, backup_folder, table_file
from stancebook.dataset.table_stats import Part
from stancebook.exceptions import (
    ColumnNotFoundError,
    DatasetError,
    DatasetNotFoundError,
    StancebookError,
    TableNotFoundError,
    requires_extra,
)

if TYPE_CHECKING:
    import duckdb
    import pandas as pd
    import polars as pl
    import pyarrow as pa

    from stancebook.dataset.object_store import RemotePath

Engine = Literal["pandas", "polars", "arrow", "duckdb"]

_PACKAGE = Path(__file__).parents[1]
_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class _FilterError(ValueError):
    """Raised where `filters=` do not fit the columns of a table."""


@overload
def load(
    table: str,
    *,
    path: str | PathLike[str] | None = None,
    columns: Sequence[str] | None = None,
    filters: Any = None,
    engine: Literal["pandas"] = "pandas",
) -> pd.DataFrame: ...
@overload
def load(
    table: str,
    *,
    path: str | PathLike[str] | None = None,
    columns: Sequence[str] | None = None,
    filters: Any = None,
    engine: Literal["polars"],
) -> pl.DataFrame: ...
@overload
def load(
    table: str,
    *,
    path: str | PathLike[str] | None = None,
    columns: Sequence[str] | None = None,
    filters: Any = None,
    engine: Literal["arrow"],
) -> pa.Table: ...
@overload
def load(
    table: str,
    *,
    path: str | PathLike[str] | None = None,
    columns: Sequence[str] | None = None,
    filters: Any = None,
    engine: Literal["duckdb"],
) -> duckdb.DuckDBPyRelation: ...
@overload
def load(
    table: None = None, *, path: str | PathLike[str] | None = None, engine: Literal["pandas"] = "pandas"
) -> dict[str, pd.DataFrame]: ...
@overload
def load(table: None = None, *, path: str | PathLike[str] | None = None, engine: Engine) -> dict[str, Any]: ...
def load(
    table: str | None = None,
    *,
    path: str | PathLike[str] | None = None,
    columns: Sequence[str] | None = None,
    filters: Any = None,
    engine: Engine = "pandas",
) -> Any:
    """Load one table by name, or all tables.

    Only the columns that are asked for, and those that a filter compares, are read from disk or over the network.

    A load that a build overtakes is refused, never mixed: each file is opened once, and the digest and the number of
    rows in its footer must be those that `datapackage.json` lists. Whether its bytes are intact is for `stancebook
    validate` to check.

    Args:
        table: Name of the table; all tables if None.
        path: A folder that a build wrote, or its URL, such as `s3://bucket/dataset` (needs `stancebook[s3]`). By
            default the dataset that is packaged with Stancebook, or that of the checkout it runs from.
        columns: Names of the columns to read, in this order; all columns by default.
        filters: Which rows to read, as in `pyarrow.parquet.read_table`: a list of `(column, operator, value)`, all of
            which must hold, such as `[("stance", "==", "supports")]`; a list of such lists, one of which must hold; or
            a `pyarrow.compute.Expression`. In a list, `<` and `>` compare values of an ordinal scale by rank; an
            expression compares them as text.
        engine: What to return. `"pandas"`: a `DataFrame` whose text columns are `str`, categorical columns
            `category` with all values of their vocabulary (ordered if the scale is), dates `datetime64[s]`, moments
            `datetime64[us, UTC]`, numbers `float64`, integers `int64` and booleans `bool` (`Int64` and `boolean` if
            they may be empty). `"polars"`: a `DataFrame` in which categorical columns are `Enum`. `"arrow"`: a
            `pyarrow.Table` with the types of the file (`string`, `date32`, `int64`). `"duckdb"`: a relation over
            that table.

    Returns:
        The table; or without `table`, a dict of all tables by name, in the order of the contract.

    Raises:
        DatasetNotFoundError: There is no dataset at `path`, or one of its files is missing.
        TableNotFoundError: It has no such table.
        ColumnNotFoundError: The table has no such column.
        DatasetError: A file is damaged, or is of another build than its data package.
        MissingExtraError: What the engine or the URL needs is not installed.
        ValueError: The filters do not fit the columns.
    """
    if table is None and (columns is not None or filters is not None):
        raise TypeError("columns= and filters= are for one table: name it, as in load('table', columns=[…]).")
    location = resolve_location(path)
    descriptor = read_descriptor(location)
    parts = parts_by_table(descriptor, location)
    if table is None:
        return {name: read_table(location, parts[name], engine=engine) for name in parts}
    files = require_table(parts, table, location, is_default=path is None)
    return read_table(location, files, columns=columns, filters=filters, engine=engine)


def table_names(path: str | PathLike[str] | None = None) -> list[str]:
    """List the tables of a dataset, in the order of its contract.

    Args:
        path: As in `load`.

    Raises:
        DatasetNotFoundError: There is no dataset at `path`.
        DatasetError: Its data package cannot be read.
    """
    location = resolve_location(path)
    return list(parts_by_table(read_descriptor(location), location))


def resolve_location(path: str | PathLike[str] | None) -> Path | RemotePath:
    """Return where a dataset is: a folder, or the latest build at a URL; by default as `resolve_folder` says."""
    if not isinstance(path, str) or "://" not in path:
        return resolve_folder(path)
    from stancebook.dataset.object_store import latest_version

    try:
        return latest_version(path)
    except OSError as error:
        raise DatasetError(f"{path} cannot be read: {error.strerror}.") from error


def resolve_folder(path: str | PathLike[str] | None) -> Path:
    """Return a folder as a path; by default that of the packaged dataset, or of the checkout that runs."""
    if path is not None:
        return Path(path)
    packaged = _PACKAGE / "packaged_dataset"
    return packaged if packaged.is_dir() else _PACKAGE.parents[1] / "dataset"


def read_descriptor(location: Path | RemotePath) -> dict[str, Any]:
    """Read the data package of a dataset.

    Raises:
        DatasetNotFoundError: There is none.
        DatasetError: It cannot be read, or is not one that a build wrote.
    """
    file = location / DATAPACKAGE
    try:
        descriptor: dict[str, Any] = json.loads(file.read_bytes())
    except (FileNotFoundError, NotADirectoryError) as error:
        backup = backup_folder(location) if isinstance(location, Path) else None
        if backup is not None and backup.exists():
            raise DatasetNotFoundError(
                f"{location} has no {DATAPACKAGE}: a build is replacing the dataset, or was interrupted while it did."
                f" Load again; if that does not help, run `stancebook build`. Nothing is lost: the previous dataset is"
                f" in {backup}."
            ) from error
        raise DatasetNotFoundError(
            f"{location} is not a dataset: it has no {DATAPACKAGE}. Run `stancebook build`, or give path=."
        ) from error
    except OSError as error:
        raise DatasetError(f"{file} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise DatasetError(f"{file} is not valid JSON: build the dataset again.") from error
    if not isinstance(descriptor, dict) or not {"stancebook", "resources"} <= set(descriptor):
        raise DatasetError(f"{file} does not describe a dataset that a build wrote.")
    return descriptor


def parts_by_table(descriptor: Mapping[str, Any], location: Path | RemotePath) -> dict[str, list[Part]]:
    """Return the files of each table, in the order of their rows.

    A table in one file carries the digest of the build; the parts of a large table carry digests of their rows, which
    do not change from one build to the next.

    Raises:
        DatasetError: The data package is not one that a build wrote.
    """
    try:
        tables = {}
        for resource in descriptor["resources"]:
            if isinstance(path := resource["path"], str):
                parts = [Part(path, resource["rows"], "", descriptor["stancebook"]["build"])]
            else:
                facts = zip(path, resource["parts"], strict=True)
                parts = [Part(file, part["rows"], part["hash"], part["build"]) for file, part in facts]
            tables[parts[0].path.partition("/")[0].removesuffix(table_file(""))] = parts
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise DatasetError(f"{location / DATAPACKAGE} does not describe a dataset that a build wrote.") from error
    return tables


def require_table(
    parts: Mapping[str, list[Part]], table: str, location: object, *, is_default: bool = False
) -> list[Part]:
    """Return the files of a table, or raise `TableNotFoundError`.

    Args:
        parts: The result of `parts_by_table`.
        table: Name of the table.
        location: The dataset, as the message names it.
        is_default: Whether the caller named no dataset; then the message points to one in the working folder.
    """
    if table in parts:
        return parts[table]
    is_here = is_default and Path("dataset", DATAPACKAGE).is_file()
    hint = " There is a dataset in ./dataset: give path='dataset'." if is_here else ""
    raise TableNotFoundError(f"{location} has no table {table!r}; it has {', '.join(parts)}.{hint}")


def read_citation(location: Path | RemotePath, parts: Mapping[str, Sequence[Part]]) -> str:
    """Return how to cite a dataset, which the footer of each file says."""
    import pyarrow.parquet as pq

    first = next(iter(parts.values()))[0]
    with _opened(location / first.path) as source:
        metadata = pq.read_schema(source).metadata or {}
    return str(metadata.get(b"citation", b"").decode())


def read_table(
    location: Path | RemotePath,
    parts: Sequence[Part],
    *,
    columns: Sequence[str] | None = None,
    filters: Any = None,
    engine: Engine = "pandas",
) -> Any:
    """Read the parts of one table; `load` documents the arguments, the result and the exceptions."""
    if engine not in ("pandas", "polars", "arrow", "duckdb"):
        raise ValueError(f"engine= is one of pandas, polars, arrow and duckdb, not {engine!r}.")
    if engine in ("polars", "duckdb"):
        _import_engine(engine)
    import pyarrow as pa

    from stancebook.dataset import parquet

    table = pa.concat_tables([_read_part(location, part, columns, filters) for part in parts])
    if engine == "arrow":
        return table
    return {"pandas": parquet.to_frame, "polars": parquet.to_polars, "duckdb": parquet.to_duckdb}[engine](table)


def _import_engine(engine: str) -> None:
    """Raise `MissingExtraError` before anything is read."""
    with requires_extra("validate" if engine == "duckdb" else engine):
        __import__(engine)


def _read_part(location: Path | RemotePath, part: Part, columns: Sequence[str] | None, filters: Any) -> pa.Table:
    """Read one file, opened once: a build may replace it while it is read."""
    import pyarrow.parquet as pq

    from stancebook.dataset.parquet import file_metadata

    file = location / part.path
    with _opened(file) as source:
        footer = pq.ParquetFile(source)
        schema = footer.schema_arrow
        if (file_metadata(schema)["build"], footer.metadata.num_rows) != (part.build, part.rows):
            raise DatasetError(
                f"{file} is of another build than {location / DATAPACKAGE}: its rows may not fit the other tables."
                " Load again if a build has just ended; otherwise build the dataset again, or take all files from one"
                " place."
            )
        names = schema.names if columns is None else list(columns)
        _require_columns(file, names, schema)
        if filters is None:
            return footer.read(names).select(names)
        return pq.read_table(source, columns=names, filters=_expression(file, filters, schema))


@contextmanager
def _opened(file: Path | RemotePath) -> Iterator[BinaryIO]:
    """Open a Parquet file; raise `DatasetError` where it cannot be read, or no build wrote it."""
    import pyarrow as pa

    damaged = f"{file} is not a table that a build wrote: build the dataset again."
    try:
        with file.open("rb") as source:
            yield source
    except (StancebookError, _FilterError):
        raise
    except FileNotFoundError as error:
        raise DatasetNotFoundError(
            f"{file} is missing. Load again if a build has just ended; otherwise build the dataset again."
        ) from error
    except OSError as error:  # Arrow raises it too, without a number, for a file that is not valid
        raise DatasetError(damaged if error.errno is None else f"{file} cannot be read: {error.strerror}.") from error
    except (LookupError, TypeError, ValueError, pa.ArrowException) as error:
        raise DatasetError(damaged) from error


def _require_columns(file: object, names: Sequence[str], schema: pa.Schema) -> None:
    if unknown := [name for name in names if name not in schema.names]:
        raise ColumnNotFoundError(
            f"{file} has no column {', '.join(map(repr, unknown))}; it has {', '.join(schema.names)}."
        )


def _expression(file: object, filters: Any, schema: pa.Schema) -> Any:
    """Return filters as an Arrow expression that fits the table; raise where they do not."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from stancebook.dataset.parquet import file_metadata

    if isinstance(filters, Sequence):
        groups = [filters] if all(isinstance(item, tuple) for item in filters) else filters
        _require_columns(file, [column for group in groups for column, _, _ in group], schema)
        facts = file_metadata(schema)["columns"]
        scales = {column["name"]: column["categories"] for column in facts if column.get("ordered")}
        filters = pq.filters_to_expression([[_by_rank(term, scales) for term in group] for group in groups])
    try:
        schema.empty_table().filter(filters)
    except (pa.ArrowException, TypeError) as error:
        cause = str(error).partition("\n")[0]
        raise _FilterError(f"filters= cannot be applied to {file}: {cause}") from error
    return filters


def _by_rank(term: tuple[str, str, Any], scales: Mapping[str, Sequence[str]]) -> tuple[str, str, Any]:
    """Return a comparison on an ordinal scale as the list of values that satisfy it: files hold them as text."""
    import pyarrow as pa

    column, comparison, value = term
    if column not in scales or comparison not in _COMPARISONS:
        return term
    scale = scales[column]
    if value not in scale:
        raise _FilterError(f"{value!r} is not a value of {column}: one of {', '.join(scale)}.")
    rank, compare = scale.index(value), _COMPARISONS[comparison]
    values = [other for number, other in enumerate(scale) if compare(number, rank)]
    return column, "in", pa.array(values, pa.string())  # which has a type even if it is empty
