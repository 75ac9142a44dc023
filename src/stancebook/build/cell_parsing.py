"""Parse the text cells of a record strictly into typed values; a cell that does not fit its column is a problem."""

import hashlib
from collections.abc import Iterable
from typing import Any

from stancebook.problems import CellError, Problem
from stancebook.schema.column_types import SLUG
from stancebook.schema.contract import Contract
from stancebook.schema.edtf_dates import edtf_bounds
from stancebook.schema.spec import ID, QUOTE_CONTEXT, TableSpec
from stancebook.sources.anchoring import AnchorError, SourceText
from stancebook.sources.records import Record

Row = dict[str, Any]


def parse_record(record: Record, contract: Contract, text: SourceText | None) -> tuple[Row, list[Problem]]:
    """Parse the cells of a record, and fill the columns that the engine fills.

    A record with problems is marked as invalid.

    Args:
        record: The record.
        contract: The contract of the dataset.
        text: The text of the document. Without one, the columns that need it stay empty, and no problem is added.

    Returns:
        The row, with a value for every column of the table (None for an invalid cell), and the problems of its cells.
    """
    row: Row = dict.fromkeys(record.spec.names)
    problems: list[Problem] = []
    for name, cell in record.cells.items():
        if name in row:
            try:
                row[name] = record.spec[name].parse(cell.text.strip())
            except CellError as error:
                problems.append(record.problem(name, *error.args))
    _fill_bounds(record.spec, row)
    _fill_references(record, row, contract)
    if record.parent is not None:
        row[record.parent.spec.key[0]] = record.parent.key
    if record.spec.kind == "document":
        problems += _fill_document(record, row, text)
    elif record.spec.kind == "annotation":
        problems += [*_fill_key(record, row), *_fill_passage(record, row, text)]
    problems += _fill_verbatim(record, row, text)
    if problems:
        record.invalidate()
    return row, problems


def matches_pinned_digest(text: SourceText, records: Iterable[Record]) -> bool:
    """Return whether a text has the SHA-256 that a record of its document gives; True if none gives one."""
    pins = [record.cells["text_sha256"] for record in records if "text_sha256" in record.cells]
    digest = _sha256(text)
    return all(pin.text.strip().lower() == digest for pin in pins)  # some tools write the digits in capitals


def _sha256(text: SourceText) -> str:
    return hashlib.sha256(text.raw.encode("utf-8")).hexdigest()


def _require_slug(text: str) -> None:
    if not SLUG.matches(text):
        raise CellError(f"{text!r} is not a slug", SLUG.description)


def _fill_bounds(spec: TableSpec, row: Row) -> None:
    for column in spec.columns:
        expression = row[column.bound_of] if column.bound_of else None
        if isinstance(expression, str):
            row[column.name] = edtf_bounds(expression)[0 if column.filled_by == "edtf_lower" else 1]


def _fill_references(record: Record, row: Row, contract: Contract) -> None:
    """Complete references to annotations with the document's ID, and fill defaults."""
    for column in record.spec.columns:
        value = row[column.name]
        to_annotation = column.target and contract.tables[column.target].is_annotation
        if to_annotation and isinstance(value, str) and "#" not in value:
            row[column.name] = f"{record.doc_id}#{value}"
    for column in record.spec.columns:
        if column.default is not None and column.name not in record.cells:
            row[column.name] = row[column.default]


def _fill_document(record: Record, row: Row, text: SourceText | None) -> list[Problem]:
    row["doc_id"] = record.doc_id
    if text is None:
        record.invalidate()
        return []
    row["n_chars"] = len(text.raw)
    row["text_sha256"] = _sha256(text)
    if matches_pinned_digest(text, [record]):
        return []
    message = f"the text is not the one that was coded: its SHA-256 is {row['text_sha256']}"
    hint = "restore the text; or check the coding against the new text, and give its SHA-256 here"
    return [record.problem("text_sha256", message, hint)]


def _fill_key(record: Record, row: Row) -> list[Problem]:
    row["doc_id"] = record.doc_id
    cell = record.cells.get(ID)
    if cell is None:
        return []
    try:
        _require_slug(cell.text.strip())
    except CellError as error:
        return [record.problem(ID, *error.args)]
    row[record.spec.key[0]] = record.key
    return []


def _fill_passage(record: Record, row: Row, text: SourceText | None) -> list[Problem]:
    quote = record.cells.get("quote")
    row["quote"] = None
    if text is None or quote is None:
        record.invalidate()
        return []
    prefix, suffix = (cell.text if (cell := record.cells.get(key)) else "" for key in QUOTE_CONTEXT)
    try:
        span = text.anchor(quote.text, prefix, suffix)
    except AnchorError as error:
        return [_anchor_problem(record, "quote", error)]
    row["quote"] = text.raw[span.start : span.end]
    row["char_start"], row["char_end"] = span.start, span.end
    return []


def _fill_verbatim(record: Record, row: Row, text: SourceText | None) -> list[Problem]:
    """Replace verbatim cells by the text's own white space."""
    problems = []
    for column in record.spec.columns:
        words = row[column.name]
        if column.kind == "verbatim" and column.name != "quote" and isinstance(words, str) and text is not None:
            try:
                row[column.name] = text.locate(words)
            except AnchorError as error:
                problems.append(_anchor_problem(record, column.name, error))
    return problems


def _anchor_problem(record: Record, key: str, error: AnchorError) -> Problem:
    """Return the problem of words that are not in the text, at the position where they differ from it."""
    return record.problem(key, *error.args, at=record.cells[key].position_at(error.offset))
