"""Match the rows of two codings of one text, one to one, by their passages and by what they refer to."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

_UNIT = 1_000_000  # weights are integers, so that sums are exact and do not depend on the order of rows
_MAX_RANK_DISTANCE = 15


@dataclass(frozen=True)
class Span:
    """What a row is matched by.

    Attributes:
        document: The document.
        start: Where the passage starts, in code points.
        end: Where it ends.
        identity: What the row refers to in the codebook, one value for each such column.
        values: Further values; of rows that are equal otherwise, they decide which come first.
    """

    document: str
    start: int
    end: int
    identity: tuple[Hashable, ...] = ()
    values: tuple[str, ...] = ()


@dataclass(frozen=True, order=True)
class Match:
    """Two rows that are matched.

    Attributes:
        first: The index of the row of the first coding.
        second: The index of the row of the second.
        overlap: The share of characters of both passages that both have (intersection over union), above 0 to 1.
        weight: How well they match; see `match_weight`.
    """

    first: int
    second: int
    overlap: Fraction
    weight: int


def overlap(first: Span, second: Span) -> Fraction:
    """Return the intersection of two passages over their union: 0 if they share no character, 1 if they are equal."""
    if first.document != second.document:
        return Fraction(0)
    shared = min(first.end, second.end) - max(first.start, second.start)
    union = max(first.end, second.end) - min(first.start, second.start)
    return Fraction(shared, union) if shared > 0 else Fraction(0)


def match_weight(first: Span, second: Span) -> int:
    """Return how well two rows match: 0 if their passages share no character.

    The overlap of passages counts twice what the share of equal references counts. So a reference decides between rows
    on one passage, and between passages that differ little, but does not move a row away from its own passage.
    """
    shared = overlap(first, second)
    if not shared:
        return 0
    equal = sum(one == other for one, other in zip(first.identity, second.identity, strict=True))
    share = Fraction(equal, len(first.identity)) if first.identity else Fraction(0)
    return max(1, round((2 * shared + share) * _UNIT))


def align(first: Sequence[Span], second: Sequence[Span]) -> list[Match]:
    """Match rows of two codings one to one, such that the sum of `match_weight` is as large as possible.

    Only rows whose passages share a character are matched. Rows are sorted by passage, references and values, and of
    several best matchings one is taken in which the first rows match the first: it does not depend on the order in
    which rows are written, nor on which coding is the first.

    Args:
        first: The rows of one coding.
        second: The rows of the other.

    Returns:
        The matches, sorted by the rows of the first coding.
    """
    matches = []
    for rows, others in _components(first, second):
        swapped = [_sort_key(second[row]) for row in others] < [_sort_key(first[row]) for row in rows]
        pairs = _best_pairs(second, first, others, rows) if swapped else _best_pairs(first, second, rows, others)
        for row, other in (reversed(pair) for pair in pairs) if swapped else pairs:
            spans = first[row], second[other]
            matches.append(Match(row, other, overlap(*spans), match_weight(*spans)))
    return sorted(matches)


def clusters(
    rows: Sequence[Sequence[Span]], aligned: Iterable[tuple[int, int, Sequence[Match]]]
) -> list[dict[int, int]]:
    """Join the matches of pairs of codings to units, each with at most one row of a coding.

    Matches are joined from the best to the worst; one that would bring two rows of a coding into a unit is left out.
    For two codings the units are their matches, and the rows without one.

    Args:
        rows: The rows of each coding.
        aligned: For each pair of codings, their numbers and their matches.

    Returns:
        The units in the order of the text: by the number of a coding, the index of its row.
    """
    units = {(coding, row): {coding: row} for coding, spans in enumerate(rows) for row in range(len(spans))}
    found = [(match, (one, match.first), (other, match.second)) for one, other, matches in aligned for match in matches]

    def rank(joint: tuple[Match, tuple[int, int], tuple[int, int]]) -> tuple[Any, ...]:
        match, *members = joint
        return -match.weight, sorted(_sort_key(rows[coding][row]) for coding, row in members), members

    for _, member, other_member in sorted(found, key=rank):
        unit, other_unit = units[member], units[other_member]
        if unit.keys().isdisjoint(other_unit):
            unit |= other_unit
            units |= dict.fromkeys(other_unit.items(), unit)
    distinct = {id(unit): dict(sorted(unit.items())) for unit in units.values()}
    return sorted(
        distinct.values(), key=lambda unit: (min(_sort_key(rows[coding][row]) for coding, row in unit.items()), *unit)
    )


def _sort_key(span: Span) -> tuple[str, int, int, tuple[str, ...], tuple[str, ...]]:
    return span.document, span.start, span.end, tuple(map(repr, span.identity)), span.values


def _components(first: Sequence[Span], second: Sequence[Span]) -> Iterator[tuple[list[int], list[int]]]:
    """Yield the rows of both codings in groups whose passages touch no other group; sorted within a group."""
    members = [
        (_sort_key(span), coding, row) for coding, spans in enumerate((first, second)) for row, span in enumerate(spans)
    ]
    group: tuple[list[int], list[int]] = ([], [])
    document, end = "", 0
    for (name, start, stop, *_), coding, row in sorted(members):
        if name != document or start >= end:
            if group[0] and group[1]:
                yield group
            group, end = ([], []), 0
        group[coding].append(row)
        document, end = name, max(end, stop)
    if group[0] and group[1]:
        yield group


def _best_pairs(
    first: Sequence[Span], second: Sequence[Span], rows: Sequence[int], others: Sequence[int]
) -> Iterator[tuple[int, int]]:
    """Yield the pairs of the best matching of two sorted groups of rows."""
    weights = np.array([[match_weight(first[row], second[other]) for other in others] for row in rows], dtype=np.int64)
    # Of equally good matchings, prefer one whose rows have similar ranks in both groups.
    ranks = np.abs(np.arange(len(rows))[:, None] - np.arange(len(others))[None, :]).clip(max=_MAX_RANK_DISTANCE) ** 2
    scale = (_MAX_RANK_DISTANCE**2 + 1) * min(weights.shape)
    preferences = np.where(weights > 0, weights * scale + _MAX_RANK_DISTANCE**2 - ranks, 0)
    for row, other in assign(preferences):
        if weights[row, other] > 0:
            yield rows[row], others[other]


def assign(weights: npt.NDArray[np.int64]) -> list[tuple[int, int]]:
    """Solve the linear sum assignment problem: pair rows and columns such that the sum of weights is the largest.

    The Hungarian method with potentials and shortest augmenting paths: Jonker, R. & Volgenant, A. (1987), A shortest
    augmenting path algorithm for dense and sparse linear assignment problems, Computing 38, 325–340. Exact, since the
    weights are integers; in O(n² m) for n ≤ m.

    Args:
        weights: A matrix of integers, not below 0.

    Returns:
        Pairs of a row and a column, sorted; as many as the smaller side has.
    """
    if weights.shape[0] > weights.shape[1]:
        return sorted((row, column) for column, row in assign(weights.T))
    costs = weights.max(initial=0) - weights
    rows, columns = costs.shape
    far = np.iinfo(np.int64).max
    row_of = np.full(columns + 1, -1)  # by column; the last column is where each search starts
    row_potential = np.zeros(rows, dtype=np.int64)
    column_potential = np.zeros(columns + 1, dtype=np.int64)
    for new_row in range(rows):
        row_of[columns], column = new_row, columns
        distances = np.full(columns, far)
        previous = np.full(columns, columns)
        visited = np.zeros(columns + 1, dtype=bool)
        while row_of[column] != -1:
            visited[column] = True
            row = row_of[column]
            reduced = costs[row] - row_potential[row] - column_potential[:columns]
            closer = ~visited[:columns] & (reduced < distances)
            distances[closer], previous[closer] = reduced[closer], column
            nearest = int(np.where(visited[:columns], far, distances).argmin())
            step = distances[nearest]
            row_potential[row_of[visited]] += step
            column_potential[visited] -= step
            distances[~visited[:columns]] -= step
            column = nearest
        while column != columns:
            row_of[column] = row_of[previous[column]]
            column = int(previous[column])
    return sorted((int(row), column) for column, row in enumerate(row_of[:columns]) if row != -1)
