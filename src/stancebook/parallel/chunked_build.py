"""Build a corpus of any size: in memory if it is one chunk, else chunk by chunk, reusing unchanged chunks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stancebook.build.pipeline import Build, build_corpus, check_codebook_rules, duplicate_text_problems, summarize
from stancebook.build.writer import (
    build_digest,
    clear_unfinished,
    plan_tables,
    write_dataset,
    write_descriptions,
    write_tables,
)
from stancebook.dataset.layout import chunk_folder
from stancebook.dataset.publish import hardlink_or_copy
from stancebook.dataset.table_stats import BuildSummary, Part, TableStats, table_stats
from stancebook.parallel.aggregation import aggregation_session, derive_pieces
from stancebook.parallel.assembly import Piece, assemble_tables, plan_table
from stancebook.parallel.cache import (
    BuildCache,
    canonical_location,
    contract_files,
    digest_code,
    fingerprint_documents,
)
from stancebook.parallel.chunk_summary import merge_rule_inputs, repeated_numbers
from stancebook.parallel.chunking import split_into_chunks
from stancebook.parallel.executors import BuildExecutor, local_executor, run_tasks
from stancebook.parallel.linked_build import build_linked_chunks
from stancebook.parallel.options import BuildOptions
from stancebook.parallel.worker import (
    BuildContext,
    ChunkResult,
    ChunkTask,
    build_chunk,
    checked_codebook,
    load_codebook,
)
from stancebook.problems import Problem, deduplicate, errors_in
from stancebook.schema.contract import Contract
from stancebook.sources.corpus import Corpus, combined_digest, read_corpus
from stancebook.sources.discovery import SourceDocument, SourceListing
from stancebook.sources.filesystem import Location, absolute_location, open_location

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Chunks = Sequence[tuple[SourceDocument, ...]]
Advance = Callable[[int], None]  # called with the number of documents that are done
MAX_DUPLICATE_TEXTS = 1000  # reported per build
Progress = Callable[[int], AbstractContextManager[Advance]]  # called with the number of all documents


@dataclass(frozen=True)
class BuildResult:
    """What a build gave.

    Attributes:
        problems: Errors only if there is any; else the warnings.
        summary: What was read, checked and made; None if there are errors.
        write: Writes what is not yet in the folder of the dataset. It may be given the section of the data card about
            how far coders agree.
        built: The tables, if the corpus was built in memory.
        codebook_digest: The digest of the codebook of a large corpus.
        chunks: The chunks of a large corpus, for the cache.
        derived: The pieces of its derived tables, for the cache.
        parts: The parts of its tables, for the cache.
    """

    problems: list[Problem]
    summary: BuildSummary | None = None
    write: Callable[..., None] = lambda _="": None
    built: Build | None = None
    codebook_digest: str = ""
    chunks: tuple[Mapping[str, Any], ...] = ()
    derived: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    parts: tuple[Mapping[str, Any], ...] = ()

    @property
    def errors(self) -> list[Problem]:
        """The problems because of which there are no tables."""
        return errors_in(self.problems)

    def to_cache(self, seeds: Location, dataset: Path, seeds_fingerprint: str) -> BuildCache:
        """Return the cache for the next build.

        Args:
            seeds: The folder or address of the seeds.
            dataset: The folder that the dataset was published in.
            seeds_fingerprint: The fingerprint of all source files.

        Raises:
            ValueError: If the build had errors.
        """
        if self.summary is None:
            raise ValueError("a build with errors is not cached")
        files = contract_files()
        return BuildCache(
            dataset=dataset,
            seeds=canonical_location(seeds),
            displayed_seeds=open_location(seeds).display_path(""),
            contract_files=files,
            code_digest=digest_code(files),
            codebook_digest=self.codebook_digest,
            seeds_fingerprint=seeds_fingerprint,
            summary=self.summary,
            warnings=tuple(self.problems),
            chunks=self.chunks,
            derived=self.derived,
            parts=self.parts,
        )


@dataclass(frozen=True)
class BuiltChunk:
    """A chunk with the fingerprint of its files, by which the next build knows whether they are unchanged."""

    fingerprint: str
    result: ChunkResult

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> BuiltChunk:
        """Return the chunk of which `asdict`, and JSON, gave this; raise `LookupError` or `TypeError` if none did."""
        result = dict(data["result"])
        result["problems"] = tuple(Problem(**problem) for problem in result["problems"])
        result |= {name: tuple(result[name]) for name in ("external", "incomplete", "words_digests", "neighbours")}
        result["parts"] = {table: Part(**part) for table, part in result["parts"].items()}
        result["stats"] = {table: TableStats(**stats) for table, stats in result["stats"].items()}
        return cls(data["fingerprint"], ChunkResult(**result))


def build_into(
    contract: Callable[[], Contract],
    seeds: Location,
    listing: SourceListing,
    folder: Path,
    options: BuildOptions,
    *,
    cache: BuildCache | None = None,
    progress: Progress = lambda _: nullcontext(lambda _: None),
) -> BuildResult:
    """Build a corpus into a folder.

    Args:
        contract: A function that returns the contract; at module level, if other processes are to call it.
        seeds: The folder or address of the seeds.
        listing: The source files to build, as `discover` lists them.
        folder: An empty folder for the dataset. The files of chunks are put next to it, in `layout.chunk_folder`.
        options: How to build.
        cache: What may be reused of the last build; None to build everything.
        progress: Shows the progress of a corpus of several chunks.

    Returns:
        The result; its `write` completes the dataset.

    Raises:
        ContractError: If the contract is not valid.
        ExecutorError: If workers cannot be used or are lost.
        PublishError: If DuckDB cannot open the folder.
    """
    slices = split_into_chunks([document.doc_id for document in listing.documents], options.chunk_policy)
    chunks = [listing.documents[chunk] for chunk in slices]
    if len(chunks) > 1:
        return _build_chunked(contract, seeds, listing, chunks, folder, options=options, cache=cache, progress=progress)
    built = build_corpus(contract(), read_corpus(seeds, listing))
    if built.errors:
        return BuildResult(built.problems)
    return BuildResult(
        built.problems, built.summary, lambda agreement="": write_dataset(built, folder, agreement), built
    )


def _build_chunked(
    contract_of: Callable[[], Contract],
    seeds: Location,
    listing: SourceListing,
    chunks: Chunks,
    folder: Path,
    *,
    options: BuildOptions,
    cache: BuildCache | None,
    progress: Progress,
) -> BuildResult:
    contract, codebook = contract_of(), read_corpus(seeds, replace(listing, documents=()))
    context = BuildContext(
        contract_of,
        absolute_location(seeds),
        folder.absolute(),
        chunk_folder(folder.absolute()),
        codebook.codebook,
        codebook.complete,
    )
    context.chunk_folder.mkdir()
    if cache is not None and cache.codebook_digest != codebook.digest:
        cache = None
    if options.cluster:
        from stancebook.parallel.dask_executor import dask_executor

        workers = dask_executor(options.cluster, context, replace(listing, documents=()))
    else:
        workers = local_executor(options.jobs)
    with workers as executor, aggregation_session(context.chunk_folder) as database:
        with progress(len(listing.documents)) as advance:
            built = build_chunks(context, chunks, listing.taken_ns, (database, executor), cache=cache, advance=advance)
        results = [chunk.result for chunk in built]
        problems = _corpus_problems(context, codebook, listing, results)
        if errors := errors_in(problems):
            return BuildResult(errors)
        derived = derive_pieces(context, results, cache, database, executor, policy=options.chunk_policy)
        _, codebook_frames = load_codebook(context)
        planned = {
            name: plan_table(name, pieces, options.chunk_policy)
            for name, pieces in {
                **_coded_pieces(contract, chunks, results),
                **{name: tuple(pieces.values()) for name, pieces in derived.items()},
            }.items()
        }
        codebook_stats = {name: table_stats(contract.tables[name], frame) for name, frame in codebook_frames.items()}
        tables = plan_tables(contract, codebook_frames, codebook_stats)
        tables |= {name: table.stored for name, table in planned.items()}
        digests = {chunk[0].doc_id: result.files_digest for chunk, result in zip(chunks, results, strict=True)}
        seeds_digest = combined_digest({"codebook": codebook.digest, **digests})
        build = build_digest(contract, tables, None, seeds_digest)
        tables |= assemble_tables(context, planned, build, cache, executor)

    def complete(agreement: str = "") -> None:
        stored = tables | write_tables(contract, codebook_frames, tables, build, context.folder)
        write_descriptions(
            contract, stored, None, context.folder, shares=None, build=build, seeds=seeds_digest, agreement=agreement
        )
        for written in (context.folder, context.chunk_folder):
            clear_unfinished(written)

    return BuildResult(
        problems,
        summarize(
            contract,
            {name: table.stats for name, table in tables.items()},
            len(listing.documents),
            len(listing.codebook),
        ),
        complete,
        codebook_digest=codebook.digest,
        chunks=tuple(map(asdict, built)),
        derived={
            table: {fingerprint: asdict(piece) for fingerprint, piece in pieces.items()}
            for table, pieces in derived.items()
        },
        parts=tuple(asdict(part) for table in tables.values() if table.is_folder for part in table.parts),
    )


def build_chunks(
    context: BuildContext,
    chunks: Chunks,
    listed_ns: int,
    session: tuple[DuckDBPyConnection, BuildExecutor],
    *,
    cache: BuildCache | None = None,
    advance: Advance = lambda _: None,
) -> list[BuiltChunk]:
    """Build all chunks, or reuse those of the last build whose files are unchanged.

    Only when all chunks have been read is it known which are linked to others: to which another refers that itself
    refers to none. Such a chunk is read a second time.

    Args:
        context: The context of the build.
        chunks: The documents of each chunk.
        listed_ns: When they were listed, in nanoseconds since 1970.
        session: An open database, and who builds chunks.
        cache: The last build.
        advance: Is called with the number of documents of each chunk that is done.
    """
    fingerprints = [fingerprint_documents(chunk, listed_ns) for chunk in chunks]
    cached = {chunk.fingerprint: chunk.result for chunk in map(BuiltChunk.from_dict, cache.chunks if cache else ())}
    unchanged = {number: cached[each] for number, each in enumerate(fingerprints) if each and each in cached}
    advance(sum(len(chunks[number]) for number in unchanged))
    changed = [ChunkTask(number, chunk) for number, chunk in enumerate(chunks) if number not in unchanged]
    results = unchanged | _run_chunks(context, changed, session[1], advance)

    linked = _linked_chunks(results, chunks)
    again = [
        ChunkTask(number, chunks[number], linked=number in linked)
        for number, result in results.items()
        if bool(result.rows) != (number in linked)
    ]
    results |= _run_chunks(context, again, session[1], lambda _: None)
    unchanged = {number: result for number, result in unchanged.items() if results[number] is result}
    if cache:
        _reuse_files([file for result in unchanged.values() for file in result.rows.values()], cache, context)
    results |= build_linked_chunks(
        context,
        {number: chunks[number] for number in linked},
        {number: results[number] for number in linked - unchanged.keys()},
        {number: unchanged[number] for number in linked & unchanged.keys()},
        session,
        all_valid=not any(errors_in(result.problems) for result in results.values()),
    )
    if cache:
        reused = [result for number, result in unchanged.items() if results[number] is result]
        _reuse_files([part.path for result in reused for part in result.parts.values()], cache, context)
    return [BuiltChunk(fingerprints[number], results[number]) for number in range(len(chunks))]


def _run_chunks(
    context: BuildContext, tasks: Sequence[ChunkTask], executor: BuildExecutor, advance: Advance
) -> dict[int, ChunkResult]:
    """Build chunks, and return the results by the numbers of chunks."""
    results: dict[int, ChunkResult] = {}
    for index, result in run_tasks(executor, build_chunk, context, tasks):
        results[tasks[index].number] = result
        advance(len(tasks[index].documents))
    return results


def _linked_chunks(results: Mapping[int, ChunkResult], chunks: Chunks) -> set[int]:
    """Return the numbers of chunks that refer to documents outside themselves, or to which others refer."""
    external = {doc_id for result in results.values() for doc_id in result.external}
    referring = {number for number, result in results.items() if result.external}
    if not external:
        return set()
    return referring | {
        number for number, chunk in enumerate(chunks) if any(document.doc_id in external for document in chunk)
    }


def _reuse_files(names: Iterable[str], cache: BuildCache, context: BuildContext) -> None:
    """Link files of the last build into the folder of chunks."""
    for name in names:
        hardlink_or_copy(cache.folder / name, context.chunk_folder / name)


def _corpus_problems(
    context: BuildContext,
    codebook: Corpus,
    listing: SourceListing,
    results: Sequence[ChunkResult],
) -> list[Problem]:
    """Return all problems, each once; those that need all documents only if there are no other errors."""
    contract = context.contract()
    problems = [*codebook.problems, *(problem for result in results for problem in result.problems)]
    if not errors_in(problems):
        repeated = repeated_numbers([digest for result in results for digest in result.words_digests])
        if duplicates := tuple(listing.documents[index] for index in repeated[:MAX_DUPLICATE_TEXTS]):
            corpus = read_corpus(context.seeds, SourceListing(documents=duplicates))
            problems += duplicate_text_problems(contract, corpus)
    rule_inputs = {} if errors_in(problems) else merge_rule_inputs(contract, [each.rule_inputs for each in results])
    problems += check_codebook_rules(contract, checked_codebook(context)[1], rule_inputs)
    return deduplicate(problems)


def _coded_pieces(contract: Contract, chunks: Chunks, results: Sequence[ChunkResult]) -> dict[str, tuple[Piece, ...]]:
    """Return the rows of the tables of documents and of their sentences, one piece for each chunk."""
    return {
        spec.name: tuple(
            Piece(chunk[-1].doc_id, result.parts.get(spec.name), result.stats[spec.name])
            for chunk, result in zip(chunks, results, strict=True)
        )
        for spec in contract.text_tables
    }
