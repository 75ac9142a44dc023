import pandas as pd
import pytest

from stancebook import charts
from tests.engine.charts.drawing import DAY


def test_numbers_and_lists_read_as_in_a_sentence():
    assert charts.plain("on_record") == "on record"
    assert charts.counted(1, "party", "parties") == "1 party"
    assert charts.counted(1200, "party", "parties") == "1,200 parties"
    assert charts.amount(0) == "none"
    assert charts.basis({"document": 2, "coder": 1}) == "Basis: 2 documents, 1 coder."


def test_a_list_ends_in_and_and_a_long_one_in_a_number():
    assert charts.listed([]) == "none"
    assert charts.listed(["a"]) == "a"
    assert charts.listed("abc") == "a, b and c"
    assert charts.listed("abcde", most=3) == "a, b, c and 2 more"
    assert charts.listed(["Delta, 1999", "b", "c"]) == "Delta, 1999; b and c"


def test_what_is_left_out_is_told_and_nothing_is_nothing():
    assert charts.more(0, "row") == ""
    assert charts.more(1, "party", "parties") == " … and 1 more party with fewer rows."
    assert charts.more(2, "party", "parties") == " … and 2 more parties with fewer rows."
    assert charts.more(2, "issue") == " … and 2 more issues with fewer rows."


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        (DAY, DAY, "2031-05-17 to 2031-05-17"),
        (pd.NaT, DAY, "open to 2031-05-17"),
        (DAY, pd.NaT, "2031-05-17 to open"),
        (pd.NaT, pd.NaT, "undated"),
    ],
)
def test_a_period_says_which_of_its_ends_is_open(start, end, words):
    assert charts.period(start, end) == words
