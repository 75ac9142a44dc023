"""Rows are found by the words of their passages and other text."""

import pytest

from stancebook.build.pipeline import build_tables
from stancebook.dataset.descriptor import read_package
from stancebook.dataset.search import SearchError, search_rows
from tests.dataset_files import written
from tests.unit.sample_contract import LETTERS, write


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """The dataset of the sample contract, with names in other scripts."""
    folder = tmp_path_factory.mktemp("letters")
    people = """\
people:
  - {person_id: berta, name: Berta Île-Verte}
  - {person_id: falk, name: 和平谈判小组}
  - {person_id: otto, name: "Otto “O’Neill” STRASSE", lives_in: FA1, master_id: falk}
"""
    return read_package(written(build_tables(LETTERS, write(folder, people=people)), folder / "dataset"))


@pytest.fixture
def found(package):
    """Return a function that searches, and returns table, key, and the marked words by column."""

    def search(words, tables=(), filters=()):
        return [
            (
                hit.table,
                hit.key,
                {name: [hit.cells[name][slice(*place)] for place in places] for name, places in hit.marks.items()},
            )
            for hit in search_rows(package, words, tables, filters)
        ]

    return search


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("river says", [("claims", "bridge#c01", {"quote": ["says", "river"]})]),
        ('"the river did"', [("claims", "bridge#c01", {"quote": ["the river did"]})]),
        ("“rope was”", [("claims", "bridge#c02", {"quote": ["rope was"]})]),
        ('"river the"', []),
        ("riv", []),
        ("river rope", []),
        ("monday RIVER", [("claims", "bridge#c01", {"when_text": ["Monday"], "quote": ["river"]})]),
        ("ILE verte", [("people", "berta", {"name": ["Île", "Verte"]})]),
        ("o'neill", [("people", "otto", {"name": ["O’Neill"]})]),
        ("谈判", [("people", "falk", {"name": ["和平谈判小组"]})]),
        ("FA1", []),
        ("bridge#c01", []),
    ],
)
def test_rows_have_all_words(found, words, expected):
    """A row is found if it has all words, in any of its texts; a phrase is in one; codes and keys are not searched."""
    assert found(words) == expected


def test_overlapping_marks_are_one(found):
    """Words that several terms have are marked once."""
    assert found('"river did" "did it" river') == [("claims", "bridge#c01", {"quote": ["river did it"]})]


def test_filters_and_tables_limit_a_search(found):
    """A filter leaves out rows with other values, and tables without the column; without words, all rows are found."""
    assert [hit[:2] for hit in found("", filters=[("person_id", "falk")])] == [
        ("people", "falk"),
        ("claims", "bridge#c02"),
        ("tallies", "falk"),
    ]
    assert [hit[:2] for hit in found("", ["claims"], [("person_id", "falk")])] == [("claims", "bridge#c02")]
    assert found("river", filters=[("person_id", "falk"), ("doc_id", "bridge")]) == []
    assert [hit[1] for hit in found("", filters=[("n_claims", "1"), ("person_id", "otto")])] == ["otto"]


def test_document_of_a_row(package):
    """A row says which document it is about: its own, or that of the row in whose record it is nested."""
    documents = {hit.table: hit.doc_id for hit in search_rows(package, "", filters=())}
    assert documents == {"people": "", "letters": "bridge", "claims": "bridge", "witnesses": "bridge", "tallies": ""}
    in_codebook = {hit.table for hit in search_rows(package, "") if hit.in_codebook}
    assert in_codebook == {"people"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            (("claim",), ()),
            "There is no table 'claim': one of people, letters, claims, witnesses, tallies; did you mean 'claims'?",
        ),
        (((), (("persn_id", "falk"),)), "No table has a column 'persn_id': "),
    ],
)
def test_unknown_names_are_refused(package, arguments, message):
    """A table or column that does not exist is an error that says which exist."""
    with pytest.raises(SearchError) as refused:
        list(search_rows(package, "river", *arguments))
    assert str(refused.value).startswith(message)
