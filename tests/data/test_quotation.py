"""Words are found within straight, curly and foreign quotation marks."""

import pandas as pd
import pytest

from schemas.quotation import are_in_quotation_marks, has_quotation_marks


@pytest.mark.parametrize(
    "passage",
    ['He said "never" twice.', "He said “never” twice.", "Er sagte „nie“.", "Il dit « jamais ».", "He said ‘never’."],
)
def test_quotation_marks_of_all_kinds_are_found(passage):
    """Straight, curly, low, angle and single quotation marks are found."""
    assert has_quotation_marks(pd.Series([passage])).all()


@pytest.mark.parametrize("passage", ["He said never.", 'An unclosed "mark', "Ukraine’s position", "", "it's Hale's"])
def test_apostrophes_are_not_quotation_marks(passage):
    """Apostrophes and marks that are not closed are not quotations."""
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
def test_words_are_within_one_pair_of_marks(words, passage, inside):
    """Words count as quoted only inside a single pair of marks."""
    assert list(are_in_quotation_marks(pd.Series([words]), pd.Series([passage]))) == [inside]


@pytest.mark.parametrize("mark", ["“", "„", "«", "‘", '"a"„'])
def test_unclosed_marks_take_linear_time(mark):
    """Hundreds of thousands of marks that are not closed are searched in linear time."""
    passages = pd.Series([mark * 200_001])
    assert has_quotation_marks(passages).all() == (mark == '"a"„')
    assert not are_in_quotation_marks(pd.Series(["b"]), passages).any()
