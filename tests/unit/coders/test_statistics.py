from collections import Counter
from itertools import combinations

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
    unitizing_disagreement,
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
SCALE = range(6)
# Fleiss, J. (1971), Measuring nominal scale agreement among many raters, Psychological Bulletin 76, p. 379: six coders.
FLEISS = """
444444 222555 233335 555555 222444 113333 333355 113334 114444 555555
144444 124444 222333 144444 224445 333335 111455 111112 224444 133555
555555 244444 224555 114444 144445 222224 111155 224444 133333 555555
"""
# Hayes, A. & Krippendorff, K. (2007), Answering the call for a standard reliability measure for coding data,
# Communication Methods and Measures 1: five coders, forty units, not every coder of every unit.
HAYES = """
1122 1101 2333 000 0000 0000 1021 120 2222 2111 100 0000 1222 33223 1111 1111 2122 1233 1101 0000
0011 0000 2333 0000 1222 0111 00010 1212 1122 1122 1100 2121 2222 3222 2222 2232 2222 2212 2222 1111
"""
# Krippendorff, K. (1980), Content Analysis, p. 139: three coders, nine units.
KRIPPENDORFF_1980 = "111 122 222 444 144 222 123 333 222"


def units(table):
    """Return the values of each unit of a table with a line for each coder."""
    columns = zip(*map(str.split, table.strip().splitlines()), strict=True)
    return [[int(value) for value in column if value != "."] for column in columns]


def digits(line):
    """Return the values of units that are written as words of digits."""
    return [[int(value) for value in unit] for unit in line.split()]


PUBLISHED = {
    "four coders, nominal": (units(FOUR_CODERS), "nominal", 0.743),
    "four coders, ordinal": (units(FOUR_CODERS), "ordinal", 0.815),
    "four coders, interval": (units(FOUR_CODERS), "interval", 0.849),
    "three coders, nominal": (units(THREE_CODERS), "nominal", 0.691),
    "three coders, interval": (units(THREE_CODERS), "interval", 0.811),
    "two coders, binary": (BINARY, "nominal", 0.095),
    "two coders, nominal": (NOMINAL, "nominal", 0.692),
    "five coders, ordinal": (digits(HAYES), "ordinal", 0.7598),
    "1980, nominal": (digits(KRIPPENDORFF_1980), "nominal", 0.642),
    "1980, interval": (digits(KRIPPENDORFF_1980), "interval", 0.547),
}


@pytest.mark.parametrize("case", PUBLISHED)
def test_alpha_has_published_value(case):
    """Alpha has the value that its author, or an encyclopedia, prints."""
    values, metric, expected = PUBLISHED[case]
    assert alpha(values, metric, SCALE) == pytest.approx(expected, abs=0.0005)


def test_alpha_of_fleiss_has_published_value():
    """Of n values in all, alpha is Fleiss' kappa, 0.430, but for the correction of small samples by 1 / n."""
    found = alpha(digits(FLEISS))
    assert found - (1 - found) / (len(digits(FLEISS)) * 6 - 1) == pytest.approx(0.430, abs=0.0005)


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
MARKED = {
    "c": [[(225, 295), (370, 400)], [(220, 300), (355, 375), (400, 420)]],
    "k": [[(180, 240), (300, 350)]] * 2,
}
# Krippendorff, K. (1995), p. 57: on 24 units of length, each word is a part, dots are gaps.
SECTIONS = {
    "A": (".. 11111111 .... 111111 ....", ".... 1111 ....... 11 .......", 0.03125, 0.553),
    "B": ("111111111111111111 ......", "11 1 1 1 1 111 1 ..............", 2.26736, -0.926),
    "C": (".. 111111 .. 11 .. 1111 .. 11 ..", "11 .. 1111 .. 1111 .. 11 .. 11 ..", 0.02777, 0.679),
    "D": ("11 11111111 1111 111111 1111", "1111 1111 1111111 11 1111111", 0.38715, 0.066),
}


def parts(words, unit=1):
    """Return where words of ones are, and that dots and ones are as long as the continuum."""
    found, position = [], 0
    for word in words.split():
        if word[0] == "1":
            found.append((position * unit, (position + len(word)) * unit))
        position += len(word)
    assert position == 24
    return found


def test_unitizing_alpha_has_published_value():
    """The unitizing alpha of each category, and of both together, has the printed value."""
    marked = {
        name: [[(start - 150, end - 150) for start, end in coder] for coder in coders]
        for name, coders in MARKED.items()
    }
    assert unitizing_alpha(marked["c"], 300) == pytest.approx(0.7286, abs=0.0001)
    assert unitizing_alpha(marked["k"], 300) == 1
    disagreements = {name: unitizing_disagreement(coders, 300) for name, coders in marked.items()}
    assert disagreements["c"] == pytest.approx((0.0144, 0.0532), abs=0.0001)
    assert disagreements["k"] == pytest.approx((0, 0.0490), abs=0.0001)
    observed, expected = map(sum, zip(*disagreements.values(), strict=True))
    assert 1 - observed / expected == pytest.approx(0.8587, abs=0.00005)  # printed, of rounded terms: 0.8591


@pytest.mark.parametrize("pair", SECTIONS)
def test_disagreement_of_sections_has_published_value(pair):
    """Parts that touch are kept apart; on a continuum without steps, alpha is printed to within the error of 1995."""
    first, second, observed, expected_alpha = SECTIONS[pair]
    assert unitizing_disagreement([parts(first), parts(second)], 24)[0] == pytest.approx(observed, abs=0.00001)
    found, expected = unitizing_disagreement([parts(first, 50_000), parts(second, 50_000)], 1_200_000)
    assert 1 - found / expected == pytest.approx(expected_alpha, abs=0.02)


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


@pytest.mark.proof  # to import nltk takes a second
@given(st.lists(st.lists(st.integers(1, 4), min_size=2, max_size=4), min_size=2, max_size=15))
def test_coefficients_equal_those_of_nltk(values):
    """Alpha for names and for numbers, and kappa of the first two coders, equal those of another library."""
    from nltk.metrics.agreement import AnnotationTask
    from nltk.metrics.distance import binary_distance, interval_distance

    def task(units, distance=binary_distance):
        triples = ((coder, unit, value) for unit, coded in enumerate(units) for coder, value in enumerate(coded))
        return AnnotationTask(list(triples), distance)

    if (found := alpha(values)) is not None:
        assert found == pytest.approx(task(values).alpha())
        assert alpha(values, "interval") == pytest.approx(task(values, interval_distance).alpha())
    pairs = [(one, other) for one, other, *_ in values]
    if (found := kappa(pairs)) is not None:
        assert found == pytest.approx(task(pairs).kappa())


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
