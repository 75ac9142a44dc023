from itertools import pairwise

import pytest

from stancebook import plotting


def test_rows_do_not_overlap_however_long_their_labels_are():
    rows = plotting.Rows.of(
        {n: "word " * (1 + 9 * (n % 3)) for n in range(7)}, groups=dict.fromkeys(range(7), "g"), widest=1.2
    )
    for above, below in pairwise(range(7)):
        assert rows.middle[above] + rows.height[above] / 2 <= rows.middle[below] - rows.height[below] / 2 + 1e-9
    assert all(rows.height[key] > 0.17 * len(rows.lines[key]) for key in rows.lines)
    assert rows.total == pytest.approx(rows.middle[6] + rows.height[6] / 2)


def test_a_heading_stands_wherever_the_group_changes():
    rows = plotting.Rows.of(dict(enumerate("abc")), groups={0: "one", 1: "one", 2: "other"})
    assert [heading for _, heading in rows.headings] == ["one", "other"]
    columns = plotting.Columns.of(dict(enumerate("abc")), groups={0: "one", 1: "one", 2: ""}, width=3.0)
    assert [heading for *_, heading in columns.headings] == ["one"]
    assert columns.middle[2] - columns.middle[1] > columns.middle[1] - columns.middle[0]


@pytest.mark.parametrize("number", [2, 8, 20])
def test_columns_keep_to_the_width_they_are_given(number):
    columns = plotting.Columns.of({n: f"Estuary Council {n}" for n in range(number)}, width=5.0)
    assert max(columns.middle.values()) + columns.cell / 2 <= 5.0
    assert columns.slanted == (number > 8)
