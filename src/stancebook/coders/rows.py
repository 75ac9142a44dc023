"""The rows that some coders wrote for the same documents, by table and by the number of the coding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from stancebook.coders.codings import Coding
from stancebook.schema.contract import Contract


@dataclass(frozen=True)
class CodedRows:
    """The rows of the documents that all of some coders coded.

    A row is named by its table, the number of its coding and its number in the table of the coding.

    Attributes:
        contract: The contract of the dataset.
        codings: The codings.
        requested: The documents to compare.
    """

    contract: Contract
    codings: Sequence[Coding]
    requested: Sequence[str]
    _cells: dict[tuple[int, str, str], list[Any]] = field(default_factory=dict)
    _children: dict[tuple[int, str], dict[int, list[int]]] = field(default_factory=dict)

    @cached_property
    def coders(self) -> tuple[str, ...]:
        """The names of the coders."""
        return tuple(coding.coder for coding in self.codings)

    @cached_property
    def documents(self) -> list[str]:
        """The requested documents that all coders coded."""
        return [doc_id for doc_id in self.requested if all(doc_id in coding.texts for coding in self.codings)]

    @cached_property
    def by_table(self) -> Mapping[str, list[list[int]]]:
        """For each table, the rows of the compared documents of each coding."""
        chosen = set(self.documents)
        return {
            spec.name: [
                [
                    row
                    for row, doc_id in enumerate(coding.tables[spec.name].records.documents.to_pylist())
                    if doc_id in chosen
                ]
                for coding in self.codings
            ]
            for spec in self.contract.document_tables
        }

    def cells(self, number: int, table: str, column: str) -> list[Any]:
        """Return the cells of a column of a coding, None where they are empty."""
        key = (number, table, column)
        if key not in self._cells:
            cells = self.codings[number].frames[table][column]
            self._cells[key] = [None if missing else cell for cell, missing in zip(cells, cells.isna(), strict=True)]
        return self._cells[key]

    def parent(self, table: str, number: int, row: int) -> int:
        """Return the row that a nested row is in."""
        return self.codings[number].tables[table].records.parents[row]

    def children(self, nested: str, number: int, row: int) -> Sequence[int]:
        """Return the rows of a nested table that are in a row of its parent table."""
        key = (number, nested)
        if key not in self._children:
            children: dict[int, list[int]] = {}
            for child in self.by_table[nested][number]:
                children.setdefault(self.parent(nested, number, child), []).append(child)
            self._children[key] = children
        return self._children[key].get(row, ())

    def document(self, table: str, number: int, row: int) -> str:
        """Return the document that a row is of."""
        return str(self.codings[number].tables[table].records.documents[row])

    def passage(self, table: str, number: int, row: int) -> str:
        """Return the passage of a row, or of the row that it is nested in; empty without one."""
        spec = self.contract.tables[table]
        while spec.parent is not None:
            row, spec = self.parent(spec.name, number, row), self.contract.tables[spec.parent]
        if not spec.is_annotation:
            return ""
        places = (self.contract.document.key[0], "char_start", "char_end")
        doc_id, start, end = (self.cells(number, spec.name, name)[row] for name in places)
        return self.codings[number].texts[doc_id][start:end]


def as_text(value: Any) -> str | None:
    """Return a cell as a coder writes it; None if it is empty."""
    if value is None:
        return None
    return value.date().isoformat() if isinstance(value, pd.Timestamp) and value == value.normalize() else str(value)
