"""One open document: the text of its annotation file, and all that is computed from that text."""

from __future__ import annotations

import copy
import difflib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Protocol

from stancebook.build.coverage import untouched_passages
from stancebook.exceptions import StancebookError
from stancebook.problems import Problem, deduplicate
from stancebook.schema.contract import Contract
from stancebook.sources.anchoring import SourceText
from stancebook.sources.corpus import Corpus, DocumentFiles, SourceFile
from stancebook.sources.discovery import SourceDocument
from stancebook.sources.positions import line_and_column
from stancebook.sources.sentences import place_of
from stancebook.web.desk.checks import CheckedDocument, Span, check_document
from stancebook.web.desk.edits import EditedText, edit_document, next_ids
from stancebook.web.desk.quotes import select
from stancebook.web.desk.rows import (
    DECISIONS,
    NOTHING_HERE,
    FileRows,
    Place,
    Row,
    locate_problems,
    own_id,
    problem_state,
    read_rows,
)
from stancebook.web.desk.store import DiskFile, Recovery, StoreError, digest_of
from stancebook.web.items import Item, document_items
from stancebook.web.rendering import item_html, text_blocks

if TYPE_CHECKING:
    from pathlib import Path

    from stancebook.build.pipeline import CheckedCodebook

MAX_UNDO = 500
_MAX_SHOWN = 8  # revisions of which the blocks are remembered
_MAX_SUGGESTIONS = 5  # last values of a key


_Passage = Mapping[str, Any]  # with `start` and `end`


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


@dataclass(frozen=True)
class _Computed:
    """What is computed from one state of the text."""

    key: tuple[Any, ...]
    checked: CheckedDocument
    rows: FileRows


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
        self._computed: _Computed | None = None
        self._shown: dict[int, Mapping[str, str]] = {}  # the blocks of the latest revisions
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
    def checked(self) -> CheckedDocument:
        """What the build finds in the unsaved state."""
        return self._current.checked

    @property
    def rows(self) -> FileRows:
        """The records of the unsaved state."""
        return self._current.rows

    @property
    def problems(self) -> list[Problem]:
        """The problems of the unsaved state."""
        return deduplicate([*self._read_problems, *self.checked.problems])

    @property
    def _current(self) -> _Computed:
        codebook = self.project.codebook
        key = (self._revision, id(codebook))
        if self._computed is None or self._computed.key != key:
            contract = self.project.contract
            checked = check_document(contract, self.files, codebook, self.project.others(self.doc_id))
            self._computed = _Computed(key, checked, self._rows(with_positions=False))
        return self._computed

    def _rows(self, *, with_positions: bool) -> FileRows:
        if self._disk is None:
            return FileRows(parses=False)
        contract = self.project.contract
        return read_rows(self.text, self.name, contract.document_tables, contract, with_positions=with_positions)

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
            since: The revision that the page shows: of the text's blocks, only those are given that differ from it.
        """
        rows, checked = self.rows, self.checked
        items = document_items(self.project.contract, checked.frames, self.doc_id)
        nothing_here, uncovered = self._nothing_here(rows), self._uncovered(rows, checked)
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
            "blocks": self._blocks(items, uncovered, nothing_here, since),
            "rows": self._row_states(rows, checked, {item.address: item for item in items}),
            "problems": self.problem_states(),
            "document": dict(rows.document.values) if rows.document else {},
            "nothing_here": nothing_here,
            "uncovered": uncovered,
            "suggestions": _suggestions(rows.rows),
            "next_ids": next_ids(self.project.contract, rows),
        }
        if with_text:
            state["text"] = self.source.text if self.source else ""
        if not self.editable:
            state["annotations"] = self.text
        return state

    def problem_states(self) -> list[dict[str, Any]]:
        """Return the problems, each with the record and key that it is about."""
        problems = self.problems
        own = [problem for problem in problems if problem.file == self.name]
        rows = self.rows
        names = [row.where for row in rows.rows]
        if own and len({*names}) < len(names):
            rows = self._rows(with_positions=True)
        places = dict(zip(map(id, own), locate_problems(rows, own), strict=True))
        return [problem_state(problem, **asdict(places.get(id(problem), Place()))) for problem in problems]

    def _blocks(
        self, items: Sequence[Item], uncovered: Sequence[_Passage], nothing_here: Sequence[_Passage], since: Any
    ) -> list[dict[str, str]]:
        """Return the blocks of the text that differ from those of an earlier revision."""
        if self.source is None:
            return []
        spans = [[(found["start"], found["end"]) for found in passages] for passages in (uncovered, nothing_here)]
        blocks = text_blocks(self.source.text, items, *spans)
        known = self._shown.get(since, {}) if isinstance(since, int) else {}
        self._shown.pop(self._revision, None)
        self._shown[self._revision] = dict(blocks)
        while len(self._shown) > _MAX_SHOWN:
            del self._shown[next(iter(self._shown))]
        return [{"id": name, "html": html} for name, html in blocks if known.get(name) != html]

    def _row_states(self, rows: FileRows, checked: CheckedDocument, items: Mapping[str, Item]) -> list[dict[str, Any]]:
        decisions = {decision.get("row", ""): dict(decision) for decision in rows.others.get(DECISIONS, ())}
        numbers = dict.fromkeys(checked.spans, 0)
        states = []
        for row in rows.rows:
            spans, number = checked.spans.get(row.table, ()), numbers.get(row.table, 0)
            span = spans[number] if number < len(spans) else None
            item = items.get(row.address)
            numbers[row.table] = number + 1
            states.append(
                {
                    "table": row.table,
                    "id": own_id(row, self.project.contract.tables[row.table]),
                    "address": row.address,
                    "path": row.path,
                    "start": span[0] if span else None,
                    "end": span[1] if span else None,
                    "label": item.label if item else row.where,
                    "html": item_html(item) if item else "",
                    "values": dict(row.values),
                    "children": {
                        name: [dict(child.values) for child in listed] for name, listed in row.children.items()
                    },
                    "decision": decisions.get(row.address),
                }
            )
        return states

    def _nothing_here(self, rows: FileRows) -> list[dict[str, Any]]:
        found = []
        for record in rows.others.get(NOTHING_HERE, ()):
            span = self._find(record)
            if span is not None:
                found.append({"start": span[0], "end": span[1], "note": record.get("note", "")})
        return found

    def _find(self, record: Mapping[str, str]) -> Span | None:
        if self._text is None:
            return None
        return self._text.find(record.get("quote", ""), record.get("prefix", ""), record.get("suffix", ""))

    def _uncovered(self, rows: FileRows, checked: CheckedDocument) -> list[dict[str, Any]]:
        if self.source is None:
            return []
        spans = [span for listed in checked.spans.values() for span in listed if span is not None]
        spans += [(found["start"], found["end"]) for found in self._nothing_here(rows)]
        sentences = [(sentence.start, sentence.end) for sentence in checked.sentences]
        passages = untouched_passages(self.source.text, sentences, spans)
        return [
            {
                "start": passage["char_start"],
                "end": passage["char_end"],
                "line": passage["line"],
                "passage": passage["passage"],
            }
            for passage in passages
        ]

    def quote(self, start: int, end: int) -> dict[str, Any] | None:
        """Return the quote of a selection with its place; None if it has no words, or is like another passage.

        Args:
            start: Where the selection starts, in code points.
            end: Where it ends.
        """
        selection = select(self._text, start, end) if self._text else None
        if selection is None or self.source is None:
            return None
        place = place_of(selection.start, self.checked.sentences)
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
        draft.text, draft._computed, draft._revision = edited.text, None, -1  # noqa: SLF001 (a copy of this very object)
        return {"problems": draft.problem_states(), "row": edited.row}

    def _edited(self, edits: Any) -> EditedText:
        if not self.editable:
            raise StoreError(self.reason)
        return edit_document(self.project.contract, self.text, self.name, self._text, edits)

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
            self.reload()


def _difference(disk_text: str, text: str) -> str:
    """Return a unified diff from the file on disk to the text here."""
    lines = difflib.unified_diff(
        disk_text.splitlines(keepends=True), text.splitlines(keepends=True), "on disk", "here", n=2
    )
    return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)


def _suggestions(rows: Sequence[Row]) -> dict[str, dict[str, list[str]]]:
    """Return the last distinct values of each key, by table, the latest first."""
    found: dict[str, dict[str, list[str]]] = {}
    for row in reversed(rows):
        for key, value in row.values.items():
            values = found.setdefault(row.table, {}).setdefault(key, [])
            if value not in values and len(values) < _MAX_SUGGESTIONS and "\n" not in value:
                values.append(value)
    return found
