"""Split texts into paragraphs and sentences, each under the heading that it stands under."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import NamedTuple

from sentencex import get_sentence_boundaries

from stancebook.markdown import inline_text

_WORD = re.compile(r"\w")
_BLANK_LINES = re.compile(r"\n(?:[^\S\n]*\n)+|\u2029")
_LINE = re.compile(r"[^\n]+")
_HEADING = re.compile(r"\ufeff?[ ]{0,3}#{1,6}[ \t]+(\S.*)")  # some files start with a byte order mark
_MAX_HEADING_LENGTH = 1000  # characters; a longer line is text
_MAX_SENTENCE_LENGTH = 4000  # characters; sentencex takes time that grows with the square of the number of quotes

Interval = tuple[int, int]


class SentenceSpan(NamedTuple):
    """A sentence: `text[start:end]` is the sentence without white space around it.

    Attributes:
        start: Offset of its first code point.
        end: Offset after its last code point.
        paragraph: The number of its paragraph, from 1.
        heading: The last heading up to the sentence, as readers see it; None before the first.
    """

    start: int
    end: int
    paragraph: int
    heading: str | None


class Place(NamedTuple):
    """Where a passage starts: the numbers of the paragraph and of the sentence, from 1."""

    paragraph: int
    sentence: int


def split_sentences(text: str, language: str) -> list[SentenceSpan]:
    """Return the sentences of a text, in order.

    Paragraphs are separated by blank lines. A Markdown heading (`# …`) is a paragraph of its own and one sentence. What
    has no word is no sentence, and a paragraph without a sentence is not counted.

    Args:
        text: The text of a document.
        language: The language of the text, as a tag of BCP 47.
    """
    code = language.partition("-")[0]
    lines = _with_plain_line_breaks(text)
    sentences: list[SentenceSpan] = []
    heading: str | None = None
    paragraph = 0
    for start, end, title in _paragraphs(lines):
        heading = title or heading
        spans = [(start, end)] if title else _split(lines, start, end, code)
        trimmed = [_trimmed(lines, *span) for span in spans if _WORD.search(lines, *span)]
        paragraph += bool(trimmed)
        sentences += [SentenceSpan(*span, paragraph, heading) for span in trimmed]
    return sentences


def place_of(offset: int, sentences: Sequence[SentenceSpan]) -> Place:
    """Return the paragraph and the sentence that an offset is in.

    What is between two sentences belongs to the one before.
    """
    index = max(bisect_right(sentences, offset, key=attrgetter("start")) - 1, 0)
    return Place(sentences[index].paragraph, index + 1) if sentences else Place(1, 1)


def _with_plain_line_breaks(text: str) -> str:
    """Return a text of the same length in which each line ends with a line feed."""
    return text.replace("\r\n", " \n").replace("\r", "\n").replace("\x85", "\n").replace("\u2028", "\n")


def _paragraphs(text: str) -> Iterator[tuple[int, int, str | None]]:
    """Yield the blocks of lines between blank lines; a line with a heading is a block of its own, with the heading."""
    ends = [0, *(offset for gap in _BLANK_LINES.finditer(text) for offset in gap.span()), len(text)]
    for start, end in zip(ends[::2], ends[1::2], strict=True):
        block_start = start
        if text.find("#", start, end) >= 0:
            for line in _LINE.finditer(text, start, end):
                if title := _heading_in(text, *line.span()):
                    yield block_start, line.start(), None
                    yield line.start(), line.end(), title
                    block_start = line.end()
        yield block_start, end, None


def _heading_in(text: str, start: int, end: int) -> str | None:
    """Return the heading that a line is, without its marks; None if it is none."""
    found = _HEADING.fullmatch(text, start, end) if end - start <= _MAX_HEADING_LENGTH else None
    if found is None:
        return None
    title = inline_text(re.sub(r"(?<!\S)#+$", "", found[1].rstrip()))  # a heading may be closed by hashes
    return title if _WORD.search(title) else None


def _split(text: str, start: int, end: int, language: str) -> Iterator[Interval]:
    """Yield the sentences of a paragraph, of which a line break ends none."""
    while word := _WORD.search(text, start, end):
        if word.start() >= start + _MAX_SENTENCE_LENGTH:  # after a page of white space or marks
            start = word.start()
        window = text[start : min(end, start + _MAX_SENTENCE_LENGTH)].replace("\n", " ")
        cuts = [bound["start_index"] for bound in get_sentence_boundaries(language, window)]
        cuts = [cut for cut in cuts if cut > 0]
        if start + len(window) == end:
            cuts.append(len(window))
        elif not cuts:  # no sentence ends here
            cuts.append(window.rfind(" ") + 1 or len(window))
        yield from ((start + first, start + last) for first, last in zip([0, *cuts], cuts, strict=False))
        start += cuts[-1]


def _trimmed(text: str, start: int, end: int) -> Interval:
    """Return a span without white space at its ends."""
    piece = text[start:end]
    return end - len(piece.lstrip()), start + len(piece.rstrip())
