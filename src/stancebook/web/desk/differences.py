"""The differences of codings of a document: shown side by side, and settled in the file that is edited."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from stancebook.coders.adjudication import Adjudication
from stancebook.coders.codings import read_coding, read_codings
from stancebook.coders.matched import MatchedCodings
from stancebook.coders.matters import CodedRow, Matter
from stancebook.coders.settling import Reason, settled, with_agreed
from stancebook.exceptions import StancebookError
from stancebook.schema.remarks import ADJUDICATED
from stancebook.sources.corpus import Corpus, SourceFile
from stancebook.sources.discovery import AUTHORITATIVE, SourceDocument, discover_codings
from stancebook.sources.editing import read_values
from stancebook.web.desk.edits import BadEditError, reviewer

if TYPE_CHECKING:
    from stancebook.web.desk.session import Session
    from stancebook.web.desk.workspace import Workspace


class NothingToCompareError(StancebookError):
    """There are not two codings of the document without errors, or no file that can be edited."""


class Differences:
    """What is left to decide on the codings of documents. Codings are read again only if their files changed."""

    def __init__(self, workspace: Workspace) -> None:
        """Compare the codings of a project.

        Args:
            workspace: The project.
        """
        self.workspace = workspace
        self._read: dict[str, tuple[object, MatchedCodings]] = {}  # by document, with what it was read from

    def state(self, session: Session) -> dict[str, Any]:
        """Return what a page shows of the differences of a document.

        Raises:
            NothingToCompareError: There are not two codings without errors.
        """
        adjudication = self._adjudication(session, session.text)
        matters = adjudication.matters
        return {
            "revision": session.revision,
            "coders": adjudication.codings.coders,
            "open": [_matter_state(adjudication, matter) for matter in adjudication.open],
            "ready": sum(matter.is_ready for matter in matters),
            "waiting": [{"row": matter.row, "waits_for": matter.waits_for} for matter in matters if matter.waits_for],
        }

    def settle(self, session: Session, row: Any, take: Any, *, note: str = "", edited: bool = False) -> str:
        """Decide on a difference, in the unsaved state of a document; rows that waited for that are added.

        Args:
            session: The document.
            row: The address that the row has or will have.
            take: The coders whose rows are taken, or `authoritative` alone to keep the row of the file; none if the
                passage is left out.
            note: The reason.
            edited: Whether the row is going to be edited.

        Returns:
            The address of the row that was written first; empty if the passage is left out.

        Raises:
            NothingToCompareError: There are not two codings without errors.
            BadEditError: There is no such difference, or a reason is missing; nothing was changed.
            EditError: The file cannot be edited; nothing was changed.
        """
        adjudication = self._adjudication(session, session.text)
        matter = next((each for each in adjudication.open if each.row == row), None)
        if matter is None:
            raise BadEditError(f"There is nothing to decide on '{str(row)[:200]}'.")
        rows = _rows(adjudication, matter)
        coders = [each.coder for each in rows]
        if not isinstance(take, list) or not all(each in coders for each in take):
            raise BadEditError(f"take must be a list of some of {', '.join(coders)}.")
        if not take and not note.strip():
            raise BadEditError("Say why the passage is left out.")
        if len(take) != 1 and adjudication.is_document(matter):
            raise BadEditError("A document has one record: take one of them.")
        if len(take) > 1 and AUTHORITATIVE in take:
            raise BadEditError("Keep the row of this file, or take those of coders.")
        taken = [each for coder in dict.fromkeys(take) for each in rows if each.coder == coder]
        reason = Reason(_reviewer(session), note.strip(), edited=edited)
        text = settled(adjudication, matter, taken, reason, text=session.text, file_name=session.name)
        adjudication = self._adjudication(session, text)
        session.change(with_agreed(adjudication, text, session.name, reason.by, list_open=False))
        return matter.row if taken else ""

    def add_agreed(self, session: Session) -> None:
        """Add the rows on which all coders agree to the unsaved state of a document, and all open decisions.

        Raises:
            NothingToCompareError: There are not two codings without errors.
            EditError: The file cannot be edited; nothing was changed.
        """
        adjudication = self._adjudication(session, session.text)
        session.change(with_agreed(adjudication, session.text, session.name, _reviewer(session)))

    def _adjudication(self, session: Session, text: str) -> Adjudication:
        """Return the codings of a document, compared with a text of its annotation file."""
        codings = self._codings(session)
        files = replace(session.files, annotations=SourceFile(session.name, text))
        corpus = Corpus((), complete=True, documents=(files,), digests={}, problems=())
        own = read_coding(self.workspace.contract, corpus, self.workspace.codebook, AUTHORITATIVE)
        return Adjudication(codings, own)

    def _codings(self, session: Session) -> MatchedCodings:
        """Return the codings of a document: those from which its file is made, if it says so, else all."""
        if not session.editable:
            raise NothingToCompareError(session.reason)
        workspace, doc_id = self.workspace, session.doc_id
        files = {
            coder: document
            for coder, documents in discover_codings(workspace.seeds, workspace.listing.documents).coders.items()
            for document in documents
            if document.doc_id == doc_id
        }
        values = read_values(session.text, session.name)
        named = [record.get("coding") for record in values.get(ADJUDICATED.section) or ()]
        chosen = {coder: document for coder, document in files.items() if coder in named}
        return self._read_again(doc_id, chosen if len(chosen) > 1 else files)

    def _read_again(self, doc_id: str, files: Mapping[str, SourceDocument]) -> MatchedCodings:
        if len(files) < 2:
            raise NothingToCompareError("There are not two codings of this text in seeds/codings/ to compare.")
        workspace = self.workspace
        key = (tuple(files.items()), id(workspace.codebook))
        if self._read.get(doc_id, (None,))[0] != key:
            documents = {coder: [document] for coder, document in files.items()}
            found = read_codings(workspace.contract, workspace.seeds, workspace.listing, documents, workspace.codebook)
            self._read[doc_id] = key, MatchedCodings(workspace.contract, [*found], doc_id)
        matched = self._read[doc_id][1]
        if error := next((error for coding in matched.codings for error in coding.errors), None):
            raise NothingToCompareError(f"A coding has an error: {error.file}:{error.line}: {error.message}.")
        return matched


def _reviewer(session: Session) -> str:
    return reviewer(session.rows.others)


def _rows(adjudication: Adjudication, matter: Matter) -> list[CodedRow]:
    """Return the rows to choose from: that of the file, if it has one, and those of the coders."""
    own = adjudication.row_in_file(matter)
    return [own, *matter.rows] if own else [*matter.rows]


def _matter_state(adjudication: Adjudication, matter: Matter) -> dict[str, Any]:
    return {
        "row": matter.row,
        "table": matter.table,
        "one_only": adjudication.is_document(matter),
        "differing": matter.differing,
        "missing": matter.missing,
        "rows": [_row_state(adjudication, row) for row in _rows(adjudication, matter)],
    }


def _row_state(adjudication: Adjudication, row: CodedRow) -> dict[str, Any]:
    return {
        "coder": row.coder,
        "in_file": row.coder == AUTHORITATIVE,
        "id": row.id,
        "place": str(row.position),
        "start": row.start,
        "end": row.end,
        "values": row.values,
        "children": row.children,
        "waits_for": [] if row.coder == AUTHORITATIVE else adjudication.waits_of(row),
    }
