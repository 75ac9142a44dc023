"""All chunks of a corpus, built: those in which something changed by work, the others by taking over what they gave."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from stancebook.dataset.layout import part_file
from stancebook.dataset.publish import hardlink_or_copy
from stancebook.dataset.table_stats import Part, TableStats
from stancebook.parallel.cache import fingerprint_documents
from stancebook.parallel.chunk_summary import linked_documents
from stancebook.parallel.executors import Executor
from stancebook.parallel.worker import BuildContext, ChunkResult, ChunkTask, build_chunk
from stancebook.problems import Problem
from stancebook.sources.discovery import SourceDocument

Advance = Callable[[int], None]


@dataclass(frozen=True)
class Chunk:
    """A chunk that is built: what its own files and those of its guests looked like, and what came of it."""

    own: str
    guests: str
    done: ChunkResult

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        done = self.done
        return {
            "own": self.own,
            "guests": self.guests,
            "done": {
                **{name: getattr(done, name) for name in ("files", "links", "seen", "sums")},
                "problems": [asdict(each) for each in done.problems],
                "parts": {table: asdict(each) for table, each in done.parts.items()},
                "tallies": {table: vars(each) for table, each in done.tallies.items()},
            },
        }

    @staticmethod
    def of_json(told: Mapping[str, Any]) -> Chunk:
        """Return it as it was; raise `LookupError` or `TypeError` where this is none."""
        done = dict(told["done"])
        return Chunk(
            told["own"],
            told["guests"],
            ChunkResult(
                files=done["files"],
                problems=tuple(Problem(**each) for each in done["problems"]),
                links=tuple((one, other) for one, other in done["links"]),
                parts={table: Part(**part) for table, part in done["parts"].items()},
                tallies={table: TableStats(**tally) for table, tally in done["tallies"].items()},
                seen={table: tuple(map(tuple, rows)) for table, rows in done["seen"].items()},
                sums=done["sums"],
            ),
        )


@dataclass(frozen=True)
class PreviousBuild:
    """The chunks of the last build, whose parts lie in the folder of its dataset."""

    chunks: tuple[Chunk, ...] = ()
    folder: Path = Path()


def build_chunks(
    site: BuildContext,
    chunks: Sequence[tuple[SourceDocument, ...]],
    taken: int,
    *,
    last: PreviousBuild,
    run: Executor,
    advance: Advance,
) -> list[Chunk]:
    """Return all chunks, built. Their documents were seen at the time `taken`; `advance` is told of each that is done.

    A chunk that has to do with documents of others is built once more, beside those: nobody can tell which they are
    before all have been read.
    """
    own = [fingerprint_documents(chunk, taken) for chunk in chunks]
    before = {chunk.own: chunk for chunk in last.chunks if chunk.own}
    known = {number: before[seen] for number, seen in enumerate(own) if seen in before}
    advance(sum(len(chunks[number]) for number in known))
    tasks = [ChunkTask(number, chunk) for number, chunk in enumerate(chunks) if number not in known]
    first = _worked(site, tasks, run, advance)
    links = {link for done in [*first.values(), *(chunk.done for chunk in known.values())] for link in done.links}
    guests = _guests(links, chunks)
    seen = {number: fingerprint_documents(each, taken) if each else "" for number, each in guests.items()}
    kept = {
        number: _taken_over(chunk, number, last.folder, site.out)
        for number, chunk in known.items()
        if chunk.guests == seen.get(number, "") and bool(chunk.guests) == (number in guests)
    }
    alone = {number: done for number, done in first.items() if number not in guests}
    again = [
        ChunkTask(number, chunk, guests.get(number, ()), linked=True)
        for number, chunk in enumerate(chunks)
        if number not in kept and number not in alone
    ]
    done = alone | _worked(site, again, run, lambda _: None)
    return [
        kept[number] if number in kept else Chunk(own[number], seen.get(number, ""), done[number])
        for number in range(len(chunks))
    ]


def _worked(site: BuildContext, tasks: Sequence[ChunkTask], run: Executor, advance: Advance) -> dict[int, ChunkResult]:
    """Return what came of tasks, by the numbers of their chunks."""
    done: dict[int, ChunkResult] = {}
    for at, result in run(build_chunk, [(site, task) for task in tasks]):
        done[tasks[at].number] = result
        advance(len(tasks[at].documents))
    return done


def _guests(
    links: Collection[tuple[str, str]], chunks: Sequence[tuple[SourceDocument, ...]]
) -> dict[int, tuple[SourceDocument, ...]]:
    linked = linked_documents(links, [[document.doc_id for document in chunk] for chunk in chunks])
    wanted = {doc_id for guests in linked.values() for doc_id in guests}
    found = {document.doc_id: document for chunk in chunks for document in chunk if document.doc_id in wanted}
    return {number: tuple(found[doc_id] for doc_id in guests) for number, guests in linked.items()}


def _taken_over(chunk: Chunk, number: int, old: Path, new: Path) -> Chunk:
    """Return a chunk of the last build as the one of this number in this build, its parts taken over."""
    parts = {table: reuse_part(part, part_file(table, number), old, new) for table, part in chunk.done.parts.items()}
    return replace(chunk, done=replace(chunk.done, parts=parts))


def reuse_part(part: Part, place: str, old: Path, new: Path) -> Part:
    """Return a part of the old dataset as one of the new, in another place of it."""
    (new / place).parent.mkdir(exist_ok=True)
    hardlink_or_copy(old / part.path, new / place)
    return replace(part, path=place)
