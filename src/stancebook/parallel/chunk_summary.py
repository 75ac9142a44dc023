"""Summaries of chunks for corpus-wide steps: inputs of codebook rules, and checksums."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from stancebook.build.derivation import distinct_rows
from stancebook.schema.contract import Contract
from stancebook.schema.spec import Derivation, Tables, TableSpec

Cells = tuple[str | None, ...]  # as Arrow casts them to text
Checksum = Sequence[int]  # the number of some rows, and the sum of their hashes modulo 2**64
Checksums = dict[str, dict[str, Checksum]]  # by value that partitions a derivation, and by table that it reads

UNPARTITIONED = ""  # the value of all rows of a derivation that is not partitioned


def chunk_rule_inputs(contract: Contract, frames: Tables) -> dict[str, tuple[Cells, ...]]:
    """Return the distinct rows that rules on the codebook inspect, by table, as cells that JSON can hold."""
    return {
        table: _text_cells(contract.tables[table], frame)
        for table, frame in distinct_rows(frames, contract.rule_inputs).items()
    }


def merge_rule_inputs(contract: Contract, chunks: Iterable[Mapping[str, Iterable[Cells]]]) -> dict[str, pd.DataFrame]:
    """Return the distinct rows of all chunks, by table, as typed and sorted frames."""
    rows: dict[str, dict[Cells, None]] = {table: {} for table in contract.rule_inputs}
    for chunk in chunks:
        for table, cells in chunk.items():
            rows[table].update(dict.fromkeys(map(tuple, cells)))
    return {
        table: _typed_frame(contract.tables[table], columns, list(rows[table])).sort_values(
            list(columns), ignore_index=True
        )
        for table, columns in contract.rule_inputs.items()
    }


def repeated_numbers(numbers: Collection[int]) -> list[int]:
    """Return the indices of the numbers that occur more than once, in order."""
    _, places, counts = np.unique(np.fromiter(numbers, np.int64, len(numbers)), return_inverse=True, return_counts=True)
    return [int(index) for index in np.flatnonzero(counts[places] > 1)]


def input_checksums(contract: Contract, frames: Tables) -> dict[str, Checksums]:
    """Return checksums of the rows that each derivation reads.

    They are equal if the rows are, in any order, and those of chunks add up by `merge_checksums`. Rows of a table
    without the partitioning column are added to those of the same document.

    Args:
        contract: The contract.
        frames: The tables of some documents.

    Returns:
        Checksums by the name of the derivation.
    """
    return {derivation.name: _checksums(derivation, frames) for derivation in contract.derivations}


def merge_checksums(chunks: Iterable[Checksums]) -> Checksums:
    """Return the checksums of several chunks together, sorted by value."""
    total: Checksums = {}
    for chunk in chunks:
        for value, tables in chunk.items():
            for table, (rows, hash_sum) in tables.items():
                before = total.setdefault(value, {}).get(table, [0, 0])
                total[value][table] = [before[0] + rows, (before[1] + hash_sum) % 2**64]
    return dict(sorted(total.items()))


def _checksums(derivation: Derivation, frames: Tables) -> Checksums:
    inputs = {table: frames[table][list(columns)] for table, columns in derivation.inputs.items()}
    hashes = {table: pd.Series(pd.util.hash_pandas_object(frame, index=False)) for table, frame in inputs.items()}
    partitioned = [table for table, frame in inputs.items() if derivation.partition_by in frame]
    if not partitioned:
        return {UNPARTITIONED: {table: _checksum(row_hashes) for table, row_hashes in hashes.items()}}
    checksums: Checksums = {}
    for table in partitioned:
        total = hashes[table].copy()
        for other in inputs.keys() - set(partitioned):
            total += _sums_by_document(inputs[table], inputs[other], hashes[other])
        for value, row_hashes in total.groupby(inputs[table][derivation.partition_by], observed=True):
            checksums.setdefault(str(value), {})[table] = _checksum(row_hashes)
    return checksums


def _checksum(row_hashes: pd.Series[Any]) -> Checksum:
    return [len(row_hashes), int(row_hashes.sum()) % 2**64]


def _sums_by_document(frame: pd.DataFrame, other: pd.DataFrame, hashes: pd.Series[Any]) -> Any:
    """Return, for each row of a frame, the sum of another table's hashes of the same document, or of all rows."""
    if "doc_id" not in frame or "doc_id" not in other:
        return hashes.sum()
    return frame["doc_id"].map(hashes.groupby(other["doc_id"]).sum()).fillna(0).astype("uint64")


def _text_cells(spec: TableSpec, frame: pd.DataFrame) -> tuple[Cells, ...]:
    columns = (spec[str(name)].to_arrow(frame[name]).cast(pa.string()).to_pylist() for name in frame)
    return tuple(zip(*columns, strict=True))


def _typed_frame(spec: TableSpec, names: Collection[str], rows: list[Cells]) -> pd.DataFrame:
    cells = {name: pa.array([row[index] for row in rows], pa.string()) for index, name in enumerate(names)}
    return pd.DataFrame(
        {name: spec[name].to_pandas(pa.chunked_array([cells[name].cast(spec[name].arrow_type)])) for name in names}
    )
