"""Results that are used again: only while nothing that they depend on has changed."""

import itertools

import pandas as pd
import pytest

from stancebook.build.pipeline import check_codebook, check_documents, code_documents
from stancebook.build.result_cache import ResultCache
from stancebook.sources.corpus import load_corpus
from tests.unit.sample_contract import ANNOTATIONS, LETTERS, write

CHANGES = [
    ("strength: fair", "strength: strong"),
    ("strength: fair", "strength: fairly"),
    ("    quote: Otto says the river did it", "    quote: the miller was there"),
    ("    quote: Otto says the river did it", "    quote: the miller was elsewhere"),
    ("{person_id: berta}", "{person_id: falk}"),
    ("    witnesses:\n      - {person_id: berta}\n", ""),
    ("id: c02", "id: c01"),
    ("answers_id: c01", "answers_id: c02"),
    ("language: en", "language: de"),
    ("sent: 1901-05-04", "pages: 3"),
    ("claims:", "decisions:\n  - {row: claims.c09, decision: accepted}\nclaims:"),
]


@pytest.fixture
def read():
    """Return a function of tables that notes how often it is called."""
    calls = []

    def first_cell(tables):
        calls.append(1)
        return tables["a"].iloc[0, 0]

    first_cell.calls = calls
    return first_cell


@pytest.mark.parametrize(
    ("after", "inputs", "calls"),
    [({}, (1,), 1), ({"b": pd.DataFrame([3])}, (1,), 1), ({"a": pd.DataFrame([3])}, (1,), 2), ({}, (2,), 2)],
    ids=["same", "other-table", "other-frame", "other-input"],
)
def test_call_is_repeated_if_what_was_read_changed(read, after, inputs, calls):
    """A function is called again if a table that it has read is another one, or another input differs."""
    tables, cache = {"a": pd.DataFrame([1]), "b": pd.DataFrame([2])}, ResultCache()
    assert cache.call("first", read, tables, 1).value == 1
    again = cache.call("first", read, {**tables, **after}, *inputs)
    assert (len(read.calls), {*again.read}) == (calls, {"a"})
    assert again.value == after.get("a", tables["a"]).iloc[0, 0]


def test_call_is_repeated_for_a_table_that_was_missing():
    """A function that looked for a table which did not exist is called again once it does."""
    cache = ResultCache()
    assert not cache.call("has", lambda tables: "a" in tables, {}).value
    assert cache.call("has", lambda tables: "a" in tables, {"a": pd.DataFrame()}).value


def test_checks_with_one_cache_are_those_without(tmp_path):
    """After any change of a document, a check that knows earlier results finds what a check without any finds."""
    cache = ResultCache()
    texts = [ANNOTATIONS, *(ANNOTATIONS.replace(*change) for change in CHANGES)]
    assert len({*texts}) == len(texts)
    both = [first.replace(*second) for (first, second) in zip(texts[1:], CHANGES[1:], strict=False)]
    for number, text in enumerate(itertools.chain(texts, both, texts)):
        corpus = load_corpus(write(tmp_path / str(number), annotations=text))
        codebook = check_codebook(LETTERS, corpus)
        known, fresh = (
            check_documents(LETTERS, code_documents(LETTERS, corpus, codebook, each), codebook, each)
            for each in (cache, ResultCache())
        )
        assert known[1] == fresh[1]
        for name, frame in fresh[0].items():
            pd.testing.assert_frame_equal(known[0][name], frame)
