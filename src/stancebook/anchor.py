"""A quote → the span of the text it stands at, or a sentence that shows the way out.

Quotes follow the W3C TextQuoteSelector (https://www.w3.org/TR/annotation-model/#text-quote-selector):
the exact words, and a prefix or a suffix where they alone are ambiguous. A run of white space matches
any run of white space; nothing else is forgiven.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from math import isqrt

from rapidfuzz import fuzz

_SHOWN = 3  # places of an ambiguous quote that a message lists
_COUNTED = 100  # places of an ambiguous quote, at most
_AROUND = 300  # characters before and after a quote that its context is looked for in
_SEARCHES = 200  # for near misses, in one text
_EFFORT = 4_000_000_000  # of one search, which grows with the square of the quote: of a longer one, the beginning does
_NEAR_ENOUGH = 75.0
_CONTEXT_WORDS = 12

# Characters that look alike in print and differ in the file, and what to call them in a message.
_ALIKE = {
    '"': ("a quotation mark", '"“”„‟«»″＂'),
    "'": ("an apostrophe or single quotation mark", "'‘’‚‛′`´"),
    "-": ("a hyphen or dash", "-‐‑‒–—―−"),
}
_FOLD = {ord(variant): plain for plain, (_, variants) in _ALIKE.items() for variant in variants}


@dataclass(frozen=True, slots=True)
class Span:
    """Offsets in Unicode code points: `text[start:end]` is the passage."""

    start: int
    end: int


class AnchorError(ValueError):
    """Raised where a quote has no one place; its first argument says what is wrong, its second what to do."""


class Text:
    """One document's text, prepared for finding quotes whose white space may differ from its own."""

    def __init__(self, text: str, name: str) -> None:
        self.raw = text
        self.name = name
        self._searches = 0
        # The words of the text joined by single spaces, and where each word starts there and in the text.
        self.spaced = " ".join(text.split())
        self._raw_starts: list[int] = []
        self._starts: list[int] = []
        at = 0
        for word in re.finditer(r"\S+", text):
            self._raw_starts.append(word.start())
            self._starts.append(at)
            at += word.end() - word.start() + 1

    def anchor(self, quote: str, prefix: str = "", suffix: str = "") -> Span:
        """Return where `quote` stands, after `prefix` and before `suffix`; raise `AnchorError` if not once."""
        words, before, after = (" ".join(part.split()) for part in (quote, prefix, suffix))
        if not words:
            raise AnchorError("the quote is empty", "copy the passage from the text")
        fitting = self._places(words, before, after)
        if len(fitting) == 1:
            return self._span(fitting[0], len(words))
        if fitting:
            raise self._ambiguous(words, fitting)
        if places := self._places(words):
            raise AnchorError(
                f"the quote stands in {self.name}, but not with this prefix and suffix",
                self._choices(words, places),
            )
        raise self._missing(words)

    def locate(self, words: str) -> str:
        """Return the first passage that reads like `words`, as the text has it; raise `AnchorError` if none does."""
        words = " ".join(words.split())
        if not words:
            raise AnchorError("no words are given", "copy them from the text")
        at = self.spaced.find(words)
        if at < 0:
            raise self._missing(words)
        span = self._span(at, len(words))
        return self.raw[span.start : span.end]

    def _places(self, words: str, prefix: str = "", suffix: str = "") -> list[int]:
        """Return where `words` stand between `prefix` and `suffix`, white space apart; few more places than counted."""
        heads = {prefix, f"{prefix} "} if prefix else {""}
        tails = {suffix, f" {suffix}"} if suffix else {""}
        return sorted(
            at + len(head)
            for head in heads
            for tail in tails
            for at in islice(_occurrences(head + words + tail, self.spaced), _COUNTED + 1)
        )

    def _fits(self, start: int, end: int, prefix: str, suffix: str) -> bool:
        follows = self.spaced.endswith((prefix, f"{prefix} "), 0, start)
        return follows and self.spaced.startswith((suffix, f" {suffix}"), end)

    def _span(self, at: int, length: int) -> Span:
        return Span(self._raw(at), self._raw(at + length - 1) + 1)

    def _raw(self, at: int) -> int:
        """Return the offset in the text of a character of the spaced words."""
        word = bisect_right(self._starts, at) - 1
        return self._raw_starts[word] + at - self._starts[word]

    def _place(self, at: int) -> str:
        """Return a character's place in the text as line:column."""
        line, column = place_in(self.raw, self._raw(at))
        return f"{line}:{column}"

    def _ambiguous(self, words: str, places: list[int]) -> AnchorError:
        times = len(places) if len(places) <= _COUNTED else f"more than {_COUNTED:,}"
        return AnchorError(f"the quote stands in {self.name} {times} times", self._choices(words, places))

    def _choices(self, words: str, places: list[int]) -> str:
        """Return, for the first places of a quote, the shortest prefix or suffix that picks each."""
        if len(places) > _COUNTED:
            return "add more words to the quote itself"
        lines = [f"at {self._place(at)} add  {self._context(words, at, places)}" for at in places[:_SHOWN]]
        more = len(places) - _SHOWN
        return "\n".join([*lines, *([f"and {more} more places"] if more > 0 else [])])

    def _context(self, words: str, at: int, places: list[int]) -> str:
        end = at + len(words)
        before, after = self.spaced[max(at - _AROUND, 0) : at].split(), self.spaced[end : end + _AROUND].split()
        for n in range(1, _CONTEXT_WORDS + 1):
            for name, context in (("prefix", " ".join(before[-n:])), ("suffix", " ".join(after[:n]))):
                around = {"prefix": "", "suffix": "", name: context}
                if context and sum(self._fits(place, place + len(words), **around) for place in places) == 1:
                    return f"{name}: {_as_yaml(context)}"
        return "more words to the quote itself"

    def _missing(self, words: str) -> AnchorError:
        message = f"not found in {self.name}"
        if (at := self._folded.find(_folded(words))) >= 0:
            return AnchorError(message, self._difference(words, at))
        if "…" in words or "..." in words:
            return AnchorError(
                message,
                "an ellipsis stands for nothing here: quote one unbroken passage, or make two rows of it",
            )
        if self._searches == _SEARCHES:
            return AnchorError(message, "copy the passage from the text")
        self._searches += 1
        sought = words[: isqrt(_EFFORT // max(len(self.spaced), 1))]
        near = fuzz.partial_ratio_alignment(sought, self.spaced, score_cutoff=_NEAR_ENOUGH)
        if near is None or near.dest_end <= near.dest_start:
            return AnchorError(message, "nothing in the text reads like it")
        start, end = self._whole_words(near.dest_start, near.dest_end)
        return AnchorError(message, f"the nearest passage is at {self._place(start)}: {self.spaced[start:end]}")

    @cached_property
    def _folded(self) -> str:
        return _folded(self.spaced)

    def _difference(self, words: str, at: int) -> str:
        """Return a hint for a quote that differs from the text only in marks or in case."""
        found = self.spaced[at : at + len(words)]
        offset = next(i for i, (typed, there) in enumerate(zip(words, found, strict=True)) if typed != there)
        name = next((name for name, variants in _ALIKE.values() if found[offset] in variants), "another case")
        return (
            f"the text has {name} {found[offset]!r} at {self._place(at + offset)} where the quote has"
            f" {words[offset]!r}; copy this: {found}"
        )

    def _whole_words(self, start: int, end: int) -> tuple[int, int]:
        """Return a passage widened to whole words, where those are no longer than words are."""
        start = self.spaced.rfind(" ", max(start - _AROUND, 0), start + 1) + 1 or start
        last = self.spaced.find(" ", max(end - 1, start + 1), end + _AROUND)
        return start, min(end + _AROUND, len(self.spaced)) if last < 0 else last


def place_in(text: str, at: int) -> tuple[int, int]:
    """Return the line and the column, both from 1, of an offset in a text."""
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def _occurrences(words: str, text: str) -> Iterator[int]:
    """Yield every place `words` start at, overlapping ones too."""
    at = text.find(words)
    while at >= 0:
        yield at
        at = text.find(words, at + 1)


def _folded(text: str) -> str:
    """Return the text with look-alikes and case made equal, character for character."""
    lowered = "".join(low if len(low := c.lower()) == 1 else c for c in text)
    return lowered.translate(_FOLD)


def _as_yaml(words: str) -> str:
    """Return words as a YAML scalar that reads back as typed, whatever they hold."""
    return "'" + words.replace("'", "''") + "'"
