from stancebook import plotting
from tests.unit.plotting.sample_figures import STANCES, drawn_markers, drawn_texts, empty_figure


def test_heatmap_hatches_empty_cells():
    """A cell without a code is hatched; a cell with one shows its glyph."""
    figure = empty_figure({"r": "a row", "q": "another"}, {"c": "a column"})
    plotting.heatmap(figure, {("r", "c"): STANCES["torn"]})
    assert sorted(bool(patch.get_hatch()) for patch in figure.panels[0].patches) == [False, True]
    assert "±" in drawn_texts(figure)


def test_hollow_marker_shows_cell_color():
    """A hollow marker is filled with the colour of its cell and outlined in its text colour."""
    figure = empty_figure({"r": "a row"}, {"c": "a column"})
    marker = plotting.MarkerStyle("hearsay").hollow()
    plotting.heatmap(figure, {("r", "c"): STANCES["always"]}, {("r", "c"): marker})
    (drawn,) = drawn_markers(figure)
    assert drawn.get_markerfacecolor() == STANCES["always"].color
    assert drawn.get_markeredgecolor() == "white"


def test_dots_show_counts_and_fit_cell():
    """Each dot has its number next to it, and a row is high enough for all dots of a narrow cell."""
    cells = {("r", "c"): [(plotting.MarkerStyle(str(number)), 12) for number in range(9)]}
    columns = plotting.ColumnLayout.fit({"c": "a column"}, width=0.8)
    rows = plotting.RowLayout.fit({"r": "a row"}, min_heights=plotting.dot_matrix_heights(cells, columns))
    assert rows.heights["r"] > 0.6
    figure = plotting.create_figure("A finding", rows=rows, columns=columns, note="Basis.")
    plotting.dot_matrix(figure, cells)
    assert drawn_texts(figure).count("12") == 9
    assert len(drawn_markers(figure)) == 9
    assert all(0 < marker.get_xdata()[0] < 0.8 for marker in drawn_markers(figure))
    assert all(0 < marker.get_ydata()[0] < rows.total_height for marker in drawn_markers(figure))


def test_arrow_needs_both_markers():
    """An arrow is drawn from marker to marker, and skipped if one of them is not drawn."""
    first_cell, second_cell = ("r", "c"), ("r", "d")
    first, second = plotting.MarkerStyle("first"), plotting.MarkerStyle("second")
    figure = empty_figure({"r": "a row"}, {"c": "a column", "d": "another"})
    arrows = [(first_cell, first, second_cell, second), (first_cell, second, second_cell, first)]
    plotting.dot_matrix(figure, {first_cell: [(first, 1)], second_cell: [(second, 1)]}, arrows)
    (arrow,) = [text for text in figure.panels[0].texts if getattr(text, "arrow_patch", None)]
    assert [arrow.xyann[0], arrow.xy[0]] == [figure.columns.centers["c"], figure.columns.centers["d"]]


def test_dumbbell_plot_draws_moves_and_dots():
    """A move is a line with an arrow and two dots; a stance that did not move is one dot."""
    columns = {code: style.label for code, style in STANCES.items()}
    figure = empty_figure({"moved": "one", "stayed": "two"}, columns, width=5.0)
    line = plotting.LineStyle("softened", "#0a8f6a")
    moves = {
        "moved": plotting.Move("never", "yes", line, start_hollow=True),
        "stayed": plotting.Move("no", "no", line, remark="twice"),
    }
    plotting.dumbbell_plot(figure, moves)
    markers = {
        row: [marker for marker in drawn_markers(figure) if marker.get_ydata()[0] == figure.rows.centers[row]]
        for row in moves
    }
    assert len(markers["stayed"]) == 1
    assert sorted(marker.get_markerfacecolor() for marker in markers["moved"]) == ["#0a8f6a", "#0a8f6a", "white"]
    assert "twice" in drawn_texts(figure)
