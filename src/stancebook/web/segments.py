"""Cut a text into flat segments, and give rows that overlap different lanes."""

from __future__ import annotations

import heapq
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
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


def assign_lanes(spans: Sequence[Span], groups: Sequence[int] = ()) -> list[int]:
    """Return a lane for each span, from 0, such that spans that overlap differ; the number of lanes is the least.

    Args:
        spans: Start and end of each span, none of them empty.
        groups: The group of each span. Where spans overlap, those of one group have the lanes next to each other, and
            those of a lower group have the lower lanes. All are in one group if it is empty.
    """
    lanes = [0] * len(spans)
    for component in _components(spans):
        first = 0
        by_group: defaultdict[int, list[int]] = defaultdict(list)
        for number in component:
            by_group[groups[number] if groups else 0].append(number)
        for _, members in sorted(by_group.items()):
            first += _assign_lanes(spans, members, lanes, first)
    return lanes


def _components(spans: Sequence[Span]) -> Iterator[list[int]]:
    """Yield the numbers of spans that overlap, or that others between them connect; sorted by start, longest first."""
    component: list[int] = []
    end = 0
    for number in sorted(range(len(spans)), key=lambda number: (spans[number][0], -spans[number][1], number)):
        if component and spans[number][0] >= end:
            yield component
            component = []
        component.append(number)
        end = max(end, spans[number][1])
    if component:
        yield component


def _assign_lanes(spans: Sequence[Span], members: Iterable[int], lanes: list[int], first: int) -> int:
    """Set the lanes of some spans, which are sorted; return how many lanes they need.

    Args:
        spans: Start and end of each span.
        members: The numbers of those whose lanes are set.
        lanes: The lane of each span, which is changed.
        first: The lowest lane that may be used.
    """
    busy: list[tuple[int, int]] = []
    free: list[int] = []
    used = 0
    for number in members:
        start, end = spans[number]
        while busy and busy[0][0] <= start:
            heapq.heappush(free, heapq.heappop(busy)[1])
        if free:
            lanes[number] = heapq.heappop(free)
        else:
            lanes[number] = first + used
            used += 1
        heapq.heappush(busy, (end, lanes[number]))
    return used


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
