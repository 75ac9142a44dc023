"""Build chunks whose rows refer to each other: each chunk sees only the rows of others that its own are linked to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from stancebook.build.coded_table import Failure, Failures, Found, TypedTable
from stancebook.build.pipeline import check_document_rules, check_models, code_documents, source_texts
from stancebook.build.result_cache import ResultCache
from stancebook.build.sentence_table import split_documents
from stancebook.parallel.executors import BuildExecutor, run_tasks
from stancebook.parallel.linked_rows import RowFiles, read_linked_tables, write_completed_rows
from stancebook.parallel.links import Links, Neighbours
from stancebook.parallel.worker import (
    SCRATCH,
    BuildContext,
    ChunkResult,
    checked_codebook,
    completed_files,
    write_result,
)
from stancebook.schema.spec import Texts
from stancebook.sources.corpus import read_corpus
from stancebook.sources.discovery import SourceDocument, SourceListing
from stancebook.sources.filesystem import open_location

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True)
class LinkedTask:
    """One step for a linked chunk.

    Attributes:
        number: The index of the chunk.
        documents: Its documents.
        result: What the steps before gave.
        neighbours: The files with the rows that chunks see of others.
        found: What is found in its rows, and not yet explained.
        all_valid: Whether nothing is found in any chunk.
    """

    number: int
    documents: tuple[SourceDocument, ...]
    result: ChunkResult
    neighbours: RowFiles
    found: tuple[Found, ...]
    all_valid: bool


def build_linked_chunks(
    context: BuildContext,
    chunks: Mapping[int, tuple[SourceDocument, ...]],
    coded: Mapping[int, ChunkResult],
    unchanged: Mapping[int, ChunkResult],
    session: tuple[DuckDBPyConnection, BuildExecutor],
    *,
    all_valid: bool,
) -> dict[int, ChunkResult]:
    """Complete chunks whose rows refer to each other.

    A chunk is completed in two steps: its columns are computed, and its rows are compared with their models; then rules
    are checked. In both, functions of the contract see its own rows and those that `Links.write_neighbours` gives.

    Args:
        context: The context of the build.
        chunks: The documents of each chunk.
        coded: What `build_chunk` gave for each that has changed since the last build.
        unchanged: The results of the last build for the others.
        session: An open database, and who makes the steps.
        all_valid: Whether no chunk of the build has errors so far.

    Returns:
        The results of all chunks; those of `unchanged` if what they see of others is unchanged, too.
    """
    if not chunks:
        return {}
    database, executor = session
    contract, folder = context.contract(), context.chunk_folder
    results = {**unchanged, **coded}
    rows = {number: result.rows for number, result in results.items()}
    doc_ids = {number: [document.doc_id for document in chunks[number]] for number in results}
    links = Links(database, contract, folder, doc_ids, rows)
    found = _check_links(context, links, chunks, results)
    all_valid = all_valid and not found

    def tasks(numbers: Sequence[int], neighbours: Neighbours) -> list[LinkedTask]:
        return [
            LinkedTask(each, chunks[each], results[each], neighbours.files, tuple(found.get(each, ())), all_valid)
            for each in numbers
        ]

    def is_changed(number: int, step: int, neighbours: Neighbours) -> bool:
        seen = neighbours.digests.get(number, "")
        return number not in unchanged or number in found or unchanged[number].neighbours[step] != seen

    first = links.write_neighbours(rows, f"{SCRATCH}/coded", computed=False)
    changed = [number for number in chunks if is_changed(number, 0, first)]
    for index, failures in run_tasks(executor, complete_chunk, context, tasks(changed, first)):
        number = changed[index]
        found.setdefault(number, []).extend(failures)
        rows[number] = completed_files(results[number])
    all_valid = all_valid and not any(found.values())
    second = links.write_neighbours(rows, f"{SCRATCH}/completed", computed=True)
    changed = [number for number in chunks if number in changed or is_changed(number, 1, second)]
    results |= {number: replace(results[number], rows=rows[number]) for number in changed}
    for index, result in run_tasks(executor, check_chunk_rules, context, tasks(changed, second)):
        number = changed[index]
        seen = (first.digests.get(number, ""), second.digests.get(number, ""))
        results[number] = replace(result, neighbours=seen)
    return results


def _check_links(
    context: BuildContext,
    links: Links,
    chunks: Mapping[int, Sequence[SourceDocument]],
    results: Mapping[int, ChunkResult],
) -> dict[int, list[Found]]:
    """Return what is found in references between documents, by chunk."""
    shown = open_location(context.seeds).display_path

    def file_of(number: int, doc_id: str) -> str:
        [file] = (document.annotations for document in chunks[number] if document.doc_id == doc_id)
        return shown(file.name) if file else ""

    incomplete = {doc_id for result in results.values() for doc_id in result.incomplete}
    found = links.missing_rows({number: result.rows for number, result in results.items()}, incomplete, file_of)
    for number, failure in links.cycles():
        found.setdefault(number, []).append(failure)
    return found


def complete_chunk(context: BuildContext, task: LinkedTask) -> list[Failure]:
    """Compute the columns of a chunk, compare its rows with their models, and write them again."""
    contract, _ = checked_codebook(context)
    failures = Failures(_tables(context, task))
    failures.add(task.found)
    tables, found = check_models(contract, failures.tables, ResultCache(), all_valid=task.all_valid)
    failures.add(found)
    completed = completed_files(task.result)
    write_completed_rows(context.chunk_folder, task.result.rows, completed, contract, tables)
    return found


def check_chunk_rules(context: BuildContext, task: LinkedTask) -> ChunkResult:
    """Check the rules on a chunk, explain what is found in it, and write its rows if it has no errors."""
    contract, codebook = checked_codebook(context)
    tables = _tables(context, task)
    found = [failure for failure in task.found if isinstance(failure, Failure)]
    texts = _texts(context, task)
    found += check_document_rules(contract, tables, texts, ResultCache(), all_valid=task.all_valid)
    problems = {*task.result.problems}
    if found:
        corpus = read_corpus(context.seeds, SourceListing(documents=task.documents))
        problems.update(code_documents(contract, corpus, codebook).explain(found))
    frames = {name: table.frame[: table.own_rows] for name, table in tables.items()}
    result = replace(task.result, problems=tuple(sorted(problems)))
    documents = frames[contract.document.name]
    return write_result(
        context, task.documents, frames, result, lambda: split_documents(documents, lambda doc_id: texts[doc_id].raw)
    )


def _texts(context: BuildContext, task: LinkedTask) -> Texts:
    """Return the texts of the documents of a chunk, read again, if a rule or the table of sentences reads any."""
    contract, _ = checked_codebook(context)
    if contract.sentence_table is None and not any(rule.reads_text for rule in contract.rules):
        return {}
    documents = tuple(document._replace(annotations=None) for document in task.documents)
    return dict(source_texts(read_corpus(context.seeds, SourceListing(documents=documents)), ResultCache()))


def _tables(context: BuildContext, task: LinkedTask) -> dict[str, TypedTable]:
    """Return the rows that functions of the contract see, those of the codebook included."""
    contract, codebook = checked_codebook(context)
    linked = read_linked_tables(context.chunk_folder, task.result.rows, task.neighbours, task.number, contract)
    return {**codebook.tables, **linked}
