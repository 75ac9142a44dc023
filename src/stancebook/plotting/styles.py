"""Colours, hatches, markers and lines for codes: every style can be read without colour."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Self, TypeVar

import seaborn as sns  # type: ignore[import-untyped]
from matplotlib.colors import to_rgb
from matplotlib.typing import LineStyleType

TEXT_COLOR, MUTED_COLOR, OUTLINE_COLOR = "#1a1a1a", "#555555", "#c9c9c9"

_DIVERGING = ("#b35806", "#f6b56b", "#ececec", "#9ecae1", "#08519c")
_GREYS = ("#eeeeee", "#555555")
# The Okabe-Ito palette, darkened for white paper; a shape for each colour serves colour-blind readers and grey prints.
_NOMINAL_COLORS, _NOMINAL_SHAPES = ("#0072B2", "#D55E00", "#009E73", "#8A3A78", "#B8860B", "#333333"), "os^DvP"

Key = TypeVar("Key", bound=Hashable)
FillPattern = Literal["full", "left", "none"]
_EVIDENCE_SHAPES = "oo^sD"
_EVIDENCE_FILLS: tuple[FillPattern, ...] = ("full", "left", "full", "full", "none")


@dataclass(frozen=True)
class FillStyle:
    """How a value fills a cell or a bar.

    Attributes:
        label: What the legend calls the value.
        color: The colour of the area.
        glyph: A short text on the area that names the value without colour.
        hatch: A Matplotlib hatch pattern.
        edge_color: The colour of the outline and of the hatch.
        dashed: Whether the outline is dashed.
    """

    label: str
    color: str
    glyph: str = ""
    hatch: str = ""
    edge_color: str = "white"
    dashed: bool = False

    @property
    def text_color(self) -> str:
        """The colour of text that can be read on this fill."""
        red, green, blue = to_rgb(self.color)
        return "white" if 0.299 * red + 0.587 * green + 0.114 * blue < 0.5 else TEXT_COLOR

    def with_glyph(self, glyph: str) -> Self:
        """Return the same style with another glyph."""
        return replace(self, glyph=glyph)


@dataclass(frozen=True)
class MarkerStyle:
    """How a value looks as a point: shape and fill distinguish it, colour repeats it.

    Attributes:
        label: What the legend calls the value.
        shape: A Matplotlib marker.
        color: The colour of the outline and of the fill.
        fill: Which part of the marker is filled.
    """

    label: str
    shape: str = "o"
    color: str = TEXT_COLOR
    fill: FillPattern = "full"

    def hollow(self) -> Self:
        """Return the same marker, not filled: weaker evidence for the same value."""
        return replace(self, fill="none")

    def half_filled(self) -> Self:
        """Return the same marker, half filled: the same value, partly withdrawn."""
        return replace(self, fill="left")


@dataclass(frozen=True)
class LineStyle:
    """How a value looks as a line.

    Attributes:
        label: What the legend calls the value.
        color: The colour of the line.
        dashes: A Matplotlib line style.
    """

    label: str
    color: str
    dashes: LineStyleType = "solid"


LegendEntry = FillStyle | MarkerStyle | LineStyle

UNKNOWN = FillStyle("unknown", "white", hatch="////", edge_color="#cfcfcf")
NONE = FillStyle("none", "white", edge_color=OUTLINE_COLOR)


def ordinal_styles(codes: Sequence[str]) -> dict[str, FillStyle]:
    """Return fill styles for an ordered scale that diverges from its middle.

    Args:
        codes: The codes from one end of the scale to the other; an odd number.

    Returns:
        A style for each code: minus signs below the middle, `±` in the middle, plus signs above it.

    Raises:
        ValueError: The number of codes is even, so that there is no middle.
    """
    if len(codes) % 2 == 0:
        raise ValueError(f"a diverging scale needs a middle; {len(codes)} codes have none")
    half = len(codes) // 2
    glyphs = ["−" * (half - rank) or "±" if rank <= half else "+" * (rank - half) for rank in range(len(codes))]
    styles = zip(codes, sns.blend_palette(_DIVERGING, len(codes)).as_hex(), glyphs, strict=True)
    return {code: FillStyle(code.replace("_", " "), color, glyph) for code, color, glyph in styles}


def count_styles(maximum: int) -> list[FillStyle]:
    """Return fill styles for the numbers from 0 to `maximum`: darker for more, with the number as glyph."""
    colors = ["#ffffff", *sns.blend_palette(_GREYS, maximum).as_hex()]
    return [FillStyle(str(number), color, str(number), edge_color=OUTLINE_COLOR) for number, color in enumerate(colors)]


def nominal_markers(labels: Mapping[Key, str]) -> dict[Key, MarkerStyle]:
    """Return a marker of its own for each of at most six labels, in the order given.

    Raises:
        ValueError: There are more labels than markers that can be distinguished.
    """
    limit = len(_NOMINAL_SHAPES)
    if len(labels) > limit:
        raise ValueError(f"{len(labels)} markers cannot be distinguished; keep {limit - 1} and fold the rest into one")
    styles = zip(labels.items(), _NOMINAL_SHAPES, _NOMINAL_COLORS, strict=False)
    return {key: MarkerStyle(label, shape, color) for (key, label), shape, color in styles}


def evidence_markers(labels: Mapping[Key, str]) -> dict[Key, MarkerStyle]:
    """Return a marker for each of five kinds of evidence, strongest first; the weakest is hollow."""
    styles = zip(labels.items(), _EVIDENCE_SHAPES, _EVIDENCE_FILLS, strict=True)
    return {key: MarkerStyle(label, shape, fill=fill) for (key, label), shape, fill in styles}
