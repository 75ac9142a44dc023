"""What lies under `seeds/`, and what is wrong with the names there; no file is opened.

A hundred thousand files take a third of a second, most of it the system's: a file is a string and two
numbers here, never a path.
"""

import re
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from stancebook.problems import Problem
from stancebook.schema.spec import SLUG
from stancebook.sources.filesystem import (
    Entry,
    EntryKind,
    Location,
    UnreadableError,
    open_location,
    too_large,
    wrong_kind,
)

CODEBOOK = "codebook"
DOCUMENTS = "documents"
TEXT, YAML, JSON = ".txt", ".yaml", ".json"

# The longest novels have some 3 MB, and 4 MiB of YAML hold 25,000 records; the worst of any costs some 1.3 GB.
LIMITS = {TEXT: 4 << 20, YAML: 4 << 20, JSON: 4 << 20}

_NAMED = {CODEBOOK: f"the name of a file in {CODEBOOK}/", DOCUMENTS: "a document's id"}

# Names that Windows keeps for devices, whatever their ending: no checkout there could hold such a file.
_RESERVED = re.compile(r"con|prn|aux|nul|com[0-9]|lpt[0-9]")
_PART = rf"(?!(?:{_RESERVED.pattern})(?![^/])){SLUG.pattern}"
_NAME = re.compile(rf"{_PART}(?:/{_PART})*")

Files = dict[str, Entry | None]  # by name without ending; None stands for what cannot be read


class SourceDocument(NamedTuple):
    """A document's two files. Either is None where it is missing or cannot be read; a problem then says so."""

    doc_id: str
    text: Entry | None
    annotations: Entry | None


@dataclass(frozen=True, slots=True)
class SourceListing:
    """What lies under seeds, all of it sorted; or a part of that, such as `Survey(documents=some)`.

    The codebook is not `whole` where something in its folder cannot be read. `taken` is when it was begun, in
    nanoseconds since 1970.
    """

    codebook: tuple[Entry, ...] = ()
    documents: tuple[SourceDocument, ...] = ()
    complete: bool = True
    problems: tuple[Problem, ...] = ()
    taken_ns: int = 0


def discover(seeds: Location) -> SourceListing:
    """Look for the files of `seeds/codebook` and the pairs under `seeds/documents`; records are YAML or JSON."""
    taken = time.time_ns()
    walk = _Walk(seeds)
    codebook = walk.codebook()
    whole = not walk.problems
    walk.report_strays()
    documents = walk.documents()
    if not documents and not walk.problems:
        hint = f"put <name>{TEXT} and <name>{YAML} there, side by side"
        walk.report(DOCUMENTS, "holds no document", hint)
    return SourceListing(tuple(codebook), tuple(documents), whole, tuple(sorted(walk.problems)), taken)


class _Walk:
    """Walks through a folder of seeds, room by room, and collects the problems met."""

    def __init__(self, seeds: Location) -> None:
        self.folder = open_location(seeds)
        self.problems: list[Problem] = []
        self.misnamed: set[str] = set()  # up to its first dot, what is told to be named otherwise
        self.top: dict[str, EntryKind] = {}
        if self.folder.is_there():
            self.top = {entry.name: kind for kind, entry in self.inside("")}
        else:
            self.report("", "is not a folder", f"expected a folder with {CODEBOOK}/ and {DOCUMENTS}/ in it")

    def report(self, name: str, message: str, hint: str) -> None:
        self.problems.append(Problem(self.folder.shown(name), 1, 1, "", message, hint))

    def codebook(self) -> list[Entry]:
        """Return the files of the codebook, sorted, folder by folder."""
        found = self.files(CODEBOOK, YAML, JSON)
        records = self.records(CODEBOOK, found)
        entries = (records[name] for name in self.names(CODEBOOK, found))
        return sorted(filter(None, entries), key=lambda entry: entry.name.split("/"))

    def documents(self) -> list[SourceDocument]:
        """Return the documents, sorted; report where one of two files is missing."""
        found = self.files(DOCUMENTS, TEXT, YAML, JSON)
        texts, records = found[TEXT], self.records(DOCUMENTS, found)
        doc_ids = self.names(DOCUMENTS, found)
        if texts.keys() != records.keys():
            self.report_alone([doc_id for doc_id in doc_ids if (doc_id in texts) != (doc_id in records)], found)
        return list(map(SourceDocument, doc_ids, map(texts.get, doc_ids), map(records.get, doc_ids)))

    def records(self, room: str, found: Mapping[str, Files]) -> Files:
        """Return the files that hold records, in whichever language; report where there are two of one name."""
        twice = found[YAML].keys() & found[JSON].keys()
        for name in filter(_NAME.fullmatch, twice):
            message = f"lies beside {_last(name)}{YAML}, and only one of the two can be read"
            self.report(f"{room}/{name}{JSON}", message, "keep one, and delete the other")
        return {**found[YAML], **found[JSON], **dict.fromkeys(twice)}

    def files(self, room: str, *endings: str) -> dict[str, Files]:
        """Return by ending the files below a room; report what cannot be read, and what ends otherwise."""
        found: dict[str, Files] = {ending: {} for ending in endings}
        waiting = [room] if self.is_there(room) else []
        start = len(f"{room}/")
        while waiting:  # folders may nest deeper than functions
            for kind, entry in self.inside(waiting.pop()):
                dot = entry.name.rfind(".")
                ending = entry.name[dot:]
                if ending in found:
                    name = entry.name[start:dot]
                    readable = kind == "file" and entry.size <= LIMITS[ending]
                    found[ending][name] = entry if readable else None
                    if not readable and _NAME.fullmatch(name):  # one mistake, one problem
                        self.report(entry.name, *(wrong_kind("file", kind) or too_large(LIMITS[ending])).args)
                elif kind == "folder" and ending not in LIMITS:
                    waiting.append(entry.name)
                else:
                    self.report_ending(entry.name, kind, endings)
        return found

    def names(self, room: str, found: Mapping[str, Files]) -> list[str]:
        """Return the names that every system can hold, sorted; report the others."""
        names = []
        for name in sorted(set().union(*found.values())):
            if _NAME.fullmatch(name):
                names.append(name)
            else:
                ending = next(ending for ending, files in found.items() if name in files)
                self.report(f"{room}/{name}{ending}", *_wrong_name(name, room).args)
                self.misnamed.add(_last(name).partition(".")[0])
        return names

    def inside(self, folder: str) -> list[tuple[EntryKind, Entry]]:
        """Return what a folder holds, in no order; nothing, and a problem, where that cannot be told."""
        try:
            return self.folder.inside(folder)
        except UnreadableError as fault:
            self.report(folder, *fault.args)
            return []

    def is_there(self, room: str) -> bool:
        """Return whether a room is there; report what stands in its place."""
        fault = wrong_kind("folder", self.top[room]) if room in self.top else None
        if fault:
            self.report(room, *fault.args)
        return room in self.top and not fault

    def report_strays(self) -> None:
        """Report what lies beside the rooms and looks as if it should be read."""
        for name, kind in self.top.items():
            if name not in _NAMED and (kind == "folder" or name[name.rfind(".") :] in LIMITS):
                self.report(name, "is not read here", f"put it into {CODEBOOK}/ or {DOCUMENTS}/, or take it out")

    def report_ending(self, name: str, kind: EntryKind, endings: Sequence[str]) -> None:
        """Report what no build reads, going by its ending."""
        fault = _not_utf8(name) or (wrong_kind("file", kind) if kind == "link" else None)
        if fault is None:
            *others, last = endings
            hint = f"expected a name that ends in {', '.join(others)} or {last}"
            fault = UnreadableError("is not a file that a build reads", hint)
            self.misnamed.add(_last(name).partition(".")[0])
        self.report(name, *fault.args)

    def report_alone(self, alone: Collection[str], found: Mapping[str, Files]) -> None:
        """Report the documents of which one file is there, unless the other is told to be misnamed."""
        renamed = _renamed(alone, found[TEXT])
        usual = JSON if len(found[JSON]) > len(found[YAML]) else YAML
        for doc_id in alone:
            if doc_id in renamed.values() or _last(doc_id) in self.misnamed:
                continue
            given = next(ending for ending, files in found.items() if doc_id in files)
            what, due = ("annotations", usual) if given == TEXT else ("text", TEXT)
            hint = f"expected {_last(doc_id)}{due} in the same folder"
            if doc_id in renamed:
                hint += f"; {_last(renamed[doc_id])}{due} lies there alone: give both the same name"
            self.report(f"{DOCUMENTS}/{doc_id}{given}", f"has no {what} beside it", hint)


def _renamed(alone: Collection[str], texts: Collection[str]) -> dict[str, str]:
    """Return the ids of annotations alone, each with the id of the text alone that most likely was theirs."""
    from stancebook.suggestions import nearest

    without_text, without_annotations = (
        [doc_id for doc_id in alone if (doc_id in texts) == has_text] for has_text in (False, True)
    )
    if len(without_text) == len(without_annotations) == 1:
        return {without_text[0]: without_annotations[0]}
    pairs = ((doc_id, nearest(doc_id, without_annotations)) for doc_id in without_text)
    return {doc_id: text for doc_id, text in pairs if text is not None}


def _wrong_name(name: str, room: str) -> UnreadableError:
    """Return what is wrong with a name that not every system can hold."""
    reserved = next(filter(_RESERVED.fullmatch, name.split("/")), None)
    hint = "name the file with lower-case letters, digits and hyphens"
    if reserved:
        hint = f"Windows keeps {reserved!r} for a device: name it otherwise"
    return _not_utf8(name) or UnreadableError(f"{name!r} cannot be {_NAMED[room]}", hint)


def _not_utf8(name: str) -> UnreadableError | None:
    try:
        _last(name).encode()
    except UnicodeEncodeError:
        return UnreadableError("has a name that is not UTF-8", "name the file in plain letters")
    return None


def _last(name: str) -> str:
    return name.rpartition("/")[2]
