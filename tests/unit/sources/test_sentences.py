"""Sentences and paragraphs of texts in several languages, and what must hold for any text."""

import re
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from stancebook.sources.sentences import place_of, split_sentences

TEXT = """\
# The bridge **fell** #

By [Ida Falk](#)

Mr. Falk was there. The rope
was old.

* * *

## What Otto says
It was the river.
He saw it.
"""


def sentences(text, language="en"):
    """Return the words of each sentence."""
    return [text[span.start : span.end] for span in split_sentences(text, language)]


def test_sentences_have_paragraphs_and_headings():
    """Blank lines separate paragraphs, a heading is one and a sentence, and what has no word is neither."""
    found = [(TEXT[span.start : span.end], span.paragraph, span.heading) for span in split_sentences(TEXT, "en")]
    title, section = "The bridge fell", "What Otto says"
    assert found == [
        ("# The bridge **fell** #", 1, title),
        ("By [Ida Falk](#)", 2, title),
        ("Mr. Falk was there.", 3, title),
        ("The rope\nwas old.", 3, title),
        ("## What Otto says", 4, section),
        ("It was the river.", 5, section),
        ("He saw it.", 5, section),
    ]


@pytest.mark.parametrize("line_break", ["\r\n", "\r", "\u2028"])
def test_other_line_breaks_give_same_sentences(line_break):
    """Line breaks of other systems separate the same sentences, paragraphs and headings."""
    text = TEXT.replace("\n", line_break)
    found = [(" ".join(text[span.start : span.end].split()), *span[2:]) for span in split_sentences(text, "en")]
    assert found == [(" ".join(TEXT[span.start : span.end].split()), *span[2:]) for span in split_sentences(TEXT, "en")]


def test_sentence_before_first_heading_has_none():
    """What is before the first heading stands under none."""
    assert [span.heading for span in split_sentences("It fell.\n\n# A bridge\n\nIt fell.", "en")] == [
        None,
        "A bridge",
        "A bridge",
    ]


@pytest.mark.parametrize(
    "line", ["#bridge", "####### Bridge", "#", "# ***", "text # Bridge", "    # Bridge", "# " + "a" * 1000]
)
def test_line_that_is_no_heading(line):
    """A tag, too many hashes, no words, a line of code or a very long line make no heading."""
    assert {span.heading for span in split_sentences(f"{line}\n\nIt fell.", "en")} == {None}


@pytest.mark.parametrize(
    "line", ["# A bridge", "\ufeff# A bridge", "  ###### A bridge ##", "#\tA bridge", "# _A_ `bridge`"]
)
def test_line_that_is_heading(line):
    """Up to six hashes and a space make a heading, also closed ones, indented ones and that of a file's first line."""
    assert split_sentences(line, "en") == [(len(line) - len(line.lstrip()), len(line), 1, "A bridge")]


def test_heading_with_stops_is_one_sentence():
    """A heading is one sentence, and no stop in it ends one."""
    assert sentences("# 1. Who fell? Otto. Mr. Falk\nIt fell.") == ["# 1. Who fell? Otto. Mr. Falk", "It fell."]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("zh-Hans", "桥断了。他说是河水！真的吗？是。", ["桥断了。", "他说是河水！", "真的吗？", "是。"]),
        ("ar", "سقط الجسر. من قال ذلك؟ لا أحد.", ["سقط الجسر.", "من قال ذلك؟", "لا أحد."]),
        ("th", "สะพานพัง แม่น้ำท่วม", ["สะพานพัง แม่น้ำท่วม"]),
        ("de-AT", "Es fiel am 3. Mai. Wer war da?", ["Es fiel am 3. Mai.", "Wer war da?"]),
        ("xx", "It fell. He saw it.", ["It fell.", "He saw it."]),
        ("", "It fell. He saw it.", ["It fell.", "He saw it."]),
        ("en", "no stop, no capital", ["no stop, no capital"]),
        ("en", "😀 It fell. 😀 He saw it.", ["😀 It fell.", "😀 He saw it."]),
        ("en", "", []),
        ("en", " \n\n* * *\n", []),
    ],
)
def test_sentences_of_languages(language, text, expected):
    """Sentences are split by the stops and abbreviations of the language; an unknown one is split like English."""
    assert sentences(text, language) == expected


def test_long_text_without_paragraphs_is_split():
    """A text of one long line is split into the same sentences as each of them alone."""
    assert sentences("The rope, said Mr. Falk, was old. " * 5000) == ["The rope, said Mr. Falk, was old."] * 5000


def test_long_text_without_stops_is_cut_between_words():
    """What has no stop for thousands of characters is cut between two words."""
    found = sentences("rope " * 5000)
    assert len(found) < 10
    assert {word for piece in found for word in piece.split()} == {"rope"}


PIECES = st.sampled_from(
    [
        "It fell. ",
        "Mr. Falk",
        "\n",
        "\r\n",
        "\n \n",
        "\u2029",
        "# ",
        "## a\n",
        "桥断了。",
        "«Да.» ",
        '"',
        "…",
        " ",
        "\ufeff",
        "1. ",
    ]
)
TEXTS = st.one_of(st.lists(PIECES | st.text(max_size=3), max_size=30).map("".join), st.text(max_size=60))


@given(text=TEXTS, language=st.sampled_from(["en", "ru", "zh", "xx", ""]))
@example(text="a" * 4000 + " " * 5000 + "b" + " " * 4000, language="en")
def test_sentences_cover_all_words_in_order(text, language):
    """Sentences follow each other, do not overlap, are trimmed, stay within a paragraph, and cover every word."""
    spans = split_sentences(text, language)
    end = 0
    for span in spans:
        piece = text[span.start : span.end]
        assert end <= span.start < span.end
        assert piece == piece.strip()
        assert re.search(r"\w", piece)
        assert not re.search(r"\n[^\S\n]*\n|\u2029", piece)
        end = span.end
    covered = {offset for span in spans for offset in range(span.start, span.end)}
    assert {match.start() for match in re.finditer(r"\w", text)} <= covered
    numbers = [0, *(span.paragraph for span in spans)]
    assert all(after - before in (0, 1) for before, after in pairwise(numbers))
    assert all(number > 0 for number in numbers[1:])


@given(text=TEXTS)
def test_every_offset_has_a_place(text):
    """Each offset of a sentence is in that sentence, and any other in the one before."""
    spans = split_sentences(text, "en")
    for number, span in enumerate(spans, start=1):
        assert place_of(span.start, spans) == place_of(span.end - 1, spans) == (span.paragraph, number)
    for offset in range(len(text) + 1):
        before = sum(span.start <= offset for span in spans)
        assert place_of(offset, spans)[1] == max(before, 1)
