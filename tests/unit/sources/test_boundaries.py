"""Letters and words are cut where Unicode and readers say so."""

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from stancebook.sources.boundaries import is_within_letter, is_within_word, letter_span

CHARACTERS = "aé\u0301\u034f\u200d👩✈\ufe0f🇳🇱🏽कषि्\u093cকক্কമ്ഒ한가각\u0600१กำﾞｶ©\u00ad\u2060\U000e0067"
TEXTS = st.text(st.sampled_from(CHARACTERS), min_size=2, max_size=12)


@given(TEXTS)
def test_letters_are_grapheme_clusters(text):
    """A letter is an extended grapheme cluster, found without reading the whole text."""
    starts = {letter.start() for letter in regex.finditer(r"\X", text)}
    assert {offset for offset in range(1, len(text)) if not is_within_letter(text, offset)} == starts - {0}


@given(TEXTS, st.data())
def test_letter_span_is_the_cluster_at_offset(text, data):
    """The span of a letter is that of the grapheme cluster which has the character at the offset."""
    offset = data.draw(st.integers(0, len(text) - 1))
    start, end = letter_span(text, offset)
    assert regex.fullmatch(r"\X", text[start:end])
    assert start <= offset < end


@pytest.mark.parametrize("text", ["a b", "a\n\u0301", "\u0301", "a\u200cb", "ab", "кот", "停战"])
def test_single_letters_are_not_joined(text):
    """No offset is within a letter between plain letters, after white space, and before a non-joiner."""
    assert not any(is_within_letter(text, offset) for offset in range(len(text) + 1))


@pytest.mark.parametrize("flags", [1, 2, 501, 502])
def test_flags_are_paired_from_their_start(flags):
    """In a long run of flags, every second offset is within one."""
    text = "x" + 2 * flags * "🇳"
    assert is_within_letter(text, len(text) - 1)
    assert not is_within_letter(text, len(text) - 2) or flags == 1


@pytest.mark.parametrize(
    ("text", "offsets"),
    [
        ("ab cd", {1, 4}),
        ("a1 12", {4}),
        ("a\u00adb", {1, 2}),
        ("م\u200cخ", {1, 2}),
        ("e\u0301s", {2}),
        ("停战", set()),
        ("a\u200bb", set()),
        ("a\u00ad b", set()),
    ],
)
def test_word_is_cut_between_its_letters(text, offsets):
    """A word is cut between cased letters, digits, or any letters around an invisible joiner."""
    assert {offset for offset in range(len(text) + 1) if is_within_word(text, offset)} == offsets
