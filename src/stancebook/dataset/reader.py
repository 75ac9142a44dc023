"""Load tables of a dataset into pandas, Polars, Arrow or DuckDB, with the types that their models declare."""

from __future__ import annotations

import hashlib
import operator
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, overload

from stancebook.dataset.files import open_file
from stancebook.dataset.layout import DATAPACKAGE
from stancebook.dataset.listing import ListedTable, listed_tables, read_descriptor, require_table
from stancebook.dataset.table_stats import Part
from stancebook.exceptions import (
    ColumnNotFoundError,
    DatasetError,
    DatasetNotFoundError,
    StancebookError,
    requires_extra,
)

if TYPE_CHECKING:
    import duckdb
    import pandas as pd
    import polars as pl
    import pyarrow as pa
    import pyarrow.parquet as pq

    from stancebook.dataset.object_store import RemotePath

Engine = Literal["pandas", "polars", "arrow", "duckdb"]

_PACKAGE = Path(__file__).parents[1]
_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class FilterError(DatasetError, ValueError):
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

    A load that a build overtakes is refused, never mixed: each file is opened once, and its size, its columns, and the
    digest of the build and the number of rows in its footer must be those that `datapackage.json` lists. A file that is
    read as a whole must have its SHA-256, too; of all files, that is for `stancebook validate` to check.

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
        DatasetError: A file is damaged or was changed, or is of another build than its data package. All other errors
            of this list are of this class, too, but the next one.
        MissingExtraError: What the engine or the URL needs is not installed.
        ValueError: The filters do not fit the columns.
    """
    if table is None and (columns is not None or filters is not None):
        raise TypeError("columns= and filters= are for one table: name it, as in load('table', columns=[…]).")
    location = resolve_location(path)
    tables = listed_tables(read_descriptor(location), location)
    if table is None:
        return {name: read_table(location, listed, engine=engine) for name, listed in tables.items()}
    listed = require_table(tables, table, location, is_default=path is None)
    return read_table(location, listed, columns=columns, filters=filters, engine=engine)


def table_names(path: str | PathLike[str] | None = None) -> list[str]:
    """List the tables of a dataset, in the order of its contract.

    Args:
        path: As in `load`.

    Raises:
        DatasetNotFoundError: There is no dataset at `path`.
        DatasetError: Its data package cannot be read.
    """
    location = resolve_location(path)
    return list(listed_tables(read_descriptor(location), location))


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


def read_citation(location: Path | RemotePath, tables: Mapping[str, ListedTable]) -> str:
    """Return how to cite a dataset, which the footer of each file says."""
    import pyarrow.parquet as pq

    first = next(iter(tables.values())).parts[0]
    with _opened(location, first.path) as source:
        metadata = pq.read_schema(source).metadata or {}
        return str(metadata.get(b"citation", b"").decode())


def read_table(
    location: Path | RemotePath,
    table: ListedTable,
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

    parts = [_read_part(location, part, table.fields, columns, filters) for part in table.parts]
    with _dataset_errors(location / table.parts[0].path):
        rows = pa.concat_tables(parts)
        if engine == "arrow":
            return rows
        return {"pandas": parquet.to_frame, "polars": parquet.to_polars, "duckdb": parquet.to_duckdb}[engine](rows)


def _import_engine(engine: str) -> None:
    """Raise `MissingExtraError` before anything is read."""
    with requires_extra("validate" if engine == "duckdb" else engine):
        __import__(engine)


def _read_part(
    location: Path | RemotePath,
    part: Part,
    fields: Sequence[Mapping[str, Any]] | None,
    columns: Sequence[str] | None,
    filters: Any,
) -> pa.Table:
    """Read one file, opened once: a build may replace it while it is read."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = location / part.path
    with _opened(location, part.path) as source:
        footer = pq.ParquetFile(source)
        _require_listed(location, part, source, footer)
        schema = footer.schema_arrow
        if fields is not None:
            _require_schema(file, schema, fields)
        names = schema.names if columns is None else list(columns)
        _require_columns(file, names, schema)
        if columns is None and filters is None:
            source.seek(0)
            data = source.read()
            if part.hash and hashlib.sha256(data).hexdigest() != part.hash:
                raise _not_listed(location, part, "its SHA-256 differs")
            return pq.read_table(pa.BufferReader(data))
        table = (
            footer.read(names).select(names)
            if filters is None
            else pq.read_table(source, columns=names, filters=_expression(file, filters, schema))
        )
        table.validate(full=True)  # the digest covers the whole file, and only a part of it was read
        return table


def _require_listed(location: Path | RemotePath, part: Part, source: BinaryIO, footer: pq.ParquetFile) -> None:
    """Raise `DatasetError` if the build, the rows or the size of a file are not those that the data package lists."""
    from stancebook.dataset.parquet import file_metadata

    size = source.seek(0, os.SEEK_END)
    if (file_metadata(footer.schema_arrow)["build"], footer.metadata.num_rows) != (part.build, part.rows):
        raise DatasetError(
            f"{location / part.path} is of another build than {location / DATAPACKAGE}: its rows may not fit the other"
            " tables. Load again if a build has just ended; otherwise build the dataset again, or take all files from"
            " one place."
        )
    if part.size and size != part.size:
        raise _not_listed(location, part, f"it has {size:,} bytes, not {part.size:,}")


def _not_listed(location: Path | RemotePath, part: Part, reason: str) -> DatasetError:
    return DatasetError(
        f"{location / part.path} was changed after a build wrote it: {reason}, by {location / DATAPACKAGE}. Build the"
        " dataset again, or take all files from one place."
    )


def _require_schema(file: object, schema: pa.Schema, fields: Sequence[Mapping[str, Any]]) -> None:
    """Raise `DatasetError` if the columns of a file are not those that its footer and the data package describe."""
    from stancebook.dataset.parquet import file_metadata
    from stancebook.schema.column_types import UnknownColumn, column_from_facts, column_type

    columns = [column_from_facts(facts) for facts in file_metadata(schema)["columns"]]
    if not len(columns) == len(schema) == len(fields):
        raise DatasetError(f"{file} has other columns than {DATAPACKAGE} lists: build the dataset again.")
    for column, stored, listed in zip(columns, schema, fields, strict=True):
        is_known = UnknownColumn not in (type(column), column_type(listed["type"]))
        values = [value["value"] if isinstance(value, dict) else value for value in listed.get("categories", ())]
        if (
            not column.name == stored.name == listed["name"]
            or (is_known and (column.arrow_type, column.data_type) != (stored.type, listed["type"]))
            or (values, listed.get("categoriesOrdered", False)) != (list(column.vocabulary), column.ordered)
        ):
            raise DatasetError(
                f"{file}: the column {stored.name!r} is not as {DATAPACKAGE} describes it: build the dataset again."
            )


@contextmanager
def _opened(location: Path | RemotePath, name: str) -> Iterator[BinaryIO]:
    """Open a Parquet file; raise `DatasetError` where it cannot be read, or no build wrote it."""
    file = location / name
    with _dataset_errors(file), open_file(location, name) as source:
        yield source


@contextmanager
def _dataset_errors(file: object) -> Iterator[None]:
    """Raise `DatasetError` for any error of a library that reads a file."""
    try:
        yield
    except (StancebookError, MemoryError):
        raise
    except FileNotFoundError as error:
        raise DatasetNotFoundError(
            f"{file} is missing. Load again if a build has just ended; otherwise build the dataset again."
        ) from error
    except Exception as error:  # Arrow raises OSError too, without a number
        if isinstance(error, OSError) and error.errno is not None:
            raise DatasetError(f"{file} cannot be read: {error.strerror}.") from error
        raise DatasetError(f"{file} is not a table that a build wrote: build the dataset again.") from error


def _require_columns(file: object, names: Sequence[str], schema: pa.Schema) -> None:
    if unknown := [name for name in names if name not in schema.names]:
        raise ColumnNotFoundError(
            f"{file} has no column {', '.join(map(repr, unknown))}; it has {', '.join(schema.names)}."
        )
    if repeated := [name for name in dict.fromkeys(names) if names.count(name) > 1]:
        raise DatasetError(f"columns= names {', '.join(map(repr, repeated))} more than once.")


def _expression(file: object, filters: Any, schema: pa.Schema) -> Any:
    """Return filters as an Arrow expression that fits the table; raise where they do not."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from stancebook.dataset.parquet import file_metadata

    try:
        if isinstance(filters, Sequence):
            groups = [filters] if all(isinstance(item, tuple) for item in filters) else filters
            used = dict.fromkeys(column for group in groups for column, _, _ in group)
            _require_columns(file, list(used), schema)
            facts = file_metadata(schema)["columns"]
            scales = {column["name"]: column["categories"] for column in facts if column.get("ordered")}
            filters = pq.filters_to_expression([[_by_rank(term, scales) for term in group] for group in groups])
        schema.empty_table().filter(filters)
    except (pa.ArrowException, TypeError, ValueError) as error:
        if isinstance(error, FilterError):
            raise
        cause = str(error).partition("\n")[0]
        raise FilterError(f"filters= cannot be applied to {file}: {cause}") from error
    return filters


def _by_rank(term: tuple[str, str, Any], scales: Mapping[str, Sequence[str]]) -> tuple[str, str, Any]:
    """Return a comparison on an ordinal scale as the list of values that satisfy it: files hold them as text."""
    import pyarrow as pa

    column, comparison, value = term
    if column not in scales or comparison not in _COMPARISONS:
        return term
    scale = scales[column]
    if value not in scale:
        raise FilterError(f"{value!r} is not a value of {column}: one of {', '.join(scale)}.")
    rank, compare = scale.index(value), _COMPARISONS[comparison]
    values = [other for number, other in enumerate(scale) if compare(number, rank)]
    return column, "in", pa.array(values, pa.string())  # which has a type even if it is empty
