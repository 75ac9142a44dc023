"""Typed frames ↔ Parquet bytes: plain columns, no pandas metadata, the same bytes for the same rows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from stancebook.frame import dtype_of
from stancebook.spec import Column, Storage, TableSpec

METADATA = "stancebook"

# A choice is a plain string in the file: a dictionary column would come back with its values in the
# order met, and an ordered scale in the wrong order is worse than none. The loader restores the scale.
_ARROW: Mapping[Storage, pa.DataType] = {
    "string": pa.string(),
    "category": pa.string(),
    "date": pa.date32(),
    "integer": pa.int64(),
}


def schema(spec: TableSpec, build: str, about: Mapping[str, str]) -> pa.Schema:
    """Return a table's Arrow schema, explained in its metadata in the words that any reader can show.

    `about` is what is to be said of the dataset. What the loader needs to restore every type is under one
    key of its own.
    """
    fields = [
        pa.field(column.name, _ARROW[column.storage], nullable=column.optional, metadata=_said_of(column))
        for column in spec.columns
    ]
    facts = {
        "table": spec.name,
        "build": build,
        "key": list(spec.key),
        "columns": [_facts(column) for column in spec.columns],
    }
    said = {"title": spec.title, "description": spec.description, **about, "build": build}
    return pa.schema(fields, metadata={METADATA: json.dumps(facts, ensure_ascii=False), **said})


def to_bytes(frame: pd.DataFrame, spec: TableSpec, build: str, about: Mapping[str, str]) -> bytes:
    """Return a frame as one Parquet file."""
    arrow = schema(spec, build, about)
    arrays = [_array(frame[field.name], field.type) for field in arrow]
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_arrays(arrays, schema=arrow), sink, compression="zstd")
    return bytes(sink.getvalue())


def facts_of(arrow: pa.Schema) -> dict[str, Any]:
    """Return what `schema` put into a file's metadata; raise `KeyError` if no build wrote the file."""
    facts: dict[str, Any] = json.loads((arrow.metadata or {})[METADATA.encode()])
    return facts


def to_frame(table: pa.Table) -> pd.DataFrame:
    """Return a table, or some columns of one, as a frame with the types its metadata says, as `stancebook.load` does.

    Columns are converted whole: no cell becomes a Python object on its way.
    """
    facts = {each["name"]: each for each in facts_of(table.schema)["columns"]}
    return pd.DataFrame({name: _series(table[name], facts[name]) for name in table.column_names})


def _series(cells: pa.ChunkedArray, facts: Mapping[str, Any]) -> pd.Series[Any]:
    storage, categories = facts["storage"], facts.get("categories", ())
    dtype = dtype_of(storage, categories, ordered=facts.get("ordered", False))
    values: Any
    if storage == "string":
        values = cells.to_pandas(types_mapper=lambda _: pd.api.types.pandas_dtype(dtype))
    elif storage == "category":
        places = pc.fill_null(pc.index_in(cells, value_set=pa.array(categories, cells.type)), -1)
        values = pd.Categorical.from_codes(places.to_numpy(), dtype=dtype)
    else:
        plain = cells.cast(pa.timestamp("s")) if storage == "date" else cells
        values = plain.to_numpy().astype(dtype)  # a copy: what Arrow holds cannot be written to
    series: pd.Series[Any] = pd.Series(values, dtype=dtype)
    return series


def _said_of(column: Column) -> dict[str, str]:
    said = {"title": column.title, "description": column.description, "unit": column.unit}
    return {name: text for name, text in said.items() if text}


def _facts(column: Column) -> dict[str, Any]:
    facts: dict[str, Any] = {"name": column.name, "storage": column.storage}
    if column.vocabulary:
        facts |= {"categories": list(column.vocabulary), "ordered": column.ordered}
    return facts


def _array(values: pd.Series[Any], type_: pa.DataType) -> pa.Array:
    if type_ == pa.date32():
        return pa.Array.from_pandas(values).cast(type_)
    return pa.array(values.astype("object"), type=type_, from_pandas=True)
