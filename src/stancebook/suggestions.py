"""Suggestions for misspelt words, as hints: the nearest known word, or the slug for a text."""

import re
from collections.abc import Collection, Iterable
from itertools import islice

_MIN_SIMILARITY_PERCENT = 70.0
_MAX_CANDIDATES = 10_000
_MAX_SLUG_CHARACTERS = 60


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that is most similar to `word`, or None if none is similar enough.

    Args:
        word: What was typed.
        known: The candidates; only the first 10,000 are compared.

    Returns:
        The candidate with the highest normalized Indel similarity, at least 70 %, regardless of case and punctuation.
    """
    candidates = list(islice(known, _MAX_CANDIDATES))
    from rapidfuzz import fuzz, process, utils

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


def slug_hint(text: str, description: str) -> str:
    """Return what a slug is, followed by one for a text if it has any letters or digits."""
    suggestion = slug_for(text)
    return f"{description}; write {suggestion!r}" if suggestion else description


def slug_for(text: str) -> str:
    """Return a text as a slug: its words in lower-case letters a-z and digits, joined by hyphens; perhaps empty."""
    from anyascii import anyascii

    words = re.findall("[a-z0-9]+", re.sub("['’`]", "", anyascii(text).lower()))
    slug = ""
    for word in words:
        if slug and len(slug) + len(word) >= _MAX_SLUG_CHARACTERS:
            break
        slug = f"{slug}-{word}" if slug else word
    return slug
