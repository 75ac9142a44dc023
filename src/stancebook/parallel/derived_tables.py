"""Derived tables of a large corpus: a part for each value that keeps rows apart, made anew where need be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stancebook.dataset.layout import part_file
from stancebook.dataset.table_stats import Part, TableStats
from stancebook.parallel.aggregation import derive_partition, partition_inputs
from stancebook.parallel.chunk_summary import WHOLE, merge_checksums
from stancebook.parallel.chunks import reuse_part
from stancebook.parallel.executors import Executor
from stancebook.parallel.worker import BuildContext, ChunkResult
from stancebook.schema.contract import Contract
from stancebook.schema.spec import TableSpec

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


_FEW = 30  # parts, for which starting other processes takes longer than it saves


@dataclass(frozen=True)
class Partition:
    """The derived rows of one value: what they were derived from, as sums by table, and where they lie."""

    sums: Mapping[str, Sequence[int]]
    part: Part | None
    tally: TableStats

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return asdict(self)

    @staticmethod
    def of_json(told: Mapping[str, Any]) -> Partition:
        """Return it as it was; raise `LookupError` or `TypeError` where this is none."""
        return Partition(told["sums"], told["part"] and Part(**told["part"]), TableStats(**told["tally"]))


Partitions = Mapping[str, Partition]  # by value, in order


def derive_all(
    contract: Contract,
    site: BuildContext,
    done: Sequence[ChunkResult],
    *,
    last: Mapping[str, Partitions],
    old: Path,
    database: DuckDBPyConnection,
    run: Executor,
) -> dict[str, Partitions]:
    """Return the groups of each derived table; `last` are those of the last build, whose parts lie in `old`."""
    parts = {
        spec.name: [site.out / each.parts[spec.name].path for each in done if spec.name in each.parts]
        for spec in contract.document_tables
    }
    return {
        spec.name: _derive(spec, site, done, parts, last=last.get(spec.name, {}), old=old, database=database, run=run)
        for spec in contract.tables_of_kind("derived")
    }


def _derive(
    spec: TableSpec,
    site: BuildContext,
    done: Sequence[ChunkResult],
    parts: Mapping[str, list[Path]],
    *,
    last: Partitions,
    old: Path,
    database: DuckDBPyConnection,
    run: Executor,
) -> Partitions:
    sums = merge_checksums(each.sums[spec.name] for each in done) or {WHOLE: {}}
    numbers = {value: number for number, value in enumerate(sums)}
    same = {value for value in sums if value in last and last[value].sums == sums[value]}
    fresh = {value: number for value, number in numbers.items() if value not in same}
    groups = {
        value: Partition(
            sums[value],
            part and reuse_part(part, part_file(spec.name, numbers[value]), old, site.out),
            last[value].tally,
        )
        for value in same
        for part in [last[value].part]
    }
    if fresh:
        places = partition_inputs(database, spec, parts, fresh, site.out)
        values = list(fresh)
        for at, made in run(derive_partition, [(site, spec.name, fresh[value], places) for value in values], few=_FEW):
            groups[values[at]] = Partition(sums[values[at]], *made)
    return {value: groups[value] for value in sums}
