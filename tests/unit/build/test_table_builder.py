import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pytest

from stancebook.build.coded_table import CodedTable
from stancebook.build.diagnostics import Diagnostics
from stancebook.build.result_cache import ResultCache
from stancebook.build.table_builder import build_coded_tables, document_texts
from stancebook.problems import Problem
from stancebook.sources.anchoring import SourceText
from stancebook.sources.corpus import SourceFile
from stancebook.sources.nodes import Scalar
from stancebook.sources.positions import WrittenScalar
from stancebook.sources.record_tables import RecordFile, RecordTables, read_files
from stancebook.sources.records import ParsedFile
from tests.unit.sample_contract import LETTER, LETTERS, record

CLAIMS, PEOPLE, DOCUMENT, WITNESSES = (LETTERS.tables[name] for name in ("claims", "people", "letters", "witnesses"))
TEXT = SourceText(LETTER, "bridge.txt")
SHA256 = hashlib.sha256(LETTER.encode()).hexdigest()


@dataclass
class BuiltRow:
    """One row of a table that was built, with the problems of its table."""

    table: CodedTable
    row: int
    problems: list[Problem]

    @property
    def valid(self) -> bool:
        return bool(self.table.valid[self.row])

    def __getitem__(self, column: str) -> Any:
        """Return a cell: None if it is empty, and dates as Python has them."""
        value = self.table.frame[column].iloc[self.row]
        if pd.isna(value):
            return None
        return value.date() if isinstance(value, pd.Timestamp) else value


def tables_of(records) -> RecordTables:
    """Return the tables of a file with these records, as if it had been read with positions."""
    in_codebook = LETTERS.in_codebook(records[0].spec.name)
    file = RecordFile(SourceFile("bridge.yaml", ""), LETTERS, "" if in_codebook else "bridge")
    file.parsed = ParsedFile(records)
    return read_files(LETTERS.codebook_tables if in_codebook else LETTERS.document_tables, [file]).tables


def rows_of(*records, text=TEXT) -> list[BuiltRow]:
    """Build records, each after its parent; return their rows."""
    parents = [source.parent for source in records if source.parent is not None]
    tables = tables_of([*parents, *records])
    texts = document_texts([("bridge", text)] if text else [], tables["letters"]) if "letters" in tables else {}
    built, failures = build_coded_tables(LETTERS, tables, texts, ResultCache())
    by_name = {table.spec.name: table for table in built}
    table = by_name[records[0].spec.name]
    problems = Diagnostics(by_name, texts).explain(failures)
    return [BuiltRow(table, row, problems) for row in range(len(records))]


def row_of(source, text=TEXT) -> BuiltRow:
    """Build a record that has no problem."""
    [row] = rows_of(source, text=text)
    assert row.problems == []
    return row


def problem_of(source, text=TEXT) -> tuple[BuiltRow, Problem]:
    """Build a record that has one problem."""
    [row] = rows_of(source, text=text)
    [problem] = row.problems
    return row, problem


def claim(**cells):
    return record(CLAIMS, **{"id": "c01", "person_id": "otto", "quote": "the bridge fell", **cells})


def test_row_has_all_columns():
    """A row has every column of its table."""
    assert tuple(row_of(claim()).table.frame) == CLAIMS.names


def test_quote_is_slice_of_text():
    """A quote is the slice of the text at its offsets."""
    row = row_of(claim(quote="Otto was there,\n and  the miller"))
    assert row["quote"] == "Otto was there,\nand the miller"
    assert LETTER[row["char_start"] : row["char_end"]] == row["quote"]


def test_verbatim_cell_takes_spelling_of_text():
    """A verbatim cell takes the text's own white space."""
    assert row_of(claim(when_text="fell  on\nMonday", when_edtf="1901-04-29"))["when_text"] == "fell on Monday"


def test_annotation_key_joins_document_and_id():
    """The key of an annotation is the document's ID and the record's own."""
    assert row_of(claim())["claim_id"] == "bridge#c01"


@pytest.mark.parametrize(("written", "stored"), [("c02", "bridge#c02"), ("mill#c02", "mill#c02")])
def test_reference_to_annotation_is_completed(written, stored):
    """A reference to an annotation is stored with the document's ID."""
    assert row_of(claim(answers_id=written))["answers_id"] == stored


def test_default_fills_only_missing_cell():
    """A default is used only if the cell is not given."""
    assert row_of(claim())["believer_id"] == "otto"
    assert row_of(claim(believer_id="falk"))["believer_id"] == "falk"


def test_edtf_bounds_fill_date_columns():
    """The bounds of an EDTF expression fill their columns."""
    row = row_of(claim(when_edtf="../1901-04~"))
    assert (row["when_start"], row["when_end"]) == (None, dt.date(1901, 4, 30))


def test_nested_row_has_key_of_parent():
    """A nested row has the key of its parent."""
    assert row_of(record(WITNESSES, parent=claim(), person_id="falk"))["claim_id"] == "bridge#c01"


def test_document_columns_are_filled():
    """The engine fills the ID, length and digest of a document."""
    row = row_of(record(DOCUMENT, sent="1901-05-04", language="en"))
    assert (row["doc_id"], row["n_chars"], row["sent"]) == ("bridge", len(LETTER), dt.date(1901, 5, 4))
    assert row_of(record(DOCUMENT, text_sha256=row["text_sha256"]))["text_sha256"] == row["text_sha256"]


def test_surrounding_white_space_is_removed():
    """White space around a value is removed."""
    row = row_of(record(PEOPLE, person_id=" otto\n", name=" Otto "))
    assert (row["person_id"], row["name"]) == ("otto", "Otto")


@pytest.mark.parametrize(
    ("cells", "message", "hint"),
    [
        ({"strength": "Fair"}, "'Fair' is not a value of strength", "one of weak, fair, strong; did you mean 'fair'?"),
        ({"when_edtf": "April"}, "'April' is not a date in EDTF", "write a day as 2025-02-06"),
        ({"when_text": "the bridge bell"}, "not found in bridge.txt", "the nearest passage is at 3:1: the bridge fell"),
        ({"id": "C 1"}, "'C 1' is not a slug", "lower-case letters"),
        ({"quote": "a ferry sank"}, "not found in bridge.txt", "nothing in the text is similar"),
    ],
)
def test_invalid_cell_is_problem_at_cell(cells, message, hint):
    """An invalid cell is a problem at its place and makes the row invalid."""
    source = claim(**cells)
    [name] = cells
    row, problem = problem_of(source)
    assert (problem.line, problem.column) == (source.cells[name].line, source.cells[name].column)
    assert problem.message == message
    assert hint in problem.hint
    assert not row.valid


def test_repeated_invalid_value_is_problem_each_time():
    """A value that several records have is a problem in each of them, and leaves other rows valid."""
    rows = rows_of(claim(id="c01", strength="Fair"), claim(id="c02", strength="fair"), claim(id="c03", strength="Fair"))
    assert [problem.where for problem in rows[0].problems] == ["claims.strength", "claims.strength"]
    assert [row.valid for row in rows] == [False, True, False]
    assert [row["strength"] for row in rows] == [None, "fair", None]


def test_quote_may_have_invisible_character():
    """A quote keeps an invisible character of the text."""
    row = row_of(claim(quote="bridge\x02 fell"), SourceText("The bridge\x02 fell.", "bridge.txt"))
    assert row["quote"] == "bridge\x02 fell"


@pytest.mark.parametrize("name", ["strength", "when_edtf", "quote"])
def test_invalid_cell_is_empty_in_row(name):
    """An invalid cell is empty in the row."""
    row, _ = problem_of(claim(**{name: "no such thing"}))
    assert row[name] is None


def test_day_has_one_notation():
    """A day has one notation; the hint shows it."""
    _, problem = problem_of(record(DOCUMENT, sent="4 May 1901"))
    assert (problem.message, problem.hint) == ("'4 May 1901' is not a day", "write it as 1901-05-04")


def test_missing_text_leaves_passage_empty():
    """Without a text, passages stay empty and no further problem is reported."""
    row = row_of(claim(when_text="on Friday"), text=None)
    assert (row["quote"], row["char_start"], row["char_end"]) == (None, 0, 0)
    assert not row.valid


def test_mismatch_in_block_points_at_its_line():
    """A quote in a block scalar is reported where it differs from the text."""
    source = claim()
    file_text = "    quote: |-\n      Otto says\n      the rivver did it\n"
    written = WrittenScalar(file_text, 11, len(file_text), "|")
    source.cells["quote"] = Scalar(1, 12, "Otto says\nthe rivver did it", written=written)
    _, problem = problem_of(source)
    assert (problem.line, problem.column) == (3, 14)


@pytest.mark.parametrize(("pin", "matches"), [(None, True), (SHA256, True), (SHA256.upper(), True), ("0" * 64, False)])
def test_pinned_digest_must_match_text(pin, matches):
    """A pinned digest must be that of the text, in either case; without one every text matches."""
    document = record(DOCUMENT, sent="1901-05-04", **({"text_sha256": pin} if pin else {}))
    text = document_texts([("bridge", TEXT)], tables_of([document])["letters"])["bridge"]
    assert text.is_coded is matches
    [row] = rows_of(document)
    assert ([problem.where for problem in row.problems] == ["letters.text_sha256"]) is not matches


def test_quotes_of_other_text_are_not_located():
    """Annotations of another text than the coded one are invalid, without a problem of their own."""
    document, other = record(DOCUMENT, text_sha256="0" * 64), claim(quote="a ferry sank")
    tables = tables_of([document, other])
    texts = document_texts([("bridge", TEXT)], tables["letters"])
    built, failures = build_coded_tables(LETTERS, tables, texts, ResultCache())
    assert [failure.code for failure in failures] == ["pinned_text"]
    assert {table.spec.name: table.valid.tolist() for table in built if len(table.frame)} == {
        "letters": [False],
        "claims": [False],
    }
