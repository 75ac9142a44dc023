"""Compare the passages of a dataset with the texts of its documents."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from stancebook.dataset.opened_table import OpenTable
from stancebook.dataset.parquet_files import BATCH_ROWS
from stancebook.dataset.table_rules import DOCUMENT, PASSAGE, QUOTE, QUOTE_DIGEST, TEXT_LENGTH, has_passages
from stancebook.problems import Problem, shorten

TEXT_DIGEST = "text_sha256"
_CONTEXT = 20  # characters to show before the first that differs
_MAX_LISTED = 1000  # problems of a table; the others are counted


@dataclass(frozen=True)
class SourceTexts:
    """The texts of documents.

    Attributes:
        name: Where they are, for messages.
        read: Returns the text of a document; None if it is missing or is not text.
    """

    name: str
    read: Callable[[str], str | None]


def text_problems(tables: Mapping[str, OpenTable], texts: SourceTexts) -> Iterator[Problem]:
    """Yield a problem for each document whose text is another one, and for each quote that its text does not have.

    The quotes of a document without its text are not compared. Tables are read in batches, texts one by one.

    Args:
        tables: The tables of a dataset, by name.
        texts: The texts.
    """
    readable = [table for table in tables.values() if table.is_readable]
    without_text: set[str] = set()
    for table in readable:
        if table.has((DOCUMENT, TEXT_DIGEST, TEXT_LENGTH)):
            yield from _document_problems(table, texts, without_text)
    for table in readable:
        if has_passages(table.spec) and table.has({*PASSAGE, *table.key}):
            yield from _limited(table, _quote_problems(table, texts, without_text))


def _document_problems(table: OpenTable, texts: SourceTexts, without_text: set[str]) -> Iterator[Problem]:
    """Yield a problem for each document whose text is missing or differs, and add it to a set."""
    for row, (doc_id, digest, length) in _rows(table, (DOCUMENT, TEXT_DIGEST, TEXT_LENGTH)):
        text = texts.read(doc_id)
        if text is None:
            message = f"its text is not in {texts.name}, so its quotes are not compared"
            problem = _problem(table, row, doc_id, (DOCUMENT, message))
        elif hashlib.sha256(text.encode()).hexdigest() != digest:
            message = f"the text in {texts.name} is not the one that was coded: its SHA-256 differs"
            hint = "restore the text, or build the dataset again"
            problem = _problem(table, row, doc_id, (TEXT_DIGEST, message, hint))
        elif len(text) != length:
            message = f"{length} is not the length of the text, which is {len(text)}"
            yield _problem(table, row, doc_id, (TEXT_LENGTH, message))
            continue
        else:
            continue
        without_text.add(doc_id)
        yield problem


def _quote_problems(table: OpenTable, texts: SourceTexts, without_text: set[str]) -> Iterator[Problem]:
    """Yield a problem for each quote that is not what its text has at its place."""
    current, text = "", None
    if table.spec[QUOTE].withheld and table.has((QUOTE_DIGEST,)):
        yield from _digest_problems(table, texts, without_text)
        return
    for row, (start, end, quote, doc_id, *key) in _rows(table, (*PASSAGE, *table.key)):
        if doc_id != current:  # rows are sorted by document
            current, text = doc_id, None if doc_id in without_text else texts.read(doc_id)
        if text is None or None in (start, end, quote) or text[start:end] == quote:
            continue
        if not table.has_build or (end - start == len(quote) and end <= len(text)):  # else `passage_rules` reports it
            pairs = enumerate(zip_longest(text[start:end], quote))
            differs = next(index for index, (there, here) in pairs if there != here)
            shown = slice(max(0, differs - _CONTEXT), None)
            message = f"the quote is not what the text has from {start} to {end}: character {differs + 1} differs"
            hint = f"the quote has '{shorten(quote[shown])}', the text '{shorten(text[start:end][shown])}'"
            yield _problem(table, row, ", ".join(map(str, key)), ("quote", message, hint))


def _digest_problems(table: OpenTable, texts: SourceTexts, without_text: set[str]) -> Iterator[Problem]:
    """Yield a problem for each withheld quote whose digest is not that of what its text has at its place."""
    for row, (start, end, doc_id, digest, *key) in _rows(table, (*PASSAGE[:2], DOCUMENT, QUOTE_DIGEST, *table.key)):
        text = None if doc_id in without_text else texts.read(doc_id)
        if text is None or None in (start, end) or end > len(text):  # which `passage_rules` reports
            continue
        if hashlib.sha256(text[start:end].encode()).hexdigest() != digest:
            message = f"the quote is not what the text has from {start} to {end}: its SHA-256 differs"
            yield _problem(table, row, ", ".join(map(str, key)), (QUOTE_DIGEST, message))


def _rows(table: OpenTable, columns: tuple[str, ...]) -> Iterator[tuple[int, tuple[Any, ...]]]:
    start = 0
    for batch in table.rows.select(columns).to_batches(BATCH_ROWS):
        yield from enumerate(zip(*(column.to_pylist() for column in batch.columns), strict=True), start)
        start += batch.num_rows


def _problem(table: OpenTable, row: int, record: str, what: tuple[str, ...]) -> Problem:
    """Return a problem of a row, given its column, the message and perhaps a hint."""
    column, message, hint, *_ = (*what, "")
    place = 1 + table.spec.names.index(column)
    record = shorten(record) or f"row {row + 1}"
    return Problem(table.file, row + 1, place, f"{table.spec.name}[{record}].{column}", message, hint)


def _limited(table: OpenTable, problems: Iterator[Problem]) -> Iterator[Problem]:
    """Yield the first problems, and then one for all others."""
    for number, problem in enumerate(problems):
        if number == _MAX_LISTED:
            more = 1 + sum(1 for _ in problems)
            message = f"{more:,} more quotes are not what their texts have at their places"
            yield Problem(table.file, problem.line, problem.column, f"{table.spec.name}.quote", message)
            return
        yield problem
