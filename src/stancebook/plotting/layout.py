"""Where the rows and columns of a figure stand, in inches, so that all of their labels fit."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Self

from stancebook.plotting.measure import line_height, text_width, wrapped
from stancebook.plotting.styles import Key

WIDTH = 8.5  # at 100 pixels an inch this is the 850 px that GitHub gives a notebook
MARGIN = 0.12

_HEADING, _ROW, _GAP = 0.32, 0.27, 0.14
_NARROWEST, _WIDEST = 0.2, 1.25
SLANT = 50  # degrees; below are its sine and its cosine
_RISE, _LEAN = 0.77, 0.64


def _runs(labels: Mapping[Key, str], groups: Mapping[Key, str] | None) -> list[tuple[str, list[Key]]]:
    """Return keys that follow each other and are of one group, with the group's heading."""
    found = groupby(labels, key=lambda key: groups[key] if groups else "")
    return [(heading, list(keys)) for heading, keys in found]


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
        widest: float = 2.5,
        heights: Mapping[Key, float] | None = None,
    ) -> Self:
        """Place rows in the order given, a heading wherever the group changes; a long label takes several lines.

        No label is wider than `widest`; a row is at least as high as `heights` says.
        """
        at = 0.0
        lines = {key: wrapped(label, widest) for key, label in labels.items()}
        middle, height, headings = {}, {}, []
        for heading, keys in _runs(labels, groups):
            if heading:
                headings.append((at + 0.6 * _HEADING, heading))
                at += _HEADING
            for key in keys:
                height[key] = max(_ROW, len(lines[key]) * line_height() + 0.08, (heights or {}).get(key, 0.0))
                middle[key] = at + height[key] / 2
                at += height[key]
        widths = [text_width(line) for several in lines.values() for line in several]
        # A heading may run out over the figure's own area, where nothing stands on its line.
        return cls(middle, height, lines, headings, max(widths, default=0.5) + 0.12, at)

    @property
    def room(self) -> float:
        """How many inches the labels leave to what is drawn."""
        return WIDTH - 2 * MARGIN - self.width


@dataclass(frozen=True)
class Columns:
    """Where columns stand: their middles in inches from the left, and how their labels are set."""

    middle: dict[Any, float]
    lines: dict[Any, list[str]]
    headings: list[tuple[float, float, str]]
    cell: float
    head: float
    slanted: bool

    @classmethod
    def of(cls, labels: Mapping[Key, str], *, width: float, groups: Mapping[Key, str] | None = None) -> Self:
        """Place columns in a width, with a gap wherever the group changes; labels too wide for theirs are slanted."""
        runs = _runs(labels, groups)
        flat = {key: " ".join(label.split()) for key, label in labels.items()}
        longest = max(map(text_width, flat.values()), default=0.0)
        width -= _GAP * (len(runs) - 1)
        cell = _cell(width, len(labels))
        slanted = any(text_width(word) > cell - 0.02 for label in flat.values() for word in label.split())
        if slanted:
            cell = min(cell, _cell(width - longest * _LEAN, len(labels)))
            lines = {key: [label] for key, label in flat.items()}
            deep = longest * _RISE + 0.12
        else:
            lines = {key: wrapped(label, cell - 0.02) for key, label in labels.items()}
            deep = max(map(len, lines.values()), default=1) * line_height()
        at = 0.0
        middle, headings = {}, []
        for heading, keys in runs:
            middle.update({key: at + cell * (number + 0.5) for number, key in enumerate(keys)})
            if heading:
                headings.append((at, at + cell * len(keys), heading))
            at += cell * len(keys) + _GAP
        return cls(middle, lines, headings, cell, deep + 0.08 + (0.3 if headings else 0.0), slanted)


def _cell(width: float, number: int) -> float:
    return max(_NARROWEST, min(_WIDEST, width / max(1, number)))
