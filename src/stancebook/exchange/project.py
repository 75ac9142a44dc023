"""Coded texts between Stancebook and annotation tools: what is written for a tool, and what is read from one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from stancebook.schema.record_forms import RecordForm

AUTHORITATIVE = ""  # the coder of the annotations in documents/, which are those of the dataset
Values = Mapping[str, str]


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
    """

    table: str
    id: str
    start: int
    end: int
    values: Values
    children: Mapping[str, Sequence[Values]] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """Its table and its ID, which no other row of the text has."""
        return f"{self.table}.{self.id}"


@dataclass(frozen=True)
class CodedText:
    """A text with the rows of each coder.

    Attributes:
        doc_id: The document.
        text: The text, byte for byte as in its file but for a byte order mark.
        sha256: The digest of the file.
        label: Its title, or the document's ID.
        language: A tag of BCP 47; empty if none is given.
        rights: Whose text it is; empty if that is not given.
        published: The day of publication; empty if none is given. Exports take their dates from it, not from the clock.
        values: The cells of its record, as texts.
        codings: The rows of each coder in the order of the text; `AUTHORITATIVE` is the coding of the dataset.
    """

    doc_id: str
    text: str
    sha256: str
    label: str
    language: str
    rights: str
    published: str
    values: Values
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


# ── What is read ──────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is in a tool's file: the file as displayed, line and column from 1."""

    file: str
    line: int = 1
    column: int = 1


@dataclass(frozen=True, slots=True)
class ToolItem:
    """An annotation as a tool has it.

    Attributes:
        tool_id: Its identifier in the file, which `links` of others name; unique within its text and coder.
        label: The layer, code or label; a table, where the project was exported by Stancebook.
        spans: Its passages in the text of the tool, in the tool's unit, end exclusive; several if it is interrupted.
        snippet: The words that the tool stores with it; empty if it stores none.
        row_id: The short ID of the row that it was exported from; empty if the file has none.
        values: What the tool says of each attribute: a text, or None where it was emptied. What the tool cannot hold,
            or does not say, is left out, and stays as it is.
        links: Attributes that refer to other annotations of the text, by their `tool_id`; None where it was emptied.
        children: Nested records by section, where the tool says something of them.
        place: Where it stands.
    """

    tool_id: str
    label: str
    spans: Sequence[tuple[int, int]]
    snippet: str = ""
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
        text: Its content in the tool.
        doc_id: The document that it was exported from; empty if the file does not say.
        sha256: The digest of that document's file; empty if the file does not say.
        codings: The annotations of each coder, by the coder's name in the tool; `AUTHORITATIVE` where an export wrote
            the rows of the dataset and no person has taken them over.
        place: Where it stands.
    """

    name: str
    text: str
    codings: Mapping[str, Sequence[ToolItem]]
    doc_id: str = ""
    sha256: str = ""
    place: Place = Place("")
