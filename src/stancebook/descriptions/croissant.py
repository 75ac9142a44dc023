"""Compiled tables → a Croissant description (https://docs.mlcommons.org/croissant): JSON-LD, for machine learning."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from stancebook.contract import Contract
from stancebook.layout import table_file
from stancebook.spec import Column, Storage, TableSpec

# Version 1.0 is what every reader knows; nothing here needs a later one.
_VERSION = "http://mlcommons.org/croissant/1.0"
_TYPE: Mapping[Storage, str] = {
    "string": "sc:Text",
    "category": "sc:Text",
    "date": "sc:Date",
    "integer": "sc:Integer",
}

# The words of the standard: what a reader is to take them for. All are to be declared, used or not.
_WORDS = (
    "citeAs column conformsTo equivalentProperty extract field fileObject fileProperty fileSet format includes"
    " isLiveDataset jsonPath key md5 parentField path recordSet references regex repeated replace samplingRate"
    " separator source subField transform"
)
_CONTEXT: Mapping[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "dct": "http://purl.org/dc/terms/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "sc": "https://schema.org/",
    **{word: f"cr:{word}" for word in _WORDS.split()},
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
}


def croissant(contract: Contract, digests: Mapping[str, str]) -> dict[str, Any]:
    """Return the description: a file a table, a record set a table, and one for each vocabulary, its values in it.

    `digests` are those of the Parquet files, by name: SHA-256, in hexadecimal.
    """
    description = {
        "@context": dict(_CONTEXT),
        "@type": "sc:Dataset",
        "name": contract.name,
        "alternateName": contract.title,
        "description": contract.description,
        "conformsTo": _VERSION,
        "version": contract.version,
        "datePublished": contract.released,
        "url": contract.homepage,
        "license": [{"@type": "sc:CreativeWork", "name": each.title, "url": each.path} for each in contract.licenses],
        "creator": [{"@type": "sc:Organization", "name": name} for name in contract.creators],
        "keywords": list(contract.keywords),
        "citeAs": contract.citation,
        "distribution": [_file(spec, digests[table_file(spec.name)]) for spec in contract.tables.values()],
        "recordSet": [record_set for spec in contract.tables.values() for record_set in _record_sets(spec)],
    }
    return {name: value for name, value in description.items() if value not in ("", [])}


def _file(spec: TableSpec, digest: str) -> dict[str, Any]:
    name = table_file(spec.name)
    return {
        "@type": "cr:FileObject",
        "@id": name,
        "name": name,
        "description": spec.description,
        "contentUrl": name,
        "encodingFormat": "application/x-parquet",
        "sha256": digest,
    }


def _record_sets(spec: TableSpec) -> Iterator[dict[str, Any]]:
    yield {
        "@type": "cr:RecordSet",
        "@id": spec.name,
        "name": spec.name,
        "description": spec.description,
        "key": [_at(spec.name, name) for name in spec.key],
        "field": [_field(column, spec) for column in spec.columns],
    }
    yield from (_enumeration(column, spec) for column in spec.columns if column.vocabulary)


def _field(column: Column, spec: TableSpec) -> dict[str, Any]:
    """Return a column as a field.

    What it refers to is said in Dublin Core's word rather than the standard's `references`, which the reference
    reader takes for a join: it fails on tables that refer to themselves, and on its second use in a program.
    """
    field = {
        **_at(spec.name, column.name),
        "@type": "cr:Field",
        "name": column.name,
        "alternateName": column.title,
        "description": column.description,
        "dataType": _TYPE[column.storage],
        "source": {"fileObject": {"@id": table_file(spec.name)}, "extract": {"column": column.name}},
    }
    if column.unit:
        field["unitText"] = column.unit
    if column.target is not None:
        field["dct:references"] = _at(column.target, str(column.target_key))
    if column.vocabulary:
        field["dct:references"] = _at(_values_of(column, spec), "name")
    return field


def _enumeration(column: Column, spec: TableSpec) -> dict[str, Any]:
    """Return a vocabulary as a record set of its own, from least to most where it has an order."""
    name = _values_of(column, spec)
    order = ", from least to most" if column.ordered else ""
    told = {"name": "The value, as it stands in the table.", "description": "What it means."}
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": f"The values of {column.name} in {spec.name}{order}. {column.description}",
        "dataType": "sc:Enumeration",
        "key": _at(name, "name"),
        "field": [
            {**_at(name, part), "@type": "cr:Field", "name": part, "description": text, "dataType": "sc:Text"}
            for part, text in told.items()
        ],
        "data": [
            {f"{name}/name": value, f"{name}/description": definition}
            for value, definition in column.vocabulary.items()
        ],
    }


def _values_of(column: Column, spec: TableSpec) -> str:
    return f"{spec.name}.{column.name}"


def _at(record_set: str, field: str) -> dict[str, str]:
    return {"@id": f"{record_set}/{field}"}
