"""Build one chunk of documents, in any process on any machine: its rows, its statistics and its problems."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

import pandas as pd

from stancebook.build.coded_table import IncompleteSources
from stancebook.build.integrity import check_references, document_references
from stancebook.build.pipeline import CheckedCodebook, check_codebook, check_documents, code_documents
from stancebook.build.sentence_table import SentencesByDocument, sentence_tables
from stancebook.build.writer import dataset_metadata, write_part
from stancebook.dataset.parquet import rows_digest
from stancebook.dataset.table_stats import Part, TableStats, table_stats
from stancebook.parallel.chunk_summary import (
    Cells,
    Checksums,
    chunk_rule_inputs,
    input_checksums,
)
from stancebook.parallel.linked_rows import REFERENCES, RowFiles, write_arrow, write_coded_rows
from stancebook.problems import Problem, errors_in
from stancebook.schema.contract import Contract
from stancebook.schema.dataframes import sort_rows
from stancebook.schema.spec import Tables, TableSpec
from stancebook.sources.corpus import Corpus, SourceFile, read_corpus
from stancebook.sources.discovery import SourceDocument, SourceListing
from stancebook.sources.filesystem import Location

SCRATCH = ".scratch"  # a folder in the folder of chunks for files that are needed only during a build


@dataclass(frozen=True)
class BuildContext:
    """What all tasks of a build have in common.

    Attributes:
        contract: A module-level function that returns the contract.
        seeds: The absolute folder of the seeds, or their address.
        folder: The absolute folder that the dataset is written into.
        chunk_folder: The absolute folder for the rows of chunks, from which the dataset is assembled.
        codebook: The files of the codebook.
        codebook_complete: Whether all files of the codebook could be read.
    """

    contract: Callable[[], Contract]
    seeds: Location
    folder: Path
    chunk_folder: Path
    codebook: tuple[SourceFile, ...]
    codebook_complete: bool


@dataclass(frozen=True)
class ChunkTask:
    """One chunk to build.

    Attributes:
        number: The index of the chunk.
        documents: Its documents.
        linked: Whether documents of other chunks refer to its own.
    """

    number: int
    documents: tuple[SourceDocument, ...]
    linked: bool = False


@dataclass(frozen=True)
class ChunkResult:
    """What building a chunk gave.

    There are no parts if the chunk has errors, or if it is linked to others and not yet completed.

    Attributes:
        files_digest: The digest of the contents of its files.
        problems: Its errors and warnings.
        external: The ids of documents outside the chunk that its rows refer to.
        incomplete: The ids of its documents that could not be read completely.
        words_digests: For each of its documents, a number that texts have in common which differ in white space only.
        rows: If it is linked to other chunks, the files of its rows as `linked_rows` reads them.
        neighbours: Then also the digests of the rows of others that its functions see in each of two steps.
        parts: The files of its rows by table, in the folder of chunks; an empty table has none.
        stats: The statistics of its rows by table.
        rule_inputs: The distinct rows that rules on the codebook inspect, by table.
        checksums: The checksums of what each derivation reads, by its name.
    """

    files_digest: str
    problems: tuple[Problem, ...] = ()
    external: tuple[str, ...] = ()
    incomplete: tuple[str, ...] = ()
    words_digests: tuple[int, ...] = ()
    rows: RowFiles = field(default_factory=dict)
    neighbours: tuple[str, ...] = ()
    parts: Mapping[str, Part] = field(default_factory=dict)
    stats: Mapping[str, TableStats] = field(default_factory=dict)
    rule_inputs: Mapping[str, tuple[Cells, ...]] = field(default_factory=dict)
    checksums: Mapping[str, Checksums] = field(default_factory=dict)


def build_chunk(context: BuildContext, task: ChunkTask) -> ChunkResult:
    """Build one chunk, and write its rows if it has no errors.

    The rows depend on nothing but the documents of the chunk, the codebook and the contract. The rows of a chunk that
    is linked to others are only coded: `linked_build` completes them.
    """
    contract, codebook = checked_codebook(context)
    corpus = read_corpus(context.seeds, SourceListing(documents=task.documents))
    coded = code_documents(contract, corpus, codebook)
    references = document_references(contract, coded.tables, coded.failures.found)
    own = [document.doc_id for document in task.documents]
    external = sorted({*references["target_document"].unique().to_pylist()}.difference(own))
    texts = [coded.texts[doc_id] for doc_id in own if doc_id in coded.texts]
    result = ChunkResult(
        corpus.digest,
        external=tuple(external),
        incomplete=tuple(sorted(coded.incomplete)),
        words_digests=tuple(text.words_digest for text in texts),
    )
    if not external and not task.linked:
        frames, problems = check_documents(contract, coded, codebook, partial=True)
        result = _with_problems(result, problems)
        return write_result(context, task.documents, frames, result, coded.sentences)
    incomplete = IncompleteSources(codebook.incomplete, partial=True, codebook_checked=True)
    coded.failures.add(check_references(coded.tables, contract.codebook_tables, incomplete))
    result = _with_problems(result, [*coded.problems, *coded.explain(coded.failures.found)])
    rows = {spec.name: f"{SCRATCH}/rows/{spec.name}-{corpus.digest}.parquet" for spec in contract.document_tables}
    write_coded_rows(context.chunk_folder, rows, contract, coded.tables)
    rows[REFERENCES] = f"{REFERENCES}-{corpus.digest}.parquet"
    write_arrow(context.chunk_folder / rows[REFERENCES], references)
    return replace(result, rows=rows)


def completed_files(result: ChunkResult) -> dict[str, str]:
    """Return the files of the rows of a linked chunk once it is completed."""
    return {name: f"{name}-rows-{result.files_digest}.parquet" for name in result.rows} | {
        REFERENCES: result.rows[REFERENCES]
    }


def _with_problems(result: ChunkResult, problems: Iterable[Problem]) -> ChunkResult:
    return replace(result, problems=tuple(sorted({*problems})))


def write_rows(context: BuildContext, contract: Contract, spec: TableSpec, frame: pd.DataFrame) -> Part:
    """Write rows of a table into the folder of chunks, as a file that is named by the digest of the rows."""
    digest = rows_digest(frame, spec, dataset_metadata(contract))
    return write_part(frame, spec, context.chunk_folder, f"{spec.name}-{digest}.parquet", digest=digest, about={})


def load_codebook(context: BuildContext) -> tuple[Contract, Tables]:
    """Return the contract and the tables of the codebook, which must be valid."""
    contract, codebook = checked_codebook(context)
    return contract, codebook.valid_frames or {}


@lru_cache(maxsize=1)
def checked_codebook(context: BuildContext) -> tuple[Contract, CheckedCodebook]:
    """Return the contract and the codebook, which each process reads and checks once."""
    contract = context.contract()
    return contract, check_codebook(contract, Corpus(context.codebook, context.codebook_complete, (), {}, ()))


def write_result(
    context: BuildContext,
    documents: Collection[SourceDocument],
    frames: Tables,
    result: ChunkResult,
    split: Callable[[], SentencesByDocument],
) -> ChunkResult:
    """Write the rows of a chunk unless it has errors, and return the result with all that summarizes them.

    Args:
        context: The context of the build.
        documents: The documents of the chunk.
        frames: Their tables.
        result: What is known of the chunk.
        split: Returns the sentences of their texts, if the contract has a table of them.
    """
    contract, _ = checked_codebook(context)
    unpaired = any(document.text is None or document.annotations is None for document in documents)
    if unpaired or errors_in(result.problems):  # discovery reports a document without its text or its annotations
        return result
    frames = {**frames, **sentence_tables(contract, split)}
    frames = {name: sort_rows(contract.tables[name], frame) for name, frame in frames.items()}
    parts = {
        spec.name: write_rows(context, contract, spec, frame)
        for spec in contract.text_tables
        if len(frame := frames[spec.name])
    }
    return replace(
        result,
        parts=parts,
        stats={spec.name: table_stats(spec, frames[spec.name]) for spec in contract.text_tables},
        rule_inputs=chunk_rule_inputs(contract, frames),
        checksums=input_checksums(contract, frames),
    )
