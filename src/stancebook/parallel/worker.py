"""One chunk of documents → parts of tables, counts and problems: the same in any process, on any machine."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

import pandas as pd

from stancebook.build.diagnostics import CheckedCodebook, check_codebook, check_corpus
from stancebook.build.fast_path import build_fast
from stancebook.build.integrity import document_links, tables_are_valid
from stancebook.build.writer import dataset_metadata, write_part
from stancebook.dataset.layout import part_file
from stancebook.dataset.parquet import rows_digest
from stancebook.dataset.table_stats import Part, TableStats, table_stats
from stancebook.parallel.chunk_summary import (
    Cells,
    Link,
    Sums,
    chunk_rule_inputs,
    document_id_column,
    frame_links,
    input_checksums,
)
from stancebook.problems import Problem, errors_in
from stancebook.schema.contract import Contract
from stancebook.schema.dataframes import sort_rows
from stancebook.schema.spec import Tables
from stancebook.sources.corpus import Corpus, SourceFile, combined_digest, read_corpus
from stancebook.sources.discovery import SourceDocument, SourceListing
from stancebook.sources.filesystem import Location, open_location


@dataclass(frozen=True)
class BuildContext:
    """What all chunks of a build have in common: the contract, where the seeds lie and the parts go, the codebook."""

    contract: Callable[[], Contract]
    seeds: Location
    out: Path
    codebook: tuple[SourceFile, ...]
    complete: bool  # whether nothing of the codebook's folder is missing


@dataclass(frozen=True)
class ChunkTask:
    """One chunk: its number, its documents, and its `guests`: documents of other chunks that it is linked with.

    Where `linked` is false, nobody has looked yet which those are.
    """

    number: int
    documents: tuple[SourceDocument, ...]
    guests: tuple[SourceDocument, ...] = ()
    linked: bool = False


@dataclass(frozen=True)
class ChunkResult:
    """What came of a chunk: its `parts` and their tallies by table, where nothing is in the way.

    A table of which it has no rows has no part. `files` is the digest of its files. `links` are pairs of a document of
    its own and another one that it refers to: where the task was not `linked` and one of those others is not of the
    chunk, nothing else was done. `seen` are the distinct rows that rules on the codebook look at; `sums` stand for the
    rows that derived tables read, by table and by what keeps them apart.
    """

    files: str
    problems: tuple[Problem, ...] = ()
    links: tuple[Link, ...] = ()
    parts: Mapping[str, Part] = field(default_factory=dict)
    tallies: Mapping[str, TableStats] = field(default_factory=dict)
    seen: Mapping[str, tuple[Cells, ...]] = field(default_factory=dict)
    sums: Mapping[str, Sums] = field(default_factory=dict)


def build_chunk(site: BuildContext, task: ChunkTask) -> ChunkResult:
    """Build one chunk, and write its parts where nothing is in the way.

    The quick way is tried first; what it doubts is looked at slowly, and told in problems. Parts hold the rows of the
    chunk's own documents, and depend on nothing but those, the guests, the codebook and the contract.
    """
    contract, codebook = checked_codebook(site)
    book = codebook.valid_frames
    corpus = read_corpus(site.seeds, SourceListing(documents=tuple(sorted((*task.documents, *task.guests)))))
    done = ChunkResult(_digest(corpus, task.documents))
    here = {document.doc_id for document in (*task.documents, *task.guests)}
    frames = build_fast(contract, book, corpus) if book is not None and not corpus.problems else None
    if frames is not None:
        done = replace(done, links=tuple(sorted(frame_links(contract, frames))))
        if not task.linked and _lead_away(done.links, here):
            return done
        if tables_are_valid(contract, frames):
            return _kept(site, task, contract, frames, done)
    judged = check_corpus(
        contract,
        corpus,
        codebook,
        partial=True,
        allow_external_refs=not task.linked,
        context_documents=[guest.doc_id for guest in task.guests],
    )
    done = replace(done, links=tuple(sorted(document_links(judged.tables))))
    if not task.linked and _lead_away(done.links, here):
        return done
    done = replace(done, problems=_own(site, task, judged.problems))
    halves = any(each.text is None or each.annotations is None for each in task.documents)  # as the survey has told
    if halves or errors_in(done.problems):
        return done
    frames = {name: sort_rows(table.spec, table.frame) for name, table in judged.tables.items()}
    return _kept(site, task, contract, frames, replace(done, links=tuple(sorted(frame_links(contract, frames)))))


def load_codebook(site: BuildContext) -> tuple[Contract, Tables]:
    """Return the contract and the tables of the codebook, which is in order."""
    contract, codebook = checked_codebook(site)
    return contract, codebook.valid_frames or {}


@lru_cache(maxsize=1)
def checked_codebook(site: BuildContext) -> tuple[Contract, CheckedCodebook]:
    """Return the contract and the codebook, which each process reads and checks once."""
    contract = site.contract()
    return contract, check_codebook(contract, Corpus(site.codebook, site.complete, (), {}, ()))


def _digest(corpus: Corpus, documents: Collection[SourceDocument]) -> str:
    """Return what stands for the files of some documents."""
    names = {entry.name for document in documents for entry in (document.text, document.annotations) if entry}
    return combined_digest({name: digest for name, digest in corpus.digests.items() if name in names})


def _lead_away(found: Collection[Link], here: Collection[str]) -> bool:
    """Return whether any link leads to another document than those `here`."""
    return any(other not in here for _, other in found)


def _own(site: BuildContext, task: ChunkTask, problems: Collection[Problem]) -> tuple[Problem, ...]:
    """Return the problems that are not those of a guest's files: the guest's own chunk tells them."""
    name = open_location(site.seeds).shown
    theirs = {name(entry.name) for guest in task.guests for entry in (guest.text, guest.annotations) if entry}
    return tuple(sorted({problem for problem in problems if problem.file not in theirs}))


def _kept(site: BuildContext, task: ChunkTask, contract: Contract, frames: Tables, done: ChunkResult) -> ChunkResult:
    """Write the rows of the chunk's own documents, and note what is to be known of them elsewhere."""
    own = {document.doc_id for document in task.documents}
    if task.guests:
        frames = {
            spec.name: _of(frames[spec.name], document_id_column(contract, spec), own)
            for spec in contract.document_tables
        }
    about = dataset_metadata(contract)
    parts = {
        spec.name: write_part(
            frame,
            spec,
            site.out,
            part_file(spec.name, task.number),
            digest=rows_digest(frame, spec, about),
            about=about,
        )
        for spec in contract.document_tables
        if len(frame := frames[spec.name])  # some readers stumble over a file without rows
    }
    return replace(
        done,
        links=tuple(link for link in done.links if link[0] in own),
        parts=parts,
        tallies={spec.name: table_stats(spec, frames[spec.name]) for spec in contract.document_tables},
        seen=chunk_rule_inputs(contract, frames),
        sums=input_checksums(contract, frames),
    )


def _of(frame: pd.DataFrame, column: str, documents: Collection[str]) -> pd.DataFrame:
    """Return the rows of some documents, by the column that tells whose they are."""
    return frame[frame[column].str.replace("#.*", "", regex=True).isin(documents)].reset_index(drop=True)
