"""Describe the tables of a contract as JSON, from which pages make forms."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from stancebook.schema.column_types import SLUG, Column
from stancebook.schema.contract import Contract
from stancebook.schema.spec import ID, TableSpec
from stancebook.web.items import Mark, table_marks

_KINDS = {"categorical": "choice", "foreign_key": "reference", "primary_key": "id"}
_EXAMPLE = re.compile(r"such as ['‘“\"]?(.+?)['’”\"]?(?: or .*)?$")
_CONTEXT = {
    "prefix": "The words directly before the quote, where the quote alone occurs more than once.",
    "suffix": "The words directly after the quote, where the quote alone occurs more than once.",
}


def describe_contract(contract: Contract) -> dict[str, Any]:
    """Return the tables that coders write, with the keys of their records, in the order of the contract.

    Args:
        contract: Declares the tables.
    """
    marks = table_marks(contract)
    written = (*contract.codebook_tables, *contract.document_tables)
    return {
        "tables": [_table(contract, spec, marks[spec.name]) for spec in contract.tables.values() if spec in written]
    }


def _table(contract: Contract, spec: TableSpec, mark: Mark) -> dict[str, Any]:
    return {
        "name": spec.name,
        "title": mark.title,
        "description": spec.description,
        "section": spec.section,
        "kind": spec.kind,
        "parent": spec.parent or "",
        "shortcut": mark.letter.lower() if spec.is_annotation else "",
        "letter": mark.letter,
        "hue": mark.hue,
        "in_codebook": contract.in_codebook(spec.name),
        "keys": [_key(spec, name) for name in spec.allowed_keys],
        "nested": [nested.name for nested in contract.nested_tables(spec.name).values()],
    }


def _key(spec: TableSpec, name: str) -> dict[str, Any]:
    if name in spec.names:
        return _column(spec, spec[name])
    described = {"name": name, "title": name, "required": name == ID, "nullable": name != ID}
    if name == ID:
        text = f"A short slug, unique among the {spec.name} of this file."
        return {**_BLANK_KEY, **described, "kind": "id", "description": text, "pattern": SLUG.description}
    return {**_BLANK_KEY, **described, "kind": "verbatim", "description": _CONTEXT[name]}


def _column(spec: TableSpec, column: Column) -> dict[str, Any]:
    pattern = column.pattern or column.written_as
    example = _EXAMPLE.search(pattern.description) if pattern else None
    return {
        "name": column.name,
        "title": column.title or column.name.replace("_", " "),
        "description": column.description,
        "kind": _kind(spec, column),
        "required": column.name in spec.required_keys,
        "nullable": column.nullable,
        "default": column.default or "",
        "choices": [{"value": value, "definition": text} for value, text in column.vocabulary.items()],
        "ordered": column.ordered,
        "target": column.target or "",
        "symmetric": column.symmetric,
        "pattern": pattern.description if pattern else "",
        "unit": column.unit,
        "minimum": column.minimum,
        "maximum": column.maximum,
        "example": example[1] if example else "",
    }


def _kind(spec: TableSpec, column: Column) -> str:
    """Return the kind of form field: prose on a passage may be long, other texts and those of a pattern are short."""
    if column.kind == "text":
        return "long_text" if spec.is_annotation and column.pattern is None else "text"
    return _KINDS.get(column.kind, column.kind)


_BLANK_KEY: Mapping[str, Any] = {
    "default": "",
    "choices": [],
    "ordered": False,
    "target": "",
    "symmetric": False,
    "pattern": "",
    "unit": "",
    "minimum": None,
    "maximum": None,
    "example": "",
}
