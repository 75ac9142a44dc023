"""The room a text takes, in inches, before it is drawn."""

from functools import lru_cache

from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

FONT = "DejaVu Sans"  # comes with Matplotlib: the same letters on every machine
TITLE, TEXT, SMALL, TINY = 13.0, 9.5, 9.0, 8.0


@lru_cache(maxsize=8192)
def text_width(text: str, size: float = TEXT, weight: str = "normal") -> float:
    """Return how many inches wide a line of text is."""
    font = FontProperties(family=FONT, weight=weight, size=size)
    return float(text_to_path.get_text_width_height_descent(text, font, ismath=False)[0]) / 72


def line_height(size: float = TEXT) -> float:
    """Return how many inches from line to line."""
    return size * 1.32 / 72


def wrapped(text: str, width: float, size: float = TEXT, weight: str = "normal") -> list[str]:
    """Return a text as lines that are no wider than so many inches; only a single long word is."""
    lines = []
    for part in text.split("\n"):
        line = ""
        for word in part.split():
            longer = f"{line} {word}".strip()
            if line and text_width(longer, size, weight) > width:
                lines.append(line)
                line = word
            else:
                line = longer
        lines.append(line)
    return lines
