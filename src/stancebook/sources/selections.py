"""Turn a passage of a text into the shortest quote that is anchored to exactly these words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from stancebook.sources.anchoring import SourceText
from stancebook.sources.boundaries import is_within_letter, is_within_word

_BYTE_ORDER_MARK = "\ufeff"
_MAX_CONTEXT_WORDS = 40  # before and after a quote


@dataclass(frozen=True)
class Selection:
    """A passage as a record quotes it.

    Attributes:
        start: Where it starts in the text, in code points.
        end: Where it ends.
        quote: Its words.
        prefix: The words before it, if the quote alone is ambiguous.
        suffix: The words after it, if the quote alone is ambiguous.
    """

    start: int
    end: int
    quote: str
    prefix: str = ""
    suffix: str = ""


def select(text: SourceText, start: int, end: int, *, exact: bool = False) -> Selection | None:
    """Return the quote of a selection, widened to whole letters and words, without white space at its ends.

    Args:
        text: The text of the document.
        start: Where the selection starts, in code points.
        end: Where it ends; the two may be in any order, and outside of the text.
        exact: Whether to widen it to whole letters only; the quote then has the words around it.

    Returns:
        The passage; None if there is nothing but white space, or if even with the words around it the passage is
        like another one.
    """
    raw = text.raw
    start, end = trimmed(raw, *sorted(min(max(offset, 0), len(raw)) for offset in (start, end)))
    if start == end:
        return None
    is_within = is_within_letter if exact else _is_within
    while is_within(raw, start):
        start -= 1
    while is_within(raw, end):
        end += 1
    return quote_passage(text, start, end)


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a passage without white space and byte order marks at its ends; an empty one if there is nothing else."""
    while start < end and _is_blank(text[start]):
        start += 1
    while start < end and _is_blank(text[end - 1]):
        end -= 1
    return start, end


def _is_blank(character: str) -> bool:
    return character.isspace() or character == _BYTE_ORDER_MARK


def quote_passage(text: SourceText, start: int, end: int) -> Selection | None:
    """Return the quote of a passage; if it starts or ends within a word, with the words around it.

    Args:
        text: The text of the document.
        start: Where the passage starts, in code points: not at white space.
        end: Where it ends.

    Returns:
        The passage; None if it starts or ends within a letter, or if even with the words around it the passage is like
        another one.
    """
    raw = text.raw
    quote = raw[start:end].replace("\r\n", "\n").replace("\r", "\n")
    for prefix, suffix in _contexts(raw[:start], raw[end:]):
        if text.find(quote, prefix, suffix) == (start, end):
            return Selection(start, end, quote, prefix, suffix)
    return None


def _is_within(text: str, offset: int) -> bool:
    return is_within_letter(text, offset) or is_within_word(text, offset)


def _contexts(before: str, after: str) -> Iterator[tuple[str, str]]:
    """Yield a prefix and a suffix, the shortest first: none, one of the two, then both."""
    yield "", ""
    preceding = before.rsplit(maxsplit=_MAX_CONTEXT_WORDS)[-_MAX_CONTEXT_WORDS:]
    following = after.split(maxsplit=_MAX_CONTEXT_WORDS)[:_MAX_CONTEXT_WORDS]
    longest = max(len(preceding), len(following))
    for number in range(1, longest + 1):
        if number <= len(preceding):
            yield " ".join(preceding[-number:]), ""
        if number <= len(following):
            yield "", " ".join(following[:number])
    for number in range(1, longest + 1):
        yield " ".join(preceding[-number:]), " ".join(following[:number])
