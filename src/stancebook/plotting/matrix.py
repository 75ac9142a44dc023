"""Figures whose cells are where a row meets a column."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from matplotlib.axes import Axes

from stancebook.plotting.draw import area, point, write
from stancebook.plotting.figure import Sheet
from stancebook.plotting.layout import Columns
from stancebook.plotting.measure import TINY, text_width
from stancebook.plotting.styles import INK, UNKNOWN, Look, Mark

Cell = tuple[Any, Any]
Place = tuple[float, float]
Counted = tuple[Mark, int]

_PITCH, _LINE = 0.2, 0.21  # from dot to dot, and from line to line of dots
_FIELD = Look("", "#f3f3f3")


def grid(
    on: Sheet, cells: Mapping[Cell, Look], marks: Mapping[Cell, Mark] | None = None, empty: Look = UNKNOWN
) -> None:
    """Fill a grid: the look of each cell, `empty` where it has none, and a mark beside the glyph.

    Keys are (row, column). A mark takes the colour that can be read on its ground.
    """
    panel, wide = on.panels[0], on.columns.cell
    for cell, (x, y) in _places(on):
        look, mark = cells.get(cell, empty), (marks or {}).get(cell)
        _fill(on, cell, look)
        aside = min(0.17, wide / 4) if mark else 0.0
        ground = {"facecolor": "white", "edgecolor": "none", "pad": 1.2} if look.hatch and look.glyph else None
        size = 11 if text_width(look.glyph, 11, "bold") < wide - 2 * aside - 0.08 else TINY
        how = {"color": look.ink, "ha": "center", "weight": "bold", "bbox": ground}
        write(panel, x - aside * 0.75, y, look.glyph, size, **how)
        if mark:
            beside = x + aside * 1.2 if look.glyph else x
            point(panel, beside, y, replace(mark, colour=look.ink), size=6.5, ground=look.fill)


def dots(
    on: Sheet, cells: Mapping[Cell, Sequence[Counted]], arrows: Iterable[tuple[Cell, Mark, Cell, Mark]] = ()
) -> None:
    """Set marks into the cells of a matrix, each with its number where more than one row stands behind it.

    An arrow leads from the mark of one cell to that of another.
    """
    panel = on.panels[0]
    places: dict[tuple[Cell, Mark], Place] = {}
    for cell, (middle, y) in _places(on):
        _fill(on, cell, _FIELD)
        lines = _packed(cells.get(cell, ()), on.columns.cell)
        for depth, line in enumerate(lines):
            x, down = middle - (_extent(line) - _PITCH) / 2, y + (depth - (len(lines) - 1) / 2) * _LINE
            for mark, number in line:
                point(panel, x, down, mark)
                places[cell, mark] = x, down
                if number > 1:
                    write(panel, x + 0.075, down, str(number), TINY)
                x += _extent([(mark, number)])
    for start, start_mark, end, end_mark in arrows:
        if {(start, start_mark), (end, end_mark)} <= set(places):
            _arch(panel, places[start, start_mark], places[end, end_mark])


def dot_heights(cells: Mapping[Cell, Sequence[Counted]], columns: Columns) -> dict[Any, float]:
    """Return the height that each row needs for the dots in its cells."""
    heights: dict[Any, float] = {}
    for (row, _), points in cells.items():
        heights[row] = max(heights.get(row, 0.0), 0.1 + _LINE * len(_packed(points, columns.cell)))
    return heights


def _places(on: Sheet) -> Iterator[tuple[Cell, Place]]:
    """Yield each cell with its middle."""
    for row, y in on.rows.middle.items():
        for column, x in on.columns.middle.items():
            yield (row, column), (x, y)


def _fill(on: Sheet, cell: Cell, look: Look) -> None:
    row, column = cell
    wide, high = on.columns.cell - 0.03, on.rows.height[row] - 0.03
    area(on.panels[0], (on.columns.middle[column] - wide / 2, on.rows.middle[row] - high / 2), wide, high, look)


def _extent(points: Iterable[Counted]) -> float:
    """Return how wide dots and their numbers are, set in a line."""
    return sum(_PITCH + (text_width(str(number), TINY) + 0.03 if number > 1 else 0.0) for _, number in points)


def _packed(points: Sequence[Counted], width: float) -> list[list[Counted]]:
    """Return points in lines that fit the width of a cell."""
    lines: list[list[Counted]] = [[]]
    for dot in points:
        if lines[-1] and _extent([*lines[-1], dot]) > width - 0.04:
            lines.append([])
        lines[-1].append(dot)
    return lines


def _arch(panel: Axes, start: Place, end: Place) -> None:
    """Draw an arrow in a flat arch, so that it passes over what lies between."""
    distance = max(0.01, ((end[0] - start[0]) ** 2 + (end[1] - start[1]) ** 2) ** 0.5)
    bend = min(0.6, 0.4 / distance) * (-1 if end[0] >= start[0] else 1)
    arrow = {"arrowstyle": "-|>,head_width=0.22,head_length=0.4", "color": INK, "linewidth": 1.1}
    arrow |= {"shrinkA": 4, "shrinkB": 4, "connectionstyle": f"arc3,rad={bend}"}
    panel.annotate("", xy=end, xytext=start, zorder=4, annotation_clip=False, arrowprops=arrow)
