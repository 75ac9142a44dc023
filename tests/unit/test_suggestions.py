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
def test_a_slip_is_led_back_to_the_word_it_was_meant_to_be(slip, meant):
    assert nearest(slip, KNOWN) == meant
    assert did_you_mean(slip, KNOWN) == f"did you mean {meant!r}?"


@pytest.mark.parametrize("word", ["lighthouse", "", "…"])
def test_where_no_word_is_near_nothing_is_suggested(word):
    assert nearest(word, KNOWN) is None
    assert did_you_mean(word, KNOWN) == ""


def test_where_no_word_is_known_nothing_is_suggested():
    assert nearest("supports", []) is None
