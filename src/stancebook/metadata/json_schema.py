"""JSON Schemas of source files, with which an editor completes keys and values, shows definitions and starts records.

They are draft 7 with the extensions of the YAML language server: `defaultSnippets`, `enumDescriptions`,
`markdownDescription`, `patternErrorMessage`. The server resolves scalars by YAML 1.2 before it applies a schema: `2031`
is a number and `true` a boolean, whereas a build reads all scalars as text. What a build accepts, a schema accepts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stancebook.schema.column_types import SLUG, Column, Pattern
from stancebook.schema.contract import Contract
from stancebook.schema.remarks import REMARKS
from stancebook.schema.spec import ID, QUOTE_CONTEXT, TableSpec

_TEXT = Column.json_types
# The first choice of a snippet, which an editor fills in: it is no value, so that no value is coded without choosing.
_NOT_CHOSEN = "…"
# Indented deeper than any key of the record, at any column in which an editor starts it.
_BLOCK = "|-\n      "


def annotation_schema(contract: Contract) -> dict[str, Any]:
    """Return the JSON Schema of a document's annotation file.

    Args:
        contract: The contract of the dataset.

    Returns:
        The schema object: the document's record is required, all lists of annotations are optional.
    """
    document = contract.document
    properties = {
        document.section: _record_schema(document, contract),
        **{spec.section: _list_schema(spec, contract) for spec in contract.tables_of_kind("annotation")},
        **{remark.section: _list_schema(remark, contract) for remark in REMARKS},
    }
    return _file_schema(f"{contract.name}: annotations of one document", properties, [document.section])


def codebook_schema(contract: Contract) -> dict[str, Any]:
    """Return the JSON Schema of a codebook file, which may hold any of the codebook's tables.

    Args:
        contract: The contract of the dataset.
    """
    properties = {spec.section: _list_schema(spec, contract) for spec in contract.tables_of_kind("codebook")}
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


# ── Records ───────────────────────────────────────────────────────────────────────────────────────


def _list_schema(spec: TableSpec, contract: Contract) -> dict[str, Any]:
    return {
        "title": spec.title,
        "description": spec.description,
        "type": ["array", "null"],
        "items": _record_schema(spec, contract),
        "defaultSnippets": [_snippet(spec)],
    }


def _record_schema(spec: TableSpec, contract: Contract) -> dict[str, Any]:
    values: dict[str, Any] = {column.name: _value_schema(column) for column in spec.written_columns}
    if spec.is_anchored:
        values |= _passage_keys(spec)
    required = spec.required_keys
    nested = contract.nested_tables(spec.name)
    return {
        "title": spec.title,
        "description": spec.description,
        "type": "object",
        "additionalProperties": False,
        "required": list(required),
        # An editor offers required keys first.
        "properties": {
            **{name: values[name] for name in required},
            **{name: values[name] for name in spec.allowed_keys if name not in required},
            **{section: _list_schema(table, contract) for section, table in nested.items()},
        },
    }


def _passage_keys(spec: TableSpec) -> dict[str, Any]:
    """Return the keys of an annotation that are not columns."""
    sides = zip(QUOTE_CONTEXT, ("before", "after"), strict=True)
    own_id = {ID: {"type": list(_TEXT), **_pattern_schema(SLUG, f"Unique among the {spec.name} of this file.")}}
    return {
        **(own_id if spec.is_annotation else {}),
        **{
            name: {
                "description": f"Words immediately {side} the quote; only if the quote alone is ambiguous.",
                "type": [*_TEXT, "null"],
            }
            for name, side in sides
        },
    }


def _snippet(spec: TableSpec) -> dict[str, Any]:
    """Return the snippet that starts a record: its required keys, each with a tab stop."""
    body = {name: _tab_stop(number, _column(spec, name)) for number, name in enumerate(spec.required_keys, start=1)}
    return {
        "label": f"new record of {spec.section}",
        "description": spec.description,
        "sortText": "0",  # before all keys
        "type": "array",  # the list may also be null, in which case the server would leave out the dash
        "body": body,
    }


def _column(spec: TableSpec, name: str) -> Column | None:
    return spec[name] if name in spec.names else None


def _tab_stop(number: int, column: Column | None) -> str:
    """Return a tab stop without a default, which would pass for the coder's own words."""
    if column is not None and column.vocabulary:
        choices = ",".join(_escape_choice(value) for value in (_NOT_CHOSEN, *column.vocabulary))
        return f"${{{number}|{choices}|}}"
    return f"{_BLOCK if column is not None and column.kind == 'verbatim' else ''}${number}"


def _escape_choice(choice: str) -> str:
    return "".join(f"\\{char}" if char in "\\,|" else char for char in choice)


# ── Values ────────────────────────────────────────────────────────────────────────────────────────


def _value_schema(column: Column) -> dict[str, Any]:
    base = {"title": column.title, "description": column.description}
    if column.vocabulary:
        definitions = [f"{value}: {text}" for value, text in column.vocabulary.items()]
        return {
            **base,
            # The language server shows `markdownDescription` and lists the values; other editors show `description`.
            "description": "\n".join([column.description, "", *definitions]),
            "markdownDescription": column.description,
            "enum": [*column.vocabulary, *([None] if column.nullable else [])],
            "enumDescriptions": [*column.vocabulary.values(), *(["Left empty."] if column.nullable else [])],
        }
    typed = {**base, "type": [*column.json_types, *(["null"] if column.nullable else [])]}
    if column.target is not None:
        return {**typed, "description": f"{column.description} Write the key of one of the {column.target}."}
    limits = {name: limit for name in ("minimum", "maximum") if (limit := getattr(column, name)) is not None}
    # A pinned value needs no pattern: it is compared with the value that the engine computes.
    pattern = (column.written_as or column.pattern) if column.filled_by == "coder" else None
    return {**typed, **limits, **(_pattern_schema(pattern, column.description) if pattern else {})}


def _pattern_schema(pattern: Pattern, description: str) -> dict[str, str]:
    return {
        # Not in `examples`, which an editor offers as values; it fills in a single one.
        "description": f"{description} Write {pattern.description}.",
        # A build strips white space at both ends.
        "pattern": rf"^\s*(?:{pattern.pattern})\s*$",
        "patternErrorMessage": f"Expected {pattern.description}.",
    }
