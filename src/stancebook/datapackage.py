"""Compiled tables → a Data Package descriptor (https://datapackage.org)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stancebook.contract import Contract
from stancebook.layout import table_file
from stancebook.spec import Column, Storage, TableSpec

_FRICTIONLESS_TYPE: Mapping[Storage, str] = {
    "string": "string",
    "category": "string",
    "date": "date",
    "integer": "integer",
}


def descriptor(contract: Contract, rows: Mapping[str, int], build: str, seeds: str) -> dict[str, Any]:
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
