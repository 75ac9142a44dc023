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


def holds_quotation_marks(passages: "pd.Series[Any]") -> "pd.Series[bool]":
    """Return, for each passage, whether any of its words stand in quotation marks."""
    opened = passages.str.contains(_OPENING.pattern)
    return opened & pd.Series([has and any(_marked(each)) for has, each in _pairs(opened, passages)], passages.index)


def stand_in_quotation_marks(words: "pd.Series[Any]", passages: "pd.Series[Any]") -> "pd.Series[bool]":
    """Return, row by row, whether the words stand inside one pair of quotation marks of the passage."""
    return pd.Series([_in_marks(*pair) for pair in _pairs(words, passages)], index=words.index, dtype=bool)


def stand_in(words: "pd.Series[Any]", passages: "pd.Series[Any]") -> "pd.Series[bool]":
    """Return, row by row, whether words stand in the passage, white space apart; true where there are none."""
    found = [
        not isinstance(each, str) or _spaced(each) in _spaced(passage) for each, passage in _pairs(words, passages)
    ]
    return pd.Series(found, index=words.index, dtype=bool)


def _pairs(one: "pd.Series[Any]", other: "pd.Series[Any]") -> Iterator[tuple[Any, Any]]:
    return zip(one.tolist(), other.tolist(), strict=True)  # a list is gone through faster than a series


def _in_marks(words: Any, passage: str) -> bool:
    if not isinstance(words, str):
        return False
    sought = _spaced(words)
    return any(sought in _spaced(marked) for marked in _marked(passage))


def _marked(passage: str) -> Iterator[str]:
    """Yield what stands in quotation marks, marks and all, from left to right."""
    at, never_closed = 0, set[str]()
    while opening := _OPENING.search(passage, at):
        at, mark = opening.end(), opening[0]
        if mark not in never_closed:
            if closing := _CLOSING[mark].search(passage, at):
                at = closing.end()
                yield passage[opening.start() : at]
            else:
                never_closed.add(mark)


def _spaced(text: str) -> str:
    return " ".join(text.split())
