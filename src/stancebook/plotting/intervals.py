"""Values with their intervals, as dots on lines."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns  # type: ignore[import-untyped]
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from stancebook.plotting.axes import LEGEND_BELOW, label_right, label_rows, levels, say_empty
from stancebook.plotting.text import humanize

_MARGIN = 0.05
_MARKERS = "osD^v<>pXP"


def interval_plot(
    data: pd.DataFrame,
    *,
    y: str,
    x: str,
    low: str,
    high: str,
    hue: str,
    text: str,
    missing: str,
    references: Iterable[float] = (),
    ax: Axes | None = None,
) -> Axes:
    """Draw a value with its interval for each row, from the top down, with a text to the right.

    Args:
        data: One row for each value.
        y: The column of the labels.
        x: The column of the values; a row without a value has a text in place of a dot.
        low: The column of the lower bounds; missing if there is no interval.
        high: The column of the upper bounds.
        hue: The column of colours and shapes, of at most ten values.
        text: The column of the texts to the right.
        missing: The column of the texts in place of a dot.
        references: Values at which a line is drawn to compare with.
        ax: The axes to draw on; the current ones if None.
    """
    ax = ax or plt.gca()
    if data.empty:
        return say_empty(ax)
    rows = np.arange(len(data)) + 0.5
    groups = levels(data[hue])
    keys = []
    for group, color, marker in zip(groups, sns.color_palette("colorblind", len(groups)), _MARKERS, strict=False):
        these = data[hue].eq(group).to_numpy()
        own: dict[str, Any] = {"color": color, "linewidth": 2}
        ax.hlines(rows[these], data.loc[these, low], data.loc[these, high], **own)
        ax.plot(data.loc[these, x], rows[these], marker, color=color, markeredgecolor="0.2", markersize=7)
        keys.append(Line2D([], [], marker=marker, markeredgecolor="0.2", markersize=7, label=humanize(group), **own))
    bounds = data[[x, low, high]].to_numpy("float64")
    left, right = np.nanmin(bounds, initial=0.0) - _MARGIN, np.nanmax(bounds, initial=1.0) + _MARGIN
    ax.set_xlim(left, right)
    ax.set_xticks([tick for tick in ax.get_xticks() if left <= tick <= right])
    for row, words in zip(rows[data[x].isna()], data.loc[data[x].isna(), missing], strict=True):
        ax.text(0.02, row, words, style="italic", color="0.35", va="center", fontsize=9)
    for value in (0.0, *references):
        ax.axvline(value, color="0.35", linestyle="--" if value else "-", linewidth=0.8, zorder=1)
    ax.grid(axis="x")
    sns.despine(ax=ax, left=True, bottom=True)
    label_rows(ax, data[y])
    label_right(ax, rows, data[text])
    ax.legend(handles=keys, **LEGEND_BELOW)
    return ax
