"""Compiled tables → a Croissant description (https://docs.mlcommons.org/croissant): JSON-LD, for machine learning."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from stancebook.dataset.layout import part_pattern, table_file
from stancebook.dataset.table_stats import StoredTable
from stancebook.schema.contract import Contract
from stancebook.schema.spec import Column, Storage, TableSpec

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


def croissant_metadata(contract: Contract, tables: Mapping[str, StoredTable]) -> dict[str, Any]:
    """Return the description: a file or a set of them a table, a record set a table, and one for each vocabulary.

    The digests of the files in a set are the data package's to tell: Croissant has no place for them.
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
        "distribution": [_files(spec, tables[spec.name]) for spec in contract.tables.values()],
        "recordSet": [
            record_set for spec in contract.tables.values() for record_set in _record_sets(spec, tables[spec.name])
        ],
    }
    return {name: value for name, value in description.items() if value not in ("", [])}


def _files(spec: TableSpec, table: StoredTable) -> dict[str, Any]:
    name = table_file(spec.name)
    where = {"includes": part_pattern(spec.name)} if table.is_folder else {"contentUrl": name}
    digest = {} if table.is_folder else {"sha256": table.parts[0].hash}
    return {
        "@type": "cr:FileSet" if table.is_folder else "cr:FileObject",
        "@id": name,
        "name": name,
        "description": spec.description,
        **where,
        "encodingFormat": "application/x-parquet",
        **digest,
    }


def _record_sets(spec: TableSpec, table: StoredTable) -> Iterator[dict[str, Any]]:
    source = {"fileSet" if table.is_folder else "fileObject": {"@id": table_file(spec.name)}}
    yield {
        "@type": "cr:RecordSet",
        "@id": spec.name,
        "name": spec.name,
        "description": spec.description,
        "key": [_at(spec.name, name) for name in spec.key],
        "field": [_field(column, spec, source) for column in spec.columns],
    }
    yield from (_enumeration(column, spec) for column in spec.columns if column.vocabulary)


def _field(column: Column, spec: TableSpec, source: Mapping[str, Any]) -> dict[str, Any]:
    """Return a column as a field of what lies in `source`.

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
        "source": {**source, "extract": {"column": column.name}},
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
