"""What a figure picks from a table that holds more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd


def most_frequent(values: pd.Series[Any], most: int) -> tuple[list[Any], int]:
    """Return the values that occur most, at most so many, and how many others there are.

    Those kept come in alphabetical order: how often something is reported is no rank.
    """
    counts = values.dropna().value_counts()
    order = sorted(counts.index, key=lambda value: (-int(counts[value]), value))
    return sorted(order[:most]), max(0, len(order) - most)


def latest(rows: pd.DataFrame, by: Sequence[str], order: Sequence[str], prefer: pd.Series[bool]) -> pd.DataFrame:
    """Return the last row of each group by `order`, rows that `prefer` marks before all others; missing sorts first."""
    ranked = rows.assign(_preferred=prefer.reindex(rows.index).to_numpy(dtype=bool))
    ranked = ranked.sort_values(["_preferred", *order], na_position="first", kind="stable")
    return ranked.drop_duplicates(list(by), keep="last").drop(columns="_preferred")


def both_sides(rows: pd.DataFrame, by: Sequence[str], scale: str) -> set[Any]:
    """Return the groups with a row below the middle of an ordered scale and a row above it; missing is neither."""
    known = rows.dropna(subset=[scale])
    from_middle = known[scale].cat.codes - len(known[scale].cat.categories) // 2
    ends = from_middle.groupby([known[name] for name in by]).agg(["min", "max"])
    return set(ends.index[(ends["min"] < 0) & (ends["max"] > 0)])
