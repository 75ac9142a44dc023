"""The codebook that exports bring along: every table, column and value with its definition, as rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator
from dataclasses import astuple, dataclass, fields

from stancebook.dataset.descriptor import Package
from stancebook.schema.column_types import Column
from stancebook.schema.spec import TableSpec

_TYPES = {"string": "text"}  # types of a data package that have another name here


@dataclass(frozen=True)
class Entry:
    """One row of the codebook: a value of a column; or a column without a vocabulary; or a table, without a column.

    Attributes:
        type: `text`, `nominal` (a vocabulary), `ordinal` (one whose order is a scale), or that of a data package.
        order: The place of the value in its vocabulary, from 1.
    """

    table: str
    column: str
    title: str
    type: str
    definition: str
    value: str = ""
    value_definition: str = ""
    order: int | None = None


HEADER = tuple(each.name for each in fields(Entry))


def codebook(package: Package) -> Iterator[Entry]:
    """Yield the entries of all tables, each table first, then its columns."""
    for spec in package.tables.values():
        yield Entry(spec.name, "", spec.title, "table", spec.description)
        for column in spec.columns:
            yield from _entries(spec, column)


def codebook_csv(package: Package) -> bytes:
    """Return the codebook as a CSV file; an empty cell is an empty field."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(HEADER)
    writer.writerows(map(astuple, codebook(package)))
    return text.getvalue().encode()


def codebook_name(names: Collection[str]) -> str:
    """Return `codebook`, or where a table has that name, one with underscores before it that none has."""
    name = "codebook"
    taken = {each.lower() for each in names}
    while name in taken:
        name = f"_{name}"
    return name


def _entries(spec: TableSpec, column: Column) -> Iterator[Entry]:
    facts = (spec.name, column.name, column.title, _type(column), column.description)
    if not column.vocabulary:
        yield Entry(*facts)
    for order, (value, definition) in enumerate(column.vocabulary.items(), start=1):
        yield Entry(*facts, value, definition, order)


def _type(column: Column) -> str:
    if column.vocabulary:
        return "ordinal" if column.ordered else "nominal"
    return _TYPES.get(column.data_type, column.data_type)
