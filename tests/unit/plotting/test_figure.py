from stancebook import plotting
from tests.unit.plotting.drawing import STANCES, blank


def test_nothing_is_written_beyond_the_edges_of_a_sheet():
    on = blank(
        {"r": "a row"},
        {n: f"Estuary Council number {n}" for n in range(12)},
        legend=[*STANCES.values(), *plotting.nominal({n: f"a mark with a label {n}" for n in range(6)}).values()],
    )
    paper = on.figure.bbox
    for axes in on.figure.axes:
        for text in axes.texts:
            box = text.get_window_extent()
            assert box.x0 >= paper.x0
            assert box.x1 <= paper.x1 + 1
            assert box.y1 <= paper.y1 + 1


def test_panels_stand_side_by_side_in_the_room_that_labels_leave():
    on = blank({"r": "a row"}, panels=2)
    first, second = (panel.get_position() for panel in on.panels)
    assert first.x1 < second.x0
    assert second.x1 * 8.5 <= 8.5 - 0.1
    assert first.width == second.width
