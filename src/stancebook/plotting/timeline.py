"""Figures of stretches of time whose ends may be open."""

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

from stancebook.plotting.draw import area, write
from stancebook.plotting.figure import Sheet
from stancebook.plotting.measure import FONT, SMALL
from stancebook.plotting.styles import INK, SOFT, Look

Window = tuple[pd.Timestamp, pd.Timestamp]

_EPOCH = pd.Timestamp("1970-01-01")
_FEW = 3  # days that can be marked by a line each
_NEAR = pd.Timedelta(days=14)
_THICK = 0.15


@dataclass(frozen=True)
class Span:
    """A stretch of days: the start or the end is missing where it is open, both where nothing is known.

    The notch is a day that matters to this row, such as the day it was reported.
    """

    start: pd.Timestamp | NaTType
    end: pd.Timestamp | NaTType
    look: Look
    notch: pd.Timestamp | NaTType = pd.NaT

    @property
    def days(self) -> tuple[float, float]:
        """Both ends, as Matplotlib counts days; a day ends where the next begins."""
        return -inf if pd.isna(self.start) else _day(self.start), inf if pd.isna(self.end) else _day(self.end) + 1


def windows_around(days: pd.Series[Any], marked: pd.Series[Any]) -> list[Window]:
    """Return the windows a time line needs: all of it, and the days near the marked ones where those are but a sliver.

    `days` are all starts and ends, missing ones skipped; `marked` are, say, the days of publication.
    """
    known = pd.concat([days.dropna(), marked])
    first, last = known.min(), known.max()
    pad = max(pd.Timedelta(days=2), (last - first) * 0.06)
    near = marked.min() - _NEAR, marked.max() + _NEAR
    sliver = (near[1] - near[0]) < 0.25 * (last - first)
    return [(first - pad, last + pad), *([near] if sliver else [])]


def bars(
    on: Sheet,
    spans: Mapping[Any, Span],
    windows: Sequence[Window],
    marked: Collection[pd.Timestamp] = (),
    label: str = "",
) -> None:
    """Draw stretches of time, a row each, in one panel for each window; an open end fades out in an arrow.

    Marked days are lines down all rows where they are few; else they are ticks along the top, and each bar has its
    notch.
    """
    few = len(set(marked)) <= _FEW
    for panel, window in zip(on.panels, windows, strict=True):
        inch = _scale(on, panel, window)
        low, high = panel.get_xlim()
        for row, span in spans.items():
            y = on.rows.middle[row]
            if not pd.isna(span.start) or not pd.isna(span.end):
                _bar(panel, y, span, inch)
                if not few and low <= (day := _day(span.notch) + 0.5) <= high:
                    panel.plot([day, day], [y - 0.13, y + 0.13], color=INK, linewidth=1.4, zorder=6)
            elif panel is on.panels[0]:
                write(panel, low + 0.05 * inch, y, "no date in the text", SMALL, color=SOFT, style="italic")
        _mark(panel, sorted(_day(day) + 0.5 for day in set(marked)), label, on.rows.total if few else None)


def _day(day: Any) -> float:
    """Return a day as Matplotlib counts them."""
    return float((day - _EPOCH) / pd.Timedelta(days=1))


def _scale(on: Sheet, panel: Axes, window: Window) -> float:
    """Give a panel its scale of days, and return how many days are an inch."""
    wide = panel.get_xlim()[1]
    low, high = (_day(day) for day in window)
    panel.set_xlim(low, high)
    panel.spines["bottom"].set(visible=True, color=SOFT)
    # AutoDateLocator has no types; labels of a day or of a month, an inch apart, do not touch.
    locator: Any = AutoDateLocator(minticks=2, maxticks=max(3, int(wide / 0.95)))  # type: ignore[no-untyped-call]
    ticks = [float(tick) for tick in locator.tick_values(*window) if low <= tick <= high]
    dates = [_EPOCH + pd.Timedelta(days=tick) for tick in ticks]
    months = high - low >= 200
    panel.set_xticks(ticks, [f"{date:%b %Y}" if months else f"{date.day} {date:%b %Y}" for date in dates])
    panel.tick_params(axis="x", labelsize=SMALL, labelcolor=INK, color=SOFT, labelfontfamily=FONT)
    for tick in ticks:
        on.rule(panel, tick)
    return (high - low) / wide


def _bar(panel: Axes, y: float, span: Span, inch: float) -> None:
    (low, high), (start, end) = panel.get_xlim(), span.days
    if end <= low:
        write(panel, low, y, "◂", SMALL, color=SOFT)
    elif start >= high:
        write(panel, high, y, "▸", SMALL, color=SOFT, ha="right")
    else:
        left, right = max(start, low), min(end, high)
        narrow = max(0.0, 0.06 * inch - (right - left)) / 2  # a day must be wide enough to see
        left, right = left - narrow, right + narrow
        area(panel, (left, y - _THICK / 2), right - left, _THICK, span.look)
        fade = min(0.45 * inch, (right - left) * 0.75)
        if start == -inf:
            _fade(panel, y, left, fade, span.look)
        if end == inf:
            _fade(panel, y, right, -fade, span.look)


def _fade(panel: Axes, y: float, edge: float, length: float, look: Look) -> None:
    """Let a bar run out towards its open end, in an arrow."""
    veil = np.ones((1, 32, 4))
    veil[..., 3] = np.linspace(0.95, 0.05, 32)
    reach = _THICK / 2 + 0.01
    panel.imshow(veil, extent=(edge, edge + length, y + reach, y - reach), aspect="auto", zorder=2)
    ink = look.edge if look.fill == "white" else look.fill
    panel.plot([edge], [y], marker="<" if length > 0 else ">", color=ink, markersize=6, clip_on=False, zorder=6)


def _mark(panel: Axes, days: Sequence[float], label: str, down: float | None) -> None:
    """Mark days along the top of a panel, by lines that go so far down or else by ticks, and label them once."""
    low, high = panel.get_xlim()
    shown = [day for day in days if low <= day <= high]
    for day in shown:
        if down is None:
            panel.plot([day, day], [-0.11, -0.01], color=INK, linewidth=0.8, clip_on=False)
        else:
            panel.plot([day, day], [-0.05, down], color=INK, linewidth=1.2, linestyle=(0, (4, 2)), zorder=3)
    if shown:
        x = (shown[0] + shown[-1]) / 2 if down is None else shown[-1]
        place = (x - low) / (high - low)
        side = "left" if place < 0.2 else "right" if place > 0.8 else "center"
        write(panel, x, -0.2 if down is None else -0.14, label, SMALL, weight="bold", ha=side)
