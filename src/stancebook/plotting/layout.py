"""Where rows and columns of a figure are, in inches, so that all of their labels fit."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Any, Self

from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from stancebook.plotting.styles import Key

FONT = "DejaVu Sans"  # comes with Matplotlib: the same widths on every machine
TITLE_PT, TEXT_PT, SMALL_PT, TINY_PT = 13.0, 9.5, 9.0, 8.0

FIGURE_WIDTH = 8.5  # 850 px at 100 px per inch: the width that GitHub gives a notebook
MARGIN = 0.12
LABEL_ANGLE = 50  # degrees

_HEADING_HEIGHT, _MIN_ROW_HEIGHT, _GROUP_GAP = 0.32, 0.27, 0.14
_MIN_CELL_WIDTH, _MAX_CELL_WIDTH = 0.2, 1.25
_SINE, _COSINE = 0.77, 0.64  # of LABEL_ANGLE


@lru_cache(maxsize=8192)
def text_width(text: str, size: float = TEXT_PT, weight: str = "normal") -> float:
    """Return the width of a line of text in inches."""
    font = FontProperties(family=FONT, weight=weight, size=size)
    return float(text_to_path.get_text_width_height_descent(text, font, ismath=False)[0]) / 72


def line_height(size: float = TEXT_PT) -> float:
    """Return the distance from line to line in inches."""
    return size * 1.32 / 72


def wrap_text(text: str, width: float, size: float = TEXT_PT, weight: str = "normal") -> list[str]:
    """Return a text as lines that are no wider than `width` inches, except for single long words."""
    lines = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split():
            longer = f"{line} {word}".strip()
            if line and text_width(longer, size, weight) > width:
                lines.append(line)
                line = word
            else:
                line = longer
        lines.append(line)
    return lines


def _runs(labels: Mapping[Key, str], groups: Mapping[Key, str] | None) -> list[tuple[str, list[Key]]]:
    """Return consecutive keys of one group, with the group's heading."""
    runs = groupby(labels, key=lambda key: groups[key] if groups else "")
    return [(heading, list(keys)) for heading, keys in runs]


@dataclass(frozen=True)
class RowLayout:
    """The vertical layout of a figure, in inches from the top of its panels.

    Attributes:
        centers: The middle of each row.
        heights: The height of each row.
        label_lines: The label of each row, as lines.
        headings: The middle and the text of each group's heading.
        label_width: The width of the labels, with the space after them.
        total_height: The height of all rows and headings.
    """

    centers: dict[Any, float]
    heights: dict[Any, float]
    label_lines: dict[Any, list[str]]
    headings: list[tuple[float, str]]
    label_width: float
    total_height: float

    @classmethod
    def fit(
        cls,
        labels: Mapping[Key, str],
        *,
        groups: Mapping[Key, str] | None = None,
        max_label_width: float = 2.5,
        min_heights: Mapping[Key, float] | None = None,
    ) -> Self:
        """Lay out rows in the order given, with a heading wherever the group changes.

        Args:
            labels: The label of each row, by its key.
            groups: The heading above each row's group, by key; no headings if None.
            max_label_width: The width in inches at which labels are broken into lines.
            min_heights: The height in inches that some rows need, by key.
        """
        top = 0.0
        lines = {key: wrap_text(label, max_label_width) for key, label in labels.items()}
        centers, heights, headings = {}, {}, []
        for heading, keys in _runs(labels, groups):
            if heading:
                headings.append((top + 0.6 * _HEADING_HEIGHT, heading))
                top += _HEADING_HEIGHT
            for key in keys:
                needed = (min_heights or {}).get(key, 0.0)
                heights[key] = max(_MIN_ROW_HEIGHT, len(lines[key]) * line_height() + 0.08, needed)
                centers[key] = top + heights[key] / 2
                top += heights[key]
        widths = [text_width(line) for label_lines in lines.values() for line in label_lines]
        # A heading may extend over the panels, where nothing is drawn on its line.
        return cls(centers, heights, lines, headings, max(widths, default=0.5) + 0.12, top)

    @property
    def panel_width(self) -> float:
        """The width in inches that the labels leave to the panels."""
        return FIGURE_WIDTH - 2 * MARGIN - self.label_width


@dataclass(frozen=True)
class ColumnLayout:
    """The horizontal layout of a panel, in inches from its left.

    Attributes:
        centers: The middle of each column.
        label_lines: The label of each column, as lines.
        headings: The start, the end and the text of each group's heading.
        cell_width: The width of a column.
        header_height: The height of labels and headings.
        rotated: Whether the labels are rotated.
    """

    centers: dict[Any, float]
    label_lines: dict[Any, list[str]]
    headings: list[tuple[float, float, str]]
    cell_width: float
    header_height: float
    rotated: bool

    @classmethod
    def fit(cls, labels: Mapping[Key, str], *, width: float, groups: Mapping[Key, str] | None = None) -> Self:
        """Lay out columns in the order given; labels that are wider than their column are rotated.

        Args:
            labels: The label of each column, by its key.
            width: The width in inches that the columns share.
            groups: The heading above each column's group, by key; there is a gap wherever the group changes.
        """
        runs = _runs(labels, groups)
        flat = {key: " ".join(label.split()) for key, label in labels.items()}
        longest = max(map(text_width, flat.values()), default=0.0)
        width -= _GROUP_GAP * (len(runs) - 1)
        cell = _cell_width(width, len(labels))
        rotated = any(text_width(word) > cell - 0.02 for label in flat.values() for word in label.split())
        if rotated:
            cell = min(cell, _cell_width(width - longest * _COSINE, len(labels)))
            lines = {key: [label] for key, label in flat.items()}
            label_height = longest * _SINE + 0.12
        else:
            lines = {key: wrap_text(label, cell - 0.02) for key, label in labels.items()}
            label_height = max(map(len, lines.values()), default=1) * line_height()
        left = 0.0
        centers, headings = {}, []
        for heading, keys in runs:
            centers.update({key: left + cell * (index + 0.5) for index, key in enumerate(keys)})
            if heading:
                headings.append((left, left + cell * len(keys), heading))
            left += cell * len(keys) + _GROUP_GAP
        return cls(centers, lines, headings, cell, label_height + 0.08 + (0.3 if headings else 0.0), rotated)


def _cell_width(width: float, columns: int) -> float:
    return max(_MIN_CELL_WIDTH, min(_MAX_CELL_WIDTH, width / max(1, columns)))
