"""Colours, and signs for codes, so that a figure can be read without colour."""

from collections.abc import Sequence
from typing import Any

import seaborn as sns  # type: ignore[import-untyped]


def set_theme(**rc: Any) -> None:
    """Set seaborn's theme for the figures of this package: colours for colour-blind readers, and room for all labels.

    Args:
        rc: Settings of Matplotlib that replace those of the theme.
    """
    settings = {
        "figure.constrained_layout.use": True,
        "figure.figsize": (8.5, 6),
        "figure.dpi": 144,
        "font.size": 10,
        "text.parse_math": False,  # a dollar sign is a dollar sign
    }
    sns.set_theme("paper", "white", "colorblind", "DejaVu Sans", rc=settings | rc)


def ordinal_signs(codes: Sequence[str]) -> dict[str, str]:
    """Return a sign for each code of an ordered scale that diverges from its middle.

    Args:
        codes: The codes from one end of the scale to the other; an odd number.

    Returns:
        Minus signs below the middle, `±` in the middle, plus signs above it.

    Raises:
        ValueError: The number of codes is even, so that there is no middle.
    """
    if len(codes) % 2 == 0:
        raise ValueError(f"a diverging scale needs a middle; {len(codes)} codes have none")
    half = len(codes) // 2
    return {code: "−" * (half - rank) or "+" * (rank - half) or "±" for rank, code in enumerate(codes)}


def code_colors(codes: Sequence[str], *, ordered: bool) -> dict[str, Any]:
    """Return a colour for each code: of a diverging palette if the codes are ordered, else of one of equal pastels."""
    return dict(zip(codes, sns.color_palette("RdYlBu" if ordered else "pastel", len(codes)), strict=True))
