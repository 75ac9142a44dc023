"""Compiled tables → what other tools read: a data package, JSON Schemas for editors, a data dictionary.

Pure functions of `TableSpec`; nothing here is stated that the models do not state.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from stancebook.contract import Contract
from stancebook.layout import table_file
from stancebook.spec import ID, SLUG, Column, Storage, TableSpec

_FRICTIONLESS_TYPE: Mapping[Storage, str] = {
    "string": "string",
    "category": "string",
    "date": "date",
    "integer": "integer",
}
_ADDED_TO_GROUNDED = {
    "prefix": "Words that stand right before the quote; only where the quote alone is ambiguous.",
    "suffix": "Words that stand right after the quote; only where the quote alone is ambiguous.",
}


def as_json(value: Any) -> bytes:
    """Return JSON as the files of a dataset hold it: two spaces, a final line break."""
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


# ── Data package ──────────────────────────────────────────────────────────────────────────────────


def datapackage(contract: Contract, rows: Mapping[str, int], build: str, seeds: str) -> dict[str, Any]:
    """Return a Data Package descriptor (https://datapackage.org) of the Parquet files, in the order of the models.

    `build` and `seeds` are digests: of everything the tables follow from, and of the seeds among it.
    """
    return {
        "name": contract.name,
        "title": contract.title,
        "description": contract.description,
        "version": contract.version,
        **({"homepage": contract.homepage} if contract.homepage else {}),
        "licenses": [{"name": each.name, "title": each.title, "path": each.path} for each in contract.licenses],
        "keywords": list(contract.keywords),
        "stancebook": {"build": build, "seeds": seeds},
        "resources": [_resource(spec, rows[spec.name]) for spec in contract.tables.values()],
    }


def _resource(spec: TableSpec, rows: int) -> dict[str, Any]:
    return {
        "name": spec.name.replace("_", "-"),
        "path": table_file(spec.name),
        "description": spec.description,
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "rows": rows,
        "schema": {
            "fields": [_field(column, spec) for column in spec.columns],
            "primaryKey": list(spec.key),
            "foreignKeys": [
                {
                    "fields": [column.name],
                    "reference": {
                        "resource": "" if column.target == spec.name else str(column.target).replace("_", "-"),
                        "fields": [column.target_key],
                    },
                }
                for column in spec.references
            ],
        },
    }


def _field(column: Column, spec: TableSpec) -> dict[str, Any]:
    constraints: dict[str, Any] = {}
    if not column.optional:
        constraints["required"] = True
    if spec.key == (column.name,):
        constraints["unique"] = True
    if column.vocabulary:
        constraints["enum"] = list(column.vocabulary)
    if column.form is not None:
        constraints["pattern"] = column.form.pattern
    if column.minimum is not None:
        constraints["minimum"] = column.minimum
    field: dict[str, Any] = {
        "name": column.name,
        "type": _FRICTIONLESS_TYPE[column.storage],
        "description": column.description,
    }
    if column.vocabulary:
        field["categories"] = list(column.vocabulary)
        field["categoriesOrdered"] = column.ordered
    return field | ({"constraints": constraints} if constraints else {})


# ── JSON Schemas for editors ──────────────────────────────────────────────────────────────────────


def annotation_schema(contract: Contract) -> dict[str, Any]:
    """Return the JSON Schema of a document's annotation file."""
    document = contract.document
    properties = {
        document.under: _record_schema(document, contract),
        **{spec.under: _list_schema(spec, contract) for spec in contract.shaped("grounded")},
    }
    return _file_schema(f"{contract.title}: annotations of one document", properties, [document.under])


def codebook_schema(contract: Contract) -> dict[str, Any]:
    """Return the JSON Schema of a codebook file."""
    properties = {spec.under: _list_schema(spec, contract) for spec in contract.shaped("codebook")}
    return _file_schema(f"{contract.title}: codebook", properties, [])


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
    properties |= {child.under: _list_schema(child, contract) for child in contract.children_of(spec.name)}
    return {
        "description": spec.description,
        "type": "object",
        "additionalProperties": False,
        "required": [*([ID] if spec.is_grounded else []), *(c.name for c in spec.written if c.must_be_given)],
        "properties": properties,
    }


def _value_schema(column: Column) -> dict[str, Any]:
    if column.vocabulary:
        values = [{"const": value, "description": text} for value, text in column.vocabulary.items()]
        # Completion needs `enum`; hover and lists of definitions need the branches.
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


# ── Data dictionary ───────────────────────────────────────────────────────────────────────────────


def dictionary(contract: Contract, rows: Mapping[str, int]) -> str:
    """Return a data card in Markdown: what the dataset is, then every table, column and value."""
    return "\n".join(_dictionary(contract, rows))


def _dictionary(contract: Contract, rows: Mapping[str, int]) -> Iterable[str]:
    yield from (f"# {contract.title}", "", contract.description, "")
    yield from (
        f"Version {contract.version}. Built by `build.py` from `seeds/`; do not edit: the next build replaces it.",
        "",
    )
    yield from (f"- {each.title}: <{each.path}>" for each in contract.licenses)
    yield from ("", "| table | rows | one row is |", "|---|---:|---|")
    for spec in contract.tables.values():
        first_paragraph, *_ = spec.description.split("\n\n")
        yield f"| [{spec.name}](#{spec.name}) | {rows[spec.name]} | {_line(first_paragraph)} |"
    for spec in contract.tables.values():
        across = [rule.message for rule in contract.rules if rule.table == spec.name and rule.level == "error"]
        yield from _table(spec, [*spec.rules.values(), *across])


def _table(spec: TableSpec, rules: list[str]) -> Iterable[str]:
    yield from (
        "",
        f"## {spec.name}",
        "",
        spec.description,
        "",
        f"Key: {', '.join(f'`{name}`' for name in spec.key)}.",
        "",
    )
    yield from ("| column | type | holds |", "|---|---|---|")
    for column in spec.columns:
        target = f" → [{column.target}](#{column.target})" if column.target else ""
        empty = " May be empty." if column.optional else ""
        yield f"| `{column.name}` | {_type(column)}{target} | {_line(column.description)}{empty} |"
    for column in spec.columns:
        if column.vocabulary:
            order = ", from least to most" if column.ordered else ""
            yield from ("", f"**{column.name}**{order}:", "")
            yield from (f"- `{value}`: {text}" for value, text in column.vocabulary.items())
    if rules:
        yield from ("", "Rules:", "")
        yield from (f"- {message}" for message in rules)


def _type(column: Column) -> str:
    return {"category": "ordered category" if column.ordered else "category"}.get(column.storage, column.storage)


def _line(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
