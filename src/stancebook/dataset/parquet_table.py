"""One table's files, opened: its columns as the contract has them, and what is wrong with the files as a whole.

Rows are read batch by batch, for a table may be larger than the memory. Files of tables have no lines: a problem's
`line` is the row, counted through all files of the table, and its `column` the column's place, both from 1; what is
wrong with a whole table, file or column stands in line 1.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from stancebook.dataset.descriptor import File, Package, Table, Type
from stancebook.dataset.layout import DATAPACKAGE
from stancebook.dataset.parquet import file_metadata
from stancebook.exceptions import DatasetError
from stancebook.problems import Problem, display_path, pluralize

SHOWN = 10  # rows told one by one of those with one fault; the rest are counted

_BATCH = 65_536  # rows that are read at once
_KEPT = 10_000  # a table of so many rows is read once and kept
_FROM_ONE_PLACE = "take all files from one place"
_HELD_AS: Mapping[Type, pa.DataType] = {"string": pa.string(), "date": pa.date32(), "integer": pa.int64()}
_TAKEN: Mapping[Type, Callable[[pa.DataType], bool]] = {
    "string": lambda type_: _is_text(type_) or (pa.types.is_dictionary(type_) and _is_text(type_.value_type)),
    "date": pa.types.is_date32,
    "integer": lambda type_: pa.types.is_integer(type_) and type_ != pa.uint64(),
}


class RowSource(Protocol):
    """Rows of a table that need not all be in memory: `Opened`, or a `pyarrow.Table`."""

    @property
    def schema(self) -> pa.Schema:
        """Their columns."""

    @property
    def num_rows(self) -> int:
        """How many they are."""

    def to_batches(self, max_chunksize: int) -> Iterable[pa.RecordBatch]:
        """Return them in order, at most so many at once."""


@dataclass
class RowSample:
    """Rows of a table, numbered from 0: how many they are, and the first ones, as many as are told and one more."""

    first: list[int] = field(default_factory=list)
    number: int = 0

    def add(self, rows: pa.Array, after: int = 0) -> None:
        """Add rows that come behind those there are, numbered from `after`."""
        self.number += len(rows)
        self.first += [after + row for row in rows.slice(0, SHOWN + 1 - len(self.first)).to_pylist()]


@dataclass(frozen=True)
class Violation:
    """One rule that some rows break: what to say of one row's value, and of any number of rows."""

    columns: tuple[str, ...]
    rows: RowSample
    message: Callable[[str], str]
    of_more: str
    hint: Callable[[str], str] = lambda _: ""


@dataclass(frozen=True)
class _Source:
    """A file that can be read, its first row's number, and what tells whether it is still the same."""

    path: Path
    first: int
    rows: int
    build: str | None


class ParquetTable:
    """One table as its files have it: the columns that are what the contract says, in its order."""

    def __init__(self, package: Package, table: Table) -> None:
        self.table = table
        self.file = display_path(package.folder / table.file)
        self.problems: list[Problem] = []
        self.is_there = True
        self.is_of_the_build = True
        self.num_rows = 0
        self._types: dict[str, pa.DataType] | None = None
        self._sources: list[_Source] = []
        self._kept: pa.Table | None = None
        for file in table.files:
            self._open(package.folder / file.path, file)
        if self.is_there:
            self._check_rows()

    @property
    def schema(self) -> pa.Schema:
        """The columns, as `to_batches` gives them."""
        return self._held if self.is_there else pa.schema([])

    @cached_property
    def _held(self) -> pa.Schema:
        types = self._types or {}
        return pa.schema([(name, types[name]) for name in self.table.columns if name in types])

    def to_batches(self, max_chunksize: int = _BATCH, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Yield the rows in order, some columns of them or all; raise `DatasetError` where a file changed meanwhile."""
        if self._kept is not None:
            yield from (self._kept if columns is None else self._kept.select(columns)).to_batches(max_chunksize)
            return
        for source in self._sources:
            try:
                yield from self._batches(source, max_chunksize, columns)
            except (OSError, pa.ArrowException) as fault:
                raise _changed(source) from fault

    def read(self) -> pa.Table:
        """Return all rows at once."""
        return pa.Table.from_batches(self.to_batches(), self.schema)

    def scan(self) -> Iterator[tuple[int, pa.RecordBatch]]:
        """Yield all rows once, each batch behind the number of its first row, every cell looked at.

        Where a file turns out to be broken, that is the one problem of the table, which then is not there. Raises
        `DatasetError` as `to_batches` does.
        """
        kept: list[pa.RecordBatch] | None = [] if self.num_rows <= _KEPT else None
        for source in self._sources:
            first = source.first
            try:
                for batch in self._batches(source, _BATCH):
                    batch.validate(full=True)
                    yield first, batch
                    first += batch.num_rows
                    if kept is not None:
                        kept.append(batch)
            except FileNotFoundError as fault:
                raise _changed(source) from fault
            except (OSError, pa.ArrowException) as fault:
                self.problems.clear()
                self._lose(f"it cannot be read as Parquet: {shorten(str(fault))}", source.path)
                return
        if kept is not None and self.is_there:
            self._kept = pa.Table.from_batches(kept, self.schema)

    def has(self, columns: tuple[str, ...]) -> bool:
        """Return whether columns can be compared: whether they are there, and of types known here."""
        return all(name in self.schema.names and self.table.columns[name].type is not None for name in columns)

    def told(self, fault: Violation) -> Iterator[Problem]:
        """Yield a problem for each row of a fault, the first ones one by one, and one for the rest."""
        place = 1 + min(list(self.table.columns).index(name) for name in fault.columns)
        names = ", ".join(fault.columns)
        shown_ = fault.rows.first[:SHOWN]
        key = self.table.key if self.has(self.table.key) else ()
        for row, cells in zip(shown_, self._cells(shown_, {*key, *fault.columns}), strict=True):
            value = ", ".join(cells[name] for name in fault.columns)
            named = [cells[name] for name in key]
            which = ", ".join(named) if named and all(named) else f"row {row + 1}"
            where = f"{self.table.name}[{which}].{names}"
            yield Problem(self.file, row + 1, place, where, fault.message(value), fault.hint(value))
        if left := fault.rows.number - len(shown_):
            line, where = fault.rows.first[SHOWN] + 1, f"{self.table.name}.{names}"
            yield Problem(self.file, line, place, where, f"{pluralize(left, 'more row')} {fault.of_more}")

    def _cells(self, rows: list[int], columns: Iterable[str]) -> Iterator[dict[str, str]]:
        """Yield for each of some rows, in order, its cells as text, no longer than is good to read."""
        waiting, names, first = list(reversed(rows)), list(columns), 0
        for batch in self.to_batches(columns=names):
            while waiting and waiting[-1] < first + batch.num_rows:
                row = batch.slice(waiting.pop() - first, 1)
                yield {name: shorten(row[name].cast(pa.string())[0].as_py() or "") for name in names}
            if not waiting:
                return
            first += batch.num_rows

    # ── Files ─────────────────────────────────────────────────────────────────────────────────────

    def _open(self, path: Path, file: File) -> None:
        """Take a file in, if it is there and the one that the data package lists."""
        try:
            if file.digest is not None and _digest(path) != file.digest:
                self.is_of_the_build = False
                self._lose(f"it is not the part that {DATAPACKAGE} lists", path, _FROM_ONE_PLACE)
                return
            with pq.ParquetFile(path) as found:
                schema, rows = found.schema_arrow, found.metadata.num_rows
        except FileNotFoundError:
            self._lose(f"{display_path(path)} is missing", path)
        except (OSError, pa.ArrowException) as fault:
            self._lose(f"it cannot be read as Parquet: {shorten(str(fault))}", path)
        else:
            build = _build(schema)
            self._check_build(build, file, path)
            self._take_columns(schema)
            if file.rows not in (None, rows):
                self._say("", f"it has {rows:,} rows, and by {DATAPACKAGE} it has {file.rows:,}", path=path)
            self._sources.append(_Source(path, self.num_rows, rows, build))
            self.num_rows += rows

    def _batches(self, source: _Source, size: int, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Yield the rows of one file, its columns as they are held."""
        held = self.schema if columns is None else pa.schema([self.schema.field(name) for name in columns])
        with pq.ParquetFile(source.path) as found:
            if (found.metadata.num_rows, _build(found.schema_arrow)) != (source.rows, source.build):
                raise _changed(source)
            for batch in found.iter_batches(size, columns=held.names) if held.names else ():
                cells = [batch[name].cast(type_) for name, type_ in zip(held.names, held.types, strict=True)]
                yield pa.RecordBatch.from_arrays(cells, schema=held)

    def _say(self, where: str, message: str, hint: str = "", place: int = 1, path: Path | None = None) -> None:
        file = self.file if path is None else display_path(path)
        self.problems.append(Problem(file, 1, place, where, message, hint))

    def _lose(self, message: str, path: Path, hint: str = "") -> None:
        """Say why the table cannot be read whole."""
        self._say("", message, hint, path=path)
        self.is_there = False

    def _check_build(self, build: str | None, file: File, path: Path) -> None:
        if build is None:
            self._say("", "no build wrote this file: its footer names none", _FROM_ONE_PLACE, path=path)
        elif file.build not in (None, build):
            self.is_of_the_build = False
            self._say("", f"the table is of another build than {DATAPACKAGE}", _FROM_ONE_PLACE, path=path)

    def _check_rows(self) -> None:
        if self.table.rows not in (None, self.num_rows) and self.is_of_the_build:
            self._say("", f"the table has {self.num_rows:,} rows, and by {DATAPACKAGE} it has {self.table.rows:,}")

    def _take_columns(self, found: pa.Schema) -> None:
        """Keep to the columns that are as they should be in this file, too."""
        taken = {}
        for place, column in enumerate(self.table.columns.values(), start=1):
            at = f"{self.table.name}.{column.name}"
            if (times := found.names.count(column.name)) != 1:
                self._say(at, "the column is there more than once" if times else "the column is missing", place=place)
                continue
            type_ = found.field(column.name).type
            if column.type is None:
                taken[column.name] = type_
            elif _TAKEN[column.type](type_):
                taken[column.name] = _HELD_AS[column.type]
            else:
                self._say(at, f"the column holds {type_}, not {_HELD_AS[column.type]}", place=place)
        for name in sorted(set(found.names) - set(self.table.columns)):
            self._say(f"{self.table.name}.{shorten(name)}", "the contract has no such column")
        before = taken if self._types is None else self._types
        self._types = {name: type_ for name, type_ in taken.items() if before.get(name) == type_}


def _changed(source: _Source) -> DatasetError:
    return DatasetError(
        f"{display_path(source.path)} changed while it was read: a build may have put another in its place. Try again."
    )


def _build(schema: pa.Schema) -> str | None:
    """Return the build that a file names; None where it names none."""
    try:
        build = file_metadata(schema)["build"]
    except (LookupError, TypeError, ValueError):
        return None
    return build if isinstance(build, str) else None


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def shorten(text: str) -> str:
    """Return a text that came with a file as it may be shown: on one line, and not for pages."""
    printable = "".join(mark if mark.isprintable() else mark.encode("unicode_escape").decode() for mark in text[:101])
    return printable if len(text) <= 100 else f"{printable[:100]}…"


def _is_text(type_: pa.DataType) -> bool:
    return any(is_one(type_) for is_one in (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view))
