"""Compare a quote with the passage it should be, and name the first character that differs, even an invisible one."""

from __future__ import annotations

import json
import unicodedata
from array import array
from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest

_MAX_SHIFT = 24  # characters by which a passage may start earlier or later than a fuzzy search says
_MIN_COMMON_START = 5  # so many characters that a quote and a text have in common are no coincidence

# Characters that look alike in print and differ in the file, and what a message calls them.
_LOOKALIKES = {
    '"': ("a quotation mark", '"“”„‟«»″＂〝〞״'),
    "'": ("an apostrophe or single quotation mark", "'‘’‚‛‹›′`´ʼʻʹ＇׳"),
    "-": ("a hyphen or dash", "-‐‑‒–—―−⁃﹣－־"),
    "~": ("a tilde or wave dash", "~〜～∼"),
    "·": ("a middle dot", "·•‧∙⋅・･"),
}
_FOLDED_MARKS = {variant: mark for mark, (_, variants) in _LOOKALIKES.items() for variant in variants}
# Cyrillic, Greek, Armenian and phonetic letters, and the Latin letters that look the same; the same of Persian and
# Urdu letters and Arabic ones, and of kana and Chinese characters.
_LETTERS = dict(
    zip(
        "АВЕКМНОРСТУХЅІЈԚԜҮаеорсухѕіјԛԝԁһӏΑΒΕΖΗΙΚΜΝΟΡΤΥΧαονυρικχϲօսոհցՕՏıɑɡیىکہەھーエカタトニハヘロ○",
        "ABEKMHOPCTYXSIJQWYaeopcyxsijqwdhlABEZHIKMNOPTYXaovupikxcounhgOSiagييكههه一工力夕卜二八へ口〇",
        strict=True,
    )
)
_TATWEEL = "\u0640"  # stretches an Arabic word
_BLANK_LETTERS = "\u115f\u1160\u2800\u3164\uffa0"  # letters and a symbol without ink
_CONTROL, _FORMAT, _ACCENT = "Cc", "Cf", "Mn"  # Unicode's categories; Cf has soft hyphens, joiners, direction marks …
_C1 = range(0x80, 0xA0)  # what is left of marks such as ’ and – if Windows-1252 was read as Latin-1


# ── Texts without what is easily confused ─────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class FoldedText:
    """A folded text, and for each of its characters, and for its end, the offset in the original."""

    text: str
    origins: array[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the offsets in the original of `text[start:end]`."""
        return self.origins[start], max(self.origins[end - 1] + 1, self.origins[end])


def fold(text: str) -> FoldedText:
    """Return a text without case, accents, ligatures, invisible characters, and variants of marks and characters."""
    parts = [_fold_character(original) for original in text]
    origins = array("l", (offset for offset, part in enumerate(parts) for _ in part))
    origins.append(len(text))
    return FoldedText("".join(parts), origins)


@lru_cache(maxsize=4096)
def _fold_character(character: str) -> str:
    if ord(character) in _C1:
        character = bytes([ord(character)]).decode("cp1252", errors="ignore")
    parts = unicodedata.normalize("NFKD", "".join(_FOLDED_MARKS.get(part, part) for part in character))
    latin = "".join(_LETTERS.get(part) or _ascii_digit(part) or part for part in parts)
    return "".join(
        _FOLDED_MARKS.get(part, _LETTERS.get(part, part))
        for part in unicodedata.normalize("NFKD", latin.casefold())
        if not is_invisible(part) and part != _TATWEEL and unicodedata.category(part) != _ACCENT
    )


def _ascii_digit(character: str) -> str:
    """Return a decimal digit of any script as ASCII has it, "" for other characters."""
    digit = unicodedata.decimal(character, None)
    return "" if digit is None else str(digit)


# ── Where two texts differ ────────────────────────────────────────────────────────────────────────


def common_start(words: str, text: str) -> int:
    """Return the number of characters with which both texts start."""
    pairs = enumerate(zip_longest(words, text[: len(words)]))
    return next((offset for offset, (typed, expected) in pairs if typed != expected), len(words))


def first_difference(words: str, text: str, start: int, end: int) -> tuple[int, int]:
    """Find where words differ from the passage of a text that is most similar to them.

    Args:
        words: The words.
        text: The text.
        start: Where the passage starts, roughly.
        end: Where it ends, roughly.

    Returns:
        The offset in the words and that in the text.
    """
    margin = len(words) // 2
    first = max(start - margin, 0)
    region = text[first : end + margin]
    # If a start of the words occurs, so does each shorter one: bisect by length.
    lengths = range(1, len(words) + 1)
    length = bisect_left(lengths, True, key=lambda length: words[:length] not in region)
    if length >= min(_MIN_COMMON_START, len(words)):
        return length, first + region.find(words[:length]) + length
    passage = min(_starts_of_words(text, start), key=lambda offset: _distance(words, text, offset))
    length = common_start(words, text[passage:])
    return length, passage + length


def _starts_of_words(text: str, start: int) -> list[int]:
    """Return the offsets around another one at which a word or a mark starts."""
    around = range(max(start - _MAX_SHIFT, 0), min(start + _MAX_SHIFT, len(text)))
    return [offset for offset in around if offset == 0 or not text[offset - 1].isalnum()] or [start]


def _distance(words: str, text: str, start: int) -> tuple[int, int]:
    """Return how many edits make words the passage at an offset; of equal passages, the one with the longer start."""
    passage = text[start : start + len(words)]
    from rapidfuzz.distance import Levenshtein

    return Levenshtein.distance(words, passage), -common_start(words, passage)


# ── Names of characters ───────────────────────────────────────────────────────────────────────────


def is_invisible(character: str) -> bool:
    """Return whether a character has no ink and is no white space."""
    invisible = unicodedata.category(character) in (_CONTROL, _FORMAT) or character in _BLANK_LETTERS
    return invisible and not character.isspace()


def character_name(character: str) -> str:
    """Return the code point of a character and its name, such as `U+043E, cyrillic small letter o`."""
    other = "a control character" if unicodedata.category(character) == _CONTROL else "without a name"
    return f"U+{ord(character):04X}, {unicodedata.name(character, other).lower()}"


def looks_alike(typed: str, expected: str) -> bool:
    """Return whether two different characters are easily taken for one another."""
    folded = sorted((_fold_character(typed), _fold_character(expected)), key=len)
    return folded[0] != "" and folded[1].startswith(folded[0])


def is_added(character: str) -> bool:
    """Return whether a character is only added to others: an accent, a vowel sign or a stretch."""
    return _fold_character(character) == ""


def describe(typed: str, expected: str, *, same_letters: bool) -> tuple[str, str]:
    """Describe two characters that look alike.

    Args:
        typed: The character of a quote.
        expected: The character of the text.
        same_letters: Whether quote and text are equal once their characters are composed.

    Returns:
        What the text has, and what the quote has.
    """
    kind = _kind_of_difference(typed, expected, same_letters=same_letters)
    if (typed + expected).isascii():
        return f"{kind} {expected!r}", repr(typed)
    return f"{kind} {expected!r} ({character_name(expected)})", f"{typed!r} ({character_name(typed)})"


def _kind_of_difference(typed: str, expected: str, *, same_letters: bool) -> str:
    for name, variants in _LOOKALIKES.values():
        if expected in variants:
            return name
    if typed.casefold() == expected.casefold():
        return "another case"
    if _ascii_digit(typed) and _ascii_digit(expected):
        return "a digit of another script,"
    if {_LETTERS.get(typed), _LETTERS.get(expected)} - {None}:
        return "a letter of another alphabet,"
    if any(unicodedata.decomposition(character).startswith("<") for character in (typed, expected)):
        return "a ligature or another variant of a letter,"
    return "the same letter in other code points (composed, decomposed)," if same_letters else "another accent"


def composed(text: str) -> str:
    """Return a text in which letters with accents are single characters where possible."""
    return unicodedata.normalize("NFC", text)


def escape_invisible(text: str) -> str:
    """Return a text between double quotation marks, in YAML as in JSON, with escapes for invisible characters."""
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(json.dumps(char)[1:-1] if char == "\x7f" or is_invisible(char) else char for char in quoted)
