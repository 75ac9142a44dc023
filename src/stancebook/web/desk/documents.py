"""Add a document: a text exactly as received, and a new annotation file with the facts of the document."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stancebook.build.result_cache import ResultCache
from stancebook.exceptions import StancebookError
from stancebook.problems import Problem, display_path, errors_in
from stancebook.sources.corpus import DocumentFiles, SourceFile
from stancebook.sources.editing import new_annotation_file, schema_path
from stancebook.starter.documents import RefusedTextError, new_document, write_files
from stancebook.web.desk.checks import check_document
from stancebook.web.desk.edits import checked_values
from stancebook.web.desk.rows import locate_problems, problem_state, read_rows
from stancebook.web.desk.store import unwritable

if TYPE_CHECKING:
    from stancebook.web.desk.workspace import Workspace


class NewDocumentError(StancebookError):
    """A document cannot be added; nothing was written.

    Attributes:
        problems: Why, each with the key of the form that it is about.
    """

    def __init__(self, problems: list[dict[str, Any]]) -> None:
        super().__init__("The document is not added, because the build would refuse it.")
        self.problems = problems


def add_document(workspace: Workspace, doc_id: str, text: bytes, values: Any) -> None:
    """Add a document.

    Args:
        workspace: The project.
        doc_id: Its id, which is the path of its files without extension.
        text: The content of its text, which is written as it is.
        values: The values of the document's own record by key.

    Raises:
        NewDocumentError: The build would refuse it, or it exists; nothing was written.
        BadEditError: A key is unknown, or a value is no text.
        StoreError: A file cannot be written.
    """
    given = checked_values(workspace.contract.document, values)
    try:
        new = new_document(workspace.seeds, doc_id, text)
    except RefusedTextError as error:
        raise NewDocumentError([_of_key(error.about, error.message, error.hint)]) from error
    content = new_annotation_file(given, workspace.contract, schema_path(workspace.dataset, new.annotation_path))
    annotations = SourceFile(display_path(new.annotation_path), content)
    if problems := _problems(workspace, DocumentFiles(doc_id, new.text, annotations)):
        raise NewDocumentError(problems)
    try:
        write_files({new.text_path: text, new.annotation_path: content.encode()})
    except OSError as error:
        raise unwritable(Path(error.filename), error) from error
    workspace.refresh()


def _problems(workspace: Workspace, files: DocumentFiles) -> list[dict[str, Any]]:
    """Return the errors of a new document by key."""
    contract = workspace.contract
    checked = check_document(contract, files, workspace.codebook, workspace.others(files.doc_id), ResultCache())
    assert files.annotations is not None
    errors = errors_in(checked.problems)
    rows = read_rows(
        files.annotations.text, files.annotations.name, contract.document_tables, contract, with_positions=True
    )
    places = locate_problems(rows, errors)
    own = files.annotations.name
    return [
        problem_state(problem, **(asdict(place) if problem.file == own else {"key": "text"}))
        for problem, place in zip(errors, places, strict=True)
    ]


def _of_key(key: str, message: str, hint: str) -> dict[str, Any]:
    return problem_state(Problem("", 1, 1, key, message, hint), key=key)
