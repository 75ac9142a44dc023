"""The words of a text in any script, folded so that case, diacritics and punctuation make no difference."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import regex

# From one word boundary of Unicode (UAX #29) to the next. Scripts without spaces have one at each character.
_SEGMENT = regex.compile(r"(?w)\w.*?\b", regex.DOTALL)
_PART = regex.compile(r"[\p{L}\p{N}\p{M}]+")


class Word(NamedTuple):
    """A word: where it starts and ends, and what it is compared by."""

    start: int
    end: int
    folded: str


def words(text: str) -> Iterator[Word]:
    """Yield the words of a text in order.

    Args:
        text: Any text. What has no letter or digit is no word.
    """
    for found in _SEGMENT.finditer(text):
        if folded := fold(found[0]):
            yield Word(found.start(), found.end(), folded)


def parts(text: str) -> Iterator[Word]:
    """Yield what is between spaces and marks in order, as others count words: `U.S.` and `don't` are two each.

    Args:
        text: Any text.
    """
    for found in _PART.finditer(text):
        if folded := fold(found[0]):
            yield Word(found.start(), found.end(), folded)


@lru_cache(maxsize=1 << 16)
def fold(word: str) -> str:
    """Return the letters and digits of a word, without case, diacritics and variants of form."""
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", word).casefold())
    return "".join(character for character in decomposed if character.isalnum())
