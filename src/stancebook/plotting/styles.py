"""What a value looks like as an area, a point or a line, in colour or without."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Self, TypeVar

import seaborn as sns  # type: ignore[import-untyped]
from matplotlib.colors import to_rgb
from matplotlib.typing import LineStyleType

INK, SOFT, LINE = "#1a1a1a", "#555555", "#c9c9c9"

_DIVERGING = ("#b35806", "#f6b56b", "#ececec", "#9ecae1", "#08519c")
_GREYS = ("#eeeeee", "#555555")
# Okabe and Ito's colours, each with a shape of its own: neither the colour-blind nor a grey print loses one.
_NOMINAL = (
    ("#0072B2", "o"),
    ("#D55E00", "s"),
    ("#009E73", "^"),
    ("#8A3A78", "D"),
    ("#B8860B", "v"),
    ("#333333", "P"),
)

Key = TypeVar("Key", bound=Hashable)
Fill = Literal["full", "left", "none"]
_EVIDENCE: tuple[tuple[str, Fill], ...] = (("o", "full"), ("o", "left"), ("^", "full"), ("s", "full"), ("D", "none"))


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
        red, green, blue = to_rgb(self.fill)
        return "white" if 0.299 * red + 0.587 * green + 0.114 * blue < 0.5 else INK

    def saying(self, glyph: str) -> Self:
        """Return the same look with other words on it."""
        return replace(self, glyph=glyph)


@dataclass(frozen=True)
class Mark:
    """How a value looks as a point: shape and filling say it, colour only repeats it."""

    label: str
    shape: str = "o"
    colour: str = INK
    fill: Fill = "full"

    def hollow(self) -> Self:
        """Return the same mark, empty: weaker evidence for the same thing."""
        return replace(self, fill="none")

    def half(self) -> Self:
        """Return the same mark, half full: the same thing, no longer whole."""
        return replace(self, fill="left")


@dataclass(frozen=True)
class Stroke:
    """How a value looks as a line."""

    label: str
    colour: str
    style: LineStyleType = "solid"


Sign = Look | Mark | Stroke

UNKNOWN = Look("unknown", "white", hatch="////", edge="#cfcfcf")
NONE = Look("none", "white", edge=LINE)


def ordinal(codes: Sequence[str]) -> dict[str, Look]:
    """Return looks for an ordered scale with a middle: minus signs below it, plus signs above.

    Raises ValueError for an even number of codes, which has no middle to diverge from.
    """
    if len(codes) % 2 == 0:
        raise ValueError(f"a scale that diverges has a middle; {len(codes)} codes have none")
    half = len(codes) // 2
    glyphs = ["−" * (half - at) or "±" if at <= half else "+" * (at - half) for at in range(len(codes))]
    fills = sns.blend_palette(_DIVERGING, len(codes)).as_hex()
    return {
        code: Look(code.replace("_", " "), fill, glyph) for code, fill, glyph in zip(codes, fills, glyphs, strict=True)
    }


def shades(most: int) -> list[Look]:
    """Return looks for the numbers from 0 to `most`: the more the darker, and each says its number."""
    fills = ["#ffffff", *sns.blend_palette(_GREYS, most).as_hex()]
    return [Look(str(number), fill, str(number), edge=LINE) for number, fill in enumerate(fills)]


def nominal(labels: Mapping[Key, str]) -> dict[Key, Mark]:
    """Return a mark of its own for each label, in the order given. Raises ValueError beyond six: fold the rest."""
    if len(labels) > len(_NOMINAL):
        raise ValueError(f"{len(labels)} marks cannot be told apart; keep {len(_NOMINAL) - 1} and fold the rest")
    return {
        key: Mark(label, shape, colour) for (key, label), (colour, shape) in zip(labels.items(), _NOMINAL, strict=False)
    }


def evidence(labels: Mapping[Key, str]) -> dict[Key, Mark]:
    """Return a mark for each of five kinds of evidence, strongest first; the weakest is hollow."""
    return {
        key: Mark(label, shape, fill=fill)
        for (key, label), (shape, fill) in zip(labels.items(), _EVIDENCE, strict=True)
    }
