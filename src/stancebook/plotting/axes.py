"""Labels of axes with one row for each label."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from stancebook.plotting.text import wrap_label

LEGEND_BELOW: dict[str, Any] = {"loc": "upper right", "bbox_to_anchor": (1, 0), "ncols": 3, "frameon": False}
_ROW_LABEL, _ALL_LABELS = 38, 88  # characters that fit next to rows; and next to them and above columns, together


def levels(values: pd.Series[Any]) -> list[Any]:
    """Return the distinct values in the order of their categories, or else as they come, without missing ones."""
    found = values.dropna()
    return list(found.cat.remove_unused_categories().cat.categories if found.dtype == "category" else found.unique())


def label_rows(ax: Axes, labels: Iterable[str]) -> None:
    """Label rows of a height of one, from the top down."""
    lines = [wrap_label(label, _ROW_LABEL) for label in labels]
    ax.set(xlabel="", ylabel="", ylim=(len(lines), 0))
    ax.set_yticks(np.arange(len(lines)) + 0.5, lines, rotation=0)
    ax.tick_params(left=False, bottom=False, labelbottom=False, labeltop=True)


def label_matrix(ax: Axes) -> Axes:
    """Label the cells of a matrix to the left and above; labels that are wider than their column are rotated."""
    rows, columns = ([label.get_text() for label in axis.get_ticklabels()] for axis in (ax.yaxis, ax.xaxis))
    label_rows(ax, rows)
    longest = max(len(line) for label in rows for line in wrap_label(label, _ROW_LABEL).split("\n"))
    width = (_ALL_LABELS - longest) // len(columns)
    if max(len(word) for label in columns for word in f"{label} .".split()) > width:
        properties: dict[str, Any] = {"rotation": 45, "ha": "left", "rotation_mode": "anchor"}
    else:
        columns, properties = [wrap_label(label, width) for label in columns], {"rotation": 0, "va": "bottom"}
    ax.set_xticks(np.arange(len(columns)) + 0.5, columns, **properties)
    ax.hlines(range(len(rows) + 1), 0, len(columns), color="white", linewidth=3)
    ax.vlines(range(len(columns) + 1), 0, len(rows), color="white", linewidth=3)
    return ax


def label_right(ax: Axes, positions: Any, labels: Iterable[str]) -> None:
    """Write labels to the right of some positions of the y axis."""
    right = ax.secondary_yaxis("right")
    right.set_yticks(positions, list(labels))
    right.tick_params(length=0, pad=8, labelcolor="0.35")
    right.spines[:].set_visible(False)


def label_groups(ax: Axes, groups: Iterable[str]) -> Axes:
    """Label consecutive rows of one group to the right, with a line between groups.

    Args:
        ax: The axes, with rows of a height of one.
        groups: The group of each row, from the top down.
    """
    runs = [(group, len(list(rows))) for group, rows in groupby(groups)]
    ends = np.cumsum([0, *(size for _, size in runs)])
    label_right(ax, (ends[:-1] + ends[1:]) / 2, [group for group, _ in runs])
    for end in ends[1:-1]:
        ax.axhline(end, color="0.35", linewidth=0.8)
    return ax


def say_empty(ax: Axes) -> Axes:
    """Say on axes that there is nothing to draw."""
    ax.set_axis_off()
    ax.set(ylim=(1, 0), xticks=[], yticks=[])
    ax.text(0.5, 0.5, "nothing to show", ha="center", va="center", style="italic", transform=ax.transAxes)
    return ax
