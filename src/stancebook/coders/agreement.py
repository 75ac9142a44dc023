"""How far codings of the same texts agree: units, variables, confusions, and every passage on which coders differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from typing import Any, Literal

import pandas as pd

from stancebook.coders.alignment import Match, Span, align, clusters
from stancebook.coders.codings import Coding, Position
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
from stancebook.schema.column_types import Column
from stancebook.schema.contract import Contract
from stancebook.schema.spec import TableSpec

MIN_OVERLAP = 0.5  # of two passages that count as one: the intersection over the union
SMALL = 20  # units; with fewer, a coefficient says little

Unit = Mapping[int, int]  # by the number of a coding, the row of a table
Status = Literal["", "undefined", "all equal"]

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


@dataclass(frozen=True)
class UnitAgreement:
    """How far coders found the same units of one table.

    Attributes:
        coders: The coders.
        table: The table.
        documents: The number of documents that all of them coded.
        found: The number of rows of each coder.
        units: The number of units: rows that are matched count as one.
        by_all: The number of units that all coders found.
        exact: The number of matches of two coders with equal passages.
        overlapping: The number of matches of two coders whose passages overlap by at least `MIN_OVERLAP`.
        alpha: The unitizing alpha of the passages; None if it is undefined.
        parts: The number of parts of the texts that each coder marked, as the unitizing alpha compares them: rows that
            overlap or touch are one part.
        longest: The number of characters of each coder's longest part.
    """

    coders: tuple[str, ...]
    table: str
    documents: int
    found: tuple[int, ...]
    units: int
    by_all: int
    exact: int | None
    overlapping: int | None
    alpha: float | None
    parts: tuple[int, ...]
    longest: tuple[int, ...]

    def scores(self, matches: int | None) -> tuple[float | None, float | None, float | None]:
        """Return precision, recall and F1 of the second coder's rows, with the first coder's as reference."""
        if matches is None:
            return None, None, None
        first, second = self.found
        total = first + second
        precision = matches / second if second else None
        recall = matches / first if first else None
        return precision, recall, 2 * matches / total if total else None


@dataclass(frozen=True)
class VariableAgreement:
    """How far coders agree in one variable of matched rows.

    Attributes:
        coders: The coders.
        variable: The variable.
        n: The number of units for which at least two coders give a value.
        equal: The share of equal pairs of such values; None without pairs.
        alpha: Krippendorff's alpha; None if it is undefined.
        interval: Its 95 % interval; None if it is undefined.
        kappa: Cohen's kappa of two coders; None if it is undefined or there are more.
        n_with_empty: The number of units that at least two coders found.
        equal_with_empty: The share of equal pairs if empty is a value.
        alpha_with_empty: Krippendorff's alpha for names if empty is a value; for lists, with the empty set.
    """

    coders: tuple[str, ...]
    variable: Variable
    n: int
    equal: float | None
    alpha: float | None
    interval: tuple[float, float] | None
    kappa: float | None
    n_with_empty: int
    equal_with_empty: float | None
    alpha_with_empty: float | None

    @property
    def status(self) -> Status:
        """Why alpha is undefined; empty if it is not."""
        if self.alpha is not None:
            return ""
        return "all equal" if self.equal == 1 else "undefined"


@dataclass(frozen=True)
class Finding:
    """What one coder wrote for a unit.

    Attributes:
        coder: The coder.
        value: The value as text; None if it is empty, or if the coder has no such row.
        position: Where the row is; None if the coder has no such row.
    """

    coder: str
    value: str | None
    position: Position | None


@dataclass(frozen=True)
class Difference:
    """A unit that coders coded differently, or that not all of them found.

    Attributes:
        doc_id: The document.
        table: The table.
        name: The variable; empty if not all coders found the unit.
        passage: The passage of the first coder who found it.
        findings: What each coder wrote.
    """

    doc_id: str
    table: str
    name: str
    passage: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Agreement:
    """How far some codings agree.

    Attributes:
        coders: The coders that are compared.
        documents: The documents that all of them coded.
        units: By table; of more than two coders, those of all together come first, then those of each pair.
        variables: By variable, in the same order.
        confusions: For each variable with names and each pair of coders, how often two values were given together, by
            the variable and the coders; None is an empty value.
        differences: Every unit on which the coders differ, in the order of tables and texts.
    """

    coders: tuple[str, ...]
    documents: tuple[str, ...]
    units: tuple[UnitAgreement, ...]
    variables: tuple[VariableAgreement, ...]
    confusions: Mapping[tuple[Variable, str, str], Counter[tuple[str | None, str | None]]]
    differences: tuple[Difference, ...]


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
    whole = _Comparison(contract, codings, documents, tables)
    pairs = [_Comparison(contract, pair, documents, tables) for pair in combinations(codings, 2)]
    groups = [whole] if len(codings) == 2 else [whole, *pairs]
    return Agreement(
        tuple(coding.coder for coding in codings),
        tuple(whole.documents),
        tuple(each for group in groups for each in group.unit_agreements()),
        tuple(each for group in groups for each in group.variable_agreements()),
        {key: counts for pair in pairs for key, counts in pair.confusions()},
        tuple(whole.differences()),
    )


@dataclass(frozen=True)
class _Comparison:
    """Some codings of the documents that all their coders coded, aligned."""

    contract: Contract
    codings: Sequence[Coding]
    requested: Sequence[str]
    tables: Sequence[str]
    _cells: dict[tuple[int, str, str], list[Any]] = field(default_factory=dict)
    _children_by_parent: dict[tuple[int, str], dict[int, list[int]]] = field(default_factory=dict)

    @cached_property
    def coders(self) -> tuple[str, ...]:
        """The names of the coders."""
        return tuple(coding.coder for coding in self.codings)

    @cached_property
    def documents(self) -> list[str]:
        """The requested documents that all coders coded."""
        return [doc_id for doc_id in self.requested if all(doc_id in coding.texts for coding in self.codings)]

    @cached_property
    def specs(self) -> list[TableSpec]:
        """The tables that are compared, in the order of the contract."""
        return [spec for spec in self.contract.document_tables if spec.name in self.tables]

    # ── Units ─────────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def rows(self) -> Mapping[str, list[list[int]]]:
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

    @cached_property
    def spans(self) -> Mapping[str, list[list[Span]]]:
        """For each table with passages, what the rows of each coding are matched by."""
        return {
            spec.name: [self._spans(spec, number) for number in range(len(self.codings))]
            for spec in self.contract.tables_of_kind("annotation")
        }

    def _spans(self, spec: TableSpec, number: int) -> list[Span]:
        frame, rows = self.codings[number].frames[spec.name], self.rows[spec.name][number]
        document = self.contract.document.key[0]
        identity = [self.cells(number, spec.name, name) for name in identity_columns(self.contract, spec)]
        values = [
            self.cells(number, spec.name, variable.name)
            for variable in variables_of(self.contract, spec)
            if not variable.nested and not variable.target
        ]
        return [
            Span(
                frame[document].iloc[row],
                int(frame["char_start"].iloc[row]),
                int(frame["char_end"].iloc[row]),
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
    def units(self) -> Mapping[str, list[Unit]]:
        """The units of each table: which rows of which codings are about the same."""
        found = dict(self._anchored_units)
        nested = [spec for spec in self.contract.document_tables if spec.parent is not None]
        for spec in sorted(nested, key=self._depth):
            found[spec.name] = self._nested_units(spec, found[spec.parent or ""])
        return found

    @cached_property
    def _anchored_units(self) -> Mapping[str, list[Unit]]:
        """The units of documents and of rows with passages."""
        found: dict[str, list[Unit]] = {}
        for name, spans in self.spans.items():
            aligned = [(*pair, matches) for pair, matches in self.matches[name].items()]
            rows = self.rows[name]
            found[name] = [
                {number: rows[number][index] for number, index in unit.items()} for unit in clusters(spans, aligned)
            ]
        document = self.contract.document.name
        by_id: dict[str, dict[int, int]] = {doc_id: {} for doc_id in self.documents}
        for number, rows_of_coding in enumerate(self.rows[document]):
            for row in rows_of_coding:
                by_id[str(self.codings[number].tables[document].records.documents[row])][number] = row
        return {document: list(by_id.values()), **found}

    def _depth(self, spec: TableSpec) -> int:
        return 0 if spec.parent is None else 1 + self._depth(self.contract.tables[spec.parent])

    def _nested_units(self, spec: TableSpec, parent_units: Sequence[Unit]) -> list[Unit]:
        """Return the units of records that are nested in matched records and refer to the same."""
        parents = {(number, row): index for index, unit in enumerate(parent_units) for number, row in unit.items()}
        units: dict[Hashable, dict[int, int]] = {}
        for number, rows in enumerate(self.rows[spec.name]):
            records = self.codings[number].tables[spec.name].records
            seen: Counter[Hashable] = Counter()
            for row in rows:
                key = (parents[number, records.parents[row]], self._identity(spec, number, row))
                seen[key] += 1
                units.setdefault((key, seen[key]), {})[number] = row
        return list(units.values())

    def _identity(self, spec: TableSpec, number: int, row: int) -> tuple[Hashable, ...]:
        """Return what a nested record refers to; see `_identifying`."""
        return tuple(self._value(variable, number, row) for variable in self._identifying(spec))

    def _identifying(self, spec: TableSpec) -> list[Variable]:
        """Return the references of a nested table to the codebook; all its variables if it has none."""
        variables = [each for each in variables_of(self.contract, spec) if not each.nested]
        names = identity_columns(self.contract, spec)
        columns = {column.name: column for column in spec.columns}
        return [_variable(self.contract, spec, columns[name]) for name in names] or variables

    # ── Values ────────────────────────────────────────────────────────────────────────────────────

    def cells(self, number: int, table: str, column: str) -> list[Any]:
        """Return the cells of a column of a coding, None where they are empty."""
        key = (number, table, column)
        if key not in self._cells:
            cells = self.codings[number].frames[table][column]
            self._cells[key] = [None if missing else cell for cell, missing in zip(cells, cells.isna(), strict=True)]
        return self._cells[key]

    def values(self, variable: Variable) -> list[dict[int, Any]]:
        """Return the values of a variable for each unit of its table, by the number of the coding; None if empty."""
        return [
            {number: self._value(variable, number, row) for number, row in unit.items()}
            for unit in self.units[variable.table]
        ]

    def _value(self, variable: Variable, number: int, row: int) -> Any:
        if variable.nested:
            spec = self.contract.tables[variable.nested]
            children = self._children(variable.nested, number).get(row, ())
            return frozenset(self._identity(spec, number, child) for child in children) or None
        cell = self.cells(number, variable.table, variable.name)[row]
        if variable.target and cell is not None:
            return self._unit_of_key.get((variable.target, number, cell), cell)
        return cell

    def _children(self, nested: str, number: int) -> Mapping[int, list[int]]:
        """Return the rows of a nested table by the rows of their parents."""
        if (number, nested) not in self._children_by_parent:
            children: dict[int, list[int]] = {}
            for row in self.rows[nested][number]:
                children.setdefault(self.codings[number].tables[nested].records.parents[row], []).append(row)
            self._children_by_parent[number, nested] = children
        return self._children_by_parent[number, nested]

    @cached_property
    def _unit_of_key(self) -> Mapping[tuple[str, int, str], str]:
        """By table, coding and key of a row, one name for its unit: references to matched rows are equal."""
        names = {}
        for name, units in self._anchored_units.items():
            [key] = self.contract.tables[name].key
            for unit in units:
                keys = {number: str(self.cells(number, name, key)[row]) for number, row in unit.items()}
                unit_name = f"{min(keys)} {keys[min(keys)]}"
                names.update({(name, number, each): unit_name for number, each in keys.items()})
        return names

    @property
    def variables(self) -> list[Variable]:
        """The variables of the compared tables."""
        return [variable for spec in self.specs for variable in variables_of(self.contract, spec)]

    # ── Results ───────────────────────────────────────────────────────────────────────────────────

    def unit_agreements(self) -> Iterator[UnitAgreement]:
        """Yield the agreement in units of each table with passages."""
        for spec in self.specs:
            if not spec.is_annotation:
                continue
            units, pair = self.units[spec.name], self.matches[spec.name].get((0, 1), [])
            spans, two = self.spans[spec.name], len(self.codings) == 2
            pairs = [(spans[0][match.first], spans[1][match.second], match.overlap) for match in pair]
            parts, length = self._parts(spans)
            yield UnitAgreement(
                self.coders,
                spec.name,
                len(self.documents),
                tuple(len(rows) for rows in spans),
                len(units),
                sum(len(unit) == len(self.codings) for unit in units),
                sum(shared == 1 for *_, shared in pairs) if two else None,
                sum(shared >= MIN_OVERLAP for *_, shared in pairs) if two else None,
                unitizing_alpha(parts, length),
                tuple(map(len, parts)),
                tuple(max((end - start for start, end in each), default=0) for each in parts),
            )

    def _parts(self, spans: Sequence[Sequence[Span]]) -> tuple[list[list[Interval]], int]:
        """Return the marked parts of all texts, one after the other, by coding; and the length of the texts."""
        starts, length = {}, 0
        for doc_id in self.documents:
            starts[doc_id] = length
            length += len(self.codings[0].texts[doc_id]) + 1  # passages of two texts do not touch
        marked = [
            [(starts[span.document] + span.start, starts[span.document] + span.end) for span in rows] for rows in spans
        ]
        return [joined(each) for each in marked], length

    def variable_agreements(self) -> Iterator[VariableAgreement]:
        """Yield the agreement in each variable."""
        for variable in self.variables:
            values = [unit for unit in self.values(variable) if len(unit) > 1]
            documents = [self._document(variable.table, unit) for unit in self.units[variable.table] if len(unit) > 1]
            filled = [[value for value in unit.values() if value is not None] for unit in values]
            with_empty = [[_or_empty(variable, value) for value in unit.values()] for unit in values]
            paired = [unit for unit in filled if len(unit) > 1]
            metric_with_empty: Metric = "set" if variable.nested else "nominal"
            yield VariableAgreement(
                self.coders,
                variable,
                len(paired),
                share_equal(paired),
                alpha(filled, variable.metric, variable.order),
                alpha_interval(filled, variable.metric, variable.order, documents),
                kappa([(one, other) for one, other in paired]) if len(self.codings) == 2 else None,
                len(values),
                share_equal(with_empty),
                alpha(with_empty, metric_with_empty),
            )

    def confusions(self) -> Iterator[tuple[tuple[Variable, str, str], Counter[tuple[str | None, str | None]]]]:
        """Yield how often two coders gave two names to one unit, for each variable with names."""
        for variable in self.variables:
            if variable.metric in ("nominal", "ordinal") and not variable.target:
                pairs = (unit for unit in self.values(variable) if len(unit) == 2)
                counts = Counter((_as_text(unit[0]), _as_text(unit[1])) for unit in pairs)
                first, second = self.coders
                yield (variable, first, second), counts

    def differences(self) -> Iterator[Difference]:
        """Yield every unit that not all coders found, and every variable of a unit in which they differ."""
        for spec in self.specs:
            units = self.units[spec.name]
            if spec.is_annotation:
                missed = [unit for unit in units if len(unit) < len(self.codings)]
                yield from (self._difference(spec.name, "", unit, dict.fromkeys(unit, "")) for unit in missed)
            for variable in variables_of(self.contract, spec):
                for unit, values in zip(units, self.values(variable), strict=True):
                    if len(set(values.values())) > 1:
                        shown = {number: self._shown(variable, number, row) for number, row in unit.items()}
                        yield self._difference(spec.name, variable.name, unit, shown)

    def _difference(self, table: str, name: str, unit: Unit, shown: Mapping[int, str | None]) -> Difference:
        findings = tuple(
            Finding(
                coder, shown.get(number), self.codings[number].position(table, unit[number]) if number in unit else None
            )
            for number, coder in enumerate(self.coders)
        )
        return Difference(self._document(table, unit), table, name, self._passage(table, unit), findings)

    def _shown(self, variable: Variable, number: int, row: int) -> str | None:
        """Return a value as the coder wrote it."""
        if not variable.nested:
            return _as_text(self.cells(number, variable.table, variable.name)[row])
        names = [each.name for each in self._identifying(self.contract.tables[variable.nested])]
        cells = [self.cells(number, variable.nested, name) for name in names]
        children = self._children(variable.nested, number).get(row, ())
        return ", ".join(sorted(" ".join(_as_text(each[child]) or "" for each in cells) for child in children)) or None

    def _document(self, table: str, unit: Unit) -> str:
        number, row = min(unit.items())
        return str(self.codings[number].tables[table].records.documents[row])

    def _passage(self, table: str, unit: Unit) -> str:
        number, row = min(unit.items())
        spec, coding = self.contract.tables[table], self.codings[number]
        while spec.parent is not None:
            row, spec = coding.tables[spec.name].records.parents[row], self.contract.tables[spec.parent]
        if not spec.is_annotation:
            return ""
        frame = coding.frames[spec.name]
        text = coding.texts[frame[self.contract.document.key[0]].iloc[row]]
        return text[int(frame["char_start"].iloc[row]) : int(frame["char_end"].iloc[row])]


def _or_empty(variable: Variable, value: Any) -> Any:
    if value is not None:
        return value
    return frozenset() if variable.nested else ""


def _as_text(value: Any) -> str | None:
    if value is None:
        return None
    return value.date().isoformat() if isinstance(value, pd.Timestamp) and value == value.normalize() else str(value)
