"""Words in quotation marks: finding them in a passage."""

import re
from typing import Any

import pandas as pd

# Opening and closing marks in the order tried; straight ones pair with the next straight one, and a single
# mark before a letter is an apostrophe.
_MARKED = re.compile(r'"[^"]*"|“[^”]*”|„[^“”]*[“”]|«[^»]*»|‘(?:[^’]|’(?=\w))*’')


def holds_quotation_marks(passages: "pd.Series[Any]") -> "pd.Series[bool]":
    """Return, for each passage, whether any of its words stand in quotation marks."""
    return passages.map(lambda passage: bool(_MARKED.search(passage))).astype(bool)


def stand_in_quotation_marks(words: "pd.Series[Any]", passages: "pd.Series[Any]") -> "pd.Series[bool]":
    """Return, row by row, whether the words stand inside one pair of quotation marks of the passage."""
    found = [_in_marks(*pair) for pair in zip(words, passages, strict=True)]
    return pd.Series(found, index=words.index, dtype=bool)


def stand_in(words: str, passage: str) -> bool:
    """Return whether the words stand in the passage, white space apart."""
    return " ".join(words.split()) in " ".join(passage.split())


def _in_marks(words: Any, passage: str) -> bool:
    return isinstance(words, str) and any(stand_in(words, marked) for marked in _MARKED.findall(passage))
