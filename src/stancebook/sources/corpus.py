"""The files under `seeds/`, read: their texts, decoded and otherwise untouched, and digests of their bytes.

What the texts mean is not known here.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from stancebook.problems import Problem
from stancebook.sources.discovery import LIMITS, SourceListing, discover
from stancebook.sources.filesystem import Entry, Location, UnreadableError, open_location


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file a person wrote: its name as shown in problems, and its text, decoded and otherwise untouched."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class DocumentFiles:
    """A document's two files. Either is None where it is missing or unreadable; a problem then says so."""

    doc_id: str
    text: SourceFile | None
    annotations: SourceFile | None


@dataclass(frozen=True)
class Corpus:
    """The files of a survey, in its order.

    The codebook is not `whole` where something in its folder could not be read. `digests` has the SHA-256 of
    every file's bytes, by its name below seeds.
    """

    codebook: tuple[SourceFile, ...]
    complete: bool
    documents: tuple[DocumentFiles, ...]
    digests: Mapping[str, str]
    problems: tuple[Problem, ...]

    @cached_property
    def digest(self) -> str:
        """What stands for all files: equal digests, equal seeds."""
        return combined_digest(self.digests)


def load_corpus(seeds: Location) -> Corpus:
    """Read all that lies under seeds."""
    return read_corpus(seeds, discover(seeds))


def read_corpus(seeds: Location, files: SourceListing) -> Corpus:
    """Read the files of a survey, or of the part of one; its problems are among those of the corpus."""
    reader = _Reader(seeds)
    reader.expect([*files.codebook, *(entry for each in files.documents for entry in each[1:] if entry)])
    codebook = [reader.read(entry) for entry in files.codebook]
    documents = [
        DocumentFiles(doc_id, text and reader.read(text), annotations and reader.read(annotations))
        for doc_id, text, annotations in files.documents
    ]
    return Corpus(
        codebook=tuple(file for file in codebook if file is not None),
        complete=files.complete and None not in codebook,
        documents=tuple(documents),
        digests=reader.digests,
        problems=(*files.problems, *reader.problems),
    )


def combined_digest(digests: Mapping[str, str]) -> str:
    """Return the SHA-256 over the names and the SHA-256 of all files, however they were put together.

    It is that of what `sha256sum` prints of them, sorted by name.
    """
    lines = [f"{digest}  {name}\n" for name, digest in sorted(digests.items())]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


class _Reader:
    """Reads files of one folder, and collects their digests and the problems met."""

    def __init__(self, seeds: Location) -> None:
        self.folder = open_location(seeds)
        self.digests: dict[str, str] = {}
        self.problems: list[Problem] = []

    def expect(self, entries: Iterable[Entry]) -> None:
        """Say which files will be read."""
        self.folder.expect((entry.name, _limit(entry)) for entry in entries)

    def read(self, entry: Entry) -> SourceFile | None:
        """Return a file's text, or None with a problem."""
        name = self.folder.shown(entry.name)
        try:
            data = self.folder.content(entry.name, _limit(entry))
        except UnreadableError as fault:
            self.problems.append(Problem(name, 1, 1, "", *fault.args))
            return None
        self.digests[entry.name] = hashlib.sha256(data).hexdigest()
        try:
            text = data.decode()
        except UnicodeDecodeError as fault:
            self.refuse(name, data, fault.start, f"is not UTF-8: byte 0x{data[fault.start]:02x} cannot stand here")
            return None
        if "\0" in text:
            self.refuse(name, data, data.index(0), "is not text in UTF-8: byte 0x00 stands here")
            return None
        conflicts = [*_conflicts(name, text)] if "<<<<<<< " in text else []
        self.problems += conflicts
        return None if conflicts else SourceFile(name, text)

    def refuse(self, name: str, data: bytes, at: int, message: str) -> None:
        """Report the first byte of a file that is no text in UTF-8."""
        before = data[:at].decode().split("\n")
        self.problems.append(
            Problem(name, len(before), len(before[-1]) + 1, "", message, "save the file again as UTF-8")
        )


def _limit(entry: Entry) -> int:
    return LIMITS[entry.name[entry.name.rfind(".") :]]


def _conflicts(name: str, text: str) -> Iterator[Problem]:
    """Yield a problem for each conflict that a merge has marked and nobody has settled, at its first line.

    https://git-scm.com/docs/git-merge#_how_conflicts_are_presented
    """
    message = "two versions stand here that a merge left to you"
    hint = "keep one side, and delete the lines that start with <<<<<<<, ======= and >>>>>>>"
    begun, parted = 0, False
    for number, line in enumerate(text.split("\n"), start=1):
        if line.startswith("<<<<<<< "):
            begun, parted = number, False
        elif begun and line.rstrip("\r") == "=======":
            parted = True
        elif begun and parted and line.startswith(">>>>>>> "):
            yield Problem(name, begun, 1, "", message, hint)
            begun = 0
