"""Words in quotation marks: finding them in a passage."""

import re
from collections.abc import Iterator
from typing import Any

import pandas as pd

# Opening marks and what closes them; straight ones pair with the next straight one, and a single mark before a
# letter is an apostrophe.
_PAIRS = {'"': '"', "“": "”", "„": "[“”]", "«": "»", "‘": r"’(?!\w)"}
_OPENING = re.compile(f"[{''.join(_PAIRS)}]")
_CLOSING = {opening: re.compile(closing) for opening, closing in _PAIRS.items()}


def has_quotation_marks(passages: "pd.Series[Any]") -> "pd.Series[bool]":
    """Return, for each passage, whether any of its words are in quotation marks."""
    opened = passages.str.contains(_OPENING.pattern)
    return opened & pd.Series(
        [has and any(_marked(passage)) for has, passage in _pairs(opened, passages)], passages.index
    )


def are_in_quotation_marks(words: "pd.Series[Any]", passages: "pd.Series[Any]") -> "pd.Series[bool]":
    """Return, row by row, whether the words are inside one pair of quotation marks of the passage."""
    return pd.Series([_in_marks(*pair) for pair in _pairs(words, passages)], index=words.index, dtype=bool)


def are_in_passage(words: "pd.Series[Any]", passages: "pd.Series[Any]") -> "pd.Series[bool]":
    """Return, row by row, whether words occur in the passage, apart from white space; True if there are none."""
    found = [
        not isinstance(phrase, str) or _spaced(phrase) in _spaced(passage)
        for phrase, passage in _pairs(words, passages)
    ]
    return pd.Series(found, index=words.index, dtype=bool)


def _pairs(left: "pd.Series[Any]", right: "pd.Series[Any]") -> Iterator[tuple[Any, Any]]:
    return zip(left.tolist(), right.tolist(), strict=True)  # iterating over a list is faster than over a series


def _in_marks(words: Any, passage: str) -> bool:
    if not isinstance(words, str):
        return False
    sought = _spaced(words)
    return any(sought in _spaced(marked) for marked in _marked(passage))


def _marked(passage: str) -> Iterator[str]:
    """Yield what is in quotation marks, with the marks, from left to right."""
    offset, never_closed = 0, set[str]()
    while opening := _OPENING.search(passage, offset):
        offset, mark = opening.end(), opening[0]
        if mark not in never_closed:
            if closing := _CLOSING[mark].search(passage, offset):
                offset = closing.end()
                yield passage[opening.start() : offset]
            else:
                never_closed.add(mark)


def _spaced(text: str) -> str:
    return " ".join(text.split())
