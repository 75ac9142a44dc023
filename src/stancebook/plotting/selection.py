"""The rows that a figure has room for."""

import pandas as pd


def keep_frequent(data: pd.DataFrame, column: str, limit: int, plural: str) -> tuple[pd.DataFrame, str]:
    """Return the rows with the most frequent values of a column, and a sentence if there are others.

    Args:
        data: The rows; they stay in order.
        column: The column.
        limit: How many of its values are kept; of equally frequent ones, those that come first.
        plural: What the values are.
    """
    counts = data[column].value_counts()
    kept = data[data[column].isin(counts.index[:limit])]
    return kept, f" Only the {limit:,} most frequent of {len(counts):,} {plural} are shown." if len(
        counts
    ) > limit else ""
