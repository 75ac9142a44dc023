"""What the signs of a figure mean, in lines as full as can be."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from stancebook.plotting.draw import area, point, write
from stancebook.plotting.measure import SMALL, text_width
from stancebook.plotting.styles import Look, Mark, Sign

_LINE = 0.23


def legend_lines(signs: Sequence[Sign], width: float) -> list[list[Sign]]:
    """Return signs in lines that fit a width."""
    lines: list[list[Sign]] = []
    for sign in signs:
        if lines and sum(map(_wide, [*lines[-1], sign])) <= width:
            lines[-1].append(sign)
        else:
            lines.append([sign])
    return lines


def legend_height(lines: Sequence[Sequence[Sign]]) -> float:
    """Return how many inches these lines need."""
    return _LINE * len(lines) + 0.07 if lines else 0.0


def draw_legend(paper: Axes, left: float, top: float, lines: Sequence[Sequence[Sign]]) -> None:
    """Draw signs with their labels."""
    for number, line in enumerate(lines):
        x, y = left, top + _LINE * number + 0.13
        for sign in line:
            _draw_sign(paper, x, y, sign)
            write(paper, x + 0.4, y, sign.label, SMALL)
            x += _wide(sign)


def _wide(sign: Sign) -> float:
    return 0.42 + text_width(sign.label, SMALL) + 0.2


def _draw_sign(paper: Axes, x: float, y: float, sign: Sign) -> None:
    if isinstance(sign, Look):
        area(paper, (x, y - 0.085), 0.32, 0.17, sign)
        write(paper, x + 0.16, y, sign.glyph, SMALL, color=sign.ink, ha="center", weight="bold")
    elif isinstance(sign, Mark):
        point(paper, x + 0.22, y, sign)
    else:
        paper.plot([x, x + 0.32], [y, y], color=sign.colour, linestyle=sign.style, linewidth=2.2)
