"""Find out whether a place in a text is inside a word, or inside a letter that several code points write."""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import regex

_FIRST_MARK = "\u0300"  # the first combining mark: characters before it are never joined to each other
_SOFT_HYPHEN, _ZERO_WIDTH_SPACE, _NON_JOINER = "\u00ad", "\u200b", "\u200c"
_MAX_LOOK_BACK = 256  # code points; longer sequences of marks are only found in texts made for trouble

# An extended grapheme cluster of Unicode Standard Annex #29: what a reader takes for one letter.
_LETTER = r"\X"
# Pairs of characters that belong to one letter or to two, depending on what is before them.
_NEEDS_CONTEXT = r"\p{RI}\p{RI}|\u200D\p{Extended_Pictographic}|[\p{InCB=Linker}\p{InCB=Extend}]\p{InCB=Consonant}"
_REGIONAL_INDICATORS = ("\U0001f1e6", "\U0001f1ff")


def is_within_letter(text: str, offset: int) -> bool:
    """Return whether the characters before and after an offset write one letter, such as "e" and an accent.

    A zero-width non-joiner never belongs to the letter before it; `is_within_word` decides there.
    """
    if not 0 < offset < len(text):
        return False
    before, after = text[offset - 1], text[offset]
    if (_is_separate(before) and _is_separate(after)) or before.isspace() or after == _NON_JOINER:
        return False
    joined = _joined(before + after)
    return _joined_in_context(text, offset) if joined is None else joined


def letter_span(text: str, offset: int) -> tuple[int, int]:
    """Return the start and the end of the letter that contains the character at an offset."""
    start, first = offset, max(offset - _MAX_LOOK_BACK, 0)
    while start > first and is_within_letter(text, start):
        start -= 1
    found = _compiled(_LETTER).match(text, start)
    end = found.end() if found else offset + 1
    return start, max(end - (text[end - 1] == _NON_JOINER), offset + 1)


def is_within_word(text: str, offset: int) -> bool:
    """Return whether an offset is in the middle of a word: between two cased letters, or two digits.

    Marks on a letter belong to it. If an invisible character such as a soft hyphen or a word joiner is in between,
    letters without case count too.
    """
    if not 0 < offset < len(text):
        return False
    before, after = text[offset - 1], text[offset]
    if before < _FIRST_MARK and after < _FIRST_MARK and _SOFT_HYPHEN not in (before, after):
        return _same_word(before, after)
    first, last = max(offset - _MAX_LOOK_BACK, 0), min(offset + _MAX_LOOK_BACK, len(text))
    left, right = offset - 1, offset
    while left > first and (_is_mark(text[left]) or _is_joiner(text[left])):
        left -= 1
    while right < last - 1 and _is_joiner(text[right]):
        right += 1
    if any(map(_is_joiner, (before, after))) and text[left].isalpha() and text[right].isalpha():
        return True
    return _same_word(text[left], text[right])


@cache
def _compiled(pattern: str) -> regex.Pattern[str]:
    import regex  # takes a while to import, and most texts do without it

    return regex.compile(pattern)


@lru_cache(maxsize=4096)
def _is_separate(character: str) -> bool:
    """Return whether a character is never joined to another such one, as basic letters, punctuation and spaces are."""
    return character < _FIRST_MARK or unicodedata.category(character)[0] in "PZ"


@lru_cache(maxsize=4096)
def _joined(pair: str) -> bool | None:
    """Return whether two adjacent characters belong to one letter; None if that depends on those before them."""
    return None if _compiled(_NEEDS_CONTEXT).match(pair) else _compiled(_LETTER).fullmatch(pair) is not None


def _joined_in_context(text: str, offset: int) -> bool:
    start = max(offset - _MAX_LOOK_BACK, 0)
    if _is_regional_indicator(text[offset]):  # they are paired from the start of their sequence
        start = offset
        while start > 0 and _is_regional_indicator(text[start - 1]):
            start -= 1
        return (offset - start) % 2 == 1
    *_, last = _compiled(_LETTER).finditer(text, start, offset + 1)
    return bool(last.start() < offset)


def _is_regional_indicator(character: str) -> bool:
    return _REGIONAL_INDICATORS[0] <= character <= _REGIONAL_INDICATORS[1]


@lru_cache(maxsize=4096)
def _same_word(before: str, after: str) -> bool:
    cased = before.lower() != before.upper() and after.lower() != after.upper()
    return cased or (before.isdigit() and after.isdigit())


@lru_cache(maxsize=4096)
def _is_mark(character: str) -> bool:
    return unicodedata.category(character).startswith("M")


@lru_cache(maxsize=4096)
def _is_joiner(character: str) -> bool:
    """Return whether a character is invisible and separates no words."""
    return unicodedata.category(character) == "Cf" and character != _ZERO_WIDTH_SPACE
