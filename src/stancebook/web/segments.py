"""Cut a text into flat segments, and give rows that overlap different lanes."""

from __future__ import annotations

import heapq
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

Span = tuple[int, int]

_BLANK_LINES = re.compile(r"(?:\r\n|\n|\r)(?:[ \t]*(?:\r\n|\n|\r))+")


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a text in which no row starts or ends.

    Attributes:
        rows: The numbers of the rows whose passages it is a part of, in the order of their starts.
        starting: Those of which it is the first segment.
    """

    start: int
    end: int
    rows: tuple[int, ...]
    starting: tuple[int, ...]


def assign_lanes(spans: Sequence[Span]) -> list[int]:
    """Return a lane for each span, from 0, such that spans that overlap differ; the number of lanes is the least.

    Args:
        spans: Start and end of each span, none of them empty.
    """
    lanes = [0] * len(spans)
    busy: list[tuple[int, int]] = []
    free: list[int] = []
    used = 0
    for number in sorted(range(len(spans)), key=lambda number: (spans[number][0], -spans[number][1], number)):
        start, end = spans[number]
        while busy and busy[0][0] <= start:
            heapq.heappush(free, heapq.heappop(busy)[1])
        if free:
            lanes[number] = heapq.heappop(free)
        else:
            lanes[number] = used
            used += 1
        heapq.heappush(busy, (end, lanes[number]))
    return lanes


def cut_segments(blocks: Sequence[Span], spans: Sequence[Span]) -> Iterator[list[Segment]]:
    """Yield the segments of each block of a text.

    Args:
        blocks: Start and end of each block; together they are the text.
        spans: Start and end of each row, none of them empty.
    """
    starts, ends = _by_offset(spans, 0), _by_offset(spans, 1)
    cuts = sorted({*starts, *ends})
    position = 0
    active: dict[int, None] = {}
    for block_start, block_end in blocks:
        segments = []
        at = block_start
        while at < block_end:
            while position < len(cuts) and cuts[position] <= at:
                for number in ends.get(cuts[position], ()):
                    active.pop(number, None)
                active.update(dict.fromkeys(starts.get(cuts[position], ())))
                position += 1
            until = min(block_end, cuts[position]) if position < len(cuts) else block_end
            segments.append(Segment(at, until, tuple(active), tuple(starts.get(at, ()))))
            at = until
        yield segments


def cut_blocks(text: str) -> list[Span]:
    """Return start and end of each block of a text; a block ends with the blank lines after it."""
    ends = [found.end() for found in _BLANK_LINES.finditer(text)]
    bounds = [0, *(end for end in ends if end < len(text)), len(text)]
    return [(start, end) for start, end in pairwise(bounds) if start < end]


def _by_offset(spans: Sequence[Span], side: int) -> Mapping[int, list[int]]:
    found: defaultdict[int, list[int]] = defaultdict(list)
    for number, span in enumerate(spans):
        found[span[side]].append(number)
    return found
