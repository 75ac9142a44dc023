"""The pieces of an honest figure: words, looks, room for labels, and what is drawn on a sheet. Needs `notebooks`.

Nothing here knows a table or a column. A piece takes labels, looks and marks; what they stand for is the notebook's
business. Lengths are inches, so that a label's room is known before anything is drawn.
"""

from stancebook.plotting.figure import sheet
from stancebook.plotting.layout import Columns, Rows
from stancebook.plotting.markdown import bullets, passage, table
from stancebook.plotting.matrix import dot_heights, dots, grid
from stancebook.plotting.moves import Move, dumbbells
from stancebook.plotting.png import Picture
from stancebook.plotting.selection import both_sides, latest, most_frequent
from stancebook.plotting.styles import (
    INK,
    NONE,
    UNKNOWN,
    Look,
    Mark,
    Stroke,
    evidence,
    nominal,
    ordinal,
    shades,
)
from stancebook.plotting.text import amount, basis, counted, listed, more, period, plain
from stancebook.plotting.timeline import Span, bars, windows_around

__all__ = [
    "INK",
    "NONE",
    "UNKNOWN",
    "Columns",
    "Look",
    "Mark",
    "Move",
    "Picture",
    "Rows",
    "Span",
    "Stroke",
    "amount",
    "bars",
    "basis",
    "both_sides",
    "bullets",
    "counted",
    "dot_heights",
    "dots",
    "dumbbells",
    "evidence",
    "grid",
    "latest",
    "listed",
    "more",
    "most_frequent",
    "nominal",
    "ordinal",
    "passage",
    "period",
    "plain",
    "shades",
    "sheet",
    "table",
    "windows_around",
]
