"""Turn the rows that a tool says into edits of a coder's annotation file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from stancebook.exchange.placing import PlacedText, problem_at
from stancebook.exchange.project import CodedText, Row, ToolItem, Values
from stancebook.exchange.rows import IncomingRow
from stancebook.problems import Problem
from stancebook.schema.contract import Contract
from stancebook.schema.spec import ID, QUOTE_CONTEXT
from stancebook.sources.editing import Edit, InsertRecord, RemoveRecord, ReplaceList, SetValues
from stancebook.sources.selections import quote_passage, trimmed


@dataclass
class IncomingCoding:
    """The annotations of one coder on one text, as a tool has them.

    Attributes:
        coder: The coder.
        placed: The text.
        rows: The rows that they say.
        left_out: Those that became no row.
    """

    coder: str
    placed: PlacedText
    rows: list[IncomingRow] = field(default_factory=list)
    left_out: list[ToolItem] = field(default_factory=list)

    @property
    def coded(self) -> CodedText:
        """The text of the project."""
        return self.placed.coded

    @property
    def own(self) -> Sequence[Row]:
        """The rows of the coder's file."""
        return self.coded.codings.get(self.coder, ())

    @property
    def missing(self) -> list[Row]:
        """The rows of the coder's file that the tool has no more."""
        named = {row.known.address for row in self.rows if row.known is not None}
        there = {item.row_id for item in self.left_out}
        return [row for row in self.own if row.address not in named and row.id not in there]

    @property
    def is_complete(self) -> bool:
        """Whether it is known of all annotations of the tool which rows they are."""
        return all(item.row_id for item in self.left_out)


class CodingEditor:
    """Makes the edits of a coder's file on one text.

    Attributes:
        problems: What cannot be written.
        added: The addresses of new rows.
        changed: Those of rows with other cells or another passage.
        removed: Those of rows that are removed.
        gone: Those of rows that the tool has no more, and that stay.
    """

    def __init__(
        self, contract: Contract, coding: IncomingCoding, defaults: Mapping[str, Values], *, delete: bool
    ) -> None:
        """Prepare the edits.

        Args:
            contract: Declares the tables.
            coding: The annotations, whose rows are recognized.
            defaults: For each table, the cells of new rows in columns of which the tool says nothing.
            delete: Remove rows that are gone in the tool, if that is certain.
        """
        self.contract = contract
        self.coding = coding
        self.defaults = defaults
        self.problems: list[Problem] = []
        self.added: list[str] = []
        self.changed: list[str] = []
        self._removed = coding.missing if delete and coding.is_complete else []
        self.removed = [row.address for row in self._removed]
        self.gone = [row.address for row in coding.missing if row not in self._removed]
        self._ids = {(row.table, row.item.tool_id): row.id for row in coding.rows}

    def edits(self) -> list[Edit]:
        """Return the edits: those of known rows, then those that remove rows, then those that add some."""
        edits = []
        for row in self.coding.rows:
            if row.known is not None and (found := [*self._changes(row, row.known)]):
                self.changed.append(row.known.address)
                edits += found
        last_first = sorted(self._removed, key=lambda row: -row.index)
        edits += [RemoveRecord((self._section(row.table), row.index)) for row in last_first]
        return [*edits, *self._insertions()]

    def _section(self, table: str) -> str:
        return self.contract.tables[table].section

    def _changes(self, row: IncomingRow, known: Row) -> Iterator[Edit]:
        """Yield the edits of a row that is there."""
        path = self._section(row.table), known.index
        said = {**row.values, **self._references(row)}
        values = {column: value or None for column, value in said.items() if not _same(value, known.values.get(column))}
        if row.span != trimmed(self.coding.coded.text, known.start, known.end):
            values |= self._quote(row) or {}
        if values:
            yield SetValues(path, values)
        for section, records in row.children.items():
            if _sorted(records) != _sorted(known.children.get(section, ())):
                yield ReplaceList((*path, section), records)

    def _insertions(self) -> Iterator[Edit]:
        """Yield the edits that add rows, each after those of its table that start before it."""
        removed = {*self.removed}
        starts: dict[str, list[int]] = {}
        for known in sorted(self.coding.own, key=lambda row: row.index):
            if known.address not in removed:
                starts.setdefault(known.table, []).append(known.start)
        new = [row for row in self.coding.rows if row.known is None and row.id]
        for row in sorted(new, key=lambda row: row.span):
            if (quote := self._quote(row)) is None:
                continue
            before = starts.setdefault(row.table, [])
            place = max((number + 1 for number, start in enumerate(before) if start <= row.span[0]), default=0)
            before.insert(place, row.span[0])
            self.added.append(f"{row.table}.{row.id}")
            base_values = row.base.values if row.base else self.defaults.get(row.table, {})
            base_children = row.base.children if row.base else {}
            values = {**base_values, **row.values, **self._references(row), **quote}
            given = {key: value for key, value in values.items() if value}
            children = {
                section: [*records] for section, records in {**base_children, **row.children}.items() if records
            }
            yield InsertRecord((self._section(row.table),), place, {ID: row.id, **given, **children})

    def _references(self, row: IncomingRow) -> dict[str, str | None]:
        """Return the cells of a row that refer to other rows; report those that refer to none."""
        found: dict[str, str | None] = {}
        for column, tool_id in row.links.items():
            target = self.contract.tables[row.table][column].target or ""
            if tool_id is None:
                found[column] = None
            elif row_id := self._ids.get((target, tool_id)):
                found[column] = row_id
            elif all(tool_id != item.tool_id for item in self.coding.left_out):  # else another problem says why
                message = f"{column} refers to annotation '{tool_id}', which {self.coding.coder} has not in this text"
                hint = f"link it to an annotation of the same coder whose table is {target}"
                self.problems.append(problem_at(row.item.place, f"{row.table}[{row.id}].{column}", message, hint))
        return found

    def _quote(self, row: IncomingRow) -> dict[str, str | None] | None:
        """Return the keys of a row's passage; None if no quote is anchored to it, which is reported."""
        selection = quote_passage(self.coding.placed.source, *row.span)
        if selection is not None:
            context = {key: getattr(selection, key) or None for key in QUOTE_CONTEXT}
            return {"quote": selection.quote, **context}
        passage = self.coding.coded.text[slice(*row.span)]
        message = f"no quote can be anchored to {passage!r}"
        hint = "mark whole letters; of words that occur many times, mark more of the sentence"
        self.problems.append(problem_at(row.item.place, f"{row.table}[{row.id}].quote", message, hint))
        return None


def _same(one: str | None, other: str | None) -> bool:
    """Return whether two cells are equal; tools may write other white space."""
    return (one or "").split() == (other or "").split()


def _sorted(records: Iterable[Values]) -> list[list[tuple[str, str]]]:
    return sorted(sorted((key, value) for key, value in record.items() if value) for record in records)
