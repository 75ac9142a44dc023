"""What of matched rows is compared: columns that coders choose, and lists of nested records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from stancebook.coders.statistics import Metric
from stancebook.schema.column_types import Column
from stancebook.schema.contract import Contract
from stancebook.schema.spec import TableSpec

_METRICS: Mapping[str, Metric] = {
    "categorical": "nominal",
    "foreign_key": "nominal",
    "boolean": "nominal",
    "integer": "interval",
    "number": "interval",
    "date": "nominal",
    "datetime": "nominal",
    "edtf": "nominal",
}


@dataclass(frozen=True)
class Variable:
    """What is compared of matched rows: a column, or the list of nested records.

    Attributes:
        table: The table.
        name: The column, or the key of the list.
        metric: How different two values are.
        order: The values of an ordinal variable, in order.
        nullable: Whether it may be empty.
        target: For a reference to a row of a document, the table of that row.
        nested: For a list, the table of its records.
    """

    table: str
    name: str
    metric: Metric
    order: tuple[str, ...] = ()
    nullable: bool = False
    target: str = ""
    nested: str = ""


def variables_of(contract: Contract, table: TableSpec) -> list[Variable]:
    """Return what can be compared of a table: what coders choose, not what they phrase.

    Texts are left out unless they have a pattern, and so are verbatim words and what is computed.
    """
    columns = [column for column in table.columns if column.filled_by == "coder" and column.name not in table.key]
    found = [_variable(contract, table, column) for column in columns if _metric(column) is not None]
    lists = [
        Variable(table.name, section, "set", nullable=True, nested=nested.name)
        for section, nested in contract.nested_tables(table.name).items()
    ]
    return [*found, *lists]


def _metric(column: Column) -> Metric | None:
    if column.kind == "text":
        return "nominal" if column.pattern is not None else None
    return "ordinal" if column.ordered else _METRICS.get(column.kind)


def _variable(contract: Contract, table: TableSpec, column: Column) -> Variable:
    to_document = column.target is not None and not contract.in_codebook(column.target)
    return Variable(
        table.name,
        column.name,
        _metric(column) or "nominal",
        tuple(column.vocabulary) if column.ordered else (),
        column.nullable,
        target=column.target or "" if to_document else "",
    )


def identity_columns(contract: Contract, table: TableSpec) -> list[str]:
    """Return the columns by which a coder says what a row is about: foreign keys to the codebook."""
    return [
        column.name
        for column in table.references
        if column.may_be_given and column.target is not None and contract.in_codebook(column.target)
    ]


def identifying_variables(contract: Contract, table: TableSpec) -> list[Variable]:
    """Return by what a nested record is identified: its references to the codebook, or all it has without any."""
    columns = {column.name: column for column in table.columns}
    named = [_variable(contract, table, columns[name]) for name in identity_columns(contract, table)]
    return named or [each for each in variables_of(contract, table) if not each.nested]
