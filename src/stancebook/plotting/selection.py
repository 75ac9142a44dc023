"""The rows and values of a table that a figure shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd


def most_frequent(values: pd.Series[Any], limit: int) -> tuple[list[Any], int]:
    """Return the most frequent values, and how many other values there are.

    Args:
        values: The values to count; missing ones are skipped.
        limit: How many distinct values to return at most.

    Returns:
        The values in alphabetical order, since frequency is no rank; and the number of the others.
    """
    counts = values.dropna().value_counts()
    order = sorted(counts.index, key=lambda value: (-int(counts[value]), value))
    return sorted(order[:limit]), max(0, len(order) - limit)


def latest_rows(rows: pd.DataFrame, by: Sequence[str], order: Sequence[str], prefer: pd.Series[bool]) -> pd.DataFrame:
    """Return the last row of each group.

    Args:
        rows: The rows to choose from.
        by: The columns that define a group.
        order: The columns that rows of a group are sorted by; missing values sort first.
        prefer: True, by the index of `rows`, for rows that are chosen before all others of their group.
    """
    ranked = rows.assign(_preferred=prefer.reindex(rows.index).to_numpy(dtype=bool))
    ranked = ranked.sort_values(["_preferred", *order], na_position="first", kind="stable")
    return ranked.drop_duplicates(list(by), keep="last").drop(columns="_preferred")


def opposed_groups(rows: pd.DataFrame, by: Sequence[str], scale: str) -> set[Any]:
    """Return the groups that have a row below the middle of an ordered scale and a row above it.

    Args:
        rows: The rows to compare.
        by: The columns that define a group.
        scale: An ordered categorical column; missing values count for neither side.

    Returns:
        The values of `by`, as tuples if there are several columns.
    """
    known = rows.dropna(subset=[scale])
    from_middle = known[scale].cat.codes - len(known[scale].cat.categories) // 2
    ends = from_middle.groupby([known[name] for name in by]).agg(["min", "max"])
    return set(ends.index[(ends["min"] < 0) & (ends["max"] > 0)])
