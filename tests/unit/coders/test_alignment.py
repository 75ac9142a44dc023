import random
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stancebook.coders.alignment import Span, align, assign, clusters, match_weight

SPANS = st.builds(
    lambda document, start, length, issue, value: Span(document, start, start + length, (issue,), (value,)),
    st.sampled_from("ab"),
    st.integers(0, 12),
    st.integers(1, 6),
    st.sampled_from(["talks", "island", None]),
    st.sampled_from("xy"),
)
CODINGS = st.lists(SPANS, max_size=6)


def span(start, end, *identity):
    return Span("text", start, end, identity)


def pairs(first, second):
    return [(match.first, match.second) for match in align(first, second)]


def contents(first, second):
    return sorted((repr(first[one]), repr(second[other])) for one, other in pairs(first, second))


def total(first, second):
    return sum(match.weight for match in align(first, second))


def greedy_total(first, second):
    """Return the weight of the matching that takes the best pair first."""
    found = sorted(
        ((match_weight(one, other), i, j) for i, one in enumerate(first) for j, other in enumerate(second)),
        reverse=True,
    )
    rows, others, weight = set(), set(), 0
    for value, row, other in found:
        if value and row not in rows and other not in others:
            rows.add(row)
            others.add(other)
            weight += value
    return weight


PLANTED = {
    "same passages": ([span(0, 5), span(6, 9)], [span(6, 9), span(0, 5)], [(0, 1), (1, 0)]),
    "no shared character": ([span(0, 5)], [span(5, 9)], []),
    "row without partner": ([span(0, 5), span(10, 15)], [span(10, 15)], [(1, 0)]),
    "other document": ([Span("one", 0, 5)], [Span("two", 0, 5)], []),
    "several rows on a passage": (
        [span(0, 9, "talks"), span(0, 9, "island"), span(0, 9, "guns")],
        [span(0, 9, "guns"), span(0, 9, "talks")],
        [(0, 1), (2, 0)],
    ),
    "references outweigh small differences": (
        [span(0, 100, "talks"), span(0, 95, "island")],
        [span(0, 95, "talks"), span(0, 100, "island")],
        [(0, 0), (1, 1)],
    ),
    "a passage outweighs references": (
        [span(0, 100, "talks")],
        [span(0, 100, "island"), span(90, 110, "talks")],
        [(0, 0)],
    ),
    "greedy would lose a row": ([span(0, 10), span(8, 30)], [span(5, 12), span(0, 7)], [(0, 1), (1, 0)]),
    "first rows match first": ([span(0, 5), span(0, 5)], [span(0, 5)], [(0, 0)]),
}


@pytest.mark.parametrize("case", PLANTED)
def test_planted_matches_are_found(case):
    """Rows are matched by passage, and on similar passages by reference."""
    first, second, expected = PLANTED[case]
    assert pairs(first, second) == expected


@given(CODINGS, CODINGS)
def test_matches_are_one_to_one(first, second):
    """No row is matched twice, and every match shares characters."""
    found = align(first, second)
    assert len({match.first for match in found}) == len({match.second for match in found}) == len(found)
    assert all(0 < match.overlap <= 1 for match in found)


@given(CODINGS, CODINGS)
def test_alignment_is_symmetric(first, second):
    """Which coding is the first makes no difference."""
    assert contents(first, second) == sorted((one, other) for other, one in contents(second, first))


@given(CODINGS, CODINGS, st.randoms(use_true_random=False))
def test_order_of_rows_makes_no_difference(first, second, order: random.Random):
    """Rows may be written in any order."""
    assert contents(order.sample(first, len(first)), order.sample(second, len(second))) == contents(first, second)


@given(CODINGS)
def test_identical_codings_match_completely(rows):
    """Each row of a coding matches its copy."""
    assert contents(rows, rows) == sorted((repr(row), repr(row)) for row in rows)


@given(CODINGS, CODINGS)
def test_no_matching_is_better(first, second):
    """The weight is that of the best of all matchings, and so no less than a greedy one's."""
    small, large = sorted((first, second), key=len)
    best = max(
        sum(match_weight(*pair) for pair in zip(small, chosen, strict=True))
        for chosen in permutations(large, len(small))
    )
    assert total(first, second) == best >= greedy_total(first, second)


def best_weight(weights):
    """Return the largest sum of an assignment, over all sets of columns that the rows so far may use."""
    rows, columns = weights.shape
    if rows > columns:
        return best_weight(weights.T)
    best = {0: 0}
    for row in weights.tolist():
        found = {}
        for used, total_so_far in best.items():
            for column in range(columns):
                if not used >> column & 1:
                    key = used | 1 << column
                    found[key] = max(found.get(key, 0), total_so_far + row[column])
        best = found
    return max(best.values())


@pytest.mark.parametrize("shape", [(10, 10), (8, 12), (12, 8), (1, 1), (0, 3)])
def test_assignment_has_the_largest_weight(shape):
    """An assignment pairs all of the smaller side, with the largest weight of all."""
    weights = np.random.default_rng(7).integers(0, 50, shape)
    found = assign(weights)
    assert len({row for row, _ in found}) == len({column for _, column in found}) == min(shape)
    assert sum(weights[pair] for pair in found) == best_weight(weights)


def test_large_group_is_matched_fast():
    """Three hundred rows whose passages overlap in a chain are matched to their copies."""
    rows = [span(3 * number, 3 * number + 5, number % 7) for number in range(300)]
    assert pairs(rows, rows) == [(number, number) for number in range(300)]


# ── Several codings ───────────────────────────────────────────────────────────────────────────────


def joined(*codings):
    aligned = [(one, other, align(codings[one], codings[other])) for one in range(len(codings)) for other in range(one)]
    return clusters(codings, aligned)


def test_matches_of_three_codings_are_joined():
    """A unit has at most one row of a coding, and rows without a match are units of their own."""
    codings = [[span(0, 5), span(20, 25)], [span(1, 5)], [span(0, 4), span(30, 40)]]
    assert joined(*codings) == [{0: 0, 1: 0, 2: 0}, {0: 1}, {2: 1}]


def test_match_that_would_double_a_coding_is_left_out():
    """A weaker match does not join two units that have rows of one coding."""
    codings = [[span(0, 10)], [span(0, 10), span(9, 20)], [span(9, 20), span(5, 6)]]
    assert joined(*codings) == [{0: 0, 1: 0, 2: 1}, {1: 1, 2: 0}]


@given(CODINGS, CODINGS)
def test_units_of_two_codings_are_their_matches(first, second):
    """For two codings, joining adds nothing to their matches."""
    units = joined(first, second)
    assert sorted((unit[0], unit[1]) for unit in units if len(unit) == 2) == pairs(first, second)
    assert sum(map(len, units)) == len(first) + len(second)
