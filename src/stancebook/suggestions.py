"""Suggestions for misspelt words: the nearest known word, as a hint."""

from collections.abc import Collection, Iterable
from itertools import islice

from rapidfuzz import fuzz, process, utils

_MIN_SIMILARITY_PERCENT = 70.0
_MAX_CANDIDATES = 10_000


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that is most similar to `word`, or None if none is similar enough.

    Args:
        word: What was typed.
        known: The candidates; only the first 10,000 are compared.

    Returns:
        The candidate with the highest normalized Indel similarity, at least 70 %, regardless of case and punctuation.
    """
    candidates = list(islice(known, _MAX_CANDIDATES))
    match = process.extractOne(
        word, candidates, scorer=fuzz.ratio, processor=utils.default_process, score_cutoff=_MIN_SIMILARITY_PERCENT
    )
    return None if match is None else match[0]


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return "did you mean 'x'?" with the nearest known word, or "" if none is near."""
    suggestion = nearest(word, known)
    return f"did you mean {suggestion!r}?" if suggestion else ""


def options_hint(word: str, known: Collection[str]) -> str:
    """Return all known words as a hint, followed by the nearest one to `word` if there is one."""
    return "; ".join(filter(None, [f"one of {', '.join(known)}", did_you_mean(word, known)]))
