"""Codings: the annotations of one coder, read and checked as if they were those of the dataset."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from stancebook.build.coded_table import CodedTables, frames_of
from stancebook.build.pipeline import CheckedCodebook, check_codebook, check_documents, code_documents
from stancebook.problems import Problem, deduplicate, errors_in
from stancebook.schema.contract import Contract
from stancebook.sources.corpus import Corpus, read_corpus
from stancebook.sources.discovery import AUTHORITATIVE, CodingListing, SourceDocument, SourceListing
from stancebook.sources.filesystem import Location

_CODER_COLUMN = "coder"  # of the document table: who coded, in words


@dataclass(frozen=True)
class Position:
    """Where a row is written: the file as displayed to the user, line and column from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True)
class Coding:
    """The annotations of one coder.

    Attributes:
        coder: The name of the coder's folder.
        tables: The rows as written, by table.
        frames: The typed rows by table; row `i` is made from record `i` of the table.
        texts: The texts of the coded documents, by id.
        problems: The problems of the coder's files. Frames with errors are not fit to be compared.
        remarks: The remarks in the coder's files, by section.
    """

    coder: str
    tables: CodedTables
    frames: Mapping[str, pd.DataFrame]
    texts: Mapping[str, str]
    problems: Sequence[Problem]
    remarks: CodedTables

    @property
    def errors(self) -> list[Problem]:
        """The problems that prevent a comparison."""
        return errors_in(self.problems)

    def described(self, contract: Contract) -> str:
        """Return who the coder is, in the words of the coder's files; empty if they do not say it."""
        documents = self.frames[contract.document.name]
        named = dict.fromkeys(documents[_CODER_COLUMN].dropna()) if _CODER_COLUMN in documents else {}
        return ", ".join(map(str, named))

    def position(self, table: str, row: int) -> Position:
        """Return where a row is written."""
        record = self.tables[table].records.record(row)
        return Position(record.file, record.line, record.column)


def read_codebook(contract: Contract, seeds: Location, listing: SourceListing) -> tuple[CheckedCodebook, list[Problem]]:
    """Read and check the codebook that codings refer to.

    Args:
        contract: The contract of the dataset.
        seeds: The folder of sources.
        listing: Its codebook.

    Returns:
        The codebook, and the problems that prevent a comparison.
    """
    corpus = read_corpus(seeds, replace(listing, documents=(), problems=()))
    codebook = check_codebook(contract, corpus)
    return codebook, errors_in([*corpus.problems, *codebook.problems, *codebook.reference_problems])


def read_all_codings(
    contract: Contract, seeds: Location, listing: SourceListing, found: CodingListing, codebook: CheckedCodebook
) -> list[Coding]:
    """Read and check the codings of all coders; of a single coder, the annotations of the dataset are the other one.

    Args:
        contract: The contract of the dataset.
        seeds: The folder of sources.
        listing: Its codebook and documents.
        found: Its codings.
        codebook: The codebook.
    """
    coders: dict[str, Sequence[SourceDocument]] = dict(found.coders)
    if len(coders) == 1:
        [coded] = coders.values()
        doc_ids = {document.doc_id for document in coded}
        coders[AUTHORITATIVE] = [each for each in listing.documents if each.doc_id in doc_ids]
    return list(read_codings(contract, seeds, listing, coders, codebook))


def read_codings(
    contract: Contract,
    seeds: Location,
    listing: SourceListing,
    codings: Mapping[str, Sequence[SourceDocument]],
    codebook: CheckedCodebook,
) -> Iterator[Coding]:
    """Read and check codings, one coder after the other.

    Each is checked with the rules for annotations of the dataset, by the same codebook. References to rows of documents
    that the coder did not code are not followed, and rules on the codebook are skipped: they are about all documents.

    Args:
        contract: The contract of the dataset.
        seeds: The folder of sources.
        listing: The listing of the folder.
        codings: The documents of each coder, by the coder's name.
        codebook: The codebook.
    """
    for coder, documents in codings.items():
        own = replace(listing, codebook=(), documents=tuple(documents), problems=())
        not_coded = {each.doc_id for each in listing.documents} - {each.doc_id for each in documents}
        yield check_coding(contract, read_corpus(seeds, own), codebook, coder, not_coded)


def check_coding(
    contract: Contract, corpus: Corpus, codebook: CheckedCodebook, coder: str, not_coded: Collection[str] = ()
) -> Coding:
    """Check the annotations of one coder, as `read_codings` does.

    Args:
        contract: The contract of the dataset.
        corpus: The documents that the coder coded.
        codebook: The codebook.
        coder: The coder.
        not_coded: The other documents of the dataset; references to their rows are not followed.
    """
    coded = code_documents(contract, corpus, codebook)
    coded = replace(coded, incomplete=coded.incomplete.union(not_coded))
    frames, found = check_documents(contract, coded, codebook, partial=True)
    own_files = {files.annotations.name for files in corpus.documents if files.annotations is not None}
    problems = [each for each in deduplicate(found) if each.file in own_files or each in corpus.problems]
    texts = {files.doc_id: files.text.text for files in corpus.documents if files.text is not None}
    return Coding(coder, coded.tables, frames, texts, errors_in(problems) or problems, coded.remarks)


def read_coding(contract: Contract, corpus: Corpus, codebook: CheckedCodebook, coder: str) -> Coding:
    """Read the annotations of one coder, without the problems in them: some cells may be empty that must not be.

    Args:
        contract: The contract of the dataset.
        corpus: The documents that the coder coded.
        codebook: The codebook.
        coder: The coder.
    """
    coded = code_documents(contract, corpus, codebook)
    texts = {files.doc_id: files.text.text for files in corpus.documents if files.text is not None}
    return Coding(coder, coded.tables, frames_of(coded.tables), texts, (), coded.remarks)
