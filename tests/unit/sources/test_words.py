"""Words of texts in any script are found at their places, and compared without case, diacritics and punctuation."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stancebook.sources.words import fold, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“We don't talk,” he said.", ["we", "dont", "talk", "he", "said"]),
        ("U.S. envoys", ["us", "envoys"]),
        ("Île-Verte", ["ile", "verte"]),
        ("STRASSE straße", ["strasse", "strasse"]),
        ("1,000.5 km", ["10005", "km"]),
        ("us-ukraine/2025", ["us", "ukraine", "2025"]),
        ("Мы ГОТОВЫ", ["мы", "готовы"]),
        ("我们谈判", ["我", "们", "谈", "判"]),
        ("カタカナ と", ["カタカナ", "と"]),
        ("ﬁnal", ["final"]),
        (" – … _ ", []),
    ],
)
def test_words_are_found_and_folded(text, expected):
    """Words are those of Unicode; what they are compared by has letters and digits only."""
    assert [word.folded for word in words(text)] == expected


@given(st.text())
def test_words_are_at_their_places(text):
    """Words follow each other, and each folds to what it is compared by."""
    found = list(words(text))
    assert all(fold(text[word.start : word.end]) == word.folded for word in found)
    assert all(one.end <= other.start for one, other in pairwise(found))


@given(st.text(alphabet="abé ßжя’-.\n"))
def test_case_makes_no_difference(text):
    """A text and the same in capitals are compared by the same words."""
    assert [word.folded for word in words(text)] == [word.folded for word in words(text.upper())]
