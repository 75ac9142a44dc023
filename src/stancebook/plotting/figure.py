"""A sheet with everything in place but the figure itself."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from stancebook.plotting.draw import write, write_down
from stancebook.plotting.layout import MARGIN, SLANT, WIDTH, Columns, Rows
from stancebook.plotting.legend import draw_legend, legend_height, legend_lines
from stancebook.plotting.measure import SMALL, TEXT, TITLE, line_height, wrapped
from stancebook.plotting.styles import SOFT, Sign

_DPI = 144
_BETWEEN_PANELS = 0.3


@dataclass(frozen=True)
class Sheet:
    """A figure with its title, legend, labels and note in place, and empty panels side by side to draw on.

    Panels measure inches from their top downward; across, inches too, unless a piece sets its own scale.
    """

    figure: Figure
    panels: list[Axes]
    rows: Rows
    columns: Columns
    title: str
    note: str

    def rule(self, panel: Axes, x: float) -> None:
        """Rule a line down the rows of a panel, and not through the headings between them."""
        middles, halves = self.rows.middle.values(), [high / 2 for high in self.rows.height.values()]
        tops = [middle - half for middle, half in zip(middles, halves, strict=True)]
        ends = [middle + half for middle, half in zip(middles, halves, strict=True)]
        panel.vlines([x] * len(tops), tops, ends, color="#dcdcdc", linewidth=0.8, zorder=0)


def sheet(
    title: str,
    *,
    rows: Rows,
    note: str,
    columns: Columns | None = None,
    panels: int = 1,
    legend: Sequence[Sign] = (),
) -> Sheet:
    """Return a sheet: a title that states the finding, a legend, labels, panels, and a note on what it all rests on.

    Without columns the panels have room for a scale below them, and for one line of labels above.
    """
    across = WIDTH - 2 * MARGIN
    titles, notes = wrapped(title, across, TITLE, "bold"), wrapped(note, across, SMALL)
    signs = legend_lines(legend, across)
    foot = 0.1 if columns else 0.36
    columns = columns or Columns({}, {}, [], cell=0.0, head=0.36, slanted=False)

    legend_top = MARGIN + len(titles) * line_height(TITLE) + 0.08
    top = legend_top + legend_height(signs) + columns.head
    note_top = top + rows.total + foot + 0.08
    height = note_top + len(notes) * line_height(SMALL) + MARGIN

    figure = Figure(figsize=(WIDTH, height), dpi=_DPI, facecolor="white")
    # Words lie over the panels, so that no line of a panel runs through a heading.
    paper = figure.add_axes((0, 0, 1, 1), xlim=(0, WIDTH), ylim=(height, 0), zorder=1)
    paper.axis("off")
    write_down(paper, MARGIN, MARGIN, titles, TITLE, weight="bold")
    draw_legend(paper, MARGIN, legend_top, signs)
    _label_rows(paper, rows, top)
    _label_columns(paper, columns, WIDTH - MARGIN - rows.room, top)
    write_down(paper, MARGIN, note_top, notes, SMALL, color=SOFT)

    wide = (rows.room - _BETWEEN_PANELS * (panels - 1)) / panels
    lefts = [WIDTH - MARGIN - rows.room + (wide + _BETWEEN_PANELS) * number for number in range(panels)]
    extent = 1 - (top + rows.total) / height, wide / WIDTH, rows.total / height
    empty = [figure.add_axes((left / WIDTH, *extent)) for left in lefts]
    for panel in empty:
        panel.set(xlim=(0, wide), ylim=(rows.total, 0), xticks=[], yticks=[], facecolor="none")
        panel.spines[:].set_visible(False)
    return Sheet(figure, empty, rows, columns, title, note)


def _label_rows(paper: Axes, rows: Rows, top: float) -> None:
    for row, lines in rows.lines.items():
        first = top + rows.middle[row] - len(lines) / 2 * line_height()
        write_down(paper, MARGIN + rows.width - 0.1, first, lines, ha="right")
    for y, heading in rows.headings:
        ground = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
        write(paper, MARGIN, top + y, heading, weight="bold", color=SOFT, bbox=ground)


def _label_columns(paper: Axes, columns: Columns, left: float, top: float) -> None:
    for column, x in columns.middle.items():
        lines = columns.lines[column]
        if columns.slanted:
            how = {"rotation": SLANT, "rotation_mode": "anchor", "va": "baseline"}
            write(paper, left + x - 0.04, top - 0.07, lines[0], TEXT, **how)
        else:
            write_down(paper, left + x, top - 0.04 - len(lines) * line_height(), lines, ha="center")
    for start, end, heading in columns.headings:
        y = top - columns.head + 0.24
        paper.plot([left + start + 0.03, left + end - 0.03], [y, y], color=SOFT, linewidth=0.9)
        first, *rest = wrapped(heading, end - start + 0.12, SMALL, "bold")
        short = f"{first} …" if rest else first
        write(paper, left + (start + end) / 2, y - 0.1, short, SMALL, weight="bold", color=SOFT, ha="center")
