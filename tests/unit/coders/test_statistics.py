from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stancebook.coders.statistics import (
    alpha,
    alpha_interval,
    joined,
    kappa,
    masi_distance,
    share_equal,
    unitizing_alpha,
)

# Krippendorff, K. (2011), Computing Krippendorff's alpha-reliability, sections A to D: four coders, twelve units.
FOUR_CODERS = """
1 2 3 3 2 1 4 1 2 . . .
1 2 3 3 2 2 4 1 2 5 . 3
. 3 3 3 2 3 4 2 2 5 1 .
1 2 3 3 2 4 4 1 2 5 1 .
"""
# https://en.wikipedia.org/wiki/Krippendorff's_alpha, "A computational example": three coders, fifteen units.
THREE_CODERS = """
. . . . . 3 4 1 2 1 1 3 3 . 3
1 . 2 1 3 3 4 3 . . . . . . .
. . 2 1 3 4 4 . 2 1 1 3 3 . 4
"""
BINARY = [(1, 0), (1, 1), (0, 1), (0, 0), (0, 0), (0, 1), (0, 0), (0, 1), (0, 0), (0, 0)]
NOMINAL = list(zip("aabbdcccedda", "babbbccceddd", strict=True))
SCALE = range(1, 6)


def units(table):
    """Return the values of each unit of a table with a line for each coder."""
    columns = zip(*map(str.split, table.strip().splitlines()), strict=True)
    return [[int(value) for value in column if value != "."] for column in columns]


PUBLISHED = {
    "four coders, nominal": (units(FOUR_CODERS), "nominal", 0.743),
    "four coders, ordinal": (units(FOUR_CODERS), "ordinal", 0.815),
    "four coders, interval": (units(FOUR_CODERS), "interval", 0.849),
    "three coders, nominal": (units(THREE_CODERS), "nominal", 0.691),
    "three coders, interval": (units(THREE_CODERS), "interval", 0.811),
    "two coders, binary": (BINARY, "nominal", 0.095),
    "two coders, nominal": (NOMINAL, "nominal", 0.692),
}


@pytest.mark.parametrize("case", PUBLISHED)
def test_alpha_has_published_value(case):
    """Alpha has the value that its author, or an encyclopedia, prints."""
    values, metric, expected = PUBLISHED[case]
    assert alpha(values, metric, SCALE) == pytest.approx(expected, abs=0.0005)


def table_of(*cells):
    """Return the pairs of a table: for each cell, how often two values were given together."""
    return [pair for *pair, count in cells for pair in [tuple(pair)] * count]


# Cohen, J. (1960), pp. 45 and 37; Artstein, R. & Poesio, M. (2008), Computational Linguistics 34, p. 568.
COHEN_45 = table_of(
    (1, 1, 88), (1, 2, 14), (1, 3, 18), (2, 1, 10), (2, 2, 40), (2, 3, 10), (3, 1, 2), (3, 2, 6), (3, 3, 12)
)
COHEN_37 = table_of(
    (1, 1, 25), (1, 2, 12), (1, 3, 3), (2, 1, 13), (2, 2, 2), (2, 3, 15), (3, 1, 12), (3, 2, 16), (3, 3, 2)
)
DIALOGUE_ACTS = table_of(("S", "S", 46), ("I", "S", 6), ("I", "I", 32), ("I", "C", 6), ("C", "C", 10))


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [(COHEN_45, 0.492), (COHEN_37, -0.092), (DIALOGUE_ACTS, 0.8013)],
    ids=["Cohen, p. 45", "Cohen, p. 37", "dialogue acts"],
)
def test_kappa_has_published_value(pairs, expected):
    """Kappa has the value that is printed for the table."""
    assert kappa(pairs) == pytest.approx(expected, abs=0.0005)


def test_alpha_of_dialogue_acts_has_published_value():
    """Alpha is a little less than kappa where the coders' habits differ."""
    assert alpha(DIALOGUE_ACTS) == pytest.approx(0.8005, abs=0.0005)
    assert share_equal(DIALOGUE_ACTS) == pytest.approx(0.88)


# Krippendorff, K. (2004), p. 254: two categories on a continuum from 150 to 450.
MARKED_C = [[(225, 295), (370, 400)], [(220, 300), (355, 375), (400, 420)]]
MARKED_K = [[(180, 240), (300, 350)]] * 2


def test_unitizing_alpha_has_published_value():
    """The unitizing alpha of one category has the printed value, and is 1 where the coders mark the same."""
    assert unitizing_alpha([[(a - 150, b - 150) for a, b in coder] for coder in MARKED_C], 300) == pytest.approx(
        0.7286, abs=0.0005
    )
    assert unitizing_alpha(MARKED_K, 450) == 1


def reference_alpha(values, metric, order):
    """Return alpha by its definition, from a coincidence matrix of single pairs."""
    values = [unit for unit in values if len(unit) > 1]
    observed = Counter()
    for unit in values:
        for one, other in combinations(unit, 2):
            observed[one, other] += 1 / (len(unit) - 1)
            observed[other, one] += 1 / (len(unit) - 1)
    totals = Counter(value for unit in values for value in unit)
    number = totals.total()

    def difference(one, other):
        if metric == "nominal":
            return float(one != other)
        if metric == "interval":
            return float((one - other) ** 2)
        low, high = sorted((one, other), key=order.index)
        between = sum(totals[value] for value in order[order.index(low) : order.index(high) + 1])
        return float(one != other) * (between - (totals[one] + totals[other]) / 2) ** 2

    expected = sum(totals[a] * totals[b] * difference(a, b) for a in totals for b in totals)
    if expected == 0:
        return None
    return 1 - (number - 1) * sum(count * difference(*pair) for pair, count in observed.items()) / expected


VALUES = st.lists(st.lists(st.integers(1, 5), max_size=4), max_size=12)


@pytest.mark.parametrize("metric", ["nominal", "ordinal", "interval"])
@given(values=VALUES)
def test_alpha_equals_its_definition(metric, values):
    """Alpha in matrices equals alpha pair by pair, also where it is undefined."""
    expected = reference_alpha(values, metric, [*SCALE])
    found = alpha(values, metric, SCALE)
    assert (found is None) == (expected is None)
    assert found == pytest.approx(expected, abs=1e-9) if found is not None else expected is None


@pytest.mark.parametrize("metric", ["nominal", "ordinal", "interval"])
def test_alpha_equals_that_of_another_library(metric):
    """Alpha equals that of the package krippendorff, where that is installed."""
    krippendorff = pytest.importorskip("krippendorff")
    rng = np.random.default_rng(3)
    rows = rng.integers(1, 6, (3, 40)).astype(float)
    rows[rng.random(rows.shape) < 0.2] = np.nan
    values = [[int(value) for value in column if not np.isnan(value)] for column in rows.T]
    expected = krippendorff.alpha(reliability_data=rows, level_of_measurement=metric, value_domain=[*SCALE])
    assert alpha(values, metric, SCALE) == pytest.approx(expected)


# ── Undefined values and intervals ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("values", [[], [[1]], [[1, 1], [1, 1]]], ids=["no units", "no pairs", "all equal"])
def test_agreement_without_variation_is_undefined(values):
    """Where all values are equal, or none are paired, alpha is neither 0 nor 1 but undefined."""
    assert alpha(values) is None
    assert alpha(values, "ordinal", SCALE) is None
    assert alpha_interval(values) is None
    assert kappa([tuple(unit) for unit in values if len(unit) > 1]) is None


@pytest.mark.parametrize("metric", ["nominal", "ordinal", "interval"])
def test_interval_contains_alpha_and_is_repeatable(metric):
    """The bootstrap interval is around alpha and the same each time."""
    values = [(1, 1), (2, 2), (3, 3), (4, 5), (2, 1), (5, 5)] * 5
    low, high = alpha_interval(values, metric, SCALE)
    assert low < alpha(values, metric, SCALE) < high
    assert alpha_interval(values, metric, SCALE) == (low, high)


def test_documents_are_drawn_rather_than_units():
    """An interval of units of few documents is wider than one of as many independent units."""
    values = [(1, 1), (2, 2), (1, 1), (2, 2)] * 5 + [(1, 2), (2, 1)] * 10
    by_unit = alpha_interval(values)
    by_document = alpha_interval(values, groups=["good"] * 20 + ["bad"] * 20)
    assert by_document[0] < by_unit[0] < by_unit[1] < by_document[1]


def test_interval_of_single_unit_is_undefined():
    """One unit, or one document with one unit, gives no interval."""
    assert alpha_interval([(1, 2)], groups=["only"]) is None


# ── Sets and spans ────────────────────────────────────────────────────────────────────────────────

# Passonneau (2006): identical, subset, overlapping and disjoint sets have monotonicity 1, 2/3, 1/3 and 0.
SETS = {"ab ab": 0, "a ab": 1 - 2 / 3 / 2, "ab bc": 1 - 1 / 3 / 3, "a b": 1, " a": 1}


@pytest.mark.parametrize("sets", SETS)
def test_masi_distance(sets):
    """The distance depends on what two sets share and on whether one contains the other."""
    one, other = map(frozenset, sets.split(" "))
    assert masi_distance(one, other) == masi_distance(other, one) == pytest.approx(SETS[sets])


def test_alpha_of_sets_without_partial_overlap_is_nominal():
    """Where sets are equal or disjoint, alpha by MASI is that of names."""
    values = [[frozenset(value) for value in pair] for pair in NOMINAL]
    assert alpha(values, "set") == pytest.approx(alpha(NOMINAL))


def reference_unitizing_alpha(codings, length):
    """Return the unitizing alpha by comparing every section with every other."""

    def sections(spans):
        inside = {position for start, end in spans for position in range(start, end)}
        found = []
        for position in range(length):
            if found and found[-1][2] == (position in inside):
                found[-1][1] = position + 1
            else:
                found.append([position, position + 1, position in inside])
        return found

    def difference(one, other):
        if one[0] >= other[1] or other[0] >= one[1] or not (one[2] or other[2]):
            return 0
        if one[2] and other[2]:
            return (one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2
        unit, gap = (one, other) if one[2] else (other, one)
        return (unit[1] - unit[0]) ** 2 if gap[0] <= unit[0] and unit[1] <= gap[1] else 0

    coders = [sections(spans) for spans in codings]
    m = len(coders)
    observed = sum(difference(one, other) for a, b in combinations(coders, 2) for one in a for other in b)
    lengths = [end - start for coder in coders for start, end, inside in coder if inside]
    gaps = [end - start for coder in coders for start, end, inside in coder if not inside]
    total = sum(
        (len(lengths) - 1) / 3 * (2 * each**3 - 3 * each**2 + each)
        + each**2 * sum(gap - each + 1 for gap in gaps if gap >= each)
        for each in lengths
    )
    pairs = m * length * (m * length - 1) - sum(each * (each - 1) for each in lengths)
    expected = 2 / length * total / pairs if pairs else 0
    return None if expected == 0 else 1 - 2 * observed / (m * (m - 1) * length**2) / expected


MARKS = st.lists(
    st.tuples(st.integers(0, 28), st.integers(1, 6)).map(lambda span: (span[0], min(30, sum(span)))), max_size=5
)


@given(st.lists(MARKS, min_size=2, max_size=3))
def test_unitizing_alpha_equals_its_definition(codings):
    """Reading both codings in step gives the same as comparing every section with every other."""
    expected = reference_unitizing_alpha(codings, 30)
    found = unitizing_alpha(codings, 30)
    assert (found is None) == (expected is None)
    assert found is None or found == pytest.approx(expected)


@pytest.mark.parametrize(
    ("codings", "expected"),
    [([[], []], None), ([[(0, 9000)], [(0, 9000)]], 1), ([[(40, 45)], []], 0)],
    ids=["nothing marked", "all marked", "marked by one"],
)
def test_unitizing_alpha_at_the_limits(codings, expected):
    """where no one marks anything alpha is undefined; a part that one coder marks is no better than chance."""
    found = unitizing_alpha(codings, 9000)
    assert found is None if expected is None else found == pytest.approx(expected, abs=0.001)


def test_joined_spans_neither_overlap_nor_touch():
    """Spans that overlap or touch are one; empty ones are none."""
    assert joined([(5, 8), (0, 3), (2, 4), (8, 9), (12, 12)]) == [(0, 4), (5, 9)]
