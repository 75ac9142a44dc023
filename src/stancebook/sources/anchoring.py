"""Locate quotes in a text, and explain why a quote cannot be located.

Quotes follow the W3C TextQuoteSelector (https://www.w3.org/TR/annotation-model/#text-quote-selector): the exact words,
and a prefix or a suffix where these alone are ambiguous. Any run of white space matches any other; everything else must
be equal.
"""

import json
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from math import isqrt
from typing import NamedTuple

from stancebook.sources.boundaries import is_within_letter, is_within_word, letter_span
from stancebook.sources.differences import (
    FoldedText,
    character_name,
    common_start,
    composed,
    describe,
    escape_invisible,
    first_difference,
    fold,
    is_added,
    is_invisible,
    looks_alike,
)
from stancebook.sources.positions import line_and_column
from stancebook.sources.quotations import Quotation, find_quotations
from stancebook.sources.sentences import SentenceSpan, split_sentences

_MAX_LISTED_MATCHES = 3  # of an ambiguous quote, in a hint
_MAX_COUNTED_MATCHES = 100
_CONTEXT_CHARACTERS = 300  # before and after a match, in which a distinguishing prefix or suffix is searched
_MAX_CONTEXT_WORDS = 12
_MAX_FUZZY_SEARCHES = 200  # in one text
_MAX_FUZZY_COST = 4_000_000_000  # grows with the square of the quote's length; of a longer one, only the start is used
_MIN_SIMILARITY_PERCENT = 75.0
_MAX_RFIND_PRODUCT = 1_000_000  # of the lengths of quote and text, up to which `rfind` is faster than `find`
_NOT_FOUND, _AMBIGUOUS = -1, -2  # in place of an offset
_MAX_SHOWN_CODE_POINTS = 12  # of a letter, in a message
_LONG_SPACE = re.compile(r"\s\s+")


class Span(NamedTuple):
    """Offsets in Unicode code points: `text[start:end]` is the passage."""

    start: int
    end: int


class AnchorError(ValueError):
    """Raised when a quote does not occur exactly once; its arguments are the message and the hint of a problem.

    Attributes:
        offset: Where in the quote, as typed, it starts to differ from the text; None if it does not.
        similar: Whether the text has something similar; None if that was not searched.
    """

    def __init__(self, message: str, hint: str, offset: int | None = None, *, similar: bool | None = True) -> None:
        super().__init__(message, hint)
        self.offset = offset
        self.similar = similar


@dataclass(frozen=True, slots=True)
class Quoting:
    """How a format of record files quotes texts.

    Attributes:
        entry: Returns a key and a text as they are written in a record.
        inner: Returns a text as it is written between quotation marks that are already there.
    """

    entry: Callable[[str, str], str]
    inner: Callable[[str], str]


def _as_json(words: str) -> str:
    return json.dumps(words, ensure_ascii=False)


YAML_QUOTING = Quoting(lambda key, words: f"{key}: '" + words.replace("'", "''") + "'", str)
JSON_QUOTING = Quoting(lambda key, words: f'"{key}": {_as_json(words)}', lambda words: _as_json(words)[1:-1])


class SourceText:
    """The text of a document, prepared for locating quotes whose white space may differ.

    Attributes:
        raw: The text; spans are offsets in it.
        name: Its file, for messages.
        normalized: Its words, joined by single spaces.
    """

    def __init__(self, text: str, name: str, quoting: Quoting = YAML_QUOTING) -> None:
        """Prepare a text.

        Args:
            text: The text of the document.
            name: Its file, for messages.
            quoting: The quoting of the annotations, for hints that can be copied into them.
        """
        self.raw = text
        self.name = name
        self.normalized = " ".join(text.split())
        self._quoting = quoting
        self._fuzzy_searches = 0
        self._spans: dict[tuple[str, str, str], Span | None] = {}
        self._quotations: dict[str, list[Quotation]] = {}
        self._sentences: dict[str, list[SentenceSpan]] = {}

    def allow_searches(self) -> None:
        """Allow as many searches for similar passages as at first, for another check of the same text."""
        self._fuzzy_searches = 0

    def anchor(self, quote: str, prefix: str = "", suffix: str = "") -> Span:
        """Locate a quote.

        Args:
            quote: The words of a passage.
            prefix: The words directly before it, if the quote alone is ambiguous.
            suffix: The words directly after it, if the quote alone is ambiguous.

        Returns:
            The offsets of the passage in the text.

        Raises:
            AnchorError: The quote with this context occurs never or more than once, cuts a letter, or, without context,
                cuts a word.
        """
        span = self.find(quote, prefix, suffix)
        if span is None:
            raise self._diagnose(quote, prefix, suffix)
        return span

    def find(self, quote: str, prefix: str = "", suffix: str = "") -> Span | None:
        """Return what `anchor` returns, or None where it raises, without the time to find out why."""
        sought = quote, prefix, suffix
        if sought not in self._spans:
            self._spans[sought] = self._find(*sought)
        return self._spans[sought]

    def _find(self, quote: str, prefix: str, suffix: str) -> Span | None:
        words = " ".join(quote.split())
        if not words:
            return None
        before = " ".join(prefix.split()) if prefix else ""
        after = " ".join(suffix.split()) if suffix else ""
        with_context = bool(before or after)
        offset = self._find_with_context(words, before, after) if with_context else _find_once(words, self.normalized)
        if offset == _AMBIGUOUS and not self.normalized.isascii():
            matches = self._whole_letters(words, self._matches(words, before, after))
            offset = matches[0] if len(matches) == 1 else _AMBIGUOUS
        end = offset + len(words)
        if offset < 0 or self._cuts_letter(offset, end) or (not with_context and self._cuts_word(offset, end)):
            return None
        return self._span(offset, len(words))

    def locate(self, words: str) -> str:
        """Return the text's own spelling of words, at their first occurrence that cuts no word and no letter.

        Raises:
            AnchorError: The words do not occur, only in the middle of words or letters, or are blank.
        """
        sought = " ".join(words.split())
        if not sought:
            raise AnchorError("no words are given", "copy them from the text")
        offset = first = self.normalized.find(sought)
        if first < 0:
            raise self._not_found(words)
        if self._cuts(first, first + len(sought)):
            offsets = islice(_occurrences(sought, self.normalized), _MAX_COUNTED_MATCHES + 1)
            offset = next((offset for offset in offsets if not self._cuts(offset, offset + len(sought))), _NOT_FOUND)
        if offset == _NOT_FOUND:
            if self._cuts_letter(first, first + len(sought)):
                raise self._letter_cut(first, first + len(sought))
            raise self._word_cut(first, first + len(sought), with_context=False)
        span = self._span(offset, len(sought))
        return self.raw[span.start : span.end]

    def sentences(self, language: str) -> list[SentenceSpan]:
        """Return the sentences of the text; see `split_sentences`."""
        if language not in self._sentences:
            self._sentences[language] = split_sentences(self.raw, language)
        return self._sentences[language]

    def quotations(self, language: str) -> list[Quotation]:
        """Return the quotations in the text; see `find_quotations`."""
        if language not in self._quotations:
            self._quotations[language] = find_quotations(self.raw, language)
        return self._quotations[language]

    # Search in the normalized text; offsets below are offsets in it, unless they are called raw.

    def _find_with_context(self, words: str, prefix: str, suffix: str) -> int:
        """Return the only offset of words between a prefix and a suffix, else `_NOT_FOUND` or `_AMBIGUOUS`."""
        offsets = list(islice(_occurrences(words, self.normalized), _MAX_COUNTED_MATCHES))
        if len(offsets) < _MAX_COUNTED_MATCHES:
            found = [start for start in offsets if self._has_context(start, start + len(words), prefix, suffix)]
        else:
            found = self._matches(words, prefix, suffix)
        return found[0] if len(found) == 1 else _AMBIGUOUS if found else _NOT_FOUND

    def _matches(self, words: str, prefix: str = "", suffix: str = "") -> list[int]:
        """Return the offsets of words between a prefix and a suffix, a few more at most than are counted."""
        return sorted(
            offset + head
            for head, pattern in _patterns(words, prefix, suffix)
            for offset in islice(_occurrences(pattern, self.normalized), _MAX_COUNTED_MATCHES + 1)
        )

    def _whole_letters(self, words: str, matches: list[int]) -> list[int]:
        """Return the matches of words that start and end with whole letters; others are coincidences."""
        return [start for start in matches if not self._cuts_letter(start, start + len(words))]

    def _cuts(self, start: int, end: int) -> bool:
        return self._is_within(start) or self._is_within(end)

    def _is_within(self, offset: int) -> bool:
        return is_within_letter(self.normalized, offset) or is_within_word(self.normalized, offset)

    def _cuts_letter(self, start: int, end: int) -> bool:
        return is_within_letter(self.normalized, start) or is_within_letter(self.normalized, end)

    def _cuts_word(self, start: int, end: int) -> bool:
        return is_within_word(self.normalized, start) or is_within_word(self.normalized, end)

    def _has_context(self, start: int, end: int, prefix: str, suffix: str) -> bool:
        follows = self.normalized.endswith((prefix, f"{prefix} "), 0, start)
        return follows and self.normalized.startswith((suffix, f" {suffix}"), end)

    def _widen_to_words(self, start: int, end: int) -> tuple[int, int]:
        """Return a passage widened to complete words, if these are not too long."""
        space = self.normalized.rfind(" ", max(start - _CONTEXT_CHARACTERS, 0), start + 1)
        start = space + 1 if space >= 0 else start if start > _CONTEXT_CHARACTERS else 0
        last = self.normalized.find(" ", max(end - 1, start + 1), end + _CONTEXT_CHARACTERS)
        return start, min(end + _CONTEXT_CHARACTERS, len(self.normalized)) if last < 0 else last

    def _span(self, offset: int, length: int) -> Span:
        starts, shifts = self._shifts
        last = offset + length - 1
        first = bisect_right(starts, offset)
        return Span(offset + shifts[first - 1], last + shifts[bisect_right(starts, last, first) - 1] + 1)

    def _raw_offset(self, offset: int) -> int:
        starts, shifts = self._shifts
        return offset + shifts[bisect_right(starts, offset) - 1]

    @cached_property
    def _shifts(self) -> tuple[list[int], list[int]]:
        """The offsets after which raw offsets are larger than normalized ones, and by how much."""
        shift = len(self.raw) - len(self.raw.lstrip())
        starts, shifts = [0], [shift]
        for run in _LONG_SPACE.finditer(self.raw, shift):
            shift += run.end() - run.start() - 1
            starts.append(run.end() - shift)
            shifts.append(shift)
        return starts, shifts

    # Explain failures.

    def _diagnose(self, quote: str, prefix: str, suffix: str) -> AnchorError:
        words, before, after = (" ".join(part.split()) for part in (quote, prefix, suffix))
        if not words:
            return AnchorError("the quote is empty", "copy the passage from the text")
        occurrences = self._matches(words, before, after)
        matches = self._whole_letters(words, occurrences)
        if occurrences and not matches:
            return self._letter_cut(occurrences[0], occurrences[0] + len(words))
        if len(matches) == 1:
            return self._word_cut(matches[0], matches[0] + len(words), with_context=True)
        if matches:
            count = len(matches) if len(matches) <= _MAX_COUNTED_MATCHES else f"more than {_MAX_COUNTED_MATCHES:,}"
            return AnchorError(f"the quote occurs {count} times in {self.name}", self._choices(words, matches))
        if matches := self._whole_letters(words, self._matches(words)):
            message = f"the quote occurs in {self.name}, but not with this prefix and suffix"
            return AnchorError(message, self._choices(words, matches))
        return self._not_found(quote)

    def _word_cut(self, start: int, end: int, *, with_context: bool) -> AnchorError:
        """Return the error of a passage that cuts a word; `with_context` says whether a prefix or suffix may help."""
        offset = start if is_within_word(self.normalized, start) else end
        first, last = self._widen_to_words(offset, offset)
        verb, key, rest = (
            ("starts", "prefix", (first, offset)) if offset == start else ("ends", "suffix", (offset, last))
        )
        alternative = (
            f"; or, if only this part is meant, add  {self._quoting.entry(key, self.normalized[slice(*rest)])}"
        )
        word = self.normalized[first:last]
        copied = "" if word.isprintable() else f"\ncopy this: {self._quoting.inner(self._whole_words(start, end))}"
        return AnchorError(
            f"this {verb} in the middle of {word!r}",
            f"take the whole word{alternative if with_context else ''}{copied}",
            0 if offset == start else end - start - 1,
        )

    def _letter_cut(self, start: int, end: int) -> AnchorError:
        """Return the error of a passage that cuts a letter; the hint has the passage with whole letters and words."""
        at_start = is_within_letter(self.normalized, start)
        offset = start if at_start else end
        first, last = letter_span(self.normalized, offset)
        letter, joined = self.normalized[first:last], self.normalized[offset]
        noun = "letter" if letter[0].isalpha() else "character"
        joined_name = f"U+{ord(joined):04X} ({unicodedata.name(joined, 'without a name').lower()})"
        message = (
            f"this {'starts' if at_start else 'ends'} in the middle of the {noun} {_code_points(letter)}:"
            f" {joined_name} belongs to what is before it"
        )
        hint = f"take the whole {noun}"
        if len(letter) <= _MAX_SHOWN_CODE_POINTS:
            hint += f"; copy this: {self._quoting.inner(self._whole_words(start, end))}"
        return AnchorError(message, hint, 0 if at_start else end - start - 1)

    def _whole_words(self, start: int, end: int) -> str:
        """Return a passage, widened to whole letters where it cuts one, and to whole words where it then cuts one."""
        if is_within_letter(self.normalized, start):
            start = letter_span(self.normalized, start)[0]
        if is_within_letter(self.normalized, end):
            end = letter_span(self.normalized, end)[1]
        first = self._widen_to_words(start, start)[0] if is_within_word(self.normalized, start) else start
        last = self._widen_to_words(end, end)[1] if is_within_word(self.normalized, end) else end
        return self.normalized[first:last]

    def _choices(self, words: str, matches: list[int]) -> str:
        """Return a hint with the shortest prefix or suffix that distinguishes each of the first matches."""
        if len(matches) > _MAX_COUNTED_MATCHES:
            return "add more words to the quote itself"
        listed = matches[:_MAX_LISTED_MATCHES]
        lines = [f"at {self._position(offset)} add  {self._context(words, offset, matches)}" for offset in listed]
        more = len(matches) - _MAX_LISTED_MATCHES
        return "\n".join([*lines, *([f"and {more} more places"] if more > 0 else [])])

    def _context(self, words: str, offset: int, matches: list[int]) -> str:
        """Return the shortest prefix or suffix that only one of the matches has."""
        end = offset + len(words)
        before = self.normalized[max(offset - _CONTEXT_CHARACTERS, 0) : offset].split()
        after = self.normalized[end : end + _CONTEXT_CHARACTERS].split()
        for n in range(1, _MAX_CONTEXT_WORDS + 1):
            for key, context in (("prefix", " ".join(before[-n:])), ("suffix", " ".join(after[:n]))):
                contexts = {"prefix": "", "suffix": "", key: context}
                if context and sum(self._has_context(match, match + len(words), **contexts) for match in matches) == 1:
                    return self._quoting.entry(key, context)
        return "more words to the quote itself"

    def _not_found(self, quote: str) -> AnchorError:
        hint, offset, similar = self._explain_not_found(" ".join(quote.split()))
        return AnchorError(f"not found in {self.name}", hint, _offset_as_typed(quote, offset), similar=similar)

    def _explain_not_found(self, words: str) -> tuple[str, int, bool | None]:
        """Explain words that do not occur in the text.

        Returns:
            A hint; the offset in the words from which they differ; and whether the text has something similar, None if
            that was not searched.
        """
        folded = fold(words)
        if folded.text and (offset := self._folded.text.find(folded.text)) >= 0:
            return *self._explain_difference(words, *self._folded.span(offset, offset + len(folded.text))), True
        if ellipsis := re.search(r"…|\.\.\.", words):
            hint = "an ellipsis is taken literally: quote one unbroken passage, or make two records of it"
            return hint, ellipsis.start(), None
        if self._fuzzy_searches == _MAX_FUZZY_SEARCHES:
            return "copy the passage from the text", 0, None
        self._fuzzy_searches += 1
        sought = words[: isqrt(_MAX_FUZZY_COST // max(len(self.normalized), 1))]
        from rapidfuzz import fuzz

        near = fuzz.partial_ratio_alignment(sought, self.normalized, score_cutoff=_MIN_SIMILARITY_PERCENT)
        if near is None or near.dest_end <= near.dest_start:
            return "nothing in the text is similar", 0, False
        return *self._explain_near_miss(words, *self._widen_to_words(near.dest_start, near.dest_end)), True

    def _explain_near_miss(self, words: str, start: int, end: int) -> tuple[str, int]:
        """Return a hint for words that are similar to a passage, and the offset in them from which they differ."""
        offset, in_text = first_difference(words, self.normalized, start, end)
        expected = self.normalized[in_text : in_text + 1]
        passage = self.normalized[start:end]
        shown = escape_invisible(passage) if any(map(is_invisible, passage)) else passage
        hint = f"the nearest passage is at {self._position(start)}: {shown}"
        if name := self._name_difference(words, offset, expected, in_text):
            hint = f"{hint}\n{name}"
        return hint, offset

    def _explain_difference(self, words: str, start: int, end: int) -> tuple[str, int]:
        """Return a hint for words that differ from a passage only in marks, case, accents or code points."""
        passage = self.normalized[start:end]
        while is_invisible(passage[-1]):
            passage = passage[:-1]
        offset = common_start(words, passage)
        offset = 0 if offset == len(words) else offset
        expected = passage[offset : offset + 1]
        same_letters = composed(words) == composed(passage)
        difference = self._name_difference(
            words, offset, expected, min(start + offset, end - 1), same_letters=same_letters
        )
        if not difference:
            difference = f"the passage at {self._position(start)} differs in an accent"
        if any(map(is_invisible, passage)):
            return f"{difference}\nwrite the passage with escapes: {escape_invisible(passage)}", offset
        if difference.endswith("delete it"):
            return difference, offset
        return f"{difference}; copy this: {self._quoting.inner(passage)}", offset

    def _name_difference(
        self, words: str, offset: int, expected: str, in_text: int, *, same_letters: bool = False
    ) -> str:
        """Name the characters of a quote and of the text that differ if they look the same, else ""."""
        typed = words[offset : offset + 1]
        if expected and is_invisible(expected):
            return f"the text has an invisible character ({character_name(expected)}) at {self._position(in_text)}"
        if typed and is_invisible(typed):
            after = words[offset + 1 : offset + 11]
            return f"the quote has an invisible character ({character_name(typed)}) before {after!r}: delete it"
        if typed and expected and looks_alike(typed, expected):
            has, where = describe(typed, expected, same_letters=same_letters)
            return f"the text has {has} at {self._position(in_text)} where the quote has {where}"
        if expected and is_added(expected):
            return f"the text has {character_name(expected)} at {self._position(in_text)}, which the quote has not"
        if typed and is_added(typed):
            return f"the quote has {character_name(typed)}, which the text has not at {self._position(in_text)}"
        return ""

    @cached_property
    def _folded(self) -> FoldedText:
        return fold(self.normalized)

    def _position(self, offset: int) -> str:
        line, column = line_and_column(self.raw, self._raw_offset(offset))
        return f"{line}:{column}"


def _patterns(words: str, prefix: str, suffix: str) -> Iterator[tuple[int, str]]:
    """Yield the strings in which words between a prefix and a suffix may occur, each with the offset of the words."""
    for head in (prefix, f"{prefix} ") if prefix else ("",):
        for tail in (suffix, f" {suffix}") if suffix else ("",):
            yield len(head), f"{head}{words}{tail}"


def _find_once(words: str, text: str) -> int:
    """Return the only offset of words in a text, else `_NOT_FOUND` or `_AMBIGUOUS`; occurrences may overlap."""
    if len(words) * len(text) <= _MAX_RFIND_PRODUCT:
        offset = text.rfind(words)
        again = offset >= 0 and text.rfind(words, 0, offset + len(words) - 1) >= 0
    else:
        offset = text.find(words)
        again = offset >= 0 and text.find(words, offset + 1) >= 0
    return _AMBIGUOUS if again else offset


def _occurrences(words: str, text: str) -> Iterator[int]:
    """Yield all offsets of words in a text, overlapping ones too."""
    offset = text.find(words)
    while offset >= 0:
        yield offset
        offset = text.find(words, offset + 1)


def _code_points(letter: str) -> str:
    """Return a letter with its code points, or if these are too many, with their number."""
    if len(letter) > _MAX_SHOWN_CODE_POINTS:
        return f"{letter[0]!r} with {len(letter) - 1:,} marks or more"
    return f"{letter!r}, which is {' '.join(f'U+{ord(character):04X}' for character in letter)}"


def _offset_as_typed(quote: str, offset: int) -> int:
    """Return the offset in a quote as typed, given one in its words joined by single spaces."""
    words = list(re.finditer(r"\S+", quote))
    for word in words:
        length = word.end() - word.start()
        if offset <= length:
            return min(word.start() + offset, words[-1].end() - 1)
        offset -= length + 1
    return max(len(quote.rstrip()) - 1, 0)
