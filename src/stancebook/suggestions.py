"""The nearest of the known words to a word that is not among them."""

from collections.abc import Collection, Iterable
from itertools import islice

from rapidfuzz import fuzz, process, utils

_NEAR_ENOUGH = 70.0
_MOST = 10_000  # known words among which a near one is looked for


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that `word` is most likely a slip of, or None if none is near."""
    found = process.extractOne(
        word, list(islice(known, _MOST)), scorer=fuzz.ratio, processor=utils.default_process, score_cutoff=_NEAR_ENOUGH
    )
    return None if found is None else found[0]


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return "did you mean 'x'?", or nothing if no known word is near."""
    word = nearest(word, known) or ""
    return f"did you mean {word!r}?" if word else ""


def one_of(word: str, known: Collection[str]) -> str:
    """Return the known words as a hint, with the one that `word` is most likely a slip of."""
    return "; ".join(filter(None, [f"one of {', '.join(known)}", did_you_mean(word, known)]))
