"""A figure with title and note as a PNG image that carries its alternative text."""

from __future__ import annotations

import io
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from stancebook.plotting.text import wrap_label

_LINE, _PADDING = 0.15, 0.12  # inches of a row: for each line of its label, and around it
_MARGIN = 0.08  # inches
_TITLE, _NOTE = 72, 124  # characters of a line; the figure wraps what is still too wide
_DISPLAY_PX = 850


def add_caption(ax: Axes, title: str, note: str) -> None:
    """Write a title above a figure and a note below it, and make the figure as high as the rows of the axes need.

    Args:
        ax: The only axes of the figure, with rows of a height of one.
        title: The finding that the figure shows.
        note: How to read the figure, and its sample sizes.
    """
    figure: Any = ax.figure
    figure.set_layout_engine("constrained", h_pad=_MARGIN, w_pad=_MARGIN)
    left = {"x": 0.01, "ha": "left", "wrap": True}
    figure.suptitle(wrap_label(title, _TITLE), weight="bold", size=13, **left)
    figure.supxlabel(wrap_label(note, _NOTE), size=9, color="0.35", **left)
    lines = max((label.get_text().count("\n") + 1 for label in ax.get_yticklabels()), default=1)
    height = abs(np.subtract(*ax.get_ylim())) * (_LINE * lines + _PADDING)
    # The layout gives to the axes what text leaves of the height: measure the text once, with room for all of it.
    figure.set_figheight(height + 9)
    figure.draw_without_rendering()
    figure.set_figheight(figure.get_figheight() - ax.get_position().height * figure.get_figheight() + height)


class PngImage:
    """A figure as a PNG image that carries its alternative text, for display in a notebook.

    Attributes:
        png: The image file: equal figures give equal bytes.
        alt: The alternative text: the title, what the figure shows, and its note.
    """

    def __init__(self, ax: Axes, *, title: str, alt: str, note: str) -> None:
        """Caption a figure, render it and close it.

        Args:
            ax: The only axes of the figure.
            title: The finding that the figure shows.
            alt: What the figure shows, in words.
            note: How to read the figure, and its sample sizes.
        """
        add_caption(ax, title, note)
        self.alt = " ".join(f"{title}. {alt} {note}".split())
        canvas: Any = FigureCanvasAgg(ax.figure)  # type: ignore[arg-type]
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
        plt.close(ax.get_figure(root=True))

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        data = {"image/png": self.png, "text/plain": self.alt}
        return data, {"image/png": {"alt": self.alt, "width": _DISPLAY_PX}}
