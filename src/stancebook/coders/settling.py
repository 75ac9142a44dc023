"""Write what was agreed and decided on codings into the annotation file that is made from them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from stancebook.coders.adjudication import Adjudication
from stancebook.coders.matched import CODER, WHO_AND_WHAT
from stancebook.coders.matters import QUOTE, CodedRow, Matter, decision_of
from stancebook.schema.remarks import ACCEPTED, ADJUDICATED, CHANGED, DECISIONS, OPEN, REJECTED
from stancebook.schema.spec import ID
from stancebook.sources.editing import (
    Edit,
    InsertRecord,
    Path,
    RemoveRecord,
    ReplaceList,
    SetValues,
    edit_annotations,
    new_annotation_file,
    read_values,
)
from stancebook.sources.editing.edits import apply


@dataclass(frozen=True)
class Reason:
    """Who decides, and why.

    Attributes:
        by: Who decides; empty if it is not known.
        note: The reason; it must be given for what is left out.
        edited: Whether the row is going to be edited.
    """

    by: str = ""
    note: str = ""
    edited: bool = False


def new_file(adjudication: Adjudication, schema: str = "") -> str:
    """Return the text of a new annotation file with the facts of the document.

    Facts in which the codings differ are those of the first; that they differ is added as an open decision later.

    Args:
        adjudication: The codings.
        schema: The path of the JSON Schema for editors, relative to the file.
    """
    contract = adjudication.contract
    [document] = [each for each in adjudication.matters if each.table == contract.document.name]
    values: dict[str, str | None] = dict(adjudication.chosen(document).values)
    if CODER in values:
        values[CODER] = f"adjudicated from {', '.join(adjudication.codings.coders)}"
    return new_annotation_file(values, contract, schema)


def with_agreed(adjudication: Adjudication, text: str, file_name: str, by: str = "", *, list_open: bool = True) -> str:
    """Return the text of a file with what can be written without a further decision.

    These are the rows on which all coders agree, those that decisions in the file accept, an open decision for each
    matter that has to be decided, and from which codings the file is made. Rows that are in the file are not changed.

    Args:
        adjudication: The codings and the file.
        text: The text of the file.
        file_name: Its name, which decides the format.
        by: Who decides; empty if it is not known.
        list_open: Whether to add open decisions, too.

    Raises:
        EditError: The file cannot be edited.
    """
    edits = _Edits(adjudication, read_values(text, file_name))
    for coder in adjudication.codings.coders:
        edits.name_coding(coder, by)
    for matter in adjudication.matters:
        if matter.is_ready:
            edits.insert_row(adjudication.chosen(matter), matter.id)
    for matter in adjudication.open if list_open else ():
        own = adjudication.row_in_file(matter)
        edits.decide(matter.row, OPEN, [own, *matter.rows] if own else matter.rows)
    edits.forget_open({matter.row for matter in adjudication.open})
    return edits.text(text, file_name)


def settled(
    adjudication: Adjudication, matter: Matter, taken: Sequence[CodedRow], reason: Reason, *, text: str, file_name: str
) -> str:
    """Return the text of a file after a decision on a matter: with the rows that are taken, and a decision on each.

    Args:
        adjudication: The codings and the file.
        matter: What is decided.
        taken: The rows that are taken; the one of the file alone, if it is kept; none if the passage is left out.
        reason: Who decides, and why.
        text: The text of the file.
        file_name: Its name, which decides the format.

    Raises:
        EditError: The file cannot be edited.
    """
    edits = _Edits(adjudication, read_values(text, file_name))
    for coder in adjudication.codings.coders:
        edits.name_coding(coder, reason.by)
    if not taken:
        edits.decide(matter.row, REJECTED, matter.rows, reason)
        edits.remove_row(matter)
    left = [row for row in matter.rows if row not in taken]
    for row in taken:
        own_id = matter.id if row == taken[0] else adjudication.free_id(matter.table, row.id)
        address = adjudication.address(matter.table, own_id)
        rows = [row, *left] if row == taken[0] else [row]
        edits.decide(address, CHANGED if reason.edited else ACCEPTED, rows, reason)
        if row in matter.rows:
            edits.write_row(row, own_id)
    return edits.text(text, file_name)


class _Edits:
    """Edits of a file that is made from codings, each on the result of the one before."""

    def __init__(self, adjudication: Adjudication, values: Any) -> None:
        self.adjudication, self.contract, self.values = adjudication, adjudication.contract, values
        self.edits: list[Edit] = []

    def text(self, text: str, file_name: str) -> str:
        """Return the text of the file with the edits."""
        return edit_annotations(text, file_name, self.edits, self.contract) if self.edits else text

    def add(self, edit: Edit) -> None:
        apply(self.values, edit)
        self.edits.append(edit)

    def records(self, section: str) -> list[dict[str, Any]]:
        return self.values.get(section) or []

    def append(self, section: str, record: Mapping[str, Any]) -> None:
        given = {key: value for key, value in record.items() if value}
        self.add(InsertRecord((section,), len(self.records(section)), given))

    def name_coding(self, coder: str, by: str) -> None:
        """Say that the file is made from a coding, if it does not say so, and from which one free texts are taken."""
        section, texts = ADJUDICATED.section, "true" if self.adjudication.texts == coder else None
        named = [record.get("coding") for record in self.records(section)]
        if coder not in named:
            self.append(section, {"coding": coder, "by": by, "texts": texts})
        elif texts and self.records(section)[named.index(coder)].get("texts") != texts:
            self.add(SetValues((section, named.index(coder)), {"texts": texts}))

    # ── Decisions ─────────────────────────────────────────────────────────────────────────────────

    def decide(self, address: str, decision: str, rows: Sequence[CodedRow], reason: Reason | None = None) -> None:
        """Record a decision for the first of some rows; an open one on that row is replaced.

        Args:
            address: The row of the file.
            decision: What is decided.
            rows: The row of a coding that is taken, or the one of the file that is kept; then those of other codings.
            reason: Who decides, and why; None if it is open.
        """
        first, *others = rows
        alike = self.adjudication.alike(first, others)
        sources = [row for row in (first, *alike) if row.coder in self.adjudication.codings.coders]
        record: dict[str, str | None] = {"row": address, "decision": decision}
        record |= {"from": _names(sources), "over": _names([row for row in others if row not in alike])}
        if reason is not None:
            record |= {"by": reason.by or None, "note": reason.note or None}
        if decision == REJECTED:
            record["quote"] = first.values.get(QUOTE)
        section = DECISIONS.section
        for index, known in enumerate(self.records(section)):
            if known.get("row") == address and known.get("decision") == OPEN:
                if changed := {key: value for key, value in record.items() if known.get(key) != value}:
                    self.add(SetValues((section, index), changed))
                return
        self.append(section, record)

    def forget_open(self, addresses: Collection[str]) -> None:
        """Remove open decisions between these coders on other rows than these: nothing is left to decide there."""
        section = DECISIONS.section
        for index, known in reversed([*enumerate(map(decision_of, self.records(section)))]):
            is_ours = known.decision == OPEN and known.is_between(self.adjudication.codings.coders)
            if is_ours and known.row not in addresses:
                self.add(RemoveRecord((section, index)))

    # ── Rows ──────────────────────────────────────────────────────────────────────────────────────

    def insert_row(self, row: CodedRow, own_id: str) -> None:
        """Add a row of a coding at the end of its section."""
        self.append(self.contract.tables[row.table].section, self.adjudication.rewritten(row, own_id))

    def write_row(self, row: CodedRow, own_id: str) -> None:
        """Add a row of a coding, or write its values over the row with this id."""
        path = self._path(row.table, own_id)
        if path is None:
            self.insert_row(row, own_id)
            return
        values = self.adjudication.rewritten(row, own_id)
        nested = self.contract.nested_tables(row.table)
        kept = WHO_AND_WHAT if row.table == self.contract.document.name else ()
        keys = [key for key in self.contract.tables[row.table].allowed_keys if key not in kept]
        self.add(SetValues(path, {key: values.get(key) for key in keys}))
        for section in nested:
            self.add(ReplaceList((*path, section), values.get(section, [])))

    def remove_row(self, matter: Matter) -> None:
        """Remove the row of a matter, if the file has it."""
        path = self._path(matter.table, matter.id)
        if path is not None and matter.table != self.contract.document.name:
            self.add(RemoveRecord(path))

    def _path(self, table: str, own_id: str) -> Path | None:
        """Return where a row is in the file; None if it is not there."""
        spec = self.contract.tables[table]
        if spec.kind == "document":
            return (spec.section,)
        ids = [(record.get(ID) or "").strip() for record in self.records(spec.section)]
        return (spec.section, ids.index(own_id)) if own_id in ids else None


def _names(rows: Sequence[CodedRow]) -> str | None:
    return ", ".join(row.name for row in rows) or None
