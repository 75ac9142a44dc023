import pytest

from stancebook.sources.corpus import SourceFile
from stancebook.sources.records import read_annotations, read_codebook
from tests.unit.sample_contract import ANNOTATIONS, LETTERS, PEOPLE


def read(text):
    return read_annotations(SourceFile("bridge.yaml", text), LETTERS, "bridge")


def records_of(reading, table):
    return [record for record in reading.records if record.spec.name == table]


def test_a_file_gives_its_document_its_records_and_their_children():
    reading = read(ANNOTATIONS)
    assert reading.problems == []
    assert reading.complete
    assert [(record.spec.name, record.key) for record in reading.records] == [
        ("letters", "bridge"),
        ("claims", "bridge#c01"),
        ("witnesses", None),
        ("claims", "bridge#c02"),
    ]


def test_cells_are_text_as_typed_at_their_places():
    cell = records_of(read(ANNOTATIONS), "claims")[0].cells["when_edtf"]
    assert (cell.text, cell.line, cell.column) == ("1901-04-29", 9, 16)


def test_a_record_is_called_by_its_id_else_by_its_number():
    first, second = records_of(read(ANNOTATIONS.replace("id: c02", "id: ~")), "claims")
    assert (first.where, second.where) == ("claims[c01]", "claims[2]")


def test_a_child_knows_its_parent():
    reading = read(ANNOTATIONS)
    [witness] = records_of(reading, "witnesses")
    assert witness.parent is records_of(reading, "claims")[0]
    assert witness.where == "claims[c01].witnesses[1]"


def test_keys_with_nothing_in_them_are_as_if_not_written():
    text = ANNOTATIONS.replace("strength: fair", "strength:").replace("answers_id: c01", "answers_id: ~")
    reading = read(text)
    assert reading.problems == []
    assert not {"strength", "answers_id"} & {key for record in reading.records for key in record.cells}


@pytest.mark.parametrize("nothing", ["", "~", "null"])
def test_a_list_with_nothing_in_it_has_no_rows(nothing):
    reading = read(f"letter: {{language: en, sent: 1901-05-04}}\nclaims: {nothing}\n")
    assert reading.problems == []
    assert records_of(reading, "claims") == []


def test_the_prefix_and_suffix_of_a_quote_are_cells_too():
    [first, _] = records_of(read(ANNOTATIONS.replace("id: c01", "id: c01\n    prefix: Monday.")), "claims")
    assert first.cells["prefix"].text == "Monday."


@pytest.mark.parametrize("key", ["when_text: on Monday", "quote: Otto says the river did it"])
def test_a_text_with_a_comment_after_it_is_refused_as_part_of_it_would_be_lost(key):
    reading = read(ANNOTATIONS.replace(key, f"{key} # or so"))
    assert [problem.message for problem in reading.problems] == [
        "the text after ' #' is a comment to YAML and would be lost"
    ]


def test_a_comment_after_what_is_no_free_text_is_a_comment():
    text = ANNOTATIONS.replace("strength: fair", "strength: fair # or so").replace("id: c02", "id: c02 # new")
    assert read(text).problems == []


def test_a_text_that_swallowed_the_line_of_a_key_is_one_problem_though_the_key_is_due():
    reading = read("letter:\n  pages: 'two\n  sent: 1901-05-04\n  and a half'\n  language: en\n")
    [problem] = reading.problems
    assert (problem.line, problem.message) == (2, "the line 'sent:' is part of this text")
    assert problem.hint.startswith("it is in line 3")


@pytest.mark.parametrize("pages", ["'two\n    colour: red'", "|-\n    two\n    sent  : red", "two"])
def test_a_text_with_a_line_that_is_no_key_of_the_record_is_left_alone(pages):
    assert read(f"letter:\n  pages: {pages}\n  sent: 1901-05-04\n  language: en\n").problems == []


def test_in_a_block_of_the_documents_words_any_line_may_stand():
    assert read(ANNOTATIONS.replace("the rope was old", "quote: old\n      id: x")).problems == []


def test_a_codebook_file_holds_only_the_tables_of_the_codebook():
    reading = read_codebook(SourceFile("people.yaml", PEOPLE + "claims: []\n"), LETTERS)
    assert [record.key for record in reading.records] == ["berta", "falk", "otto"]
    assert [problem.message for problem in reading.problems] == ["'claims' is not a table that this file may hold"]


@pytest.mark.parametrize(
    "text",
    [
        "claims: words",
        "claims:\n  - words",
        "claims:\n  - {person_id: otto, quote: words}",
        "claims: [",
        "claims:\n  - &x {id: c01}\n  - *x",
    ],
)
def test_a_reading_that_may_lack_rows_is_not_whole(text):
    assert not read(f"letter: {{language: en, sent: 1901-05-04}}\n{text}\n").complete


def test_a_record_with_a_problem_is_not_sound_and_its_neighbours_are():
    first, second = records_of(read(ANNOTATIONS.replace("person_id: falk\n", "person: falk\n")), "claims")
    assert first.valid
    assert not second.valid


def test_a_slip_in_a_key_is_one_problem_though_the_key_is_due():
    reading = read(ANNOTATIONS.replace("person_id: falk\n", "persn_id: falk\n"))
    assert [problem.where for problem in reading.problems] == ["claims[c02].persn_id"]
