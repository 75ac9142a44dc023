"""The files under `seeds/`: found, paired, read as bytes and decoded; what they mean is not known here."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from stancebook.problem import Problem
from stancebook.spec import KEY

CODEBOOK = "codebook"
DOCUMENTS = "documents"
TEXT, ANNOTATIONS = ".txt", ".yaml"


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
    """All files of a seeds folder, sorted by name.

    `digest` is the SHA-256 over every file's name and bytes: equal digests, equal seeds.
    """

    codebook: tuple[File, ...]
    documents: tuple[Pair, ...]
    digest: str
    problems: tuple[Problem, ...]


def find(seeds: Path) -> Corpus:
    """Read `seeds/codebook/*.yaml` and the pairs under `seeds/documents`."""
    shelf = _Shelf(seeds)
    if not seeds.is_dir():
        shelf.report(seeds, "is not a folder", f"expected a folder with {CODEBOOK}/ and {DOCUMENTS}/ in it")
    codebook = [shelf.read(path) for path in _files(seeds / CODEBOOK) if shelf.knows(path, ANNOTATIONS)]
    documents = list(_pairs(shelf, seeds / DOCUMENTS))
    if seeds.is_dir() and not documents:
        shelf.report(
            seeds / DOCUMENTS,
            "holds no document",
            f"put <name>{TEXT} and <name>{ANNOTATIONS} there, side by side",
        )
    return Corpus(
        codebook=tuple(file for file in codebook if file is not None),
        documents=tuple(documents),
        digest=shelf.digest.hexdigest(),
        problems=tuple(shelf.problems),
    )


def shown(path: Path) -> str:
    """Return a path as a person would name it: from the folder they stand in, if it lies below that."""
    absolute = path.absolute()
    return (absolute.relative_to(Path.cwd()) if absolute.is_relative_to(Path.cwd()) else absolute).as_posix()


def named(folder: Path) -> str:
    """Return a folder's name as a person would write it."""
    return f"{shown(folder)}/"


class _Shelf:
    """Reads files of one folder, and keeps the running digest and the problems met."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.digest = hashlib.sha256()
        self.problems: list[Problem] = []

    def report(self, path: Path, message: str, hint: str, line: int = 1, column: int = 1) -> None:
        self.problems.append(Problem(shown(path), line, column, "", message, hint))

    def knows(self, path: Path, *endings: str) -> bool:
        try:
            path.name.encode()
        except UnicodeEncodeError:
            self.report(path, "has a name that is not UTF-8", "name the file in plain letters")
            return False
        if path.suffix in endings:
            return True
        self.report(path, "is not a file that a build reads", f"expected a name that ends in {' or '.join(endings)}")
        return False

    def read(self, path: Path) -> File | None:
        try:
            data = path.read_bytes()
        except OSError as fault:
            self.report(path, f"cannot be read ({fault.strerror})", "check that it is there and that you may read it")
            return None
        for part in (os.fsencode(path.relative_to(self.folder).as_posix()), data):
            self.digest.update(len(part).to_bytes(8, "big"))
            self.digest.update(part)
        try:
            return File(shown(path), data.decode("utf-8"))
        except UnicodeDecodeError as fault:
            before = data[: fault.start].decode("utf-8").split("\n")
            self.report(
                path,
                f"is not UTF-8: byte 0x{data[fault.start]:02x} cannot stand here",
                "save the file again as UTF-8",
                line=len(before),
                column=len(before[-1]) + 1,
            )
            return None


def _files(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder, sorted, hidden ones apart."""
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if not hidden and not path.is_dir():
            yield path


def _pairs(shelf: _Shelf, folder: Path) -> Iterator[Pair]:
    found: dict[str, dict[str, Path]] = {}
    for path in _files(folder):
        if shelf.knows(path, TEXT, ANNOTATIONS):
            doc_id = path.relative_to(folder).with_suffix("").as_posix()
            found.setdefault(doc_id, {})[path.suffix] = path
    for doc_id, paths in sorted(found.items()):
        some = next(iter(paths.values()))
        if not KEY.matches(doc_id) or "#" in doc_id:
            shelf.report(
                some,
                f"{doc_id!r} cannot be a document's id",
                "name the file with lower-case letters, digits and hyphens",
            )
            continue
        for ending, what in ((TEXT, "text"), (ANNOTATIONS, "annotations")):
            if ending not in paths:
                shelf.report(
                    some,
                    f"has no {what} beside it",
                    f"expected {some.with_suffix(ending).name} in the same folder",
                )
        text, annotations = (shelf.read(paths[ending]) if ending in paths else None for ending in (TEXT, ANNOTATIONS))
        yield Pair(doc_id, text, annotations)
