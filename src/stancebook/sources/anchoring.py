"""A quote → the span of the text it stands at, or a sentence that shows the way out.

Quotes follow the W3C TextQuoteSelector (https://www.w3.org/TR/annotation-model/#text-quote-selector):
the exact words, and a prefix or a suffix where they alone are ambiguous. A run of white space matches
any run of white space; nothing else is forgiven.
"""

import json
import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import islice, zip_longest
from math import isqrt
from typing import NamedTuple

from rapidfuzz import fuzz

_SHOWN = 3  # places of an ambiguous quote that a message lists
_COUNTED = 100  # places of an ambiguous quote, at most
_AROUND = 300  # characters before and after a quote that its context is looked for in
_SEARCHES = 200  # for near misses, in one text
_EFFORT = 4_000_000_000  # of one search, which grows with the square of the quote: of a longer one, the beginning does
_NEAR_ENOUGH = 75.0
_CONTEXT_WORDS = 12
_PRODUCT = 1_000_000  # of the lengths of words and text, up to which `rfind` is faster than `find`, and never slow
_NEVER, _OFTEN = -1, -2  # in place of an offset
_LONG_SPACE = re.compile(r"\s\s+")

# Characters that look alike in print and differ in the file, and what to call them in a message.
_ALIKE = {
    '"': ("a quotation mark", '"“”„‟«»″＂'),
    "'": ("an apostrophe or single quotation mark", "'‘’‚‛′`´"),
    "-": ("a hyphen or dash", "-‐‑‒–—―−"),
}
_FOLD = {variant: plain for plain, (_, variants) in _ALIKE.items() for variant in variants}
_INVISIBLE = "Cf"  # Unicode's category of what has no width of its own: soft hyphens, joiners, marks of direction
_ACCENT = "Mn"


class Span(NamedTuple):
    """Offsets in Unicode code points: `text[start:end]` is the passage."""

    start: int
    end: int


class AnchorError(ValueError):
    """Raised where a quote has no one place.

    Its arguments: what is wrong, and what to do. `at` is the offset in the words given from which the text differs.
    """

    def __init__(self, message: str, hint: str, at: int = 0) -> None:
        super().__init__(message, hint)
        self.at = at


@dataclass(frozen=True, slots=True)
class Quoting:
    """How words are written in annotations, so that they read back as they are: under a key, and within a value."""

    entry: Callable[[str, str], str]
    words: Callable[[str], str]


YAML_QUOTING = Quoting(lambda key, words: f"{key}: {_as_yaml(words)}", str)
JSON_QUOTING = Quoting(lambda key, words: f'"{key}": {_as_json(words)}', lambda words: _as_json(words)[1:-1])


class SourceText:
    """One document's text, prepared for finding quotes whose white space may differ from its own.

    `writing` is that of the annotations in which hints are put to use.
    """

    def __init__(self, text: str, name: str, writing: Quoting = YAML_QUOTING) -> None:
        self.raw = text
        self.name = name
        self.writing = writing
        self._searches = 0
        self.spaced = " ".join(text.split())  # its words, joined by single spaces

    def anchor(self, quote: str, prefix: str = "", suffix: str = "") -> Span:
        """Return where `quote` stands, after `prefix` and before `suffix`; raise `AnchorError` if not once."""
        span = self.only_place(quote, prefix, suffix)
        if span is None:
            raise self._refusal(quote, prefix, suffix)
        return span

    def only_place(self, quote: str, prefix: str = "", suffix: str = "") -> Span | None:
        """Return the span that `anchor` does, or None where it raises: to find out why takes time."""
        words = " ".join(quote.split())
        before = " ".join(prefix.split()) if prefix else ""
        after = " ".join(suffix.split()) if suffix else ""
        at = self._only(words, before, after) if before or after else _once(words, self.spaced)
        if at < 0 or not words or not (before or after or not self._cuts(at, at + len(words))):
            return None
        return self._span(at, len(words))

    def _only(self, words: str, prefix: str, suffix: str) -> int:
        """Return the one place of words between a prefix and a suffix, else `_NEVER` or `_OFTEN`."""
        only = _NEVER
        for head, pattern in _patterns(words, prefix, suffix):
            at = _once(pattern, self.spaced)
            if at == _OFTEN or (at >= 0 and only >= 0):
                return _OFTEN
            only = at + head if at >= 0 else only
        return only

    def _refusal(self, quote: str, prefix: str, suffix: str) -> AnchorError:
        """Return what to raise where a quote has no one place."""
        words, before, after = (" ".join(part.split()) for part in (quote, prefix, suffix))
        if not words:
            return AnchorError("the quote is empty", "copy the passage from the text")
        fitting = self._places(words, before, after)
        if len(fitting) == 1:
            return self._part_of_a_word(fitting[0], fitting[0] + len(words), context=True)
        if fitting:
            return self._ambiguous(words, fitting)
        if places := self._places(words):
            return AnchorError(
                f"the quote stands in {self.name}, but not with this prefix and suffix",
                self._choices(words, places),
            )
        return self._missing(quote)

    def locate(self, words: str) -> str:
        """Return the first passage that reads like `words`, as the text has it; raise `AnchorError` if none does."""
        found = " ".join(words.split())
        if not found:
            raise AnchorError("no words are given", "copy them from the text")
        at = first = self.spaced.find(found)
        if first < 0:
            raise self._missing(words)
        if self._cuts(first, first + len(found)):
            places = islice(_occurrences(found, self.spaced), _COUNTED + 1)
            at = next((at for at in places if not self._cuts(at, at + len(found))), _NEVER)
        if at == _NEVER:
            raise self._part_of_a_word(first, first + len(found), context=False)
        span = self._span(at, len(found))
        return self.raw[span.start : span.end]

    def _places(self, words: str, prefix: str = "", suffix: str = "") -> list[int]:
        """Return where `words` stand between `prefix` and `suffix`, white space apart; few more places than counted."""
        return sorted(
            at + head
            for head, pattern in _patterns(words, prefix, suffix)
            for at in islice(_occurrences(pattern, self.spaced), _COUNTED + 1)
        )

    def _part_of_a_word(self, start: int, end: int, *, context: bool) -> AnchorError:
        """Return what to raise where a passage cuts a word; `context`: whether that may be meant."""
        at = start if self._is_within_a_word(start) else end
        first, last = self._whole_words(at, at)
        what, name, rest = ("starts", "prefix", (first, at)) if at == start else ("ends", "suffix", (at, last))
        meant = f"; or, if this part of it is meant, add  {self.writing.entry(name, self.spaced[slice(*rest)])}"
        return AnchorError(
            f"this {what} in the middle of {self.spaced[first:last]!r}",
            f"take the whole word{meant if context else ''}",
            0 if at == start else end - start - 1,
        )

    def _cuts(self, start: int, end: int) -> bool:
        """Return whether a passage cuts a word in two, at either of its ends."""
        return self._is_within_a_word(start) or self._is_within_a_word(end)

    def _is_within_a_word(self, at: int) -> bool:
        return at > 0 and _joins(self.spaced[at - 1 : at + 1])

    def _fits(self, start: int, end: int, prefix: str, suffix: str) -> bool:
        follows = self.spaced.endswith((prefix, f"{prefix} "), 0, start)
        return follows and self.spaced.startswith((suffix, f" {suffix}"), end)

    def _span(self, at: int, length: int) -> Span:
        return Span(self._raw(at), self._raw(at + length - 1) + 1)

    def _raw(self, at: int) -> int:
        """Return the offset in the text of a character of the spaced words."""
        starts, shifts = self._shifts
        return at + shifts[bisect_right(starts, at) - 1]

    @cached_property
    def _shifts(self) -> tuple[list[int], list[int]]:
        """The offsets in the spaced words from which on the text's own are larger, and by how much they are."""
        shift = len(self.raw) - len(self.raw.lstrip())
        starts, shifts = [0], [shift]
        for run in _LONG_SPACE.finditer(self.raw, shift):
            shift += run.end() - run.start() - 1
            starts.append(run.end() - shift)
            shifts.append(shift)
        return starts, shifts

    def _place(self, at: int) -> str:
        """Return a character's place in the text as line:column."""
        line, column = line_and_column(self.raw, self._raw(at))
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
                    return self.writing.entry(name, context)
        return "more words to the quote itself"

    def _missing(self, quote: str) -> AnchorError:
        hint, at = self._way_out(" ".join(quote.split()))
        return AnchorError(f"not found in {self.name}", hint, _offset_as_typed(quote, at))

    def _way_out(self, words: str) -> tuple[str, int]:
        """Return a hint for words that do not stand in the text, and the offset from which they leave it."""
        folded = fold(words)
        if folded.text and (at := self._folded.text.find(folded.text)) >= 0:
            return self._difference(words, *self._folded.span(at, at + len(folded.text)))
        if ellipsis := re.search(r"…|\.\.\.", words):
            hint = "an ellipsis stands for nothing here: quote one unbroken passage, or make two rows of it"
            return hint, ellipsis.start()
        if self._searches == _SEARCHES:
            return "copy the passage from the text", 0
        self._searches += 1
        sought = words[: isqrt(_EFFORT // max(len(self.spaced), 1))]
        near = fuzz.partial_ratio_alignment(sought, self.spaced, score_cutoff=_NEAR_ENOUGH)
        if near is None or near.dest_end <= near.dest_start:
            return "nothing in the text reads like it", 0
        start, end = self._whole_words(near.dest_start, near.dest_end)
        hint = f"the nearest passage is at {self._place(start)}: {self.spaced[start:end]}"
        return hint, self._longest_start(words)

    def _longest_start(self, words: str) -> int:
        """Return how many of the first characters of the words stand together in the text."""
        # If a start stands there, so does each shorter one: the longest is found by halving.
        return bisect_left(range(1, len(words) + 1), True, key=lambda length: words[:length] not in self.spaced)

    @cached_property
    def _folded(self) -> "Folded":
        return fold(self.spaced)

    def _difference(self, words: str, start: int, end: int) -> tuple[str, int]:
        """Return a hint for a quote that differs from the passage only in marks, in case or in how letters are kept."""
        found = self.spaced[start:end]
        while _invisible(found[-1]):
            found = found[:-1]
        at = _departure(words, found)
        typed, there = words[at : at + 1], found[at : at + 1]
        place, copied = self._place(min(start + at, end - 1)), self.writing.words(found)
        if name := _invisible(there):
            hint = f"the text has {name} at {place}: copy the passage from the text itself"
        elif name := _invisible(typed):
            hint = f"the quote has {name} before {words[at + 1 : at + 11]!r}: take it out"
        elif typed and there:
            name = _called(typed, there, same_letters=_composed(words) == _composed(found))
            hint = f"the text has {name} {there!r} at {place} where the quote has {typed!r}; copy this: {copied}"
        else:
            hint = f"the passage at {self._place(start)} differs in an accent; copy this: {copied}"
        return hint, at

    def _whole_words(self, start: int, end: int) -> tuple[int, int]:
        """Return a passage widened to whole words, where those are no longer than words are."""
        space = self.spaced.rfind(" ", max(start - _AROUND, 0), start + 1)
        start = space + 1 if space >= 0 else start if start > _AROUND else 0
        last = self.spaced.find(" ", max(end - 1, start + 1), end + _AROUND)
        return start, min(end + _AROUND, len(self.spaced)) if last < 0 else last


def line_and_column(text: str, at: int) -> tuple[int, int]:
    """Return the line and the column, both from 1, of an offset in a text."""
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


@lru_cache(maxsize=4096)
def _joins(pair: str) -> bool:
    """Return whether two characters are of one word: letters of a script that has cases, or digits."""
    kinds = ["letter" if character.lower() != character.upper() else character.isdigit() for character in pair]
    return len(kinds) == 2 and kinds[0] == kinds[1] and bool(kinds[0])


def _patterns(words: str, prefix: str, suffix: str) -> Iterator[tuple[int, str]]:
    """Yield the strings that words between a prefix and a suffix may stand in, and what is before them in each."""
    for head in (prefix, f"{prefix} ") if prefix else ("",):
        for tail in (suffix, f" {suffix}") if suffix else ("",):
            yield len(head), f"{head}{words}{tail}"


def _once(words: str, text: str) -> int:
    """Return the one place that words start at in a text, else `_NEVER` or `_OFTEN`; places may overlap."""
    if len(words) * len(text) <= _PRODUCT:
        at = text.rfind(words)
        again = at >= 0 and text.rfind(words, 0, at + len(words) - 1) >= 0
    else:
        at = text.find(words)
        again = at >= 0 and text.find(words, at + 1) >= 0
    return _OFTEN if again else at


def _occurrences(words: str, text: str) -> Iterator[int]:
    """Yield every place `words` start at, overlapping ones too."""
    at = text.find(words)
    while at >= 0:
        yield at
        at = text.find(words, at + 1)


@dataclass(frozen=True, slots=True)
class Folded:
    """A text with all made equal that looks alike in print, and for each of its characters, and its end, its origin."""

    text: str
    origins: list[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the offsets, before folding, of what became `text[start:end]`."""
        return self.origins[start], max(self.origins[end - 1] + 1, self.origins[end])


def fold(text: str) -> Folded:
    """Return a text without case, accents, ligatures, invisible characters and the variety of marks."""
    folded = [(character, at) for at, original in enumerate(text) for character in _plain(original)]
    return Folded("".join(character for character, _ in folded), [*(at for _, at in folded), len(text)])


@lru_cache(maxsize=4096)
def _plain(character: str) -> str:
    """Return what a character is folded to, which may be nothing."""
    parts = unicodedata.normalize("NFKD", _FOLD.get(character, character).casefold())
    return "".join(_FOLD.get(part, part) for part in parts if unicodedata.category(part) not in (_INVISIBLE, _ACCENT))


def _invisible(character: str) -> str:
    """Return what to call a character that cannot be seen, or nothing."""
    if not character or unicodedata.category(character) != _INVISIBLE:
        return ""
    name = unicodedata.name(character, "without a name").lower()
    return f"an invisible character (U+{ord(character):04X}, {name})"


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _called(typed: str, there: str, *, same_letters: bool) -> str:
    """Return what to call the first character in which a passage differs from the words of a quote."""
    for name, variants in _ALIKE.values():
        if there in variants:
            return name
    if typed.casefold() == there.casefold():
        return "another case"
    if any(unicodedata.decomposition(character).startswith("<") for character in (typed, there)):
        return "a ligature or another variant of a letter,"
    return "the same letter in other code points (composed, decomposed)," if same_letters else "another accent"


def _departure(words: str, passage: str) -> int:
    """Return the offset from which words and a passage differ."""
    pairs = enumerate(zip_longest(words, passage[: len(words)]))
    return next((at for at, (typed, there) in pairs if typed != there), 0)


def _offset_as_typed(quote: str, at: int) -> int:
    """Return the offset in a quote, as typed, of a character of its words joined by single spaces."""
    words = list(re.finditer(r"\S+", quote))
    for word in words:
        length = word.end() - word.start()
        if at <= length:
            return min(word.start() + at, words[-1].end() - 1)
        at -= length + 1
    return max(len(quote.rstrip()) - 1, 0)


def _as_yaml(words: str) -> str:
    """Return words as a YAML scalar that reads back as typed, whatever they hold."""
    return "'" + words.replace("'", "''") + "'"


def _as_json(words: str) -> str:
    """Return words as JSON."""
    return json.dumps(words, ensure_ascii=False)
