"""Words in quotation marks, and words of a passage."""

from bisect import bisect_left
from collections.abc import Iterator
from typing import Any

import pandas as pd

from stancebook import Tables, Texts, look_up


def quotations_in(passages: pd.DataFrame, tables: Tables, texts: Texts) -> "pd.Series[Any]":
    """Return, for each passage, the list of the quotations that are completely in it, marks included."""
    languages = look_up(tables["documents"], passages["doc_id"], "language")
    places = zip(*(passages[name].tolist() for name in ("doc_id", "char_start", "char_end")), strict=True)
    found = [
        _quotations(texts, doc_id, language, start, end)
        for (doc_id, start, end), language in zip(places, languages.tolist(), strict=True)
    ]
    return pd.Series(found, passages.index, dtype=object)


def are_in_one_of(words: "pd.Series[Any]", quotations: "pd.Series[Any]") -> "pd.Series[bool]":
    """Return, row by row, whether words occur in one of the quotations, apart from white space."""
    found = [
        any(_spaced(phrase) in _spaced(quotation) for quotation in row) for phrase, row in _pairs(words, quotations)
    ]
    return pd.Series(found, index=words.index, dtype=bool)


def are_in_passage(words: "pd.Series[Any]", passages: "pd.Series[Any]") -> "pd.Series[bool]":
    """Return, row by row, whether words occur in the passage, apart from white space; True if there are none."""
    found = [
        not isinstance(phrase, str) or _spaced(phrase) in _spaced(passage)
        for phrase, passage in _pairs(words, passages)
    ]
    return pd.Series(found, index=words.index, dtype=bool)


def _quotations(texts: Texts, doc_id: str, language: Any, start: int, end: int) -> list[str]:
    if doc_id not in texts or not isinstance(language, str):
        return []  # another problem says so
    text = texts[doc_id]
    found = text.quotations(language)
    first, last = bisect_left(found, (start, start)), bisect_left(found, (end, end))
    return [text.raw[first:last] for first, last in found[first:last] if last <= end]


def _pairs(left: "pd.Series[Any]", right: "pd.Series[Any]") -> Iterator[tuple[Any, Any]]:
    return zip(left.tolist(), right.tolist(), strict=True)  # iterating over a list is faster than over a series


def _spaced(text: str) -> str:
    return " ".join(text.split())
