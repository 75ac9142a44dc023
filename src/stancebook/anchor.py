"""A quote → the span of the text it stands at, or a sentence that shows the way out.

Quotes follow the W3C TextQuoteSelector (https://www.w3.org/TR/annotation-model/#text-quote-selector):
the exact words, and a prefix or a suffix where they alone are ambiguous. A run of white space matches
any run of white space; nothing else is forgiven.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz import fuzz

_SHOWN = 3  # places of an ambiguous quote that a message lists
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
        places = _occurrences(words, self.spaced)
        fitting = [at for at in places if self._fits(at, at + len(words), before, after)]
        if len(fitting) == 1:
            return self._span(fitting[0], len(words))
        if fitting:
            raise self._ambiguous(words, fitting)
        if places:
            raise AnchorError(
                f"the quote stands in {self.name}, but not with this prefix and suffix",
                self._choices(words, places),
            )
        raise self._missing(words)

    def locate(self, words: str) -> str:
        """Return the first passage that reads like `words`, as the text has it; raise `AnchorError` if none does."""
        words = " ".join(words.split())
        at = self.spaced.find(words)
        if at < 0:
            raise self._missing(words)
        span = self._span(at, len(words))
        return self.raw[span.start : span.end]

    def _fits(self, start: int, end: int, prefix: str, suffix: str) -> bool:
        return self.spaced[:start].rstrip().endswith(prefix) and self.spaced[end:].lstrip().startswith(suffix)

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
        return AnchorError(f"the quote stands in {self.name} {len(places)} times", self._choices(words, places))

    def _choices(self, words: str, places: list[int]) -> str:
        """Return, for the first places of a quote, the shortest prefix or suffix that picks each."""
        lines = [f"at {self._place(at)} add  {self._context(words, at, places)}" for at in places[:_SHOWN]]
        more = len(places) - _SHOWN
        return "\n".join([*lines, *([f"and {more} more places"] if more > 0 else [])])

    def _context(self, words: str, at: int, places: list[int]) -> str:
        before, after = self.spaced[:at].split(), self.spaced[at + len(words) :].split()
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
        near = fuzz.partial_ratio_alignment(words, self.spaced, score_cutoff=_NEAR_ENOUGH)
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
        start = self.spaced.rfind(" ", 0, start + 1) + 1
        last = self.spaced.find(" ", max(end - 1, start + 1))
        return start, len(self.spaced) if last < 0 else last


def place_in(text: str, at: int) -> tuple[int, int]:
    """Return the line and the column, both from 1, of an offset in a text."""
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def _occurrences(words: str, text: str) -> list[int]:
    """Return every place `words` start at, overlapping ones too."""
    places = []
    at = text.find(words)
    while at >= 0:
        places.append(at)
        at = text.find(words, at + 1)
    return places


def _folded(text: str) -> str:
    """Return the text with look-alikes and case made equal, character for character."""
    lowered = "".join(low if len(low := c.lower()) == 1 else c for c in text)
    return lowered.translate(_FOLD)


def _as_yaml(words: str) -> str:
    """Return words as a YAML scalar that reads back as typed, whatever they hold."""
    return "'" + words.replace("'", "''") + "'"
