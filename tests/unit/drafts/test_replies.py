"""Answers are read with words around them, and up to where they are cut off."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stancebook.drafts.replies import read_answer

RECORDS = [{"id": "a", "values": {"n": "1"}}, {"id": "b", "values": {"text": 'said: "no", {or} not'}}]
WHOLE = json.dumps({"records": RECORDS, "dropped": [{"id": "c"}]})


@pytest.mark.parametrize(
    "text", [WHOLE, f"```json\n{WHOLE}\n```", f"Here it is:\n\n{WHOLE}\n\nAnything else?", f"\ufeff{WHOLE}"]
)
def test_words_around_json_are_skipped(text):
    """Marks of a code block, and sentences before and after it, do no harm."""
    found = read_answer(text)
    assert (found["records"], found["dropped"], found["new_codebook"]) == (RECORDS, [{"id": "c"}], ())
    assert (found.problem, found.is_cut, found.strays) == ("", False, 0)


@given(st.integers(0, len(WHOLE) - 1))
def test_cut_answer_has_its_complete_records(length):
    """Of an answer that ends anywhere, exactly the records before that are read."""
    found = read_answer(WHOLE[:length])
    complete = [record for record in RECORDS if json.dumps(record) in WHOLE[:length]]
    assert [*found["records"]] == complete
    assert found.is_cut or found.problem


@pytest.mark.parametrize(
    "text", ["", " \n", "I cannot do that.", "[]", "null", '{"answer": 1}', '["records"]', "{" * 9]
)
def test_what_is_no_answer_has_a_problem(text):
    """Refusals, and JSON of another shape, are problems."""
    found = read_answer(text)
    assert found.problem
    assert not found["records"]


def test_deep_answer_is_no_answer():
    """Brackets that nest too deep for the parser end nothing but the answer."""
    assert read_answer('{"records": ' + "[" * 100_000).is_cut


def test_numbers_are_as_typed():
    """A number keeps its digits, as types come from the schema."""
    [record] = read_answer('{"records": [{"n": 1.50, "m": 12345678901234567890, "x": NaN, "b": true}]}')["records"]
    assert record == {"n": "1.50", "m": "12345678901234567890", "x": "NaN", "b": True}


def test_items_that_are_no_objects_are_counted():
    """What is no record is not silently left out."""
    found = read_answer('{"records": [{"id": "a"}, "b", 3], "dropped": ["c"]}')
    assert ([*found["records"]], found.strays) == ([{"id": "a"}], 3)
