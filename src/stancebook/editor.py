"""Compiled tables → JSON Schemas, by which an editor completes keys, lists values and shows definitions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stancebook.contract import Contract
from stancebook.spec import ID, SLUG, Column, TableSpec

_ADDED_TO_GROUNDED = {
    "prefix": "Words that stand right before the quote; only where the quote alone is ambiguous.",
    "suffix": "Words that stand right after the quote; only where the quote alone is ambiguous.",
}


def annotation_schema(contract: Contract) -> dict[str, Any]:
    """Return the JSON Schema of a document's annotation file."""
    document = contract.document
    properties = {
        document.under: _record_schema(document, contract),
        **{spec.under: _list_schema(spec, contract) for spec in contract.shaped("grounded")},
    }
    return _file_schema(f"{contract.name}: annotations of one document", properties, [document.under])


def codebook_schema(contract: Contract) -> dict[str, Any]:
    """Return the JSON Schema of a codebook file."""
    properties = {spec.under: _list_schema(spec, contract) for spec in contract.shaped("codebook")}
    return _file_schema(f"{contract.name}: codebook", properties, [])


def _file_schema(title: str, properties: Mapping[str, Any], required: list[str]) -> dict[str, Any]:
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": title,
        "type": "object",
        "additionalProperties": False,
        "required": required,
        "properties": properties,
    }


def _list_schema(spec: TableSpec, contract: Contract) -> dict[str, Any]:
    items = _record_schema(spec, contract)
    return {"description": spec.description, "type": ["array", "null"], "items": items}


def _record_schema(spec: TableSpec, contract: Contract) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    if spec.is_grounded:
        description = f"A short slug, unique among the {spec.name} of this file."
        properties[ID] = {
            "description": description,
            "type": ["string", "number"],
            "pattern": f"^{SLUG.pattern}$",
        }
    properties |= {column.name: _value_schema(column) for column in spec.written}
    if spec.is_grounded:
        properties |= {
            name: {"description": text, "type": ["string", "number"]} for name, text in _ADDED_TO_GROUNDED.items()
        }
    children = contract.children_of(spec.name)
    properties |= {under: _list_schema(child, contract) for under, child in children.items()}
    return {
        "description": spec.description,
        "type": "object",
        "additionalProperties": False,
        "required": list(spec.needed_keys),
        "properties": properties,
    }


def _value_schema(column: Column) -> dict[str, Any]:
    if column.vocabulary:
        values = [{"const": value, "description": text} for value, text in column.vocabulary.items()]
        # Branches rather than an enum: an editor shows each value's definition beside it.
        absent = [{"type": "null"}] if column.optional else []
        return {"description": _with_values(column), "anyOf": [*values, *absent]}
    # Editors read 2025 and 2025-02-06 by YAML's types before they see the schema, so both are let through.
    types = ["string", "number", *(["boolean", "null"] if column.optional else ["boolean"])]
    value: dict[str, Any] = {"description": column.description, "type": types}
    if column.form is not None and column.kind != "key":
        value["pattern"] = f"^(?:{column.form.pattern})$"
    if column.kind == "key":
        value["pattern"] = f"^{SLUG.pattern}$"
    return value


def _with_values(column: Column) -> str:
    return "\n".join([column.description, "", *(f"{value}: {text}" for value, text in column.vocabulary.items())])
