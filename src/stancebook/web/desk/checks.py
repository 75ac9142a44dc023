"""Check one document in its unsaved state with the functions of the build."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from stancebook.build.coded_table import CodedTable
from stancebook.build.pipeline import CheckedCodebook, check_codebook, check_documents, code_documents
from stancebook.build.result_cache import ResultCache
from stancebook.problems import Problem, deduplicate
from stancebook.schema.contract import Contract
from stancebook.sources.corpus import Corpus, DocumentFiles, SourceFile
from stancebook.sources.sentences import SentenceSpan

_WORDS = re.compile(r"[a-z0-9]+(?:[-/][a-z0-9]+)*")  # what may be the id of a document

Span = tuple[int, int]


@dataclass(frozen=True)
class CheckedDocument:
    """What the build finds in one document.

    Attributes:
        problems: The problems of its two files.
        spans: For each annotation table the passage of each record, in the order of the file; None if it has none.
        sentences: The sentences of the text.
        frames: The tables of the document, of those it refers to, and of the codebook; rows with problems are included.
    """

    problems: list[Problem]
    spans: Mapping[str, Sequence[Span | None]]
    sentences: Sequence[SentenceSpan]
    frames: Mapping[str, pd.DataFrame]


def check_document(
    contract: Contract,
    document: DocumentFiles,
    codebook: CheckedCodebook,
    others: Mapping[str, Callable[[], DocumentFiles]],
    cache: ResultCache,
) -> CheckedDocument:
    """Check a document. Tables that are derived from all documents are not computed.

    Args:
        contract: The contract of the dataset.
        document: The texts of its two files.
        codebook: The checked codebook.
        others: Returns the texts of the files of the other documents, by id; only those that it refers to are read.
        cache: Has results of earlier checks of the document.
    """
    files = [document, *connected_documents(document, others)]
    corpus = Corpus((), complete=True, documents=tuple(files), digests={}, problems=())
    coded = code_documents(contract, corpus, codebook, cache)
    frames, found = check_documents(contract, coded, codebook, cache, partial=True)
    own_files = {file.name for file in (document.text, document.annotations) if file is not None}
    spans = {
        spec.name: _spans(coded.tables[spec.name], document.doc_id) for spec in contract.tables_of_kind("annotation")
    }
    text = coded.texts.get(document.doc_id)
    problems = [problem for problem in deduplicate(found) if problem.file in own_files]
    return CheckedDocument(problems, spans, text.sentences if text else [], frames)


def codebook_of(contract: Contract, files: Sequence[SourceFile], *, complete: bool) -> CheckedCodebook:
    """Return the codebook in some files, checked without documents."""
    return check_codebook(contract, Corpus(tuple(files), complete=complete, documents=(), digests={}, problems=()))


def connected_documents(
    document: DocumentFiles, others: Mapping[str, Callable[[], DocumentFiles]]
) -> list[DocumentFiles]:
    """Return the other documents whose ids occur in the annotations of a document, and so on."""
    found: dict[str, DocumentFiles] = {}
    pending = [document]
    while pending:
        annotations = pending.pop().annotations
        words = {*_WORDS.findall(annotations.text)} if annotations else set()
        for doc_id in sorted(words & others.keys() - found.keys() - {document.doc_id}):
            found[doc_id] = others[doc_id]()
            pending.append(found[doc_id])
    return list(found.values())


def _spans(table: CodedTable, doc_id: str) -> list[Span | None]:
    for file, start, end in table.records.by_file():
        if file.doc_id == doc_id:
            rows = table.frame.iloc[start:end]
            pairs = zip(rows["char_start"].tolist(), rows["char_end"].tolist(), strict=True)
            return [(first, last) if first < last else None for first, last in pairs]
    return []
