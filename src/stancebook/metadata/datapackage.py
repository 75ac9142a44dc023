"""Compiled tables → a Data Package descriptor (https://datapackage.org, version 2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from stancebook.dataset.layout import table_file
from stancebook.dataset.table_stats import Part, StoredTable
from stancebook.schema.contract import Contract
from stancebook.schema.spec import Column, Storage, TableSpec

_PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
_TYPE: Mapping[Storage, str] = {
    "string": "string",
    "category": "string",
    "date": "date",
    "integer": "integer",
}


def data_package(
    contract: Contract, tables: Mapping[str, StoredTable], documents: pd.DataFrame | None, build: str, seeds: str
) -> dict[str, Any]:
    """Return the descriptor of the Parquet files, in the order of the models.

    `documents` are described one by one; None where they are too many. `build` and `seeds` are digests: of
    everything the tables follow from, and of the seeds among it. What a part does not tell is left out.
    """
    package = {
        "$schema": _PROFILE,
        "name": contract.name,
        "title": contract.title,
        "description": contract.description,
        "version": contract.version,
        "homepage": contract.homepage,
        "licenses": [{"name": each.name, "title": each.title, "path": each.path} for each in contract.licenses],
        "contributors": [{"title": each.title, "roles": list(each.roles)} for each in contract.contributors],
        "keywords": list(contract.keywords),
        "sources": _sources(contract, tables[contract.document.name].rows, documents),
        "stancebook": {"build": build, "seeds": seeds},
        "resources": [_resource(spec, tables[spec.name]) for spec in contract.tables.values()],
    }
    return _stated(package)


def _sources(contract: Contract, number: int, documents: pd.DataFrame | None) -> list[dict[str, str]]:
    """Return what the contract says of each document, with the digest of its text; or where all of them stand."""
    if documents is None:
        return [{"title": f"{number:,} documents", "path": table_file(contract.document.name)}]
    columns = {"title": "doc_id", **contract.sources, "language": "language", "sha256": "text_sha256"}
    told = documents[list(columns.values())].set_axis(list(columns), axis="columns").astype("str")
    return [{str(name): str(cell) for name, cell in row.dropna().items()} for _, row in told.iterrows()]


def _resource(spec: TableSpec, table: StoredTable) -> dict[str, Any]:
    [first, *_] = table.parts
    resource = {
        "name": spec.name.replace("_", "-"),
        "type": "table",
        "path": [part.path for part in table.parts] if table.is_folder else first.path,
        "title": spec.title,
        "description": spec.description,
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "hash": "" if table.is_folder else _hash(first),
        "rows": table.rows,
        "parts": [_part(part) for part in table.parts] if table.is_folder else [],
        "schema": _stated(
            {
                "fields": [_field(column, spec) for column in spec.columns],
                "missingValues": [""],
                "primaryKey": list(spec.key),
                "foreignKeys": [_foreign_key(column, spec) for column in spec.references],
            }
        ),
    }
    return _stated(resource)


def _part(part: Part) -> dict[str, Any]:
    return _stated({"rows": part.rows, "hash": _hash(part), "build": part.build})


def _hash(part: Part) -> str:
    return part.hash and f"sha256:{part.hash}"


def _foreign_key(column: Column, spec: TableSpec) -> dict[str, Any]:
    # Version 2 wants a reference within the table to name no resource; version 1 had it named "".
    target = {} if column.target == spec.name else {"resource": str(column.target).replace("_", "-")}
    return {"fields": [column.name], "reference": {**target, "fields": [column.target_key]}}


def _field(column: Column, spec: TableSpec) -> dict[str, Any]:
    field: dict[str, Any] = {
        "name": column.name,
        "title": column.title,
        "type": _TYPE[column.storage],
        "description": column.description,
        "unit": column.unit,
    }
    if column.vocabulary:
        # The definitions are no labels: a reader that knows labels would show them in place of the values.
        values = [{"value": value, "description": text} for value, text in column.vocabulary.items()]
        field |= {"categories": values, "categoriesOrdered": column.ordered}
    return _stated({**field, "constraints": _constraints(column, spec)})


def _constraints(column: Column, spec: TableSpec) -> dict[str, Any]:
    constraints: dict[str, Any] = {}
    if not column.nullable:
        constraints["required"] = True
    if spec.key == (column.name,):
        constraints["unique"] = True
    if column.vocabulary:
        constraints["enum"] = list(column.vocabulary)
    if column.pattern is not None:
        constraints["pattern"] = column.pattern.pattern
    if column.minimum is not None:
        constraints["minimum"] = column.minimum
    return constraints


def _stated(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts there are: the standard has no empty text, list or object."""
    return {name: value for name, value in facts.items() if value not in ("", [], {})}
