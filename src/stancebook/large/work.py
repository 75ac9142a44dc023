"""One chunk of documents → parts of tables, counts and problems: the same in any process, on any machine."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

import pandas as pd

from stancebook.contract import Contract
from stancebook.dataset import about_of, write_part
from stancebook.frame import arranged
from stancebook.in_order import in_order
from stancebook.judge import judge, sound_codebook
from stancebook.keys import links
from stancebook.large.gist import Cells, Link, Sums, home, links_of, seen_in, sums_of
from stancebook.layout import part_file
from stancebook.parquet import rows_digest
from stancebook.problem import Problem, errors_among
from stancebook.quick import quick
from stancebook.seeds.corpus import Corpus, File, digest_of, read
from stancebook.seeds.storage import Place, storage_at
from stancebook.seeds.survey import Document, Survey
from stancebook.spec import Tables
from stancebook.stored import Part, Tally, tally


@dataclass(frozen=True)
class Site:
    """What all chunks of a build have in common: the contract, where the seeds lie and the parts go, the codebook."""

    contract: Callable[[], Contract]
    seeds: Place
    out: Path
    codebook: tuple[File, ...]
    whole: bool  # whether nothing of the codebook's folder is missing


@dataclass(frozen=True)
class Task:
    """One chunk: its number, its documents, and its `guests`: documents of other chunks that it is linked with.

    Where `linked` is false, nobody has looked yet which those are.
    """

    number: int
    documents: tuple[Document, ...]
    guests: tuple[Document, ...] = ()
    linked: bool = False


@dataclass(frozen=True)
class Done:
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
    tallies: Mapping[str, Tally] = field(default_factory=dict)
    seen: Mapping[str, tuple[Cells, ...]] = field(default_factory=dict)
    sums: Mapping[str, Sums] = field(default_factory=dict)


def work(site: Site, task: Task) -> Done:
    """Build one chunk, and write its parts where nothing is in the way.

    The quick way is tried first; what it doubts is looked at slowly, and told in problems. Parts hold the rows of the
    chunk's own documents, and depend on nothing but those, the guests, the codebook and the contract.
    """
    contract, codebook, book = _prepared(site)
    corpus = read(site.seeds, Survey(documents=tuple(sorted((*task.documents, *task.guests)))))
    done = Done(_digest(corpus, task.documents))
    here = {document.doc_id for document in (*task.documents, *task.guests)}
    frames = quick(contract, book, corpus) if book is not None and not corpus.problems else None
    if frames is not None:
        done = replace(done, links=tuple(sorted(links_of(contract, frames))))
        if not task.linked and _lead_away(done.links, here):
            return done
        if in_order(contract, frames):
            return _kept(site, task, contract, frames, done)
    judged = judge(
        contract,
        with_codebook(corpus, codebook),
        part=True,
        elsewhere=not task.linked,
        guests=[guest.doc_id for guest in task.guests],
    )
    done = replace(done, links=tuple(sorted(links(judged.tables))))
    if not task.linked and _lead_away(done.links, here):
        return done
    done = replace(done, problems=_own(site, task, judged.problems))
    halves = any(each.text is None or each.annotations is None for each in task.documents)  # as the survey has told
    if halves or errors_among(done.problems):
        return done
    frames = {name: arranged(table.spec, table.frame) for name, table in judged.tables.items()}
    return _kept(site, task, contract, frames, replace(done, links=tuple(sorted(links_of(contract, frames)))))


def codebook_of(site: Site) -> tuple[Contract, Tables]:
    """Return the contract and the tables of the codebook, which is in order."""
    contract, _, tables = _prepared(site)
    return contract, tables or {}


def with_codebook(documents: Corpus, codebook: Corpus) -> Corpus:
    """Return documents that were read by themselves as a corpus with its codebook."""
    return replace(documents, codebook=codebook.codebook, whole=codebook.whole)


@lru_cache(maxsize=1)
def _prepared(site: Site) -> tuple[Contract, Corpus, Tables | None]:
    """Return the contract, the codebook as files, and as tables if it is in order."""
    contract = site.contract()
    codebook = Corpus(site.codebook, site.whole, (), {}, ())
    return contract, codebook, sound_codebook(contract, codebook)


def _digest(corpus: Corpus, documents: Collection[Document]) -> str:
    """Return what stands for the files of some documents."""
    names = {entry.name for document in documents for entry in (document.text, document.annotations) if entry}
    return digest_of({name: digest for name, digest in corpus.digests.items() if name in names})


def _lead_away(found: Collection[Link], here: Collection[str]) -> bool:
    """Return whether any link leads to another document than those `here`."""
    return any(other not in here for _, other in found)


def _own(site: Site, task: Task, problems: Collection[Problem]) -> tuple[Problem, ...]:
    """Return the problems that are not those of a guest's files: the guest's own chunk tells them."""
    name = storage_at(site.seeds).shown
    theirs = {name(entry.name) for guest in task.guests for entry in (guest.text, guest.annotations) if entry}
    return tuple(sorted({problem for problem in problems if problem.file not in theirs}))


def _kept(site: Site, task: Task, contract: Contract, frames: Tables, done: Done) -> Done:
    """Write the rows of the chunk's own documents, and note what is to be known of them elsewhere."""
    own = {document.doc_id for document in task.documents}
    if task.guests:
        frames = {spec.name: _of(frames[spec.name], home(contract, spec), own) for spec in contract.of_documents}
    about = about_of(contract)
    parts = {
        spec.name: write_part(
            frame,
            spec,
            site.out,
            part_file(spec.name, task.number),
            digest=rows_digest(frame, spec, about),
            about=about,
        )
        for spec in contract.of_documents
        if len(frame := frames[spec.name])  # some readers stumble over a file without rows
    }
    return replace(
        done,
        links=tuple(link for link in done.links if link[0] in own),
        parts=parts,
        tallies={spec.name: tally(spec, frames[spec.name]) for spec in contract.of_documents},
        seen=seen_in(contract, frames),
        sums=sums_of(contract, frames),
    )


def _of(frame: pd.DataFrame, column: str, documents: Collection[str]) -> pd.DataFrame:
    """Return the rows of some documents, by the column that tells whose they are."""
    return frame[frame[column].str.replace("#.*", "", regex=True).isin(documents)].reset_index(drop=True)
