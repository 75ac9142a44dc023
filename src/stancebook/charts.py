"""The pieces of an honest figure: grids, dots, dumbbells, bars with open ends, tallies, and a sheet to set them on.

Nothing here knows a table or a column. A piece takes labels, codes and marks; what they stand for is the notebook's
business. Lengths are inches, so that a label's room is known before anything is drawn. Needs the extra `notebooks`.
"""

from __future__ import annotations

import io
import re
import textwrap
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Any, Literal, TypeVar

import matplotlib as mpl
import numpy as np
import pandas as pd
import seaborn as sns  # type: ignore[import-untyped]
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap, to_hex
from matplotlib.dates import AutoDateLocator
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.ft2font import LoadFlags
from matplotlib.markers import MarkerStyle
from matplotlib.patches import Rectangle
from PIL import Image
from PIL.PngImagePlugin import PngInfo

WIDTH = 8.5  # inches; at 100 pixels an inch this is the 850 px that GitHub gives a notebook
_SHOWN_PX = 850
_DPI = 144
_MARGIN = 0.12

INK, SOFT, LINE = "#1a1a1a", "#555555", "#c9c9c9"
FONT = "DejaVu Sans"  # comes with Matplotlib: the same letters on every machine
_TITLE, _TEXT, _SMALL = 13.0, 9.5, 9.0

# Okabe and Ito's colours, each with a shape of its own: neither the colour-blind nor a grey print loses one.
_NOMINAL = (
    ("#0072B2", "o"),
    ("#D55E00", "s"),
    ("#009E73", "^"),
    ("#8A3A78", "D"),
    ("#B8860B", "v"),
    ("#333333", "P"),
)
_DIVERGING = LinearSegmentedColormap.from_list(
    "against-for", ["#b35806", "#f6b56b", "#ececec", "#9ecae1", "#08519c"], N=256
)

Key = TypeVar("Key", bound=Hashable)
Fill = Literal["full", "left", "none"]


# ── What a value looks like ───────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Look:
    """How a value fills an area; the glyph says it again without colour."""

    label: str
    fill: str
    glyph: str = ""
    hatch: str = ""
    edge: str = "white"
    dashed: bool = False

    @property
    def ink(self) -> str:
        """The colour that can be read on this fill."""
        red, green, blue = mpl.colors.to_rgb(self.fill)
        return "white" if 0.299 * red + 0.587 * green + 0.114 * blue < 0.5 else INK


@dataclass(frozen=True)
class Mark:
    """How a value looks as a point: shape and filling say it, colour only repeats it."""

    label: str
    shape: str = "o"
    colour: str = INK
    fill: Fill = "full"

    def hollow(self, label: str | None = None) -> Mark:
        """Return the same mark, empty: weaker evidence for the same thing."""
        return Mark(self.label if label is None else label, self.shape, self.colour, "none")


@dataclass(frozen=True)
class Stroke:
    """How a value looks as a line."""

    label: str
    colour: str
    style: str = "solid"


Sign = Look | Mark | Stroke

UNKNOWN = Look("unknown", "white", hatch="////", edge="#cfcfcf")


def ordinal(codes: Sequence[str]) -> dict[str, Look]:
    """Return looks for an ordered scale with a middle: minus signs below it, plus signs above.

    Raises ValueError for an even number of codes, which has no middle to diverge from.
    """
    if len(codes) % 2 == 0:
        raise ValueError(f"a scale that diverges has a middle; {len(codes)} codes have none")
    half = len(codes) // 2
    glyphs = ["−" * (half - at) or "±" if at <= half else "+" * (at - half) for at in range(len(codes))]
    fills = [to_hex(_DIVERGING(at / max(1, len(codes) - 1))) for at in range(len(codes))]
    return {code: Look(plain(code), fill, glyph) for code, fill, glyph in zip(codes, fills, glyphs, strict=True)}


def nominal(labels: Mapping[Key, str]) -> dict[Key, Mark]:
    """Return a mark of its own for each label, in the order given. Raises ValueError beyond six: fold the rest."""
    if len(labels) > len(_NOMINAL):
        raise ValueError(f"{len(labels)} marks cannot be told apart; keep {len(_NOMINAL) - 1} and fold the rest")
    return {
        key: Mark(label, shape, colour) for (key, label), (colour, shape) in zip(labels.items(), _NOMINAL, strict=False)
    }


def evidence(codes: Sequence[str], labels: Mapping[str, str], weak: Iterable[str]) -> dict[str, Mark]:
    """Return a mark for each kind of evidence, strongest first; the weak ones are hollow. At most five can be told."""
    shapes: list[tuple[str, Fill]] = [("o", "full"), ("o", "left"), ("^", "full"), ("s", "full"), ("D", "full")]
    marks = {
        code: Mark(labels.get(code, plain(code)), shape, fill=fill)
        for code, (shape, fill) in zip(codes, shapes, strict=True)
    }
    return {code: mark.hollow() if code in set(weak) else mark for code, mark in marks.items()}


# ── Words ─────────────────────────────────────────────────────────────────────────────────────────


def plain(code: str) -> str:
    """Return a code as words: underscores are spaces."""
    return code.replace("_", " ")


def amount(number: int) -> str:
    """Return a number as a sentence has it: `none` for zero."""
    return f"{number:,}" if number else "none"


def counted(number: int, thing: str, things: str | None = None) -> str:
    """Return a number with its noun, singular or plural."""
    return f"{number:,} {thing if number == 1 else things or thing + 's'}"


def basis(numbers: Mapping[str, int]) -> str:
    """Return what a figure rests on as a sentence: how many of each thing."""
    return f"Basis: {', '.join(counted(number, thing) for thing, number in numbers.items())}."


def listed(words: Iterable[str], most: int | None = None) -> str:
    """Return words as a list in a sentence; beyond `most` their number only. Nothing is `none`."""
    items = list(words)
    if most is not None and len(items) > most:
        items = [*items[:most], f"{len(items) - most:,} more"]
    comma = "; " if any("," in item for item in items) else ", "
    return " and ".join([comma.join(items[:-1]), items[-1]] if len(items) > 1 else items) or "none"


def passage(quote: str, row: str = "", most: int = 400) -> str:
    """Return a quoted passage as Markdown, with the id of its row: on one line, links as words, the rest as is."""
    words = re.sub(r"\[([^\[\]]+)\]\([^()\s]*\)", r"\1", " ".join(quote.split()))
    words = textwrap.shorten(words, most, placeholder=" …")
    quoted = "«" + re.sub(r"([\\`*_\[\]<>|$#~])", r"\\\1", words) + "»"
    return f"{quoted} (`{row}`)" if row else quoted


def most_frequent(values: pd.Series[Any], most: int) -> tuple[list[Any], int]:
    """Return the values that occur most, at most so many, and how many others there are.

    Those kept come in alphabetical order: how often something is reported is no rank.
    """
    counts = values.dropna().value_counts()
    order = sorted(counts.index, key=lambda value: (-int(counts[value]), value))
    return sorted(order[:most]), max(0, len(order) - most)


def latest(rows: pd.DataFrame, by: Sequence[str], order: Sequence[str], prefer: pd.Series[bool]) -> pd.DataFrame:
    """Return the last row of each group by `order`, rows that `prefer` marks before all others; missing sorts first."""
    ranked = rows.assign(_preferred=prefer.reindex(rows.index).to_numpy(dtype=bool))
    ranked = ranked.sort_values(["_preferred", *order], na_position="first", kind="stable")
    return ranked.drop_duplicates(list(by), keep="last").drop(columns="_preferred")


# ── Text whose size is known before it is drawn ───────────────────────────────────────────────────


@lru_cache(maxsize=8192)
def text_width(text: str, size: float = _TEXT, weight: str = "normal") -> float:
    """Return how many inches wide a line of text is."""
    font = get_font(findfont(FontProperties(family=FONT, weight=weight)))
    font.set_size(size, 720)
    font.set_text(text, flags=LoadFlags.NO_HINTING)
    return float(font.get_width_height()[0]) / 64 / 720


def wrapped(text: str, width: float, size: float = _TEXT, weight: str = "normal") -> list[str]:
    """Return a text as lines that are no wider than so many inches; only a single long word is."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size, weight) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _line(size: float) -> float:
    return size * 1.32 / 72


@dataclass(frozen=True)
class Rows:
    """Where rows stand: their middles and heights in inches from the top, and the headings of their groups."""

    middle: dict[Any, float]
    height: dict[Any, float]
    lines: dict[Any, list[str]]
    headings: list[tuple[float, str]]
    width: float
    total: float

    @classmethod
    def of(
        cls,
        labels: Mapping[Key, str],
        *,
        groups: Mapping[Key, str] | None = None,
        widest: float = 3.0,
        heights: Mapping[Key, float] | None = None,
    ) -> Rows:
        """Place rows in the order given, a heading wherever the group changes; a long label takes several lines."""
        at, group = 0.0, None
        lines = {key: wrapped(label, widest) or [""] for key, label in labels.items()}
        middle, height, headings = {}, {}, []
        for key in labels:
            if groups is not None and groups[key] != group:
                group = groups[key]
                headings.append((at + 0.19, group))
                at += 0.32
            height[key] = max(0.27, len(lines[key]) * _line(_TEXT) + 0.08, (heights or {}).get(key, 0.0))
            middle[key] = at + height[key] / 2
            at += height[key]
        widths = [text_width(line) for several in lines.values() for line in several]
        # A heading may run out over the figure's own area, where nothing stands on its line.
        return cls(middle, height, lines, headings, max(widths, default=0.5) + 0.12, at)


@dataclass(frozen=True)
class Columns:
    """Where columns stand: their middles in inches from the left, and how their labels are set."""

    middle: dict[Any, float]
    lines: dict[Any, list[str]]
    headings: list[tuple[float, float, str]]
    cell: float
    total: float
    head: float
    slant: bool

    @classmethod
    def of(
        cls, labels: Mapping[Key, str], *, width: float, groups: Mapping[Key, str] | None = None, widest: float = 1.0
    ) -> Columns:
        """Place columns in a width; labels that do not fit their columns are slanted."""
        gap = 0.14
        group_of = [groups[key] for key in labels] if groups is not None else []
        gaps = sum(one != other for one, other in pairwise(group_of))
        cell = max(0.2, min(widest, (width - gap * gaps) / max(1, len(labels))))
        longest = max((text_width(word) for label in labels.values() for word in label.split()), default=0.0)
        slant = longest > cell - 0.02
        if slant:
            lean = 0.77 * max(text_width(label) for label in labels.values())
            cell = max(0.2, min(cell, (width - gap * gaps - lean * 0.83) / max(1, len(labels))))
        lines = {key: [label] if slant else wrapped(label, cell - 0.02) for key, label in labels.items()}
        at, group = 0.0, None
        middle: dict[Any, float] = {}
        headings: list[tuple[float, float, str]] = []
        for key in labels:
            if groups is not None and groups[key] != group:
                at += gap if group is not None else 0.0
                group = groups[key]
                headings.append((at, at, group))
            middle[key] = at + cell / 2
            at += cell
            if headings:
                headings[-1] = (headings[-1][0], at, headings[-1][2])
        deep = max((len(several) for several in lines.values()), default=1) * _line(_TEXT)
        if slant:
            deep = 0.77 * max(text_width(label) for label in labels.values()) + 0.12
        return cls(middle, lines, headings, cell, at, deep + 0.08 + (0.3 if headings else 0.0), slant)


# ── A sheet ───────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Sheet:
    """A figure with its title, legend and note in place, and empty panels side by side to draw on.

    Panels measure inches from their top downward; across, inches too, unless a piece sets its own scale.
    """

    figure: Figure
    paper: Axes
    panels: list[Axes]
    title: str
    note: str
    rows: Rows = field(repr=False)


def sheet(
    title: str,
    *,
    rows: Rows,
    note: str,
    legend: Sequence[Sign] = (),
    head: float = 0.3,
    foot: float = 0.1,
    split: Sequence[float] = (1.0,),
) -> Sheet:
    """Return a sheet for rows: a title that states the finding, a legend, panels, and a note on what it rests on.

    `head` and `foot` are the room above and below the panels for the labels of their columns or scales.
    """
    within = WIDTH - 2 * _MARGIN
    titles = wrapped(title, within, _TITLE, "bold")
    notes = [line for part in note.split("\n") for line in wrapped(part, within, _SMALL)]
    signs = _set_out(legend, within)
    top = _MARGIN + len(titles) * _line(_TITLE) + 0.08
    legend_at = top
    top += (signs[-1][1] + 0.3 if signs else 0.0) + head
    bottom = foot + 0.08 + len(notes) * _line(_SMALL) + _MARGIN
    height = top + rows.total + bottom
    figure = Figure(figsize=(WIDTH, height), dpi=_DPI, facecolor="white")
    FigureCanvasAgg(figure)
    # Words lie over the panels, so that no line of a panel runs through a heading.
    paper = figure.add_axes((0, 0, 1, 1), xlim=(0, WIDTH), ylim=(height, 0), zorder=1)
    paper.axis("off")
    for at, line in enumerate(titles):
        _write(paper, _MARGIN, _MARGIN + (at + 0.78) * _line(_TITLE), line, size=_TITLE, weight="bold", va="baseline")
    for sign, (x, y) in zip(legend, ((x, legend_at + y + 0.13) for x, y in signs), strict=True):
        _draw_sign(paper, sign, x, y)
    for at, line in enumerate(notes):
        y = top + rows.total + foot + 0.08 + (at + 0.8) * _line(_SMALL)
        _write(paper, _MARGIN, y, line, size=_SMALL, color=SOFT, va="baseline")
    left = _MARGIN + rows.width
    for key, lines in rows.lines.items():
        for at, line in enumerate(lines):
            y = top + rows.middle[key] + (at - (len(lines) - 1) / 2) * _line(_TEXT)
            _write(paper, left - 0.1, y, line, ha="right")
    for y, heading in rows.headings:
        ground = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
        _write(paper, _MARGIN, top + y, heading, weight="bold", color=SOFT, bbox=ground)
    gap = 0.3
    room = WIDTH - left - _MARGIN - gap * (len(split) - 1)
    panels = []
    for share in split:
        wide = room * share / sum(split)
        panel = figure.add_axes((left / WIDTH, bottom / height, wide / WIDTH, rows.total / height))
        panel.set(xlim=(0, wide), ylim=(rows.total, 0), xticks=[], yticks=[], facecolor="none")
        panel.spines[:].set_visible(False)
        panels.append(panel)
        left += wide + gap
    return Sheet(figure, paper, panels, title, note, rows)


def room(rows: Rows) -> float:
    """Return how many inches a sheet with these rows leaves for its panels."""
    return WIDTH - 2 * _MARGIN - rows.width


def _write(axes: Axes, x: float, y: float, text: str, size: float = _TEXT, **how: Any) -> None:
    # A dollar sign is money, not mathematics.
    how = {"color": INK, "va": "center", "ha": "left", **how}
    axes.text(x, y, text, fontsize=size, fontfamily=FONT, parse_math=False, **how)


def _set_out(legend: Sequence[Sign], width: float) -> list[tuple[float, float]]:
    """Return where the signs of a legend stand: in lines, each as full as it can be."""
    places: list[tuple[float, float]] = []
    x = y = 0.0
    for sign in legend:
        wide = 0.42 + text_width(sign.label, _SMALL) + 0.2
        if places and x + wide > width:
            x, y = 0.0, y + 0.23
        places.append((_MARGIN + x, y))
        x += wide
    return places


def _draw_sign(paper: Axes, sign: Sign, x: float, y: float) -> None:
    if isinstance(sign, Look):
        _area(paper, (x, y - 0.085), 0.32, 0.17, sign)
        _write(paper, x + 0.16, y, sign.glyph, size=_SMALL, color=sign.ink, ha="center", weight="bold")
    elif isinstance(sign, Mark):
        _point(paper, x + 0.22, y, sign)
    else:
        paper.plot([x, x + 0.32], [y, y], color=sign.colour, linestyle=sign.style, linewidth=2.2)
    _write(paper, x + 0.4, y, sign.label, size=_SMALL)


def _area(axes: Axes, corner: tuple[float, float], wide: float, high: float, look: Look) -> None:
    patch = Rectangle(corner, wide, high, facecolor=look.fill, edgecolor=look.edge, hatch=look.hatch, linewidth=1.0)
    if look.dashed:
        patch.set_linestyle((0, (3, 2)))
    axes.add_patch(patch)


def _point(
    axes: Axes, x: float, y: float, mark: Mark, *, size: float = 7.0, colour: str | None = None, ground: str = "white"
) -> None:
    ink = colour or mark.colour
    empty = mark.fill == "none"
    axes.plot(
        [x],
        [y],
        linestyle="none",
        marker=MarkerStyle(mark.shape, fillstyle="full" if empty else mark.fill),
        markersize=size,
        color=ground if empty else ink,
        markerfacecoloralt=ground,
        markeredgecolor=ink,
        markeredgewidth=1.3,
        clip_on=False,
        zorder=5,
    )


def _columns(panel: Axes, columns: Columns) -> None:
    for key, x in columns.middle.items():
        if columns.slant:
            _write(panel, x - 0.04, -0.07, columns.lines[key][0], rotation=50, rotation_mode="anchor", va="baseline")
            continue
        for at, line in enumerate(reversed(columns.lines[key])):
            _write(panel, x, -0.07 - at * _line(_TEXT), line, ha="center", va="baseline")
    for start, end, heading in columns.headings:
        if not heading:
            continue
        y = -(columns.head - 0.24)
        panel.plot([start + 0.03, end - 0.03], [y, y], color=SOFT, linewidth=0.9, clip_on=False)
        words = wrapped(heading, end - start + 0.12, _SMALL, "bold")
        short = heading if len(words) <= 1 else words[0] + " …"
        _write(panel, (start + end) / 2, y - 0.1, short, size=_SMALL, weight="bold", color=SOFT, ha="center")


# ── Pieces ────────────────────────────────────────────────────────────────────────────────────────

Cell = tuple[Any, Any]


def grid(
    on: Sheet,
    columns: Columns,
    cells: Mapping[Cell, str],
    looks: Mapping[str, Look],
    marks: Mapping[Cell, Mark] | None = None,
    *,
    empty: Look = UNKNOWN,
    texts: Mapping[Cell, str] | None = None,
) -> None:
    """Fill a grid of categories: colour and glyph for each code, `empty` where there is none, a mark beside either.

    Keys of `cells` and `marks` are (row, column). `texts` writes something else than the glyph.
    """
    panel = on.panels[0]
    _columns(panel, columns)
    marks = marks or {}
    for row, y in on.rows.middle.items():
        for column, x in columns.middle.items():
            code = cells.get((row, column))
            look = empty if code is None else looks[code]
            high = on.rows.height[row] - 0.03
            _area(panel, (x - columns.cell / 2 + 0.015, y - high / 2), columns.cell - 0.03, high, look)
            mark = marks.get((row, column))
            aside = min(0.17, columns.cell / 4) if mark else 0.0
            text = (texts or {}).get((row, column), look.glyph)
            ground = {"facecolor": "white", "edgecolor": "none", "pad": 1.2} if look.hatch and text else None
            size = 11 if text_width(text, 11, "bold") < columns.cell - 2 * aside - 0.08 else 8
            _write(panel, x - aside * 0.75, y, text, size=size, color=look.ink, ha="center", weight="bold", bbox=ground)
            if mark:
                _point(panel, x + (aside * 1.2 if text else 0.0), y, mark, size=6.5, colour=look.ink, ground=look.fill)


Counted = tuple[Mark, int]
_PITCH = 0.2


def dots_height(points: Sequence[Counted], cell: float) -> float:
    """Return the height a cell of dots needs, in inches."""
    return 0.1 + 0.21 * len(_packed(points, cell))


def _packed(points: Sequence[Counted], cell: float) -> list[list[tuple[float, Counted]]]:
    """Return points in lines that fit the width of a cell, each with its distance from the line's start."""
    lines: list[list[tuple[float, Counted]]] = [[]]
    x = 0.0
    for mark, number in points:
        wide = _PITCH + (text_width(str(number), 8) + 0.03 if number > 1 else 0.0)
        if lines[-1] and x + wide > cell - 0.04:
            lines.append([])
            x = 0.0
        lines[-1].append((x, (mark, number)))
        x += wide
    return lines


def dots(
    on: Sheet,
    columns: Columns,
    cells: Mapping[Cell, Sequence[Counted]],
    arrows: Iterable[tuple[Cell, Mark, Cell, Mark]] = (),
) -> None:
    """Set marks into the cells of a matrix, each with its number where more than one row stands behind it.

    An arrow leads from the mark of one cell to that of another.
    """
    panel = on.panels[0]
    _columns(panel, columns)
    places: dict[tuple[Cell, Mark], tuple[float, float]] = {}
    for row, y in on.rows.middle.items():
        high = on.rows.height[row]
        for x in columns.middle.values():
            corner = x - columns.cell / 2 + 0.015, y - high / 2 + 0.015
            _area(panel, corner, columns.cell - 0.03, high - 0.03, Look("", "#f3f3f3"))
        for column, x in columns.middle.items():
            lines = _packed(cells.get((row, column), ()), columns.cell)
            for depth, line in enumerate(lines):
                if not line:
                    continue
                last_x, (_, last_number) = line[-1]
                extent = last_x + (text_width(str(last_number), 8) + 0.03 if last_number > 1 else 0.0)
                for offset, (mark, number) in line:
                    dot = (x + offset - extent / 2, y + (depth - (len(lines) - 1) / 2) * 0.21)
                    _point(panel, *dot, mark)
                    places[(row, column), mark] = dot
                    if number > 1:
                        _write(panel, dot[0] + 0.075, dot[1], str(number), size=8)
    for start, start_mark, end, end_mark in arrows:
        if {(start, start_mark), (end, end_mark)} <= set(places):
            _arch(panel, places[start, start_mark], places[end, end_mark])


def _arch(panel: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Draw an arrow in a flat arch, so that it passes over what lies between."""
    distance = max(0.01, ((end[0] - start[0]) ** 2 + (end[1] - start[1]) ** 2) ** 0.5)
    bend = min(0.6, 0.4 / distance) * (-1 if end[0] >= start[0] else 1)
    arrow = {"arrowstyle": "-|>,head_width=0.22,head_length=0.4", "color": INK, "linewidth": 1.1}
    panel.annotate(
        "",
        xy=end,
        xytext=start,
        zorder=4,
        annotation_clip=False,
        arrowprops={**arrow, "shrinkA": 4, "shrinkB": 4, "connectionstyle": f"arc3,rad={bend}"},
    )


@dataclass(frozen=True)
class Move:
    """From one place on an ordered scale to another; either end hollow where its evidence is weak."""

    start: str
    end: str
    stroke: Stroke
    start_hollow: bool = False
    end_hollow: bool = False
    aside: str = ""


def dumbbells(on: Sheet, moves: Mapping[Any, Move], looks: Mapping[str, Look], aside: float = 0.0) -> None:
    """Draw from → to on an ordered scale, a row each; `aside` inches at the right are kept for a remark."""
    panel = on.panels[0]
    wide = panel.get_xlim()[1] - aside
    step = wide / len(looks)
    place = {code: step * (at + 0.5) for at, code in enumerate(looks)}
    for code, look in looks.items():
        x = place[code]
        for at, line in enumerate(reversed([look.glyph, *wrapped(look.label, step - 0.06, _SMALL)])):
            _write(panel, x, -0.08 - at * _line(_SMALL), line, size=_SMALL, ha="center", va="baseline")
        _rule(on, panel, x)
    for row, move in moves.items():
        y = on.rows.middle[row]
        start, end = (place[move.start], y), (place[move.end], y)
        ends = (start, move.start_hollow), (end, move.end_hollow)
        if start != end:
            onward = 1 if end[0] > start[0] else -1
            panel.plot(
                [start[0], end[0]], [y, y], color=move.stroke.colour, linestyle=move.stroke.style, linewidth=2, zorder=3
            )
            head = Mark("", ">" if onward > 0 else "<", move.stroke.colour)
            _point(panel, end[0] - onward * 0.13, y, head, size=6)
        for (x, _), hollow in ends if start != end else ends[1:]:
            _point(panel, x, y, Mark("", "o", move.stroke.colour, "none" if hollow else "full"), size=8)
        if move.aside:
            _write(panel, wide + 0.08, y, move.aside, size=_SMALL, color=SOFT)


def _rule(on: Sheet, panel: Axes, x: float) -> None:
    """Rule a line down the rows, and not through the headings between them."""
    for row, y in on.rows.middle.items():
        half = on.rows.height[row] / 2
        panel.plot([x, x], [y - half, y + half], color="#dcdcdc", linewidth=0.8, zorder=0)


@dataclass(frozen=True)
class Span:
    """A stretch of days: the start or the end is None where it is open, both where nothing is known."""

    start: pd.Timestamp | None
    end: pd.Timestamp | None
    look: Look
    aside: str = ""
    notch: pd.Timestamp | None = None


def _day(day: pd.Timestamp) -> float:
    """Return a day as Matplotlib counts them."""
    return float((day - pd.Timestamp("1970-01-01")) / pd.Timedelta(days=1))


def _dated(day: float, *, short: bool) -> str:
    date = pd.Timestamp("1970-01-01") + pd.Timedelta(days=day)
    return f"{date.day} {date:%b %Y}" if short else f"{date:%b %Y}"


def bars(on: Sheet, spans: Mapping[Any, Span], windows: Sequence[tuple[pd.Timestamp, pd.Timestamp]]) -> None:
    """Draw stretches of time, a row each, in one panel for each window; an open end fades out in an arrow.

    A span's notch is a day that matters to its row, such as the day it was reported.
    """
    for panel, window in zip(on.panels, windows, strict=True):
        first = panel is on.panels[0]
        wide = panel.get_xlim()[1]
        low, high = (_day(day) for day in window)
        panel.set_xlim(low, high)
        inch = (high - low) / wide
        panel.spines["bottom"].set_visible(True)
        panel.spines["bottom"].set_color(SOFT)
        # AutoDateLocator has no types; five labels of a day or of a month fit the width of a window.
        locator: Any = AutoDateLocator(minticks=2, maxticks=max(3, int(wide / 0.95)))  # type: ignore[no-untyped-call]
        days = [float(day) for day in locator.tick_values(*window) if low <= day <= high]
        panel.set_xticks(days, [_dated(day, short=high - low < 200) for day in days])
        panel.tick_params(axis="x", labelsize=_SMALL, labelcolor=INK, color=SOFT, labelfontfamily=FONT)
        for day in days:
            _rule(on, panel, day)
        for row, span in spans.items():
            if first or span.start is not None or span.end is not None:
                _bar(panel, on.rows.middle[row], span, (low, high), inch)


def _bar(panel: Axes, y: float, span: Span, window: tuple[float, float], inch: float) -> None:
    low, high = window
    if span.start is None and span.end is None:
        _write(panel, low + 0.05 * inch, y, span.aside, size=_SMALL, color=SOFT, style="italic", clip_on=True)
        return
    start = low if span.start is None else _day(span.start)
    end = high if span.end is None else _day(span.end) + 1  # a day ends where the next begins
    if end <= low or start >= high:
        away, x = ("◂", low) if end <= low else ("▸", high)
        _write(panel, x, y, away, size=_SMALL, color=SOFT, ha="left" if end <= low else "right")
    else:
        left, right = max(start, low), min(end, high)
        if right - left < 0.06 * inch:
            left, right = (left + right) / 2 - 0.03 * inch, (left + right) / 2 + 0.03 * inch
        _area(panel, (left, y - 0.075), right - left, 0.15, span.look)
        fade = min(0.45 * inch, (right - left) * 0.75)
        if start <= low:
            _fade(panel, left, fade, y, span.look, open_end=span.start is None)
        if end >= high:
            _fade(panel, right, -fade, y, span.look, open_end=span.end is None)
    if span.notch is not None and low <= (day := _day(span.notch)) <= high:
        panel.plot([day + 0.5] * 2, [y - 0.13, y + 0.13], color=INK, linewidth=1.4, zorder=6)


def _fade(panel: Axes, edge: float, length: float, y: float, look: Look, *, open_end: bool) -> None:
    """Let a bar run out towards the edge: in an arrow where its end is open, cut where it only leaves the window."""
    steps = 10
    for step in range(steps):
        panel.add_patch(
            Rectangle(
                (edge + length * step / steps, y - 0.085),
                length / steps,
                0.17,
                facecolor="white",
                edgecolor="none",
                alpha=(1 - step / steps) * (0.95 if open_end else 0.0),
                zorder=2,
            )
        )
    if open_end:
        ink = look.edge if look.fill == "white" else look.fill
        panel.plot([edge], [y], marker="<" if length > 0 else ">", color=ink, markersize=6, clip_on=False, zorder=6)


def day_lines(on: Sheet, days: Iterable[pd.Timestamp], label: str, most: int = 3) -> None:
    """Mark days across all panels: by a line each with a label where they are few, by ticks along the top where not."""
    marked = sorted(set(days))
    for panel in on.panels:
        low, high = panel.get_xlim()
        shown = [x for x in (_day(day) + 0.5 for day in marked) if low <= x <= high]
        if len(marked) > most:
            for x in shown:
                panel.plot([x, x], [-0.11, -0.01], color=INK, linewidth=0.8, clip_on=False)
        for x in shown if len(marked) <= most else ():
            panel.plot([x, x], [-0.05, on.rows.total], color=INK, linewidth=1.2, linestyle=(0, (4, 2)), zorder=3)
        if shown:
            x = shown[-1] if len(marked) <= most else (shown[0] + shown[-1]) / 2
            place = (x - low) / (high - low)
            side = "left" if place < 0.2 else "right" if place > 0.8 else "center"
            _write(panel, x, -0.2 if len(marked) > most else -0.14, label, size=_SMALL, weight="bold", ha=side)


def windows_around(
    days: pd.Series[Any], marked: pd.Series[Any], near: int = 14
) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
    """Return the windows a time line needs: all of it, and the days near the marked ones where those are but a sliver.

    `days` are all starts and ends, missing ones skipped; `marked` are, say, the days of publication.
    """
    known = pd.concat([days.dropna(), marked])
    first, last = known.min(), known.max()
    pad = max(pd.Timedelta(days=2), (last - first) * 0.06)
    whole = (first - pad, last + pad)
    margin = pd.Timedelta(days=near)
    close = (marked.min() - margin, marked.max() + margin)
    few = (close[1] - close[0]) < 0.25 * (last - first)
    return [whole, close] if few else [whole]


def tallies(title: str, tables: Mapping[str, pd.DataFrame], note: str, per_line: int = 3) -> Sheet:
    """Return small tables of counts side by side, all with the same rows and columns and one scale of greys.

    Zero is left blank: nothing was seen there.
    """
    first = next(iter(tables.values()))
    cell, high = 0.37, 0.235
    left = max(text_width(str(label)) for label in first.index) + 0.2
    per_line = max(1, min(per_line, int((WIDTH - 2 * _MARGIN - left + 0.25) / (cell * first.shape[1] + 0.25))))
    lean = 0.8 * max(text_width(str(label), _SMALL) for label in first.columns)
    block = lean + 0.45 + high * first.shape[0] + 0.1
    lines = -(-len(tables) // per_line)
    rows = Rows({}, {}, {}, [], left, block * lines)
    on = sheet(title, rows=rows, note=note, head=0.05, foot=0.0)
    high_total = on.figure.get_size_inches()[1]
    offset = high_total - on.panels[0].get_position().y1 * high_total
    most = max(1, int(max(table.to_numpy().max() for table in tables.values())))
    for at, (name, table) in enumerate(tables.items()):
        line, place = divmod(at, per_line)
        wide, tall = cell * first.shape[1], high * first.shape[0]
        x = _MARGIN + left + place * (wide + 0.25)
        y = offset + line * block + lean + 0.45
        panel = on.figure.add_axes((x / WIDTH, 1 - (y + tall) / high_total, wide / WIDTH, tall / high_total))
        sns.heatmap(
            table,
            ax=panel,
            cmap="Greys",
            vmin=0,
            vmax=most * 1.35,
            mask=table.eq(0),
            annot=True,
            fmt="d",
            cbar=False,
            linewidths=1,
            linecolor="#e0e0e0",
            annot_kws={"fontsize": _SMALL, "fontfamily": FONT},
        )
        panel.patch.set(facecolor="white")
        for edge in panel.spines.values():
            edge.set(visible=True, color="#d0d0d0")
        panel.set(xlabel="", ylabel="", xticks=[], yticks=[])
        for row, label in enumerate(table.index):
            if place == 0:
                _write(on.paper, x - 0.1, y + high * (row + 0.5), str(label), ha="right")
        for column, label in enumerate(table.columns):
            _write(
                on.paper,
                x + cell * (column + 0.42),
                y - 0.06,
                str(label),
                size=_SMALL,
                rotation=50,
                rotation_mode="anchor",
                va="baseline",
            )
        heading = wrapped(name, wide + 0.2, _TEXT, "bold")
        _write(on.paper, x, y - lean - 0.3, heading[0] + (" …" if heading[1:] else ""), weight="bold")
    return on


# ── A picture ─────────────────────────────────────────────────────────────────────────────────────


class Picture:
    """A sheet as a notebook shows it: a PNG that carries its alternative text wherever it goes."""

    def __init__(self, on: Sheet, alt: str) -> None:
        self.alt = " ".join(f"{on.title} {alt} {on.note}".split())
        canvas: Any = FigureCanvasAgg(on.figure)
        canvas.draw()
        # 255 colours are all that a figure has, at half the bytes. No version and no date: the same tables give
        # the same file.
        image = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
        image = image.quantize(255, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        words = PngInfo()
        words.add_itxt("Description", self.alt)
        buffer = io.BytesIO()
        image.save(buffer, format="png", optimize=True, pnginfo=words)
        self.png = buffer.getvalue()

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        data = {"image/png": self.png, "text/plain": self.alt}
        return data, {"image/png": {"alt": self.alt, "width": _SHOWN_PX}}
