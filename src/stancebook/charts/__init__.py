"""The pieces of an honest figure: words, looks, room for labels, and what is drawn on a sheet. Needs `notebooks`.

Nothing here knows a table or a column. A piece takes labels, looks and marks; what they stand for is the notebook's
business. Lengths are inches, so that a label's room is known before anything is drawn.
"""

from stancebook.charts.looks import (
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
from stancebook.charts.markdown import bullets, passage, table
from stancebook.charts.matrix import dot_heights, dots, grid
from stancebook.charts.moves import Move, dumbbells
from stancebook.charts.page import sheet
from stancebook.charts.pick import both_sides, latest, most_frequent
from stancebook.charts.picture import Picture
from stancebook.charts.place import Columns, Rows
from stancebook.charts.timeline import Span, bars, windows_around
from stancebook.charts.words import amount, basis, counted, listed, more, period, plain

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
