"""What is known of chunks: beside which documents they must be built, and what stands for their rows."""

import json
from itertools import pairwise

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stancebook.build.derivation import distinct_rows
from stancebook.build.pipeline import build_corpus
from stancebook.parallel.chunk_summary import (
    chunk_rule_inputs,
    document_id_column,
    input_checksums,
    linked_documents,
    merge_checksums,
    merge_rule_inputs,
)
from tests.unit.parallel.sample_corpora import MANY, PEOPLE, annotations, claim, corpus_of, letter

IDS = "abcdefgh"


def test_a_chunk_is_built_beside_all_that_its_documents_lead_to_and_are_reached_from():
    links = [("b", "c"), ("d", "e"), ("e", "f"), ("h", "f")]
    chunks = [["a", "b"], ["c", "d"], ["e"], ["f", "g", "h"]]
    assert linked_documents(links, chunks) == {
        0: ["c"],
        1: ["b", "e", "f", "h"],
        2: ["d", "f", "h"],
        3: ["d", "e"],
    }


def test_links_within_a_chunk_lead_nowhere_else_and_those_to_nothing_give_it_nobody():
    links = [("a", "b"), ("c", "nowhere"), ("d", "nowhere")]
    assert linked_documents(links, [["a", "b"], ["c"], ["d"]]) == {1: [], 2: []}


@given(
    links=st.lists(st.tuples(st.sampled_from(IDS), st.sampled_from([*IDS, "nowhere", "nowhere"]))),
    ends=st.sets(st.integers(1, len(IDS) - 1)),
)
def test_whoever_is_linked_over_however_many_is_there_and_nobody_else(links, ends):
    bounds = [0, *sorted(ends), len(IDS)]
    chunks = [list(IDS[start:end]) for start, end in pairwise(bounds)]
    found = linked_documents(links, chunks)
    for number, chunk in enumerate(chunks):
        reached = set(chunk)
        while more := {other for link in links for other in link if reached & set(link)} - reached - {"nowhere"}:
            reached |= more
        away = any("nowhere" in link and reached & set(link) for link in links)
        assert set(found.get(number, [])) == reached - set(chunk)
        assert (number in found) == bool(reached - set(chunk) or away)


# ── What stands for rows ──────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def frames():
    """The tables of four letters in order."""
    said = {
        "a": [claim(0, strength="weak", when_edtf="1901-04-29"), claim(1, person_id="falk", witnesses=["berta"])],
        "b": [claim(0, answers_id="a#c01"), claim(1, strength="fair", person_id="falk", when_edtf="../1901-05-01")],
        "c": [],
        "d/e": [claim(0, witnesses=["berta", "falk"]), claim(1), claim(2, strength="weak", when_edtf="1901-04-29")],
    }
    files = {"codebook/people.yaml": PEOPLE.encode()}
    for number, (doc_id, claims) in enumerate(said.items()):
        files[f"documents/{doc_id}.txt"] = letter(number).encode()
        files[f"documents/{doc_id}.yaml"] = annotations(claims, pages=str(1 + number % 2)).encode()
    return build_corpus(MANY, corpus_of(files)).frames


def parted(frames, number_of):
    """Rows of documents by the number of their document's chunk."""
    homes = {
        spec.name: frames[spec.name][document_id_column(MANY, spec)].str.partition("#")[0]
        for spec in MANY.document_tables
    }
    return [
        frames | {name: frames[name][of.map(number_of) == number].reset_index(drop=True) for name, of in homes.items()}
        for number in sorted(set(number_of.values()))
    ]


numbers = st.fixed_dictionaries({doc_id: st.integers(0, 2) for doc_id in ("a", "b", "c", "d/e")})


@given(number_of=numbers)
@settings(max_examples=10)
def test_what_is_known_of_chunks_adds_up_to_what_is_known_of_all(number_of, frames):
    chunks = parted(frames, number_of)
    for table, seen in merge_rule_inputs(
        MANY, json.loads(json.dumps([chunk_rule_inputs(MANY, each) for each in chunks]))
    ).items():
        pd.testing.assert_frame_equal(seen, distinct_rows(frames, MANY.rule_inputs)[table])
    sums = [input_checksums(MANY, each) for each in chunks]
    for table, whole in input_checksums(MANY, frames).items():
        assert merge_checksums(each[table] for each in sums) == whole


def test_sums_are_of_the_rows_that_are_read_in_whatever_order_and_change_with_each_cell(frames):
    before = input_checksums(MANY, frames)
    shuffled = {name: frame.iloc[::-1].reset_index(drop=True) for name, frame in frames.items()}
    assert input_checksums(MANY, shuffled) == before
    claims = frames["claims"]
    for column, derived in {"strength": set(), "person_id": {"tallies", "threads"}, "claim_id": {"threads"}}.items():
        changed = claims.assign(**{column: [*claims[column][:-1], claims[column].iloc[1]]})
        after = input_checksums(MANY, {**frames, "claims": changed.astype(claims.dtypes)})
        assert {table for table in before if after[table] != before[table]} == derived
    letters = frames["letters"]
    changed = letters.assign(sent=[*letters["sent"][:-1], pd.Timestamp("1901-05-05")]).astype(letters.dtypes)
    after = input_checksums(MANY, {**frames, "letters": changed})
    assert {value for value in before["threads"] if after["threads"][value] != before["threads"][value]} == {"otto"}
    assert after["tallies"] == before["tallies"]
