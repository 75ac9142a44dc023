"""Units: which rows of which codings are about the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from stancebook.coders.alignment import Match, Span, align, clusters
from stancebook.coders.rows import CodedRows
from stancebook.coders.values import Values
from stancebook.coders.variables import identity_columns, variables_of
from stancebook.schema.contract import Contract
from stancebook.schema.spec import TableSpec

Unit = Mapping[int, int]  # by the number of a coding, the row of a table


@dataclass(frozen=True)
class Units:
    """The units of some codings.

    Attributes:
        rows: The rows of the codings.
    """

    rows: CodedRows

    @property
    def contract(self) -> Contract:
        """The contract of the dataset."""
        return self.rows.contract

    @cached_property
    def by_table(self) -> Mapping[str, list[Unit]]:
        """The units of each table."""
        found = dict(self._anchored)
        nested = [spec for spec in self.contract.document_tables if spec.parent is not None]
        for spec in sorted(nested, key=self._depth):
            found[spec.name] = self._nested(spec, found[spec.parent or ""])
        return found

    @cached_property
    def values(self) -> Values:
        """The values of the rows."""
        return Values(self.rows, self._unit_of_key)

    # ── Documents and rows with passages ──────────────────────────────────────────────────────────

    @cached_property
    def spans(self) -> Mapping[str, list[list[Span]]]:
        """For each table with passages, what the rows of each coding are matched by."""
        return {
            spec.name: [self._spans(spec, number) for number in range(len(self.rows.codings))]
            for spec in self.contract.tables_of_kind("annotation")
        }

    def _spans(self, spec: TableSpec, number: int) -> list[Span]:
        rows = self.rows.by_table[spec.name][number]
        places = (self.contract.document.key[0], "char_start", "char_end")
        documents, starts, ends = (self.rows.cells(number, spec.name, name) for name in places)
        identity = [self.rows.cells(number, spec.name, name) for name in identity_columns(self.contract, spec)]
        values = [
            self.rows.cells(number, spec.name, variable.name)
            for variable in variables_of(self.contract, spec)
            if not variable.nested and not variable.target
        ]
        return [
            Span(
                documents[row],
                starts[row],
                ends[row],
                tuple(cells[row] for cells in identity),
                tuple(str(cells[row]) for cells in values),
            )
            for row in rows
        ]

    @cached_property
    def matches(self) -> Mapping[str, dict[tuple[int, int], list[Match]]]:
        """For each table with passages and each pair of codings, the matches of their spans."""
        return {
            name: {(one, other): align(spans[one], spans[other]) for one, other in combinations(range(len(spans)), 2)}
            for name, spans in self.spans.items()
        }

    @cached_property
    def _anchored(self) -> Mapping[str, list[Unit]]:
        """The units of documents and of rows with passages."""
        found: dict[str, list[Unit]] = {}
        for name, spans in self.spans.items():
            aligned = [(*pair, matches) for pair, matches in self.matches[name].items()]
            rows = self.rows.by_table[name]
            found[name] = [
                {number: rows[number][index] for number, index in unit.items()} for unit in clusters(spans, aligned)
            ]
        document = self.contract.document.name
        by_id: dict[str, dict[int, int]] = {doc_id: {} for doc_id in self.rows.documents}
        for number, rows_of_coding in enumerate(self.rows.by_table[document]):
            for row in rows_of_coding:
                by_id[self.rows.document(document, number, row)][number] = row
        return {document: list(by_id.values()), **found}

    @cached_property
    def _unit_of_key(self) -> Mapping[tuple[str, int, str], str]:
        """By table, coding and key of a row, one name for its unit: references to matched rows are equal."""
        names = {}
        for name, units in self._anchored.items():
            [key] = self.contract.tables[name].key
            for unit in units:
                keys = {number: str(self.rows.cells(number, name, key)[row]) for number, row in unit.items()}
                unit_name = f"{min(keys)} {keys[min(keys)]}"
                names.update({(name, number, each): unit_name for number, each in keys.items()})
        return names

    # ── Nested records ────────────────────────────────────────────────────────────────────────────

    def _depth(self, spec: TableSpec) -> int:
        return 0 if spec.parent is None else 1 + self._depth(self.contract.tables[spec.parent])

    def _nested(self, spec: TableSpec, parent_units: Sequence[Unit]) -> list[Unit]:
        """Return the units of records that are nested in matched records and refer to the same."""
        parents = {(number, row): index for index, unit in enumerate(parent_units) for number, row in unit.items()}
        units: dict[Hashable, dict[int, int]] = {}
        for number, rows in enumerate(self.rows.by_table[spec.name]):
            seen: Counter[Hashable] = Counter()
            for row in rows:
                parent = parents[number, self.rows.parent(spec.name, number, row)]
                key = (parent, self.values.identity(spec, number, row))
                seen[key] += 1
                units.setdefault((key, seen[key]), {})[number] = row
        return list(units.values())
