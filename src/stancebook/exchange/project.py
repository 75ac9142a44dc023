"""Coded texts between Stancebook and annotation tools: what is written for a tool, and what is read from one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from stancebook.exchange.offsets import Convention
from stancebook.problems import Problem
from stancebook.schema.record_forms import KeyForm, RecordForm
from stancebook.schema.spec import ID, QUOTE_CONTEXT

Values = Mapping[str, str]
_OF_THE_PASSAGE = (ID, "quote", *QUOTE_CONTEXT)  # keys of a row that are exchanged as its ID and its passage


# ── What is written ───────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the codebook.

    Attributes:
        key: Its key, to which rows refer.
        label: Its name.
        values: Its cells that are not empty, as texts.
        children: Its nested records, by section.
    """

    key: str
    label: str
    values: Values
    children: Mapping[str, Sequence[Values]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """A row that rests on a passage.

    Attributes:
        table: Its table.
        id: Its short ID.
        start: Where its passage starts in the text, in code points.
        end: Where it ends.
        values: Its cells that coders write and that are not empty, as texts, without `id`, `quote`, `prefix` and
            `suffix`. A reference to a row of the same text is that row's short ID.
        children: Its nested records, by section.
        index: Its number among the records of its table in its file, from 0.
    """

    table: str
    id: str
    start: int
    end: int
    values: Values
    children: Mapping[str, Sequence[Values]] = field(default_factory=dict)
    index: int = field(default=0, compare=False)

    @property
    def address(self) -> str:
        """Its table and its ID, which no other row of the text has."""
        return f"{self.table}.{self.id}"


@dataclass(frozen=True)
class CodedText:
    """A text with the rows of each coder.

    Attributes:
        doc_id: The document.
        text: The text exactly as in its file, with a byte order mark if it has one.
        sha256: The digest of the file.
        label: Its title, or the document's ID.
        language: A tag of BCP 47; empty if none is given.
        rights: Whose text it is; empty if that is not given.
        published: The day of publication; empty if none is given. Exports take their dates from it, not from the clock.
        codings: The rows of each coder who coded it, in the order of the text; those of the dataset under the name
            `discovery.AUTHORITATIVE`.
    """

    doc_id: str
    text: str
    sha256: str
    label: str
    language: str
    rights: str
    published: str
    codings: Mapping[str, Sequence[Row]]


@dataclass(frozen=True)
class ExchangeProject:
    """The coded texts of a project, with what a tool needs to know of its tables.

    Attributes:
        name: The name of the contract.
        title: Its title.
        version: Its version.
        forms: The form of each table that coders write, by name.
        codebook: The entries of each table of the codebook.
        texts: The texts, sorted by document.
    """

    name: str
    title: str
    version: str
    forms: Mapping[str, RecordForm]
    codebook: Mapping[str, Sequence[Entry]]
    texts: Sequence[CodedText]

    @property
    def layers(self) -> Iterator[RecordForm]:
        """The tables whose rows rest on passages."""
        return (form for form in self.forms.values() if form.kind == "annotation")

    def cell_keys(self, form: RecordForm) -> Iterator[KeyForm]:
        """Yield the keys of a table that `Row.values` may have, in the order in which coders write them."""
        return (key for key in form.keys if key.name not in _OF_THE_PASSAGE)

    def is_link(self, key: KeyForm) -> bool:
        """Return whether a key refers to a row of the same text."""
        return key.target in self.forms and self.forms[key.target].kind == "annotation"


# ── What is read ──────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a tool's file: the file as displayed, line and column from 1."""

    file: str
    line: int = 1
    column: int = 1


@dataclass(frozen=True, slots=True)
class ToolItem:
    """An annotation as a tool has it.

    Attributes:
        tool_id: Its identifier in the file, which `links` of others name; unique within its text.
        labels: Its layers, codes or labels. What was exported by Stancebook has the table, and perhaps
            `<table>/<column>/<value>`, with a slash between a code and those below it.
        spans: Its passages in the text of the tool, in the tool's unit, end exclusive; several if it is interrupted.
        snippet: The words that the tool stores with it; empty if it stores none.
        before: The words that the tool stores of what is before it; empty if it stores none.
        after: The words that the tool stores of what is after it; empty if it stores none.
        row_id: The short ID of the row that it was exported from; empty if the file has none.
        values: What the tool says of each attribute: a text, or None where it was emptied. What the tool cannot hold,
            or does not say, is left out, and stays as it is.
        links: Attributes that refer to other annotations of the text, by their `tool_id`; None where it was emptied.
        children: Nested records by section, where the tool says something of them.
        place: Where it is.
    """

    tool_id: str
    labels: Sequence[str]
    spans: Sequence[tuple[int, int]]
    snippet: str = ""
    before: str = ""
    after: str = ""
    row_id: str = ""
    values: Mapping[str, str | None] = field(default_factory=dict)
    links: Mapping[str, str | None] = field(default_factory=dict)
    children: Mapping[str, Sequence[Values]] = field(default_factory=dict)
    place: Place = Place("")


@dataclass(frozen=True)
class ToolText:
    """A text as a tool has it.

    Attributes:
        name: Its name in the tool.
        text: Its content in the tool; None if the tool's files have only annotations, of the text of `doc_id`.
        codings: The annotations of each coder, by the coder's name in the tool; `discovery.AUTHORITATIVE` for those
            that an export wrote from the dataset and that no person has taken over. A coder without annotations is one
            who removed all.
        doc_id: The document that it was exported from; empty if the file does not say.
        place: Where it is.
    """

    name: str
    text: str | None
    codings: Mapping[str, Sequence[ToolItem]]
    doc_id: str = ""
    place: Place = Place("")


@dataclass(frozen=True)
class ToolProject:
    """What was read from the files of a tool.

    Attributes:
        texts: The texts with their annotations.
        conventions: How the offsets may be meant, the likeliest first. Where a passage differs from its snippet, the
            next is tried.
        problems: What cannot be read; nothing is imported if there is an error.
        notes: Sentences on what was read and how, for the console.
    """

    texts: Sequence[ToolText]
    conventions: Sequence[Convention] = (Convention(), Convention("utf-16"))
    problems: Sequence[Problem] = ()
    notes: Sequence[str] = ()
