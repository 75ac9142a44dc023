"""Sealed cells can be read with the texts only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stancebook.release.sealing import seal, text_secret, unseal

PLACE = ("build", "statements.parquet", "summary", 7)


@given(st.text(), st.lists(st.text(), min_size=1, max_size=3))
def test_texts_open_what_they_seal(cell, texts):
    """Any cell comes back with the same texts and place."""
    secrets = [text_secret(text) for text in texts]
    assert unseal(seal(cell, secrets, PLACE), secrets, PLACE) == cell


@pytest.mark.parametrize(
    ("text", "place"), [("The text!", PLACE), ("The text.", (*PLACE[:3], 8)), ("The text.", ("new", *PLACE[1:]))]
)
def test_other_text_or_place_seals_differently(text, place):
    """With another text, row or build, a cell is sealed as other bytes, so that these do not open it."""
    cell = "A cell with words."
    assert seal(cell, [text_secret(text)], place) != seal(cell, [text_secret("The text.")], PLACE)


def test_equal_cells_are_sealed_differently():
    """Two cells with the same words in different rows have nothing in common but their length."""
    secrets = [text_secret("The text.")]
    one, other = (seal("The same words.", secrets, (*PLACE[:3], row)) for row in (1, 2))
    assert len(one) == len(other)
    assert sum(a == b for a, b in zip(one, other, strict=True)) < 5
