"""The runs of words of some texts, to find them again in other texts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from stancebook.release.withheld import RUN
from stancebook.sources.words import Word, parts, words

_SPLITS = (words, parts)
_NO_RUNS = np.empty(0, np.uint64)
_FACTOR = np.uint64(0x9E3779B97F4A7C15)


class TextRuns:
    """Every run of `RUN` words of some texts, but for those that are public anyway.

    Words are counted in two ways, by the rules of Unicode and by the marks between them: others may count in either.
    Runs are compared by 64 bits of a hash: a text of a million words takes 24 MB, and two runs are taken for one by
    chance once in 10¹⁹ comparisons.

    Args:
        texts: The texts, by document.
        public: Texts whose runs do not count, such as titles and addresses.
    """

    def __init__(self, texts: Mapping[str, str], public: Iterable[str] = ()) -> None:
        self._documents = list(texts)
        by_text = [_all_runs(text) for text in texts.values()]
        hashes = np.concatenate([_NO_RUNS, *by_text])
        numbers = np.repeat(np.arange(len(by_text), dtype=np.uint32), [len(each) for each in by_text])
        is_protected = ~np.isin(hashes, np.concatenate([_NO_RUNS, *map(_all_runs, public)]))
        found, first = np.unique(hashes[is_protected], return_index=True)
        # The last one ends every search; no document has it.
        self._hashes = np.append(found, np.iinfo(np.uint64).max)
        self._numbers = numbers[is_protected][first]

    def documents(self, text: str) -> set[str]:
        """Return the documents with which a text shares a run; of a run of several documents, the first of these."""
        hashes = _all_runs(text)
        places = self._places(hashes)
        return {self._documents[number] for number in self._numbers[places[self._hashes[places] == hashes]]}

    def first(self, text: str) -> tuple[str, int] | None:
        """Return the first run that a text shares with the documents, as the text has it, and where it starts."""
        for split in _SPLITS:
            found = list(split(text))
            if len(found) < RUN:
                continue
            hashes = _runs(found)
            shared = np.flatnonzero(self._hashes[self._places(hashes)] == hashes)
            if len(shared):
                start, end = found[shared[0]].start, found[shared[0] + RUN - 1].end
                return text[start:end], start
        return None

    def _places(self, hashes: Any) -> Any:
        """Return for each hash the only place where it can be among the sorted ones."""
        return np.searchsorted(self._hashes[:-1], hashes)


def _all_runs(text: str) -> Any:
    return np.concatenate([_runs(list(split(text))) for split in _SPLITS])


def _runs(found: list[Word]) -> Any:
    """Return a hash of each run of words."""
    if len(found) < RUN:
        return _NO_RUNS
    hashes = np.array([_word_hash(word.folded) for word in found], np.uint64)
    runs = np.zeros(len(hashes) - RUN + 1, np.uint64)
    for place in range(RUN):
        runs = runs * _FACTOR + hashes[place : place + len(runs)]
    return runs


@lru_cache(maxsize=1 << 18)
def _word_hash(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest())
