"""Turn failures into problems: positions are looked up, and hints are computed, only for what failed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from stancebook.build.coded_table import CodedTable, CodedTables, Failure, FailureCode
from stancebook.build.pins import explain_pin
from stancebook.build.rule_checks import MIN_ROWS_FOR_DOCUMENT_PROBLEM
from stancebook.build.table_builder import PIN, DocumentTexts
from stancebook.problems import Problem, pluralize
from stancebook.schema.definitions import vocabulary_source
from stancebook.schema.spec import QUOTE_CONTEXT
from stancebook.sources.anchoring import AnchorError
from stancebook.sources.records import Record
from stancebook.suggestions import did_you_mean

MIN_UNLIKE_QUOTES = 3  # so many quotes that are like nothing in a text: it is likelier that the text is wrong


@dataclass(frozen=True)
class Diagnostics:
    """What is needed to explain failures.

    Attributes:
        tables: The tables in which they were found, and those that these refer to.
        texts: The texts of the documents.
    """

    tables: CodedTables
    texts: DocumentTexts
    _anchor_errors: dict[tuple[str, int, str], AnchorError] = field(default_factory=dict)

    def explain(self, failures: Iterable[Failure]) -> list[Problem]:
        """Return the problem of each failure; one for all quotes of a text that is probably another one."""
        failures = list(failures)
        others = other_texts(self, failures)
        return [*others.values()] + [
            _EXPLANATIONS[failure.code](self, failure)
            for failure in failures
            if not (failure.code in ("passage", "words") and self.record(failure).doc_id in others)
        ]

    def anchor_error(self, failure: Failure) -> AnchorError:
        """Return why a quote, or other words, are not found."""
        place = failure.table, failure.row, str(failure.column)
        if place not in self._anchor_errors:
            self._anchor_errors[place] = _anchor_error(self, failure)
        return self._anchor_errors[place]

    def record(self, failure: Failure) -> Record:
        """Return the record of a failure, with its position."""
        return self.tables[failure.table].records.record(failure.row)


_REMOVE_DOCUMENT = "remove one of the two documents: its rows would count twice"


def _anchor_error(diagnostics: Diagnostics, failure: Failure) -> AnchorError:
    record, key = diagnostics.record(failure), str(failure.column)
    text, typed = diagnostics.texts[record.doc_id].text, record.cells[key].text
    try:
        if failure.code == "passage":
            text.anchor(typed, *(cell.text if (cell := record.cells.get(name)) else "" for name in QUOTE_CONTEXT))
        else:
            text.locate(typed)
    except AnchorError as error:
        return error
    raise AssertionError(f"{record.where}.{key} was not found before, and is now")


def other_texts(diagnostics: Diagnostics, failures: Iterable[Failure]) -> dict[str, Problem]:
    """Return a problem for each text that is probably not the one that was coded, by document.

    It has none of the quotes, or nothing that is similar to most of what they quote.
    """
    not_found: dict[str, list[Failure]] = {}
    for failure in failures:
        if failure.code == "passage":
            not_found.setdefault(diagnostics.tables[failure.table].document(failure.row), []).append(failure)
    others: dict[str, Problem] = {}
    for doc_id, missing in not_found.items():
        lengths = _quote_lengths(diagnostics.tables, doc_id)
        if sum(lengths[failure.table, failure.row] for failure in missing) * 2 <= sum(lengths.values()):
            continue  # most is found, and nothing has to be searched
        text = diagnostics.texts[doc_id].text
        unlike = [failure for failure in missing if diagnostics.anchor_error(failure).similar is False]
        unlike_length = sum(lengths[failure.table, failure.row] for failure in unlike)
        too_short = len(text.normalized) * 2 < min(lengths.values())  # nothing in it can be similar to a quote
        enough = len(unlike) >= MIN_UNLIKE_QUOTES or (len(unlike) > 1 and len(unlike) == len(lengths))
        if too_short or (enough and unlike_length * 2 > sum(lengths.values())):
            first = min(map(diagnostics.record, missing), key=lambda record: (record.line, record.column))
            number = len(missing if too_short else unlike)
            count = f"{'any' if number == len(lengths) else number} of the {pluralize(len(lengths), 'quote')}"
            message = f"this is not the text that was coded: nothing in it is like {count}"
            hint = (
                f"put the text here that was coded in {first.file}; or correct the quotes there, from line {first.line}"
            )
            others[doc_id] = Problem(text.name, 1, 1, "", message, hint)
    return others


def _quote_lengths(tables: CodedTables, doc_id: str) -> dict[tuple[str, int], int]:
    """Return the lengths of the quotes of a document, by table and row."""
    return {
        (name, row): len(quote)
        for name, table in tables.items()
        if table.spec.is_anchored
        for file, start, end in table.records.by_file()
        if file.doc_id == doc_id
        for row, quote in enumerate(table.records.columns["quote"].slice(start, end - start).to_pylist(), start)
        if quote is not None
    }


def _cell(diagnostics: Diagnostics, failure: Failure) -> Problem:
    message, hint = failure.arguments
    spec, key = diagnostics.tables[failure.table].spec, str(failure.column)
    if key in spec.names and spec[key].vocabulary and (source := vocabulary_source(spec, key)):
        hint = f"{hint}\nvalues are defined in {source}; add one there only if none of these fits"
    return diagnostics.record(failure).problem(failure.column, message, hint, level=failure.level)


def _pinned_text(diagnostics: Diagnostics, failure: Failure) -> Problem:
    record = diagnostics.record(failure)
    text = diagnostics.texts[record.doc_id].text
    return record.problem(PIN, *explain_pin(record.cells[PIN].text.strip(), text.raw))


def _blank_text(diagnostics: Diagnostics, failure: Failure) -> Problem:
    text = diagnostics.texts[diagnostics.record(failure).doc_id].text
    what = "has no words" if text.raw else "is empty"
    return Problem(text.name, 1, 1, "", f"the text {what}", "restore it: quotes are located in it")


def _passage(diagnostics: Diagnostics, failure: Failure) -> Problem:
    """Return the problem of a quote or of words, at the position where they differ from the text."""
    record, error = diagnostics.record(failure), diagnostics.anchor_error(failure)
    key = str(failure.column)
    return record.problem(key, *error.args, at=record.cells[key].position_at(error.offset))


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
    "blank_text": _blank_text,
    "passage": _passage,
    "words": _passage,
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
