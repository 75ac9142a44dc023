"""What a file says of the codings that it is made from is checked, and is in the data card."""

import pytest

from stancebook.coders.summary import summarize_codings
from stancebook.sources.discovery import discover, discover_codings
from tests.unit.sample_contract import ANNOTATIONS, LETTERS

MADE = """\
adjudicated:
  - {coding: ann, by: rv}
  - {coding: ben, by: rv}
decisions:
  - {row: claims.c01, decision: accepted, from: ann.c01, over: ben.c01, by: rv}
  - {row: claims.c02, decision: changed, from: "ann.c02, ben.c02", by: rv}
  - {row: claims.c07, decision: rejected, from: ben.c03, by: rv, note: It repeats c02.}
"""


@pytest.fixture
def summary(coded):
    """Return a function that writes annotations next to two codings, and returns what a build says of the codings."""

    def of(remarks):
        seeds = coded(ann=ANNOTATIONS, ben=ANNOTATIONS)
        (seeds / "documents/bridge.yaml").write_text(ANNOTATIONS + remarks, encoding="utf-8")
        listing = discover(seeds)
        return summarize_codings(LETTERS, seeds, listing, discover_codings(seeds, listing.documents))

    return of


def test_data_card_says_what_was_decided(summary):
    """The data card says from which codings a document is made, by whom, and how often was decided what."""
    found = summary(MADE)
    assert found.problems == []
    assert found.section.endswith(
        "\n\nThe annotations of bridge are adjudicated from the codings ann and ben by rv;"
        " decisions on rows: 1 accepted, 1 changed, 1 rejected."
    )


def test_data_card_is_silent_without_adjudication(summary):
    """Of annotations that are made from no codings, the data card says nothing."""
    assert "adjudicated" not in summary("").section


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("coding: ben", "coding: benn", "adjudicated[2].coding"),
        ("over: ben.c01", "over: benn.c01", "decisions[1].over"),
        ("ann.c02, ben.c02", "ann.c02, benn.c02", "decisions[2].from"),
    ],
)
def test_unknown_coder_is_a_problem(summary, old, new, where):
    """A coder who did not code the text is a problem at its place, with the nearest name."""
    [problem] = summary(MADE.replace(old, new)).problems
    assert (problem.where, problem.message) == (where, "'benn' is no coder of this text")
    assert problem.hint == "one of ann, ben; did you mean 'ben'?"
