"""The fast path builds a corpus with the same rows as the diagnosing path, or refuses it."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.corpora import Recipe, write
from schemas import CONTRACT
from stancebook.build.pipeline import build_corpus, build_tables
from stancebook.sources.corpus import load_corpus
from tests.unit.fast_path_oracle import build_with_fast_path, fast_path_agrees
from tests.unit.parallel.sample_corpora import LINKED_LETTERS, annotations, claim, corpora, corpus_of, one_letter_corpus

# ── Valid documents ─────────────────────────────────────────────────────────────────────────────────


def test_fast_path_builds_valid_projects(built, article):
    """The fast path builds the projects that people wrote, with the same rows."""
    assert fast_path_agrees(built)
    assert fast_path_agrees(article)


def test_fast_path_builds_generated_corpus(tmp_path):
    """The fast path builds a generated corpus, with the same rows."""
    write(tmp_path, 11, Recipe(answers=0.3, nested=True))
    assert fast_path_agrees(build_tables(CONTRACT, tmp_path))


@given(files=corpora(valid=True))
@settings(max_examples=8)
def test_fast_path_builds_valid_documents(files):
    """The fast path builds documents exactly if they have no problems; they may refer to each other."""
    build = build_corpus(LINKED_LETTERS, corpus_of(files))
    documents = [problem for problem in build.problems if "documents/" in problem.file]
    assert fast_path_agrees(build) is not bool(documents)


@pytest.mark.parametrize("notation", ["yaml", "json"])
def test_fast_path_refuses_generated_faults(notation, tmp_path):
    """The fast path refuses every document of a generated corpus with faults."""
    write(tmp_path, 14, Recipe(faults=1, notation=notation))
    whole = load_corpus(tmp_path)
    for pair in whole.documents:
        assert build_with_fast_path(CONTRACT, replace(whole, documents=(pair,))) is None


# ── Documents with problems ──────────────────────────────────────────────────────────────────


@given(files=corpora())
@settings(max_examples=20)
def test_fast_path_refuses_documents_with_problems(files):
    """The fast path builds no corpus in which the diagnosing path finds a problem."""
    fast_path_agrees(build_corpus(LINKED_LETTERS, corpus_of(files)))


@st.composite
def damaged_letters(draw):
    """Return a letter with some claims, in which a few characters are overwritten, left out or inserted."""
    claims = [claim(0, strength="fair"), claim(1, answers_id="c00", witnesses=["falk", "berta"]), claim(2)]
    written = annotations(claims)
    for _ in range(draw(st.integers(1, 2))):
        at, until = sorted(draw(st.tuples(*[st.integers(0, len(written))] * 2)))
        new = draw(st.text("-:?[]{},#&*!|>'\"%@`~ \n\t0c1at\u00e9\u2028", max_size=4))
        written = written[:at] + new + written[min(at + draw(st.integers(0, 3)), until) :]
    return written


@given(written=damaged_letters())
@settings(max_examples=20)
def test_fast_path_refuses_damaged_document(written):
    """The fast path builds a randomly damaged document only if it has no problems."""
    fast_path_agrees(build_corpus(LINKED_LETTERS, one_letter_corpus(written)))


@pytest.mark.parametrize("facts", ["pages: ~", "pages:", "pages: 0", "pages: two"])
def test_missing_integer_is_not_zero(facts):
    """A missing or invalid integer is an error, not 0."""
    build = build_corpus(LINKED_LETTERS, one_letter_corpus(annotations([claim(0)]).replace("pages: 2", facts)))
    assert build.errors
    assert not fast_path_agrees(build)


@pytest.mark.parametrize("name", ["", " ~", " []", " [{a: b}]", " ' '"])
def test_parent_record_needs_id(name):
    """A record with nested records needs an id."""
    written = annotations([claim(0, witnesses=["falk"])]).replace("id: c00", f"id:{name}")
    build = build_corpus(LINKED_LETTERS, one_letter_corpus(written))
    assert build.errors
    assert not fast_path_agrees(build)
