import pandas as pd
import pytest

from stancebook import plotting
from tests.unit.plotting.drawing import DAY, blank, days, points, texts

LOOK = plotting.Look("", "#333333")
AROUND = [(DAY - days(30), DAY + days(30))]


@pytest.mark.parametrize(
    ("start", "end", "arrows"), [(pd.NaT, DAY, ["<"]), (DAY, pd.NaT, [">"]), (DAY, DAY, []), (pd.NaT, pd.NaT, [])]
)
def test_an_open_end_is_an_arrow_and_a_closed_one_is_not(start, end, arrows):
    on = blank({"r": "a row"})
    plotting.bars(on, {"r": plotting.Span(start, end, LOOK)}, AROUND)
    assert [point.get_marker() for point in points(on)] == arrows
    assert ("no date in the text" in texts(on)) == (not arrows and pd.isna(start))


def test_one_day_is_wide_enough_to_see():
    on = blank({"r": "a row"})
    plotting.bars(on, {"r": plotting.Span(DAY, DAY, LOOK)}, [(DAY - days(99), DAY + days(9000))])
    (bar,) = on.panels[0].patches
    assert bar.get_window_extent().width >= 0.05 * on.figure.dpi


@pytest.mark.parametrize(("away", "sign"), [(-90, "◂"), (90, "▸")])
def test_what_lies_outside_a_window_is_pointed_at(away, sign):
    on = blank({"r": "a row"})
    plotting.bars(on, {"r": plotting.Span(DAY + days(away), DAY + days(away), LOOK)}, AROUND)
    assert sign in texts(on)
    assert not on.panels[0].patches


def test_a_second_window_opens_only_where_the_marked_days_are_a_sliver():
    far = pd.Series([DAY - days(2000), DAY])
    near = pd.Series([DAY - days(20), DAY])
    assert len(plotting.windows_around(far, pd.Series([DAY]))) == 2
    assert len(plotting.windows_around(near, pd.Series([DAY]))) == 1
    assert len(plotting.windows_around(far, far)) == 1


@pytest.mark.parametrize(("number", "lines", "notches"), [(2, 2, 0), (9, 0, 1)])
def test_few_days_are_lines_and_many_are_ticks_with_a_notch_on_each_bar(number, lines, notches):
    on = blank({"r": "a row", "q": "no bar"})
    spans = {"r": plotting.Span(DAY, DAY, LOOK, notch=DAY), "q": plotting.Span(pd.NaT, pd.NaT, LOOK, notch=DAY)}
    plotting.bars(on, spans, AROUND, [DAY + days(n) for n in range(number)], "published")
    drawn = on.panels[0].lines
    assert sum(line.get_linestyle() == "--" for line in drawn) == lines
    assert sum(line.get_linewidth() == 1.4 for line in drawn) == notches
    assert "published" in texts(on)
