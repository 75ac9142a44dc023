"""The files under `seeds/`: found, paired, read as bytes and decoded; what they mean is not known here.

Nothing is trusted but the folder's own name: a build reads regular files that lie in it, of names that every
system can hold and sizes that memory can, and reports whatever else it meets.
"""

import hashlib
import os
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from stancebook.problem import Problem, shown
from stancebook.spec import KEY
from stancebook.suggest import nearest

CODEBOOK = "codebook"
DOCUMENTS = "documents"
TEXT, ANNOTATIONS = ".txt", ".yaml"

# The longest novels have some 3 MB, and 4 MiB of YAML hold 25,000 records; the worst of either costs some 1.3 GB.
LIMITS = {TEXT: 4 << 20, ANNOTATIONS: 4 << 20}

# Names that Windows keeps for devices, whatever their ending: no checkout there could hold such a file.
_RESERVED = re.compile(r"con|prn|aux|nul|com[0-9]|lpt[0-9]")

# Never follow a link, never wait for the other end of a pipe, never change a line end; each where the system knows it.
_OPENING = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_NOCTTY", "O_BINARY"))


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

    `digest` is the SHA-256 over every file's name and bytes: equal digests, equal seeds. The codebook is
    not `whole` where something in its folder could not be read.
    """

    codebook: tuple[File, ...]
    whole: bool
    documents: tuple[Pair, ...]
    digest: str
    problems: tuple[Problem, ...]


def find(seeds: Path) -> Corpus:
    """Read `seeds/codebook/*.yaml` and the pairs under `seeds/documents`."""
    shelf = _Shelf(seeds)
    if not seeds.is_dir():
        shelf.report(seeds, "is not a folder", f"expected a folder with {CODEBOOK}/ and {DOCUMENTS}/ in it")
    codebook = [shelf.read(paths[ANNOTATIONS]) for _, paths in shelf.files(CODEBOOK, ANNOTATIONS)]
    whole = not shelf.problems
    shelf.report_strays()
    documents = list(_pairs(shelf))
    if not documents and not shelf.problems:
        shelf.report(
            seeds / DOCUMENTS,
            "holds no document",
            f"put <name>{TEXT} and <name>{ANNOTATIONS} there, side by side",
        )
    return Corpus(
        codebook=tuple(file for file in codebook if file is not None),
        whole=whole,
        documents=tuple(documents),
        digest=shelf.digest.hexdigest(),
        problems=tuple(shelf.problems),
    )


class _Shelf:
    """Finds and reads the files of one folder, and keeps the running digest and the problems met."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.digest = hashlib.sha256()
        self.problems: list[Problem] = []
        self.misnamed: set[str] = set()  # up to its first dot, what is told to have another ending

    def report(self, path: Path, message: str, hint: str, line: int = 1, column: int = 1) -> None:
        self.problems.append(Problem(shown(path), line, column, "", message, hint))

    def report_strays(self) -> None:
        """Report what lies beside the rooms and looks as if it should be read."""
        for path, is_folder in sorted(_inside(self.folder)) if self.folder.is_dir() else ():
            if path.name not in (CODEBOOK, DOCUMENTS) and (is_folder or path.suffix in LIMITS):
                self.report(path, "is not read here", f"put it into {CODEBOOK}/ or {DOCUMENTS}/, or take it out")

    def files(self, room: str, *endings: str) -> Iterator[tuple[str, dict[str, Path]]]:
        """Yield what lies below a room of the folder: by name, the paths by ending; report what is named otherwise."""
        found: dict[str, dict[str, Path]] = {}
        for path in self.below(self.folder / room):
            if self.knows(path, endings):
                name = path.relative_to(self.folder / room).with_suffix("").as_posix()
                found.setdefault(name, {})[path.suffix] = path
        what = "a document's id" if room == DOCUMENTS else f"the name of a file in {room}/"
        for name, paths in found.items():
            if hint := _fault_of(name):
                self.report(next(iter(paths.values())), f"{name!r} cannot be {what}", hint)
                self.misnamed.add(Path(name).name.partition(".")[0])
            else:
                yield name, paths

    def below(self, room: Path) -> Iterator[Path]:
        """Yield whatever lies below a folder but other folders, sorted, hidden names apart, links not followed."""
        waiting = [(room, os.path.lexists(room) and self.is_a(stat.S_IFDIR, room, room.lstat().st_mode))]
        while waiting:  # folders may nest deeper than functions
            path, is_folder = waiting.pop()
            if is_folder:
                try:
                    waiting += sorted(_inside(path), reverse=True)
                except OSError as fault:
                    self.cannot_be_read(path, fault)
            elif path != room:
                yield path

    def knows(self, path: Path, endings: tuple[str, ...]) -> bool:
        """Return whether a path's name is UTF-8 and has one of the endings."""
        try:
            path.name.encode()
        except UnicodeEncodeError:
            self.report(path, "has a name that is not UTF-8", "name the file in plain letters")
            return False
        if path.suffix in endings:
            return True
        if path.is_symlink():
            self.is_a(stat.S_IFREG, path, stat.S_IFLNK)
        else:
            hint = f"expected a name that ends in {' or '.join(endings)}"
            self.report(path, "is not a file that a build reads", hint)
            self.misnamed.add(path.name.partition(".")[0])
        return False

    def is_a(self, kind: int, path: Path, mode: int) -> bool:
        """Return whether `mode` is of the `kind` that is due: that of a folder, or of a regular file."""
        if stat.S_IFMT(mode) == kind:
            return True
        due = {stat.S_IFDIR: "a folder", stat.S_IFREG: "a file"}
        if stat.S_ISLNK(mode):
            message, hint = "is a link", "put what it leads to here itself: a link may lead anywhere"
        else:
            message = f"is {due.get(stat.S_IFMT(mode), 'a pipe, a socket or a device')}"
            hint = f"expected {due[kind]} of this name"
        self.report(path, message, hint)
        return False

    def read(self, path: Path) -> File | None:
        """Return a file's text, or None with a problem."""
        try:
            data = self.content(path)
        except OSError as fault:
            self.cannot_be_read(path, fault)
            return None
        if data is None:
            return None
        for part in (os.fsencode(path.relative_to(self.folder).as_posix()), data):
            self.digest.update(len(part).to_bytes(8, "big"))
            self.digest.update(part)
        return self.decoded(path, data)

    def content(self, path: Path) -> bytes | None:
        """Return the bytes of a regular file of a size within its limit, or None with a problem."""
        if not self.is_a(stat.S_IFREG, path, path.lstat().st_mode):  # merely to open a device may set it to work
            return None
        limit = LIMITS[path.suffix]
        with open(path, "rb", opener=lambda name, _: os.open(name, _OPENING)) as file:
            # What was looked at may have been replaced since: what counts is what was opened.
            opened = os.fstat(file.fileno())
            if not self.is_a(stat.S_IFREG, path, opened.st_mode):
                return None
            # One byte more than may be there: the file may be growing.
            data = file.read(limit + 1) if opened.st_size <= limit else None
        if data is None or len(data) > limit:
            hint = "expected one news text, or its records; a codebook may be several files"
            self.report(path, f"is larger than {limit >> 20} MiB", hint)
            return None
        return data

    def decoded(self, path: Path, data: bytes) -> File | None:
        """Return a file of UTF-8 text, or None with a problem at the first byte that is none."""
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as fault:
            at, message = fault.start, f"is not UTF-8: byte 0x{data[fault.start]:02x} cannot stand here"
        else:
            if "\0" not in text:
                return self.without_conflicts(File(shown(path), text), path)
            at, message = data.index(0), "is not text in UTF-8: byte 0x00 stands here"
        before = data[:at].decode("utf-8").split("\n")
        hint = "save the file again as UTF-8"
        self.report(path, message, hint, line=len(before), column=len(before[-1]) + 1)
        return None

    def without_conflicts(self, file: File, path: Path) -> File | None:
        """Return a file in which no merge was left half done, or None with a problem for each place."""
        conflicts = list(_conflicts(file.text))
        for line in conflicts:
            hint = "keep one side, and delete the lines that start with <<<<<<<, ======= and >>>>>>>"
            self.report(path, "two versions stand here that a merge left to you", hint, line=line)
        return None if conflicts else file

    def cannot_be_read(self, path: Path, fault: OSError) -> None:
        self.report(path, f"cannot be read ({fault.strerror})", "check that it is there and that you may read it")


def _inside(folder: Path) -> Iterator[tuple[Path, bool]]:
    """Yield what a folder holds, hidden names apart, and whether each is a folder to look into."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if not entry.name.startswith("."):
                path = folder / entry.name
                # A folder of a file's name would be passed over in silence where it is empty.
                yield path, entry.is_dir(follow_symlinks=False) and path.suffix not in LIMITS


def _conflicts(text: str) -> Iterator[int]:
    """Yield the line at which each conflict begins that a merge has marked and nobody has settled.

    https://git-scm.com/docs/git-merge#_how_conflicts_are_presented
    """
    begun, parted = 0, False
    for number, line in enumerate(text.split("\n") if "<<<<<<< " in text else (), start=1):
        if line.startswith("<<<<<<< "):
            begun, parted = number, False
        elif begun and line.rstrip("\r") == "=======":
            parted = True
        elif begun and parted and line.startswith(">>>>>>> "):
            yield begun
            begun = 0


def _fault_of(name: str) -> str:
    """Return what would be right where not every system could hold a file of this name, else nothing."""
    if reserved := next(filter(_RESERVED.fullmatch, name.split("/")), None):
        return f"Windows keeps {reserved!r} for a device: name it otherwise"
    return "" if KEY.matches(name) and "#" not in name else "name the file with lower-case letters, digits and hyphens"


def _pairs(shelf: _Shelf) -> Iterator[Pair]:
    found = dict(sorted(shelf.files(DOCUMENTS, TEXT, ANNOTATIONS)))
    renamed = _renamed(found)
    for doc_id, paths in found.items():
        for ending, what in ((TEXT, "text"), (ANNOTATIONS, "annotations")):
            if ending in paths or doc_id in renamed.values() or Path(doc_id).name in shelf.misnamed:
                continue
            some = next(iter(paths.values()))
            hint = f"expected {some.with_suffix(ending).name} in the same folder"
            if doc_id in renamed:
                hint += f"; {Path(renamed[doc_id]).name}{ending} lies there alone: give both the same name"
            shelf.report(some, f"has no {what} beside it", hint)
        text, annotations = (shelf.read(paths[ending]) if ending in paths else None for ending in (TEXT, ANNOTATIONS))
        yield Pair(doc_id, text, annotations)


def _renamed(found: Mapping[str, Mapping[str, Path]]) -> dict[str, str]:
    """Return the ids of annotations alone, each with the id of the text alone that most likely was theirs."""
    texts, annotations = ([doc_id for doc_id, paths in found.items() if set(paths) == {end}] for end in LIMITS)
    if len(texts) == len(annotations) == 1:
        return {annotations[0]: texts[0]}
    pairs = ((doc_id, nearest(doc_id, texts)) for doc_id in annotations)
    return {doc_id: text for doc_id, text in pairs if text is not None}
