import datetime as dt
import hashlib

import pytest

from stancebook.build.cell_parsing import matches_pinned_digest, parse_record
from stancebook.sources.anchoring import SourceText
from stancebook.sources.yaml_reader import Scalar
from tests.unit.sample_contract import LETTER, LETTERS, record

CLAIMS, PEOPLE, DOCUMENT, WITNESSES = (LETTERS.tables[name] for name in ("claims", "people", "letters", "witnesses"))
TEXT = SourceText(LETTER, "bridge.txt")
SHA256 = hashlib.sha256(LETTER.encode()).hexdigest()


def row_of(made, text=TEXT):
    row, problems = parse_record(made, LETTERS, text)
    assert problems == []
    return row


def fault_of(made, text=TEXT):
    row, [problem] = parse_record(made, LETTERS, text)
    return row, problem


def claim(**cells):
    return record(CLAIMS, **{"id": "c01", "person_id": "otto", "quote": "the bridge fell", **cells})


def test_a_row_has_every_column_of_its_table():
    assert tuple(row_of(claim())) == CLAIMS.names


def test_a_passage_is_the_texts_own_slice_with_its_offsets():
    row = row_of(claim(quote="Otto was there,\n and  the miller"))
    assert row["quote"] == "Otto was there,\nand the miller"
    assert LETTER[row["char_start"] : row["char_end"]] == row["quote"]


def test_words_of_the_document_are_kept_as_it_spells_them():
    assert row_of(claim(when_text="fell  on\nMonday", when_edtf="1901-04-29"))["when_text"] == "fell on Monday"


def test_a_key_is_the_documents_id_and_the_records_own():
    assert row_of(claim())["claim_id"] == "bridge#c01"


@pytest.mark.parametrize(("given", "stored"), [("c02", "bridge#c02"), ("mill#c02", "mill#c02")])
def test_a_reference_to_a_passage_is_stored_in_full(given, stored):
    assert row_of(claim(answers_id=given))["answers_id"] == stored


def test_where_a_default_stands_in_only_what_is_not_given_is_filled():
    assert row_of(claim())["believer_id"] == "otto"
    assert row_of(claim(believer_id="falk"))["believer_id"] == "falk"


def test_bounds_are_those_of_the_expression():
    row = row_of(claim(when_edtf="../1901-04~"))
    assert (row["when_start"], row["when_end"]) == (None, dt.date(1901, 4, 30))


def test_a_child_has_the_key_of_its_parent():
    assert row_of(record(WITNESSES, parent=claim(), person_id="falk"))["claim_id"] == "bridge#c01"


def test_a_document_is_named_measured_and_digested_by_the_build():
    row = row_of(record(DOCUMENT, sent="1901-05-04", language="en"))
    assert (row["doc_id"], row["n_chars"], row["sent"]) == ("bridge", len(LETTER), dt.date(1901, 5, 4))
    assert row_of(record(DOCUMENT, text_sha256=row["text_sha256"]))["text_sha256"] == row["text_sha256"]


def test_white_space_around_a_value_is_not_part_of_it():
    assert row_of(record(PEOPLE, person_id=" otto\n", name=" Otto "))["name"] == "Otto"


@pytest.mark.parametrize(
    ("cells", "message", "hint"),
    [
        ({"strength": "Fair"}, "'Fair' is not a value of strength", "one of weak, fair, strong; did you mean 'fair'?"),
        ({"when_edtf": "April"}, "'April' is not a date in EDTF", "write a day as 2025-02-06"),
        ({"when_text": "the bridge bell"}, "not found in bridge.txt", "the nearest passage is at 3:1: the bridge fell"),
        ({"id": "C 1"}, "'C 1' is not a slug", "lower-case letters"),
        ({"quote": "a ferry sank"}, "not found in bridge.txt", "nothing in the text reads like it"),
    ],
)
def test_a_cell_that_is_not_what_its_column_holds_is_a_problem_at_the_cell(cells, message, hint):
    made = claim(**cells)
    [name] = cells
    _, problem = fault_of(made)
    assert (problem.line, problem.column) == (made.cells[name].line, made.cells[name].column)
    assert problem.message == message
    assert hint in problem.hint
    assert not made.valid


def test_words_of_the_text_keep_a_character_that_nobody_sees():
    row = row_of(claim(quote="bridge\x02 fell"), SourceText("The bridge\x02 fell.", "bridge.txt"))
    assert row["quote"] == "bridge\x02 fell"


@pytest.mark.parametrize("name", ["strength", "when_edtf", "quote"])
def test_a_cell_with_a_problem_is_empty_in_the_row(name):
    row, _ = fault_of(claim(**{name: "no such thing"}))
    assert row[name] is None


def test_a_day_is_written_in_one_way():
    _, problem = fault_of(record(DOCUMENT, sent="4 May 1901"))
    assert (problem.message, problem.hint) == ("'4 May 1901' is not a day", "write it as 1901-05-04")


def test_without_a_text_passages_stay_empty_without_a_further_problem():
    made = claim(when_text="on Friday")
    row = row_of(made, text=None)
    assert (row["quote"], row["char_start"]) == (None, None)
    assert not made.valid


def test_words_not_found_in_a_block_are_a_problem_where_they_leave_the_text():
    made = claim()
    made.cells["quote"] = Scalar(20, 12, "Otto says\nthe rivver did it", indent=6)
    _, problem = fault_of(made)
    assert (problem.line, problem.column) == (22, 14)


@pytest.mark.parametrize(("pin", "fits"), [(None, True), (SHA256, True), (SHA256.upper(), True), ("0" * 64, False)])
def test_a_text_is_the_one_coded_where_nothing_pins_another(pin, fits):
    cells = {"sent": "1901-05-04", **({"text_sha256": pin} if pin else {})}
    assert matches_pinned_digest(TEXT, [record(DOCUMENT, **cells)]) is fits
