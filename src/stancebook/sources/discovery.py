"""Find the files of a codebook, of documents and of codings below `seeds/`, and report wrong names; opens no file.

Listing 100,000 files takes a third of a second, most of it in the system: an entry is a tuple, never a `Path`.
"""

import re
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from stancebook.problems import Problem
from stancebook.schema.column_types import SLUG
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
CODINGS = "codings"
AUTHORITATIVE = "authoritative"  # names the annotations in `documents/` among codings
TEXT, YAML, JSON = ".txt", ".yaml", ".json"

# Bytes by extension. The longest novels have 3 MB; 4 MiB of YAML are 25,000 records, and may need 1.3 GB of memory.
MAX_FILE_BYTES = {TEXT: 4 << 20, YAML: 4 << 20, JSON: 4 << 20}

_NAME_PURPOSE = {
    CODEBOOK: f"the name of a file in {CODEBOOK}/",
    DOCUMENTS: "a document's id",
    CODINGS: "the name of a coder and a document's id",
}

# Names that Windows reserves for devices, with any extension: no checkout there could hold such a file.
_RESERVED = re.compile(r"con|prn|aux|nul|com[0-9]|lpt[0-9]")
_PART = rf"(?!(?:{_RESERVED.pattern})(?![^/])){SLUG.pattern}"
_VALID_NAME = re.compile(rf"{_PART}(?:/{_PART})*")

EntriesByName = dict[str, Entry | None]  # by path without extension; None if the file cannot be read


class SourceDocument(NamedTuple):
    """The two files of a document. Either is None if it is missing or cannot be read, which a problem reports."""

    doc_id: str
    text: Entry | None
    annotations: Entry | None


@dataclass(frozen=True, slots=True)
class SourceListing:
    """The files of a codebook and of documents, sorted by name; or a part of them.

    Attributes:
        codebook: The files of the codebook.
        documents: The documents.
        complete: Whether everything in the folder of the codebook can be read.
        problems: What is wrong with names and kinds of files.
        taken_ns: When the listing was started, in nanoseconds since 1970.
    """

    codebook: tuple[Entry, ...] = ()
    documents: tuple[SourceDocument, ...] = ()
    complete: bool = True
    problems: tuple[Problem, ...] = ()
    taken_ns: int = 0


def discover(seeds: Location) -> SourceListing:
    """List the files of a folder of sources.

    Args:
        seeds: A folder with `codebook/`, whose files are YAML or JSON, and `documents/`, in which each document has a
            text (`<name>.txt`) and annotations (`<name>.yaml` or `<name>.json`). Both may have subfolders.

    Returns:
        The files, and a problem for each that is missing, misnamed, misplaced, too large or not a regular file.
    """
    taken_ns = time.time_ns()
    walker = _FolderWalker(seeds)
    codebook = walker.codebook()
    complete = not walker.problems
    walker.report_unknown_entries()
    documents = walker.documents()
    if not documents and not walker.problems:
        hint = f"put <name>{TEXT} and <name>{YAML} there, in the same folder"
        walker.report(DOCUMENTS, "holds no document", hint)
    return SourceListing(tuple(codebook), tuple(documents), complete, tuple(sorted(walker.problems)), taken_ns)


@dataclass(frozen=True, slots=True)
class CodingListing:
    """The files of codings: further annotations of the texts, which never enter the dataset.

    Attributes:
        coders: The documents that each coder coded, sorted by id, with their texts; by the coder's name, sorted.
        problems: What is wrong with names, places and kinds of files.
    """

    coders: Mapping[str, tuple[SourceDocument, ...]] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


NO_CODINGS = CodingListing()


def discover_codings(seeds: Location, documents: Sequence[SourceDocument]) -> CodingListing:
    """List the codings in a folder of sources.

    Args:
        seeds: The folder. In `codings/<coder>/`, files have the names that annotations have in `documents/`.
        documents: The documents of the folder, as `discover` lists them.

    Returns:
        The codings of documents that have a text, and a problem for each file that is misnamed, misplaced, too large or
        not a regular file, or whose document has no text.
    """
    walker = _FolderWalker(seeds)
    texts = {document.doc_id: document.text for document in documents if document.text is not None}
    coders: dict[str, list[SourceDocument]] = {}
    for entry in walker.codings():
        coder, _, doc_id = entry.name.removeprefix(f"{CODINGS}/").rpartition(".")[0].partition("/")
        if doc_id in texts and coder != AUTHORITATIVE:
            coders.setdefault(coder, []).append(SourceDocument(doc_id, texts[doc_id], entry))
        else:
            walker.report_coding(entry.name, coder, doc_id, texts)
    return CodingListing(
        {coder: tuple(sorted(coded)) for coder, coded in sorted(coders.items())}, tuple(sorted(walker.problems))
    )


class _FolderWalker:
    """Lists a folder of sources, one section (such as `codebook`) at a time, and collects the problems found."""

    def __init__(self, seeds: Location) -> None:
        self.folder = open_location(seeds)
        self.problems: list[Problem] = []
        self.misnamed: set[str] = set()  # last names, up to the first dot, of files that a problem asks to rename
        self.top: dict[str, EntryKind] = {}
        if self.folder.exists():
            self.top = {entry.name: kind for kind, entry in self.list_folder("")}
        else:
            self.report("", "is not a folder", f"expected a folder with {CODEBOOK}/ and {DOCUMENTS}/ in it")

    def report(self, name: str, message: str, hint: str) -> None:
        self.problems.append(Problem(self.folder.display_path(name), 1, 1, "", message, hint))

    def codebook(self) -> list[Entry]:
        """Return the files of the codebook, sorted by folder and name."""
        found = self.files(CODEBOOK, YAML, JSON)
        records = self.record_files(CODEBOOK, found)
        entries = (records[name] for name in self.valid_names(CODEBOOK, found))
        return sorted(filter(None, entries), key=lambda entry: entry.name.split("/"))

    def documents(self) -> list[SourceDocument]:
        """Return the documents, sorted by id; report those that lack a file."""
        found = self.files(DOCUMENTS, TEXT, YAML, JSON)
        texts, records = found[TEXT], self.record_files(DOCUMENTS, found)
        doc_ids = self.valid_names(DOCUMENTS, found)
        if texts.keys() != records.keys():
            self.report_incomplete([doc_id for doc_id in doc_ids if (doc_id in texts) != (doc_id in records)], found)
        return list(map(SourceDocument, doc_ids, map(texts.get, doc_ids), map(records.get, doc_ids)))

    def codings(self) -> list[Entry]:
        """Return the files of all coders, sorted by coder and name."""
        found = self.files(CODINGS, YAML, JSON)
        records = self.record_files(CODINGS, found)
        return [entry for name in self.valid_names(CODINGS, found) if (entry := records[name]) is not None]

    def record_files(self, section: str, found: Mapping[str, EntriesByName]) -> EntriesByName:
        """Return the YAML and JSON files together; report two of the same name."""
        conflicting = found[YAML].keys() & found[JSON].keys()
        for name in filter(_VALID_NAME.fullmatch, conflicting):
            message = f"has the same name as {_last_part(name)}{YAML}, and only one of the two can be read"
            self.report(f"{section}/{name}{JSON}", message, "keep one, and delete the other")
        return {**found[YAML], **found[JSON], **dict.fromkeys(conflicting)}

    def files(self, section: str, *extensions: str) -> dict[str, EntriesByName]:
        """Return the files of a section by extension; report unreadable ones and other extensions."""
        found: dict[str, EntriesByName] = {extension: {} for extension in extensions}
        folders = [section] if self.has_section(section) else []
        start = len(f"{section}/")
        while folders:  # not recursive: folders may be nested deeper than the interpreter's stack
            for kind, entry in self.list_folder(folders.pop()):
                dot = entry.name.rfind(".")
                extension = entry.name[dot:]
                if extension in found:
                    name = entry.name[start:dot]
                    readable = kind == "file" and entry.size <= MAX_FILE_BYTES[extension]
                    found[extension][name] = entry if readable else None
                    if not readable and _VALID_NAME.fullmatch(name):  # one mistake, one problem
                        error = wrong_kind("file", kind) or too_large(MAX_FILE_BYTES[extension])
                        self.report(entry.name, *error.args)
                elif kind == "folder" and extension not in MAX_FILE_BYTES:
                    folders.append(entry.name)
                else:
                    self.report_extension(entry.name, kind, extensions)
        return found

    def valid_names(self, section: str, found: Mapping[str, EntriesByName]) -> list[str]:
        """Return the names that are valid on every system, sorted; report the others."""
        names = []
        for name in sorted(set().union(*found.values())):
            if _VALID_NAME.fullmatch(name):
                names.append(name)
            else:
                extension = next(extension for extension, files in found.items() if name in files)
                self.report(f"{section}/{name}{extension}", *_wrong_name(name, section).args)
                self.misnamed.add(_last_part(name).partition(".")[0])
        return names

    def list_folder(self, folder: str) -> list[tuple[EntryKind, Entry]]:
        """Return the entries of a folder; report it and return nothing if it cannot be listed."""
        try:
            return self.folder.list_folder(folder)
        except UnreadableError as error:
            self.report(folder, *error.args)
            return []

    def has_section(self, section: str) -> bool:
        """Return whether the folder of a section exists; report another kind of entry with its name."""
        error = wrong_kind("folder", self.top[section]) if section in self.top else None
        if error:
            self.report(section, *error.args)
        return section in self.top and not error

    def report_unknown_entries(self) -> None:
        """Report folders and record files outside of the sections, which are probably misplaced."""
        for name, kind in self.top.items():
            if name not in _NAME_PURPOSE and (kind == "folder" or name[name.rfind(".") :] in MAX_FILE_BYTES):
                self.report(name, "is not read here", f"move it to {CODEBOOK}/ or {DOCUMENTS}/, or delete it")

    def report_extension(self, name: str, kind: EntryKind, extensions: Sequence[str]) -> None:
        """Report a file with an extension that is not read."""
        error = _not_utf8(name) or (wrong_kind("file", kind) if kind == "link" else None)
        if error is None:
            *others, last = extensions
            hint = f"expected a name that ends in {', '.join(others)} or {last}"
            error = UnreadableError("is not a file that a build reads", hint)
            self.misnamed.add(_last_part(name).partition(".")[0])
        self.report(name, *error.args)

    def report_incomplete(self, doc_ids: Collection[str], found: Mapping[str, EntriesByName]) -> None:
        """Report documents with one file only, unless the other is already reported as misnamed."""
        renamed = _renamed(doc_ids, found[TEXT])
        preferred = JSON if len(found[JSON]) > len(found[YAML]) else YAML
        for doc_id in doc_ids:
            if doc_id in renamed.values() or _last_part(doc_id) in self.misnamed:
                continue
            existing = next(extension for extension, files in found.items() if doc_id in files)
            what, missing = ("annotations", preferred) if existing == TEXT else ("text", TEXT)
            hint = f"expected {_last_part(doc_id)}{missing} in the same folder"
            if doc_id in renamed:
                hint += f"; {_last_part(renamed[doc_id])}{missing} is there without a pair: give both the same name"
            self.report(f"{DOCUMENTS}/{doc_id}{existing}", f"has no {what} next to it", hint)

    def report_coding(self, name: str, coder: str, doc_id: str, texts: Collection[str]) -> None:
        """Report a file of codings that belongs to no coder, or whose document has no text."""
        from stancebook.suggestions import nearest

        if not doc_id:
            hint = (
                f"put the files of each coder into a folder with the coder's name, such as {CODINGS}/ab/{coder}{YAML}"
            )
            self.report(name, "is in no coder's folder", hint)
            return
        if coder == AUTHORITATIVE:
            message = f"{AUTHORITATIVE!r} is no name for a coder: it means the annotations in {DOCUMENTS}/"
            self.report(name, message, "name the folder differently")
            return
        similar = nearest(doc_id, texts)
        hint = f"expected the text in {DOCUMENTS}/{doc_id}{TEXT}"
        self.report(name, "is a coding of no document", f"{hint}; did you mean {similar!r}?" if similar else hint)


def _renamed(doc_ids: Collection[str], texts: Collection[str]) -> dict[str, str]:
    """Match documents without a text to texts without annotations, by the most similar name."""
    from stancebook.suggestions import nearest

    without_text = [doc_id for doc_id in doc_ids if doc_id not in texts]
    without_annotations = [doc_id for doc_id in doc_ids if doc_id in texts]
    if len(without_text) == len(without_annotations) == 1:
        return {without_text[0]: without_annotations[0]}
    pairs = ((doc_id, nearest(doc_id, without_annotations)) for doc_id in without_text)
    return {doc_id: text for doc_id, text in pairs if text is not None}


def document_id_error(doc_id: str) -> UnreadableError | None:
    """Return why a text cannot be the id of a document; None if it can."""
    return None if _VALID_NAME.fullmatch(doc_id) else _wrong_name(doc_id, DOCUMENTS)


def _wrong_name(name: str, section: str) -> UnreadableError:
    reserved = next(filter(_RESERVED.fullmatch, name.split("/")), None)
    hint = "name the file with lower-case letters, digits and hyphens"
    if suggestion := _valid_name(name):
        hint = f"{hint}, such as {suggestion}"
    if reserved:
        hint = f"Windows reserves {reserved!r} for a device: choose another name"
    return _not_utf8(name) or UnreadableError(f"{name!r} cannot be {_NAME_PURPOSE[section]}", hint)


def _valid_name(name: str) -> str:
    """Return a name that is similar and valid; empty if there is none."""
    from stancebook.suggestions import slug_for

    suggestion = "/".join(slug_for(part) for part in name.split("/"))
    return suggestion if _VALID_NAME.fullmatch(suggestion) else ""


def _not_utf8(name: str) -> UnreadableError | None:
    try:
        _last_part(name).encode()
    except UnicodeEncodeError:
        return UnreadableError("has a name that is not UTF-8", "name the file with ASCII letters")
    return None


def _last_part(name: str) -> str:
    return name.rpartition("/")[2]
