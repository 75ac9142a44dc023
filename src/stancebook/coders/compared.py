"""Units one by one: the row of each coder who found it, and in what they differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from stancebook.coders.codings import Coding
from stancebook.coders.rows import CodedRows
from stancebook.coders.units import Unit, Units
from stancebook.coders.variables import variables_of
from stancebook.schema.contract import Contract
from stancebook.schema.spec import TableSpec


@dataclass(frozen=True)
class ComparedUnit:
    """What coders wrote about the same: a matched row of each who found it.

    Attributes:
        doc_id: The document.
        table: The table; nested rows belong to the unit of the row that they are in.
        rows: By the number of a coding, the row of its frame.
        differing: The columns and lists in which those who found it differ.
    """

    doc_id: str
    table: str
    rows: Unit
    differing: tuple[str, ...]


def compared_units(contract: Contract, codings: Sequence[Coding], documents: Sequence[str]) -> Iterator[ComparedUnit]:
    """Yield the units of the documents that all coders coded, in the order of tables and texts.

    Args:
        contract: The contract of the dataset.
        codings: Two or more codings without errors.
        documents: The documents to compare.
    """
    units = Units(CodedRows(contract, codings, documents))
    for spec in contract.document_tables:
        if spec.parent is None:
            for unit, names in zip(units.by_table[spec.name], _differing(units, spec), strict=True):
                yield ComparedUnit(units.rows.document(spec.name, *min(unit.items())), spec.name, unit, tuple(names))


def _differing(units: Units, spec: TableSpec) -> list[dict[str, None]]:
    """Return, for each unit of a table, the columns and lists in which it differs, in their order."""
    found: list[dict[str, None]] = [{} for _ in units.by_table[spec.name]]
    for variable in variables_of(units.contract, spec):
        for unit, names in zip(units.by_table[spec.name], found, strict=True):
            if len({units.values.value(variable, *row) for row in unit.items()}) > 1:
                names[variable.name] = None
    numbers = {row: number for number, unit in enumerate(units.by_table[spec.name]) for row in unit.items()}
    for section, nested in units.contract.nested_tables(spec.name).items():
        for unit, names in zip(units.by_table[nested.name], _differing(units, nested), strict=True):
            if names:
                coding, row = min(unit.items())
                found[numbers[coding, units.rows.parent(nested.name, coding, row)]][section] = None
    return found
