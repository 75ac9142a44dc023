"""The strokes that every figure is made of."""

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.markers import MarkerStyle
from matplotlib.patches import Rectangle

from stancebook.plotting.measure import FONT, TEXT, line_height
from stancebook.plotting.styles import INK, Look, Mark


def write(axes: Axes, x: float, y: float, text: str, size: float = TEXT, **how: Any) -> None:
    """Write a line of text, from its left and on its middle unless told otherwise."""
    # A dollar sign is money, not mathematics.
    axes.text(
        x, y, text, fontsize=size, fontfamily=FONT, parse_math=False, **{"color": INK, "va": "center_baseline", **how}
    )


def write_down(axes: Axes, x: float, top: float, lines: Sequence[str], size: float = TEXT, **how: Any) -> None:
    """Write lines below each other."""
    for at, line in enumerate(lines):
        write(axes, x, top + (at + 0.5) * line_height(size), line, size, **how)


def area(axes: Axes, corner: tuple[float, float], wide: float, high: float, look: Look) -> None:
    """Fill a rectangle."""
    patch = Rectangle(corner, wide, high, facecolor=look.fill, edgecolor=look.edge, hatch=look.hatch, linewidth=1.0)
    if look.dashed:
        patch.set_linestyle((0, (3, 2)))
    axes.add_patch(patch)


def point(axes: Axes, x: float, y: float, mark: Mark, *, size: float = 7.0, ground: str = "white") -> None:
    """Set a mark on a ground, which shows through where the mark is not filled."""
    empty = mark.fill == "none"
    axes.plot(
        [x],
        [y],
        linestyle="none",
        marker=MarkerStyle(mark.shape, fillstyle="full" if empty else mark.fill),
        markersize=size,
        color=ground if empty else mark.colour,
        markerfacecoloralt=ground,
        markeredgecolor=mark.colour,
        markeredgewidth=1.3,
        clip_on=False,
        zorder=5,
    )
