"""What is to be known of a chunk beyond it: whom it refers to, and what the codebook and derived tables need."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from stancebook.build.derivation import distinct_rows
from stancebook.schema.contract import Contract
from stancebook.schema.dataframes import frame_from_columns
from stancebook.schema.spec import Tables, TableSpec

Link = tuple[str, str]  # a document, and another one that it refers to
Cells = tuple[str | int | None, ...]

Sums = dict[str, dict[str, list[int]]]  # by value, and by table: how many rows, and the sum of their hashes

WHOLE = ""  # what all rows of a derived table are known by where nothing keeps them apart


def document_id_column(contract: Contract, spec: TableSpec) -> str:
    """Return the column of a table whose cells start with the id of the row's document."""
    return spec.key[0] if spec.parent is None else contract.tables[spec.parent].key[0]


def frame_links(contract: Contract, frames: Tables) -> set[Link]:
    """Return each document that refers to another one, with that other one."""
    return {
        (one, other)
        for spec in contract.document_tables
        for column in spec.references
        if column.filled_by != "engine" and contract.tables[str(column.target)] in contract.document_tables
        for row in frames[spec.name][[document_id_column(contract, spec), column.name]].dropna().itertuples(index=False)
        for one, other in [[key.partition("#")[0] for key in row]]
        if one != other
    }


def linked_documents(links: Collection[Link], chunks: Sequence[Sequence[str]]) -> dict[int, list[str]]:
    """Return, of each chunk that a link leaves or reaches, the documents of other chunks it must be built beside.

    Those are all that are linked with one of its own, over however many others; links lead either way, and count
    within a chunk too. `chunks` are the ids of documents. A link to a document that is nowhere gives its chunk none.
    """
    named = {doc_id for link in links for doc_id in link}
    at = {doc_id: number for number, chunk in enumerate(chunks) for doc_id in chunk if doc_id in named}
    found: dict[int, list[str]] = {at[one]: [] for one, other in links if other not in at}
    linked: dict[str, set[str]] = {}
    for one, other in links:
        if other in at:
            linked.setdefault(one, set()).add(other)
            linked.setdefault(other, set()).add(one)
    while linked:
        group = _group(linked)
        numbers = {at[doc_id] for doc_id in group}
        for number in numbers if len(numbers) > 1 else ():
            found.setdefault(number, []).extend(doc_id for doc_id in group if at[doc_id] != number)
    return {number: sorted(guests) for number, guests in found.items()}


def _group(linked: dict[str, set[str]]) -> set[str]:
    """Take out of `linked` all that are linked with one of them."""
    waiting, group = [next(iter(linked))], set[str]()
    while waiting:
        each = waiting.pop()
        if each not in group:
            group.add(each)
            waiting.extend(linked.pop(each))
    return group


def chunk_rule_inputs(contract: Contract, frames: Tables) -> dict[str, tuple[Cells, ...]]:
    """Return the distinct rows that rules on the codebook look at, as cells that JSON can hold."""
    return {
        table: tuple(map(_plain, frame.itertuples(index=False)))
        for table, frame in distinct_rows(frames, contract.rule_inputs).items()
    }


def merge_rule_inputs(contract: Contract, chunks: Iterable[Mapping[str, Iterable[Cells]]]) -> dict[str, pd.DataFrame]:
    """Return the distinct rows of all chunks as frames, typed and in order."""
    rows: dict[str, dict[Cells, None]] = {table: {} for table in contract.rule_inputs}
    for chunk in chunks:
        for table, found in chunk.items():
            rows[table].update(dict.fromkeys(map(tuple, found)))
    return {
        table: _typed(contract.tables[table], columns, list(rows[table])).sort_values(list(columns), ignore_index=True)
        for table, columns in contract.rule_inputs.items()
    }


def input_checksums(contract: Contract, frames: Tables) -> dict[str, Sums]:
    """Return what stands for the rows that each derived table reads: equal sums, equal rows, in whatever order.

    They are by the value that keeps rows apart, and may be added up over chunks. Rows of a table that has no such
    column count with those of the same document.
    """
    return {spec.name: _sums(spec, frames) for spec in contract.tables_of_kind("derived")}


def merge_checksums(chunks: Iterable[Sums]) -> Sums:
    """Return the sums of several chunks together, in the order of their values."""
    total: Sums = {}
    for chunk in chunks:
        for value, tables in chunk.items():
            for table, (rows, hashed) in tables.items():
                before = total.setdefault(value, {}).get(table, [0, 0])
                total[value][table] = [before[0] + rows, (before[1] + hashed) % 2**64]
    return dict(sorted(total.items()))


def _sums(spec: TableSpec, frames: Tables) -> Sums:
    read = {table: frames[table][list(columns)] for table, columns in spec.inputs.items()}
    hashes = {table: pd.Series(pd.util.hash_pandas_object(frame, index=False)) for table, frame in read.items()}
    apart = [table for table, frame in read.items() if spec.partition_by in frame]
    if not apart:
        return {WHOLE: {table: _sum(hashed) for table, hashed in hashes.items()}}
    sums: Sums = {}
    for table in apart:
        total = hashes[table].copy()
        for other in read.keys() - set(apart):
            total += _beside(read[table], read[other], hashes[other])
        for value, rows in total.groupby(read[table][spec.partition_by], observed=True):
            sums.setdefault(str(value), {})[table] = _sum(rows)
    return sums


def _sum(hashed: pd.Series[Any]) -> list[int]:
    return [len(hashed), int(hashed.sum()) % 2**64]


def _beside(frame: pd.DataFrame, other: pd.DataFrame, sums: pd.Series[Any]) -> Any:
    """Return, for each row of a frame, the sum of another table's rows of its document; of all, where none is told."""
    if "doc_id" not in frame or "doc_id" not in other:
        return sums.sum()
    of_documents = sums.groupby(other["doc_id"]).sum()
    return frame["doc_id"].map(of_documents).fillna(0).astype("uint64")


def _plain(row: Iterable[Any]) -> Cells:
    return tuple(None if pd.isna(cell) else cell if isinstance(cell, str | int) else str(cell) for cell in row)


def _typed(spec: TableSpec, names: Collection[str], rows: list[Cells]) -> pd.DataFrame:
    columns = {name: [row[at] for row in rows] for at, name in enumerate(names)}
    return frame_from_columns([spec[name] for name in names], columns)
