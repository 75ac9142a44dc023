"""Read what a draft needs from a project, and write drafts into it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from stancebook.coders.codings import read_codebook
from stancebook.drafts.checks import check_annotations
from stancebook.drafts.source_material import (
    Document,
    Material,
    codebook_entries,
    document_values,
    find_examples,
)
from stancebook.exceptions import StancebookError
from stancebook.problems import Problem, display_path, errors_in
from stancebook.schema.contract import Contract
from stancebook.sources.anchoring import JSON_QUOTING, SourceText
from stancebook.sources.atomic_files import write_atomically
from stancebook.sources.corpus import DocumentFiles, SourceFile, read_corpus
from stancebook.sources.discovery import CODINGS, JSON, YAML, SourceListing, discover
from stancebook.sources.editing import new_annotation_file
from stancebook.sources.record_tables import RecordFile
from stancebook.suggestions import did_you_mean

# Next to seeds/, in which a build would take a record for a coding, and a folder of records for a misplaced one.
RECORDS = "drafts"
REPLIES = ".drafts"
MAX_EXAMPLE_DOCUMENTS = 20


class DraftError(StancebookError):
    """A draft cannot be made or written; its text says why."""


@dataclass(frozen=True)
class DraftSources:
    """What was read for a draft.

    Attributes:
        material: What all prompts are made of.
        documents: The documents.
        problems: What prevents a draft; then there are no documents.
    """

    material: Material
    documents: Sequence[Document]
    problems: Sequence[Problem] = ()


@dataclass(frozen=True)
class DraftFiles:
    """The files of a draft of one document by one coder.

    Attributes:
        coding: The annotations.
        record: The record of the run that made them.
    """

    coding: Path
    record: Path

    def check(self, *, may_replace: bool) -> None:
        """Refuse to replace a file that is there, or that was changed since it was drafted.

        Raises:
            DraftError: The file must stay.
        """
        other = self.coding.with_suffix(JSON)
        if other.exists():
            raise DraftError(f"{display_path(other)} is a coding of the same name: move it, or use another --coder.")
        if not self.coding.exists():
            return
        shown = display_path(self.coding)
        if not may_replace:
            raise DraftError(f"{shown} exists: use --replace to draft it again, or another --coder.")
        if hashlib.sha256(self.coding.read_bytes()).hexdigest() != _drafted_digest(self.record):
            raise DraftError(
                f"{shown} was changed since it was drafted, or {display_path(self.record)} does not know it:"
                " move it, or use another --coder."
            )

    def write(self, text: str, record: str, *, may_replace: bool) -> None:
        """Write both files; what was there is checked again, as drafting takes minutes.

        Raises:
            DraftError: A file must stay, or one of them cannot be written.
        """
        self.check(may_replace=may_replace)
        for path, content in ((self.coding, text), (self.record, record)):
            try:
                write_atomically(path, content.encode())
            except OSError as error:
                raise DraftError(f"{display_path(path)} cannot be written: {error.strerror}.") from error


def _drafted_digest(record: Path) -> str:
    """Return the digest of the file that a run wrote; empty if its record cannot be read."""
    try:
        found: Any = json.loads(record.read_bytes())
        return str(found["draft_sha256"])
    except (OSError, ValueError, LookupError, TypeError):
        return ""


def draft_files(root: Path, seeds: Path, coder: str, doc_id: str) -> DraftFiles:
    """Return the files of a draft.

    Args:
        root: The folder of the project.
        seeds: Its folder of sources.
        coder: The coder.
        doc_id: The document.
    """
    return DraftFiles(seeds / CODINGS / coder / f"{doc_id}{YAML}", root / RECORDS / coder / f"{doc_id}{JSON}")


def read_sources(
    contract: Contract, seeds: Path, doc_ids: Sequence[str], *, coder: str, model: str, guide: str
) -> DraftSources:
    """Read what a draft needs.

    Args:
        contract: Declares the tables.
        seeds: The folder of sources.
        doc_ids: The documents to draft, which have a text and annotations with the document's own record.
        coder: The folder of the drafts.
        model: The model that codes, which the drafts name.
        guide: The guide for coders.

    Raises:
        DraftError: There is no such document, or it lacks a file.
    """
    listing = discover(seeds)
    listed = {document.doc_id: document for document in listing.documents}
    if unknown := [doc_id for doc_id in doc_ids if doc_id not in listed]:
        hint = did_you_mean(unknown[0], listed)
        missing = f"There is no document {', '.join(unknown)} in {display_path(seeds)}"
        raise DraftError(f"{missing}; {hint}" if hint else f"{missing}.")
    chosen = [listed[doc_id] for doc_id in dict.fromkeys(doc_ids)]
    for document in chosen:
        if document.text is None or document.annotations is None:
            missing = "text" if document.text is None else f"annotations with a section {contract.document.section!r}"
            raise DraftError(f"The document {document.doc_id} has no {missing}, which a draft needs.")
    codebook, problems = read_codebook(contract, seeds, listing)
    corpus = read_corpus(seeds, SourceListing(codebook=listing.codebook, documents=tuple(chosen)))
    problems = sorted({*problems, *errors_in(corpus.problems)})
    if problems:
        return DraftSources(Material(contract, codebook, {}), (), problems)
    others = [document for document in listing.documents if document.doc_id not in doc_ids][:MAX_EXAMPLE_DOCUMENTS]
    examples, texts = find_examples(
        contract, read_corpus(seeds, replace(listing, codebook=(), documents=tuple(others)))
    )
    entries = codebook_entries(contract, corpus.codebook)
    material = Material(contract, codebook, entries, examples, texts, guide)
    documents = [_document(contract, files, seeds, coder, model) for files in corpus.documents]
    problems = [
        problem
        for files, document in zip(corpus.documents, documents, strict=True)
        for problem in _document_problems(material, document, files)
    ]
    return DraftSources(material, documents, problems)


def _document(contract: Contract, files: DocumentFiles, seeds: Path, coder: str, model: str) -> Document:
    text = files.text or SourceFile("", "")
    return Document(
        doc_id=files.doc_id,
        text=SourceText(text.text, text.name, JSON_QUOTING),
        values=document_values(contract, files, f"{model} (draft)"),
        source=text,
        target=display_path(seeds / CODINGS / coder / f"{files.doc_id}{YAML}"),
    )


def _document_problems(material: Material, document: Document, files: DocumentFiles) -> list[Problem]:
    """Return the errors of a document's own record, where they are in its annotations."""
    head = new_annotation_file(document.values, material.contract)
    found = errors_in(check_annotations(material, document, SourceFile(document.target, head)))
    if not found or files.annotations is None:
        return found
    section = material.contract.document.section
    records = RecordFile(files.annotations, material.contract, files.doc_id).records.get(
        material.contract.document.name
    )
    if not records:
        message = f"the document's own record, {section!r}, is missing or cannot be read"
        return [Problem(files.annotations.name, 1, 1, "", message, "write it before a draft is made")]
    return [
        records[0].problem(problem.where.removeprefix(section).removeprefix(".") or None, problem.message, problem.hint)
        if problem.file == document.target
        else problem
        for problem in found
    ]
