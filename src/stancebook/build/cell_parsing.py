"""A record's text cells → typed values: strictly, or with a problem at the cell."""

import datetime as dt
import hashlib
import re
from collections.abc import Callable, Iterable, Mapping

from stancebook.problems import Problem
from stancebook.schema.contract import Contract
from stancebook.schema.spec import ID, QUOTE_CONTEXT, SLUG, Column, ColumnKind, TableSpec
from stancebook.sources.anchoring import AnchorError, SourceText
from stancebook.sources.edtf_dates import DateFormatError, edtf_bounds, parse_day
from stancebook.sources.records import Record
from stancebook.suggestions import options_hint

# What raw YAML may not hold, and an escape may bring in; words of the text are as the text has them.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")

Value = str | int | dt.date | None
Row = dict[str, Value]


# What UTF-8 turns into when it is read as Windows-1252 or Latin-1: "é" into "Ã©", "–" into "â€“".
_GARBLED = re.compile("Ã[\u0080-\u00bf]|â€.|â\u0080[\u0080-\u00bf]|Â[\u0080-\u00a0©«®°·»]")


class CellError(ValueError):
    """Raised where a cell is not what its column holds; its first argument says why, its second what would be."""


def parse_record(record: Record, contract: Contract, text: SourceText | None) -> tuple[Row, list[Problem]]:
    """Return a record's row, and the problems of its cells; a record with problems is marked as invalid.

    A cell with a problem is empty in the row. `text` is the document's, or None where there is none to
    look into; then whatever needs it stays empty without a further problem.
    """
    row: Row = dict.fromkeys(record.spec.names)
    problems: list[Problem] = []
    for name, cell in record.cells.items():
        if name in row:
            try:
                row[name] = parse_cell(cell.text.strip(), record.spec[name])
            except (CellError, DateFormatError) as fault:
                problems.append(record.problem(name, *fault.args))
    _fill_bounds(record.spec, row)
    _fill_references(record, row, contract)
    if record.parent is not None:
        row[record.parent.spec.key[0]] = record.parent.key
    problems += _fill_by_engine(record, row, text)
    problems += _fill_words(record, row, text)
    if problems:
        record.invalidate()
    return row, problems


def parse_cell(text: str, column: Column) -> Value:
    """Return a cell's text as a value of its column. Raises `CellError` and `DateError`."""
    return _FROM_TEXT[column.kind](text, column)


def matches_pinned_digest(text: SourceText, records: Iterable[Record]) -> bool:
    """Return whether a text is the one that its document's record pins, if that pins any."""
    pins = [record.cells["text_sha256"] for record in records if "text_sha256" in record.cells]
    return all(_same_digest(pin.text, text) for pin in pins)


def _same_digest(pin: str, text: SourceText) -> bool:
    return pin.strip().lower() == _sha256(text)  # some tools write the digits in capitals


def _sha256(text: SourceText) -> str:
    return hashlib.sha256(text.raw.encode("utf-8")).hexdigest()


def _fill_bounds(spec: TableSpec, row: Row) -> None:
    for column in spec.columns:
        expression = row[column.bound_of] if column.bound_of else None
        if isinstance(expression, str):
            row[column.name] = edtf_bounds(expression)[0 if column.filled_by == "edtf_lower" else 1]


def _fill_references(record: Record, row: Row, contract: Contract) -> None:
    """Write references in full, and defaults where none is given."""
    for column in record.spec.columns:
        value = row[column.name]
        if (
            column.target
            and isinstance(value, str)
            and contract.tables[column.target].is_annotation
            and "#" not in value
        ):
            row[column.name] = f"{record.doc_id}#{value}"
    for column in record.spec.columns:
        if column.default is not None and column.name not in record.cells:
            row[column.name] = row[column.default]


def _fill_by_engine(record: Record, row: Row, text: SourceText | None) -> list[Problem]:
    if record.spec.kind == "document":
        return _fill_document(record, row, text)
    if record.spec.kind == "annotation":
        return [*_fill_key(record, row), *_fill_passage(record, row, text)]
    return []


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
    return [
        record.problem("text_sha256", message, "restore the text, or read the coding against it and pin the new one")
    ]


def _fill_key(record: Record, row: Row) -> list[Problem]:
    row["doc_id"] = record.doc_id
    given = record.cells.get(ID)
    if given is None:
        return []
    try:
        slug(given.text.strip())
    except CellError as fault:
        return [record.problem(ID, *fault.args)]
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
    except AnchorError as fault:
        return [_not_found(record, "quote", fault)]
    row["quote"] = text.raw[span.start : span.end]
    row["char_start"], row["char_end"] = span.start, span.end
    return []


def _fill_words(record: Record, row: Row, text: SourceText | None) -> list[Problem]:
    """Replace words that must stand in the document by the document's own spelling of them."""
    problems = []
    for column in record.spec.columns:
        words = row[column.name]
        if column.kind == "verbatim" and column.name != "quote" and isinstance(words, str) and text is not None:
            try:
                row[column.name] = text.locate(words)
            except AnchorError as fault:
                problems.append(_not_found(record, column.name, fault))
    return problems


def _not_found(record: Record, key: str, fault: AnchorError) -> Problem:
    """Return the problem of words that are not the document's, placed where they leave it."""
    return record.problem(key, *fault.args, at=record.cells[key].position_at(fault.offset))


def slug(text: str) -> str:
    """Return a text that is a slug; raise `CellError` if it is none."""
    if not SLUG.matches(text):
        raise CellError(f"{text!r} is not a slug", SLUG.description)
    return text


def _key(text: str, column: Column) -> Value:
    return slug(text)


def _text(text: str, column: Column) -> Value:
    if found := _CONTROL.search(text):
        raise CellError(f"the character U+{ord(found[0]):04X} stands in {text!r}", "take it out: no reader shows it")
    if garbled := _GARBLED.search(text):
        raise CellError(
            f"{garbled[0]!r} is what is left of a character that was saved as UTF-8 and read as something else",
            "type the character anew, and save the file as UTF-8",
        )
    return text


def _verbatim(text: str, column: Column) -> Value:
    return text  # garbled or not: the document decides


def _choice(text: str, column: Column) -> Value:
    if text not in column.vocabulary:
        raise CellError(f"{text!r} is not a value of {column.name}", options_hint(text, column.vocabulary))
    return text


def _day(text: str, column: Column) -> Value:
    return parse_day(text)


def _edtf(text: str, column: Column) -> Value:
    edtf_bounds(text)
    return text


def _integer(text: str, column: Column) -> Value:
    if not re.fullmatch(r"-?\d{1,18}", text, re.ASCII):
        raise CellError(f"{text!r} is not a whole number", "write digits only")
    return int(text)


_FROM_TEXT: Mapping[ColumnKind, Callable[[str, Column], Value]] = {
    "primary_key": _key,
    "foreign_key": _text,
    "categorical": _choice,
    "text": _text,
    "verbatim": _verbatim,
    "edtf": _edtf,
    "date": _day,
    "integer": _integer,
}
