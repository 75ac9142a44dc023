"""Summaries of chunks: inputs of codebook rules, and checksums."""

import json

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stancebook.build.derivation import distinct_rows
from stancebook.build.pipeline import build_corpus
from stancebook.parallel.chunk_summary import (
    chunk_rule_inputs,
    input_checksums,
    merge_checksums,
    merge_rule_inputs,
)
from tests.unit.parallel.sample_corpora import LINKED_LETTERS, PEOPLE, annotations, claim, corpus_of, letter


@pytest.fixture(scope="module")
def frames():
    """The tables of four valid letters."""
    claims_of = {
        "a": [claim(0, strength="weak", when_edtf="1901-04-29"), claim(1, person_id="falk", witnesses=["berta"])],
        "b": [claim(0, answers_id="a#c01"), claim(1, strength="fair", person_id="falk", when_edtf="../1901-05-01")],
        "c": [],
        "d/e": [claim(0, witnesses=["berta", "falk"]), claim(1), claim(2, strength="weak", when_edtf="1901-04-29")],
    }
    files = {"codebook/people.yaml": PEOPLE.encode()}
    for number, (doc_id, claims) in enumerate(claims_of.items()):
        files[f"documents/{doc_id}.txt"] = letter(number).encode()
        files[f"documents/{doc_id}.yaml"] = annotations(claims, pages=str(1 + number % 2)).encode()
    return build_corpus(LINKED_LETTERS, corpus_of(files)).frames


def split_rows(frames, chunk_of):
    """Return the tables of each chunk."""
    documents = {
        name: frames[name]["claim_id" if name == "witnesses" else "doc_id"].str.partition("#")[0]
        for name in ("letters", "claims", "witnesses")
    }
    return [
        frames
        | {name: frames[name][ids.map(chunk_of) == number].reset_index(drop=True) for name, ids in documents.items()}
        for number in sorted(set(chunk_of.values()))
    ]


chunk_numbers = st.fixed_dictionaries({doc_id: st.integers(0, 2) for doc_id in ("a", "b", "c", "d/e")})


@given(chunk_of=chunk_numbers)
@settings(max_examples=10)
def test_summaries_of_chunks_add_up(chunk_of, frames):
    """Merged summaries of chunks equal the summaries of the complete corpus."""
    chunks = split_rows(frames, chunk_of)
    for table, rows in merge_rule_inputs(
        LINKED_LETTERS, json.loads(json.dumps([chunk_rule_inputs(LINKED_LETTERS, chunk) for chunk in chunks]))
    ).items():
        pd.testing.assert_frame_equal(rows, distinct_rows(frames, LINKED_LETTERS.rule_inputs)[table])
    checksums = [input_checksums(LINKED_LETTERS, chunk) for chunk in chunks]
    for table, total in input_checksums(LINKED_LETTERS, frames).items():
        assert merge_checksums(chunk[table] for chunk in checksums) == total


def test_checksums_depend_on_inputs_only(frames):
    """Checksums ignore the order of rows and change only for tables that read a changed cell."""
    before = input_checksums(LINKED_LETTERS, frames)
    shuffled = {name: frame.iloc[::-1].reset_index(drop=True) for name, frame in frames.items()}
    assert input_checksums(LINKED_LETTERS, shuffled) == before
    claims = frames["claims"]
    for column, derived in {"strength": set(), "person_id": {"tallies", "threads"}, "claim_id": {"threads"}}.items():
        changed = claims.assign(**{column: [*claims[column][:-1], claims[column].iloc[1]]})
        after = input_checksums(LINKED_LETTERS, {**frames, "claims": changed.astype(claims.dtypes)})
        assert {table for table in before if after[table] != before[table]} == derived
    letters = frames["letters"]
    changed = letters.assign(sent=[*letters["sent"][:-1], pd.Timestamp("1901-05-05")]).astype(letters.dtypes)
    after = input_checksums(LINKED_LETTERS, {**frames, "letters": changed})
    assert {value for value in before["threads"] if after["threads"][value] != before["threads"][value]} == {"otto"}
    assert after["tallies"] == before["tallies"]
