"""Units with the rows of each coder, and what differs in them."""

from stancebook.coders.compared import compared_units
from tests.unit.coders.conftest import read
from tests.unit.sample_contract import ANNOTATIONS, LETTERS

WITNESS = "      - {person_id: berta}\n"


def units(seeds, *coders):
    codings = read(seeds)
    return list(compared_units(LETTERS, [codings[coder] for coder in coders], ["bridge"]))


def test_equal_codings_have_equal_units(coded):
    """The record and each row are a unit of the rows of both coders, and nothing differs."""
    found = units(coded(ann=ANNOTATIONS), "ann", "authoritative")
    assert [(unit.doc_id, unit.table, unit.rows, unit.differing) for unit in found] == [
        ("bridge", "letters", {0: 0, 1: 0}, ()),
        ("bridge", "claims", {0: 0, 1: 0}, ()),
        ("bridge", "claims", {0: 1, 1: 1}, ()),
    ]


def test_differing_columns_are_named(coded):
    """A unit names the columns in which the coders differ, and a list whose records are others."""
    other = ANNOTATIONS.replace("strength: fair", "strength: weak").replace(WITNESS, "      - {person_id: falk}\n")
    assert units(coded(ann=other), "ann", "authoritative")[1].differing == ("strength", "witnesses")


def test_unit_of_one_coder_is_kept(coded):
    """A row that one coder has is a unit of its own, in which nothing differs."""
    found = units(coded(ann=ANNOTATIONS.partition("  - id: c02")[0]), "ann", "authoritative")
    assert [(unit.rows, unit.differing) for unit in found[1:]] == [({0: 0, 1: 0}, ()), ({1: 1}, ())]
