"""The Data Package descriptor of a dataset (https://datapackage.org, version 2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

import pandas as pd

from stancebook.dataset.descriptor import BOUNDS
from stancebook.dataset.layout import table_file
from stancebook.dataset.table_stats import Part, StoredTable
from stancebook.problems import pluralize
from stancebook.schema.column_types import Column
from stancebook.schema.contract import Contract
from stancebook.schema.spec import ForeignKey, TableSpec

_PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"


def data_package(
    contract: Contract, tables: Mapping[str, StoredTable], documents: pd.DataFrame | None, build: str, seeds: str
) -> dict[str, Any]:
    """Return the descriptor of a dataset's Parquet files.

    Args:
        contract: The contract of the dataset.
        tables: The stored tables by name.
        documents: The table of documents, to describe each as a source; None if there are too many.
        build: The SHA-256 of everything that the tables are computed from.
        seeds: The SHA-256 of the source files.

    Returns:
        The JSON object, with one resource for each table in the order of the models, without empty properties.
    """
    package = {
        "$schema": _PROFILE,
        "name": contract.name,
        "title": contract.title,
        "description": contract.description,
        "version": contract.version,
        "homepage": contract.homepage,
        "repository": contract.repository,
        "licenses": [asdict(licence) for licence in contract.licenses],
        "contributors": [{**asdict(person), "roles": list(person.roles)} for person in contract.contributors],
        "keywords": list(contract.keywords),
        "sources": _sources(contract, tables[contract.document.name].rows, documents),
        "stancebook": {"build": build, "seeds": seeds, **({"view": contract.view_url} if contract.view_url else {})},
        "resources": [_resource(spec, tables[spec.name]) for spec in contract.tables.values()],
    }
    return _drop_empty(package)


def package_of_tables(
    about: Mapping[str, str], specs: Iterable[TableSpec], tables: Mapping[str, StoredTable], build: str
) -> dict[str, Any]:
    """Return the descriptor of Parquet files that no contract describes.

    Args:
        about: The name, the title and the description of the dataset.
        specs: Its tables, in order.
        tables: The stored tables by name.
        build: The digest that the files carry.
    """
    resources = [_resource(spec, tables[spec.name]) for spec in specs]
    return {"$schema": _PROFILE, **about, "stancebook": {"build": build}, "resources": resources}


def _sources(contract: Contract, number: int, documents: pd.DataFrame | None) -> list[dict[str, str]]:
    """Return each document as a source with the hash of its text, or the table of all if there are too many."""
    if documents is None:
        return [{"title": pluralize(number, "document"), "path": table_file(contract.document.name)}]
    columns = {"title": "doc_id", **contract.sources, "language": "language", "sha256": "text_sha256"}
    cells = documents[list(columns.values())].set_axis(list(columns), axis="columns").astype("str")
    return [{str(name): str(cell) for name, cell in row.dropna().items()} for _, row in cells.iterrows()]


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
        # The standard's `bytes` says the same, but frictionless does not count those of Parquet and calls it wrong.
        "size": "" if table.is_folder else first.size or "",
        "rows": table.rows,
        "parts": [_part(part) for part in table.parts] if table.is_folder else [],
        "schema": _drop_empty(
            {
                "fields": [field_descriptor(column, spec) for column in spec.columns],
                "missingValues": [""],
                "primaryKey": list(spec.key),
                "foreignKeys": [_foreign_key(each, spec) for each in spec.foreign_keys],
            }
        ),
    }
    return _drop_empty(resource)


def _part(part: Part) -> dict[str, Any]:
    return _drop_empty({"rows": part.rows, "hash": _hash(part), "size": part.size or "", "build": part.build})


def _hash(part: Part) -> str:
    return part.hash and f"sha256:{part.hash}"


def _foreign_key(key: ForeignKey, spec: TableSpec) -> dict[str, Any]:
    # In version 2, a reference within a table names no resource; in version 1 it named "".
    target = {} if key.table == spec.name else {"resource": key.table.replace("_", "-")}
    return {"fields": list(key.columns), "reference": {**target, "fields": list(key.target)}}


def field_descriptor(column: Column, spec: TableSpec) -> dict[str, Any]:
    """Return the description of a column.

    Args:
        column: The column.
        spec: Its table.
    """
    field: dict[str, Any] = {
        "name": column.name,
        "title": column.title,
        "type": column.data_type,
        "description": column.description,
        "unit": column.unit,
    }
    if column.vocabulary:
        # Definitions are not labels: a reader that supports labels would show them instead of the values.
        values = [{"value": value, "description": text} for value, text in column.vocabulary.items()]
        field |= {"categories": values, "categoriesOrdered": column.ordered}
    field |= {name: column.bound_of for name, filled_by in BOUNDS.items() if column.filled_by == filled_by}
    if column.nullable and column.missing_values:
        field["missingValues"] = ["", *column.missing_values]
    if column.withheld:
        field["withheld"] = True
    return _drop_empty({**field, "constraints": _constraints(column, spec)})


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
    if column.maximum is not None:
        constraints["maximum"] = column.maximum
    return constraints


def _drop_empty(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the properties that have a value: the standard allows no empty text, list or object."""
    return {name: value for name, value in properties.items() if value not in ("", [], {})}
