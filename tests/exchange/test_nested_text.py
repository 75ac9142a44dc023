"""Nested records as texts."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stancebook.exchange.nested_text import format_record, parse_record

KEYS = st.sampled_from(["actor_id", "role", "note", "größe"])
VALUES = st.text(min_size=1, max_size=8).map(str.strip).filter(bool)


@settings(max_examples=40)
@given(st.dictionaries(KEYS, VALUES))
def test_any_record_comes_back(record):
    """Any record comes back unchanged."""
    assert parse_record(format_record(record)) == record


@pytest.mark.parametrize(
    ("text", "record"),
    [
        ("actor_id: northmark; role: party", {"actor_id": "northmark", "role": "party"}),
        (" actor_id :northmark ;role:party; ", {"actor_id": "northmark", "role": "party"}),
        ('note: "a; b"', {"note": "a; b"}),
        ("time: 10:30", {"time": "10:30"}),
        ("role:", {"role": ""}),
        ("", {}),
    ],
)
def test_record_is_read(text, record):
    """Records are read as people write them."""
    assert parse_record(text) == record


@pytest.mark.parametrize("text", ["northmark", "a: b; c", "a: 1; a: 2", 'a: "b', "a: b\nc: d"])
def test_prose_is_no_record(text):
    """Anything else is none."""
    with pytest.raises(ValueError, match=r"\S"):
        parse_record(text)
