"""The rows of Parquet files, read in batches of bounded size."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from stancebook.exceptions import DatasetError
from stancebook.problems import display_path

BATCH_ROWS = 65_536


class UnreadableFileError(DatasetError):
    """Raised for a file that is not valid Parquet; its text is the reason."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(reason)
        self.path = path


class RowSource(Protocol):
    """Rows that need not all be in memory: `ParquetFiles`, or a `pyarrow.Table`."""

    @property
    def schema(self) -> pa.Schema:
        """The columns."""

    def select(self, columns: Sequence[str]) -> RowSource:
        """Return the same rows with these columns only."""

    def to_batches(self, max_chunksize: int) -> Iterable[pa.RecordBatch]:
        """Return the rows in order, at most so many at once."""


@dataclass(frozen=True)
class ParquetFile:
    """A Parquet file: its footer, and the size and time by which a later change is noticed.

    It is opened by Python, because Arrow opens no path that is not UTF-8.

    Attributes:
        unpacked_bytes: The size of its pages without compression, by its footer.
    """

    path: Path
    schema: pa.Schema
    num_rows: int
    unpacked_bytes: int
    fingerprint: tuple[int, int, int]

    @classmethod
    def open(cls, path: Path) -> ParquetFile:
        """Read the footer of a file.

        Raises:
            FileNotFoundError: There is no such file.
            UnreadableFileError: It is not Parquet.
        """
        fingerprint = _fingerprint(path)
        try:
            with path.open("rb") as file:
                footer = pq.read_metadata(file)
                groups = [footer.row_group(number) for number in range(footer.num_row_groups)]
                rows = max(footer.num_rows, sum(group.num_rows for group in groups))
                unpacked = sum(group.total_byte_size for group in groups)
                return cls(path, footer.schema.to_arrow_schema(), rows, unpacked, fingerprint)
        except FileNotFoundError:
            raise
        except (OSError, pa.ArrowException) as error:
            raise UnreadableFileError(path, str(error)) from error

    def to_batches(self, schema: pa.Schema, max_chunksize: int) -> Iterator[pa.RecordBatch]:
        """Yield the rows with the columns and types of `schema`, every text checked to be UTF-8.

        Raises:
            DatasetError: The file has changed since it was opened.
            UnreadableFileError: It cannot be decoded.
        """
        self._check_unchanged()
        try:
            with self.path.open("rb") as file:
                for batch in pq.ParquetFile(file).iter_batches(max_chunksize, columns=schema.names):
                    cells = [batch[field.name].cast(field.type) for field in schema]
                    columns = pa.RecordBatch.from_arrays(cells, schema=schema)
                    columns.validate(full=True)
                    yield columns
        except (OSError, pa.ArrowException) as error:
            self._check_unchanged()
            raise UnreadableFileError(self.path, str(error)) from error

    def _check_unchanged(self) -> None:
        if not self.path.exists() or _fingerprint(self.path) != self.fingerprint:
            raise DatasetError(
                f"{display_path(self.path)} changed while it was read: a build may have replaced it. Try again."
            )


@dataclass(frozen=True)
class ParquetFiles:
    """The rows of some Parquet files, one file after the other, with the columns and types of `schema`."""

    schema: pa.Schema
    files: tuple[ParquetFile, ...]

    @property
    def num_rows(self) -> int:
        """The number of rows, by the files' footers."""
        return sum(file.num_rows for file in self.files)

    def select(self, columns: Sequence[str]) -> ParquetFiles:
        """Return the same rows with these columns only.

        Raises:
            KeyError: A column is not in the schema, or is in it twice.
        """
        return replace(self, schema=pa.schema([self.schema.field(name) for name in columns]))

    def to_batches(self, max_chunksize: int = BATCH_ROWS) -> Iterator[pa.RecordBatch]:
        """Yield the rows in order, at most `max_chunksize` at once; raises what `ParquetFile.to_batches` does."""
        for file in self.files:
            if self.schema.names:
                yield from file.to_batches(self.schema, max_chunksize)


def _fingerprint(path: Path) -> tuple[int, int, int]:
    status = path.stat()
    return status.st_ino, status.st_size, status.st_mtime_ns
