from itertools import pairwise

import pytest

from stancebook import plotting
from stancebook.plotting.layout import text_width, wrap_text


def test_wrapped_lines_fit_width():
    """Lines are no wider than the width, and hold all words."""
    text = "a rather long label of a row that will not fit on one line"
    lines = wrap_text(text, 1.5)
    assert len(lines) > 1
    assert all(text_width(line) <= 1.5 for line in lines)
    assert " ".join(lines) == text


def test_wrapped_text_keeps_line_breaks():
    """A line break of the text is a line break of the label."""
    assert wrap_text("++\nstrongly", 5.0) == ["++", "strongly"]
    assert wrap_text("", 5.0) == [""]


def test_rows_with_long_labels_do_not_overlap():
    """A row is as high as its label needs."""
    rows = plotting.RowLayout.fit(
        {number: "word " * (1 + 9 * (number % 3)) for number in range(7)},
        groups=dict.fromkeys(range(7), "g"),
        max_label_width=1.2,
    )
    for above, below in pairwise(range(7)):
        assert rows.centers[above] + rows.heights[above] / 2 <= rows.centers[below] - rows.heights[below] / 2 + 1e-9
    assert all(rows.heights[key] > 0.17 * len(rows.label_lines[key]) for key in rows.label_lines)
    assert rows.total_height == pytest.approx(rows.centers[6] + rows.heights[6] / 2)


def test_heading_where_group_changes():
    """Each run of rows or columns of one group has a heading; columns have a gap between groups."""
    rows = plotting.RowLayout.fit(dict(enumerate("abc")), groups={0: "one", 1: "one", 2: "other"})
    assert [heading for _, heading in rows.headings] == ["one", "other"]
    columns = plotting.ColumnLayout.fit(dict(enumerate("abc")), groups={0: "one", 1: "one", 2: ""}, width=3.0)
    assert [heading for *_, heading in columns.headings] == ["one"]
    assert columns.centers[2] - columns.centers[1] > columns.centers[1] - columns.centers[0]


@pytest.mark.parametrize("number", [2, 8, 20])
def test_columns_fit_width(number):
    """Columns share the width that they are given; labels are rotated where they are too wide."""
    columns = plotting.ColumnLayout.fit({n: f"Estuary Council {n}" for n in range(number)}, width=5.0)
    assert max(columns.centers.values()) + columns.cell_width / 2 <= 5.0
    assert columns.rotated == (number > 8)
