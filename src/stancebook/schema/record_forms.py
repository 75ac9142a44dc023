"""What a record of a table may hold, key by key: the form that pages, annotation tools and language models fill in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from stancebook.schema.column_types import SLUG, Column
from stancebook.schema.contract import Contract
from stancebook.schema.spec import ID, TableKind, TableSpec

KeyKind = Literal[
    "id",
    "text",
    "long_text",
    "verbatim",
    "choice",
    "reference",
    "boolean",
    "date",
    "datetime",
    "edtf",
    "integer",
    "number",
]

_KINDS: Mapping[str, KeyKind] = {"categorical": "choice", "foreign_key": "reference", "primary_key": "id"}
_EXAMPLE = re.compile(r"such as ['‘“\"]?(.+?)['’”\"]?(?: or .*)?$")
_CONTEXT = {
    "prefix": "The words directly before the quote, where the quote alone occurs more than once.",
    "suffix": "The words directly after the quote, where the quote alone occurs more than once.",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a vocabulary, with its definition."""

    value: str
    definition: str


@dataclass(frozen=True, slots=True)
class KeyForm:
    """One key of a record.

    Attributes:
        name: The key, which is the name of a column, `id`, `prefix` or `suffix`.
        title: Its heading.
        description: What its value means.
        kind: What is filled in: free text (`long_text` if it may be prose), words of the text (`verbatim`), one of
            `choices`, the key of a row of `target`, the record's own `id`, or a value of a type.
        required: Whether a record must have it.
        nullable: Whether a row may be without a value.
        default: The column whose value is used where none is given; empty if there is none.
        choices: The values of its vocabulary, in order.
        ordered: Whether that order is a scale.
        target: The table that it refers to; empty if it refers to none.
        symmetric: Whether the reference holds both ways.
        pattern: What its text must look like, in words; empty if it may be any text.
        unit: What a number counts.
        minimum: The smallest value.
        maximum: The greatest value.
        example: A value that fits; empty if none is known.
    """

    name: str
    title: str
    description: str
    kind: KeyKind
    required: bool
    nullable: bool
    default: str = ""
    choices: tuple[Choice, ...] = ()
    ordered: bool = False
    target: str = ""
    symmetric: bool = False
    pattern: str = ""
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    example: str = ""


@dataclass(frozen=True)
class RecordForm:
    """The records of one table.

    Attributes:
        name: The name of the table.
        title: Its heading.
        description: What one row is.
        section: The key under which the records are written in a file.
        kind: Where the rows come from.
        parent: The table in whose records these are nested; empty if they are not nested.
        in_codebook: Whether they are entries of the codebook, or nested in such.
        keys: The keys that a record may have, in the order in which a coder would write them.
        nested: The names of the tables whose records are nested in these.
    """

    name: str
    title: str
    description: str
    section: str
    kind: TableKind | None
    parent: str
    in_codebook: bool
    keys: tuple[KeyForm, ...]
    nested: tuple[str, ...] = field(default=())


def record_forms(contract: Contract) -> dict[str, RecordForm]:
    """Return the form of each table that coders write, by name, in the order of the contract.

    Args:
        contract: Declares the tables.
    """
    written = (*contract.codebook_tables, *contract.document_tables)
    return {name: _record_form(contract, spec) for name, spec in contract.tables.items() if spec in written}


def _record_form(contract: Contract, spec: TableSpec) -> RecordForm:
    return RecordForm(
        name=spec.name,
        title=spec.title or spec.name,
        description=spec.description,
        section=spec.section,
        kind=spec.kind,
        parent=spec.parent or "",
        in_codebook=contract.in_codebook(spec.name),
        keys=tuple(_key_form(spec, name) for name in spec.allowed_keys),
        nested=tuple(nested.name for nested in contract.nested_tables(spec.name).values()),
    )


def _key_form(spec: TableSpec, name: str) -> KeyForm:
    if name in spec.names:
        return _column_form(spec, spec[name])
    if name == ID:
        text = f"A short slug, unique among the {spec.name} of this file."
        return KeyForm(name, name, text, "id", required=True, nullable=False, pattern=SLUG.description)
    return KeyForm(name, name, _CONTEXT[name], "verbatim", required=False, nullable=True)


def _column_form(spec: TableSpec, column: Column) -> KeyForm:
    pattern = column.pattern or column.written_as
    example = _EXAMPLE.search(pattern.description) if pattern else None
    return KeyForm(
        name=column.name,
        title=column.title or column.name.replace("_", " "),
        description=column.description,
        kind=_kind(spec, column),
        required=column.name in spec.required_keys,
        nullable=column.nullable,
        default=column.default or "",
        choices=tuple(Choice(value, text) for value, text in column.vocabulary.items()),
        ordered=column.ordered,
        target=column.target or "",
        symmetric=column.symmetric,
        pattern=pattern.description if pattern else "",
        unit=column.unit,
        minimum=column.minimum,
        maximum=column.maximum,
        example=example[1] if example else "",
    )


def _kind(spec: TableSpec, column: Column) -> KeyKind:
    """Return the kind of a column: prose on a passage may be long, other texts and those of a pattern are short."""
    if column.kind == "text":
        return "long_text" if spec.is_annotation and column.pattern is None else "text"
    if column.kind in _KINDS:
        return _KINDS[column.kind]
    kind: KeyKind = column.kind  # type: ignore[assignment] # the other column types are named like their kinds
    return kind
