import pytest
from hypothesis import given
from hypothesis import strategies as st

from stancebook.schema.column_types import SLUG
from stancebook.suggestions import did_you_mean, nearest, slug_for, slug_hint

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


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Łukasz Þór", "lukasz-thor"),
        ("Straße", "strasse"),
        ("Søren Ærø", "soren-aero"),
        ("Đorđe", "dorde"),
        ("Владимир", "vladimir"),
        ("Ελλάδα", "ellada"),
        ("北京", "beijing"),
        ("İstanbul", "istanbul"),
        ("O’Neill", "oneill"),
        ("river_talks", "river-talks"),
        ("--x--", "x"),
        ("M 1", "m-1"),
        ("…", ""),
    ],
)
def test_text_has_slug(text, slug):
    """A text in any script has a slug, unless it has no letters and digits."""
    assert slug_for(text) == slug
    assert slug_hint(text, "letters") == (f"letters; write {slug!r}" if slug else "letters")


@given(st.text(max_size=80))
def test_slug_of_any_text_is_valid(text):
    """The slug of any text is valid or empty."""
    assert slug_for(text) == "" or SLUG.matches(slug_for(text))
