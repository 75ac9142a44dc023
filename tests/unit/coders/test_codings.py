from pathlib import Path

import pytest

from stancebook.build.pipeline import build_tables
from stancebook.coders.summary import summarize_codings
from stancebook.sources.corpus import load_corpus
from stancebook.sources.discovery import SourceListing, discover, discover_codings
from tests.unit.coders.conftest import read
from tests.unit.sample_contract import ANNOTATIONS, LETTERS


def problems(seeds: Path):
    """Return the problems of codings as files without their folder, positions and texts."""
    listing = discover(seeds)
    found = summarize_codings(LETTERS, seeds, listing, discover_codings(seeds, listing.documents)).problems
    return [(Path(each.file).relative_to(seeds).as_posix(), each.line, each.column, each.message) for each in found]


def test_codings_are_listed_by_coder(coded):
    """Each coder has a folder, and a coding has the name of its document."""
    listing = discover_codings(coded(ben="", ann=""), discover(coded()).documents)
    assert [*listing.coders] == ["ann", "ben"]
    [document] = listing.coders["ann"]
    assert (document.doc_id, document.text.name) == ("bridge", "documents/bridge.txt")
    assert document.annotations.name == "codings/ann/bridge.yaml"
    assert listing.problems == ()


def test_sources_without_codings_have_none(letters):
    """Codings are optional."""
    listing = discover_codings(letters, discover(letters).documents)
    assert (listing.coders, listing.problems) == ({}, ())


MISPLACED = {
    "codings/bridge.yaml": ("is in no coder's folder", "codings/ab/bridge.yaml"),
    "codings/ann/brigde.yaml": ("is a coding of no document", "did you mean 'bridge'?"),
    "codings/Ann B/bridge.yaml": ("'Ann B/bridge' cannot be the name of a coder and a document's id", "ann-b/bridge"),
    "codings/authoritative/bridge.yaml": ("'authoritative' is no name for a coder: ", "name the folder differently"),
    "codings/ann/bridge.txt": ("is not a file that a build reads", "ends in .yaml or .json"),
}


@pytest.mark.parametrize("name", MISPLACED)
def test_misplaced_coding_is_a_problem(letters, name):
    """A coding has a coder, a text, a valid name and the extension of a record file."""
    path = letters / name
    path.parent.mkdir(parents=True)
    path.write_text(ANNOTATIONS, encoding="utf-8")
    [problem] = discover_codings(letters, discover(letters).documents).problems
    message, hint = MISPLACED[name]
    assert problem.message.startswith(message)
    assert hint in problem.hint


def test_coding_is_checked_like_annotations(coded):
    """A coding has the problems that the same annotations of the dataset would have, at its own lines."""
    wrong = ANNOTATIONS.replace("strength: fair", "strength: fare").replace("the river did it", "the river did")
    seeds = coded(ann=wrong.replace("person_id: falk", "person_id: flak"))
    (seeds / "documents/bridge.yaml").write_text(wrong.replace("person_id: falk", "person_id: flak"), encoding="utf-8")
    expected = [
        ("codings/ann/bridge.yaml", each.line, each.column, each.message)
        for each in build_tables(LETTERS, seeds).errors
    ]
    assert problems(seeds) == expected != []


def test_unreadable_coding_is_a_problem(coded):
    """A coding that is not YAML, or not UTF-8, is reported."""
    seeds = coded(ann="claims: [")
    (seeds / "codings/ann/bridge.yaml").write_bytes(b"letter: \xff")
    assert [(name, line) for name, line, *_ in problems(seeds)] == [("codings/ann/bridge.yaml", 1)]


def test_valid_coding_has_no_problem(coded):
    """A valid coding, in YAML or JSON, has no problem; rules on its own rows hold."""
    assert problems(coded(ann=ANNOTATIONS, ben=ANNOTATIONS)) == []
    strong = ANNOTATIONS.replace("strength: fair", "strength: strong").replace("- {person_id: berta}", "[]")
    [(name, line, _, message)] = problems(coded(cid=strong))
    assert (name, line, message) == ("codings/cid/bridge.yaml", 7, "A strong claim has witnesses.")


def test_codings_never_enter_the_dataset(coded):
    """With codings, even broken ones, sources list and build to the same."""
    before, listing = load_corpus(coded()).digest, discover(coded())
    seeds = coded(ann="broken: [", ben=ANNOTATIONS)
    built = build_tables(LETTERS, seeds)
    assert (built.problems, built.corpus.digest) == ([], before)
    after = discover(seeds)
    assert SourceListing(after.codebook, after.documents, after.complete, after.problems) == SourceListing(
        listing.codebook, listing.documents, listing.complete, listing.problems
    )


def test_position_is_that_of_the_row(coded):
    """A row's position is that of its record in the coder's file."""
    coding = read(coded(ann=ANNOTATIONS))["ann"]
    assert str(coding.position("claims", 1)).endswith("codings/ann/bridge.yaml:13:5")


def test_reference_to_a_document_that_is_not_coded_is_not_followed(coded):
    """A coding may refer to rows of a document that its coder did not code; one that is nowhere is a problem."""
    answering = ANNOTATIONS.replace("answers_id: c01", "answers_id: second#c01")
    seeds = coded(ann=answering)
    assert [message for *_, message in problems(seeds)] == ["'second#c01' is not among the claims"]
    for suffix in (".txt", ".yaml"):
        text = (seeds / f"documents/bridge{suffix}").read_text(encoding="utf-8")
        (seeds / f"documents/second{suffix}").write_text(text + "\n# A second letter.\n", encoding="utf-8")
    assert problems(seeds) == []
