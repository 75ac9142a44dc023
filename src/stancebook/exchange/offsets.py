"""Offsets of tools in code points: units, line ends that count once, and texts that differ in line ends."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

Unit = Literal["points", "utf-16", "utf-8"]
UNITS: tuple[Unit, ...] = ("points", "utf-16", "utf-8")
BYTE_ORDER_MARK = "\ufeff"
_FIRST_ASTRAL = "\U00010000"  # the first character that takes two units of UTF-16

_LENGTHS: dict[Unit, Callable[[str], int]] = {
    "points": lambda _: 1,
    "utf-16": lambda character: 1 + (character >= _FIRST_ASTRAL),
    "utf-8": lambda character: len(character.encode()),
}


@dataclass(frozen=True, slots=True)
class Convention:
    """How a tool counts the characters of a text.

    Attributes:
        unit: What it counts.
        crlf_is_one: Whether CR and LF together count as one.
        counts_bom: Whether a byte order mark counts that the tool's text has not.
        inclusive: Whether the end of a span is its last character, not the one after.
    """

    unit: Unit = "points"
    crlf_is_one: bool = False
    counts_bom: bool = False
    inclusive: bool = False

    def __str__(self) -> str:
        parts = [
            {"points": "code points", "utf-16": "UTF-16 units", "utf-8": "UTF-8 bytes"}[self.unit],
            *["CR LF as one"] * self.crlf_is_one,
            *["with a byte order mark"] * self.counts_bom,
            *["the end included"] * self.inclusive,
        ]
        return ", ".join(parts)


class Offsets:
    """The offsets of a text in the convention of a tool."""

    def __init__(self, text: str, convention: Convention) -> None:
        self.text = text
        self.convention = convention

    @cached_property
    def _forward(self) -> list[int]:
        """The tool's offset of each code point, and of the end of the text."""
        length, crlf_is_one = _LENGTHS[self.convention.unit], self.convention.crlf_is_one
        offsets, offset = [], int(self.convention.counts_bom)
        for point, character in enumerate(self.text):
            offsets.append(offset)
            if not (crlf_is_one and character == "\r" and self.text[point + 1 : point + 2] == "\n"):
                offset += length(character)
        return [*offsets, offset]

    def from_points(self, start: int, end: int) -> tuple[int, int]:
        """Return the tool's offsets of a passage, given in code points."""
        return self._forward[start], self._forward[end] - self.convention.inclusive

    def to_points(self, start: int, end: int) -> tuple[int, int] | None:
        """Return the passage between offsets of the tool, in code points.

        Returns:
            Its start and its end; None if an offset is outside of the text or in the middle of a character, or if
            there is nothing between them.
        """
        first, last = self._point(start), self._point(end + self.convention.inclusive)
        return None if first is None or last is None or first >= last else (first, last)

    def _point(self, offset: int) -> int | None:
        """Return the code point at an offset: of CR and LF that count as one, the CR."""
        point = bisect_left(self._forward, offset)
        return point if point < len(self._forward) and self._forward[point] == offset else None


class TextMap:
    """Finds passages of a text in another one that may differ in line ends, in byte order marks, and at its end."""

    def __init__(self, source: str, target: str) -> None:
        """Compare two texts.

        Args:
            source: The text in which passages are given.
            target: The text in which they are sought.
        """
        self.source = source
        self.target = target

    @cached_property
    def _points(self) -> tuple[list[int], list[int]]:
        """Where the characters that both texts have are in each of them, and where both end."""
        return [*_kept(self.source)], [*_kept(self.target)]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return a passage of the source as one of the target; empty if it has nothing that the target has."""
        if self.source == self.target:
            return start, end
        source, target = self._points
        first, after = bisect_left(source, start), bisect_left(source, end)
        if first >= after:
            return 0, 0
        return target[first], target[after - 1] + 1


def fold(text: str) -> str:
    """Return a text with LF as line ends, without a byte order mark, and without line ends at its end."""
    return text.removeprefix(BYTE_ORDER_MARK).replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")


def _kept(text: str) -> Iterator[int]:
    """Yield the places of the characters that `fold` keeps; of CR and LF, that of LF."""
    for point in range(text.startswith(BYTE_ORDER_MARK), len(text.rstrip("\r\n"))):
        if not text.startswith("\r\n", point):
            yield point


def first_difference(one: str, other: str) -> int:
    """Return the first offset at which two texts differ."""
    pairs = zip(one, other, strict=False)
    return next((point for point, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
