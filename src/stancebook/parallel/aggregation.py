"""Corpus-wide checks and derived tables, computed with DuckDB over the parts of chunks in bounded memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stancebook.build.derivation import derive_table
from stancebook.build.writer import dataset_metadata, write_part
from stancebook.dataset.duckdb_session import duckdb_path, duckdb_session
from stancebook.dataset.layout import part_file
from stancebook.dataset.parquet import read_typed, rows_digest
from stancebook.dataset.table_stats import Part, TableStats, table_stats
from stancebook.exceptions import PublishError
from stancebook.parallel.cache import BuildCache, reuse_part
from stancebook.parallel.chunk_summary import UNPARTITIONED, Checksum, merge_checksums
from stancebook.parallel.executors import BuildExecutor, run_tasks
from stancebook.parallel.worker import BuildContext, ChunkResult, load_codebook
from stancebook.schema.spec import TableSpec

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MAX_DUPLICATE_TEXTS = 1000  # reported per build
MIN_POOL_PARTITIONS = 30  # starting a process pool for fewer takes longer than it saves
_SCRATCH = ".join"
_PARTITION, _VALUE = "partition_number", "partition_value"


@dataclass(frozen=True)
class Partition:
    """The rows of a derived table for one value of its partitioning column.

    Attributes:
        checksums: Checksums by table of the rows that they are derived from.
        part: Their Parquet file; None if there are no rows.
        stats: Their statistics.
    """

    checksums: Mapping[str, Checksum]
    part: Part | None
    stats: TableStats

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Partition:
        """Return the partition of which `asdict` gave this; raise `LookupError` or `TypeError` if none did."""
        return cls(data["checksums"], data["part"] and Part(**data["part"]), TableStats(**data["stats"]))


Partitions = Mapping[str, Partition]  # by value, sorted


@dataclass(frozen=True)
class PartitionTask:
    """One partition to derive: its table, its number, and the folders of what it reads by table."""

    table: str
    number: int
    inputs: Mapping[str, Path]


@contextmanager
def aggregation_session(folder: Path) -> Iterator[DuckDBPyConnection]:
    """Open a DuckDB database for the parts in the folder of a dataset.

    Raises:
        PublishError: If DuckDB cannot open the folder.
    """
    try:
        duckdb_path(folder)
    except UnicodeDecodeError as error:
        raise PublishError(
            "DuckDB, which joins the parts of a large corpus, opens no folder whose name is not UTF-8: build with --out"
            " into another."
        ) from error
    with duckdb_session(folder / _SCRATCH) as database:
        yield database


def duplicate_texts(
    database: DuckDBPyConnection, documents: Iterable[Path], limit: int = MAX_DUPLICATE_TEXTS
) -> list[str]:
    """Return the ids of documents that share their text with another one, sorted, at most `limit`.

    Args:
        database: An open database.
        documents: The parts of the table of documents.
        limit: The number of ids to return.
    """
    found = database.execute(
        "SELECT doc_id FROM read_parquet($files) WHERE text_sha256 IN"
        " (SELECT text_sha256 FROM read_parquet($files) GROUP BY ALL HAVING count(*) > 1) ORDER BY doc_id LIMIT $limit",
        {"files": list(map(duckdb_path, documents)), "limit": limit},
    )
    return [doc_id for (doc_id,) in found.fetchall()]


def derive_partitions(
    context: BuildContext,
    chunks: Sequence[ChunkResult],
    cache: BuildCache | None,
    database: DuckDBPyConnection,
    executor: BuildExecutor,
) -> dict[str, Partitions]:
    """Derive the tables that are computed from all documents, partition by partition.

    Args:
        context: The context of the build.
        chunks: The results of all chunks.
        cache: The last build: a partition whose inputs are unchanged is reused.
        database: An open database.
        executor: Who derives partitions.

    Returns:
        The partitions of each derived table.
    """
    contract, _ = load_codebook(context)
    parts = {
        spec.name: [context.folder / chunk.parts[spec.name].path for chunk in chunks if spec.name in chunk.parts]
        for spec in contract.document_tables
    }
    derived: dict[str, Partitions] = {}
    for spec in contract.tables_of_kind("derived"):
        checksums = merge_checksums(chunk.checksums[spec.name] for chunk in chunks) or {UNPARTITIONED: {}}
        numbers = {value: number for number, value in enumerate(checksums)}
        partitions = dict(_reuse_partitions(context, spec, checksums, cache))
        stale = {value: number for value, number in numbers.items() if value not in partitions}
        if stale:
            inputs = partition_inputs(database, spec, parts, stale, context.folder)
            tasks = [PartitionTask(spec.name, number, inputs) for number in stale.values()]
            values = list(stale)
            for index, result in run_tasks(executor, derive_partition, context, tasks, MIN_POOL_PARTITIONS):
                partitions[values[index]] = Partition(checksums[values[index]], *result)
        derived[spec.name] = {value: partitions[value] for value in checksums}
    return derived


def partition_inputs(
    database: DuckDBPyConnection,
    spec: TableSpec,
    parts: Mapping[str, list[Path]],
    values: Mapping[str, int],
    folder: Path,
) -> dict[str, Path]:
    """Write the columns that a derived table reads into one folder per input table.

    Of a table with the partitioning column, only rows with one of `values` are written, in a folder per value.

    Args:
        database: An open database.
        spec: The derived table.
        parts: The parts of each table of documents.
        values: The number of each value of the partitioning column.
        folder: The folder of the dataset.

    Returns:
        The folder of each input table, below the scratch folder of the database.
    """
    folders = {table: folder / _SCRATCH / spec.name / table for table in spec.inputs}
    for table, columns in spec.inputs.items():
        folders[table].mkdir(parents=True)
        if not parts[table]:
            continue
        names = ", ".join(f'"{name}"' for name in columns)
        parameters: dict[str, Any] = {"files": list(map(duckdb_path, parts[table]))}
        if spec.partition_by in columns:
            query = (
                f"SELECT {names}, {_PARTITION} FROM read_parquet($files)"  # noqa: S608 (names of the contract)
                f" JOIN (SELECT unnest($values) AS {_VALUE}, unnest($numbers) AS {_PARTITION})"
                f' ON "{spec.partition_by}" = {_VALUE}'
            )
            parameters |= {"values": list(values), "numbers": list(values.values())}
            target = f"'{_quoted(folders[table])}' (FORMAT parquet, PARTITION_BY ({_PARTITION}))"
        else:
            query = f"SELECT {names} FROM read_parquet($files)"  # noqa: S608 (names of the contract)
            target = f"'{_quoted(folders[table] / 'all.parquet')}' (FORMAT parquet)"
        database.execute(f"COPY ({query}) TO {target}", parameters)
    return folders


def derive_partition(context: BuildContext, task: PartitionTask) -> tuple[Part | None, TableStats]:
    """Derive one partition and write it, unless it has no rows, as the part of its number."""
    contract, codebook = load_codebook(context)
    spec = contract.tables[task.table]
    tables = dict(codebook)
    for table, columns in spec.inputs.items():
        folder = task.inputs[table]
        if spec.partition_by in columns:
            folder /= f"{_PARTITION}={task.number}"
        frame = read_typed(sorted(folder.glob("*.parquet")), contract.tables[table], columns)
        tables[table] = frame.sort_values(list(columns), ignore_index=True)
    frame = derive_table(spec, tables)
    stats = table_stats(spec, frame)
    if frame.empty:
        return None, stats
    about = dataset_metadata(contract)
    digest = rows_digest(frame, spec, about)
    return write_part(frame, spec, context.folder, part_file(spec.name, task.number), digest=digest, about=about), stats


def _reuse_partitions(
    context: BuildContext, spec: TableSpec, checksums: Mapping[str, Mapping[str, Checksum]], cache: BuildCache | None
) -> Iterator[tuple[str, Partition]]:
    """Link the partitions of the last build whose inputs are unchanged, and yield them by value."""
    if cache is None:
        return
    cached = cache.derived.get(spec.name, {})
    for number, (value, checksum) in enumerate(checksums.items()):
        if value in cached and cached[value]["checksums"] == checksum:
            partition = Partition.from_dict(cached[value])
            path = part_file(spec.name, number)
            part = partition.part and reuse_part(partition.part, path, cache.dataset, context.folder)
            yield value, Partition(checksum, part, partition.stats)


def _quoted(path: Path) -> str:
    return duckdb_path(path).replace("'", "''")
