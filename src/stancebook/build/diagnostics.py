"""Turn failures into problems: positions are looked up, and hints are computed, only for what failed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from stancebook.build.coded_table import CodedTable, CodedTables, Failure, FailureCode
from stancebook.build.rule_checks import MIN_ROWS_FOR_DOCUMENT_PROBLEM
from stancebook.build.table_builder import DocumentTexts
from stancebook.problems import Problem
from stancebook.schema.spec import QUOTE_CONTEXT
from stancebook.sources.anchoring import AnchorError
from stancebook.sources.records import Record
from stancebook.suggestions import did_you_mean


@dataclass(frozen=True)
class Diagnostics:
    """What is needed to explain failures.

    Attributes:
        tables: The tables in which they were found, and those that these refer to.
        texts: The texts of the documents.
    """

    tables: CodedTables
    texts: DocumentTexts

    def explain(self, failures: Iterable[Failure]) -> list[Problem]:
        """Return the problem of each failure."""
        return [_EXPLANATIONS[failure.code](self, failure) for failure in failures]

    def record(self, failure: Failure) -> Record:
        """Return the record of a failure, with its position."""
        return self.tables[failure.table].records.record(failure.row)


_REMOVE_DOCUMENT = "remove one of the two documents: its rows would count twice"


def _cell(diagnostics: Diagnostics, failure: Failure) -> Problem:
    return diagnostics.record(failure).problem(failure.column, *failure.arguments, level=failure.level)


def _pinned_text(diagnostics: Diagnostics, failure: Failure) -> Problem:
    [digest] = failure.arguments
    message = f"the text is not the one that was coded: its SHA-256 is {digest}"
    hint = "restore the text; or check the coding against the new text, and give its SHA-256 here"
    return diagnostics.record(failure).problem(failure.column, message, hint)


def _passage(diagnostics: Diagnostics, failure: Failure) -> Problem:
    """Return the problem of a quote, at the position where it differs from the text."""
    record = diagnostics.record(failure)
    prefix, suffix = (cell.text if (cell := record.cells.get(key)) else "" for key in QUOTE_CONTEXT)
    text = diagnostics.texts[record.doc_id].text
    return _anchor_problem(record, "quote", lambda words: text.anchor(words, prefix, suffix))


def _words(diagnostics: Diagnostics, failure: Failure) -> Problem:
    record = diagnostics.record(failure)
    return _anchor_problem(record, str(failure.column), diagnostics.texts[record.doc_id].text.locate)


def _anchor_problem(record: Record, key: str, locate: Callable[[str], object]) -> Problem:
    cell = record.cells[key]
    try:
        locate(cell.text if key == "quote" else cell.text.strip())
    except AnchorError as error:
        return record.problem(key, *error.args, at=cell.position_at(error.offset))
    raise AssertionError(f"{record.where}.{key} was not found before, and is now")


def _repeated_key(diagnostics: Diagnostics, failure: Failure) -> Problem:
    shown, earlier_row = failure.arguments
    record, earlier = diagnostics.record(failure), _other(diagnostics, failure, earlier_row)
    hint = "give each row a key of its own"
    if record.file != earlier.file:
        hint += f"; or remove the file, if it is a copy of {earlier.file}"
    return record.problem(failure.column, f"{shown!r} is already used in {_location(earlier, record)}", hint)


def _repeated_text(diagnostics: Diagnostics, failure: Failure) -> Problem:
    message = f"the text is the same, byte for byte, as that of {failure.arguments[0]!r}"
    return diagnostics.record(failure).problem(None, message, _REMOVE_DOCUMENT)


def _similar_text(diagnostics: Diagnostics, failure: Failure) -> Problem:
    message = f"the text is that of {failure.arguments[0]!r}, apart from line ends and other white space"
    return diagnostics.record(failure).problem(None, message, _REMOVE_DOCUMENT, level=failure.level)


def _repeated_record(diagnostics: Diagnostics, failure: Failure) -> Problem:
    key, record = str(failure.column), diagnostics.record(failure)
    earlier = _other(diagnostics, failure, failure.arguments[0])
    location = _location(earlier, record)
    message = f"this is the same as {earlier.cells[key].text!r} in {location} in all but its {key}"
    return record.problem(key, message, "remove one of the two, or say what is different")


def _missing_row(diagnostics: Diagnostics, failure: Failure) -> Problem:
    """Return the problem of a key that no row has, at its first reference.

    If only one row of the codebook is never referenced by another table, the hint suggests that row.
    """
    key, target, references, occurrences, never_referenced = failure.arguments
    cells = [(diagnostics.tables[each.table].records.record(each.row), each.column) for each in references]
    record, column = min(cells, key=lambda cell: _position(*cell))
    typed = record.cells[column].text.strip()
    if len(never_referenced) == 1:
        hint = f"{never_referenced[0]!r} is never referenced; did you mean it?"
    else:
        keys = diagnostics.tables[target].records.typed_keys.to_pylist()
        local = [other.removeprefix(f"{record.doc_id}#") for other in keys]
        hint = did_you_mean(typed, local) or f"add it to the {target}, or refer to another"
    problem = record.problem(column, f"{typed!r} is not among the {target}", hint)
    return replace(problem, cause=f"{target}: {key}", occurrences=occurrences)


def _cycle(diagnostics: Diagnostics, failure: Failure) -> Problem:
    cycle = failure.arguments
    path = " → ".join(key.rpartition("#")[2] for key in [*cycle, cycle[0]])
    message = f"the reference goes in a circle: {path}"
    return diagnostics.record(failure).problem(failure.column, message, "remove one of them")


def _model(diagnostics: Diagnostics, failure: Failure) -> Problem:
    record = diagnostics.record(failure)
    column = failure.column if failure.column in record.cells else None
    return record.problem(column, failure.arguments[0], level=failure.level)


def _document_rule(diagnostics: Diagnostics, failure: Failure) -> Problem:
    """Return one problem for many rows that contradict a value of their document."""
    broken: tuple[Failure, ...] = failure.arguments
    messages = dict.fromkeys(row.arguments[0] for row in broken)
    lines = ", ".join(str(diagnostics.record(row).line) for row in broken[:MIN_ROWS_FOR_DOCUMENT_PROBLEM])
    hint = "\n".join([*messages, f"if this value is right, check the records in lines {lines} …"])
    return diagnostics.record(failure).problem(failure.column, f"{len(broken)} records conflict with this value", hint)


_EXPLANATIONS: dict[FailureCode, Callable[[Diagnostics, Failure], Problem]] = {
    "cell": _cell,
    "pinned_text": _pinned_text,
    "passage": _passage,
    "words": _words,
    "repeated_key": _repeated_key,
    "repeated_text": _repeated_text,
    "similar_text": _similar_text,
    "repeated_record": _repeated_record,
    "missing_row": _missing_row,
    "cycle": _cycle,
    "model": _model,
    "rule": _model,
    "document_rule": _document_rule,
}


def _other(diagnostics: Diagnostics, failure: Failure, row: int) -> Record:
    """Return another record of the table of a failure."""
    table: CodedTable = diagnostics.tables[failure.table]
    return table.records.record(row)


def _location(earlier: Record, record: Record) -> str:
    return f"line {earlier.line}" if earlier.file == record.file else f"{earlier.file}:{earlier.line}"


def _position(record: Record, column: str) -> tuple[int, int]:
    cell = record.cells[column]
    return cell.line, cell.column
