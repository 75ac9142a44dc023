"""A small scale, an empty figure, and what the tests of figures read from one."""

import pandas as pd

from stancebook import plotting

CODES = ["never", "no", "torn", "yes", "always"]
STANCES = plotting.ordinal_styles(CODES)
DAY = pd.Timestamp("2031-05-17")


def days(number):
    return pd.Timedelta(days=number)


def empty_figure(row_labels, column_labels=None, *, width=None, **options):
    """Create a figure on which nothing is drawn yet."""
    rows = plotting.RowLayout.fit(row_labels)
    columns = plotting.ColumnLayout.fit(column_labels, width=width or rows.panel_width) if column_labels else None
    return plotting.create_figure("A finding", rows=rows, columns=columns, note="Basis.", **options)


def drawn_texts(figure):
    return [text.get_text() for axes in figure.figure.axes for text in axes.texts]


def drawn_markers(figure):
    return [line for axes in figure.figure.axes for line in axes.lines if line.get_marker() not in ("None", None, "")]
