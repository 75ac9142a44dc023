"""The pieces of a figure say what they were given, and what they were not."""

import ast
import io
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

from schemas import CONTRACT
from stancebook import charts

CODES = ["never", "no", "torn", "yes", "always"]
DAY = pd.Timestamp("2031-05-17")


def drawn(rows, columns, **how):
    on = charts.sheet("A finding", rows=rows, note="Basis.", head=columns.head)
    charts.grid(on, columns, **how)
    return on


def texts(on):
    return [text.get_text() for axes in on.figure.axes for text in axes.texts]


def points(on):
    return [line for axes in on.figure.axes for line in axes.lines if line.get_marker() not in ("None", None, "")]


# ── Looks ─────────────────────────────────────────────────────────────────────────────────────────


def test_an_ordered_scale_can_be_read_without_colour():
    looks = charts.ordinal(CODES)
    assert [look.glyph for look in looks.values()] == ["−−", "−", "±", "+", "++"]
    assert len({look.fill for look in looks.values()}) == len(CODES)


def test_a_scale_without_a_middle_is_refused():
    with pytest.raises(ValueError, match="4 codes have none"):
        charts.ordinal(CODES[:4])


def test_marks_differ_in_shape_and_not_only_in_colour():
    marks = charts.nominal({number: str(number) for number in range(6)})
    assert len({mark.shape for mark in marks.values()}) == 6


def test_more_marks_than_can_be_told_apart_are_refused():
    with pytest.raises(ValueError, match="fold the rest"):
        charts.nominal({number: str(number) for number in range(7)})


def test_weak_evidence_is_hollow_and_keeps_its_shape():
    marks = charts.evidence(["a", "b", "c", "d", "e"], {"a": "seen"}, weak=["e"])
    assert [marks[code].fill for code in "abcde"] == ["full", "left", "full", "full", "none"]
    assert marks["a"].label == "seen"


def test_what_is_unknown_is_hatched_and_what_is_ambivalent_is_not():
    assert charts.UNKNOWN.hatch
    assert not charts.ordinal(CODES)["torn"].hatch


# ── Words ─────────────────────────────────────────────────────────────────────────────────────────


def test_numbers_and_lists_read_as_in_a_sentence():
    assert charts.counted(1, "party", "parties") == "1 party"
    assert charts.counted(1200, "party", "parties") == "1,200 parties"
    assert charts.amount(0) == "none"
    assert charts.basis({"document": 2, "coder": 1}) == "Basis: 2 documents, 1 coder."
    assert charts.listed([]) == "none"
    assert charts.listed(["a"]) == "a"
    assert charts.listed("abc") == "a, b and c"
    assert charts.listed("abcde", most=3) == "a, b, c and 2 more"
    assert charts.listed(["Delta, 1999", "b", "c"]) == "Delta, 1999; b and c"


def test_a_passage_keeps_its_words_and_loses_only_its_links():
    assert charts.passage('He [ruled\n out](#) "it" *now*', "doc#s1") == '«He ruled out "it" \\*now\\*» (`doc#s1`)'
    assert charts.passage("[U.S. support] has not stopped") == "«\\[U.S. support\\] has not stopped»"


def test_the_most_frequent_come_in_alphabetical_order():
    assert charts.most_frequent(pd.Series([*"ccbbbad", None]), 2) == (["b", "c"], 2)


def test_the_latest_row_is_the_preferred_one_and_missing_dates_come_first():
    rows = pd.DataFrame({"who": ["x"] * 3, "day": [None, DAY, DAY + pd.Timedelta(days=1)], "code": [1, 2, 3]})
    assert charts.latest(rows, ["who"], ["day"], pd.Series([True, True, False]))["code"].tolist() == [2]
    assert charts.latest(rows, ["who"], ["day"], pd.Series([False] * 3))["code"].tolist() == [3]


# ── Room ──────────────────────────────────────────────────────────────────────────────────────────


def test_lines_keep_to_their_width():
    lines = charts.wrapped("a rather long label of a row that will not fit on one line", 1.5)
    assert len(lines) > 1
    assert all(charts.text_width(line) <= 1.5 for line in lines)


def test_rows_do_not_overlap_however_long_their_labels_are():
    rows = charts.Rows.of(
        {n: "word " * (1 + 9 * (n % 3)) for n in range(7)}, groups=dict.fromkeys(range(7), "g"), widest=1.2
    )
    for above, below in pairwise(range(7)):
        assert rows.middle[above] + rows.height[above] / 2 <= rows.middle[below] - rows.height[below] / 2 + 1e-9
    assert all(rows.height[key] > 0.17 * len(rows.lines[key]) for key in rows.lines)
    assert rows.total == pytest.approx(rows.middle[6] + rows.height[6] / 2)


@pytest.mark.parametrize("number", [2, 8, 20])
def test_columns_keep_to_the_width_they_are_given(number):
    columns = charts.Columns.of({n: f"Estuary Council {n}" for n in range(number)}, width=5.0)
    assert columns.total <= 5.0
    assert columns.slant == (number > 8)


def test_nothing_is_written_beyond_the_edges_of_a_sheet():
    rows = charts.Rows.of({"r": "a row"})
    columns = charts.Columns.of({n: f"Estuary Council number {n}" for n in range(12)}, width=charts.room(rows))
    on = drawn(rows, columns, cells={("r", 3): "yes"}, looks=charts.ordinal(CODES))
    on.figure.canvas.draw()
    paper = on.figure.bbox
    for axes in on.figure.axes:
        for text in axes.texts:
            box = text.get_window_extent()
            assert box.x0 >= paper.x0
            assert box.x1 <= paper.x1 + 1
            assert box.y1 <= paper.y1 + 1


# ── Pieces ────────────────────────────────────────────────────────────────────────────────────────


def test_an_empty_cell_is_hatched_and_a_filled_one_shows_its_glyph():
    rows = charts.Rows.of({"r": "a row", "q": "another"})
    columns = charts.Columns.of({"c": "a column"}, width=2.0)
    on = drawn(rows, columns, cells={("r", "c"): "torn"}, looks=charts.ordinal(CODES))
    assert sorted(bool(patch.get_hatch()) for patch in on.panels[0].patches) == [False, True]
    assert "±" in texts(on)


def test_a_hollow_mark_is_the_colour_of_its_ground():
    rows = charts.Rows.of({"r": "a row"})
    columns = charts.Columns.of({"c": "a column"}, width=2.0)
    looks = charts.ordinal(CODES)
    mark = charts.Mark("hearsay").hollow()
    on = drawn(rows, columns, cells={("r", "c"): "always"}, looks=looks, marks={("r", "c"): mark})
    (point,) = points(on)
    assert point.get_markerfacecolor() == looks["always"].fill
    assert point.get_markeredgecolor() == "white"


def test_dots_say_how_many_rows_stand_behind_them():
    rows = charts.Rows.of({"r": "a row"}, heights={"r": charts.dots_height([(charts.Mark(""), 12)] * 9, 0.8)})
    columns = charts.Columns.of({"c": "a column"}, width=0.8)
    on = charts.sheet("A finding", rows=rows, note="Basis.", head=columns.head)
    charts.dots(on, columns, {("r", "c"): [(charts.Mark(str(n)), 12) for n in range(9)]})
    assert texts(on).count("12") == 9
    assert len(points(on)) == 9
    assert rows.height["r"] > 0.6


def test_a_move_runs_from_one_place_to_the_other_and_a_stay_is_a_dot():
    rows = charts.Rows.of({"moved": "one", "stayed": "two"})
    on = charts.sheet("A finding", rows=rows, note="Basis.", head=0.6)
    stroke = charts.Stroke("softened", "#0a8f6a")
    moves = {"moved": charts.Move("never", "yes", stroke, start_hollow=True), "stayed": charts.Move("no", "no", stroke)}
    charts.dumbbells(on, moves, charts.ordinal(CODES))
    by_row = {row: [p for p in points(on) if p.get_ydata()[0] == rows.middle[row]] for row in moves}
    assert len(by_row["stayed"]) == 1
    assert sorted(p.get_markerfacecolor() for p in by_row["moved"]) == ["#0a8f6a", "#0a8f6a", "white"]


@pytest.mark.parametrize(
    ("start", "end", "arrows"), [(None, DAY, ["<"]), (DAY, None, [">"]), (DAY, DAY, []), (None, None, [])]
)
def test_an_open_end_is_an_arrow_and_a_closed_one_is_not(start, end, arrows):
    rows = charts.Rows.of({"r": "a row"})
    on = charts.sheet("A finding", rows=rows, note="Basis.", foot=0.4)
    span = charts.Span(start, end, charts.Look("", "#333333"), "no date")
    charts.bars(on, {"r": span}, [(DAY - pd.Timedelta(days=30), DAY + pd.Timedelta(days=30))])
    assert [point.get_marker() for point in points(on)] == arrows
    assert ("no date" in texts(on)) == (start is None and end is None)


def test_one_day_is_wide_enough_to_see():
    rows = charts.Rows.of({"r": "a row"})
    on = charts.sheet("A finding", rows=rows, note="Basis.", foot=0.4)
    charts.bars(
        on,
        {"r": charts.Span(DAY, DAY, charts.Look("", "#333333"))},
        [(DAY - pd.Timedelta(days=99), DAY + pd.Timedelta(days=9000))],
    )
    (bar,) = on.panels[0].patches
    assert bar.get_window_extent().width >= 0.05 * on.figure.dpi


def test_a_second_window_opens_only_where_the_marked_days_are_a_sliver():
    far = pd.Series([DAY - pd.Timedelta(days=2000), DAY])
    near = pd.Series([DAY - pd.Timedelta(days=20), DAY])
    assert len(charts.windows_around(far, pd.Series([DAY]))) == 2
    assert len(charts.windows_around(near, pd.Series([DAY]))) == 1
    assert len(charts.windows_around(far, far)) == 1


def test_few_days_are_lines_and_many_are_ticks():
    for number, lines in ((2, 2), (9, 0)):
        rows = charts.Rows.of({"r": "a row"})
        on = charts.sheet("A finding", rows=rows, note="Basis.", foot=0.4)
        charts.bars(on, {}, [(DAY - pd.Timedelta(days=2), DAY + pd.Timedelta(days=30))])
        charts.day_lines(on, [DAY + pd.Timedelta(days=n) for n in range(number)], "published")
        assert sum(line.get_linestyle() == "--" for line in on.panels[0].lines) == lines
        assert "published" in texts(on)


def test_tallies_leave_zero_blank():
    table = pd.DataFrame([[0, 3], [1, 0]], index=["r", "q"], columns=["c", "d"])
    on = charts.tallies("A finding", dict.fromkeys("abcdefgh", table), "Basis.")
    assert sorted(text for text in texts(on) if text.isdigit()) == ["1"] * 8 + ["3"] * 8


# ── The picture ───────────────────────────────────────────────────────────────────────────────────


def picture():
    rows = charts.Rows.of({"r": "a row for $5"})
    columns = charts.Columns.of({"c": "a column"}, width=2.0)
    on = drawn(rows, columns, cells={("r", "c"): "yes"}, looks=charts.ordinal(CODES))
    return charts.Picture(on, "A grid of one cell.")


def test_a_picture_carries_its_alternative_text_wherever_it_goes():
    data, metadata = picture()._repr_mimebundle_()
    assert data["text/plain"] == metadata["image/png"]["alt"] == "A finding A grid of one cell. Basis."
    with Image.open(io.BytesIO(data["image/png"])) as image:
        assert image.text == {"Description": "A finding A grid of one cell. Basis."}
        assert image.width == pytest.approx(8.5 * 144, abs=1)


def test_the_same_sheet_gives_the_same_bytes():
    assert picture().png == picture().png


def test_the_pieces_know_no_table_and_no_column():
    tree = ast.parse(Path(charts.__file__).read_text(encoding="utf-8"))
    words = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    names = {*CONTRACT.tables, *(column.name for spec in CONTRACT.tables.values() for column in spec.columns)}
    assert not words & {name for name in names if "_" in name or name in ("stance", "quote", "attribution", "source")}
