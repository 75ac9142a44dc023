"""Figures with rows and columns: heatmaps of codes, matrices of dots, and moves on an ordered scale."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from matplotlib.axes import Axes

from stancebook.plotting.figure import FigureLayout, draw_area, draw_marker, draw_text
from stancebook.plotting.layout import SMALL_PT, TINY_PT, ColumnLayout, text_width
from stancebook.plotting.styles import MUTED_COLOR, TEXT_COLOR, UNKNOWN, FillStyle, LineStyle, MarkerStyle

Cell = tuple[Any, Any]  # the keys of a row and of a column
Point = tuple[float, float]
CountedMarker = tuple[MarkerStyle, int]

_DOT_SPACING, _DOT_LINE = 0.2, 0.21
_BACKGROUND = FillStyle("", "#f3f3f3")


@dataclass(frozen=True)
class Move:
    """A move from one column to another.

    Attributes:
        start: The key of the column where the move starts.
        end: The key of the column where it ends; the same as `start` if nothing moved.
        line: The style of the line.
        start_hollow: Whether the evidence for the start is weak.
        end_hollow: Whether the evidence for the end is weak.
        remark: A text to the right of the columns.
    """

    start: str
    end: str
    line: LineStyle
    start_hollow: bool = False
    end_hollow: bool = False
    remark: str = ""


def heatmap(
    figure: FigureLayout,
    cells: Mapping[Cell, FillStyle],
    markers: Mapping[Cell, MarkerStyle] | None = None,
    empty: FillStyle = UNKNOWN,
) -> None:
    """Fill the cells of a figure by code.

    Args:
        figure: The figure to draw on, with rows and columns.
        cells: The style of each cell, by (row, column).
        markers: A marker next to the glyph of some cells; it takes the text colour of its cell.
        empty: The style of all other cells.
    """
    panel, width = figure.panels[0], figure.columns.cell_width
    for cell, (x, y) in _centers(figure):
        style, marker = cells.get(cell, empty), (markers or {}).get(cell)
        _fill_cell(figure, cell, style)
        shift = min(0.17, width / 4) if marker else 0.0
        background = {"facecolor": "white", "edgecolor": "none", "pad": 1.2} if style.hatch and style.glyph else None
        size = 11 if text_width(style.glyph, 11, "bold") < width - 2 * shift - 0.08 else TINY_PT
        properties = {"color": style.text_color, "ha": "center", "weight": "bold", "bbox": background}
        draw_text(panel, x - shift * 0.75, y, style.glyph, size, **properties)
        if marker:
            marker_x = x + shift * 1.2 if style.glyph else x
            marker = replace(marker, color=style.text_color)
            draw_marker(panel, marker_x, y, marker, size=6.5, background=style.color)


def dot_matrix(
    figure: FigureLayout,
    cells: Mapping[Cell, Sequence[CountedMarker]],
    arrows: Iterable[tuple[Cell, MarkerStyle, Cell, MarkerStyle]] = (),
) -> None:
    """Draw markers into the cells of a figure.

    Args:
        figure: The figure to draw on, with rows as high as `dot_matrix_heights` says.
        cells: Markers by (row, column), each with the number of rows it represents; numbers above one are printed.
        arrows: From the marker of one cell to that of another; skipped unless both are drawn.
    """
    panel = figure.panels[0]
    points: dict[tuple[Cell, MarkerStyle], Point] = {}
    for cell, (center, middle) in _centers(figure):
        _fill_cell(figure, cell, _BACKGROUND)
        lines = _dot_lines(cells.get(cell, ()), figure.columns.cell_width)
        for index, line in enumerate(lines):
            x, y = center - (_dots_width(line) - _DOT_SPACING) / 2, middle + (index - (len(lines) - 1) / 2) * _DOT_LINE
            for marker, count in line:
                draw_marker(panel, x, y, marker)
                points[cell, marker] = x, y
                if count > 1:
                    draw_text(panel, x + 0.075, y, str(count), TINY_PT)
                x += _dots_width([(marker, count)])
    for start_cell, start_marker, end_cell, end_marker in arrows:
        start, end = points.get((start_cell, start_marker)), points.get((end_cell, end_marker))
        if start and end:
            _draw_arrow(panel, start, end)


def dot_matrix_heights(cells: Mapping[Cell, Sequence[CountedMarker]], columns: ColumnLayout) -> dict[Any, float]:
    """Return the height in inches that each row needs for the dots in its cells."""
    heights: dict[Any, float] = {}
    for (row, _), dots in cells.items():
        heights[row] = max(heights.get(row, 0.0), 0.1 + _DOT_LINE * len(_dot_lines(dots, columns.cell_width)))
    return heights


def dumbbell_plot(figure: FigureLayout, moves: Mapping[Any, Move]) -> None:
    """Draw moves from column to column, one in each row; a move that ends where it starts is a dot."""
    panel, centers = figure.panels[0], figure.columns.centers
    for x in centers.values():
        figure.draw_rule(panel, x)
    right = max(centers.values()) + figure.columns.cell_width / 2 + 0.08
    for row, move in moves.items():
        y, start, end = figure.rows.centers[row], centers[move.start], centers[move.end]
        color = move.line.color
        dot = MarkerStyle("", color=color)
        if start != end:
            direction = 1 if end > start else -1
            panel.plot([start, end], [y, y], color=color, linestyle=move.line.dashes, linewidth=2, zorder=3)
            draw_marker(panel, end - direction * 0.13, y, MarkerStyle("", ">" if direction > 0 else "<", color), size=6)
            draw_marker(panel, start, y, dot.hollow() if move.start_hollow else dot, size=8)
        draw_marker(panel, end, y, dot.hollow() if move.end_hollow else dot, size=8)
        draw_text(panel, right, y, move.remark, SMALL_PT, color=MUTED_COLOR)


def _centers(figure: FigureLayout) -> Iterator[tuple[Cell, Point]]:
    for row, y in figure.rows.centers.items():
        for column, x in figure.columns.centers.items():
            yield (row, column), (x, y)


def _fill_cell(figure: FigureLayout, cell: Cell, style: FillStyle) -> None:
    row, column = cell
    width, height = figure.columns.cell_width - 0.03, figure.rows.heights[row] - 0.03
    corner = figure.columns.centers[column] - width / 2, figure.rows.centers[row] - height / 2
    draw_area(figure.panels[0], corner, width, height, style)


def _dots_width(dots: Iterable[CountedMarker]) -> float:
    """Return the width in inches of a line of dots with their numbers."""
    return sum(_DOT_SPACING + (text_width(str(count), TINY_PT) + 0.03 if count > 1 else 0.0) for _, count in dots)


def _dot_lines(dots: Sequence[CountedMarker], width: float) -> list[list[CountedMarker]]:
    """Return dots in lines that fit the width of a cell."""
    lines: list[list[CountedMarker]] = [[]]
    for dot in dots:
        if lines[-1] and _dots_width([*lines[-1], dot]) > width - 0.04:
            lines.append([])
        lines[-1].append(dot)
    return lines


def _draw_arrow(panel: Axes, start: Point, end: Point) -> None:
    """Draw an arrow in a flat arc, so that it passes above what is between."""
    distance = max(0.01, ((end[0] - start[0]) ** 2 + (end[1] - start[1]) ** 2) ** 0.5)
    bend = min(0.6, 0.4 / distance) * (-1 if end[0] >= start[0] else 1)
    arrow = {"arrowstyle": "-|>,head_width=0.22,head_length=0.4", "color": TEXT_COLOR, "linewidth": 1.1}
    arrow |= {"shrinkA": 4, "shrinkB": 4, "connectionstyle": f"arc3,rad={bend}"}
    panel.annotate("", xy=end, xytext=start, zorder=4, annotation_clip=False, arrowprops=arrow)
