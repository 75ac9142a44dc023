import pytest

import stancebook
from stancebook.build.pipeline import build_tables
from stancebook.cli.main import main
from stancebook.coders.summary import CodingsSummary, summarize_codings
from stancebook.dataset.layout import DATA_CARD, DATAPACKAGE
from stancebook.sources.discovery import discover, discover_codings
from tests.unit.sample_contract import ANNOTATIONS, LETTERS

WEAK = ANNOTATIONS.replace("strength: fair", "strength: weak")


def summary(seeds):
    listing = discover(seeds)
    return summarize_codings(LETTERS, seeds, listing, discover_codings(seeds, listing.documents))


def test_section_says_who_agrees_how_far(coded):
    """The section names the coders, and has a table of units and one of variables."""
    section = summary(coded(ann=ANNOTATIONS, ben=WEAK)).section
    assert section.startswith(
        "## Agreement of coders\n\nSo far several coders agree on the same text, in 1 document: ann ("
    )
    assert "| claims | 2 / 2 | 2 | 1.00 | 1.00 | 1.00 |" in section
    assert "| `claims.person_id` | 2 | 100 % | 1.00 |" in section
    assert "`claims.strength`" not in section  # one unit with two values
    assert section.endswith("\n\nLeft out: 6 variables with an *n* below 2.")


def test_single_coder_is_compared_with_the_dataset(coded):
    """The annotations of the dataset are the other coding of a single coder."""
    assert "ann (not described); authoritative (not described)" in summary(coded(ann=WEAK)).section


def test_without_comparison_there_is_no_section(coded):
    """Without codings, or with problems in them, the data card has no such section."""
    assert summary(coded()) == CodingsSummary(())
    found = summary(coded(ann=ANNOTATIONS, ben="claims: ["))
    assert (found.section, len(found.problems)) == ("", 1)


@pytest.fixture
def built(coded, tmp_path):
    """Return a function that builds the letter with some codings, and returns the files of the dataset by name."""

    def build(**codings):
        stancebook.build_dataset(LETTERS, coded(**codings), tmp_path / "dataset")
        return {path.name: path.read_bytes() for path in (tmp_path / "dataset").iterdir()}

    return build


def test_codings_change_the_data_card_only(built):
    """Of a dataset, codings change the data card, and not even the digest in the data package."""
    before, after = built(), built(ann=ANNOTATIONS, ben=WEAK)
    changed = [name for name in before if before[name] != after[name]]
    assert changed == [DATA_CARD]
    assert b"## Agreement of coders\n" in after[DATA_CARD]
    assert before[DATAPACKAGE] == after[DATAPACKAGE]


def test_command_line_writes_the_same_data_card(built, coded, tmp_path, capsys):
    """The command line builds the same bytes, again after a coding has changed, and finds them up to date."""
    expected = built(ann=ANNOTATIONS, ben=WEAK)
    arguments = ["--seeds", str(tmp_path / "seeds"), "--out", str(tmp_path / "other")]
    coded(ben=ANNOTATIONS)
    assert main(["build", *arguments], root=tmp_path, contract=lambda: LETTERS) == 0
    coded(ben=WEAK)
    assert main(["build", *arguments], root=tmp_path, contract=lambda: LETTERS) == 0
    assert {path.name: path.read_bytes() for path in (tmp_path / "other").iterdir()} == expected
    assert main(["build", "--check", *arguments], root=tmp_path, contract=lambda: LETTERS) == 0
    assert "codings  2 by ann, ben: no problems\n" in capsys.readouterr().out
    assert build_tables(LETTERS, tmp_path / "seeds").problems == []
