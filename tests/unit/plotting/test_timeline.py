import pandas as pd
import pytest

from stancebook import plotting
from tests.unit.plotting.sample_figures import DAY, days, drawn_markers, drawn_texts, empty_figure

STYLE = plotting.FillStyle("", "#333333")
WINDOWS = [(DAY - days(30), DAY + days(30))]


@pytest.mark.parametrize(
    ("start", "end", "arrows"), [(pd.NaT, DAY, ["<"]), (DAY, pd.NaT, [">"]), (DAY, DAY, []), (pd.NaT, pd.NaT, [])]
)
def test_open_end_has_arrow(start, end, arrows):
    """A bar has an arrow at each open end; a span without dates is a text."""
    figure = empty_figure({"r": "a row"})
    plotting.timeline_bars(figure, {"r": plotting.DateSpan(start, end, STYLE)}, WINDOWS)
    assert [marker.get_marker() for marker in drawn_markers(figure)] == arrows
    assert ("no date in the text" in drawn_texts(figure)) == (not arrows and pd.isna(start))


def test_single_day_is_visible():
    """A bar of one day is wide enough to see in a window of years."""
    figure = empty_figure({"r": "a row"})
    window = (DAY - days(99), DAY + days(9000))
    plotting.timeline_bars(figure, {"r": plotting.DateSpan(DAY, DAY, STYLE)}, [window])
    (bar,) = figure.panels[0].patches
    assert bar.get_window_extent().width >= 0.05 * figure.figure.dpi


@pytest.mark.parametrize(("distance", "sign"), [(-90, "◂"), (90, "▸")])
def test_span_outside_window_is_pointed_at(distance, sign):
    """A span outside the window is a small triangle at the nearer edge."""
    figure = empty_figure({"r": "a row"})
    day = DAY + days(distance)
    plotting.timeline_bars(figure, {"r": plotting.DateSpan(day, day, STYLE)}, WINDOWS)
    assert sign in drawn_texts(figure)
    assert not figure.panels[0].patches


def test_second_window_only_for_narrow_marked_days():
    """A second window is added only if the marked days take a small part of the first."""
    far = pd.Series([DAY - days(2000), DAY])
    near = pd.Series([DAY - days(20), DAY])
    assert len(plotting.date_windows(far, pd.Series([DAY]))) == 2
    assert len(plotting.date_windows(near, pd.Series([DAY]))) == 1
    assert len(plotting.date_windows(far, far)) == 1


@pytest.mark.parametrize(("number", "lines", "notches"), [(2, 2, 0), (9, 0, 1)])
def test_many_marked_days_become_ticks(number, lines, notches):
    """A few marked days are vertical lines; many are ticks, and each bar has a notch."""
    figure = empty_figure({"r": "a row", "q": "no bar"})
    spans = {
        "r": plotting.DateSpan(DAY, DAY, STYLE, notch=DAY),
        "q": plotting.DateSpan(pd.NaT, pd.NaT, STYLE, notch=DAY),
    }
    plotting.timeline_bars(figure, spans, WINDOWS, [DAY + days(n) for n in range(number)], "published")
    drawn = figure.panels[0].lines
    assert sum(line.get_linestyle() == "--" for line in drawn) == lines
    assert sum(line.get_linewidth() == 1.4 for line in drawn) == notches
    assert "published" in drawn_texts(figure)
