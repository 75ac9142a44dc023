"""Figures of moves on an ordered scale."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stancebook.plotting.draw import point, write
from stancebook.plotting.figure import Sheet
from stancebook.plotting.measure import SMALL
from stancebook.plotting.styles import SOFT, Mark, Stroke


@dataclass(frozen=True)
class Move:
    """From one column to another; either end hollow where its evidence is weak, with a remark aside."""

    start: str
    end: str
    stroke: Stroke
    start_hollow: bool = False
    end_hollow: bool = False
    aside: str = ""


def dumbbells(on: Sheet, moves: Mapping[Any, Move]) -> None:
    """Draw moves from column to column, a row each; one that leads nowhere is a dot. Remarks stand right of them."""
    panel, place = on.panels[0], on.columns.middle
    for x in place.values():
        on.rule(panel, x)
    right = max(place.values()) + on.columns.cell / 2 + 0.08
    for row, move in moves.items():
        y, start, end, stroke = on.rows.middle[row], place[move.start], place[move.end], move.stroke
        dot = Mark("", colour=stroke.colour)
        if start != end:
            ahead = 1 if end > start else -1
            panel.plot([start, end], [y, y], color=stroke.colour, linestyle=stroke.style, linewidth=2, zorder=3)
            point(panel, end - ahead * 0.13, y, Mark("", ">" if ahead > 0 else "<", stroke.colour), size=6)
            point(panel, start, y, dot.hollow() if move.start_hollow else dot, size=8)
        point(panel, end, y, dot.hollow() if move.end_hollow else dot, size=8)
        write(panel, right, y, move.aside, SMALL, color=SOFT)
