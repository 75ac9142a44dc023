"""What the tests of figures have in common: a small sheet, and what can be read off one."""

import pandas as pd

from stancebook import plotting

CODES = ["never", "no", "torn", "yes", "always"]
STANCES = plotting.ordinal(CODES)
DAY = pd.Timestamp("2031-05-17")


def days(number):
    return pd.Timedelta(days=number)


def blank(rows, columns=None, **how):
    """A sheet on which nothing is drawn yet; labels of rows may be given in place of rows."""
    rows = plotting.Rows.of(rows) if isinstance(rows, dict) else rows
    columns = plotting.Columns.of(columns, width=how.pop("width", rows.room)) if columns else None
    return plotting.sheet("A finding", rows=rows, columns=columns, note="Basis.", **how)


def texts(on):
    return [text.get_text() for axes in on.figure.axes for text in axes.texts]


def points(on):
    return [line for axes in on.figure.axes for line in axes.lines if line.get_marker() not in ("None", None, "")]
