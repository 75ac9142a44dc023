"""Read source files: decoded texts, digests of their bytes, and problems of files that are not text."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from stancebook.problems import Problem
from stancebook.sources.discovery import MAX_FILE_BYTES, SourceListing, discover
from stancebook.sources.filesystem import Entry, Location, UnreadableError, open_location


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file's path as displayed in problems, and its decoded text, otherwise unchanged."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class DocumentFiles:
    """The two files of a document. Either is None if it is missing or unreadable, which a problem reports."""

    doc_id: str
    text: SourceFile | None
    annotations: SourceFile | None


@dataclass(frozen=True)
class Corpus:
    """The contents of the files in a listing.

    Attributes:
        codebook: The readable files of the codebook.
        complete: Whether that is all of the codebook.
        documents: The documents, in the order of the listing.
        digests: The SHA-256 of each file's bytes in hexadecimal, by its path below the folder of sources.
        problems: The problems of the listing, and of files that cannot be read or decoded.
    """

    codebook: tuple[SourceFile, ...]
    complete: bool
    documents: tuple[DocumentFiles, ...]
    digests: Mapping[str, str]
    problems: tuple[Problem, ...]

    @cached_property
    def digest(self) -> str:
        """The digest of all files: equal if and only if names and bytes are equal."""
        return combined_digest(self.digests)


def load_corpus(seeds: Location) -> Corpus:
    """List and read all files of a folder of sources."""
    return read_corpus(seeds, discover(seeds))


def read_corpus(seeds: Location, listing: SourceListing) -> Corpus:
    """Read the files of a listing.

    Args:
        seeds: The folder of sources that was listed.
        listing: The whole listing, or a part of it.

    Returns:
        Their contents; problems of the listing are included.
    """
    reader = _FileReader(seeds)
    reader.prefetch([*listing.codebook, *(entry for document in listing.documents for entry in document[1:] if entry)])
    codebook = [reader.read(entry) for entry in listing.codebook]
    documents = [
        DocumentFiles(doc_id, text and reader.read(text), annotations and reader.read(annotations))
        for doc_id, text, annotations in listing.documents
    ]
    return Corpus(
        codebook=tuple(file for file in codebook if file is not None),
        complete=listing.complete and None not in codebook,
        documents=tuple(documents),
        digests=reader.digests,
        problems=(*listing.problems, *reader.problems),
    )


def combined_digest(digests: Mapping[str, str]) -> str:
    """Return one SHA-256 for all files, in any order.

    It is the digest of what `sha256sum` prints for them, sorted by name.

    Args:
        digests: The SHA-256 of each file in hexadecimal, by name.
    """
    lines = [f"{digest}  {name}\n" for name, digest in sorted(digests.items())]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


class _FileReader:
    """Reads files of one folder, and collects digests and problems."""

    def __init__(self, seeds: Location) -> None:
        self.folder = open_location(seeds)
        self.digests: dict[str, str] = {}
        self.problems: list[Problem] = []

    def prefetch(self, entries: Iterable[Entry]) -> None:
        self.folder.prefetch((entry.name, _limit(entry)) for entry in entries)

    def read(self, entry: Entry) -> SourceFile | None:
        """Return a file's text; report it and return None if it is not text, or has unresolved merge conflicts."""
        name = self.folder.display_path(entry.name)
        try:
            data = self.folder.read_bytes(entry.name, _limit(entry))
        except UnreadableError as error:
            self.problems.append(Problem(name, 1, 1, "", *error.args))
            return None
        self.digests[entry.name] = hashlib.sha256(data).hexdigest()
        file, problems = decode_source(name, data)
        self.problems += problems
        return file


def decode_source(name: str, data: bytes) -> tuple[SourceFile | None, list[Problem]]:
    """Decode a file.

    Args:
        name: Its path as displayed in problems.
        data: Its content.

    Returns:
        The file, and no problem; or None and its problems, if it is not text, or has unresolved merge conflicts.
    """
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        message = "is not UTF-8: byte 0x{:02x} is not allowed here"
        return None, [_wrong_byte(name, data, error.start, message)]
    if "\0" in text:
        return None, [_wrong_byte(name, data, data.index(0), "is not text in UTF-8: byte 0x{:02x} is here")]
    conflicts = [*_merge_conflicts(name, text)] if "<<<<<<< " in text else []
    return (None if conflicts else SourceFile(name, text)), conflicts


def _wrong_byte(name: str, data: bytes, offset: int, message: str) -> Problem:
    """Return the problem of the first byte of a file that is not text in UTF-8."""
    before = data[:offset].decode().split("\n")
    hint = "save the file again as UTF-8"
    return Problem(name, len(before), len(before[-1]) + 1, "", message.format(data[offset]), hint)


def _limit(entry: Entry) -> int:
    return MAX_FILE_BYTES[entry.name[entry.name.rfind(".") :]]


def _merge_conflicts(name: str, text: str) -> Iterator[Problem]:
    """Yield a problem for the first line of each unresolved merge conflict.

    https://git-scm.com/docs/git-merge#_how_conflicts_are_presented
    """
    message = "a merge conflict is not resolved: two versions follow"
    hint = "keep one version, and delete the lines that start with <<<<<<<, ======= and >>>>>>>"
    start, separated = 0, False
    for number, line in enumerate(text.split("\n"), start=1):
        if line.startswith("<<<<<<< "):
            start, separated = number, False
        elif start and line.rstrip("\r") == "=======":
            separated = True
        elif start and separated and line.startswith(">>>>>>> "):
            yield Problem(name, start, 1, "", message, hint)
            start = 0


def text_reader(seeds: Location) -> Callable[[str], str | None]:
    """Return a function that reads the text of a document, given its ID: None if it is missing or is not UTF-8."""
    folder = open_location(seeds)
    entries = {document.doc_id: document.text for document in discover(seeds).documents}

    @lru_cache(maxsize=16)
    def read(doc_id: str) -> str | None:
        entry = entries.get(doc_id)
        try:
            return None if entry is None else folder.read_bytes(entry.name, _limit(entry)).decode()
        except (UnreadableError, UnicodeDecodeError):
            return None

    return read
