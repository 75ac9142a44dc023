"""Check that a text can become a new document, and write it with its annotation file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from errno import EEXIST
from pathlib import Path
from typing import Literal

from stancebook.exceptions import StancebookError
from stancebook.problems import display_path
from stancebook.sources.atomic_files import write_atomically
from stancebook.sources.corpus import SourceFile, decode_source
from stancebook.sources.discovery import DOCUMENTS, JSON, MAX_FILE_BYTES, TEXT, YAML, document_id_error
from stancebook.sources.filesystem import too_large
from stancebook.starter.creation import all_or_nothing, first_missing


class RefusedTextError(StancebookError):
    """A text cannot become a new document.

    Attributes:
        about: Whether it is about the id or the text.
        message: What is wrong.
        hint: What would be right.
    """

    def __init__(self, about: Literal["doc_id", "text"], message: str, hint: str) -> None:
        super().__init__(f"{message}; {hint}" if hint else message)
        self.about, self.message, self.hint = about, message, hint


@dataclass(frozen=True)
class NewDocument:
    """A text that can become a document.

    Attributes:
        doc_id: Its id.
        data: The bytes of the text.
        text: The text.
        text_path: Where it is written.
        annotation_path: Where its annotations are written.
    """

    doc_id: str
    data: bytes
    text: SourceFile
    text_path: Path
    annotation_path: Path


def new_document(seeds: Path, doc_id: str, data: bytes) -> NewDocument:
    """Check a text and its id. The text may already be in its place, if it has no annotations yet.

    Args:
        seeds: The folder of the sources.
        doc_id: The id of the document, which is the path of its files without extension.
        data: The bytes of the text.

    Raises:
        RefusedTextError: The id is not valid or is taken, or the text is too large or not in UTF-8.
    """
    base = seeds / DOCUMENTS / doc_id
    if error := document_id_error(doc_id):
        raise RefusedTextError("doc_id", *error.args)
    text_path, annotation_path, json_path = (base.with_name(base.name + ending) for ending in (TEXT, YAML, JSON))
    existing = [path for path in (annotation_path, json_path, text_path) if path.exists()]
    if existing and not (existing == [text_path] and text_path.read_bytes() == data):
        hint = "choose another id, such as one with another date"
        raise RefusedTextError("doc_id", f"{display_path(existing[0])} exists already", hint)
    if len(data) > MAX_FILE_BYTES[TEXT]:
        raise RefusedTextError("text", *too_large(MAX_FILE_BYTES[TEXT]).args)
    text, problems = decode_source(display_path(text_path), data)
    if text is None:
        raise RefusedTextError("text", problems[0].message, problems[0].hint)
    return NewDocument(doc_id, data, text, text_path, annotation_path)


def write_files(files: Mapping[Path, bytes]) -> None:
    """Write new files, and folders for them: all of them, or none. A file that holds the same already is kept.

    Args:
        files: The content of each file.

    Raises:
        OSError: One of them, whose path it has, cannot be written.
    """
    with all_or_nothing() as created:
        for path, data in files.items():
            if path.exists() and path.read_bytes() == data:
                continue
            if path.exists():
                raise FileExistsError(EEXIST, "another one was created meanwhile", str(path))
            created.append(first_missing(path))
            try:
                write_atomically(path, data)
            except OSError as error:
                raise OSError(error.errno, error.strerror, str(path)) from error
