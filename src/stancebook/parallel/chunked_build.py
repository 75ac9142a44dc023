"""A corpus of any size → a dataset in a folder: at once where it is one chunk, else chunk by chunk."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stancebook.build.diagnostics import check_codebook_rules, duplicate_text_problems
from stancebook.build.pipeline import Build, BuildSummary, build_corpus, summarize
from stancebook.build.writer import clear_unfinished, complete_dataset, write_dataset
from stancebook.dataset.table_stats import Part, StoredTable, TableStats, table_stats
from stancebook.parallel.aggregation import duckdb_session, duplicate_texts
from stancebook.parallel.cache import BuildCache
from stancebook.parallel.chunk_summary import merge_rule_inputs
from stancebook.parallel.chunking import split_into_chunks
from stancebook.parallel.chunks import Advance, Chunk, PreviousBuild, build_chunks
from stancebook.parallel.derived_tables import Partition, Partitions, derive_all
from stancebook.parallel.executors import Executor, local_executor
from stancebook.parallel.worker import BuildContext, ChunkResult, checked_codebook, load_codebook
from stancebook.problems import Problem, deduplicate, errors_in
from stancebook.schema.contract import Contract
from stancebook.schema.dataframes import frame_from_rows
from stancebook.sources.corpus import Corpus, combined_digest, read_corpus
from stancebook.sources.discovery import SourceDocument, SourceListing
from stancebook.sources.filesystem import Location, absolute_location

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True)
class BuildOptions:
    """How a build is to be made.

    `jobs` is the number of processes, or None for as many as are worth it; `cluster` the address of a Dask scheduler
    whose workers do it instead. `memo` says what may be taken over of the dataset that lies in `old`. `progress` is
    told how many documents there are, and gives what is to be told how many more are done.
    """

    jobs: int | None = None
    cluster: str | None = None
    memo: BuildCache | None = None
    old: Path = Path()
    progress: Callable[[int], AbstractContextManager[Advance]] = lambda _: nullcontext(lambda _: None)


@dataclass(frozen=True)
class BuildResult:
    """What came of a build: its problems and, where none is an error, its account and what it leaves to do.

    `write` writes what is not written yet; `built` are the tables, where they are in memory. `codebook`, `chunks` and
    `derived` are for the memo.
    """

    problems: list[Problem]
    summary: BuildSummary | None = None
    write: Callable[[], None] = lambda: None
    built: Build | None = None
    codebook: str = ""
    chunks: tuple[Mapping[str, Any], ...] = ()
    derived: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def errors(self) -> list[Problem]:
        """The problems that stand in the way of tables."""
        return errors_in(self.problems)


def build_into(
    contract: Callable[[], Contract], seeds: Location, found: SourceListing, new: Path, plan: BuildOptions
) -> BuildResult:
    """Build what a survey found below `seeds` into the empty folder `new`."""
    chunks = [found.documents[each] for each in split_into_chunks([document.doc_id for document in found.documents])]
    if len(chunks) > 1:
        return _chunk_by_chunk(contract, seeds, found, chunks, new=new, plan=plan)
    built = build_corpus(contract(), read_corpus(seeds, found))
    if built.errors:
        return BuildResult(built.problems)
    return BuildResult(built.problems, built.summary, lambda: write_dataset(built, new), built)


def _chunk_by_chunk(
    contract_of: Callable[[], Contract],
    seeds: Location,
    found: SourceListing,
    chunks: Sequence[tuple[SourceDocument, ...]],
    *,
    new: Path,
    plan: BuildOptions,
) -> BuildResult:
    contract, codebook = contract_of(), read_corpus(seeds, replace(found, documents=()))
    site = BuildContext(contract_of, absolute_location(seeds), new.absolute(), codebook.codebook, codebook.complete)
    memo = plan.memo if plan.memo is not None and plan.memo.codebook == codebook.digest else None
    with _crew(plan, site, found) as run, duckdb_session(site.out) as database:
        with plan.progress(len(found.documents)) as advance:
            built = build_chunks(
                site, chunks, found.taken_ns, last=_last_chunks(memo, plan.old), run=run, advance=advance
            )
        done = [chunk.done for chunk in built]
        problems = _problems(site, codebook, found, done, database)
        if errors := errors_in(problems):
            return BuildResult(errors)
        derived = derive_all(contract, site, done, last=_last_groups(memo), old=plan.old, database=database, run=run)
    stored = _stored(contract, done, derived)
    tables = {
        **{spec.name: table_stats(spec, load_codebook(site)[1][spec.name]) for spec in contract.codebook_tables},
        **{name: each.tally for name, each in stored.items()},
    }
    files = {
        "codebook": codebook.digest,
        **{chunk[0].doc_id: each.files for chunk, each in zip(chunks, done, strict=True)},
    }
    return BuildResult(
        problems,
        summarize(contract, tables, len(found.documents), len(found.codebook)),
        lambda: _finish(site, stored, combined_digest(files)),
        None,
        codebook.digest,
        tuple(chunk.as_json() for chunk in built),
        {name: {value: group.as_json() for value, group in groups.items()} for name, groups in derived.items()},
    )


def _crew(plan: BuildOptions, site: BuildContext, found: SourceListing) -> AbstractContextManager[Executor]:
    """Return who is to do the work: the workers of a cluster that was asked for, or processes of this machine."""
    if plan.cluster:
        from stancebook.parallel.dask_executor import dask_executor

        return dask_executor(plan.cluster, site, replace(found, documents=()))
    return local_executor(plan.jobs)


def _last_chunks(memo: BuildCache | None, old: Path) -> PreviousBuild:
    return PreviousBuild(tuple(map(Chunk.of_json, memo.chunks)), old) if memo else PreviousBuild()


def _last_groups(memo: BuildCache | None) -> dict[str, Partitions]:
    last = memo.derived if memo else {}
    return {table: {value: Partition.of_json(each) for value, each in groups.items()} for table, groups in last.items()}


def _problems(
    site: BuildContext,
    codebook: Corpus,
    found: SourceListing,
    done: Sequence[ChunkResult],
    database: DuckDBPyConnection,
) -> list[Problem]:
    """Return all problems, each once; those that all documents are needed for only where nothing else is wrong."""
    contract = site.contract()
    problems = [*codebook.problems, *(problem for each in done for problem in each.problems)]
    if not errors_in(problems):
        documents = contract.document.name
        twice = set(duplicate_texts(database, [site.out / each.parts[documents].path for each in done]))
        if alike := tuple(document for document in found.documents if document.doc_id in twice):
            corpus = read_corpus(site.seeds, SourceListing(documents=alike))
            problems += duplicate_text_problems(contract, corpus)
    inputs = {} if errors_in(problems) else merge_rule_inputs(contract, [each.seen for each in done])
    problems += check_codebook_rules(contract, checked_codebook(site)[1], inputs)
    return deduplicate(problems)


def _stored(
    contract: Contract, done: Sequence[ChunkResult], derived: Mapping[str, Partitions]
) -> dict[str, StoredTable]:
    """Return the tables that lie in parts."""
    coded = {
        spec.name: _together([(each.parts.get(spec.name), each.tallies[spec.name]) for each in done])
        for spec in contract.document_tables
    }
    groups = {name: _together([(each.part, each.tally) for each in of.values()]) for name, of in derived.items()}
    return {**coded, **groups}


def _together(pieces: Sequence[tuple[Part | None, TableStats]]) -> StoredTable:
    parts, tallies = zip(*pieces, strict=True)
    return StoredTable(tuple(filter(None, parts)), sum(tallies, start=TableStats()))


def _finish(site: BuildContext, parted: Mapping[str, StoredTable], seeds: str) -> None:
    """Write the tables that are one file, of the codebook and without rows, and what the dataset says of itself."""
    contract, codebook = load_codebook(site)
    none = {name: frame_from_rows(contract.tables[name], []) for name, each in parted.items() if not each.parts}
    complete_dataset(contract, {**codebook, **none}, parted, site.out, seeds=seeds)
    clear_unfinished(site.out)
