from stancebook import plotting
from tests.unit.plotting.drawing import STANCES, blank, points, texts


def test_a_move_runs_from_one_place_to_the_other_and_a_stay_is_a_dot():
    on = blank({"moved": "one", "stayed": "two"}, {code: look.label for code, look in STANCES.items()}, width=5.0)
    stroke = plotting.Stroke("softened", "#0a8f6a")
    moves = {
        "moved": plotting.Move("never", "yes", stroke, start_hollow=True),
        "stayed": plotting.Move("no", "no", stroke, aside="twice"),
    }
    plotting.dumbbells(on, moves)
    by_row = {row: [p for p in points(on) if p.get_ydata()[0] == on.rows.middle[row]] for row in moves}
    assert len(by_row["stayed"]) == 1
    assert sorted(p.get_markerfacecolor() for p in by_row["moved"]) == ["#0a8f6a", "#0a8f6a", "white"]
    assert "twice" in texts(on)
