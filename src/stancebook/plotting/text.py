"""Codes, numbers and days as they read in a sentence."""

from collections.abc import Iterable, Mapping

import pandas as pd
from pandas.api.typing import NaTType


def plain(code: str) -> str:
    """Return a code as words: underscores are spaces."""
    return code.replace("_", " ")


def amount(number: int) -> str:
    """Return a number as a sentence has it: `none` for zero."""
    return f"{number:,}" if number else "none"


def counted(number: int, thing: str, things: str | None = None) -> str:
    """Return a number with its noun, singular or plural."""
    return f"{number:,} {thing if number == 1 else things or thing + 's'}"


def more(number: int, thing: str, things: str | None = None) -> str:
    """Return the sentence that ends a note when so many could not be shown; nothing if all were."""
    return f" … and {counted(number, f'more {thing}', things and f'more {things}')} with fewer rows." if number else ""


def basis(numbers: Mapping[str, int]) -> str:
    """Return what a figure rests on as a sentence: how many of each thing."""
    return f"Basis: {', '.join(counted(number, thing) for thing, number in numbers.items())}."


def listed(words: Iterable[str], most: int | None = None) -> str:
    """Return words as a list in a sentence; beyond `most` their number only. Nothing is `none`."""
    items = list(words)
    if most is not None and len(items) > most:
        items = [*items[:most], f"{len(items) - most:,} more"]
    comma = "; " if any("," in item for item in items) else ", "
    return " and ".join([comma.join(items[:-1]), items[-1]] if len(items) > 1 else items) or "none"


def period(start: pd.Timestamp | NaTType, end: pd.Timestamp | NaTType) -> str:
    """Return a stretch of days; a missing end is `open`, and without either it is `undated`."""
    if pd.isna(start) and pd.isna(end):
        return "undated"
    return " to ".join("open" if pd.isna(day) else f"{day:%Y-%m-%d}" for day in (start, end))
