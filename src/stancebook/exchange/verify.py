"""A dataset on disk held against the contract it carries → its tables, and what is wrong with them.

Columns are checked whole, by Arrow: a million rows take seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from stancebook.exchange.carried import Column, Package, Reference
from stancebook.exchange.opened import Fault, Opened, short
from stancebook.exchange.pattern import matches
from stancebook.layout import DATAPACKAGE, table_file
from stancebook.problem import Problem, shown
from stancebook.suggest import one_of

_ROW = "row"


@dataclass(frozen=True)
class Verdict:
    """The tables that could be read, by name, and the problems; a table has the columns that are as they should be."""

    tables: Mapping[str, pa.Table]
    problems: list[Problem]

    @property
    def errors(self) -> list[Problem]:
        """The problems that are not warnings."""
        return [problem for problem in self.problems if problem.level == "error"]


def verify(package: Package) -> Verdict:
    """Return the tables of a dataset, and every way in which they are not what its contract says."""
    opened = {table.name: Opened(package, table) for table in package.tables.values()}
    problems = [*_notes(package), *_strangers(package)]
    for one in opened.values():
        faults = [*_faults_of_cells(one), *_faults_of_keys(one), *_dangling(one, opened)]
        problems += [*one.problems, *(problem for fault in faults for problem in one.told(fault))]
    return Verdict({name: one.data for name, one in opened.items() if one.is_there}, sorted(set(problems)))


def _notes(package: Package) -> Iterator[Problem]:
    file = shown(package.folder / DATAPACKAGE)
    for note in package.notes:
        yield Problem(file, 1, 1, note.where, note.message, level="warning")


def _strangers(package: Package) -> Iterator[Problem]:
    """Yield the Parquet files that lie in the folder and not in the contract."""
    known = {table.file for table in package.tables.values()}
    for path in package.folder.glob(table_file("*")):
        if path.name not in known:
            yield Problem(shown(path), 1, 1, "", f"{DATAPACKAGE} names no such table", level="warning")


# ── Cells ─────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Rule:
    """What a column may demand of its cells; an empty cell breaks no rule but the first."""

    applies: Callable[[Column], bool]
    broken: Callable[[Any, Any], Any]  # a column's cells and what it says of them → which break the rule
    message: str
    of_more: str
    hint: Callable[[str, Column], str] = lambda _value, _column: ""


_RULES = (
    _Rule(
        lambda column: column.required,
        lambda cells, _: pc.is_null(cells),
        "{column.name} is empty, and must not be",
        "in which {column.name} is empty",
    ),
    _Rule(
        lambda column: bool(column.vocabulary),
        lambda cells, column: pc.and_(
            pc.is_valid(cells), pc.invert(pc.is_in(cells, pa.array(list(column.vocabulary))))
        ),
        "'{value}' is not a value of {column.name}",
        "with other values of {column.name}",
        lambda value, column: one_of(value, column.vocabulary),
    ),
    _Rule(
        lambda column: column.pattern is not None,
        lambda cells, column: pc.invert(matches(cells, column.pattern)),
        "'{value}' is not of the form of {column.name}",
        "whose {column.name} is not of its form",
        lambda _, column: f"it has to match {short(str(column.pattern))}",
    ),
    _Rule(
        lambda column: column.minimum is not None,
        lambda cells, column: pc.less(cells, pa.scalar(column.minimum, pa.int64())),
        "{value} is less than {column.minimum}",
        "whose {column.name} is less than {column.minimum}",
    ),
)


def _faults_of_cells(one: Opened) -> Iterator[Fault]:
    """Yield what is wrong within columns; of the rules that a cell breaks, the first."""
    for name in filter(lambda name: one.has((name,)), one.data.column_names):
        column, cells, told = one.table.columns[name], one.data[name], pa.scalar(False)
        for rule in (rule for rule in _RULES if rule.applies(column)):
            broken = pc.fill_null(rule.broken(cells, column), False)
            rows = pc.indices_nonzero(pc.and_not(broken, told)).cast(pa.int64())
            told = pc.or_(broken, told)
            if len(rows):
                yield _fault_of_cells(rule, column, rows)


def _fault_of_cells(rule: _Rule, column: Column, rows: pa.Array) -> Fault:
    return Fault(
        (column.name,),
        rows,
        lambda value: rule.message.format(value=value, column=column),
        rule.of_more.format(column=column),
        lambda value: rule.hint(value, column),
    )


# ── Keys and references ───────────────────────────────────────────────────────────────────────────


def _faults_of_keys(one: Opened) -> Iterator[Fault]:
    """Yield the rows whose key, or other value of which there should be one, stands in a row before them too."""
    unique = [(name,) for name, column in one.table.columns.items() if column.unique and (name,) != one.table.key]
    for columns in filter(None, [one.table.key, *unique]):
        if one.has(columns):
            names, rows = _numbered(one, columns)
            firsts = rows.group_by(names).aggregate([(_ROW, "min")])[f"{_ROW}_min"]
            again = rows[_ROW].filter(pc.invert(pc.is_in(rows[_ROW], firsts))).combine_chunks()
            if len(again):
                yield _fault_of_key(one, columns, again)


def _fault_of_key(one: Opened, columns: tuple[str, ...], rows: pa.Array) -> Fault:
    message = f"the same {', '.join(columns)} stands in another row of {one.table.name}"
    return Fault(columns, rows, lambda _: message, f"in which {message}")


def _dangling(one: Opened, opened: Mapping[str, Opened]) -> Iterator[Fault]:
    """Yield the rows that name a row which is not there; not where tables are missing or of different builds."""
    for reference in one.table.references:
        to = opened[reference.table]
        comparable = (
            one.is_of_the_build and to.is_of_the_build and one.has(reference.columns) and to.has(reference.target)
        )
        if comparable:
            names, rows = _numbered(one, reference.columns)
            targets = to.data.select(list(reference.target)).rename_columns(names)
            lost = rows.join(targets, names, join_type="left anti")[_ROW].combine_chunks()
            if len(lost):
                yield _fault_of_reference(reference, lost.take(pc.sort_indices(lost)))


def _fault_of_reference(reference: Reference, rows: pa.Array) -> Fault:
    return Fault(
        reference.columns,
        rows,
        lambda value: f"'{value}' is not in {reference.table}",
        f"whose {', '.join(reference.columns)} is not in {reference.table}",
    )


def _numbered(one: Opened, columns: tuple[str, ...]) -> tuple[list[str], pa.Table]:
    """Return some columns of the rows in which none is empty, under names of their own, and the rows' numbers."""
    names = [str(place) for place in range(len(columns))]
    table = one.data.select(list(columns)).rename_columns(names)
    return names, table.append_column(_ROW, pa.array(range(len(table)), pa.int64())).drop_null()
