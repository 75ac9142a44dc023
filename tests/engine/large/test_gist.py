"""Which documents a chunk must be built beside."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from stancebook.large.gist import companions

IDS = "abcdefgh"


def test_a_chunk_is_built_beside_all_that_its_documents_lead_to_and_are_reached_from():
    links = [("b", "c"), ("d", "e"), ("e", "f"), ("h", "f")]
    chunks = [["a", "b"], ["c", "d"], ["e"], ["f", "g", "h"]]
    assert companions(links, chunks) == {
        0: ["c"],
        1: ["b", "e", "f", "h"],
        2: ["d", "f", "h"],
        3: ["d", "e"],
    }


def test_links_within_a_chunk_lead_nowhere_else_and_those_to_nothing_give_it_nobody():
    links = [("a", "b"), ("c", "nowhere"), ("d", "nowhere")]
    assert companions(links, [["a", "b"], ["c"], ["d"]]) == {1: [], 2: []}


@given(
    links=st.lists(st.tuples(st.sampled_from(IDS), st.sampled_from([*IDS, "nowhere", "nowhere"]))),
    ends=st.sets(st.integers(1, len(IDS) - 1)),
)
def test_whoever_is_linked_over_however_many_is_there_and_nobody_else(links, ends):
    bounds = [0, *sorted(ends), len(IDS)]
    chunks = [list(IDS[start:end]) for start, end in pairwise(bounds)]
    found = companions(links, chunks)
    for number, chunk in enumerate(chunks):
        reached = set(chunk)
        while more := {other for link in links for other in link if reached & set(link)} - reached - {"nowhere"}:
            reached |= more
        away = any("nowhere" in link and reached & set(link) for link in links)
        assert set(found.get(number, [])) == reached - set(chunk)
        assert (number in found) == bool(reached - set(chunk) or away)
