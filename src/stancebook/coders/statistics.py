"""Coefficients of agreement: Krippendorff's alpha for coding and for unitizing, and Cohen's kappa."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Metric = Literal["nominal", "ordinal", "interval", "set"]
Unit = Sequence[Hashable]  # the values that coders gave one unit; missing ones are left out
Interval = tuple[int, int]
_Floats = npt.NDArray[np.float64]

RESAMPLES = 1000
SEED = 20_050_101  # fixed: the same codings give the same interval
_CONFIDENCE = (2.5, 97.5)  # percentiles
_MAX_CELLS = 4_000_000  # of one array of resamples


# ── Krippendorff's alpha ──────────────────────────────────────────────────────────────────────────


def alpha(units: Iterable[Unit], metric: Metric = "nominal", order: Sequence[Hashable] = ()) -> float | None:
    """Return Krippendorff's alpha.

    Krippendorff, K. (2011), Computing Krippendorff's alpha-reliability, https://repository.upenn.edu/asc_papers/43.
    1 is perfect agreement, 0 what chance would give. Units with fewer than two values are ignored.

    Args:
        units: The values of each unit.
        metric: How different two values are: `nominal` (equal or not), `ordinal` (by how many values are between
            them), `interval` (the square of their difference), or `set` (`masi_distance`).
        order: The values of an ordinal variable, from one end of the scale to the other.

    Returns:
        Alpha; None if it is undefined, because there are no pairs of values or all values are equal.
    """
    return _Table(units, metric, order).alpha()


def alpha_interval(
    units: Sequence[Unit],
    metric: Metric = "nominal",
    order: Sequence[Hashable] = (),
    groups: Sequence[Hashable] = (),
) -> tuple[float, float] | None:
    """Return a 95 % interval of Krippendorff's alpha by the percentile bootstrap, with a fixed seed.

    Args:
        units: The values of each unit.
        metric: As of `alpha`.
        order: As of `alpha`.
        groups: What each unit belongs to, such as its document: groups are drawn, not units, because units of one
            document are not independent. Units are drawn if there is one group.

    Returns:
        The bounds; None if alpha is undefined, or is in more than half of the resamples.
    """
    paired = [number for number, unit in enumerate(units) if len(unit) > 1]
    table = _Table([units[number] for number in paired], metric, order)
    if table.alpha() is None:
        return None
    members = [groups[number] for number in paired] if len(set(groups)) > 1 else paired
    names = sorted(set(members), key=str)
    if len(names) < 2:
        return None
    numbers = {name: number for number, name in enumerate(names)}
    group_of = np.array([numbers[member] for member in members])
    drawn = np.random.default_rng(SEED).multinomial(len(names), np.full(len(names), 1 / len(names)), RESAMPLES)
    found = table.alphas(drawn[:, group_of].astype(np.float64))
    defined = found[~np.isnan(found)]
    if len(defined) * 2 < RESAMPLES:
        return None
    low, high = np.percentile(defined, _CONFIDENCE)
    return float(low), float(high)


class _Table:
    """The values of units in a form in which resamples are weighted sums."""

    def __init__(self, units: Iterable[Unit], metric: Metric, order: Sequence[Hashable]) -> None:
        self.units = [unit for unit in units if len(unit) > 1]
        self.metric = metric
        self.values = _sorted_values(self.units, metric, order)
        codes = {value: code for code, value in enumerate(self.values)}
        self.coded = [[codes[value] for value in unit] for unit in self.units]
        self.counts = np.zeros((len(self.units), len(self.values)))  # how often each value was given, by unit
        for row, unit in zip(self.counts, self.coded, strict=True):
            np.add.at(row, unit, 1)

    def alpha(self) -> float | None:
        """Return alpha of the units; None if it is undefined."""
        if not self.units:
            return None
        [found] = self.alphas(np.ones((1, len(self.units))))
        return None if np.isnan(found) else float(found)

    def alphas(self, weights: _Floats) -> _Floats:
        """Return alpha for each row of weights, which say how often each unit is drawn; NaN where it is undefined."""
        size = max(1, len(self.values))
        rows = max(1, _MAX_CELLS // (size if self.metric == "nominal" else size**2))
        parts = [self._alphas(weights[start : start + rows]) for start in range(0, len(weights), rows)]
        return np.concatenate(parts)

    def _alphas(self, weights: _Floats) -> _Floats:
        totals = weights @ self.counts
        if self.metric == "ordinal":
            distances = _ordinal_distances(totals)
            observed = np.einsum("bij,bij->b", (weights @ self._coincidences()).reshape(distances.shape), distances)
            expected = np.einsum("bi,bij,bj->b", totals, distances, totals)
        elif self.metric == "nominal":  # without a matrix: keys of rows may be thousands of values
            observed = weights @ self._disagreements(lambda one, other: one != other)
            expected = totals.sum(axis=1) ** 2 - (totals**2).sum(axis=1)
        else:
            fixed = _distances(self.values, self.metric)
            observed = weights @ self._disagreements(lambda one, other: fixed[one, other])
            expected = np.einsum("bi,bi->b", totals @ fixed, totals)
        expected = expected / (totals.sum(axis=1) - 1)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(expected > 0, 1 - observed / expected, np.nan)

    def _coincidences(self) -> _Floats:
        """Return the coincidence matrix of each unit, as a row."""
        size = len(self.values)
        found = np.zeros((len(self.coded), size, size))
        for matrix, unit in zip(found, self.coded, strict=True):
            for one, other in combinations(unit, 2):
                matrix[one, other] += 1 / (len(unit) - 1)
                matrix[other, one] += 1 / (len(unit) - 1)
        return found.reshape(len(self.coded), size * size)

    def _disagreements(self, distance: Callable[[int, int], float]) -> _Floats:
        """Return the observed disagreement of each unit."""
        pairs = [sum(distance(one, other) for one, other in combinations(unit, 2)) for unit in self.coded]
        return np.array([2 * pair / (len(unit) - 1) for pair, unit in zip(pairs, self.coded, strict=True)])


def _sorted_values(units: Iterable[Unit], metric: Metric, order: Sequence[Hashable]) -> list[Any]:
    found = {value for unit in units for value in unit}
    if metric == "ordinal":
        return [value for value in order if value in found]
    return sorted(found, key=lambda value: (str(type(value)), _sortable(value)))


def _sortable(value: Any) -> Any:
    return sorted(map(repr, value)) if isinstance(value, frozenset) else value


def _distances(values: Sequence[Any], metric: Metric) -> _Floats:
    if metric == "interval":
        numbers = np.array(values, dtype=np.float64)
        squares: _Floats = (numbers[:, None] - numbers[None, :]) ** 2
        return squares
    return np.array([[masi_distance(one, other) for other in values] for one in values])


def _ordinal_distances(totals: _Floats) -> _Floats:
    """Return the squared ordinal differences of all values, for each row of their totals."""
    middles = np.cumsum(totals, axis=1) - totals / 2
    squares: _Floats = (middles[:, :, None] - middles[:, None, :]) ** 2
    return squares


def masi_distance(first: frozenset[Any], second: frozenset[Any]) -> float:
    """Return the distance of two sets by MASI: 0 if they are equal, 1 if they share nothing.

    Passonneau, R. (2006), Measuring agreement on set-valued items (MASI) for semantic and pragmatic annotation, LREC,
    https://aclanthology.org/L06-1392/.
    """
    if first == second:
        return 0.0
    shared = first & second
    if not shared:
        return 1.0
    monotonicity = 2 / 3 if first <= second or second <= first else 1 / 3
    return 1 - monotonicity * len(shared) / len(first | second)


# ── Two coders ────────────────────────────────────────────────────────────────────────────────────


def kappa(pairs: Sequence[tuple[Hashable, Hashable]]) -> float | None:
    """Return Cohen's kappa, unweighted; None if it is undefined, because all values are equal or there are none.

    Cohen, J. (1960), A coefficient of agreement for nominal scales, Educational and Psychological Measurement 20.
    """
    number = len(pairs)
    agreed = sum(one == other for one, other in pairs)
    firsts, seconds = _counts(one for one, _ in pairs), _counts(other for _, other in pairs)
    by_chance = sum(count * seconds.get(value, 0) for value, count in firsts.items())  # times number²
    return None if by_chance == number * number else (agreed * number - by_chance) / (number * number - by_chance)


def _counts(values: Iterable[Hashable]) -> Mapping[Hashable, int]:
    counts: dict[Hashable, int] = {}
    for value in values:
        counts[value] = counts.get(value, 0) + 1
    return counts


def share_equal(units: Iterable[Unit]) -> float | None:
    """Return the share of pairs of values of one unit that are equal; None if there are no pairs."""
    pairs = [pair for unit in units for pair in combinations(unit, 2)]
    return sum(one == other for one, other in pairs) / len(pairs) if pairs else None


# ── Unitizing ─────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Section:
    start: int
    end: int
    is_unit: bool

    @property
    def length(self) -> int:
        return self.end - self.start


def unitizing_alpha(codings: Sequence[Sequence[Interval]], length: int) -> float | None:
    """Return Krippendorff's alpha for unitizing: how far coders mark the same parts of a text.

    Krippendorff, K. (1995), On the reliability of unitizing continuous data, Sociological Methodology 25, 47–76; in the
    form of Krippendorff, K. (2004), Content Analysis, 2nd edition, pp. 251–256, for one category.

    Args:
        codings: The marked parts of each coder, in any order. Parts of one coder that overlap or touch are joined.
        length: The length of the text.

    Returns:
        Alpha; None if it is undefined, because no one marked anything.
    """
    observed, expected = unitizing_disagreement([joined(spans) for spans in codings], length)
    return None if expected == 0 else 1 - observed / expected


def unitizing_disagreement(codings: Sequence[Sequence[Interval]], length: int) -> tuple[float, float]:
    """Return the observed and the expected disagreement of which the unitizing alpha is made.

    Those of several categories are added up for an alpha of all of them.

    Args:
        codings: The marked parts of each coder, sorted and without overlaps; parts that touch are two.
        length: The length of the text.
    """
    sections = [_sections(spans, length) for spans in codings]
    coders = len(sections)
    differences = sum(_difference(one, other) for one, other in combinations(sections, 2))
    observed = 2 * differences / (coders * (coders - 1) * length**2) if length else 0.0
    return observed, _expected_difference(sections, length)


def joined(spans: Iterable[Interval]) -> list[Interval]:
    """Return the union of spans as sorted spans that neither overlap nor touch."""
    found: list[Interval] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        elif start < end:
            found.append((start, end))
    return found


def _sections(units: Iterable[Interval], length: int) -> list[_Section]:
    """Return a whole text as units and the gaps between them."""
    sections, position = [], 0
    for start, end in units:
        if start > position:
            sections.append(_Section(position, start, is_unit=False))
        sections.append(_Section(start, end, is_unit=True))
        position = end
    if position < length:
        sections.append(_Section(position, length, is_unit=False))
    return sections


def _difference(first: Sequence[_Section], second: Sequence[_Section]) -> int:
    """Return the sum of the differences of all sections of two coders that intersect."""
    total, one, other = 0, 0, 0
    while one < len(first) and other < len(second):
        total += _section_difference(first[one], second[other])
        if first[one].end <= second[other].end:
            one += 1
        else:
            other += 1
    return total


def _section_difference(one: _Section, other: _Section) -> int:
    if one.start >= other.end or other.start >= one.end:
        return 0
    if one.is_unit and other.is_unit:
        return (one.start - other.start) ** 2 + (one.end - other.end) ** 2
    if one.is_unit == other.is_unit:
        return 0
    unit, gap = (one, other) if one.is_unit else (other, one)
    return unit.length**2 if gap.start <= unit.start and unit.end <= gap.end else 0


def _expected_difference(sections: Sequence[Sequence[_Section]], length: int) -> float:
    units = [section.length for coder in sections for section in coder if section.is_unit]
    gaps = np.sort([section.length for coder in sections for section in coder if not section.is_unit])
    positions = len(sections) * length
    pairs = positions * (positions - 1) - sum(unit * (unit - 1) for unit in units)
    total = 0.0
    for unit in units:
        wide = gaps[np.searchsorted(gaps, unit) :]
        total += (len(units) - 1) / 3 * (2 * unit**3 - 3 * unit**2 + unit) + unit**2 * float((wide - unit + 1).sum())
    return 2 / length * total / pairs if pairs and length else 0.0
