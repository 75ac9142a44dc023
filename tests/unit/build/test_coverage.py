import pytest

from stancebook.build.coverage import coverage, report
from stancebook.build.pipeline import build_tables
from tests.unit.sample_contract import LETTERS, write

LETTER = "Otto fell. The rope was old and thin. Nobody saw it fall from the mill.\n"
QUOTES = ("Otto fell.", "The rope was")


@pytest.fixture
def found(tmp_path):
    def cover(letter=LETTER, quotes=QUOTES, tables=()):
        rows = "".join(f"\n  - {{id: c{n}, person_id: otto, quote: {quote}}}" for n, quote in enumerate(quotes))
        annotations = f"letter: {{language: en, sent: 1901-05-04}}\nclaims:{rows}\n"
        built = build_tables(LETTERS, write(tmp_path, annotations, letter=letter))
        assert built.problems == []
        return coverage(built, tables)

    return cover


def share(found, name):
    return found.shares.loc[found.shares["table"].isna(), name].item()


def test_the_share_of_sentences_that_any_quote_touches_is_told(found):
    assert share(found(), "sentences") == pytest.approx(2 / 3)


def test_the_share_of_characters_leaves_white_space_apart_and_counts_none_twice(found):
    visible = len("".join(LETTER.split()))
    assert share(found(), "characters") == pytest.approx(len("Ottofell.Theropewas") / visible)
    twice = found(quotes=[*QUOTES, "Otto fell. The rope"])
    assert share(twice, "characters") == pytest.approx(len("Ottofell.Theropewas") / visible)
    assert share(twice, "quotes") == 3


def test_what_no_quote_touches_is_listed_with_its_place(found):
    untouched = found().untouched
    assert untouched["passage"].tolist() == ["old and thin", "Nobody saw it fall from the mill."]
    assert untouched["whole"].tolist() == [False, True]
    assert untouched[["line", "column"]].to_numpy().tolist() == [[1, 25], [1, 39]]
    for row in untouched.itertuples():
        assert LETTER[row.char_start : row.char_end] == row.passage


def test_a_word_or_two_between_quotes_is_no_passage_to_look_at(found):
    assert found(quotes=["Otto fell.", "The rope was old", "Nobody saw it fall from"]).untouched.empty


def test_every_document_has_a_row_a_table_and_one_for_all(found):
    shares = found().shares
    assert shares["doc_id"].tolist() == ["bridge", "bridge"]
    assert shares["table"].isna().tolist() == [False, True]


def test_a_text_without_quotes_is_wholly_untouched(found):
    bare = found(quotes=())
    assert (share(bare, "quotes"), share(bare, "sentences"), share(bare, "characters")) == (0, 0, 0)
    assert bare.untouched["whole"].all()


def test_a_report_states_the_shares_and_lists_the_passages_by_line(found):
    lines = report(found()).splitlines()
    assert lines[0] == "bridge"
    assert "2 untouched passages" in lines[-3]
    assert lines[-1].split() == ["1:39", "sentence", *["Nobody", "saw", "it", "fall", "from", "the", "mill."]]
