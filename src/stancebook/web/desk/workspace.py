"""The sources of a project as the desk uses them: its documents, its codebook, and the sessions that are open."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from stancebook.build.pipeline import CheckedCodebook, build_corpus
from stancebook.build.table_builder import LANGUAGE
from stancebook.exceptions import StancebookError
from stancebook.problems import Problem, display_path
from stancebook.schema.contract import Contract
from stancebook.sources.corpus import Corpus, DocumentFiles, load_corpus, read_corpus
from stancebook.sources.discovery import DOCUMENTS, JSON, TEXT, YAML, SourceDocument, SourceListing, discover
from stancebook.web.desk.checks import codebook_of
from stancebook.web.desk.rows import FileRows, read_rows
from stancebook.web.desk.session import Session
from stancebook.web.desk.store import Recovery

_LISTING_SECONDS = 1.0  # for which a listing of the folders is used again


class UnknownDocumentError(StancebookError):
    """There is no document of that id."""


@dataclass
class CorpusProblems:
    """The problems of the whole corpus as saved, found in the background.

    Attributes:
        problems: The problems; None until the first check is done.
        error: Why the last check could not be made; empty if it was.
    """

    problems: list[Problem] | None = None
    error: str = ""


def title_column(contract: Contract) -> str:
    """Return the column of the document table that has the title: as the contract says, else the first text."""
    texts = (column.name for column in contract.document.written_columns if column.kind == "text")
    return contract.sources.get("title") or next(texts, "")


def date_column(contract: Contract) -> str:
    """Return the first date of the document table; empty if there is none."""
    return next((column.name for column in contract.document.written_columns if column.kind == "date"), "")


class Workspace:
    """The project that a desk edits. Its methods may be called from several threads."""

    def __init__(self, contract: Contract, seeds: Path, root: Path, dataset: Path | None = None) -> None:
        """Open a project.

        Args:
            contract: The contract of the dataset.
            seeds: The folder with the codebook and the documents.
            root: The folder of the project, in which unsaved texts are kept.
            dataset: The folder of the dataset, which has the schema for editors; None if it is elsewhere.
        """
        self.contract = contract
        self.seeds = seeds
        self.dataset = dataset
        self.recovery = Recovery(root / ".desk")
        self.lock = threading.RLock()
        self.closing = threading.Event()  # the desk ends
        self.corpus = CorpusProblems()
        self._sessions: dict[str, Session] = {}
        self._listing: tuple[float, SourceListing] | None = None
        self._documents: dict[str, tuple[SourceDocument, Corpus]] = {}
        self._codebook: tuple[object, CheckedCodebook] | None = None
        self._check_again = threading.Event()
        self._checker: threading.Thread | None = None
        self._is_checking = False

    @property
    def listing(self) -> SourceListing:
        """The files of the project; for a second, what was listed before."""
        if self._listing is None or time.monotonic() - self._listing[0] > _LISTING_SECONDS:
            self._listing = time.monotonic(), discover(self.seeds)
        return self._listing[1]

    def refresh(self) -> None:
        """List the files again at their next use, and check the corpus in the background."""
        self._listing = None
        self._check_again.set()

    @property
    def documents(self) -> Mapping[str, SourceDocument]:
        """The documents by id."""
        return {document.doc_id: document for document in self.listing.documents}

    @property
    def codebook(self) -> CheckedCodebook:
        """The codebook as saved, checked once for each state of its files."""
        entries = self.listing.codebook
        if self._codebook is None or self._codebook[0] != entries:
            read = read_corpus(self.seeds, SourceListing(codebook=entries, complete=self.listing.complete))
            self._codebook = entries, codebook_of(self.contract, read.codebook, complete=read.complete)
        return self._codebook[1]

    def read(self, doc_id: str) -> Corpus:
        """Return the two files of a document as saved, with the problems of reading them.

        Raises:
            UnknownDocumentError: There is no such document.
        """
        listed = self.documents.get(doc_id)
        if listed is None:
            raise UnknownDocumentError(f"There is no document '{doc_id[:200]}' in {display_path(self.seeds)}.")
        known = self._documents.get(doc_id)
        if known is None or known[0] != listed:
            files = {f"{display_path(self.seeds / DOCUMENTS)}/{doc_id}{extension}" for extension in (TEXT, YAML, JSON)}
            own = tuple(problem for problem in self.listing.problems if problem.file in files)
            known = listed, read_corpus(self.seeds, SourceListing(documents=(listed,), problems=own))
            self._documents[doc_id] = known
        return known[1]

    def others(self, doc_id: str) -> Mapping[str, Callable[[], DocumentFiles]]:
        """Return the other documents by id, unsaved changes included, each as a function that reads it."""
        return {other: partial(self._files, other) for other in self.documents if other != doc_id}

    def _files(self, doc_id: str) -> DocumentFiles:
        session = self._sessions.get(doc_id)
        return session.files if session else self.read(doc_id).documents[0]

    def session(self, doc_id: str) -> Session:
        """Return the session of a document, opened at its first use.

        Raises:
            UnknownDocumentError: There is no such document.
        """
        read = self.read(doc_id)
        listed = self.documents[doc_id]
        session = self._sessions.get(doc_id)
        readable = read.documents[0].annotations is not None
        if session is None or (session.saved and session.readable != readable):
            session = self._sessions[doc_id] = Session(self, listed, read)
        elif session.listed.text != listed.text:
            session.take_source(listed, read)
        session.look_at_disk()
        return session

    def rows(self, doc_id: str) -> FileRows:
        """Return the records of a document, unsaved ones included."""
        session = self._sessions.get(doc_id)
        annotations = self._files(doc_id).annotations
        if session is not None or annotations is None:
            return session.rows if session else FileRows(parses=False)
        return read_rows(annotations.text, annotations.name, self.contract.document_tables, self.contract)

    @property
    def unsaved(self) -> list[str]:
        """The documents with unsaved changes."""
        opened = {doc_id for doc_id, session in self._sessions.items() if not session.saved}
        return sorted(opened | ({*self.recovery.documents()} & self.documents.keys()))

    def list_documents(self) -> list[dict[str, Any]]:
        """Return what the list of documents shows of each."""
        found = self.corpus.problems
        unsaved = {*self.unsaved}
        listed = []
        for doc_id in self.documents:
            session = self._sessions.get(doc_id)
            files = self._files(doc_id)
            names = {file.name for file in (files.text, files.annotations) if file is not None}
            rows = self.rows(doc_id)
            values = rows.document.values if rows.document else {}
            problems = None if found is None else sum(problem.file in names for problem in found)
            listed.append(
                {
                    "doc_id": doc_id,
                    "title": values.get(title_column(self.contract), ""),
                    "published": values.get(date_column(self.contract), ""),
                    "language": values.get(LANGUAGE, ""),
                    "rows": len(rows.rows),
                    "problems": len(session.problems) if session else problems,
                    "unsaved": doc_id in unsaved,
                }
            )
        return listed

    @property
    def checking(self) -> bool:
        """Whether the corpus is being checked in the background, or will be at once."""
        return self._checker is not None and (self._is_checking or self._check_again.is_set())

    def check_corpus(self) -> None:
        """Build the corpus as saved in memory, to find the problems that no document has alone."""
        self._is_checking = True
        self._check_again.clear()
        try:
            self.corpus = CorpusProblems(build_corpus(self.contract, load_corpus(self.seeds)).problems)
        except Exception as error:  # noqa: BLE001 (a function of the contract may raise any; pages show it)
            self.corpus = CorpusProblems(error=f"The corpus could not be checked: {error}")
        self._is_checking = False

    def check_in_background(self) -> threading.Thread:
        """Start a thread that checks the corpus now and after every save."""

        def run() -> None:
            while True:
                self.check_corpus()
                self._check_again.wait()

        self._checker = threading.Thread(target=run, name="corpus check", daemon=True)
        self._checker.start()
        return self._checker
