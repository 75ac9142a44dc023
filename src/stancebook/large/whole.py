"""A corpus of any size → a dataset in a folder: at once where it is one chunk, else chunk by chunk."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stancebook.account import Account, account
from stancebook.build import Build, build_of
from stancebook.contract import Contract
from stancebook.dataset import clear_unfinished, complete, write
from stancebook.frame import from_rows
from stancebook.judge import judge, told_twice
from stancebook.large.chunks import Advance, Chunk, Last, build_chunks
from stancebook.large.crew import Crew, crew
from stancebook.large.derived import Group, Groups, derive_all
from stancebook.large.gist import seen_by_all
from stancebook.large.join import joined, stand_twice
from stancebook.large.memo import Memo
from stancebook.large.work import Done, Site, codebook_of, with_codebook
from stancebook.problem import Problem, errors_among, told_once
from stancebook.seeds.corpus import Corpus, digest_of, read
from stancebook.seeds.cut import cut
from stancebook.seeds.storage import Place, absolute
from stancebook.seeds.survey import Document, Survey
from stancebook.stored import Part, Stored, Tally, tally

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True)
class Plan:
    """How a build is to be made.

    `jobs` is the number of processes, or None for as many as are worth it; `cluster` the address of a Dask scheduler
    whose workers do it instead. `memo` says what may be taken over of the dataset that lies in `old`. `progress` is
    told how many documents there are, and gives what is to be told how many more are done.
    """

    jobs: int | None = None
    cluster: str | None = None
    memo: Memo | None = None
    old: Path = Path()
    progress: Callable[[int], AbstractContextManager[Advance]] = lambda _: nullcontext(lambda _: None)


@dataclass(frozen=True)
class Made:
    """What came of a build: its problems and, where none is an error, its account and what it leaves to do.

    `write` writes what is not written yet; `built` are the tables, where they are in memory. `codebook`, `chunks` and
    `derived` are for the memo.
    """

    problems: list[Problem]
    account: Account | None = None
    write: Callable[[], None] = lambda: None
    built: Build | None = None
    codebook: str = ""
    chunks: tuple[Mapping[str, Any], ...] = ()
    derived: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def errors(self) -> list[Problem]:
        """The problems that stand in the way of tables."""
        return errors_among(self.problems)


def make(contract: Callable[[], Contract], seeds: Place, found: Survey, new: Path, plan: Plan) -> Made:
    """Build what a survey found below `seeds` into the empty folder `new`."""
    chunks = [found.documents[each] for each in cut([document.doc_id for document in found.documents])]
    if len(chunks) > 1:
        return _chunk_by_chunk(contract, seeds, found, chunks, new=new, plan=plan)
    built = build_of(contract(), read(seeds, found))
    if built.errors:
        return Made(built.problems)
    return Made(built.problems, built.account, lambda: write(built, new), built)


def _chunk_by_chunk(
    contract_of: Callable[[], Contract],
    seeds: Place,
    found: Survey,
    chunks: Sequence[tuple[Document, ...]],
    *,
    new: Path,
    plan: Plan,
) -> Made:
    contract, codebook = contract_of(), read(seeds, replace(found, documents=()))
    site = Site(contract_of, absolute(seeds), new.absolute(), codebook.codebook, codebook.whole)
    memo = plan.memo if plan.memo is not None and plan.memo.codebook == codebook.digest else None
    with _crew(plan, site, found) as run, joined(site.out) as database:
        with plan.progress(len(found.documents)) as advance:
            built = build_chunks(site, chunks, found.taken, last=_last_chunks(memo, plan.old), run=run, advance=advance)
        done = [chunk.done for chunk in built]
        problems = _problems(site, codebook, found, done, database)
        if errors := errors_among(problems):
            return Made(errors)
        derived = derive_all(contract, site, done, last=_last_groups(memo), old=plan.old, database=database, run=run)
    stored = _stored(contract, done, derived)
    tables = {
        **{spec.name: tally(spec, codebook_of(site)[1][spec.name]) for spec in contract.of_codebook},
        **{name: each.tally for name, each in stored.items()},
    }
    files = {
        "codebook": codebook.digest,
        **{chunk[0].doc_id: each.files for chunk, each in zip(chunks, done, strict=True)},
    }
    return Made(
        problems,
        account(contract, tables, len(found.documents), len(found.codebook)),
        lambda: _finish(site, stored, digest_of(files)),
        None,
        codebook.digest,
        tuple(chunk.as_json() for chunk in built),
        {name: {value: group.as_json() for value, group in groups.items()} for name, groups in derived.items()},
    )


def _crew(plan: Plan, site: Site, found: Survey) -> AbstractContextManager[Crew]:
    """Return who is to do the work: the workers of a cluster that was asked for, or processes of this machine."""
    if plan.cluster:
        from stancebook.large.cluster import cluster

        return cluster(plan.cluster, site, replace(found, documents=()))
    return crew(plan.jobs)


def _last_chunks(memo: Memo | None, old: Path) -> Last:
    return Last(tuple(map(Chunk.of_json, memo.chunks)), old) if memo else Last()


def _last_groups(memo: Memo | None) -> dict[str, Groups]:
    last = memo.derived if memo else {}
    return {table: {value: Group.of_json(each) for value, each in groups.items()} for table, groups in last.items()}


def _problems(
    site: Site,
    codebook: Corpus,
    found: Survey,
    done: Sequence[Done],
    database: DuckDBPyConnection,
) -> list[Problem]:
    """Return all problems, each once; those that all documents are needed for only where nothing else is wrong."""
    contract = site.contract()
    problems = [*codebook.problems, *(problem for each in done for problem in each.problems)]
    if not errors_among(problems):
        documents = contract.document.name
        twice = set(stand_twice(database, [site.out / each.parts[documents].path for each in done]))
        if alike := tuple(document for document in found.documents if document.doc_id in twice):
            corpus = with_codebook(read(site.seeds, Survey(documents=alike)), codebook)
            problems += told_twice(contract, corpus)
    if errors_among(problems):
        problems += judge(contract, codebook, {}, part=True).problems
    else:
        problems += judge(contract, codebook, seen_by_all(contract, [each.seen for each in done])).problems
    return told_once(problems)


def _stored(contract: Contract, done: Sequence[Done], derived: Mapping[str, Groups]) -> dict[str, Stored]:
    """Return the tables that lie in parts."""
    coded = {
        spec.name: _together([(each.parts.get(spec.name), each.tallies[spec.name]) for each in done])
        for spec in contract.of_documents
    }
    groups = {name: _together([(each.part, each.tally) for each in of.values()]) for name, of in derived.items()}
    return {**coded, **groups}


def _together(pieces: Sequence[tuple[Part | None, Tally]]) -> Stored:
    parts, tallies = zip(*pieces, strict=True)
    return Stored(tuple(filter(None, parts)), sum(tallies, start=Tally()))


def _finish(site: Site, parted: Mapping[str, Stored], seeds: str) -> None:
    """Write the tables that are one file, of the codebook and without rows, and what the dataset says of itself."""
    contract, codebook = codebook_of(site)
    none = {name: from_rows(contract.tables[name], []) for name, each in parted.items() if not each.parts}
    complete(contract, {**codebook, **none}, parted, site.out, seeds=seeds)
    clear_unfinished(site.out)
