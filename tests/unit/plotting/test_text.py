import pandas as pd
import pytest

from stancebook import plotting
from tests.unit.plotting.drawing import DAY


def test_numbers_and_lists_read_as_in_a_sentence():
    assert plotting.plain("on_record") == "on record"
    assert plotting.counted(1, "party", "parties") == "1 party"
    assert plotting.counted(1200, "party", "parties") == "1,200 parties"
    assert plotting.amount(0) == "none"
    assert plotting.basis({"document": 2, "coder": 1}) == "Basis: 2 documents, 1 coder."


def test_a_list_ends_in_and_and_a_long_one_in_a_number():
    assert plotting.listed([]) == "none"
    assert plotting.listed(["a"]) == "a"
    assert plotting.listed("abc") == "a, b and c"
    assert plotting.listed("abcde", most=3) == "a, b, c and 2 more"
    assert plotting.listed(["Delta, 1999", "b", "c"]) == "Delta, 1999; b and c"


def test_what_is_left_out_is_told_and_nothing_is_nothing():
    assert plotting.more(0, "row") == ""
    assert plotting.more(1, "party", "parties") == " … and 1 more party with fewer rows."
    assert plotting.more(2, "party", "parties") == " … and 2 more parties with fewer rows."
    assert plotting.more(2, "issue") == " … and 2 more issues with fewer rows."


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
    assert plotting.period(start, end) == words
