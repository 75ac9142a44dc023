"""Write typed frames as Parquet files, the same bytes for the same rows, and read them back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from stancebook.schema.column_types import Column, column_from_facts
from stancebook.schema.spec import TableSpec

if TYPE_CHECKING:
    import duckdb
    import polars as pl

METADATA = "stancebook"


def arrow_schema(spec: TableSpec, build: str, about: Mapping[str, str]) -> pa.Schema:
    """Return the Arrow schema of a table, with its descriptions in the metadata, which other tools can show.

    Args:
        spec: The table.
        build: The digest that the file carries: of the build, or of its rows if it is a part.
        about: Metadata of the dataset (title, version, license, citation), which every file repeats.
    """
    fields = [
        pa.field(column.name, column.arrow_type, nullable=column.nullable, metadata=_labels(column))
        for column in spec.columns
    ]
    return pa.schema(fields, metadata=_metadata(spec, build, about))


def write_table(
    rows: pd.DataFrame | pa.Table, spec: TableSpec, build: str, about: Mapping[str, str], file: BinaryIO
) -> None:
    """Write rows as one Parquet file.

    Args:
        rows: A frame of the table with the dtypes of `load`, or an Arrow table as read from files of it.
        spec: The table.
        build: As in `arrow_schema`.
        about: As in `arrow_schema`.
        file: A file that Python opened for writing: Arrow opens none whose name is not UTF-8.
    """
    arrow = arrow_schema(spec, build, about)
    arrays = [
        rows[column.name] if isinstance(rows, pa.Table) else column.to_arrow(rows[column.name])
        for column in spec.columns
    ]
    pq.write_table(pa.Table.from_arrays(arrays, schema=arrow), file, compression="zstd")


def rows_digest(frame: pd.DataFrame, spec: TableSpec, about: Mapping[str, str]) -> str:
    """Return the SHA-256 of rows and of the metadata that their file carries.

    It depends neither on the version of the Parquet library nor on how Arrow chunks the columns.

    Args:
        frame: Rows of the table, with the dtypes of `load`.
        spec: The table.
        about: As in `arrow_schema`.
    """
    columns = [{"name": column.name, "empty": column.nullable, **_labels(column)} for column in spec.columns]
    digest = hashlib.sha256(json.dumps([_metadata(spec, "", about), columns, len(frame)]).encode())
    for column in spec.columns:
        for data in column.to_bytes(column.to_arrow(frame[column.name])):
            digest.update(data)
    return digest.hexdigest()


def file_metadata(arrow: pa.Schema) -> dict[str, Any]:
    """Return what `arrow_schema` stored for the loader: the table, its build, its key, and its columns' types.

    Raises:
        KeyError: The file was not written by a build.
    """
    facts: dict[str, Any] = json.loads((arrow.metadata or {})[METADATA.encode()])
    return facts


def to_frame(table: pa.Table) -> pd.DataFrame:
    """Convert a table, or some columns of one, to a pandas frame with the dtypes of `load`.

    Columns are converted as arrays: no cell becomes a Python object on the way.
    """
    facts = _column_facts(table)
    columns = {name: column_from_facts(facts[name]) for name in table.column_names}
    return pd.DataFrame({name: column.to_pandas(table[name]) for name, column in columns.items()})


def to_polars(table: pa.Table) -> pl.DataFrame:
    """Convert a table to a Polars frame, whose categorical columns are `Enum`."""
    import polars as pl

    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    return frame.cast({name: pl.Enum(values) for name, values in _vocabularies(table).items()})


def to_duckdb(table: pa.Table) -> duckdb.DuckDBPyRelation:
    """Convert a table to a DuckDB relation, whose categorical columns are `ENUM`."""
    import duckdb

    def enum(name: str, values: Sequence[str]) -> str:
        column = '"' + name.replace('"', '""') + '"'
        members = ", ".join("'" + value.replace("'", "''") + "'" for value in values)
        return f"{column}::ENUM({members}) AS {column}"

    casts = [enum(name, values) for name, values in _vocabularies(table).items()]
    relation = duckdb.from_arrow(table)
    return relation.project(f"* REPLACE ({', '.join(casts)})") if casts else relation


def read_typed(files: Sequence[Path], spec: TableSpec, columns: Sequence[str]) -> pd.DataFrame:
    """Read some columns of a table from files that carry no metadata, with the dtypes that `spec` gives."""
    table = read_arrow(files, spec, columns)
    return pd.DataFrame({name: spec[name].to_pandas(table[name]) for name in columns})


def read_arrow(files: Sequence[Path], spec: TableSpec, columns: Sequence[str]) -> pa.Table:
    """Read some columns of a table from files, with the Arrow types that `spec` gives; no files are no rows."""
    empty = pa.table({name: pa.array([], spec[name].arrow_type) for name in columns})
    return pa.concat_tables([empty, *(read_file(file, columns).cast(empty.schema) for file in files)])


def read_file(path: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """Read a Parquet file, or some columns of it, with its metadata."""
    with path.open("rb") as file:  # Arrow opens none whose name is not UTF-8
        return pq.read_table(file, columns=columns and list(columns))


def _column_facts(table: pa.Table) -> dict[str, dict[str, Any]]:
    return {column["name"]: column for column in file_metadata(table.schema)["columns"]}


def _vocabularies(table: pa.Table) -> dict[str, list[str]]:
    facts = _column_facts(table)
    return {name: facts[name]["categories"] for name in table.column_names if "categories" in facts[name]}


def _labels(column: Column) -> dict[str, str]:
    labels = {"title": column.title, "description": column.description, "unit": column.unit}
    return {name: text for name, text in labels.items() if text}


def _metadata(spec: TableSpec, build: str, about: Mapping[str, str]) -> dict[str, str]:
    facts = {
        "table": spec.name,
        "build": build,
        "key": list(spec.key),
        "columns": [column.stored_facts() for column in spec.columns],
    }
    labels = {"title": spec.title, "description": spec.description, **about, "build": build}
    return {METADATA: json.dumps(facts, ensure_ascii=False), **labels}
