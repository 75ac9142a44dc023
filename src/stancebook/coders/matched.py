"""The codings of one document: their rows by id, and which of them are about the same."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from stancebook.coders.alignment import Span
from stancebook.coders.codings import Coding
from stancebook.coders.matters import QUOTE, CodedRow, values_of
from stancebook.coders.rows import CodedRows
from stancebook.coders.units import Units
from stancebook.coders.variables import identity_columns
from stancebook.schema.column_types import Column
from stancebook.schema.contract import Contract
from stancebook.schema.spec import ID, TableSpec

CODER = "coder"
WHO_AND_WHAT = (CODER, "text_sha256")  # of a document: not what it says, but who coded which bytes

Member = tuple[str, str, int]  # a coder, a table, and the number of a row in it
UnitName = tuple[str, int]  # a table, and the number of a unit in it


@dataclass(frozen=True)
class CodedDocument:
    """One coding of one document.

    Attributes:
        contract: The contract of the dataset.
        coding: The coding.
        doc_id: The document.
    """

    contract: Contract
    coding: Coding
    doc_id: str

    @cached_property
    def _rows(self) -> CodedRows:
        return CodedRows(self.contract, [self.coding], [self.doc_id])

    def rows(self, table: str) -> list[int]:
        """Return the numbers of the rows of a table."""
        return self._rows.by_table[table][0]

    def own_id(self, table: str, row: int) -> str:
        """Return the id that a row has in the file; of the document's record, its section."""
        if table == self.contract.document.name:
            return self.contract.document.section
        return (self.coding.tables[table].records.cell(row, ID) or "").strip()

    def passage(self, table: str, row: int) -> tuple[int, int]:
        """Return where the passage of a row starts and ends; both are 0 if it is not in the text."""
        start, end = (self._rows.cells(0, table, name)[row] for name in ("char_start", "char_end"))
        return int(start), int(end)

    def span(self, table: str, row: int) -> Span:
        """Return what a row is matched by."""
        identity = identity_columns(self.contract, self.contract.tables[table])
        values = tuple(self._rows.cells(0, table, name)[row] for name in identity)
        return Span(self.doc_id, *self.passage(table, row), values)

    def written(self, table: str, row: int) -> CodedRow:
        """Return a row as the coder wrote it."""
        spec, tables = self.contract.tables[table], self.coding.tables
        start, end = self.passage(table, row) if spec.is_annotation else (None, None)
        children = {
            section: tuple(
                values_of(tables[nested.name].records.columns, child)
                for child in self._rows.children(nested.name, 0, row)
            )
            for section, nested in self.contract.nested_tables(table).items()
        }
        return CodedRow(
            self.coding.coder,
            table,
            self.own_id(table, row),
            self.coding.position(table, row),
            start,
            end,
            values_of(tables[table].records.columns, row),
            {section: records for section, records in children.items() if records},
        )

    def comparable(self, table: str, row: int, unit_of: Mapping[tuple[str, str, str], UnitName]) -> dict[str, Hashable]:
        """Return the values of a row by key, such that equal ones mean the same.

        Args:
            table: The table.
            row: The number of the row.
            unit_of: By coder, table and id, the unit of a row that may be referred to.
        """
        spec = self.contract.tables[table]
        values = {
            column.name: self._value(column, table, row, unit_of)
            for column in spec.written_columns
            if column.name != QUOTE and not (spec.kind == "document" and column.name in WHO_AND_WHAT)
        }
        if spec.is_annotation:
            values[QUOTE] = self.passage(table, row)
        for section, nested in self.contract.nested_tables(table).items():
            children = self._rows.children(nested.name, 0, row)
            records = [self.comparable(nested.name, child, unit_of) for child in children]
            values[section] = tuple(sorted(tuple(map(repr, record.items())) for record in records))
        return values

    def _value(
        self, column: Column, table: str, row: int, unit_of: Mapping[tuple[str, str, str], UnitName]
    ) -> Hashable:
        cell: Hashable = self._rows.cells(0, table, column.name)[row]
        if isinstance(cell, str) and is_row_reference(self.contract, column):
            return unit_of.get((self.coding.coder, column.target or "", cell.removeprefix(f"{self.doc_id}#")), cell)
        return words(cell) if column.kind in ("text", "verbatim") and isinstance(cell, str) else cell


@dataclass(frozen=True)
class MatchedCodings:
    """Several codings of one document, of which rows that are about the same are matched.

    Attributes:
        contract: The contract of the dataset.
        codings: The codings, without errors; all have the document.
        doc_id: The document.
    """

    contract: Contract
    codings: Sequence[Coding]
    doc_id: str

    @property
    def coders(self) -> list[str]:
        """The coders."""
        return [coding.coder for coding in self.codings]

    @property
    def text(self) -> str:
        """The text of the document."""
        return self.codings[0].texts[self.doc_id]

    @cached_property
    def documents(self) -> Mapping[str, CodedDocument]:
        """The document as each coder coded it."""
        return {coding.coder: CodedDocument(self.contract, coding, self.doc_id) for coding in self.codings}

    @cached_property
    def units(self) -> Mapping[str, list[list[Member]]]:
        """For the document's record and each table with passages, the rows that are about the same."""
        found = Units(CodedRows(self.contract, self.codings, [self.doc_id])).by_table
        return {
            spec.name: [
                [(self.coders[number], spec.name, row) for number, row in unit.items()] for unit in found[spec.name]
            ]
            for spec in self.contract.document_tables
            if spec.parent is None
        }

    @cached_property
    def unit_of(self) -> Mapping[Member, UnitName]:
        """The unit of each row."""
        return {
            member: (table, index)
            for table, units in self.units.items()
            for index, unit in enumerate(units)
            for member in unit
        }

    @cached_property
    def members(self) -> Mapping[tuple[str, str], Member]:
        """The rows by the section of the document or their table, and their names in decisions."""
        return {(section_of(self.contract, member[1]), self.name(member)): member for member in self.unit_of}

    def own_id(self, member: Member) -> str:
        """Return the id that a row has in its file."""
        coder, table, row = member
        return self.documents[coder].own_id(table, row)

    def name(self, member: Member) -> str:
        """Return what decisions call a row: the coder, a dot and its id."""
        return f"{member[0]}.{self.own_id(member)}"

    def written(self, member: Member) -> CodedRow:
        """Return a row as its coder wrote it."""
        coder, table, row = member
        return self.documents[coder].written(table, row)


def section_of(contract: Contract, table: str) -> str:
    """Return what decisions call a table; the document's record goes by its section."""
    return contract.document.section if table == contract.document.name else table


def is_row_reference(contract: Contract, column: Column) -> bool:
    """Return whether a column refers to rows with passages."""
    return column.target is not None and contract.tables[column.target].is_annotation


def is_free_text(spec: TableSpec, key: str) -> bool:
    """Return whether a key holds what a coder phrases."""
    return key in spec.names and spec[key].kind == "text" and spec[key].pattern is None


def words(text: Any) -> str:
    """Return a text with single spaces between its words."""
    return " ".join(str(text).split())
