import pandas as pd
import pytest

from stancebook import plotting
from tests.unit.plotting.sample_figures import NAMES, captioned, clipped_texts, colliding_texts, labels, shown_texts

COLUMNS = {"y": "label", "x": "value", "low": "low", "high": "high", "hue": "kind", "text": "n", "missing": "why"}


def values(number, *, undefined=()):
    """Return some values with intervals; those of the given numbers are undefined."""
    rows = [
        {
            "label": f"{NAMES[row % 6]} {row}",
            "value": None if row in undefined else row / number - 0.5,
            "low": None if row in undefined else row / number - 0.9,
            "high": None if row in undefined else row / number,
            "kind": NAMES[row % 4],
            "n": f"n = {row:,} ?",
            "why": "undefined: all values equal",
        }
        for row in range(number)
    ]
    return pd.DataFrame(rows).astype({"value": "float64", "low": "float64", "high": "float64"})


@pytest.mark.parametrize(("number", "undefined"), [(1, {0}), (3, {2}), (45, {40, 41})])
def test_labels_of_values_are_readable(number, undefined):
    """However many values there are, no text is clipped, none covers another, and each value has its label."""
    ax = captioned(plotting.interval_plot(values(number, undefined=undefined), references=[0.667, 0.8], **COLUMNS))
    assert clipped_texts(ax) == []
    assert colliding_texts(ax) == []
    assert len(labels(ax.yaxis)) == number
    assert [text.get_text() for text in shown_texts(ax)].count("undefined: all values equal") == len(undefined)


def test_values_and_intervals_are_at_their_places():
    """A value is a dot in its row, its interval a line; the axis has room for the lowest bound."""
    ax = plotting.interval_plot(values(3), **COLUMNS)
    dots = sorted((float(line.get_ydata()[0]), float(line.get_xdata()[0])) for line in ax.lines[:3])
    assert dots == [(0.5, -0.5), (1.5, pytest.approx(1 / 3 - 0.5)), (2.5, pytest.approx(2 / 3 - 0.5))]
    assert ax.get_xlim() == pytest.approx((-0.95, 1.05))
    assert len(ax.collections) == 3


def test_without_values_there_is_nothing_to_show():
    """Without rows the figure says so."""
    ax = plotting.interval_plot(values(1).head(0), **COLUMNS)
    assert [text.get_text() for text in shown_texts(ax)] == ["nothing to show"]
