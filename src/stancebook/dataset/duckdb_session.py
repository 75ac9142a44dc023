"""DuckDB with bounded memory, for files and for rows that Arrow reads."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from stancebook.dataset.parquet_files import BATCH_ROWS, RowSource
from stancebook.exceptions import DatasetError
from stancebook.schema.column_types import datetime_texts

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MEMORY_LIMIT = "128 MB"
MAX_THREADS = 4  # each thread needs memory of its own: with 8, joins of a million rows exceed the limit


@contextmanager
def duckdb_session(scratch: Path, memory_limit: str = MEMORY_LIMIT) -> Iterator[DuckDBPyConnection]:
    """Open an in-memory database that spills to disk beyond its memory limit.

    Args:
        scratch: A folder to create, for what does not fit in memory; it is removed at the end.
        memory_limit: The memory that DuckDB may use, such as `128 MB`.

    Raises:
        UnicodeDecodeError: If the folder's name is not UTF-8.
    """
    import duckdb

    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory_limit,
        "threads": min(MAX_THREADS, os.cpu_count() or 1),
        "temp_directory": duckdb_path(scratch / "spill"),
        "preserve_insertion_order": "false",
    }
    scratch.mkdir()
    try:
        with duckdb.connect(config=settings) as database:
            yield database
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def duckdb_path(path: Path) -> str:
    """Return a path as DuckDB takes it: in UTF-8, regardless of the locale.

    Raises:
        UnicodeDecodeError: If it is not UTF-8: DuckDB cannot open it.
    """
    return os.fsencode(path).decode()


class RowSession:
    """Runs queries over row sources; it keeps what a source raises, because DuckDB passes on only its text."""

    def __init__(self, connection: DuckDBPyConnection) -> None:
        self._connection = connection
        self._error: DatasetError | None = None

    def query(self, sql: str, parameters: Mapping[str, object], **sources: RowSource) -> list[tuple[Any, ...]]:
        """Return the rows of a query.

        Args:
            sql: The query. Each source is a view of its name, which the query may scan once; its columns are called
                c0, c1 … in the order of its schema, and `row` numbers its rows from 0.
            parameters: The values of `$name` in the query.
            sources: The rows to query.

        Raises:
            DatasetError: A source raised it, or DuckDB failed.
        """
        import duckdb

        self._error = None
        for name, source in sources.items():
            fields = [pa.field(f"c{index}", _queried_type(field.type)) for index, field in enumerate(source.schema)]
            schema = pa.schema([*fields, ("row", pa.int64())])
            self._connection.register(name, pa.RecordBatchReader.from_batches(schema, self._batches(source, schema)))
        try:
            return self._connection.execute(sql, dict(parameters)).fetchall()
        except duckdb.Error as error:
            raise self._error or DatasetError(f"DuckDB cannot query these tables: {error}") from error

    def _batches(self, source: RowSource, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        start = 0
        try:
            for batch in source.to_batches(BATCH_ROWS):
                numbers = pa.array(range(start, start + batch.num_rows), pa.int64())
                cells = [datetime_texts(cells) if _is_moment(cells.type) else cells for cells in batch.columns]
                yield pa.RecordBatch.from_arrays([*cells, numbers], schema=schema)
                start += batch.num_rows
        except DatasetError as error:
            self._error = error
            raise


def _is_moment(type_: pa.DataType) -> bool:
    return bool(pa.types.is_timestamp(type_) and type_.tz)


def _queried_type(type_: pa.DataType) -> pa.DataType:
    """Return the type as which a column is queried: DuckDB returns moments by a library that need not be installed."""
    return pa.string() if _is_moment(type_) else type_


@contextmanager
def row_session() -> Iterator[RowSession]:
    """Open a session that spills to the system's temporary folder."""
    with TemporaryDirectory(prefix="stancebook-") as folder, duckdb_session(Path(folder) / "duckdb") as connection:
        yield RowSession(connection)
