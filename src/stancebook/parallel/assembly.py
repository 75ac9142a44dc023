"""Assemble the files of a dataset from the rows of chunks: one file for each table, or parts of about equal size."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from stancebook.build.writer import dataset_metadata, write_part
from stancebook.dataset.layout import part_file, table_file
from stancebook.dataset.parquet import read_arrow
from stancebook.dataset.table_stats import Part, StoredTable, TableStats
from stancebook.parallel.cache import BuildCache, reuse_part
from stancebook.parallel.executors import BuildExecutor, run_tasks
from stancebook.parallel.worker import BuildContext, load_codebook

if TYPE_CHECKING:
    from stancebook.parallel.chunking import ChunkPolicy

MIN_POOL_FILES = 20  # starting a process pool for fewer takes longer than it saves


@dataclass(frozen=True)
class Piece:
    """Consecutive rows of a table, from which its files are assembled.

    Attributes:
        last_id: The document that the last rows are of, or the value of the partitioning column: whether a part ends
            here depends on it.
        part: Their file in the folder of chunks, with the digest of the rows; None if there are no rows.
        stats: Their statistics.
    """

    last_id: str
    part: Part | None
    stats: TableStats

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Piece:
        """Return the piece of which `asdict` gave this; raise `LookupError` or `TypeError` if none did."""
        return cls(data["last_id"], data["part"] and Part(**data["part"]), TableStats(**data["stats"]))


@dataclass(frozen=True)
class FileTask:
    """One file of the dataset to write.

    Attributes:
        table: The name of its table.
        path: Its path in the dataset, with slashes.
        pieces: The names of files in the folder of chunks, whose rows it has.
        digest: The digest that it carries.
    """

    table: str
    path: str
    pieces: tuple[str, ...]
    digest: str


@dataclass(frozen=True)
class PlannedTable:
    """A table with the files that are to be assembled.

    Attributes:
        stored: The table; its parts have no hash yet, and carry the digest of their rows.
        pieces: For each part, the names of files in the folder of chunks.
    """

    stored: StoredTable
    pieces: tuple[tuple[str, ...], ...]


def plan_table(table: str, pieces: Sequence[Piece], policy: ChunkPolicy) -> PlannedTable:
    """Decide into which files the rows of a table go.

    A table of at most `policy.rows_per_part` rows is a single file. Part boundaries are content-defined, as those of
    chunks are: a changed document moves none but those near it.

    Args:
        table: The name of the table.
        pieces: All its rows, in order.
        policy: The sizes of parts.
    """
    stats = sum((piece.stats for piece in pieces), start=TableStats())
    groups: list[list[Part]] = [[]]
    rows = 0
    for piece in pieces:
        if piece.part:
            groups[-1].append(piece.part)
            rows += piece.part.rows
        if stats.rows > policy.rows_per_part and policy.ends_part(piece.last_id, rows):
            groups.append([])
            rows = 0
    groups = [group for group in groups if group] or [[]]
    paths = [part_file(table, number) for number in range(len(groups))] if len(groups) > 1 else [table_file(table)]
    parts = (
        Part(path, sum(part.rows for part in group), "", _combine_digests([part.build for part in group]))
        for path, group in zip(paths, groups, strict=True)
    )
    return PlannedTable(StoredTable(tuple(parts), stats), tuple(tuple(part.path for part in group) for group in groups))


def assemble_tables(
    context: BuildContext,
    planned: Mapping[str, PlannedTable],
    build: str,
    cache: BuildCache | None,
    executor: BuildExecutor,
) -> dict[str, StoredTable]:
    """Write the files of tables; parts that are unchanged since the last build are hard links to the old ones.

    Args:
        context: The context of the build.
        planned: The tables by name.
        build: The digest of the build, which tables in a single file carry.
        cache: The last build.
        executor: Who writes files.

    Returns:
        The tables as stored, by name.
    """
    old = {part["build"]: Part(**part) for part in cache.parts} if cache else {}
    written: dict[str, Part] = {}
    tasks: list[FileTask] = []
    for name, table in planned.items():
        for part, pieces in zip(table.stored.parts, table.pieces, strict=True):
            if cache and table.stored.is_folder and part.build in old:
                written[part.path] = reuse_part(old[part.build], part.path, cache.dataset, context.folder)
            else:
                tasks.append(FileTask(name, part.path, pieces, part.build if table.stored.is_folder else build))
    for index, part in run_tasks(executor, assemble_file, context, tasks, MIN_POOL_FILES):
        written[tasks[index].path] = part
    return {
        name: replace(table.stored, parts=tuple(written[part.path] for part in table.stored.parts))
        for name, table in planned.items()
    }


def assemble_file(context: BuildContext, task: FileTask) -> Part:
    """Write the rows of chunks into one file of the dataset."""
    contract, _ = load_codebook(context)
    spec = contract.tables[task.table]
    rows = read_arrow([context.chunk_folder / name for name in task.pieces], spec, spec.names)
    return write_part(rows, spec, context.folder, task.path, digest=task.digest, about=dataset_metadata(contract))


def _combine_digests(digests: Sequence[str]) -> str:
    return digests[0] if len(digests) == 1 else hashlib.sha256("\n".join(digests).encode()).hexdigest()
