import pytest

from stancebook.build.coverage import coverage, report
from stancebook.build.pipeline import build_tables
from tests.unit.sample_contract import LETTERS, write

LETTER = "Otto fell. The rope was old and thin. No one saw it fall from the mill.\n"
QUOTES = ("Otto fell.", "The rope was")


@pytest.fixture
def cover(tmp_path):
    def build_and_measure(letter=LETTER, quotes=QUOTES, tables=(), nothing=()):
        rows = "".join(f"\n  - {{id: c{n}, person_id: otto, quote: {quote}}}" for n, quote in enumerate(quotes))
        annotations = f"letter: {{language: en, sent: 1901-05-04}}\nclaims:{rows}\n"
        annotations += "".join(f"nothing_here: [{{quote: {quote}}}]\n" for quote in nothing)
        built = build_tables(LETTERS, write(tmp_path, annotations, letter=letter))
        assert built.problems == []
        return coverage(built, tables)

    return build_and_measure


def share(coverage, name):
    return coverage.shares.loc[coverage.shares["table"].isna(), name].item()


def test_share_of_sentences(cover):
    """The share of sentences counts those that any quote touches."""
    assert share(cover(), "sentences") == pytest.approx(2 / 3)


def test_share_of_characters_without_white_space(cover):
    """The share of characters ignores white space and counts no character twice."""
    visible = len("".join(LETTER.split()))
    assert share(cover(), "characters") == pytest.approx(len("Ottofell.Theropewas") / visible)
    twice = cover(quotes=[*QUOTES, "Otto fell. The rope"])
    assert share(twice, "characters") == pytest.approx(len("Ottofell.Theropewas") / visible)
    assert share(twice, "quotes") == 3


def test_untouched_passages_have_positions(cover):
    """Passages that no quote touches are listed with line, column and offsets."""
    untouched = cover().untouched
    assert untouched["passage"].tolist() == ["old and thin", "No one saw it fall from the mill."]
    assert untouched["whole"].tolist() == [False, True]
    assert untouched[["line", "column"]].to_numpy().tolist() == [[1, 25], [1, 39]]
    for row in untouched.itertuples():
        assert LETTER[row.char_start : row.char_end] == row.passage


def test_short_gaps_are_not_listed(cover):
    """One or two words between quotes are not listed."""
    assert cover(quotes=["Otto fell.", "The rope was old", "No one saw it fall from"]).untouched.empty


def test_shares_have_row_per_table_and_total(cover):
    """Each document has one row of shares per table, and one for all of them."""
    shares = cover().shares
    assert shares["doc_id"].tolist() == ["bridge", "bridge"]
    assert shares["table"].isna().tolist() == [False, True]


def test_text_without_quotes_has_no_coverage(cover):
    """A text without quotes has no coverage."""
    bare = cover(quotes=())
    assert (share(bare, "quotes"), share(bare, "sentences"), share(bare, "characters")) == (0, 0, 0)
    assert bare.untouched["whole"].all()


def test_report_lists_shares_and_passages(cover):
    """The report states the shares and lists the untouched passages by line."""
    lines = report(cover()).splitlines()
    assert lines[0] == "bridge"
    assert "2 untouched passages" in lines[-3]
    assert lines[-1].split() == ["1:39", "sentence", *["No", "one", "saw", "it", "fall", "from", "the", "mill."]]


def test_passage_without_anything_to_code_is_read(cover):
    """A passage that is said to hold nothing is not untouched; its share is apart from that of the quotes."""
    read = cover(nothing=["No one saw it fall from the mill"])
    assert read.untouched["passage"].tolist() == ["old and thin"]
    assert read.shares["table"].fillna("").tolist() == ["claims", "nothing_here", ""]
    assert share(read, "sentences") == share(cover(), "sentences")
    assert "nothing_here        1        33%" in report(read)
