"""Remarks in annotation files are checked, and make no rows."""

import pytest

from stancebook.build.pipeline import build_tables
from stancebook.exceptions import ContractError
from stancebook.schema.columns import primary_key
from stancebook.schema.models import Annotation
from stancebook.sources.yaml_fast_reader import read_fast
from tests.unit.sample_contract import ANNOTATIONS, LETTERS, Letters, contract, write

NOTHING = """\
nothing_here:
  - {quote: "Dear Ida,", note: salutation}
  - quote: was there
    prefix: miller
"""
DECISIONS = """\
decisions:
  - {row: claims.c01, decision: accepted, by: rv}
  - {row: claims.c09, decision: rejected, by: rv, note: said by nobody, quote: the river}
  - {row: letter, decision: changed, by: rv}
"""


@pytest.fixture
def problems(tmp_path):
    """Return a function that builds the sample with other annotations, and returns its problems in short."""

    def of(annotations):
        built = build_tables(LETTERS, write(tmp_path, annotations))
        return [
            f"{problem.line}:{problem.column}: {problem.level}: {problem.where}: {problem.message}"
            for problem in built.problems
        ]

    return of


def test_row_that_is_still_to_be_added_is_said_to_be(tmp_path):
    """A decision that takes a row of a coding which is not in the file yet says which command adds it."""
    accepted = "decisions:\n  - {row: claims.c03, decision: accepted, from: ann.c07}\n"
    [problem] = build_tables(LETTERS, write(tmp_path, ANNOTATIONS + accepted)).problems
    assert problem.hint == "'stancebook adjudicate' adds the row ann.c07 of the codings here"


def test_remarks_make_no_rows(tmp_path):
    """Remarks are read fast, located in the text, and in no table."""
    before = build_tables(LETTERS, write(tmp_path))
    annotations = ANNOTATIONS + NOTHING + DECISIONS
    built = build_tables(LETTERS, write(tmp_path, annotations))
    assert read_fast(annotations) is not None
    assert built.problems == []
    assert built.remarks["nothing_here"][["doc_id", "char_start"]].to_numpy().tolist() == [
        ["bridge", 0],
        ["bridge", 128],
    ]
    assert built.remarks["decisions"]["decision"].tolist() == ["accepted", "rejected", "changed"]
    assert built.frames.keys() == before.frames.keys()
    assert all(built.frames[name].equals(frame) for name, frame in before.frames.items())


@pytest.mark.parametrize(
    ("remark", "problem"),
    [
        ("nothing_here:\n  - {quote: Dear Ada}", "error: nothing_here[1].quote: not found in "),
        ("nothing_here:\n  - {note: x}", "error: nothing_here[1]: the key 'quote' is missing"),
        ("nothing_here:\n  - {quote: was there}", "error: nothing_here[1].quote: the quote occurs 2 times in "),
        ("nothing_here:\n  - {quote: Otto was, reason: x}", "error: nothing_here[1].reason: 'reason' is not a key of "),
        ("nothing_hear: []", "error: : 'nothing_hear' is not a table that this file may hold"),
        (
            "decisions:\n  - {row: claims.c01, decision: ok, by: rv}",
            "error: decisions[1].decision: 'ok' is not a value",
        ),
        (
            "decisions:\n  - {row: claims.c01, decision: rejected, by: rv}",
            "error: decisions[1].decision: a decision that is 'rejected' needs a reason",
        ),
        (
            "decisions:\n  - {row: claim.c01, decision: accepted, by: rv}",
            "error: decisions[1].row: 'claim.c01' names no row of this file",
        ),
        (
            "decisions:\n  - {row: claims.c03, decision: accepted, by: rv}",
            "warning: decisions[1].row: there is no row 'claims.c03' any more",
        ),
        (
            "decisions:\n  - {row: claims.c03, decision: open, from: ann.c03, over: ben.c1}",
            "warning: decisions[1].decision: coders differ here, and it is not decided yet",
        ),
        (
            "decisions:\n  - {row: claims.c01, decision: accepted, from: c01}",
            "error: decisions[1].from: 'c01' is not coders and ids, separated by commas, such as 'ab.s07'",
        ),
        ("adjudicated:\n  - {by: rv}", "error: adjudicated[1]: the key 'coding' is missing"),
        (
            "adjudicated:\n  - {coding: ann, texts: perhaps}",
            "error: adjudicated[1].texts: 'perhaps' is not ",
        ),
    ],
)
def test_faults_have_positions(problems, remark, problem):
    """A fault in a remark is reported where it is."""
    [found] = problems(f"{ANNOTATIONS}{remark}\n")
    line, column, rest = found.split(":", 2)
    assert rest.strip().startswith(problem)
    assert (int(line) - ANNOTATIONS.count("\n"), int(column) > 1) in [(1, False), (2, True)]


def test_section_of_a_table_is_refused():
    """A table cannot be written under the key of a remark."""

    class Decisions(Annotation):
        """One decision."""

        decision_id: str = primary_key("The key.")

    with pytest.raises(ContractError, match="may have a list 'decisions'"):
        _ = contract(Letters, Decisions).tables
