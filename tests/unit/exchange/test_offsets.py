"""Offsets of tools, and texts that differ in line ends."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stancebook.exchange.offsets import UNITS, Convention, Offsets, TextMap, first_difference, fold

TEXT = "A😀b\r\nc é\n𝔘d"
EXPECTED = {
    Convention(): [*range(12)],
    Convention("utf-16"): [0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13],
    Convention("utf-8"): [0, 1, 5, 6, 7, 8, 9, 10, 12, 13, 17, 18],
    Convention("utf-16", crlf_is_one=True): [0, 1, 3, 4, 4, 5, 6, 7, 8, 9, 11, 12],
    Convention(counts_bom=True): [*range(1, 13)],
}


@pytest.mark.parametrize("convention", EXPECTED, ids=str)
def test_offsets_are_those_of_the_convention(convention):
    """Astral characters, CR LF and accents count as the tool counts them."""
    offsets = Offsets(TEXT, convention)
    assert [offsets.from_points(point, len(TEXT))[0] for point in range(len(TEXT))] == EXPECTED[convention][:-1]
    assert offsets.from_points(0, len(TEXT))[1] == EXPECTED[convention][-1]


def test_offset_within_a_character_is_no_place():
    """An offset in the middle of a surrogate pair, or of UTF-8, shows that the convention is another."""
    assert Offsets(TEXT, Convention("utf-16")).to_points(2, 4) is None
    assert Offsets(TEXT, Convention("utf-8")).to_points(0, 3) is None
    assert Offsets(TEXT, Convention()).to_points(5, 99) is None
    assert Offsets(TEXT, Convention()).to_points(5, 5) is None


def test_inclusive_end_is_the_last_character():
    """Where the end is the last character, it is one less."""
    offsets = Offsets(TEXT, Convention(inclusive=True))
    assert offsets.from_points(0, 3) == (0, 2)
    assert offsets.to_points(0, 2) == (0, 3)


CONVENTIONS = st.builds(
    Convention, st.sampled_from(UNITS), counts_bom=st.booleans(), inclusive=st.booleans(), crlf_is_one=st.booleans()
)
PIECES = st.lists(st.sampled_from(["a", "é", "😀", "\r\n", "\n", "\r", " ", "𝔘"]), min_size=1, max_size=20)


@settings(max_examples=30)
@given(PIECES, CONVENTIONS)
def test_offsets_lead_back(pieces, convention):
    """Each visible character is found again by its offsets."""
    text = "".join(pieces)
    offsets = Offsets(text, convention)
    for point, character in enumerate(text):
        if character not in "\r\n":
            assert offsets.to_points(*offsets.from_points(point, point + 1)) == (point, point + 1)


@settings(max_examples=30)
@given(PIECES, st.booleans())
def test_passages_are_found_in_a_text_with_other_line_ends(pieces, mark):
    """Each visible character is at its place in a text with LF and without a byte order mark, and back."""
    source = "\ufeff" * mark + "".join(pieces)
    target = fold(source)
    there, back = TextMap(source, target), TextMap(target, source)
    for point, character in enumerate(source):
        if character not in "\r\n\ufeff":
            span = there.span(point, point + 1)
            assert target[slice(*span)] == character
            assert back.span(*span) == (point, point + 1)


def test_texts_with_other_words_are_no_match():
    """Texts that differ in more than line ends are different; the first difference is found."""
    assert fold("a b") != fold("a  b")
    assert first_difference("abc", "abd") == 2
    assert first_difference("ab", "abd") == 2
