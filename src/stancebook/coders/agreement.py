"""How far codings of the same texts agree: units, variables, confusions, and every passage on which coders differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from statistics import median
from typing import Any

from stancebook.coders.alignment import Span
from stancebook.coders.codings import Coding
from stancebook.coders.results import (
    LONG,
    MIN_OVERLAP,
    Agreement,
    Difference,
    Finding,
    LongPassage,
    UnitAgreement,
    VariableAgreement,
)
from stancebook.coders.rows import CodedRows, as_text
from stancebook.coders.statistics import (
    Interval,
    Metric,
    alpha,
    alpha_interval,
    joined,
    kappa,
    share_equal,
    unitizing_alpha,
)
from stancebook.coders.units import Unit, Units
from stancebook.coders.variables import Variable, variables_of
from stancebook.schema.contract import Contract
from stancebook.schema.spec import TableSpec


def compare(
    contract: Contract, codings: Sequence[Coding], documents: Sequence[str], tables: Sequence[str]
) -> Agreement:
    """Compare codings.

    With more than two coders, all are compared together, and then each pair.

    Args:
        contract: The contract of the dataset.
        codings: Two or more codings without errors.
        documents: The documents to compare; of these, each comparison takes those that all its coders coded.
        tables: The names of the tables to compare.
    """
    whole = _Comparison(CodedRows(contract, codings, documents), tables)
    pairs = [whole]
    if len(codings) > 2:
        pairs = [_Comparison(CodedRows(contract, pair, documents), tables) for pair in combinations(codings, 2)]
    groups = [whole, *pairs][len(codings) == 2 :]
    return Agreement(
        tuple(coding.coder for coding in codings),
        tuple(whole.rows.documents),
        tuple(each for group in groups for each in group.unit_agreements()),
        tuple(each for group in groups for each in group.variable_agreements()),
        {key: counts for pair in pairs for key, counts in pair.confusions()},
        tuple(whole.differences()),
        tuple(whole.long_passages()),
    )


def compare_all(contract: Contract, codings: Sequence[Coding]) -> Agreement:
    """Compare codings in all tables that are written in documents, and in all documents that their coders coded.

    Args:
        contract: The contract of the dataset.
        codings: Two or more codings without errors.
    """
    documents = dict.fromkeys(doc_id for coding in codings for doc_id in coding.texts)
    return compare(contract, codings, list(documents), [spec.name for spec in contract.document_tables])


@dataclass(frozen=True)
class _Comparison:
    """Some codings of the documents that all their coders coded, aligned."""

    rows: CodedRows
    tables: Sequence[str]

    @cached_property
    def units(self) -> Units:
        """Which rows are about the same."""
        return Units(self.rows)

    @property
    def specs(self) -> list[TableSpec]:
        """The tables that are compared, in the order of the contract."""
        return [spec for spec in self.rows.contract.document_tables if spec.name in self.tables]

    @property
    def variables(self) -> list[Variable]:
        """The variables of the compared tables."""
        return [variable for spec in self.specs for variable in variables_of(self.rows.contract, spec)]

    def values(self, variable: Variable) -> list[dict[int, Any]]:
        """Return the values of a variable for each unit of its table, by the number of the coding; None if empty."""
        return [
            {number: self.units.values.value(variable, number, row) for number, row in unit.items()}
            for unit in self.units.by_table[variable.table]
        ]

    # ── Units ─────────────────────────────────────────────────────────────────────────────────────

    def unit_agreements(self) -> Iterator[UnitAgreement]:
        """Yield the agreement in units of each table with passages."""
        number = len(self.rows.codings)
        for spec in self.specs:
            if not spec.is_annotation:
                continue
            units, spans = self.units.by_table[spec.name], self.units.spans[spec.name]
            overlaps = [match.overlap for match in self.units.matches[spec.name].get((0, 1), [])]
            parts, length = self._parts(spans)
            yield UnitAgreement(
                self.rows.coders,
                spec.name,
                len(self.rows.documents),
                tuple(len(rows) for rows in spans),
                len(units),
                sum(len(unit) == number for unit in units),
                sum(shared == 1 for shared in overlaps) if number == 2 else None,
                sum(shared >= MIN_OVERLAP for shared in overlaps) if number == 2 else None,
                unitizing_alpha(parts, length),
                tuple(map(len, parts)),
                tuple(max((end - start for start, end in each), default=0) for each in parts),
            )

    def _parts(self, spans: Sequence[Sequence[Span]]) -> tuple[list[list[Interval]], int]:
        """Return the marked parts of all texts, one after the other, by coding; and the length of the texts."""
        starts, length = {}, 0
        for doc_id in self.rows.documents:
            starts[doc_id] = length
            length += len(self.rows.codings[0].texts[doc_id]) + 1  # passages of two texts do not touch
        marked = [
            [(starts[span.document] + span.start, starts[span.document] + span.end) for span in rows] for rows in spans
        ]
        return [joined(each) for each in marked], length

    def long_passages(self) -> Iterator[LongPassage]:
        """Yield the passages that dominate the unitizing alpha of their table."""
        for spec in self.specs:
            spans = self.units.spans.get(spec.name, [])
            lengths = [span.end - span.start for rows in spans for span in rows]
            usual = round(median(lengths)) if lengths else 0
            for number, rows in enumerate(spans):
                for row, span in zip(self.rows.by_table[spec.name][number], rows, strict=True):
                    if (length := span.end - span.start) >= LONG * usual:
                        position = self.rows.codings[number].position(spec.name, row)
                        yield LongPassage(self.rows.coders[number], spec.name, length, usual, position)

    # ── Values ────────────────────────────────────────────────────────────────────────────────────

    def variable_agreements(self) -> Iterator[VariableAgreement]:
        """Yield the agreement in each variable."""
        for variable in self.variables:
            values = [unit for unit in self.values(variable) if len(unit) > 1]
            matched = [unit for unit in self.units.by_table[variable.table] if len(unit) > 1]
            documents = [self._document(variable.table, unit) for unit in matched]
            filled = [[value for value in unit.values() if value is not None] for unit in values]
            with_empty = [[_or_empty(variable, value) for value in unit.values()] for unit in values]
            paired = [unit for unit in filled if len(unit) > 1]
            metric_with_empty: Metric = "set" if variable.nested else "nominal"
            yield VariableAgreement(
                self.rows.coders,
                variable,
                len(paired),
                share_equal(paired),
                alpha(filled, variable.metric, variable.order),
                alpha_interval(filled, variable.metric, variable.order, documents),
                kappa([(one, other) for one, other in paired]) if len(self.rows.codings) == 2 else None,
                len(values),
                share_equal(with_empty),
                alpha(with_empty, metric_with_empty),
            )

    def confusions(self) -> Iterator[tuple[tuple[Variable, str, str], Counter[tuple[str | None, str | None]]]]:
        """Yield how often two coders gave two names to one unit, for each variable with names."""
        for variable in self.variables:
            if variable.metric in ("nominal", "ordinal") and not variable.target:
                pairs = (unit for unit in self.values(variable) if len(unit) == 2)
                counts = Counter((as_text(unit[0]), as_text(unit[1])) for unit in pairs)
                first, second = self.rows.coders
                yield (variable, first, second), counts

    # ── Differences ───────────────────────────────────────────────────────────────────────────────

    def differences(self) -> Iterator[Difference]:
        """Yield every unit that not all coders found, and every variable of a unit in which they differ."""
        for spec in self.specs:
            units = self.units.by_table[spec.name]
            if spec.is_annotation:
                missed = [unit for unit in units if len(unit) < len(self.rows.codings)]
                yield from (self._difference(spec.name, "", unit, dict.fromkeys(unit, "")) for unit in missed)
            for variable in variables_of(self.rows.contract, spec):
                for unit, values in zip(units, self.values(variable), strict=True):
                    if len(set(values.values())) > 1:
                        shown = {number: self.units.values.shown(variable, number, row) for number, row in unit.items()}
                        yield self._difference(spec.name, variable.name, unit, shown)

    def _difference(self, table: str, name: str, unit: Unit, shown: Mapping[int, str | None]) -> Difference:
        positions = {number: self.rows.codings[number].position(table, row) for number, row in unit.items()}
        findings = tuple(
            Finding(coder, shown.get(number), positions.get(number)) for number, coder in enumerate(self.rows.coders)
        )
        passage = self.rows.passage(table, *min(unit.items()))
        return Difference(self._document(table, unit), table, name, passage, findings)

    def _document(self, table: str, unit: Unit) -> str:
        return self.rows.document(table, *min(unit.items()))


def _or_empty(variable: Variable, value: Any) -> Any:
    if value is not None:
        return value
    return frozenset() if variable.nested else ""
