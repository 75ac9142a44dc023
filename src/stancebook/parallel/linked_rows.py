"""Files with the rows of linked chunks: of a chunk itself, and of the others that its functions may see."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from stancebook.build.coded_table import CodedTables, TypedTable, TypedTables
from stancebook.build.integrity import record_rows
from stancebook.schema.contract import Contract
from stancebook.schema.spec import TableSpec

# Columns that a file of rows adds to those of the table; no column of a model has such a name.
DOCUMENT = "#document"
PARENT = "#parent"  # for a nested table, the row of the parent in the file of the parent's table
RECORD = "#record"  # see `record_rows`
KEY = "#key"  # as typed
VALID = "#valid"
VIEWER = "#viewer"  # in a file of neighbours: the chunk whose functions see the row
REFERENCES = "#references"  # the name of the file of references, among those of tables

RowFiles = Mapping[str, str]  # paths in the folder of chunks by table


def write_coded_rows(folder: Path, files: RowFiles, contract: Contract, tables: CodedTables) -> None:
    """Write the rows of a chunk, valid or not.

    Args:
        folder: The folder of chunks.
        files: The file of each table of documents.
        contract: The contract.
        tables: The tables.
    """
    for spec in contract.document_tables:
        table = tables[spec.name]
        added = {
            DOCUMENT: table.documents,
            PARENT: pa.array(table.parents if spec.parent else [None] * table.own_rows, pa.int64()),
            RECORD: pa.array(record_rows(spec, tables), pa.int64()),
            KEY: table.records.typed_keys if len(spec.key) == 1 else pa.nulls(table.own_rows, pa.string()),
            VALID: pa.array(table.valid),
        }
        cells = {column.name: column.to_arrow(table.frame[column.name]) for column in spec.columns}
        write_arrow(folder / files[spec.name], pa.table(cells | added))


def write_completed_rows(folder: Path, old: RowFiles, new: RowFiles, contract: Contract, tables: TypedTables) -> None:
    """Write the rows of a chunk again, with their computed columns, and marked as invalid if they are.

    Args:
        folder: The folder of chunks.
        old: The files without them.
        new: The files to write, which may be the same.
        contract: The contract.
        tables: The tables.
    """
    for spec in contract.document_tables:
        table = tables[spec.name]
        rows = _read(folder / old[spec.name])
        rows = rows.set_column(rows.column_names.index(VALID), VALID, pa.array(table.valid[: table.own_rows]))
        for column in spec.columns:
            if column.compute is not None:
                cells = column.to_arrow(table.frame[column.name][: table.own_rows])
                rows = rows.set_column(rows.column_names.index(column.name), column.name, cells)
        write_arrow(folder / new[spec.name], rows)


def read_linked_tables(
    folder: Path, own: RowFiles, neighbours: RowFiles, viewer: int, contract: Contract
) -> dict[str, TypedTable]:
    """Return the tables of a linked chunk: its own rows, and after them those of other chunks that its functions see.

    Args:
        folder: The folder of chunks.
        own: The files of its rows.
        neighbours: The files with rows that chunks see of others.
        viewer: The number of the chunk.
        contract: The contract.
    """
    return {
        spec.name: _typed_table(
            spec,
            _read(folder / own[spec.name]),
            pq.read_table(folder / neighbours[spec.name], filters=[(VIEWER, "==", viewer)]),
        )
        for spec in contract.document_tables
    }


def _typed_table(spec: TableSpec, own: pa.Table, others: pa.Table) -> TypedTable:
    schema = pa.schema([*((column.name, column.arrow_type) for column in spec.columns), (VALID, pa.bool_())])
    # In the order of the dataset: that in which they are read depends on DuckDB, and on rows that are not seen.
    others = others.sort_by([(name, "ascending") for name in spec.sort_columns])
    rows = pa.concat_tables([_conform(own, schema), _conform(others, schema)])
    return TypedTable(
        spec,
        pd.DataFrame({column.name: column.to_pandas(rows[column.name]) for column in spec.columns}),
        np.array(rows[VALID].to_numpy(), dtype=bool),
        own[DOCUMENT].combine_chunks(),
        own[PARENT].to_pylist() if spec.parent else [],
    )


def _conform(rows: pa.Table, schema: pa.Schema) -> pa.Table:
    """Return the columns of a schema; those that are missing are empty."""
    cells = [
        rows[field.name].cast(field.type) if field.name in rows.column_names else pa.nulls(len(rows), field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(cells, schema=schema)


def write_arrow(path: Path, rows: pa.Table) -> None:
    """Write rows into a file that another process may read or write at the same time."""
    path.parent.mkdir(exist_ok=True)
    new = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with new.open("xb") as file:
        pq.write_table(rows, file, compression="zstd")
    new.replace(path)


def _read(path: Path) -> pa.Table:
    with path.open("rb") as file:
        return pq.read_table(file)
