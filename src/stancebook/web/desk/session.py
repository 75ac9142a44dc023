"""One open document: the text of its annotation file, and all that is computed from that text."""

from __future__ import annotations

import copy
import difflib
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, Protocol

from stancebook.build.result_cache import ResultCache
from stancebook.exceptions import StancebookError
from stancebook.problems import Problem, deduplicate
from stancebook.schema.contract import Contract
from stancebook.sources.anchoring import SourceText
from stancebook.sources.corpus import Corpus, DocumentFiles, SourceFile
from stancebook.sources.discovery import SourceDocument
from stancebook.sources.positions import line_and_column
from stancebook.sources.selections import select
from stancebook.sources.sentences import place_of
from stancebook.web.desk.checks import check_document
from stancebook.web.desk.edits import EditedText, edit_document
from stancebook.web.desk.rows import (
    FileRows,
    read_rows,
)
from stancebook.web.desk.state import Contents, PageStates
from stancebook.web.desk.store import DiskFile, Recovery, StoreError, digest_of

if TYPE_CHECKING:
    from pathlib import Path

    from stancebook.build.pipeline import CheckedCodebook

MAX_UNDO = 500


class StaleError(StancebookError):
    """The document was changed since the client saw it."""


class ConflictError(StancebookError):
    """The file was changed on disk since it was read; it is not overwritten without consent.

    Attributes:
        disk_text: What is on disk now; empty if the file is gone.
        diff: The difference from that to the text of the session.
    """

    def __init__(self, message: str, disk_text: str, diff: str) -> None:
        super().__init__(message)
        self.disk_text, self.diff = disk_text, diff


class Project(Protocol):
    """What a session needs of its project."""

    contract: Contract
    seeds: Path
    recovery: Recovery

    @property
    def codebook(self) -> CheckedCodebook:
        """The checked codebook."""

    def others(self, doc_id: str) -> Mapping[str, Callable[[], DocumentFiles]]:
        """Return the other documents by id."""

    def refresh(self) -> None:
        """Look at the files again."""


class Session:
    """The unsaved state of a document is the text of its annotation file: undo is an earlier text, saving writes it."""

    def __init__(self, project: Project, listed: SourceDocument, read: Corpus) -> None:
        """Open a document; an unsaved text that was kept is taken up again.

        Args:
            project: The project.
            listed: The document's files.
            read: Their contents, with the problems of reading them.
        """
        self.project = project
        self.listed = listed
        self.doc_id = listed.doc_id
        self.source = read.documents[0].text
        self.name = read.documents[0].annotations.name if read.documents[0].annotations else ""
        self.recovered = False
        self.warning = ""
        self._read_problems = [*read.problems]
        self._text = SourceText(self.source.text, self.source.name) if self.source else None
        self._undo: list[str] = []
        self._redo: list[str] = []
        self._revision = time.time_ns() // 1_000_000
        self._contents: tuple[Any, Contents] | None = None  # with what they were computed from
        self._cache = ResultCache()
        contract = project.contract
        rows_of = partial(read_rows, file_name=self.name, specs=contract.document_tables, contract=contract)
        # It keeps the rows of the text before an edit, and of the one after it.
        self._read_rows: Callable[[str], FileRows] = lru_cache(maxsize=2)(rows_of)
        self._pages = PageStates()
        self._disk: DiskFile | None = None
        self.text = self._saved_text = ""
        if listed.annotations is not None and read.documents[0].annotations is not None:
            self._disk = DiskFile(project.seeds / listed.annotations.name)
            self.text = self._saved_text = read.documents[0].annotations.text
            self._disk.digest = digest_of(self.text.encode())
            self._recover()

    def _recover(self) -> None:
        kept = self.project.recovery.find(self.doc_id)
        if kept is None or self._disk is None:
            return
        text, base = kept
        if text == self._saved_text:
            self.project.recovery.forget(self.doc_id)
            return
        self._undo.append(self.text)
        self.text, self.recovered = text, True
        self._disk.digest = base

    # ── State ─────────────────────────────────────────────────────────────────────────────────────

    @property
    def revision(self) -> int:
        """A number that changes with every change of the text or of the file."""
        return self._revision

    @property
    def readable(self) -> bool:
        """Whether there is an annotation file, and it could be read."""
        return self._disk is not None

    @property
    def saved(self) -> bool:
        """Whether the text is what was last saved."""
        return self.text == self._saved_text

    @property
    def disk_state(self) -> str:
        """Whether the file on disk is the one that was read or saved: same, changed or gone."""
        return self._disk.state if self._disk else "gone"

    @property
    def files(self) -> DocumentFiles:
        """The two files in their unsaved state."""
        annotations = SourceFile(self.name, self.text) if self._disk else None
        return DocumentFiles(self.doc_id, self.source, annotations)

    @property
    def rows(self) -> FileRows:
        """The records of the unsaved state."""
        return self.contents.rows

    @property
    def problems(self) -> Sequence[Problem]:
        """The problems of the unsaved state."""
        return self.contents.problems

    @property
    def contents(self) -> Contents:
        """The unsaved state, and what the build finds in it."""
        codebook = self.project.codebook
        key = (self._revision, id(codebook))
        if self._contents is None or self._contents[0] != key:
            contract = self.project.contract
            checked = check_document(contract, self.files, codebook, self.project.others(self.doc_id), self._cache)
            problems = deduplicate([*self._read_problems, *checked.problems])
            rows = FileRows(parses=False)
            if self._disk is not None:
                rows = self._read_rows(self.text)
            contents = Contents(contract, self.doc_id, self._text, self.name, self.text, rows, checked, problems)
            self._contents = key, contents
        return self._contents[1]

    @property
    def editable(self) -> bool:
        """Whether the annotation file can be edited."""
        return self._disk is not None and self.rows.parses

    @property
    def reason(self) -> str:
        """Why the file cannot be edited; empty if it can."""
        if self._disk is None:
            found = [problem.message for problem in self._read_problems]
            return f"The document has no annotation file that can be read{': ' + found[0] if found else ''}."
        if self.editable:
            return ""
        first = next((problem for problem in self.problems if problem.file == self.name), None)
        where = f" See line {first.line}: {first.message}." if first else ""
        return f"{self.name} cannot be parsed, so it is shown and not edited.{where}"

    def state(self, *, with_text: bool = False, since: Any = None) -> dict[str, Any]:
        """Return what a page shows.

        Args:
            with_text: Whether to include the text of the document.
            since: The revision that the page shows: only rows and blocks of the text are given that differ from it.
        """
        state: dict[str, Any] = {
            "doc_id": self.doc_id,
            "revision": self.revision,
            "file": self.name,
            "saved": self.saved,
            "recovered": self.recovered,
            "warning": self.warning,
            "disk": self.disk_state,
            "editable": self.editable,
            "reason": self.reason,
            "can_undo": bool(self._undo),
            "can_redo": bool(self._redo),
            **self._pages.state(self.contents, self.revision, since),
        }
        if with_text:
            state["text"] = self.source.text if self.source else ""
        if not self.editable:
            state["annotations"] = self.text
        return state

    def quote(self, start: int, end: int, *, exact: bool = False) -> dict[str, Any] | None:
        """Return the quote of a selection with its place; None if it has no words, or is like another passage.

        Args:
            start: Where the selection starts, in code points.
            end: Where it ends.
            exact: Whether it may start or end within a word; otherwise, it is widened to whole words.
        """
        selection = select(self._text, start, end, exact=exact) if self._text else None
        if selection is None or self.source is None:
            return None
        place = place_of(selection.start, self.contents.checked.sentences)
        return {
            "start": selection.start,
            "end": selection.end,
            "quote": selection.quote,
            "prefix": selection.prefix,
            "suffix": selection.suffix,
            "place": {
                "line": line_and_column(self.source.text, selection.start)[0],
                "paragraph": place.paragraph,
                "sentence": place.sentence,
            },
        }

    # ── Changes ───────────────────────────────────────────────────────────────────────────────────

    def expect(self, revision: Any) -> None:
        """Raise `StaleError` unless a client knows the current state."""
        if revision != self._revision:
            raise StaleError("The document was changed in another window; this is its state now.")

    def change(self, text: str) -> None:
        """Make a text the unsaved state; `warning` says if it cannot be kept for a restart of the desk."""
        if text == self.text:
            return
        self._undo = [*self._undo[-MAX_UNDO:], self.text]
        self._redo = []
        self._set(text)

    def edit(self, edits: Any) -> str:
        """Make edits of a page.

        Args:
            edits: The edits, as JSON.

        Returns:
            The address of the row that was added or changed last; empty if there is none.

        Raises:
            BadEditError: One of them is not valid; nothing was changed.
            EditError: The file cannot be edited; nothing was changed.
        """
        edited = self._edited(edits)
        self.change(edited.text)
        return edited.row

    def preview(self, edits: Any) -> dict[str, Any]:
        """Return the problems that edits would leave, and the row that they add or change; nothing is changed.

        Args:
            edits: The edits, as JSON.
        """
        edited = self._edited(edits)
        draft = copy.copy(self)
        draft.text, draft._contents, draft._revision = edited.text, None, -1  # noqa: SLF001 (a copy of this very object)
        return {"problems": draft.contents.problem_states(), "row": edited.row}

    def _edited(self, edits: Any) -> EditedText:
        if not self.editable:
            raise StoreError(self.reason)
        contract, read = self.project.contract, self._read_rows
        return edit_document(contract, self.text, self.name, self._text, edits, doc_id=self.doc_id, read=read)

    def undo(self) -> None:
        """Take back the last change, if there is one."""
        if self._undo:
            self._redo.append(self.text)
            self._set(self._undo.pop())

    def redo(self) -> None:
        """Make the change again that was taken back last, if there is one."""
        if self._redo:
            self._undo.append(self.text)
            self._set(self._redo.pop())

    def _set(self, text: str) -> None:
        self.text = text
        self._revision += 1
        self.warning = ""
        if self.saved:
            self.project.recovery.forget(self.doc_id)
            return
        try:
            self.project.recovery.keep(self.doc_id, text, self._disk.digest if self._disk else "")
        except StoreError as error:  # the edit is made all the same
            self.warning = f"Not saved, and not kept for a restart of the desk: {error}"

    def save(self, *, overwrite: bool = False) -> None:
        """Write the text to its file.

        Args:
            overwrite: Whether to replace a file that was changed on disk meanwhile.

        Raises:
            ConflictError: The file was changed on disk.
            StoreError: The file cannot be written, or parsed; the text is still the unsaved state.
        """
        if self._disk is None or not self.editable:
            raise StoreError(self.reason)
        if self._disk.state != "same" and not overwrite:
            raise self._conflict()
        self._disk.write(self.text.encode())
        self._saved_text, self.recovered = self.text, False
        self._revision += 1
        self.project.recovery.forget(self.doc_id)
        self.project.refresh()

    def _conflict(self) -> ConflictError:
        assert self._disk is not None
        disk_text = "" if self._disk.state == "gone" else self._disk.peek().decode(errors="replace")
        happened = "deleted" if self._disk.state == "gone" else "changed"
        message = f"{self.name} was {happened} on disk since it was read here. Nothing was written."
        return ConflictError(message, disk_text, _difference(disk_text, self.text))

    def reload(self) -> None:
        """Take the file on disk as the state; the unsaved text can be restored by `undo`.

        Raises:
            StoreError: The file cannot be read.
        """
        if self._disk is None:
            raise StoreError(self.reason)
        data = self._disk.peek()
        try:
            text = data.decode()
        except UnicodeDecodeError as error:
            raise StoreError(f"{self.name} is no longer UTF-8; save it again as UTF-8.") from error
        self._disk.digest, self._saved_text, self.recovered = digest_of(data), text, False
        self._revision += 1
        self.change(text)
        self.project.recovery.forget(self.doc_id)
        self.project.refresh()

    def discard(self) -> None:
        """Return to the text that was last saved; `undo` brings the unsaved one back."""
        self.recovered = False
        if self._disk is not None:
            self._disk.digest = digest_of(self._saved_text.encode())
        self.change(self._saved_text)

    def take_source(self, listed: SourceDocument, read: Corpus) -> None:
        """Take up a text that was changed on disk.

        Args:
            listed: The document's files.
            read: Their contents, with the problems of reading them.
        """
        self.listed = listed
        self.source = read.documents[0].text
        self._text = SourceText(self.source.text, self.source.name) if self.source else None
        self._read_problems = [*read.problems]
        self._revision += 1

    def look_at_disk(self) -> None:
        """Take up a file that was changed on disk, if nothing here is unsaved."""
        if self.saved and self._disk is not None and self.disk_state == "changed":
            with suppress(StoreError):  # one that is no longer UTF-8 is opened again, with its problem
                self.reload()


def _difference(disk_text: str, text: str) -> str:
    """Return a unified diff from the file on disk to the text here."""
    lines = difflib.unified_diff(
        disk_text.splitlines(keepends=True), text.splitlines(keepends=True), "on disk", "here", n=2
    )
    return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)
