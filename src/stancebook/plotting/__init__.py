"""Figures for ordinal codes and uncertain dates on seaborn and Matplotlib axes, and text for their titles and notes.

Nothing here knows a table or a column: as in seaborn, functions take a frame, the names of its columns and an `ax`,
and return the `ax`. Needs the extra `notebooks`.
"""

from stancebook.plotting.axes import label_groups
from stancebook.plotting.image import PngImage, add_caption
from stancebook.plotting.intervals import interval_plot
from stancebook.plotting.matrix import code_matrix, count_matrix
from stancebook.plotting.palettes import ordinal_signs, set_theme
from stancebook.plotting.selection import keep_frequent
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
    pluralize,
    sort_key,
)
from stancebook.plotting.timeline import span_plot

__all__ = [
    "Markdown",
    "PngImage",
    "add_caption",
    "basis_note",
    "bullet_list",
    "code_matrix",
    "count_matrix",
    "count_or_none",
    "format_period",
    "format_quote",
    "humanize",
    "interval_plot",
    "join_words",
    "keep_frequent",
    "label_groups",
    "markdown_table",
    "ordinal_signs",
    "pluralize",
    "set_theme",
    "sort_key",
    "span_plot",
]
