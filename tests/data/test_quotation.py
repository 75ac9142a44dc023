"""Words in quotation marks, straight or curly."""

import pandas as pd
import pytest

from schemas.quotation import are_in_quotation_marks, has_quotation_marks


@pytest.mark.parametrize(
    "passage",
    ['He said "never" twice.', "He said “never” twice.", "Er sagte „nie“.", "Il dit « jamais ».", "He said ‘never’."],
)
def test_marks_of_many_kinds_are_found(passage):
    assert has_quotation_marks(pd.Series([passage])).all()


@pytest.mark.parametrize("passage", ["He said never.", 'An unclosed "mark', "Ukraine’s position", "", "it's Hale's"])
def test_apostrophes_and_lone_marks_are_no_quotation(passage):
    assert not has_quotation_marks(pd.Series([passage])).any()


@pytest.mark.parametrize(
    ("words", "passage", "inside"),
    [
        ("without preconditions", 'ready "without\n\npreconditions", a first', True),
        ("ready", 'ready "without preconditions"', False),
        ("a first", '"one" a first "two"', False),
        ("We don’t move", "‘We don’t move,’ she said of Hale’s plan", True),
        ("she said", "‘We don’t move,’ she said of Hale’s plan", False),
        (None, '"one"', False),
    ],
)
def test_words_stand_inside_one_pair_of_marks(words, passage, inside):
    assert list(are_in_quotation_marks(pd.Series([words]), pd.Series([passage]))) == [inside]


@pytest.mark.parametrize("mark", ["“", "„", "«", "‘", '"a"„'])
def test_marks_that_never_close_are_looked_through_once(mark):
    passages = pd.Series([mark * 200_001])
    assert has_quotation_marks(passages).all() == (mark == '"a"„')
    assert not are_in_quotation_marks(pd.Series(["b"]), passages).any()
