"""Parse the text cells of a record strictly into typed values; a cell that does not fit its column is a problem."""

import datetime as dt
import hashlib
import re
from collections.abc import Iterable

from stancebook.problems import Problem
from stancebook.schema.contract import Contract
from stancebook.schema.spec import ID, QUOTE_CONTEXT, SLUG, Column, TableSpec
from stancebook.sources.anchoring import AnchorError, SourceText
from stancebook.sources.edtf_dates import DateFormatError, edtf_bounds, parse_day
from stancebook.sources.records import Record
from stancebook.suggestions import options_hint

Value = str | int | dt.date | None
Row = dict[str, Value]

# Not allowed in raw YAML, but an escape can produce it. Verbatim cells are exempt: the text decides.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
# UTF-8 that was decoded as Windows-1252 or Latin-1: "é" becomes "Ã©", "–" becomes "â€“".
_GARBLED = re.compile("Ã[\u0080-\u00bf]|â€.|â\u0080[\u0080-\u00bf]|Â[\u0080-\u00a0©«®°·»]")


class CellError(ValueError):
    """Raised if a cell does not fit its column; its arguments are a message and a hint."""


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
                row[name] = parse_cell(cell.text.strip(), record.spec[name])
            except (CellError, DateFormatError) as error:
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


def parse_cell(text: str, column: Column) -> Value:
    """Parse the text of a cell.

    Args:
        text: The text, without white space around it.
        column: The column of the cell.

    Raises:
        CellError: The text does not fit the column.
        DateFormatError: It is not a date in the notation of the column.
    """
    match column.kind:
        case "primary_key":
            _require_slug(text)
        case "categorical":
            if text not in column.vocabulary:
                raise CellError(f"{text!r} is not a value of {column.name}", options_hint(text, column.vocabulary))
        case "date":
            return parse_day(text)
        case "edtf":
            edtf_bounds(text)
        case "integer":
            if not re.fullmatch(r"-?\d{1,18}", text, re.ASCII):
                raise CellError(f"{text!r} is not a whole number", "write digits only")
            return int(text)
        case "text" | "foreign_key":
            _require_clean_text(text)
    return text


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


def _require_clean_text(text: str) -> None:
    if found := _CONTROL.search(text):
        raise CellError(f"{text!r} contains the character U+{ord(found[0]):04X}", "remove it: it is invisible")
    if garbled := _GARBLED.search(text):
        raise CellError(
            f"{garbled[0]!r} is what is left of a character that was saved as UTF-8 and read in another encoding",
            "type the character again, and save the file as UTF-8",
        )


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
