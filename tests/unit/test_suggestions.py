import pytest

from stancebook.suggestions import did_you_mean, nearest

KNOWN = ["strongly_opposes", "opposes", "supports", "strongly_supports"]


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("suports", "supports"),
        ("Supports", "supports"),
        ("strongly oposes", "strongly_opposes"),
        ("opposed", "opposes"),
    ],
)
def test_misspelt_word_has_suggestion(slip, meant):
    """A misspelt word suggests the word that was meant."""
    assert nearest(slip, KNOWN) == meant
    assert did_you_mean(slip, KNOWN) == f"did you mean {meant!r}?"


@pytest.mark.parametrize("word", ["lighthouse", "", "…"])
def test_unlike_word_has_no_suggestion(word):
    """A word that is like no other has no suggestion."""
    assert nearest(word, KNOWN) is None
    assert did_you_mean(word, KNOWN) == ""


def test_no_known_words_have_no_suggestion():
    """Without known words there is no suggestion."""
    assert nearest("supports", []) is None
