"""Timelines of date spans whose ends may be open."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator
from pandas.api.typing import NaTType

from stancebook.plotting.figure import FigureLayout, draw_area, draw_text
from stancebook.plotting.layout import FONT, SMALL_PT
from stancebook.plotting.styles import MUTED_COLOR, TEXT_COLOR, FillStyle

Window = tuple[pd.Timestamp, pd.Timestamp]

_EPOCH = pd.Timestamp("1970-01-01")
_MAX_MARKED_LINES = 3
_WINDOW_MARGIN = pd.Timedelta(days=14)
_BAR_HEIGHT = 0.15


@dataclass(frozen=True)
class DateSpan:
    """A span of days.

    Attributes:
        start: The first day; missing if it is open, or if nothing is known.
        end: The last day; missing if it is open, or if nothing is known.
        style: The style of the bar.
        notch: A day that matters to this row, such as the day it was reported.
    """

    start: pd.Timestamp | NaTType
    end: pd.Timestamp | NaTType
    style: FillStyle
    notch: pd.Timestamp | NaTType = pd.NaT

    @property
    def limits(self) -> tuple[float, float]:
        """Both ends as Matplotlib date numbers; a day ends where the next begins."""
        start = -inf if pd.isna(self.start) else _date_number(self.start)
        return start, inf if pd.isna(self.end) else _date_number(self.end) + 1


def date_windows(days: pd.Series[Any], marked: pd.Series[Any]) -> list[Window]:
    """Return the windows that a timeline needs, one for each panel.

    Args:
        days: The starts and ends of all spans; missing ones are skipped.
        marked: The days that matter, such as those of publication.

    Returns:
        The window of all days, and a second around the marked days if these take less than a quarter of the first.
    """
    known = pd.concat([days.dropna(), marked])
    first, last = known.min(), known.max()
    margin = max(pd.Timedelta(days=2), (last - first) * 0.06)
    detail = marked.min() - _WINDOW_MARGIN, marked.max() + _WINDOW_MARGIN
    needs_detail = (detail[1] - detail[0]) < 0.25 * (last - first)
    return [(first - margin, last + margin), *([detail] if needs_detail else [])]


def timeline_bars(
    figure: FigureLayout,
    spans: Mapping[Any, DateSpan],
    windows: Sequence[Window],
    marked: Collection[pd.Timestamp] = (),
    label: str = "",
) -> None:
    """Draw spans of days as bars, one in each row; an open end fades out and ends in an arrow.

    Args:
        figure: The figure to draw on, with a panel for each window.
        spans: The spans, by row.
        windows: The first and the last day of each panel.
        marked: Days that are marked in all rows: up to three by vertical lines; more by ticks along the top, and then
            each bar has a notch at its own day.
        label: What the marked days are.
    """
    as_lines = len(set(marked)) <= _MAX_MARKED_LINES
    for panel, window in zip(figure.panels, windows, strict=True):
        days_per_inch = _set_date_axis(figure, panel, window)
        low, high = panel.get_xlim()
        for row, span in spans.items():
            y = figure.rows.centers[row]
            if not pd.isna(span.start) or not pd.isna(span.end):
                _draw_bar(panel, y, span, days_per_inch)
                if not as_lines and low <= (day := _date_number(span.notch) + 0.5) <= high:
                    panel.plot([day, day], [y - 0.13, y + 0.13], color=TEXT_COLOR, linewidth=1.4, zorder=6)
            elif panel is figure.panels[0]:
                x = low + 0.05 * days_per_inch
                draw_text(panel, x, y, "no date in the text", SMALL_PT, color=MUTED_COLOR, style="italic")
        days = sorted(_date_number(day) + 0.5 for day in set(marked))
        _mark_days(panel, days, label, figure.rows.total_height if as_lines else None)


def _date_number(day: Any) -> float:
    """Return the days since 1970, as Matplotlib counts them."""
    return float((day - _EPOCH) / pd.Timedelta(days=1))


def _set_date_axis(figure: FigureLayout, panel: Axes, window: Window) -> float:
    """Give a panel its date axis, and return the number of days per inch."""
    width = panel.get_xlim()[1]
    low, high = (_date_number(day) for day in window)
    panel.set_xlim(low, high)
    panel.spines["bottom"].set(visible=True, color=MUTED_COLOR)
    # AutoDateLocator has no types. Labels of a day or of a month do not touch if they are an inch apart.
    locator: Any = AutoDateLocator(minticks=2, maxticks=max(3, int(width / 0.95)))  # type: ignore[no-untyped-call]
    ticks = [float(tick) for tick in locator.tick_values(*window) if low <= tick <= high]
    dates = [_EPOCH + pd.Timedelta(days=tick) for tick in ticks]
    months = high - low >= 200
    panel.set_xticks(ticks, [f"{date:%b %Y}" if months else f"{date.day} {date:%b %Y}" for date in dates])
    panel.tick_params(axis="x", labelsize=SMALL_PT, labelcolor=TEXT_COLOR, color=MUTED_COLOR, labelfontfamily=FONT)
    for tick in ticks:
        figure.draw_rule(panel, tick)
    return (high - low) / width


def _draw_bar(panel: Axes, y: float, span: DateSpan, days_per_inch: float) -> None:
    (low, high), (start, end) = panel.get_xlim(), span.limits
    if end <= low:
        draw_text(panel, low, y, "◂", SMALL_PT, color=MUTED_COLOR)
    elif start >= high:
        draw_text(panel, high, y, "▸", SMALL_PT, color=MUTED_COLOR, ha="right")
    else:
        left, right = max(start, low), min(end, high)
        extra = max(0.0, 0.06 * days_per_inch - (right - left)) / 2  # a day must be wide enough to see
        left, right = left - extra, right + extra
        draw_area(panel, (left, y - _BAR_HEIGHT / 2), right - left, _BAR_HEIGHT, span.style)
        length = min(0.45 * days_per_inch, (right - left) * 0.75)
        if start == -inf:
            _fade_out(panel, y, left, length, span.style)
        if end == inf:
            _fade_out(panel, y, right, -length, span.style)


def _fade_out(panel: Axes, y: float, edge: float, length: float, style: FillStyle) -> None:
    """Fade a bar towards its open end, which gets an arrow."""
    veil = np.ones((1, 32, 4))
    veil[..., 3] = np.linspace(0.95, 0.05, 32)
    reach = _BAR_HEIGHT / 2 + 0.01
    panel.imshow(veil, extent=(edge, edge + length, y + reach, y - reach), aspect="auto", zorder=2)
    color = style.edge_color if style.color == "white" else style.color
    panel.plot([edge], [y], marker="<" if length > 0 else ">", color=color, markersize=6, clip_on=False, zorder=6)


def _mark_days(panel: Axes, days: Sequence[float], label: str, bottom: float | None) -> None:
    """Mark days by dashed lines down to `bottom`, or by ticks along the top if it is None, with one label."""
    low, high = panel.get_xlim()
    visible = [day for day in days if low <= day <= high]
    for day in visible:
        if bottom is None:
            panel.plot([day, day], [-0.11, -0.01], color=TEXT_COLOR, linewidth=0.8, clip_on=False)
        else:
            panel.plot([day, day], [-0.05, bottom], color=TEXT_COLOR, linewidth=1.2, linestyle=(0, (4, 2)), zorder=3)
    if visible:
        x = (visible[0] + visible[-1]) / 2 if bottom is None else visible[-1]
        position = (x - low) / (high - low)
        alignment = "left" if position < 0.2 else "right" if position > 0.8 else "center"
        draw_text(panel, x, -0.2 if bottom is None else -0.14, label, SMALL_PT, weight="bold", ha=alignment)
