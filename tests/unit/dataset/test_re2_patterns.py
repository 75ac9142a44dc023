import re

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import CONTRACT
from stancebook.dataset.re2_patterns import PatternError, check, matches

PATTERNS = sorted(
    {column.pattern.pattern for spec in CONTRACT.tables.values() for column in spec.columns if column.pattern}
)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_the_patterns_of_the_contract_are_among_those_that_can_be_matched(pattern):
    check(pattern)


@pytest.mark.parametrize(
    "pattern", ["[a", "a)(b", r"(?P<x>a)(?P=x)", "(?=a)b", "(?i", r"\Qa", "(a{1000}){1000}", "\ud800"]
)
def test_others_are_refused_with_the_reason(pattern):
    with pytest.raises(PatternError, match=r"\w"):
        check(pattern)


@given(st.sampled_from(PATTERNS), st.text("abAB01-/#\n ", max_size=6))
def test_a_text_matches_here_as_it_does_in_a_build(pattern, text):
    assert matches(pa.array([text]), pattern).to_pylist() == [re.fullmatch(pattern, text) is not None]


def test_an_alternative_is_whole_and_an_empty_cell_neither_matches_nor_fails():
    assert matches(pa.array(["ab", "a", "b", "xb", None]), "a|b").to_pylist() == [False, True, True, False, None]
