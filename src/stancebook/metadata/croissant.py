"""The Croissant description of a dataset (https://docs.mlcommons.org/croissant): JSON-LD for machine learning."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from stancebook.dataset.layout import part_pattern, table_file
from stancebook.dataset.table_stats import StoredTable
from stancebook.schema.column_types import Column
from stancebook.schema.contract import Contract
from stancebook.schema.spec import TableSpec

# All readers know version 1.0, and nothing here needs a later one.
_VERSION = "http://mlcommons.org/croissant/1.0"

# The standard wants all of its terms to be declared, used or not.
_TERMS = (
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
    **{term: f"cr:{term}" for term in _TERMS.split()},
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
}


def croissant_metadata(contract: Contract, tables: Mapping[str, StoredTable]) -> dict[str, Any]:
    """Return the Croissant description of a dataset.

    Args:
        contract: The contract of the dataset.
        tables: The stored tables by name.

    Returns:
        The JSON-LD object, without empty properties. Each table is a file (or a file set, if it is a folder) and a
        record set, and each vocabulary a record set. Croissant has no property for the hashes of the files in a set.
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
        "license": [{"@type": "sc:CreativeWork", "name": item.title, "url": item.path} for item in contract.licenses],
        "creator": [{"@type": "sc:Organization", "name": name} for name in contract.creators],
        "keywords": list(contract.keywords),
        "citeAs": contract.citation,
        "distribution": [_file(spec, tables[spec.name]) for spec in contract.tables.values()],
        "recordSet": [
            record_set for spec in contract.tables.values() for record_set in _record_sets(spec, tables[spec.name])
        ],
    }
    return {name: value for name, value in description.items() if value not in ("", [])}


def _file(spec: TableSpec, table: StoredTable) -> dict[str, Any]:
    name = table_file(spec.name)
    content = {"contentUrl": name, "sha256": table.parts[0].hash}
    return {
        "@type": "cr:FileSet" if table.is_folder else "cr:FileObject",
        "@id": name,
        "name": name,
        "description": spec.description,
        "encodingFormat": "application/x-parquet",
        **({"includes": part_pattern(spec.name)} if table.is_folder else content),
    }


def _record_sets(spec: TableSpec, table: StoredTable) -> Iterator[dict[str, Any]]:
    source = {"fileSet" if table.is_folder else "fileObject": {"@id": table_file(spec.name)}}
    yield {
        "@type": "cr:RecordSet",
        "@id": spec.name,
        "name": spec.name,
        "description": spec.description,
        "key": [_field_id(spec.name, name) for name in spec.key],
        "field": [croissant_field(column, spec, source) for column in spec.columns],
    }
    yield from (_enumeration(column, spec) for column in spec.columns if column.vocabulary)


def croissant_field(column: Column, spec: TableSpec, source: Mapping[str, Any]) -> dict[str, Any]:
    """Return a column as a field.

    Args:
        column: The column.
        spec: Its table.
        source: The file or the set of files that holds it.

    References use the property of Dublin Core: the reference reader takes the standard's `references` for a join, and
    fails on tables that refer to themselves and on its second use in a program.
    """
    field = {
        **_field_id(spec.name, column.name),
        "@type": "cr:Field",
        "name": column.name,
        "alternateName": column.title,
        "description": column.description,
        "dataType": column.croissant_type,
        "source": {**source, "extract": {"column": column.name}},
    }
    if column.unit:
        field["unitText"] = column.unit
    if column.target is not None:
        field["dct:references"] = _field_id(column.target, str(column.target_key))
    if column.vocabulary:
        field["dct:references"] = _field_id(_vocabulary_id(column, spec), "name")
    return field


def _enumeration(column: Column, spec: TableSpec) -> dict[str, Any]:
    """Return a vocabulary as a record set, from least to most if it is ordered."""
    name = _vocabulary_id(column, spec)
    order = ", from least to most" if column.ordered else ""
    descriptions = {"name": "The value, as in the table.", "description": "What the value means."}
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": f"The values of {column.name} in {spec.name}{order}. {column.description}",
        "dataType": "sc:Enumeration",
        "key": _field_id(name, "name"),
        "field": [
            {**_field_id(name, field), "@type": "cr:Field", "name": field, "description": text, "dataType": "sc:Text"}
            for field, text in descriptions.items()
        ],
        "data": [
            {f"{name}/name": value, f"{name}/description": definition}
            for value, definition in column.vocabulary.items()
        ],
    }


def _vocabulary_id(column: Column, spec: TableSpec) -> str:
    return f"{spec.name}.{column.name}"


def _field_id(record_set: str, field: str) -> dict[str, str]:
    return {"@id": f"{record_set}/{field}"}
