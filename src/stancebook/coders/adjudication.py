"""What has to be decided to make one coding of several: which rows are agreed, decided, or still open."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from stancebook.coders.alignment import align
from stancebook.coders.codings import Coding
from stancebook.coders.matched import (
    CodedDocument,
    MatchedCodings,
    Member,
    UnitName,
    is_free_text,
    is_row_reference,
    section_of,
    words,
)
from stancebook.coders.matters import QUOTE, CodedRow, Decision, Matter, Values, decisions_of, remarks_of
from stancebook.coders.results import MIN_OVERLAP
from stancebook.schema.contract import Contract
from stancebook.schema.remarks import ACCEPTED, ADJUDICATED, OPEN, REJECTED
from stancebook.schema.spec import ID, TableSpec
from stancebook.sources.editing import next_id


@dataclass(frozen=True)
class Adjudication:
    """The codings of one document, compared with the file that is made from them.

    Attributes:
        codings: The codings.
        own: The annotations in `documents/`; None if there are none yet.
        texts: The coder whose free texts are taken where coders differ in nothing else; empty if no one's.
    """

    codings: MatchedCodings
    own: Coding | None
    texts: str = ""
    _ids: dict[str, set[str]] = field(default_factory=dict)

    @property
    def contract(self) -> Contract:
        """The contract of the dataset."""
        return self.codings.contract

    # ── Results ───────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def matters(self) -> list[Matter]:
        """What is agreed, decided or open, by table and in the order of the text."""
        found = [*self._taken, *(self._matter(rest, own_id) for rest, own_id in self._undecided)]
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
    def texts_of(self) -> str:
        """The coder whose free texts are taken: the one asked for, else the one that the file names."""
        records = remarks_of(self.own, ADJUDICATED) if self.own is not None else []
        named = (record.get("coding", "") for record in records if record.get("texts") == "true")
        return self.texts or next(named, "")

    @property
    def unknown_rows(self) -> list[tuple[Decision, str]]:
        """The decisions that name rows which these codings do not have, with the names."""
        return [
            (decision, name)
            for decision in self.decisions
            for name in decision.coded_rows
            if name.partition(".")[0] in self.codings.coders and (decision.table, name) not in self.codings.members
        ]

    def is_document(self, matter: Matter) -> bool:
        """Return whether a matter is about the document's own record, of which there is one."""
        return matter.table == self.contract.document.name

    def row_in_file(self, matter: Matter) -> CodedRow | None:
        """Return the row that the file has for a matter; None if it has none."""
        row = self._own_rows[matter.table].get(matter.id)
        return self._file.written(matter.table, row) if self._file is not None and row is not None else None

    def waits_of(self, row: CodedRow) -> list[str]:
        """Return the rows that a row of a coding refers to and the file does not have, by their addresses."""
        return [target or typed for typed, target in self._targets(row) if not self._has(target)]

    def alike(self, row: CodedRow, others: Sequence[CodedRow]) -> list[CodedRow]:
        """Return those of other rows that do not differ from a row."""
        value = self._comparable_row(row)
        return [other for other in others if self._comparable_row(other) == value]

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

    def chosen(self, matter: Matter) -> CodedRow:
        """Return the row that is written for a matter that needs no decision."""
        return next((row for row in matter.rows if row.coder == self.texts_of), matter.rows[0])

    def address(self, table: str, own_id: str) -> str:
        """Return what decisions call a row of the file: its table and id, or the section of the document."""
        return own_id if table == self.contract.document.name else f"{table}.{own_id}"

    def free_id(self, table: str, wanted: str) -> str:
        """Return an id that no row has: the wanted one, or one that continues the numbers of the table."""
        if table == self.contract.document.name:
            return wanted
        if table not in self._ids:
            self._ids[table] = {*self._own_rows[table], *(each.id for each in self.decisions if each.table == table)}
        used = self._ids[table]
        free = next_id(table, sorted(used)) if wanted in used else wanted
        used.add(free)
        return free

    # ── What the file has ─────────────────────────────────────────────────────────────────────────

    @cached_property
    def _file(self) -> CodedDocument | None:
        return CodedDocument(self.contract, self.own, self.codings.doc_id) if self.own is not None else None

    @cached_property
    def _own_rows(self) -> Mapping[str, Mapping[str, int]]:
        """For each table, the rows of the file by id."""
        file = self._file
        return {
            table: {file.own_id(table, row): row for row in file.rows(table)} if file else {}
            for table in self.codings.units
        }

    def _has(self, address: str | None) -> bool:
        """Return whether the file has a row."""
        table, _, own_id = (address or "").partition(".")
        return own_id in self._own_rows.get(table, ())

    @cached_property
    def _settled(self) -> Mapping[Member, Decision]:
        """The decisions by the rows of codings that they settle."""
        return {
            self.codings.members[each.table, name]: each
            for each in self.decisions
            if each.decision != OPEN
            for name in each.coded_rows
            if (each.table, name) in self.codings.members
        }

    @cached_property
    def _unsettled(self) -> Mapping[str, list[list[Member]]]:
        """For each table, the units without the rows that decisions settle."""
        units = self.codings.units.items()
        rests = {
            table: [[each for each in unit if each not in self._settled] for unit in found] for table, found in units
        }
        return {table: [rest for rest in found if rest] for table, found in rests.items()}

    @cached_property
    def _own_matches(self) -> Mapping[Member, str]:
        """For rows of codings that no decision settles, the id of the row of the file that is about the same."""
        named = {each.row for each in self.decisions if each.coded_rows and each.decision != OPEN}
        matches: dict[Member, str] = {}
        for table, units in self._unsettled.items():
            own = [each for each in self._own_rows[table].items() if self.address(table, each[0]) not in named]
            for unit, own_id in self._pairs(table, units, own):
                matches |= dict.fromkeys(unit, own_id)
        return matches

    def _pairs(
        self, table: str, units: Sequence[list[Member]], own: Sequence[tuple[str, int]]
    ) -> Iterator[tuple[list[Member], str]]:
        """Yield which unit each row of the file is about: by its passage, else by its id."""
        if self._file is None or not units:
            return
        if table == self.contract.document.name:
            yield from ((units[0], own_id) for own_id, _ in own)
            return
        spans = [self.codings.documents[coder].span(table, row) for (coder, _, row), *_ in units]
        own_spans = [self._file.span(table, row) for _, row in own]
        ids = [{self.codings.own_id(member) for member in unit} for unit in units]
        for match in align(spans, own_spans):
            own_id = own[match.second][0]
            if match.overlap >= MIN_OVERLAP or own_id in ids[match.first]:
                yield units[match.first], own_id
        for (own_id, _), span in zip(own, own_spans, strict=True):
            if span.start == span.end:  # the passage of a faulty row is not known
                yield from ((unit, own_id) for unit, known in zip(units, ids, strict=True) if own_id in known)

    def _id_of(self, member: Member) -> str | None:
        """Return the id of the row of the file that a row of a coding led to; None if there is none."""
        decision = self._settled.get(member)
        if decision is None:
            return self._own_matches.get(member)
        return None if decision.decision == REJECTED else decision.id

    # ── Matters ───────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def _undecided(self) -> list[tuple[list[Member], str]]:
        """The units that need a decision or none, without the rows that decisions settle, and their ids in the file."""
        reviewed = {each.row for each in self.decisions if not each.coded_rows}
        left_out = {
            (each.table, words(each.quote))
            for each in self.decisions
            if not each.coded_rows and each.decision == REJECTED and each.quote
        }
        found = []
        for table, units in self._unsettled.items():
            section = section_of(self.contract, table)
            for rest in units:
                own_id = self._own_matches.get(rest[0])
                quotes = {(section, words(self.codings.written(member).values.get(QUOTE, ""))) for member in rest}
                if not (quotes & left_out or (own_id and self.address(table, own_id) in reviewed)):
                    found.append((rest, own_id or self._new_id(rest)))
        return found

    def _new_id(self, rest: Sequence[Member]) -> str:
        """Return an id for rows that the file does not have: kept for them by a decision, or the first coder's."""
        table, names = rest[0][1], {self.codings.name(member) for member in rest}
        section = section_of(self.contract, table)
        for each in self.decisions:
            is_ours = each.decision == OPEN and each.is_between(self.codings.coders)
            if is_ours and each.table == section and names & {*each.coded_rows}:
                return each.id
        return self.free_id(table, self.codings.own_id(rest[0]))

    def _matter(self, rest: Sequence[Member], own_id: str) -> Matter:
        """Return what is known of rows that no decision settles."""
        table, number = self.codings.unit_of[rest[0]]
        found_by = {coder for coder, *_ in self.codings.units[table][number]}
        missing = tuple(coder for coder in self.codings.coders if coder not in found_by)
        values = [self._comparable(member) for member in rest]
        differing = _differing(values)
        rows = tuple(map(self.codings.written, rest))
        matter = Matter(self.address(table, own_id), table, rows, differing, missing)
        spec = self.contract.tables[table]
        phrased = [key for key in differing if self.texts_of and is_free_text(spec, key)]
        if len(rest) < len(self.codings.coders) or len(phrased) < len(differing):
            return matter
        if self._file is None or own_id not in self._own_rows[table]:
            return replace(matter, state="agreed")
        own = self._file.comparable(table, self._own_rows[table][own_id], self._units_by_id)
        return replace(matter, state="in file" if own in values else "edited")

    @cached_property
    def _taken(self) -> list[Matter]:
        """The rows that the file says to take, and does not have yet."""
        found = []
        for each in self.decisions:
            member = self.codings.members.get((each.table, each.sources[0])) if each.sources else None
            if each.decision == ACCEPTED and member is not None and each.id not in self._own_rows[member[1]]:
                found.append(Matter(each.row, member[1], (self.codings.written(member),), state="taken"))
        return found

    # ── Values and references ─────────────────────────────────────────────────────────────────────

    @cached_property
    def _units_by_id(self) -> Mapping[tuple[str, str, str], UnitName]:
        """By coder, table and id, the unit of each row; also for the rows of the file."""
        names: dict[tuple[str, str, str], UnitName] = {}
        for member, unit in self.codings.unit_of.items():
            coder, table, _ = member
            names[coder, table, self.codings.own_id(member)] = unit
            if self.own is not None and (own_id := self._id_of(member)) is not None:
                names[self.own.coder, table, own_id] = unit
        return names

    def _comparable_row(self, row: CodedRow) -> dict[str, Hashable]:
        if self._file is not None and row.coder == self._file.coding.coder:
            return self._file.comparable(row.table, self._own_rows[row.table][row.id], self._units_by_id)
        return self._comparable(self.codings.members[section_of(self.contract, row.table), row.name])

    def _comparable(self, member: Member) -> dict[str, Hashable]:
        coder, table, row = member
        return self.codings.documents[coder].comparable(table, row, self._units_by_id)

    @cached_property
    def _ids_in_file(self) -> Mapping[tuple[str, str, str], str | None]:
        """By coder, table and id there, the id that each row of a coding has or will have; None if it was left out."""
        future = {member: own_id for rest, own_id in self._undecided for member in rest}
        return {
            (member[0], member[1], self.codings.own_id(member)): future.get(member, self._id_of(member))
            for member in self.codings.unit_of
        }

    def _references(self, spec: TableSpec, row: CodedRow, values: Values) -> Iterator[tuple[str, str, str]]:
        """Yield the keys of a record that refer to rows of the document, with the table and the id of the row."""
        for column in spec.references:
            if column.name in values and is_row_reference(self.contract, column):
                table, typed = column.target or "", values[column.name].removeprefix(f"{self.codings.doc_id}#")
                if (row.coder, table, typed) in self._ids_in_file:
                    yield column.name, table, typed

    def _follow(self, spec: TableSpec, row: CodedRow, values: Values) -> dict[str, Any]:
        """Return the values of a record, with references to rows of the document as they are in the file."""
        followed = {
            key: self._ids_in_file[row.coder, table, typed] or typed
            for key, table, typed in self._references(spec, row, values)
        }
        return {**values, **followed}

    def _targets(self, row: CodedRow) -> Iterator[tuple[str, str | None]]:
        """Yield the rows of the document that a row of a coding refers to: the address there, and that in the file."""
        records = [(self.contract.tables[row.table], row.values)]
        for section, nested in self.contract.nested_tables(row.table).items():
            records += [(nested, record) for record in row.children.get(section, ())]
        for spec, values in records:
            for _, table, typed in self._references(spec, row, values):
                own_id = self._ids_in_file[row.coder, table, typed]
                yield f"{table}.{typed}", own_id and f"{table}.{own_id}"

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


def _place(matter: Matter) -> tuple[int, int, str]:
    start, end = matter.rows[0].start, matter.rows[0].end
    return start or 0, end or 0, matter.row


def _differing(values: Sequence[Mapping[str, Hashable]]) -> tuple[str, ...]:
    """Return the keys in which rows differ, in the order in which they are written."""
    return tuple(key for key in values[0] if len({each[key] for each in values}) > 1)
