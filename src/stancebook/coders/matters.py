"""Rows of codings that are about the same, and the decisions on them that the file of a document has."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from stancebook.coders.codings import Coding, Position
from stancebook.schema.remarks import DECISIONS
from stancebook.schema.spec import TableSpec

QUOTE = "quote"

State = Literal["agreed", "taken", "in file", "edited", "open"]
Values = Mapping[str, str]


@dataclass(frozen=True)
class CodedRow:
    """One row of a coding as written.

    Attributes:
        coder: The coder.
        table: The table.
        id: Its own id; of the document's record, the section.
        position: Where it is written.
        start: Where its passage starts, in code points; None if it has none.
        end: Where it ends.
        values: Its values as typed, by key.
        children: The records that are nested in it, by section.
    """

    coder: str
    table: str
    id: str
    position: Position
    start: int | None
    end: int | None
    values: Values
    children: Mapping[str, tuple[Values, ...]]

    @property
    def name(self) -> str:
        """Its name in decisions, such as `ab.s07`."""
        return f"{self.coder}.{self.id}"


@dataclass(frozen=True)
class Decision:
    """A decision that the file of a document has.

    Attributes:
        row: The address of the row.
        decision: What was decided.
        sources: The rows of codings that are taken, which are alike; none if it does not say.
        over: The rows of other codings that they were preferred to.
        quote: The passage of a row that is rejected; empty if it is not given.
    """

    row: str
    decision: str
    sources: tuple[str, ...] = ()
    over: tuple[str, ...] = ()
    quote: str = ""

    @property
    def table(self) -> str:
        """The table of the row; for the document's own record, its section."""
        return self.row.partition(".")[0]

    @property
    def id(self) -> str:
        """The id of the row; for the document's own record, its section."""
        return self.row.rpartition(".")[2]

    @property
    def coded_rows(self) -> tuple[str, ...]:
        """The rows of codings that it is about."""
        return (*self.sources, *self.over)

    def is_between(self, coders: Collection[str]) -> bool:
        """Return whether it is only about rows of these coders."""
        return all(name.partition(".")[0] in coders for name in self.coded_rows)


@dataclass(frozen=True)
class Matter:
    """Rows of codings that are about the same, and what is known of them.

    Attributes:
        row: The address that the row has or will have in the file: its table and id, or the section of the document.
        table: The table.
        rows: The row of each coder who has one, those left out that a decision is about.
        differing: The keys in which these rows differ.
        missing: The coders who have no such row.
        state: `agreed` and `taken` rows are not in the file yet: the first are equal in all codings, of the others the
            file says that they are accepted. Rows that are `in file` are as agreed or decided; `edited` ones are in the
            file in another way than all codings have them. What is `open` has to be decided.
        waits_for: The addresses of rows that it refers to, and that are not decided, or left out.
    """

    row: str
    table: str
    rows: tuple[CodedRow, ...]
    differing: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    state: State = "open"
    waits_for: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The id that the row has or will have in the file."""
        return self.row.rpartition(".")[2]

    @property
    def is_ready(self) -> bool:
        """Whether the row can be added to the file; the document's record is there from the start."""
        return self.state in ("agreed", "taken") and not self.waits_for and self.row != self.id


def decisions_of(coding: Coding) -> list[Decision]:
    """Return the decisions that the annotations of a document have."""
    return [decision_of(record) for record in remarks_of(coding, DECISIONS)]


def decision_of(record: Mapping[str, str | None]) -> Decision:
    """Return a decision, given its values by key."""
    row, decision, sources, over, quote = (
        (record.get(key) or "").strip() for key in ("row", "decision", "from", "over", "quote")
    )
    return Decision(row, decision, _listed(sources), _listed(over), quote)


def remarks_of(coding: Coding, remark: TableSpec) -> list[dict[str, str]]:
    """Return the remarks of one kind as typed."""
    table = coding.remarks[remark.name].records
    return [values_of(table.columns, row) for row in range(len(table))]


def values_of(columns: Mapping[str, Any], row: int) -> dict[str, str]:
    """Return the values of a record as typed."""
    return {key: text for key, cells in columns.items() if (text := (cells[row].as_py() or "").strip())}


def _listed(names: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in names.split(",") if name.strip())
