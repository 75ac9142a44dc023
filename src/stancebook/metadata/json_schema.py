"""Compiled tables → JSON Schemas, by which an editor completes keys and values, shows definitions, begins records.

Draft 7 with the words that the YAML language server adds to it: `defaultSnippets`, `enumDescriptions`,
`markdownDescription`, `patternErrorMessage`. It reads scalars by YAML 1.2 before it sees a schema, and so
`2031` is a number and `true` a boolean to it, where to a build all is text. What a build takes is never refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stancebook.schema.contract import Contract
from stancebook.schema.spec import ID, QUOTE_CONTEXT, SLUG, Column, ColumnKind, Pattern, TableSpec

_TEXT = ("string", "number", "boolean")
_READ_AS: Mapping[ColumnKind, tuple[str, ...]] = {
    "date": ("string",),
    "edtf": ("string", "number"),
    "integer": ("integer", "string"),
}

_DATE = r"[0-9X]{4}(?:-[0-9X]{2}){0,2}[?~%]?"
_END = rf"(?:{_DATE}|\.\.)?"
_FORMS: Mapping[ColumnKind, Pattern] = {
    "primary_key": SLUG,
    "date": Pattern(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", "a day, such as '2031-04-02'"),
    "edtf": Pattern(
        rf"{_DATE}|{_END}/{_END}",
        "a date in EDTF: a day '2031-04-02', a month '2031-04', a span '2031-04-02/2031-04-05', an open one"
        " '../2031-04-02'",
    ),
    "integer": Pattern(r"-?[0-9]{1,18}", "a whole number"),
}
# Stands first among the choices of a snippet, and is none: an editor fills in the first one, and whoever goes on
# without choosing must not have coded it.
_NOT_CHOSEN = "…"
# Deeper than any key above it, wherever in a line an editor begins the record.
_BLOCK = "|-\n      "


def annotation_schema(contract: Contract) -> dict[str, Any]:
    """Return the JSON Schema of a document's annotation file."""
    document = contract.document
    properties = {
        document.section: _record_schema(document, contract),
        **{spec.section: _list_schema(spec, contract) for spec in contract.tables_of_kind("annotation")},
    }
    return _file_schema(f"{contract.name}: annotations of one document", properties, [document.section])


def codebook_schema(contract: Contract) -> dict[str, Any]:
    """Return the JSON Schema of a codebook file."""
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
    if spec.is_annotation:
        values |= _keys_of_a_passage(spec)
    needed = spec.required_keys
    children = contract.nested_tables(spec.name)
    return {
        "title": spec.title,
        "description": spec.description,
        "type": "object",
        "additionalProperties": False,
        "required": list(needed),
        # What a record cannot do without is offered first.
        "properties": {
            **{name: values[name] for name in needed},
            **{name: values[name] for name in spec.allowed_keys if name not in needed},
            **{under: _list_schema(child, contract) for under, child in children.items()},
        },
    }


def _keys_of_a_passage(spec: TableSpec) -> dict[str, Any]:
    """Return the keys of a grounded record that are no columns."""
    identified = {"type": list(_TEXT), **_of_form(SLUG, f"Unique among the {spec.name} of this file.")}
    around = zip(QUOTE_CONTEXT, ("before", "after"), strict=True)
    return {
        ID: identified,
        **{
            name: {
                "description": f"Words that stand right {where} the quote; only where the quote alone is ambiguous.",
                "type": [*_TEXT, "null"],
            }
            for name, where in around
        },
    }


def _snippet(spec: TableSpec) -> dict[str, Any]:
    """Return what begins a record: the keys that it must have, each with a place for the cursor."""
    body = {name: _stop(place, _column(spec, name)) for place, name in enumerate(spec.required_keys, start=1)}
    return {
        "label": f"new record of {spec.section}",
        "description": spec.description,
        "sortText": "0",  # before all keys
        "type": "array",  # the type of the list may also be null, and then the server would leave out the dash
        "body": body,
    }


def _column(spec: TableSpec, name: str) -> Column | None:
    return spec[name] if name in spec.names else None


def _stop(place: int, column: Column | None) -> str:
    """Return a place for the cursor: empty, for words that stood there already would pass for a coder's own."""
    if column is not None and column.vocabulary:
        choices = ",".join(_escaped(value) for value in (_NOT_CHOSEN, *column.vocabulary))
        return f"${{{place}|{choices}|}}"
    return f"{_BLOCK if column is not None and column.kind == 'verbatim' else ''}${place}"


def _escaped(choice: str) -> str:
    return "".join(f"\\{char}" if char in "\\,|" else char for char in choice)


# ── Values ────────────────────────────────────────────────────────────────────────────────────────


def _value_schema(column: Column) -> dict[str, Any]:
    told = {"title": column.title, "description": column.description}
    if column.vocabulary:
        return {
            **told,
            # The language server lists the values itself; other editors show what is described.
            "description": _with_values(column),
            "markdownDescription": column.description,
            "enum": [*column.vocabulary, *([None] if column.nullable else [])],
            "enumDescriptions": [*column.vocabulary.values(), *(["Left empty."] if column.nullable else [])],
        }
    types = {**told, "type": [*_READ_AS.get(column.kind, _TEXT), *(["null"] if column.nullable else [])]}
    if column.target is not None:
        return {**types, "description": f"{column.description} Write the key of one of the {column.target}."}
    least = {} if column.minimum is None else {"minimum": column.minimum}
    # A value that the engine knows, and a coder may pin, is compared with what the engine knows.
    form = _FORMS.get(column.kind, column.pattern) if column.filled_by == "coder" else None
    return {**types, **least, **(_of_form(form, column.description) if form else {})}


def _of_form(form: Pattern, description: str) -> dict[str, str]:
    return {
        # Not in `examples`: an editor would offer those as values, and fill in the only one.
        "description": f"{description} Write {form.description}.",
        # A build strips blanks off the ends.
        "pattern": rf"^\s*(?:{form.pattern})\s*$",
        "patternErrorMessage": f"Expected {form.description}.",
    }


def _with_values(column: Column) -> str:
    return "\n".join([column.description, "", *(f"{value}: {text}" for value, text in column.vocabulary.items())])
