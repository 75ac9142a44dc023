"""Spans of days around a day of their own, such as that of publication, on one axis for days and for decades."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns  # type: ignore[import-untyped]
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from stancebook.plotting.axes import LEGEND_BELOW, label_right, label_rows, say_empty
from stancebook.plotting.text import format_period, humanize

_LINEAR = 7  # days to both sides of the origin; beyond, the axis is logarithmic
_TICKS = {7: "1\nweek", 365: "1\nyear", 30: "1\nmonth", 3652: "10\nyears"}
_MIN_GAP = 0.12  # between labels, as a share of the axis
_HATCHES = ("", "////", "xxxx", "\\\\\\\\", "----", "++++", "||||", "oo", "....", "**")


def span_plot(
    data: pd.DataFrame,
    *,
    y: str,
    start: str,
    end: str,
    origin: str,
    hue: str,
    palette: Mapping[str, Any] | None = None,
    zero: str = "0",
    ax: Axes | None = None,
) -> Axes:
    """Draw spans of days as bars, one for each row from the top down, with their dates to the right.

    The axis counts days from the origin of each row: evenly within a week, by orders of magnitude beyond. A bar goes
    on to the edge, with an arrow, where its start or end is open.

    Args:
        data: One row for each span.
        y: The column of the labels.
        start: The column of the first days; missing if open.
        end: The column of the last days; missing if open. Without both there is no bar.
        origin: The column of the days from which the axis counts.
        hue: The categorical column of colours and hatches, of at most ten codes.
        palette: The colour of each code; seaborn's for colour-blind readers if None.
        zero: What the axis calls the origin.
        ax: The axes to draw on; the current ones if None.
    """
    ax = ax or plt.gca()
    if data.empty:
        return say_empty(ax)
    first, last = ((data[name] - data[origin]).dt.days.to_numpy("float64") for name in (start, end))
    days = np.concatenate([first, last, [-_LINEAR, 1]])
    limits = 3 * np.nanmin(days), 3 * np.nanmax(days)
    rows, dated = np.arange(len(data)) + 0.5, ~(np.isnan(first) & np.isnan(last))
    lefts, rights = np.where(np.isnan(first), limits[0], first), np.where(np.isnan(last), limits[1], last + 1)
    codes = data[hue].cat.categories
    colors = palette or dict(zip(codes, sns.color_palette("colorblind", len(codes)), strict=True))
    keys = []
    for code, hatch in zip(codes, _HATCHES, strict=False):
        if (these := dated & data[hue].eq(code).to_numpy()).any():
            bars = rows[these], (rights - lefts)[these], 0.5, lefts[these]
            ax.barh(*bars, color=colors[code], edgecolor=colors[code], linewidth=3)  # a day far away is a line
            ax.barh(*bars, fill=False, hatch=hatch, edgecolor="0.2", linewidth=0)
            keys.append(Patch(facecolor=colors[code], hatch=hatch, edgecolor="0.2", label=humanize(code)))
    for ends, edge, arrow in ((first, limits[0], "<"), (last, limits[1], ">")):
        if (these := dated & np.isnan(ends)).any():
            ax.plot(np.full(these.sum(), edge), rows[these], arrow, color="0.15", markersize=7, clip_on=False)
    ax.axvline(0, color="0.15", linestyle="--", linewidth=1, zorder=0)
    _scale_days(ax, limits, zero)
    ax.grid(axis="x")
    sns.despine(ax=ax, left=True, bottom=True)
    label_rows(ax, data[y])
    label_right(ax, rows, [format_period(*days) for days in zip(data[start], data[end], strict=True)])
    ax.legend(handles=keys, **LEGEND_BELOW)
    return ax


def _scale_days(ax: Axes, limits: tuple[float, float], zero: str) -> None:
    """Give axes a scale of days, with as many labels as there is room for, the most important first."""
    ax.set_xscale("symlog", linthresh=_LINEAR)
    ax.set_xlim(limits)
    ticks = {0: zero} | {sign * day: "−+"[sign > 0] + label for day, label in _TICKS.items() for sign in (-1, 1)}
    places: dict[int, float] = {}
    for tick in ticks:
        place = ax.transLimits.transform(ax.transScale.transform((tick, 0)))[0]
        if 0 < place < 1 and all(abs(place - other) > _MIN_GAP for other in places.values()):
            places[tick] = place
    ax.set_xticks(list(places), [ticks[tick] for tick in places])
    ax.set_xticks([], minor=True)
