from stancebook import plotting
from tests.unit.plotting.drawing import STANCES, blank, points, texts


def test_an_empty_cell_is_hatched_and_a_filled_one_shows_its_glyph():
    on = blank({"r": "a row", "q": "another"}, {"c": "a column"})
    plotting.grid(on, {("r", "c"): STANCES["torn"]})
    assert sorted(bool(patch.get_hatch()) for patch in on.panels[0].patches) == [False, True]
    assert "±" in texts(on)


def test_a_hollow_mark_is_the_colour_of_its_ground():
    on = blank({"r": "a row"}, {"c": "a column"})
    plotting.grid(on, {("r", "c"): STANCES["always"]}, {("r", "c"): plotting.Mark("hearsay").hollow()})
    (point,) = points(on)
    assert point.get_markerfacecolor() == STANCES["always"].fill
    assert point.get_markeredgecolor() == "white"


def test_dots_say_how_many_rows_stand_behind_them_and_keep_to_their_cell():
    cells = {("r", "c"): [(plotting.Mark(str(n)), 12) for n in range(9)]}
    columns = plotting.Columns.of({"c": "a column"}, width=0.8)
    rows = plotting.Rows.of({"r": "a row"}, heights=plotting.dot_heights(cells, columns))
    assert rows.height["r"] > 0.6
    on = plotting.sheet("A finding", rows=rows, columns=columns, note="Basis.")
    plotting.dots(on, cells)
    assert texts(on).count("12") == 9
    assert len(points(on)) == 9
    assert all(0 < point.get_xdata()[0] < 0.8 for point in points(on))
    assert all(0 < point.get_ydata()[0] < rows.total for point in points(on))


def test_an_arrow_leads_from_mark_to_mark_if_both_are_drawn():
    here, there = ("r", "c"), ("r", "d")
    one, other = plotting.Mark("one"), plotting.Mark("other")
    on = blank({"r": "a row"}, {"c": "a column", "d": "another"})
    plotting.dots(on, {here: [(one, 1)], there: [(other, 1)]}, [(here, one, there, other), (here, other, there, one)])
    (arrow,) = [text for text in on.panels[0].texts if getattr(text, "arrow_patch", None)]
    assert [arrow.xyann[0], arrow.xy[0]] == [on.columns.middle["c"], on.columns.middle["d"]]
