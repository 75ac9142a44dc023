"""Selections become quotes that are anchored to exactly the selected words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stancebook.sources.anchoring import SourceText
from stancebook.sources.selections import select

TEXTS = {
    "repeated": "the cat and the cat and the cat",
    "lines": "He said\r\nthat it\r\n\r\nwas over.",
    "emoji": "👍🏽 yes, 👍🏽 no, \U0001f1e9\U0001f1ea end",
    "accents": "cafe\u0301 and cafe\u0301 au lait",
    "chinese": "他们同意谈判。他们拒绝谈判。",
    "arabic": "قال الوزير إن الوزير وافق.",
}


@pytest.mark.parametrize(
    ("text", "selected", "quote", "prefix", "suffix"),
    [
        ("One two three.", (4, 7), "two", "", ""),
        ("One two three.", (5, 9), "two three", "", ""),
        ("One  two\nthree.", (3, 10), "two\nthree", "", ""),
        ("a cat, a dog", (7, 8), "a", "cat,", ""),
        ("a cat, a dog", (0, 1), "a", "", "cat,"),
        ("cafe\u0301!", (0, 4), "cafe\u0301", "", ""),
        ("one\r\ntwo", (0, 8), "one\ntwo", "", ""),
    ],
)
def test_selection_gives_shortest_quote(text, selected, quote, prefix, suffix):
    """A selection is trimmed, widened to whole words and letters, and distinguished by as few words as possible."""
    found = select(SourceText(text, "a.txt"), *selected)
    assert (found.quote, found.prefix, found.suffix) == (quote, prefix, suffix)


@pytest.mark.parametrize("selected", [(3, 5), (2, 2), (99, 120)])
def test_selection_without_words_gives_none(selected):
    """White space, an empty selection, and one outside of the text are no quote."""
    assert select(SourceText("One   two", "a.txt"), *selected) is None


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@given(st.data())
def test_quote_is_anchored_to_its_span(text, data):
    """In any script, a quote is found again at exactly its place, which has all that was selected."""
    source = SourceText(text, "a.txt")
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    found = select(source, start, end, exact=data.draw(st.booleans()))
    if found is None:
        assert not text[start:end].strip()
        return
    assert source.anchor(found.quote, found.prefix, found.suffix) == (found.start, found.end)
    assert text[start:end].strip() in text[found.start : found.end]


def test_exact_selection_is_not_widened():
    """An exact quote may be a part of a word, and has what is around it; letters stay whole."""
    source = SourceText("islands and islanders; e\u0301t", "a.txt")
    found = select(source, 12, 18, exact=True)
    assert (found.quote, found.start, found.end) == ("island", 12, 18)
    assert source.anchor(found.quote, found.prefix, found.suffix) == (12, 18)
    assert select(source, 23, 24, exact=True).quote == "e\u0301"
