"""Build one chunk of documents, in any process on any machine: its rows, its statistics and its problems."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

import pandas as pd

from stancebook.build.coded_table import frames_of
from stancebook.build.integrity import Link, document_id_column, document_links
from stancebook.build.pipeline import CheckedCodebook, check_codebook, check_corpus
from stancebook.build.writer import dataset_metadata, write_part
from stancebook.dataset.parquet import rows_digest
from stancebook.dataset.table_stats import Part, TableStats, table_stats
from stancebook.parallel.chunk_summary import (
    Cells,
    Checksums,
    chunk_rule_inputs,
    input_checksums,
)
from stancebook.problems import Problem, errors_in
from stancebook.schema.contract import Contract
from stancebook.schema.dataframes import sort_rows
from stancebook.schema.spec import Tables, TableSpec
from stancebook.sources.corpus import Corpus, SourceFile, combined_digest, read_corpus
from stancebook.sources.discovery import SourceDocument, SourceListing
from stancebook.sources.filesystem import Location, open_location


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
        context_documents: Documents of other chunks that are in a connected component with its own; they are read, but
            their rows and problems belong to their own chunks.
        linked: Whether `context_documents` are known; they are not in the first pass.
    """

    number: int
    documents: tuple[SourceDocument, ...]
    context_documents: tuple[SourceDocument, ...] = ()
    linked: bool = False

    @property
    def all_documents(self) -> tuple[SourceDocument, ...]:
        """All documents to read, sorted."""
        return tuple(sorted((*self.documents, *self.context_documents)))


@dataclass(frozen=True)
class ChunkResult:
    """What building a chunk gave.

    There are no parts if the chunk has errors. In the first pass, if a document refers to one outside the chunk, only
    `files_digest` and `links` are set: the chunk must be built again.

    Attributes:
        files_digest: The digest of the contents of its files.
        problems: Its errors and warnings.
        links: Pairs of a document of the chunk and another one that it refers to, in the chunk or not.
        parts: The files of its rows by table, in the folder of chunks; an empty table has none.
        stats: The statistics of its rows by table.
        rule_inputs: The distinct rows that rules on the codebook inspect, by table.
        checksums: The checksums of what each derived table reads, by derived table.
    """

    files_digest: str
    problems: tuple[Problem, ...] = ()
    links: tuple[Link, ...] = ()
    parts: Mapping[str, Part] = field(default_factory=dict)
    stats: Mapping[str, TableStats] = field(default_factory=dict)
    rule_inputs: Mapping[str, tuple[Cells, ...]] = field(default_factory=dict)
    checksums: Mapping[str, Checksums] = field(default_factory=dict)


def build_chunk(context: BuildContext, task: ChunkTask) -> ChunkResult:
    """Build one chunk, and write its rows if it has no errors.

    The rows depend on nothing but the documents of the chunk, the context documents, the codebook and the contract.
    """
    contract, codebook = checked_codebook(context)
    corpus = read_corpus(context.seeds, SourceListing(documents=task.all_documents))
    known = {document.doc_id for document in task.all_documents}
    checked = check_corpus(
        contract,
        corpus,
        codebook,
        partial=True,
        allow_external_refs=not task.linked,
        context_documents=[document.doc_id for document in task.context_documents],
    )
    frames = frames_of(checked.tables)
    result = ChunkResult(_digest_files(corpus, task.documents), links=tuple(sorted(document_links(contract, frames))))
    if not task.linked and _has_external_link(result.links, known):
        return result
    result = replace(result, problems=_own_problems(context, task, checked.problems))
    unpaired = any(document.text is None or document.annotations is None for document in task.documents)
    if unpaired or errors_in(result.problems):  # discovery reports a document without its text or its annotations
        return result
    frames = {name: sort_rows(contract.tables[name], frame) for name, frame in frames.items()}
    return _write_tables(context, task, contract, frames, result)


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


def _digest_files(corpus: Corpus, documents: Collection[SourceDocument]) -> str:
    names = {file.name for document in documents for file in (document.text, document.annotations) if file}
    return combined_digest({name: digest for name, digest in corpus.digests.items() if name in names})


def _has_external_link(links: Collection[Link], known: Collection[str]) -> bool:
    return any(target not in known for _, target in links)


def _own_problems(context: BuildContext, task: ChunkTask, problems: Collection[Problem]) -> tuple[Problem, ...]:
    """Return the problems without those in files of context documents, which the chunks of these report."""
    shown = open_location(context.seeds).display_path
    others = {
        shown(file.name)
        for document in task.context_documents
        for file in (document.text, document.annotations)
        if file
    }
    return tuple(sorted({problem for problem in problems if problem.file not in others}))


def _write_tables(
    context: BuildContext, task: ChunkTask, contract: Contract, frames: Tables, result: ChunkResult
) -> ChunkResult:
    """Write the rows of the chunk's own documents, and return the result with all that summarizes them."""
    own = {document.doc_id for document in task.documents}
    if task.context_documents:
        frames = {
            spec.name: _rows_of(frames[spec.name], document_id_column(contract, spec), own)
            for spec in contract.document_tables
        }
    parts = {
        spec.name: write_rows(context, contract, spec, frame)
        for spec in contract.document_tables
        if len(frame := frames[spec.name])
    }
    return replace(
        result,
        links=tuple(link for link in result.links if link[0] in own),
        parts=parts,
        stats={spec.name: table_stats(spec, frames[spec.name]) for spec in contract.document_tables},
        rule_inputs=chunk_rule_inputs(contract, frames),
        checksums=input_checksums(contract, frames),
    )


def _rows_of(frame: pd.DataFrame, column: str, doc_ids: Collection[str]) -> pd.DataFrame:
    """Return the rows of some documents; `column` holds their ids, or keys that start with them."""
    return frame[frame[column].str.replace("#.*", "", regex=True).isin(doc_ids)].reset_index(drop=True)
