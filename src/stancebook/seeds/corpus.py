"""The files under `seeds/`, read: their texts, decoded and otherwise untouched, and digests of their bytes.

What the texts mean is not known here.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from stancebook.problem import Problem
from stancebook.seeds.storage import Entry, Place, UnreadableError, storage_at
from stancebook.seeds.survey import LIMITS, Survey, survey


@dataclass(frozen=True, slots=True)
class File:
    """A file a person wrote: its name as shown in problems, and its text, decoded and otherwise untouched."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A document's two files. Either is None where it is missing or unreadable; a problem then says so."""

    doc_id: str
    text: File | None
    annotations: File | None


@dataclass(frozen=True)
class Corpus:
    """The files of a survey, in its order.

    The codebook is not `whole` where something in its folder could not be read. `digests` has the SHA-256 of
    every file's bytes, by its name below seeds.
    """

    codebook: tuple[File, ...]
    whole: bool
    documents: tuple[Pair, ...]
    digests: Mapping[str, str]
    problems: tuple[Problem, ...]

    @cached_property
    def digest(self) -> str:
        """What stands for all files: equal digests, equal seeds."""
        return digest_of(self.digests)


def find(seeds: Place) -> Corpus:
    """Read all that lies under seeds."""
    return read(seeds, survey(seeds))


def read(seeds: Place, files: Survey) -> Corpus:
    """Read the files of a survey, or of the part of one; its problems are among those of the corpus."""
    reader = _Reader(seeds)
    reader.expect([*files.codebook, *(entry for each in files.documents for entry in each[1:] if entry)])
    codebook = [reader.read(entry) for entry in files.codebook]
    documents = [
        Pair(doc_id, text and reader.read(text), annotations and reader.read(annotations))
        for doc_id, text, annotations in files.documents
    ]
    return Corpus(
        codebook=tuple(file for file in codebook if file is not None),
        whole=files.whole and None not in codebook,
        documents=tuple(documents),
        digests=reader.digests,
        problems=(*files.problems, *reader.problems),
    )


def digest_of(digests: Mapping[str, str]) -> str:
    """Return the SHA-256 over the names and the SHA-256 of all files, however they were put together.

    It is that of what `sha256sum` prints of them, sorted by name.
    """
    lines = [f"{digest}  {name}\n" for name, digest in sorted(digests.items())]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


class _Reader:
    """Reads files of one folder, and collects their digests and the problems met."""

    def __init__(self, seeds: Place) -> None:
        self.folder = storage_at(seeds)
        self.digests: dict[str, str] = {}
        self.problems: list[Problem] = []

    def expect(self, entries: Iterable[Entry]) -> None:
        """Say which files will be read."""
        self.folder.expect((entry.name, _limit(entry)) for entry in entries)

    def read(self, entry: Entry) -> File | None:
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
        return None if conflicts else File(name, text)

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
