"""A figure with title, legend, labels and note around empty panels; what is drawn on it; and its PNG image."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.markers import MarkerStyle as Marker
from matplotlib.patches import Rectangle
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from stancebook.plotting.layout import (
    FIGURE_WIDTH,
    FONT,
    LABEL_ANGLE,
    MARGIN,
    SMALL_PT,
    TEXT_PT,
    TITLE_PT,
    ColumnLayout,
    RowLayout,
    line_height,
    text_width,
    wrap_text,
)
from stancebook.plotting.styles import MUTED_COLOR, TEXT_COLOR, FillStyle, LegendEntry, MarkerStyle

_DPI = 144
_PANEL_GAP = 0.3
_LEGEND_LINE = 0.23
_DISPLAY_PX = 850


@dataclass(frozen=True)
class FigureLayout:
    """A figure with everything but the data: title, legend, labels and note, and empty panels side by side.

    The y axis of a panel measures inches from its top down, the x axis inches from its left.

    Attributes:
        figure: The Matplotlib figure.
        panels: The axes to draw on.
        rows: The layout of the rows, which all panels share.
        columns: The layout of the columns.
        title: The title, in one line.
        note: The note below the panels, in one line.
    """

    figure: Figure
    panels: list[Axes]
    rows: RowLayout
    columns: ColumnLayout
    title: str
    note: str

    def draw_rule(self, panel: Axes, x: float) -> None:
        """Draw a vertical rule through the rows of a panel, interrupted at headings."""
        rows = [(center, self.rows.heights[row] / 2) for row, center in self.rows.centers.items()]
        tops, bottoms = [center - half for center, half in rows], [center + half for center, half in rows]
        panel.vlines([x] * len(rows), tops, bottoms, color="#dcdcdc", linewidth=0.8, zorder=0)


def create_figure(
    title: str,
    *,
    rows: RowLayout,
    note: str,
    columns: ColumnLayout | None = None,
    panels: int = 1,
    legend: Sequence[LegendEntry] = (),
) -> FigureLayout:
    """Create a figure with empty panels.

    Args:
        title: The finding that the figure shows.
        rows: The layout of the rows.
        note: How to read the figure, and its sample sizes.
        columns: The layout of the columns; if None, panels have room for an x axis below and one line of labels above.
        panels: How many panels there are, side by side.
        legend: The styles that the legend explains.
    """
    width = FIGURE_WIDTH - 2 * MARGIN
    title_lines, note_lines = wrap_text(title, width, TITLE_PT, "bold"), wrap_text(note, width, SMALL_PT)
    legend_lines = _legend_lines(legend, width)
    axis_height = 0.1 if columns else 0.36
    columns = columns or ColumnLayout({}, {}, [], cell_width=0.0, header_height=0.36, rotated=False)

    legend_top = MARGIN + len(title_lines) * line_height(TITLE_PT) + 0.08
    legend_height = _LEGEND_LINE * len(legend_lines) + 0.07 if legend_lines else 0.0
    top = legend_top + legend_height + columns.header_height
    note_top = top + rows.total_height + axis_height + 0.08
    height = note_top + len(note_lines) * line_height(SMALL_PT) + MARGIN

    figure = Figure(figsize=(FIGURE_WIDTH, height), dpi=_DPI, facecolor="white")
    # Text is drawn above the panels, so that no line of a panel crosses a heading.
    canvas = figure.add_axes((0, 0, 1, 1), xlim=(0, FIGURE_WIDTH), ylim=(height, 0), zorder=1)
    canvas.axis("off")
    _draw_lines(canvas, MARGIN, MARGIN, title_lines, TITLE_PT, weight="bold")
    _draw_legend(canvas, MARGIN, legend_top, legend_lines)
    _label_rows(canvas, rows, top)
    _label_columns(canvas, columns, FIGURE_WIDTH - MARGIN - rows.panel_width, top)
    _draw_lines(canvas, MARGIN, note_top, note_lines, SMALL_PT, color=MUTED_COLOR)

    panel_width = (rows.panel_width - _PANEL_GAP * (panels - 1)) / panels
    lefts = [FIGURE_WIDTH - MARGIN - rows.panel_width + (panel_width + _PANEL_GAP) * index for index in range(panels)]
    extent = 1 - (top + rows.total_height) / height, panel_width / FIGURE_WIDTH, rows.total_height / height
    axes = [figure.add_axes((left / FIGURE_WIDTH, *extent)) for left in lefts]
    for panel in axes:
        panel.set(xlim=(0, panel_width), ylim=(rows.total_height, 0), xticks=[], yticks=[], facecolor="none")
        panel.spines[:].set_visible(False)
    return FigureLayout(figure, axes, rows, columns, title, note)


class PngImage:
    """A figure as a PNG image that carries its alternative text, for display in a notebook.

    Attributes:
        png: The image file: equal figures give equal bytes.
        alt: The alternative text: the title, what the figure shows, and its note.
    """

    def __init__(self, figure: FigureLayout, alt: str) -> None:
        """Render a figure.

        Args:
            figure: The finished figure.
            alt: What the figure shows, in words.
        """
        self.alt = " ".join(f"{figure.title} {alt} {figure.note}".split())
        canvas: Any = FigureCanvasAgg(figure.figure)
        canvas.draw()
        # 255 colours halve the size without a visible loss. The metadata has neither version nor date, so that the
        # same tables give the same file.
        image = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
        image = image.quantize(255, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        info = PngInfo()
        info.add_itxt("Description", self.alt)
        buffer = io.BytesIO()
        image.save(buffer, format="png", optimize=True, pnginfo=info)
        self.png = buffer.getvalue()

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        data = {"image/png": self.png, "text/plain": self.alt}
        return data, {"image/png": {"alt": self.alt, "width": _DISPLAY_PX}}


# ── Text, areas and points ────────────────────────────────────────────────────────────────────────


def draw_text(axes: Axes, x: float, y: float, text: str, size: float = TEXT_PT, **properties: Any) -> None:
    """Draw a line of text, by default left-aligned and vertically centred.

    Args:
        axes: The axes to draw on.
        x: The position, in data coordinates.
        y: The position, in data coordinates.
        text: The text; a dollar sign is a dollar sign.
        size: The font size in points.
        properties: Properties of Matplotlib's `Text` that replace the defaults.
    """
    defaults = {"color": TEXT_COLOR, "va": "center_baseline"}
    axes.text(x, y, text, fontsize=size, fontfamily=FONT, parse_math=False, **(defaults | properties))


def draw_area(axes: Axes, corner: tuple[float, float], width: float, height: float, style: FillStyle) -> None:
    """Fill a rectangle whose `corner` has the lowest coordinates."""
    colors: dict[str, Any] = {"facecolor": style.color, "edgecolor": style.edge_color, "hatch": style.hatch}
    dashes: Any = (0, (3, 2)) if style.dashed else "solid"
    axes.add_patch(Rectangle(corner, width, height, linewidth=1.0, linestyle=dashes, **colors))


def draw_marker(
    axes: Axes, x: float, y: float, style: MarkerStyle, *, size: float = 7.0, background: str = "white"
) -> None:
    """Draw a marker; where it is not filled it has the colour of the background."""
    hollow = style.fill == "none"
    marker = Marker(style.shape, fillstyle="full" if hollow else style.fill)
    properties: dict[str, Any] = {"markeredgecolor": style.color, "markeredgewidth": 1.3, "markersize": size}
    properties |= {"color": background if hollow else style.color, "markerfacecoloralt": background}
    axes.plot([x], [y], linestyle="none", marker=marker, clip_on=False, zorder=5, **properties)


def _draw_lines(
    axes: Axes, x: float, top: float, lines: Sequence[str], size: float = TEXT_PT, **properties: Any
) -> None:
    for index, line in enumerate(lines):
        draw_text(axes, x, top + (index + 0.5) * line_height(size), line, size, **properties)


# ── Labels and legend ─────────────────────────────────────────────────────────────────────────────


def _label_rows(canvas: Axes, rows: RowLayout, top: float) -> None:
    for row, lines in rows.label_lines.items():
        first = top + rows.centers[row] - len(lines) / 2 * line_height()
        _draw_lines(canvas, MARGIN + rows.label_width - 0.1, first, lines, ha="right")
    for y, heading in rows.headings:
        background = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
        draw_text(canvas, MARGIN, top + y, heading, weight="bold", color=MUTED_COLOR, bbox=background)


def _label_columns(canvas: Axes, columns: ColumnLayout, left: float, top: float) -> None:
    for column, x in columns.centers.items():
        lines = columns.label_lines[column]
        if columns.rotated:
            properties = {"rotation": LABEL_ANGLE, "rotation_mode": "anchor", "va": "baseline"}
            draw_text(canvas, left + x - 0.04, top - 0.07, lines[0], TEXT_PT, **properties)
        else:
            _draw_lines(canvas, left + x, top - 0.04 - len(lines) * line_height(), lines, ha="center")
    for start, end, heading in columns.headings:
        y = top - columns.header_height + 0.24
        canvas.plot([left + start + 0.03, left + end - 0.03], [y, y], color=MUTED_COLOR, linewidth=0.9)
        first, *rest = wrap_text(heading, end - start + 0.12, SMALL_PT, "bold")
        short = f"{first} …" if rest else first
        center = left + (start + end) / 2
        draw_text(canvas, center, y - 0.1, short, SMALL_PT, weight="bold", color=MUTED_COLOR, ha="center")


def _legend_lines(entries: Sequence[LegendEntry], width: float) -> list[list[LegendEntry]]:
    """Return legend entries in lines that fit the width."""
    lines: list[list[LegendEntry]] = []
    for entry in entries:
        if lines and sum(map(_entry_width, [*lines[-1], entry])) <= width:
            lines[-1].append(entry)
        else:
            lines.append([entry])
    return lines


def _draw_legend(canvas: Axes, left: float, top: float, lines: Sequence[Sequence[LegendEntry]]) -> None:
    for index, line in enumerate(lines):
        x, y = left, top + _LEGEND_LINE * index + 0.13
        for entry in line:
            _draw_legend_key(canvas, x, y, entry)
            draw_text(canvas, x + 0.4, y, entry.label, SMALL_PT)
            x += _entry_width(entry)


def _entry_width(entry: LegendEntry) -> float:
    return 0.42 + text_width(entry.label, SMALL_PT) + 0.2


def _draw_legend_key(canvas: Axes, x: float, y: float, entry: LegendEntry) -> None:
    if isinstance(entry, FillStyle):
        draw_area(canvas, (x, y - 0.085), 0.32, 0.17, entry)
        draw_text(canvas, x + 0.16, y, entry.glyph, SMALL_PT, color=entry.text_color, ha="center", weight="bold")
    elif isinstance(entry, MarkerStyle):
        draw_marker(canvas, x + 0.22, y, entry)
    else:
        canvas.plot([x, x + 0.32], [y, y], color=entry.color, linestyle=entry.dashes, linewidth=2.2)
