"""Corpus-wide checks and derived tables, computed with DuckDB over the rows of chunks in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stancebook.build.derivation import derive_together
from stancebook.dataset.duckdb_session import duckdb_path, duckdb_session
from stancebook.dataset.parquet import read_typed
from stancebook.dataset.table_stats import table_stats
from stancebook.exceptions import PublishError
from stancebook.parallel.assembly import Piece
from stancebook.parallel.cache import BuildCache, fingerprint_json, reuse_part
from stancebook.parallel.chunk_summary import UNPARTITIONED, Checksum, merge_checksums
from stancebook.parallel.executors import BuildExecutor, run_tasks
from stancebook.parallel.worker import SCRATCH, BuildContext, ChunkResult, load_codebook, write_rows
from stancebook.schema.contract import Contract
from stancebook.schema.spec import Derivation

if TYPE_CHECKING:
    import pandas as pd
    from duckdb import DuckDBPyConnection

    from stancebook.parallel.chunking import ChunkPolicy

BATCHES_PER_PART = 4  # so many times fewer rows are derived at a time than are in a part
_BATCH, _VALUE = "batch_number", "partition_value"


Checksums = Mapping[str, Mapping[str, Checksum]]  # by value, and by table that is read


@dataclass(frozen=True)
class BatchTask:
    """Some values of the column that partitions a derivation, whose rows are derived at once.

    Attributes:
        derivation: The name of the derivation.
        number: The number of the batch.
        last_value: The last of the values.
        inputs: The folders of what is read, by table.
    """

    derivation: str
    number: int
    last_value: str
    inputs: Mapping[str, Path]


@contextmanager
def aggregation_session(folder: Path) -> Iterator[DuckDBPyConnection]:
    """Open a DuckDB database for the files in the folder of chunks.

    Raises:
        PublishError: If DuckDB cannot open the folder.
    """
    try:
        duckdb_path(folder)
    except UnicodeDecodeError as error:
        raise PublishError(
            "DuckDB, which joins the tables of a large corpus, opens no folder whose name is not UTF-8: build with"
            " --out into another."
        ) from error
    with duckdb_session(folder / SCRATCH) as database:
        yield database


def derive_pieces(
    context: BuildContext,
    chunks: Sequence[ChunkResult],
    cache: BuildCache | None,
    database: DuckDBPyConnection,
    executor: BuildExecutor,
    *,
    policy: ChunkPolicy,
) -> dict[str, dict[str, Piece]]:
    """Derive the tables that are computed from all documents, in batches of partitions.

    Args:
        context: The context of the build.
        chunks: The results of all chunks.
        cache: The last build: a batch whose inputs are unchanged is reused.
        database: An open database.
        executor: Who derives batches.
        policy: The sizes of parts.

    Returns:
        The rows of each derived table, by the fingerprint of what they are derived from.
    """
    contract, _ = load_codebook(context)
    files = {
        spec.name: [context.chunk_folder / chunk.parts[spec.name].path for chunk in chunks if spec.name in chunk.parts]
        for spec in contract.document_tables
    }
    derived: dict[str, dict[str, Piece]] = {}
    for derivation in contract.derivations:
        checksums = merge_checksums(chunk.checksums[derivation.name] for chunk in chunks)
        batches = split_into_batches(derivation, checksums, policy)
        fingerprints = [fingerprint_json(batch) for batch in batches]
        pieces = dict(_reuse_pieces(context, derivation, fingerprints, cache))
        stale = [number for number, fingerprint in enumerate(fingerprints) if fingerprint not in pieces]
        if stale:
            numbers = {value: number for number in stale for value in batches[number]}
            inputs = partition_inputs(database, derivation, files, numbers, context.chunk_folder)
            tasks = [BatchTask(derivation.name, number, list(batches[number])[-1], inputs) for number in stale]
            for index, batch in run_tasks(executor, derive_batch, context, tasks):
                pieces[fingerprints[stale[index]]] = batch
        for spec in derivation.tables:
            derived[spec.name] = {fingerprint: pieces[fingerprint][spec.name] for fingerprint in fingerprints}
    return derived


def split_into_batches(derivation: Derivation, checksums: Checksums, policy: ChunkPolicy) -> list[Checksums]:
    """Split the values of the column that partitions a derivation into batches, in the order of the rows.

    Args:
        derivation: The derived tables.
        checksums: The checksums of what it reads, by value.
        policy: The sizes of parts.
    """
    batches: list[dict[str, Mapping[str, Checksum]]] = [{}]
    rows = 0
    for value in sorted(checksums or {UNPARTITIONED: {}}, key=lambda value: _sort_key(derivation, value)):
        tables = checksums.get(value, {})
        batches[-1][value] = tables
        rows += sum(number for number, _ in tables.values())
        if policy.ends_part(value, rows, max(1, policy.rows_per_part // BATCHES_PER_PART)):
            batches.append({})
            rows = 0
    return [batch for batch in batches if batch]


def _sort_key(derivation: Derivation, value: str) -> Any:
    """Return a key that sorts values, given as text, as the column that they partition."""
    column = derivation.partition_by and derivation.tables[0][derivation.partition_by]
    if column and column.vocabulary:
        return list(column.vocabulary).index(value)
    return Decimal(value) if column and column.data_type in ("integer", "number") else value


def partition_inputs(
    database: DuckDBPyConnection,
    derivation: Derivation,
    files: Mapping[str, list[Path]],
    values: Mapping[str, int],
    folder: Path,
) -> dict[str, Path]:
    """Write the columns that a derivation reads into one folder per input table.

    Of a table with the partitioning column, only rows with one of `values` are written, in a folder per batch.

    Args:
        database: An open database.
        derivation: The derived tables.
        files: The files of each table of documents.
        values: The number of the batch of each value of the partitioning column.
        folder: The folder of chunks.

    Returns:
        The folder of each input table, below the scratch folder of the database.
    """
    folders = {table: folder / SCRATCH / derivation.name / table for table in derivation.inputs}
    for table, columns in derivation.inputs.items():
        folders[table].mkdir(parents=True)
        if not files[table]:
            continue
        names = ", ".join(f'"{name}"' for name in columns)
        parameters: dict[str, Any] = {"files": list(map(duckdb_path, files[table]))}
        if derivation.partition_by in columns:
            query = (
                f"SELECT {names}, {_BATCH} FROM read_parquet($files)"  # noqa: S608 (names of the contract)
                f" JOIN (SELECT unnest($values) AS {_VALUE}, unnest($numbers) AS {_BATCH})"
                f' ON "{derivation.partition_by}" = {_VALUE}'
            )
            parameters |= {"values": list(values), "numbers": list(values.values())}
            target = f"'{_quoted(folders[table])}' (FORMAT parquet, PARTITION_BY ({_BATCH}))"
        else:
            query = f"SELECT {names} FROM read_parquet($files)"  # noqa: S608 (names of the contract)
            target = f"'{_quoted(folders[table] / 'all.parquet')}' (FORMAT parquet)"
        database.execute(f"COPY ({query}) TO {target}", parameters)
    return folders


def derive_batch(context: BuildContext, task: BatchTask) -> dict[str, Piece]:
    """Derive the rows of some values, and write those of each table unless there are none."""
    contract, codebook = load_codebook(context)
    derivation = next(each for each in contract.derivations if each.name == task.derivation)
    tables = dict(codebook)
    for table, columns in derivation.inputs.items():
        folder = task.inputs[table]
        if derivation.partition_by in columns:
            folder /= f"{_BATCH}={task.number}"
        frame = read_typed(sorted(folder.glob("*.parquet")), contract.tables[table], columns)
        tables[table] = frame.sort_values(list(columns), ignore_index=True)
    derived = derive_together(derivation, tables)
    return {name: _piece(context, contract, name, frame, task.last_value) for name, frame in derived.items()}


def _piece(context: BuildContext, contract: Contract, table: str, frame: pd.DataFrame, last_value: str) -> Piece:
    spec = contract.tables[table]
    part = None if frame.empty else write_rows(context, contract, spec, frame)
    return Piece(last_value, part, table_stats(spec, frame))


def _reuse_pieces(
    context: BuildContext, derivation: Derivation, fingerprints: Sequence[str], cache: BuildCache | None
) -> Iterator[tuple[str, dict[str, Piece]]]:
    """Link the rows of the last build whose inputs are unchanged, and yield them by fingerprint and table."""
    if cache is None:
        return
    cached = {spec.name: cache.derived.get(spec.name, {}) for spec in derivation.tables}
    for fingerprint in fingerprints:
        if all(fingerprint in pieces for pieces in cached.values()):
            yield (
                fingerprint,
                {name: _reuse_piece(context, pieces[fingerprint], cache) for name, pieces in cached.items()},
            )


def _reuse_piece(context: BuildContext, stored: Mapping[str, Any], cache: BuildCache) -> Piece:
    piece = Piece.from_dict(stored)
    part = piece.part and reuse_part(piece.part, piece.part.path, cache.folder, context.chunk_folder)
    return replace(piece, part=part)


def _quoted(path: Path) -> str:
    return duckdb_path(path).replace("'", "''")
