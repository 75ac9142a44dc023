"""What has to be decided to make one coding of several: which rows are agreed, decided, or still open."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from stancebook.coders.alignment import Span, align
from stancebook.coders.codings import Coding
from stancebook.coders.matters import QUOTE, CodedRow, Decision, Matter, Values, decisions_of, remarks_of, values_of
from stancebook.coders.results import MIN_OVERLAP
from stancebook.coders.rows import CodedRows
from stancebook.coders.units import Unit, Units
from stancebook.coders.variables import identity_columns
from stancebook.schema.column_types import Column
from stancebook.schema.contract import Contract
from stancebook.schema.remarks import ACCEPTED, ADJUDICATED, OPEN, REJECTED
from stancebook.schema.spec import ID, TableSpec
from stancebook.sources.editing import next_id

CODER = "coder"
WHO_AND_WHAT = (CODER, "text_sha256")  # of a document: not what it says, but who coded which bytes

Key = tuple[str, int, int]  # a table, the number of a coding, the number of a row


@dataclass(frozen=True)
class Adjudication:
    """The codings of one document, compared with each other and with the file that is made from them.

    Attributes:
        contract: The contract of the dataset.
        codings: The codings, without errors; all have the document.
        own: The annotations in `documents/`; None if there are none yet.
        doc_id: The document.
        texts: The coder whose free texts are taken where coders differ in nothing else; empty if no one's.
    """

    contract: Contract
    codings: Sequence[Coding]
    own: Coding | None
    doc_id: str
    texts: str = ""
    _ids: dict[str, set[str]] = field(default_factory=dict)

    # ── Results ───────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def matters(self) -> list[Matter]:
        """What is agreed, decided or open, by table and in the order of the text."""
        found = [*self._taken, *(self._matter(*each) for each in self._undecided)]
        order = {spec.name: number for number, spec in enumerate(self.contract.document_tables)}
        found.sort(key=lambda each: (order[each.table], *_place(each)))
        return self._with_waits(found)

    @property
    def open(self) -> list[Matter]:
        """What has to be decided."""
        return [each for each in self.matters if each.state == "open"]

    @cached_property
    def decisions(self) -> list[Decision]:
        """The decisions in the file."""
        return decisions_of(self.own) if self.own is not None else []

    @cached_property
    def adjudicated(self) -> Mapping[str, Values]:
        """What the file says of each coding from which it was made."""
        records = remarks_of(self.own, ADJUDICATED) if self.own is not None else []
        return {record.get("coding", ""): record for record in records}

    @property
    def texts_of(self) -> str:
        """The coder whose free texts are taken: the one asked for, else the one that the file names."""
        named = (coder for coder, record in self.adjudicated.items() if record.get("texts") == "true")
        return self.texts or next(named, "")

    @property
    def unknown_rows(self) -> list[tuple[Decision, str]]:
        """The decisions that name rows which these codings do not have, with the names."""
        coders = {coding.coder for coding in self.codings}
        return [
            (decision, name)
            for decision in self.decisions
            for name in decision.coded_rows
            if name.partition(".")[0] in coders and (decision.table, name) not in self._by_name
        ]

    def is_document(self, matter: Matter) -> bool:
        """Return whether a matter is about the document's own record, of which there is one."""
        return matter.table == self.contract.document.name

    def is_in_file(self, matter: Matter) -> bool:
        """Return whether the file has a row for a matter."""
        return matter.id in self._own_rows[matter.table]

    def waits_of(self, row: CodedRow) -> list[str]:
        """Return the rows that a row of a coding refers to and the file does not have, by their addresses."""
        return [target or typed for typed, target in self._targets(row) if not self._has(target)]

    def alike(self, row: CodedRow, others: Sequence[CodedRow]) -> list[CodedRow]:
        """Return those of other rows that do not differ from a row."""
        keys = [self._by_name[self._section(each.table), each.name] for each in (row, *others)]
        first, *values = (self._comparable(*key) for key in keys)
        return [other for other, value in zip(others, values, strict=True) if value == first]

    def rewritten(self, row: CodedRow, own_id: str) -> dict[str, Any]:
        """Return the values of a row of a coding as they are in the file: with its id, and references that follow.

        Args:
            row: The row.
            own_id: Its id in the file.
        """
        spec = self.contract.tables[row.table]
        values: dict[str, Any] = self._follow(spec, row, row.values)
        if spec.is_annotation:
            values[ID] = own_id
        for section, records in row.children.items():
            nested = self.contract.nested_tables(row.table)[section]
            values[section] = [self._follow(nested, row, record) for record in records]
        return values

    # ── Rows of codings ───────────────────────────────────────────────────────────────────────────

    @cached_property
    def _rows(self) -> CodedRows:
        """The rows of all codings; those in `documents/` come last."""
        return CodedRows(self.contract, [*self.codings, *([self.own] if self.own else [])], [self.doc_id])

    @cached_property
    def _units(self) -> Mapping[str, list[Unit]]:
        units = Units(CodedRows(self.contract, self.codings, [self.doc_id])).by_table
        return {spec.name: units[spec.name] for spec in self.contract.document_tables if spec.parent is None}

    @cached_property
    def _by_name(self) -> Mapping[tuple[str, str], Key]:
        """The rows of codings by their names in decisions, with the table as decisions name it."""
        return {
            (self._section(table), f"{self.codings[number].coder}.{self._id(table, number, row)}"): (table, number, row)
            for table, units in self._units.items()
            for unit in units
            for number, row in unit.items()
        }

    def _section(self, table: str) -> str:
        document = self.contract.document
        return document.section if table == document.name else table

    def address(self, table: str, own_id: str) -> str:
        """Return what decisions call a row of the file: its table and id, or the section of the document."""
        return own_id if table == self.contract.document.name else f"{table}.{own_id}"

    def _id(self, table: str, number: int, row: int) -> str:
        if table == self.contract.document.name:
            return self.contract.document.section
        return (self._rows.codings[number].tables[table].records.cell(row, ID) or "").strip()

    def _coded_row(self, table: str, number: int, row: int) -> CodedRow:
        spec, coding = self.contract.tables[table], self._rows.codings[number]
        start, end = self._passage(table, number, row) if spec.is_annotation else (None, None)
        children = {
            section: tuple(
                values_of(coding.tables[nested.name].records.columns, child)
                for child in self._rows.children(nested.name, number, row)
            )
            for section, nested in self.contract.nested_tables(table).items()
        }
        return CodedRow(
            coding.coder,
            table,
            self._id(table, number, row),
            coding.position(table, row),
            start,
            end,
            values_of(coding.tables[table].records.columns, row),
            {section: records for section, records in children.items() if records},
        )

    def _passage(self, table: str, number: int, row: int) -> tuple[int, int]:
        start, end = (self._rows.cells(number, table, name)[row] for name in ("char_start", "char_end"))
        return int(start), int(end)

    # ── What the file has ─────────────────────────────────────────────────────────────────────────

    @cached_property
    def _own_rows(self) -> Mapping[str, Mapping[str, int]]:
        """For each table, the rows of the file by id."""
        if self.own is None:
            return {table: {} for table in self._units}
        number = len(self.codings)
        return {
            table: {self._id(table, number, row): row for row in self._rows.by_table[table][number]}
            for table in self._units
        }

    @cached_property
    def _settled(self) -> Mapping[tuple[str, str], Decision]:
        """The decisions by the rows of codings that they settle."""
        return {
            (each.table, name): each for each in self.decisions if each.decision != OPEN for name in each.coded_rows
        }

    @cached_property
    def _own_matches(self) -> Mapping[Key, str]:
        """For rows of codings that no decision names, the id of the row of the file that is about the same."""
        named = {each.row for each in self.decisions if each.coded_rows and each.decision != OPEN}
        matches: dict[Key, str] = {}
        for table, units in self._units.items():
            own = [each for each in self._own_rows[table].items() if self.address(table, each[0]) not in named]
            rest = [rest for unit in units if (rest := self._rest(table, unit))]
            for unit_number, own_id in self._pairs(table, rest, own):
                matches |= {(table, number, row): own_id for number, row in rest[unit_number].items()}
        return matches

    def _pairs(self, table: str, units: Sequence[Unit], own: Sequence[tuple[str, int]]) -> Iterator[tuple[int, str]]:
        """Yield which unit each row of the file is about: by its passage, else by its id."""
        if table == self.contract.document.name:
            yield from ((0, own_id) for own_id, _ in own if units)
            return
        spans = [self._span(table, *min(unit.items())) for unit in units]
        own_spans = [self._span(table, len(self.codings), row) for _, row in own]
        for match in align(spans, own_spans):
            own_id = own[match.second][0]
            if match.overlap >= MIN_OVERLAP or own_id in self._ids_of(table, units[match.first]):
                yield match.first, own_id
        for (own_id, _), span in zip(own, own_spans, strict=True):
            if span.start == span.end:  # the passage of a faulty row is not known
                yield from ((index, own_id) for index, unit in enumerate(units) if own_id in self._ids_of(table, unit))

    def _ids_of(self, table: str, unit: Unit) -> set[str]:
        return {self._id(table, number, row) for number, row in unit.items()}

    def _span(self, table: str, number: int, row: int) -> Span:
        identity = identity_columns(self.contract, self.contract.tables[table])
        values = tuple(self._rows.cells(number, table, name)[row] for name in identity)
        return Span(self.doc_id, *self._passage(table, number, row), values)

    def _rest(self, table: str, unit: Unit) -> dict[int, int]:
        """Return the rows of a unit that no decision is about."""
        return {
            number: row
            for number, row in unit.items()
            if (self._section(table), f"{self.codings[number].coder}.{self._id(table, number, row)}")
            not in self._settled
        }

    # ── Matters ───────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def _undecided(self) -> list[tuple[str, Unit, dict[int, int], str]]:
        """The units with rows that no decision is about: the table, the unit, these rows, and the id in the file."""
        found = []
        for table, units in self._units.items():
            for unit in units:
                rest = self._rest(table, unit)
                if rest and not self._was_reviewed(table, rest):
                    found.append((table, unit, rest, self._id_in_file(table, rest)))
        return found

    def _was_reviewed(self, table: str, rest: Unit) -> bool:
        """Return whether a decision that names no codings is about these rows, or about the one of the file."""
        first = next((table, *each) for each in rest.items())
        own_id = self._own_matches.get(first)
        quotes = {_words(self._coded_row(table, *each).values.get(QUOTE, "")) for each in rest.items()}
        for decision in self.decisions:
            if decision.coded_rows or decision.table != self._section(table):
                continue
            if decision.decision == REJECTED and decision.quote and _words(decision.quote) in quotes:
                return True
            if own_id is not None and decision.row == self.address(table, own_id):
                return True
        return False

    def _id_in_file(self, table: str, rest: Unit) -> str:
        """Return the id that a unit has in the file, or a free one: kept for it by a decision, or the first coder's."""
        first = next((table, *each) for each in rest.items())
        if own_id := self._own_matches.get(first):
            return own_id
        names = {f"{self.codings[number].coder}.{self._id(table, number, row)}" for number, row in rest.items()}
        for decision in self.decisions:
            if decision.decision == OPEN and decision.table == self._section(table) and names & {*decision.coded_rows}:
                return decision.row.rpartition(".")[2]
        return self.free_id(table, self._id(*first))

    def free_id(self, table: str, wanted: str) -> str:
        """Return an id that no row has: the wanted one, or one that continues the numbers of the table."""
        if table == self.contract.document.name:
            return wanted
        if table not in self._ids:
            decided = {each.row.rpartition(".")[2] for each in self.decisions if each.table == table}
            self._ids[table] = {*self._own_rows[table], *decided}
        free = next_id(table, sorted(self._ids[table])) if wanted in self._ids[table] else wanted
        self._ids[table].add(free)
        return free

    def _matter(self, table: str, unit: Unit, rest: dict[int, int], own_id: str) -> Matter:
        rows = tuple(self._coded_row(table, number, row) for number, row in rest.items())
        differing = self._differing(table, rest)
        missing = tuple(coding.coder for number, coding in enumerate(self.codings) if number not in unit)
        matter = Matter(self.address(table, own_id), table, rows, differing, missing)
        complete = len(rest) == len(self.codings)
        spec = self.contract.tables[table]
        if not complete or [key for key in differing if not (self.texts_of and _is_free_text(spec, key))]:
            return matter
        if own_id not in self._own_rows[table]:
            return replace(matter, state="agreed")
        own = {len(self.codings): self._own_rows[table][own_id]}
        accepted = [self._differing(table, {**own, number: row}) for number, row in rest.items()]
        return replace(matter, state="in file" if () in accepted else "edited")

    @cached_property
    def _taken(self) -> list[Matter]:
        """The rows that the file says to take, and does not have yet."""
        found = []
        for each in self.decisions:
            key = self._by_name.get((each.table, each.sources[0])) if each.sources else None
            if each.decision != ACCEPTED or key is None or key[0] == self.contract.document.name:
                continue
            if each.row.rpartition(".")[2] not in self._own_rows[key[0]]:
                found.append(Matter(each.row, key[0], (self._coded_row(*key),), state="taken"))
        return found

    # ── Values ────────────────────────────────────────────────────────────────────────────────────

    def _differing(self, table: str, rows: Unit) -> tuple[str, ...]:
        """Return the keys in which rows differ, in the order in which they are written."""
        values = [self._comparable(table, number, row) for number, row in rows.items()]
        return tuple(key for key in values[0] if len({each[key] for each in values}) > 1)

    def _comparable(self, table: str, number: int, row: int) -> dict[str, Hashable]:
        """Return the values of a row by key, such that equal ones mean the same."""
        spec = self.contract.tables[table]
        values = {
            column.name: self._value(column, number, table, row)
            for column in spec.written_columns
            if column.name != QUOTE and not (spec.kind == "document" and column.name in WHO_AND_WHAT)
        }
        if spec.is_annotation:
            values[QUOTE] = self._passage(table, number, row)
        for section, nested in self.contract.nested_tables(table).items():
            children = self._rows.children(nested.name, number, row)
            records = [self._comparable(nested.name, number, child) for child in children]
            values[section] = tuple(sorted(tuple(map(repr, record.items())) for record in records))
        return values

    def _value(self, column: Column, number: int, table: str, row: int) -> Hashable:
        cell: Hashable = self._rows.cells(number, table, column.name)[row]
        if cell is not None and self._is_reference(column):
            return self._unit_names.get((column.target or "", number, str(cell)), cell)
        return _words(cell) if column.kind in ("text", "verbatim") and isinstance(cell, str) else cell

    def _is_reference(self, column: Column) -> bool:
        """Return whether a column refers to rows with passages."""
        return column.target in self._units and column.target != self.contract.document.name

    @cached_property
    def _unit_names(self) -> Mapping[tuple[str, int, str], tuple[str, int]]:
        """By table, coding and full key of a row, its unit; also for the rows of the file."""
        names: dict[tuple[str, int, str], tuple[str, int]] = {}
        for table, units in self._units.items():
            for index, unit in enumerate(units):
                for number, row in unit.items():
                    names[table, number, f"{self.doc_id}#{self._id(table, number, row)}"] = table, index
                    if (own_id := self._id_of(table, number, row)) is not None:
                        names[table, len(self.codings), f"{self.doc_id}#{own_id}"] = table, index
        return names

    def _id_of(self, table: str, number: int, row: int) -> str | None:
        """Return the id of the row of the file that a row of a coding led to; None if there is none."""
        name = f"{self.codings[number].coder}.{self._id(table, number, row)}"
        decision = self._settled.get((self._section(table), name))
        if decision is None:
            return self._own_matches.get((table, number, row))
        return None if decision.decision == REJECTED else decision.row.rpartition(".")[2]

    # ── References ────────────────────────────────────────────────────────────────────────────────

    def _follow(self, spec: TableSpec, row: CodedRow, values: Values) -> dict[str, Any]:
        """Return the values of a record, with references to rows of the document as they are in the file."""
        followed = dict(values)
        for column in spec.references:
            if column.name in values and self._is_reference(column):
                typed = values[column.name].removeprefix(f"{self.doc_id}#")
                followed[column.name] = (
                    self._ids_in_file.get((column.target or "", row.coder, typed)) or values[column.name]
                )
        return followed

    @cached_property
    def _ids_in_file(self) -> Mapping[tuple[str, str, str], str | None]:
        """By table, coder and id there, the id that each row of a coding has or will have; None if it was left out."""
        future = {
            (table, number, row): own_id for table, _, rest, own_id in self._undecided for number, row in rest.items()
        }
        return {
            (table, self.codings[number].coder, self._id(table, number, row)): future.get(
                (table, number, row), self._id_of(table, number, row)
            )
            for table, units in self._units.items()
            for unit in units
            for number, row in unit.items()
        }

    def _targets(self, row: CodedRow) -> Iterator[tuple[str, str | None]]:
        """Yield the rows of the document that a row of a coding refers to: the address there, and that in the file."""
        records = [(self.contract.tables[row.table], row.values)]
        records += [
            (nested, record)
            for section, nested in self.contract.nested_tables(row.table).items()
            for record in row.children.get(section, ())
        ]
        for spec, values in records:
            for column in spec.references:
                if column.name in values and column.name in spec.allowed_keys and self._is_reference(column):
                    table = column.target or ""
                    typed = values[column.name].removeprefix(f"{self.doc_id}#")
                    if (table, row.coder, typed) in self._ids_in_file:
                        own_id = self._ids_in_file[table, row.coder, typed]
                        yield f"{table}.{typed}", own_id and f"{table}.{own_id}"

    def _has(self, address: str | None) -> bool:
        """Return whether the file has a row."""
        table, _, own_id = (address or "").partition(".")
        return own_id in self._own_rows.get(table, ())

    def _with_waits(self, matters: Sequence[Matter]) -> list[Matter]:
        """Return matters with the rows that they wait for: what they refer to and is not, or not now, in the file."""
        pending = {each.row: each for each in matters if each.state in ("agreed", "taken")}
        waits: dict[str, tuple[str, ...]] = {}
        while True:
            known = pending.keys() - waits.keys()
            found = {
                address: tuple(
                    target or f"{typed} ({self.chosen(each).coder})"
                    for typed, target in self._targets(self.chosen(each))
                    if not self._has(target) and target not in known and target != address
                )
                for address, each in pending.items()
            }
            found = {address: targets for address, targets in found.items() if targets}
            if found.keys() == waits.keys():
                return [replace(each, waits_for=found.get(each.row, ())) for each in matters]
            waits = found

    def chosen(self, matter: Matter) -> CodedRow:
        """Return the row that is written for a matter that needs no decision."""
        return next((row for row in matter.rows if row.coder == self.texts_of), matter.rows[0])


def _place(matter: Matter) -> tuple[int, int, str]:
    start, end = matter.rows[0].start, matter.rows[0].end
    return start or 0, end or 0, matter.row


def _words(text: Any) -> str:
    return " ".join(str(text).split())


def _is_free_text(spec: TableSpec, key: str) -> bool:
    """Return whether a key holds what a coder phrases."""
    return key in spec.names and spec[key].kind == "text" and spec[key].pattern is None
