"""A sheet as a notebook shows it."""

import io
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from stancebook.plotting.figure import Sheet

_SHOWN_PX = 850


class Picture:
    """A PNG that carries its alternative text wherever it goes: title, what is to be seen, and what it rests on."""

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
