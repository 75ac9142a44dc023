"""A dataset on disk held against the contract it carries → its tables, and what is wrong with them.

All is checked by Arrow, and a million rows take seconds. Nothing is held whole but keys that stand in no order, which
no build writes: cells and keys are read batch by batch, references block by block.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from stancebook.dataset.descriptor import Column, Package, Reference
from stancebook.dataset.layout import DATAPACKAGE, table_file
from stancebook.dataset.parquet_table import ParquetTable, RowSample, Violation, shorten
from stancebook.dataset.re2_patterns import matches
from stancebook.problems import Problem, display_path, errors_in
from stancebook.suggestions import one_of

_ROW = "row"
_BLOCK = 1 << 20  # rows of a table that are held at once, where they are looked for among those of another


@dataclass(frozen=True)
class ValidationResult:
    """The tables that could be read, by name, and the problems; a table has the columns that are as they should be."""

    tables: Mapping[str, ParquetTable]
    problems: list[Problem]

    @property
    def errors(self) -> list[Problem]:
        """The problems that are not warnings."""
        return errors_in(self.problems)


def validate_dataset(package: Package) -> ValidationResult:
    """Return the tables of a dataset, and every way in which they are not what its contract says."""
    opened = {table.name: ParquetTable(package, table) for table in package.tables.values()}
    problems = [*_notes(package), *_strangers(package)]
    cells = {name: list(_faults_of_cells(one)) for name, one in opened.items()}
    for name, one in opened.items():
        problems += one.problems
        if one.is_there:
            faults = [*cells[name], *_faults_of_keys(one), *_dangling(one, opened)]
            problems += (problem for fault in faults for problem in one.told(fault))
    return ValidationResult({name: one for name, one in opened.items() if one.is_there}, sorted(set(problems)))


def _notes(package: Package) -> Iterator[Problem]:
    file = display_path(package.folder / DATAPACKAGE)
    for note in package.notes:
        yield Problem(file, 1, 1, note.where, note.message, level="warning")


def _strangers(package: Package) -> Iterator[Problem]:
    """Yield the Parquet files that lie in the folder and not in the contract."""
    known = {table.file for table in package.tables.values()}
    for path in package.folder.glob(table_file("*")):
        if path.name not in known:
            yield Problem(display_path(path), 1, 1, "", f"{DATAPACKAGE} names no such table", level="warning")
    parts = {file.path for table in package.tables.values() for file in table.files}
    for path in package.folder.glob(f"{table_file('*')}/*"):
        if path.parent.name in known and f"{path.parent.name}/{path.name}" not in parts:
            message = f"{DATAPACKAGE} lists no such part, but whoever reads the whole folder reads it too"
            yield Problem(display_path(path), 1, 1, "", message, "take it out")


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
        lambda _, column: f"it has to match {shorten(str(column.pattern))}",
    ),
    _Rule(
        lambda column: column.minimum is not None,
        lambda cells, column: pc.less(cells, pa.scalar(column.minimum, pa.int64())),
        "{value} is less than {column.minimum}",
        "whose {column.name} is less than {column.minimum}",
    ),
)


def _faults_of_cells(one: ParquetTable) -> Iterator[Violation]:
    """Yield what is wrong within columns; of the rules that a cell breaks, the first."""
    columns = [one.table.columns[name] for name in one.schema.names if one.has((name,))]
    checks = [(column, [(rule, RowSample()) for rule in _RULES if rule.applies(column)]) for column in columns]
    for first, batch in one.scan():
        for column, rules in checks:
            cells, told = batch[column.name], pa.scalar(False)
            for rule, places in rules:
                broken = pc.fill_null(rule.broken(cells, column), False)
                places.add(pc.indices_nonzero(pc.and_not(broken, told)), first)
                told = pc.or_(broken, told)
    for column, rules in checks:
        yield from (_fault_of_cells(rule, column, places) for rule, places in rules if places.number)


def _fault_of_cells(rule: _Rule, column: Column, rows: RowSample) -> Violation:
    return Violation(
        (column.name,),
        rows,
        lambda value: rule.message.format(value=value, column=column),
        rule.of_more.format(column=column),
        lambda value: rule.hint(value, column),
    )


# ── Keys and references ───────────────────────────────────────────────────────────────────────────


def _faults_of_keys(one: ParquetTable) -> Iterator[Violation]:
    """Yield the rows whose key, or other value of which there should be one, stands in a row before them too."""
    unique = [(name,) for name, column in one.table.columns.items() if column.unique and (name,) != one.table.key]
    for columns in filter(None, [one.table.key, *unique]):
        if one.has(columns) and not _is_increasing(one, columns):
            names = _names(columns)
            rows = pa.concat_tables(_numbered(one, columns))
            firsts = rows.group_by(names).aggregate([(_ROW, "min")])[f"{_ROW}_min"]
            again = rows[_ROW].filter(pc.invert(pc.is_in(rows[_ROW], firsts))).combine_chunks()
            if len(again):
                yield _fault_of_key(one, columns, again)


def _is_increasing(one: ParquetTable, columns: Sequence[str]) -> bool:
    """Return whether each row is greater than the one before it, by some columns, the first of them first.

    Then none stands twice, and nobody needs to hold all of them to know.
    """
    last = None
    for batch in one.to_batches(columns=columns):
        if not batch.num_rows:
            continue
        cells = [_ranked(batch[name], one.table.columns[name]) for name in columns]
        chain = cells if last is None else [pa.concat_arrays(pair) for pair in zip(last, cells, strict=True)]
        greater, same = pa.scalar(False), pa.scalar(True)
        for each in chain:
            before, after = each.slice(0, len(each) - 1), each.slice(1)
            greater = pc.or_(greater, pc.and_(same, pc.less(before, after)))
            same = pc.and_(same, pc.equal(before, after))
        if not pc.all(greater, skip_nulls=False).as_py():
            return False
        last = [each.slice(len(each) - 1) for each in cells]
    return True


def _ranked(cells: pa.Array, column: Column) -> pa.Array:
    """Return what a build sorts a column by: choices stand in the order of their vocabulary."""
    return pc.index_in(cells, pa.array(list(column.vocabulary))) if column.vocabulary else cells


def _fault_of_key(one: ParquetTable, columns: tuple[str, ...], rows: pa.Array) -> Violation:
    message = f"the same {', '.join(columns)} stands in another row of {one.table.name}"
    places = RowSample()
    places.add(rows)
    return Violation(columns, places, lambda _: message, f"in which {message}")


def _dangling(one: ParquetTable, opened: Mapping[str, ParquetTable]) -> Iterator[Violation]:
    """Yield the rows that name a row which is not there; not where tables are missing or of different builds."""
    for reference in one.table.references:
        to = opened[reference.table]
        comparable = (
            one.is_of_the_build and to.is_of_the_build and one.has(reference.columns) and to.has(reference.target)
        )
        if comparable:
            lost = RowSample()
            for rows in _numbered(one, reference.columns):
                lost.add(_lost(rows, to, reference))
            if lost.number:
                yield _fault_of_reference(reference, lost)


def _lost(rows: pa.Table, to: ParquetTable, reference: Reference) -> pa.Array:
    """Return the numbers of those rows whose reference leads nowhere, in order."""
    names = _names(reference.columns)
    for targets in _numbered(to, reference.target):
        if not rows.num_rows:
            break
        rows = rows.join(targets.drop_columns([_ROW]), names, join_type="left anti")
    return rows[_ROW].combine_chunks().sort()


def _fault_of_reference(reference: Reference, rows: RowSample) -> Violation:
    return Violation(
        reference.columns,
        rows,
        lambda value: f"'{value}' is not in {reference.table}",
        f"whose {', '.join(reference.columns)} is not in {reference.table}",
    )


def _names(columns: Sequence[str]) -> list[str]:
    return [str(place) for place in range(len(columns))]


def _numbered(one: ParquetTable, columns: Sequence[str]) -> Iterator[pa.Table]:
    """Yield some columns of the rows in which none is empty, under `_names` of their own, and the rows' numbers.

    They come in blocks of some `_BLOCK` rows, of which there is at least one.
    """
    types = [one.schema.field(name).type for name in columns]
    none = pa.schema([*zip(_names(columns), types, strict=True), (_ROW, pa.int64())]).empty_table()
    first, block = 0, none
    for batch in one.to_batches(columns=columns):
        numbers = pa.array(np.arange(first, first + batch.num_rows))
        rows = pa.table([*batch.columns, numbers], none.column_names).drop_null()
        first += batch.num_rows
        block = pa.concat_tables([block, rows])
        if block.num_rows >= _BLOCK:
            yield block
            block = none
    yield block
