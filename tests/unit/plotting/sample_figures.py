"""A small scale, rows of several lengths, and what the tests of figures read from one."""

from itertools import combinations

import pandas as pd
from matplotlib.text import Text

from stancebook import plotting

CODES = ["never", "no", "torn", "yes", "always"]
DAY = pd.Timestamp("2031-05-17")
NAMES = ["Îles du Nord", "Estuary Council of the Seven Free Ports", "Łódź", "Ngọc", "a", "the Port League"]


def days(number):
    return pd.Timedelta(days=number)


def scale(values):
    """Return codes as an ordered column."""
    return pd.Categorical(values, CODES, ordered=True)


def cells(rows, columns):
    """Return one row for each second cell of a matrix of names."""
    pairs = [
        (f"{NAMES[row % 6]} {row}", f"{NAMES[column % 6]} {column}") for row in range(rows) for column in range(columns)
    ]
    frame = pd.DataFrame(pairs[::2], columns=["row", "column"])
    return frame.assign(code=scale([CODES[number % 5] for number in range(len(frame))]))


def shown_texts(ax):
    """Return the visible texts of a finished figure."""
    figure = ax.figure
    figure.draw_without_rendering()
    return [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]


def clipped_texts(ax):
    """Return the texts that cross the edges of a figure."""
    texts, canvas = shown_texts(ax), ax.figure.bbox
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts]
    return [
        text
        for text, box in boxes
        if box.x0 < canvas.x0 or box.y0 < canvas.y0 or box.x1 > canvas.x1 + 1 or box.y1 > canvas.y1 + 1
    ]


def colliding_texts(ax):
    """Return the pairs of texts that overlap; rotated ones are left out, since their boxes are not their shapes."""
    boxes = [(text.get_text(), text.get_window_extent()) for text in shown_texts(ax) if not text.get_rotation()]
    return [
        (one, other)
        for (one, box), (other, another) in combinations(boxes, 2)
        if min(box.x1, another.x1) - max(box.x0, another.x0) > 1
        and min(box.y1, another.y1) - max(box.y0, another.y0) > 1
    ]


def captioned(ax):
    """Return axes with a long title and a long note."""
    plotting.add_caption(ax, "A finding in a sentence of some length " * 3, "Basis: 2 documents. How to read it. " * 9)
    return ax


def labels(axis):
    return [label.get_text() for label in axis.get_ticklabels()]
