"""One table's file, opened: its columns as the contract has them, and what is wrong with the file as a whole.

Files of tables have no lines: a problem's `line` is the row and its `column` the column's place, both
from 1; what is wrong with a whole table or column stands in line 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq

from stancebook.console import count
from stancebook.exchange.carried import Package, Table, Type
from stancebook.layout import DATAPACKAGE
from stancebook.parquet import facts_of
from stancebook.problem import Problem, shown

SHOWN = 10  # rows told one by one of those with one fault; the rest are counted

_HELD_AS: Mapping[Type, pa.DataType] = {"string": pa.string(), "date": pa.date32(), "integer": pa.int64()}
_TAKEN: Mapping[Type, Callable[[pa.DataType], bool]] = {
    "string": lambda type_: _is_text(type_) or (pa.types.is_dictionary(type_) and _is_text(type_.value_type)),
    "date": pa.types.is_date32,
    "integer": lambda type_: pa.types.is_integer(type_) and type_ != pa.uint64(),
}


@dataclass(frozen=True)
class Fault:
    """One rule that some rows break, numbered from 0: what to say of one row's value, and of any number of rows."""

    columns: tuple[str, ...]
    rows: pa.Array
    message: Callable[[str], str]
    of_more: str
    hint: Callable[[str], str] = lambda _: ""


class Opened:
    """One table as its file has it: `data` holds the columns that are what the contract says, in its order."""

    def __init__(self, package: Package, table: Table) -> None:
        self.table = table
        self.file = shown(package.folder / table.file)
        self.problems: list[Problem] = []
        self.is_there = False
        self.is_of_the_build = True
        self.data = pa.table({})
        try:
            with pq.ParquetFile(package.folder / table.file) as file:
                found = file.read()
            found.validate(full=True)
        except FileNotFoundError:
            self._say("", f"{self.file} is missing")
        except (OSError, pa.ArrowException) as fault:
            self._say("", f"it cannot be read as Parquet: {short(str(fault))}")
        else:
            self.is_there = True
            self._check_build(found.schema, package.build)
            self._take_columns(found)
            self._check_rows(found.num_rows)

    def has(self, columns: tuple[str, ...]) -> bool:
        """Return whether columns can be compared: whether they are there, and of types known here."""
        return all(name in self.data.column_names and self.table.columns[name].type is not None for name in columns)

    def told(self, fault: Fault) -> Iterator[Problem]:
        """Yield a problem for each row of a fault, the first ones one by one, and one for the rest."""
        place = 1 + min(list(self.table.columns).index(name) for name in fault.columns)
        names = ", ".join(fault.columns)
        first = fault.rows.slice(0, SHOWN).to_pylist()
        for row in first:
            value = ", ".join(self._cell(row, name) for name in fault.columns)
            where = f"{self._named(row)}.{names}"
            yield Problem(self.file, row + 1, place, where, fault.message(value), fault.hint(value))
        if (left := len(fault.rows) - len(first)) > 0:
            line = fault.rows[len(first)].as_py() + 1
            yield Problem(
                self.file, line, place, f"{self.table.name}.{names}", f"{count(left, 'more row')} {fault.of_more}"
            )

    def _cell(self, row: int, column: str) -> str:
        """Return a cell as text, no longer than is good to read."""
        [value] = self.data[column].slice(row, 1).cast(pa.string()).to_pylist()
        return short(value or "")

    def _named(self, row: int) -> str:
        """Name a row as the build does, by its key; by its number where it has none."""
        key = [self._cell(row, name) for name in self.table.key] if self.has(self.table.key) else []
        return f"{self.table.name}[{', '.join(key) if key and all(key) else f'row {row + 1}'}]"

    def _say(self, where: str, message: str, hint: str = "", place: int = 1) -> None:
        self.problems.append(Problem(self.file, 1, place, where, message, hint))

    def _check_build(self, schema: pa.Schema, build: str | None) -> None:
        try:
            found = facts_of(schema)["build"]
        except (LookupError, TypeError, ValueError):
            self._say("", "no build wrote this file: its footer names none", "take all files from one place")
            return
        if build is not None and found != build:
            self.is_of_the_build = False
            self._say("", f"the table is of another build than {DATAPACKAGE}", "take all files from one place")

    def _check_rows(self, rows: int) -> None:
        if self.table.rows not in (None, rows) and self.is_of_the_build:
            self._say("", f"the table has {rows:,} rows, and by {DATAPACKAGE} it has {self.table.rows:,}")

    def _take_columns(self, found: pa.Table) -> None:
        taken = {}
        for place, column in enumerate(self.table.columns.values(), start=1):
            at = f"{self.table.name}.{column.name}"
            if (times := found.column_names.count(column.name)) != 1:
                self._say(at, "the column is there more than once" if times else "the column is missing", place=place)
                continue
            cells = found[column.name]
            if column.type is None:
                taken[column.name] = cells
            elif _TAKEN[column.type](cells.type):
                taken[column.name] = cells.cast(_HELD_AS[column.type])
            else:
                self._say(at, f"the column holds {cells.type}, not {_HELD_AS[column.type]}", place=place)
        for name in sorted(set(found.column_names) - set(self.table.columns)):
            self._say(f"{self.table.name}.{short(name)}", "the contract has no such column")
        self.data = pa.table(taken)


def short(text: str) -> str:
    """Return a text that came with a file as it may be shown: on one line, and not for pages."""
    printable = "".join(mark if mark.isprintable() else mark.encode("unicode_escape").decode() for mark in text[:101])
    return printable if len(text) <= 100 else f"{printable[:100]}…"


def _is_text(type_: pa.DataType) -> bool:
    return any(is_one(type_) for is_one in (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view))
