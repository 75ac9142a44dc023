"""Typed frames ↔ Parquet files: plain columns, no pandas metadata, the same bytes for the same rows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from stancebook.schema.dataframes import pandas_dtype
from stancebook.schema.spec import Column, Storage, TableSpec

METADATA = "stancebook"

# A choice is a plain string in the file: a dictionary column would come back with its values in the
# order met, and an ordered scale in the wrong order is worse than none. The loader restores the scale.
_ARROW: Mapping[Storage, pa.DataType] = {
    "string": pa.string(),
    "category": pa.string(),
    "date": pa.date32(),
    "integer": pa.int64(),
}


def arrow_schema(spec: TableSpec, build: str, about: Mapping[str, str]) -> pa.Schema:
    """Return a table's Arrow schema, explained in its metadata in the words that any reader can show.

    `about` is what is to be said of the dataset. What the loader needs to restore every type is under one
    key of its own.
    """
    fields = [
        pa.field(column.name, _ARROW[column.storage], nullable=column.nullable, metadata=_said_of(column))
        for column in spec.columns
    ]
    return pa.schema(fields, metadata=_metadata(spec, build, about))


def write_table(frame: pd.DataFrame, spec: TableSpec, build: str, about: Mapping[str, str], file: BinaryIO) -> None:
    """Write a frame as one Parquet file, opened by Python: Arrow opens none whose name is not UTF-8."""
    arrow = arrow_schema(spec, build, about)
    arrays = [_array(frame[field.name], field.type) for field in arrow]
    pq.write_table(pa.Table.from_arrays(arrays, schema=arrow), file, compression="zstd")


def rows_digest(frame: pd.DataFrame, spec: TableSpec, about: Mapping[str, str]) -> str:
    """Return the SHA-256 that stands for rows of a table, and for what their file says of them.

    It depends neither on how a version of the Parquet library writes them nor on how Arrow lays them out.
    """
    columns = [{"name": column.name, "empty": column.nullable, **_said_of(column)} for column in spec.columns]
    digest = hashlib.sha256(json.dumps([_metadata(spec, "", about), columns, len(frame)]).encode())
    for column in spec.columns:
        for data in _plain(_array(frame[column.name], _ARROW[column.storage])):
            digest.update(data)
    return digest.hexdigest()


def file_metadata(arrow: pa.Schema) -> dict[str, Any]:
    """Return what `schema` put into a file's metadata; raise `KeyError` if no build wrote the file."""
    facts: dict[str, Any] = json.loads((arrow.metadata or {})[METADATA.encode()])
    return facts


def to_frame(table: pa.Table) -> pd.DataFrame:
    """Return a table, or some columns of one, as a frame with the types its metadata says, as `stancebook.load` does.

    Columns are converted whole: no cell becomes a Python object on its way.
    """
    facts = {each["name"]: each for each in file_metadata(table.schema)["columns"]}
    return pd.DataFrame({name: _series(table[name], facts[name]) for name in table.column_names})


def read_typed(files: Sequence[Path], spec: TableSpec, columns: Sequence[str]) -> pd.DataFrame:
    """Return some columns of a table's rows, out of files that say nothing of types, as `spec` types them."""
    empty = pa.table({name: pa.array([], _ARROW[spec[name].storage]) for name in columns})
    table = pa.concat_tables([empty, *(_columns_of(file, columns).cast(empty.schema) for file in files)])
    return pd.DataFrame({name: _series(table[name], _facts(spec[name])) for name in columns})


def _columns_of(path: Path, columns: Sequence[str]) -> pa.Table:
    with path.open("rb") as file:  # Arrow opens none whose name is not UTF-8
        return pq.read_table(file, columns=list(columns))


def _series(cells: pa.ChunkedArray, facts: Mapping[str, Any]) -> pd.Series[Any]:
    storage, categories = facts["storage"], facts.get("categories", ())
    dtype = pandas_dtype(storage, categories, ordered=facts.get("ordered", False))
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


def _metadata(spec: TableSpec, build: str, about: Mapping[str, str]) -> dict[str, str]:
    facts = {
        "table": spec.name,
        "build": build,
        "key": list(spec.key),
        "columns": [_facts(column) for column in spec.columns],
    }
    said = {"title": spec.title, "description": spec.description, **about, "build": build}
    return {METADATA: json.dumps(facts, ensure_ascii=False), **said}


def _array(cells: pd.Series[Any], type_: pa.DataType) -> pa.ChunkedArray:
    found = pa.array(cells, from_pandas=True)
    return (found if isinstance(found, pa.ChunkedArray) else pa.chunked_array([found])).cast(type_)


def _plain(cells: pa.ChunkedArray) -> Iterator[Any]:
    """Yield a column's cells as bytes: which are filled, a byte each; then eight bytes each, and the text if it is one.

    An empty cell is 0, or a text of no length; the eight bytes are those of a number, a day or a length.
    """
    yield pc.is_valid(cells).cast(pa.uint8()).to_numpy()
    if pa.types.is_string(cells.type):
        texts = pc.fill_null(cells, "")
        yield pc.binary_length(texts).to_numpy().astype("<i8")
        for chunk in texts.chunks:
            yield pc.binary_join(pa.ListArray.from_arrays([0, len(chunk)], chunk), "")[0].as_buffer()
    else:
        numbers = cells.cast(pa.int32()) if pa.types.is_date32(cells.type) else cells
        yield pc.fill_null(numbers, 0).to_numpy().astype("<i8")
