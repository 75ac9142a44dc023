"""Figures for ordinal codes and uncertain dates, and text for their titles and notes.

Nothing here knows a table or a column: functions take labels, styles and values. Needs the extra `notebooks`.
Lengths are inches, so that the space for labels is known before anything is drawn.
"""

from stancebook.plotting.figure import FigureLayout, PngImage, create_figure
from stancebook.plotting.layout import ColumnLayout, RowLayout
from stancebook.plotting.matrix import Move, dot_matrix, dot_matrix_heights, dumbbell_plot, heatmap
from stancebook.plotting.selection import latest_rows, most_frequent, opposed_groups
from stancebook.plotting.styles import (
    NONE,
    TEXT_COLOR,
    UNKNOWN,
    FillStyle,
    LineStyle,
    MarkerStyle,
    count_styles,
    evidence_markers,
    nominal_markers,
    ordinal_styles,
)
from stancebook.plotting.text import (
    Markdown,
    basis_note,
    bullet_list,
    count_or_none,
    format_period,
    format_quote,
    humanize,
    join_words,
    markdown_table,
    omission_note,
    pluralize,
    sort_key,
)
from stancebook.plotting.timeline import DateSpan, date_windows, timeline_bars

__all__ = [
    "NONE",
    "TEXT_COLOR",
    "UNKNOWN",
    "ColumnLayout",
    "DateSpan",
    "FigureLayout",
    "FillStyle",
    "LineStyle",
    "Markdown",
    "MarkerStyle",
    "Move",
    "PngImage",
    "RowLayout",
    "basis_note",
    "bullet_list",
    "count_or_none",
    "count_styles",
    "create_figure",
    "date_windows",
    "dot_matrix",
    "dot_matrix_heights",
    "dumbbell_plot",
    "evidence_markers",
    "format_period",
    "format_quote",
    "heatmap",
    "humanize",
    "join_words",
    "latest_rows",
    "markdown_table",
    "most_frequent",
    "nominal_markers",
    "omission_note",
    "opposed_groups",
    "ordinal_styles",
    "pluralize",
    "sort_key",
    "timeline_bars",
]
