"""Find out how a program counts the positions of selections, which REFI-QDA leaves open.

The standard says: code points. NVivo counts UTF-16 units; programs count CR and LF as one or two, a byte order mark or
not, and take the end as the last character or the one after. What a program does shows in its selections: most start
and end with words, and some have their own first words as their names.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from stancebook.exchange.offsets import UNITS, Convention, Offsets

Selection = tuple[int, int, str]  # start, end, name
Texts = Sequence[tuple[str, Sequence[Selection]]]

_BLANKS = (" ", "\t")  # not line ends: some programs select whole lines
_LETTERS_OF_NAME = 20  # that are compared
_MIN_NAME = 5  # letters from which a name is compared


def likely_conventions(texts: Texts) -> list[Convention]:
    """Return the conventions in which selections may be meant, the likeliest first.

    Args:
        texts: The texts of one file, with their selections.
    """
    scores = {each: sum(_score(text, selections, each) for text, selections in texts) for each in _candidates(texts)}
    return sorted(scores, key=lambda convention: -scores[convention])


def _candidates(texts: Texts) -> Iterator[Convention]:
    """Yield the conventions that differ in these texts, those of the standard first."""
    units = UNITS[:2] if any(max(text, default="") > "\uffff" for text, _ in texts) else UNITS[:1]
    ones = (False, True) if any("\r\n" in text for text, _ in texts) else (False,)
    for inclusive, counts_bom, crlf_is_one, unit in product((False, True), (False, True), ones, units):
        yield Convention(unit, crlf_is_one=crlf_is_one, counts_bom=counts_bom, inclusive=inclusive)


def _score(text: str, selections: Sequence[Selection], convention: Convention) -> int:
    """Return how well selections fit a convention."""
    offsets = Offsets(text, convention)
    return sum(_score_one(text, offsets.to_points(start, end), name) for start, end, name in selections)


def _score_one(text: str, span: tuple[int, int] | None, name: str) -> int:
    if span is None:
        return -3
    start, end = span
    score = 3 * _is_named_so(text[start:end], name)
    for offset in span:
        score += offset in (0, len(text)) or not (text[offset - 1].isalnum() and text[offset].isalnum())
        score -= 2 * (text[max(offset - 1, 0) : offset + 1] == "\r\n")
    return score - (text[start] in _BLANKS) - (text[end - 1] in _BLANKS)


def _is_named_so(passage: str, name: str) -> bool:
    """Return whether a name is the start of a passage; only letters and digits are compared."""
    words, letters = _letters(passage), _letters(name)
    return len(letters) >= _MIN_NAME and words.startswith(letters[:_LETTERS_OF_NAME])


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def snippets_are_kept(texts: Texts, conventions: Sequence[Convention]) -> bool:
    """Return whether the names of most selections that have one are their first words."""
    if not conventions:
        return False
    named = fitting = 0
    for text, selections in texts:
        offsets = Offsets(text, conventions[0])
        for start, end, name in selections:
            span = offsets.to_points(start, end)
            letters = _letters(name)[:_LETTERS_OF_NAME]
            named += bool(name.strip())
            fitting += span is not None and bool(name.strip()) and _letters(text[slice(*span)]).startswith(letters)
    return fitting * 2 > named
