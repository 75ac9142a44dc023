"""Import the annotations of a tool: as edits of annotation files, checked by the build, all of them or none."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path

from stancebook.build.pipeline import check_documents, code_documents
from stancebook.exceptions import StancebookError
from stancebook.exchange.edits import CodingEditor, IncomingCoding
from stancebook.exchange.mapping import NameMap, Names
from stancebook.exchange.offsets import Convention
from stancebook.exchange.outgoing import ProjectSources
from stancebook.exchange.placing import NotPlacedError, PlacedText, matching_text, problem_at
from stancebook.exchange.project import CodedText, Place, ToolItem, ToolProject, ToolText, Values
from stancebook.exchange.rows import RowReader, recognize
from stancebook.problems import Problem, deduplicate, display_path, errors_in
from stancebook.schema.contract import Contract
from stancebook.sources.atomic_files import write_atomically
from stancebook.sources.corpus import Corpus, DocumentFiles, SourceFile, read_corpus
from stancebook.sources.discovery import AUTHORITATIVE, CODINGS, TEXT, YAML
from stancebook.sources.editing import (
    EditError,
    edit_annotations,
    new_annotation_file,
    read_values,
)
from stancebook.suggestions import slug_for

_RECORD = re.compile(r"(\w+)\[([^\]]*)\]")  # the record of a problem


class ImportWriteError(StancebookError):
    """A file cannot be written; all files are unchanged."""


@dataclass(frozen=True)
class ImportOptions:
    """How annotations are imported.

    Attributes:
        names: What the names in the tool mean, from a mapping file.
        coder: Whose annotations all of them are; of their coders in the tool if empty.
        conventions: How offsets are meant; as the reader of the tool says if empty.
        hull: Take an interrupted passage from its start to its end.
        delete: Remove rows that are gone in the tool.
        keep_going: Leave out annotations and files with problems, and import the others.
    """

    names: NameMap = field(default_factory=NameMap)
    coder: str = ""
    conventions: Sequence[Convention] = ()
    hull: bool = False
    delete: bool = False
    keep_going: bool = False


@dataclass(frozen=True)
class FileChange:
    """What an import changes in one annotation file.

    Attributes:
        path: The file.
        coder: The coder; `AUTHORITATIVE` for the annotations of the dataset.
        doc_id: The document.
        text: The new text of the file.
        old: Its text before; None for a new file.
        added: The addresses of new rows.
        changed: Those of rows with other cells or another passage.
        removed: Those of rows that are removed.
        gone: Those of rows that the tool has no more, and that stay.
    """

    path: Path
    coder: str
    doc_id: str
    text: str
    old: str | None
    added: Sequence[str]
    changed: Sequence[str]
    removed: Sequence[str]
    gone: Sequence[str]

    @property
    def is_change(self) -> bool:
        """Whether the file is written."""
        return self.text != self.old and bool(self.added or self.changed or self.removed)


@dataclass(frozen=True)
class ImportPlan:
    """What an import would write.

    Attributes:
        files: The files, those without changes included.
        problems: What cannot be imported, and warnings; with an error, nothing may be written unless `keep_going`.
        n_read: How many annotations the tool has.
    """

    files: Sequence[FileChange]
    problems: Sequence[Problem]
    n_read: int

    @property
    def errors(self) -> list[Problem]:
        """The problems that prevent an import."""
        return errors_in(self.problems)

    def write(self) -> list[FileChange]:
        """Write all files, or none.

        Returns:
            The files that were written.

        Raises:
            ImportWriteError: One cannot be written; all are unchanged.
        """
        written: list[FileChange] = []
        for change in self.files:
            if not change.is_change:
                continue
            try:
                _refuse_changed(change)
                write_atomically(change.path, change.text.encode())
            except OSError as error:
                for done in reversed(written):
                    _restore(done)
                raise ImportWriteError(f"{display_path(change.path)} cannot be written: {error.strerror}.") from error
            written.append(change)
        return written


def _refuse_changed(change: FileChange) -> None:
    """Raise `OSError` if a file has changed since it was read."""
    now = change.path.read_bytes() if change.path.exists() else None
    if now != (None if change.old is None else change.old.encode()):
        raise OSError(errno.EBUSY, "it has changed meanwhile; import again")


def _restore(change: FileChange) -> None:
    if change.old is None:
        change.path.unlink()
    else:
        write_atomically(change.path, change.old.encode())


def plan_import(
    contract: Contract, seeds: Path, sources: ProjectSources, tool: ToolProject, options: ImportOptions
) -> ImportPlan:
    """Find out what an import would change; nothing is written.

    Args:
        contract: Declares the tables.
        seeds: The folder of sources.
        sources: The project, all of its documents and coders.
        tool: What was read from the files of the tool.
        options: How it is imported.
    """
    planner = _Planner(contract, seeds, sources, options)
    planner.add(tool)
    return planner.plan()


class _Planner:
    """Plans an import text by text, and collects problems."""

    def __init__(self, contract: Contract, seeds: Path, sources: ProjectSources, options: ImportOptions) -> None:
        self.contract = contract
        self.seeds = seeds
        self.sources = sources
        self.options = options
        self.names = Names(sources.project, options.names)
        self.known = {text.doc_id: text for text in sources.project.texts}
        self.problems: list[Problem] = []
        self.codings: dict[tuple[str, str], IncomingCoding] = {}
        self.places: dict[tuple[str, str, str, str], Place] = {}  # by coder, document, section and short ID
        self.n_read = 0

    def add(self, tool: ToolProject) -> None:
        """Add what a tool has."""
        self.problems += tool.problems
        if errors_in(tool.problems):
            if not self.options.keep_going:
                return
            self.options = replace(self.options, delete=False)  # what could not be read is not gone
        for text in tool.texts:
            if not any(text.codings.values()) and text.doc_id not in self.known:
                continue  # a text without annotations
            try:
                coded = matching_text(text, self.known, self.options.names.documents)
            except NotPlacedError as error:
                self.problems.append(problem_at(text.place, "", *error.args))
                continue
            self._add_text(text, coded, self.options.conventions or tool.conventions)

    def _add_text(self, text: ToolText, coded: CodedText, conventions: Sequence[Convention]) -> None:
        own_text = coded.text if text.text is None else text.text
        placed = PlacedText(coded, own_text, conventions, self.options.hull)
        placed = placed.by_most_fitting(item for items in text.codings.values() for item in items)
        for name, items in text.codings.items():
            coder = self._coder(name, items, text.place)
            if coder is None:
                continue
            self.n_read += len(items)
            reader = RowReader(self.names, placed)
            rows = reader.read(items)
            self.problems += reader.problems
            coding = self.codings.setdefault((coder, coded.doc_id), IncomingCoding(coder, placed))
            coding.rows += rows
            coding.left_out += reader.left_out

    def _coder(self, name: str, items: Sequence[ToolItem], place: Place) -> str | None:
        """Return the folder of a coder; None if the mapping leaves the coder out, or it has no name, a problem."""
        mapped = self.options.coder or self.options.names.coders.get(name, "")
        if mapped == "skip":
            return None
        coder = mapped or (name if name == AUTHORITATIVE else slug_for(name))
        if not coder or (mapped and mapped != slug_for(mapped)):
            hint = "name the coder with --coder, or in a file for --map: lower-case letters, digits and hyphens"
            where = items[0].place if items else place
            self.problems.append(problem_at(where, "", f"'{mapped or name}' cannot be the name of a coder", hint))
            return None
        return coder

    def plan(self) -> ImportPlan:
        """Return the plan of everything that was added."""
        for coding in self.codings.values():
            self.problems += recognize(coding.rows, coding.own, coding.coded.codings.get(AUTHORITATIVE, ()))
            for row in coding.rows:
                section = self.contract.tables[row.table].section
                self.places[coding.coder, coding.coded.doc_id, section, row.id] = row.item.place
        files = self._read_files()
        changes = [change for coding in self.codings.values() if (change := self._change(coding, files)) is not None]
        found = [*self._check([change for change in changes if change.is_change], files)]
        faulty = {(change.coder, change.doc_id) for change, problem in found if problem.level == "error"}
        self.problems += [problem for _, problem in found]
        sound = [change for change in changes if (change.coder, change.doc_id) not in faulty]
        files_to_write = sound if self.options.keep_going or not errors_in(self.problems) else []
        return ImportPlan(files_to_write, deduplicate(self.problems), self.n_read)

    # ── Edits ─────────────────────────────────────────────────────────────────────────────────────

    def _read_files(self) -> dict[tuple[str, str], DocumentFiles]:
        """Return the files of the coders whose annotations are imported, by coder and document."""
        listed = {AUTHORITATIVE: self.sources.listing.documents, **self.sources.codings.coders}
        files = {}
        for coder in {coder for coder, _ in self.codings}:
            documents = tuple(each for each in listed.get(coder, ()) if each.text and each.annotations)
            corpus = read_corpus(self.seeds, replace(self.sources.listing, documents=documents, codebook=()))
            files.update({(coder, each.doc_id): each for each in corpus.documents})
        return files

    def _change(self, coding: IncomingCoding, files: Mapping[tuple[str, str], DocumentFiles]) -> FileChange | None:
        """Return the change of one file; None if it cannot be made, which is reported."""
        doc_id, coder = coding.coded.doc_id, coding.coder
        known = files.get((coder, doc_id))
        old = known.annotations.text if known is not None and known.annotations is not None else None
        path = self._path(coder, doc_id)
        if old is None and not coding.rows:
            return None
        editor = CodingEditor(self.contract, coding, self.options.names.defaults, delete=self.options.delete)
        text = old if old is not None else self._new_file(coder, doc_id)
        edits = editor.edits()
        self.problems += editor.problems
        try:
            text = edit_annotations(text, path.name, edits, self.contract) if edits else text
        except EditError as error:
            self.problems.append(replace(error.problem, file=display_path(path)))
            return None
        return FileChange(path, coder, doc_id, text, old, editor.added, editor.changed, editor.removed, editor.gone)

    def _path(self, coder: str, doc_id: str) -> Path:
        listed = {AUTHORITATIVE: self.sources.listing.documents, **self.sources.codings.coders}
        found = next((each for each in listed.get(coder, ()) if each.doc_id == doc_id and each.annotations), None)
        if found is not None and found.annotations is not None:
            return self.seeds / found.annotations.name
        return self.seeds / CODINGS / coder / f"{doc_id}{YAML}"

    def _new_file(self, coder: str, doc_id: str) -> str:
        """Return the text of a coder's new file: the record of the document, with the name of the coder."""
        section = self.contract.document.section
        listed = chain(self.sources.listing.documents, *self.sources.codings.coders.values())
        source = next(each for each in listed if each.doc_id == doc_id and each.annotations and each.text)
        corpus = read_corpus(self.seeds, replace(self.sources.listing, documents=(source,), codebook=()))
        annotations = corpus.documents[0].annotations
        values: Values = read_values(annotations.text, annotations.name)[section] if annotations else {}
        if (column := self.contract.sources.get("coder")) is not None:
            values = {**values, column: coder}
        return new_annotation_file(values, self.contract)

    # ── Checks ────────────────────────────────────────────────────────────────────────────────────

    def _check(
        self, changes: Sequence[FileChange], files: Mapping[tuple[str, str], DocumentFiles]
    ) -> Iterator[tuple[FileChange, Problem]]:
        """Yield what a build would say of changed files, with the file that is the cause."""
        for coder in dict.fromkeys(change.coder for change in changes):
            changed = {change.doc_id: change for change in changes if change.coder == coder}
            documents = {doc_id: each for (other, doc_id), each in files.items() if other == coder}
            for doc_id, change in changed.items():
                text = SourceFile(f"{doc_id}{TEXT}", self.known[doc_id].text)
                documents[doc_id] = DocumentFiles(doc_id, text, SourceFile(display_path(change.path), change.text))
            corpus = Corpus((), complete=True, documents=tuple(documents.values()), digests={}, problems=())
            coded = code_documents(self.contract, corpus, self.sources.codebook)
            _, found = check_documents(self.contract, coded, self.sources.codebook, partial=coder != AUTHORITATIVE)
            by_file = {display_path(change.path): change for change in changed.values()}
            problems = deduplicate(found)
            for problem in errors_in(problems) or problems:
                if problem.file in by_file:
                    yield by_file[problem.file], self._in_tool(by_file[problem.file], problem)
                elif problem.level == "error":  # such as a reference of another document to a row that is removed
                    yield from ((change, problem) for change in by_file.values())

    def _in_tool(self, change: FileChange, problem: Problem) -> Problem:
        """Return a problem at its place in the tool's file; unchanged if it is about a row that is not from there."""
        record = _RECORD.match(problem.where)
        place = self.places.get((change.coder, change.doc_id, record[1], record[2])) if record else None
        if place is None:
            return problem
        return replace(problem, file=place.file, line=place.line, column=place.column)
