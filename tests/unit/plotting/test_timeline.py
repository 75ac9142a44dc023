import numpy as np
import pandas as pd
import pytest

from stancebook import plotting
from tests.unit.plotting.sample_figures import (
    DAY,
    NAMES,
    captioned,
    clipped_texts,
    colliding_texts,
    days,
    labels,
    shown_texts,
)

COLUMNS = {"y": "label", "start": "start", "end": "end", "origin": "origin", "hue": "kind", "zero": "published"}


def spans(*ends, kinds=("seen", "heard")):
    """Return spans by the days from their origins, which are years apart; None is open."""
    rows = [
        {
            "label": f"{NAMES[number % 6]} {number}",
            "origin": (origin := DAY + days(2000 * (number % 2))),
            "start": pd.NaT if start is None else origin + days(start),
            "end": pd.NaT if end is None else origin + days(end),
            "kind": kinds[number % len(kinds)],
        }
        for number, (start, end) in enumerate(ends)
    ]
    frame = pd.DataFrame(rows)
    return frame.assign(kind=pd.Categorical(frame["kind"], kinds)) if rows else frame


def arrows(ax):
    return [line.get_marker() for line in ax.lines if line.get_marker() in ("<", ">")]


@pytest.mark.parametrize(
    "ends",
    [
        [(-3, -1)],
        [(-860, 0), (0, 0), (None, 3)],
        [(-9000, -1), (None, None), (-1, 9000), (2, None)],
        [(-number * 40, number) for number in range(24)],
    ],
)
def test_timeline_labels_are_readable(ends):
    """On a timeline of any length, no text is clipped, none covers another, and each span has its label."""
    ax = captioned(plotting.span_plot(spans(*ends), **COLUMNS))
    assert clipped_texts(ax) == []
    assert colliding_texts(ax) == []
    assert len(labels(ax.yaxis)) == len(ends)


@pytest.mark.parametrize(
    ("start", "end", "expected"), [(None, 0, ["<"]), (0, None, [">"]), (0, 0, []), (None, None, [])]
)
def test_open_end_has_arrow(start, end, expected):
    """A bar has an arrow at each open end; a span without dates has neither bar nor arrow."""
    ax = plotting.span_plot(spans((start, end)), **COLUMNS)
    assert arrows(ax) == expected
    assert bool(ax.patches) == (start is not None or end is not None)


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        (0, 0, "2031-05-17"),
        (None, 0, "open to 2031-05-17"),
        (-1, 0, "2031-05-16 to 2031-05-17"),
        (None, None, "undated"),
    ],
)
def test_dates_are_next_to_bars(start, end, words):
    """The dates of a span are written to its right."""
    ax = plotting.span_plot(spans((start, end)), **COLUMNS)
    assert labels(ax.child_axes[0].yaxis) == [words]


def test_origins_years_apart_share_zero():
    """Spans around origins that are years apart are drawn around one zero."""
    ax = plotting.span_plot(spans((-1, 1), (-1, 1)), **COLUMNS)
    assert {(bar.get_x(), bar.get_width()) for bar in ax.patches} == {(-1.0, 3.0)}


def test_single_day_far_away_is_visible():
    """The bar of a single day thirty years before its origin is wide enough to see."""
    ax = captioned(plotting.span_plot(spans((-10950, -10950), (0, 9)), **COLUMNS))
    ax.figure.draw_without_rendering()
    day, *_ = ax.patches
    assert day.get_window_extent().width + day.get_linewidth() >= 3


def test_legend_has_shown_codes_only():
    """The legend explains the codes that have a bar, in words."""
    ax = plotting.span_plot(spans((0, 1), (None, None), kinds=("broken_off", "seen")), **COLUMNS)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["broken off"]


def test_codes_differ_in_grey():
    """Codes differ by their hatches, not only by their colours."""
    ax = plotting.span_plot(spans((0, 1), (0, 1), (0, 1), kinds=("a", "b", "c")), **COLUMNS)
    assert len({key.get_hatch() for key in ax.get_legend().get_patches()}) == 3


def test_no_spans_say_so():
    """An empty table gives a figure that says that there is nothing."""
    ax = captioned(plotting.span_plot(spans((0, 0)).head(0), **COLUMNS))
    assert "nothing to show" in [text.get_text() for text in shown_texts(ax)]


def test_rows_are_drawn_in_order():
    """The first row is at the top."""
    ax = plotting.span_plot(spans((0, 1), (0, 1)), **COLUMNS)
    top, bottom = (ax.transData.transform((0, y))[1] for y in ax.get_yticks())
    assert top > bottom
    assert np.all(np.diff(ax.get_yticks()) == 1)
