"""Matrices of codes and of counts, on seaborn's heatmap."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
import seaborn as sns  # type: ignore[import-untyped]
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from stancebook.plotting.axes import LEGEND_BELOW, label_matrix, levels, say_empty
from stancebook.plotting.palettes import code_colors, ordinal_signs
from stancebook.plotting.text import humanize

_HEATMAP = {"fmt": "", "cbar": False, "xticklabels": True, "yticklabels": True}
_POINTS = 500  # that a line of text can have, in units of the mean width of a character
_HATCHED: dict[str, Any] = {"facecolor": "white", "edgecolor": "0.8", "hatch": "////"}


def code_matrix(
    data: pd.DataFrame,
    *,
    x: str,
    y: str,
    hue: str,
    text: str | None = None,
    signs: Mapping[str, str] | None = None,
    missing: str = "none",
    ax: Axes | None = None,
) -> Axes:
    """Draw a categorical column as a matrix with a cell for each pair of `x` and `y`.

    Args:
        data: One row for each cell; a cell without a row is hatched.
        x: The column of the labels of columns, which are in the order of its categories, or else as they come.
        y: The column of the labels of rows, likewise.
        hue: The categorical column; if ordered, with a diverging palette. A row without a value gives a white cell.
        text: The column of the texts in the cells; the signs if None.
        signs: The sign of each code, which the legend explains; if None, minuses and pluses for an ordered column.
        missing: What the legend calls a hatched cell.
        ax: The axes to draw on; the current ones if None.
    """
    ax = ax or plt.gca()
    if data.empty:
        return say_empty(ax)
    codes, ordered = list(data[hue].cat.categories), bool(data[hue].cat.ordered)
    colors = code_colors(codes, ordered=ordered)
    signs = signs or (ordinal_signs(codes) if ordered else {code: humanize(code) for code in codes})
    texts = (data[text] if text else data[hue].astype("object").map(signs)).map(str, na_action="ignore").fillna("")
    rows, columns = levels(data[y]), levels(data[x])
    cells = pd.DataFrame({"code": data[hue].cat.codes, "text": texts}).set_index([data[y], data[x]])
    cells = cells.reindex(pd.MultiIndex.from_product([rows, columns]))
    wide = (len(rows), len(columns))
    sns.heatmap(
        pd.DataFrame(cells["code"].to_numpy().reshape(wide), rows, columns),
        annot=cells["text"].fillna("").to_numpy().reshape(wide),
        cmap=[(1.0, 1.0, 1.0), *colors.values()],
        vmin=-1,
        vmax=len(codes) - 1,
        annot_kws={"fontsize": min(10.0, _POINTS / len(columns) / max(1, texts.str.len().max()))},
        ax=ax,
        **_HEATMAP,
    )
    ax.patch.set(**_HATCHED)
    keys = [Patch(color=color, label=f"{signs[code]}  {humanize(code)}") for code, color in colors.items()]
    ax.legend(handles=[*keys, Patch(label=missing, **_HATCHED)], **LEGEND_BELOW)
    return label_matrix(ax)


def count_matrix(counts: pd.DataFrame, *, text: pd.DataFrame | None = None, ax: Axes | None = None) -> Axes:
    """Draw a table of counts, such as `pandas.crosstab` returns: the more the darker; nothing is an empty cell.

    Args:
        counts: The counts.
        text: The texts in the cells; the counts if None.
        ax: The axes to draw on; the current ones if None.
    """
    ax = ax or plt.gca()
    if counts.empty:
        return say_empty(ax)
    some = counts.where(counts > 0).astype("float64")
    text = (counts.map("{:,.0f}".format) if text is None else text).where(counts > 0, "")
    most = max(5.0, some.max().max())
    greys = sns.light_palette("0.6", as_cmap=True)
    sns.heatmap(some, annot=text, annot_kws={"color": "0.15"}, cmap=greys, vmin=0, vmax=most, ax=ax, **_HEATMAP)
    ax.patch.set_facecolor("0.97")
    return label_matrix(ax)
