"""Cells that fit their column are doubtful if they are placeholders, have invisible characters, or lost a century."""

import pytest

from stancebook.schema.column_types import DateColumn, DateTimeColumn, EdtfColumn, TextColumn
from stancebook.schema.models import is_language_tag

TEXT = TextColumn("", "note", nullable=True)


@pytest.mark.parametrize(
    "text",
    [
        "TODO",
        "todo: ask Hale",
        "[TBD]",
        "…",
        "...",
        "?",
        "–",
        "N/A",
        "n.a.",
        "none",
        "NULL",
        "XXX",
        "Lorem ipsum dolor",
    ],
)
def test_placeholder_is_doubtful(text):
    """What is written in place of a value is doubtful."""
    message, hint = TEXT.doubt(text)
    assert message == f"{text!r} is a placeholder"
    assert hint.endswith("or leave it out")


@pytest.mark.parametrize(
    "text", ["None of them came", "Nato", "to do this", "nullified", "Tbilisi", "XXL", "№ 5", "はい"]
)
def test_words_like_placeholders_are_not_doubtful(text):
    """Words that begin like a placeholder are not doubtful."""
    assert TEXT.doubt(text) is None


@pytest.mark.parametrize(
    ("text", "character", "before"),
    [
        ("Port\u200bLeague", "U+200B (zero width space)", "after 'Port'"),
        ("\u202eeugaeL\u202c", "U+202E (right-to-left override)", "from the start"),
        ("a\u2066b\u2069", "U+2066 (left-to-right isolate)", "after 'a'"),
        ("co\u00adoperate", "U+00AD (soft hyphen)", "after 'co'"),
        ("is\u2060land", "U+2060 (word joiner)", "after 'is'"),
        ("fer\u200cry", "U+200C (zero width non-joiner)", "after 'fer'"),
        ("ferry\u200d", "U+200D (zero width joiner)", "after 'ferry'"),
        ("x\ufeff", "U+FEFF (zero width no-break space)", "after 'x'"),
    ],
)
def test_invisible_character_is_doubtful(text, character, before):
    """A character that is not shown, or reorders what is shown, is named with its place."""
    message, hint = TEXT.doubt(text)
    assert character in message
    assert hint == f"remove it {before}"


@pytest.mark.parametrize("text", ["می‌خواهم", "क्‍ष", "👩‍🚒 came", "שלום", "“Quoted – text’s”"])
def test_joiners_that_scripts_need_are_not_doubtful(text):
    """Persian, Indic scripts and emoji need joiners."""
    assert TEXT.doubt(text) is None


@pytest.mark.parametrize(
    ("column", "text", "year"),
    [
        (DateColumn(""), "0025-02-06", "0025"),
        (EdtfColumn(""), "0025-02", "0025"),
        (EdtfColumn(""), "2024-12/0025-02", "0025"),
        (EdtfColumn(""), "../0099", "0099"),
        (EdtfColumn(""), "00XX", "00XX"),
        (DateTimeColumn(""), "0031-04-02T10:00:00Z", "0031"),
    ],
)
def test_year_of_the_first_century_is_doubtful(column, text, year):
    """A year that begins with 00 has probably lost its century."""
    message, hint = column.doubt(text)
    assert f"the year {year}" in message
    assert f"20{year[2:]}" in hint


@pytest.mark.parametrize("text", ["2000-02-06", "1900/2000", "0100", "2025-02-06", "../2000-00"])
def test_later_years_are_not_doubtful(text):
    """Years of other centuries are not doubtful, with or without zeros."""
    assert EdtfColumn("").doubt(text) is None


@pytest.mark.parametrize(
    "tag", ["en", "uk-Latn", "de-419", "zh-Hans-CN", "haw", "yue", "tlh", "sr-Cyrl-RS", "iw", "mul"]
)
def test_registered_language_tag_is_known(tag):
    """Tags of registered languages, scripts and regions are known."""
    assert is_language_tag(tag)


@pytest.mark.parametrize("tag", ["xy", "qq", "zz", "sr-Xxxx", "eng", "deu", "ger"])
def test_language_tag_that_is_not_registered_is_unknown(tag):
    """Tags of no language, and long codes of languages that have short ones, are unknown."""
    assert not is_language_tag(tag)
