"""Turn the annotations of a tool into rows of tables, and find the rows of a coding that they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from stancebook.exchange.mapping import Meaning, Names
from stancebook.exchange.placing import NotPlacedError, PlacedText, Span, problem_at
from stancebook.exchange.project import Row, ToolItem, Values
from stancebook.problems import Problem, shorten
from stancebook.schema.column_types import SLUG
from stancebook.sources.editing import next_id


@dataclass
class IncomingRow:
    """A row that an annotation of a tool says.

    Attributes:
        item: The annotation.
        table: Its table.
        span: Its passage.
        values: The cells that the tool says something of; None for one that was emptied.
        links: The `tool_id` of the annotations that it refers to, by column; None where that was emptied.
        children: The nested records by section, where the tool says something of them.
        id: Its short ID; empty until one is given.
        known: The row of the coder's file that it is; None for a new one.
        base: The row whose cells it has where the tool says nothing.
    """

    item: ToolItem
    table: str
    span: Span
    values: dict[str, str | None]
    links: Mapping[str, str | None]
    children: Mapping[str, Sequence[Values]]
    id: str = ""
    known: Row | None = None
    base: Row | None = None


@dataclass
class RowReader:
    """Reads the annotations of one text.

    Attributes:
        names: What the names of the tool mean.
        placed: The text.
        problems: What cannot be read.
        left_out: The annotations that became no row, because of a problem or of the mapping.
    """

    names: Names
    placed: PlacedText
    problems: list[Problem] = field(default_factory=list)
    left_out: list[ToolItem] = field(default_factory=list)

    def read(self, items: Iterable[ToolItem]) -> list[IncomingRow]:
        """Return the rows of annotations in their order."""
        rows = []
        for item in items:
            found = [*self._rows(item)]
            rows += found
            self.left_out += [] if found else [item]
        return rows

    def _rows(self, item: ToolItem) -> Iterator[IncomingRow]:
        """Yield a row for each table that the labels of an annotation name; none if anything of it has no meaning."""
        where, n_before = _where(item), len(self.problems)
        meanings = [*self._meanings(item, where)]
        if not meanings or len(self.problems) > n_before:
            return
        try:
            span, warning = self.placed.place(item)
        except NotPlacedError as error:
            self.problems.append(problem_at(item.place, where, *error.args))
            return
        if warning:
            self.problems.append(problem_at(item.place, where, warning, "compare it with the text", warning=True))
        n_problems = len(self.problems)
        for table in dict.fromkeys(meaning.table for meaning in meanings):
            row = IncomingRow(item, table, span, {}, {}, {})
            self._fill(row, where)
            for meaning in meanings:
                if meaning.table == table and meaning.column:
                    self._add_value(row, meaning, where)
            if len(self.problems) == n_problems:
                yield row

    def _meanings(self, item: ToolItem, where: str) -> Iterator[Meaning]:
        for label in item.labels:
            try:
                meaning = self.names.meaning(label)
            except LookupError as error:
                self.problems.append(problem_at(item.place, where, f"'{shorten(label)}' is no table", *error.args))
            else:
                if meaning is not None:
                    yield meaning
        if not item.labels:
            self.problems.append(problem_at(item.place, where, "it has no label", "give it the label of a table"))

    def _fill(self, row: IncomingRow, where: str) -> None:
        """Fill the cells of a row from the attributes of its annotation."""
        links: dict[str, str | None] = {}
        children: dict[str, Sequence[Values]] = {}
        for attribute, value in row.item.values.items():
            if column := self._column(row, attribute, where):
                row.values[column] = None if value is None else self.names.value(row.table, column, value)
        for attribute, target in row.item.links.items():
            if column := self._column(row, attribute, where):
                links[column] = target
        for attribute, records in row.item.children.items():
            if section := self._column(row, attribute, where):
                children[section] = records
        row.links, row.children = links, children

    def _column(self, row: IncomingRow, attribute: str, where: str) -> str:
        """Return the column of an attribute; empty for one without meaning, which is reported."""
        try:
            return self.names.column(row.table, attribute)
        except LookupError as error:
            message = f"'{shorten(attribute)}' is no column of {row.table}"
            self.problems.append(problem_at(row.item.place, where, message, *error.args))
            return ""

    def _add_value(self, row: IncomingRow, meaning: Meaning, where: str) -> None:
        """Fill the cell that a label means; report a second value for it."""
        value = self.names.value(row.table, meaning.column, meaning.value)
        other = row.values.get(meaning.column)
        if other not in (None, value):
            message = f"{meaning.column} has two values, '{other}' and '{value}'"
            self.problems.append(problem_at(row.item.place, where, message, "keep one of the two codes"))
        row.values[meaning.column] = value


def _where(item: ToolItem) -> str:
    return f"annotation '{shorten(item.tool_id)}'"


# ── Rows that are known ───────────────────────────────────────────────────────────────────────────


def recognize(rows: list[IncomingRow], own: Sequence[Row], origin: Sequence[Row]) -> list[Problem]:
    """Find the rows of a coding that annotations are, and give IDs to the others.

    An annotation with the ID of a row is that row. One without is the row of its table at its passage, if there is one;
    of several, the most similar.

    Args:
        rows: The rows that the tool says; they are changed, and those with the ID of another are removed.
        own: The rows of the coder's file.
        origin: The rows of the dataset, which may have been exported for the coder.

    Returns:
        A problem for each annotation that has the ID of another.
    """
    problems, repeated = [], []
    by_address = {row.address: row for row in own}
    origins = {row.address: row for row in origin}
    taken: dict[str, IncomingRow] = {}
    for row in rows:
        row_id = row.item.row_id
        address = f"{row.table}.{row_id}"
        if not SLUG.matches(row_id):
            continue
        if address in taken:
            repeated.append(row)
            hint = "delete one of the two, or its note of the row"
            problems.append(problem_at(row.item.place, address, "two annotations are this row", hint))
            continue
        row.id, row.known = row_id, by_address.get(address)
        row.base = row.known or origins.get(address)
        taken[address] = row
    rows[:] = [row for row in rows if row not in repeated]
    _recognize_by_passage([row for row in rows if not row.id], [row for row in own if row.address not in taken])
    used: dict[str, list[str]] = {}
    for table, row_id in [*((row.table, row.id) for row in own), *((row.table, row.id) for row in rows if row.id)]:
        used.setdefault(table, []).append(row_id)
    for row in sorted(rows, key=lambda row: row.span):
        if not row.id:
            row.id = next_id(row.table, used.setdefault(row.table, []))
            used[row.table].append(row.id)
    return problems


def _recognize_by_passage(rows: Sequence[IncomingRow], free: Sequence[Row]) -> None:
    """Find rows of the same table and passage, the most similar first."""
    places: dict[tuple[str, int, int], list[Row]] = {}
    for each in free:
        places.setdefault((each.table, each.start, each.end), []).append(each)
    pairs = [
        (-_similarity(row, candidate), number, row, candidate)
        for number, row in enumerate(rows)
        for candidate in places.get((row.table, *row.span), [])
    ]
    claimed: set[str] = set()
    for _, _, row, candidate in sorted(pairs, key=lambda pair: pair[:2]):
        if not row.id and candidate.address not in claimed:
            claimed.add(candidate.address)
            row.id, row.known, row.base = candidate.id, candidate, candidate


def _similarity(row: IncomingRow, other: Row) -> int:
    """Return in how many cells that the tool says something of two rows are equal, less those in which they differ."""
    return sum(1 if (value or "") == other.values.get(column, "") else -1 for column, value in row.values.items())
