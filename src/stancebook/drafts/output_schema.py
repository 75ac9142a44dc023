"""The JSON Schema of a model's answer, in the subset that all providers of structured output accept.

That subset is: objects of which every property is required and no other allowed, arrays, strings, numbers, booleans,
`enum`, and `anyOf` with null for what may be missing. There are no bounds and no patterns: the checks of the build
decide.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from stancebook.schema.record_forms import KeyForm, RecordForm
from stancebook.schema.spec import ID, QUOTE_CONTEXT

QUOTE = "quote"
PASSAGE_KEYS = (QUOTE, *QUOTE_CONTEXT)  # the keys of a record that say where its passage is
MAX_ENUM_VALUES = 200  # of one key; longer lists are in the prompt only
MAX_ALL_ENUM_VALUES = 1000  # https://platform.openai.com/docs/guides/structured-outputs#supported-schemas

Schema = dict[str, Any]
Keys = Mapping[str, Sequence[str]]

_TEXT: Schema = {"type": "string"}
_TYPES = {"boolean": "boolean", "integer": "integer", "number": "number"}


def output_schema(forms: Mapping[str, RecordForm], table: str, keys: Keys) -> Schema:
    """Return the schema of an answer with records of one table.

    Args:
        forms: The forms of all tables.
        table: The table.
        keys: The keys of the codebook's rows, by table.
    """
    form = forms[table]
    enums = _enums(forms, form, keys)
    passage = closed_object({name: _nullable(_TEXT) for name in (QUOTE, "from", "to", *QUOTE_CONTEXT)})
    record = {"passage": passage, "why": _TEXT, ID: _TEXT, "values": _record(forms, form, enums)}
    dropped = {ID: _TEXT, "reason": _TEXT}
    properties: Schema = {"records": _list(closed_object(record)), "dropped": _list(closed_object(dropped))}
    if targets := referenced_codebook(forms, table):
        proposal = {
            "table": {"type": "string", "enum": targets},
            "name": _TEXT,
            "reason": _TEXT,
            QUOTE: _TEXT,
        }
        properties["new_codebook"] = _list(closed_object(proposal))
    return closed_object(properties)


def closed_object(properties: Schema) -> Schema:
    """Return the schema of an object that has all of these properties and no other."""
    return {
        "type": "object",
        "properties": properties,
        "required": [*properties],
        "additionalProperties": False,
    }


def value_keys(form: RecordForm) -> list[KeyForm]:
    """Return the keys of a record that are in the `values` of an answer: all but its ID and its passage."""
    own = (ID, *PASSAGE_KEYS) if form.kind == "annotation" else ()
    return [key for key in form.keys if key.name not in own]


def nested_forms(forms: Mapping[str, RecordForm], form: RecordForm) -> Iterator[RecordForm]:
    """Yield the forms of the records that are nested in those of a form, at any depth."""
    for name in form.nested:
        yield forms[name]
        yield from nested_forms(forms, forms[name])


def referenced_codebook(forms: Mapping[str, RecordForm], table: str) -> list[str]:
    """Return the tables of the codebook to which the records of a table refer, nested ones included."""
    keys = [key for form in (forms[table], *nested_forms(forms, forms[table])) for key in value_keys(form)]
    return list(dict.fromkeys(key.target for key in keys if key.target in forms and forms[key.target].in_codebook))


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _nullable(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _record(forms: Mapping[str, RecordForm], form: RecordForm, enums: Mapping[str, Sequence[str]]) -> Schema:
    properties = {key.name: _value(form, key, enums) for key in value_keys(form)}
    for name in form.nested:
        properties[forms[name].section] = _list(_record(forms, forms[name], enums))
    return closed_object(properties)


def _value(form: RecordForm, key: KeyForm, enums: Mapping[str, Sequence[str]]) -> Schema:
    values = enums.get(f"{form.name}.{key.name}")
    if values:
        schema: Schema = {"type": "string", "enum": [*values]}
    else:
        schema = {"type": _TYPES.get(key.kind, "string")}
    return schema if key.required and not key.nullable else _nullable(schema)


def _enums(forms: Mapping[str, RecordForm], form: RecordForm, keys: Keys) -> dict[str, list[str]]:
    """Return the values that keys may have, by table and key, up to the limits: vocabularies first, then references."""
    places = [(each, key) for each in (form, *nested_forms(forms, form)) for key in value_keys(each)]
    listed = [
        *((each, key, [choice.value for choice in key.choices]) for each, key in places if key.choices),
        *((each, key, [*keys[key.target]]) for each, key in places if key.target in keys),
    ]
    enums: dict[str, list[str]] = {}
    left = MAX_ALL_ENUM_VALUES
    for each, key, values in listed:
        if len(values) <= min(MAX_ENUM_VALUES, left):
            enums[f"{each.name}.{key.name}"] = values
            left -= len(values)
    return enums
