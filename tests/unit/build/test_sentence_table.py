"""The table of sentences, and the places of passages in it: built, written, validated and compared with texts."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

import stancebook as sb
from stancebook.build.pipeline import build_tables
from stancebook.dataset.descriptor import read_package
from stancebook.dataset.exports.sqlite import to_sqlite
from stancebook.dataset.validation import validate_dataset
from stancebook.exceptions import ContractError
from stancebook.metadata.json_schema import annotation_schema
from stancebook.schema.columns import integer, paragraph_number, primary_key, sentence_number
from stancebook.schema.compiler import compile_model
from stancebook.schema.models import Annotation, Sentence
from stancebook.schema.rules import rule
from tests.dataset_files import change_cells, written
from tests.unit.sample_contract import Letters, People, contract, write

LETTER = """\
[Ida's](https://example.org) letter

# The bridge

It fell on Monday. Otto says the river did it;
Mr. Falk says the rope was old.

Otto was there.
"""
ANNOTATIONS = """\
letter: {language: en, sent: 1901-05-04}
claims:
  - {id: c01, quote: Mr. Falk says the rope was old}
  - {id: c02, quote: It fell on Monday}
  - {id: c03, quote: Otto was there}
  - {id: c04, quote: The bridge}
"""


class Claims(Annotation):
    """One claim."""

    claim_id: str = primary_key("The letter's id and the claim's own.")
    in_paragraph: int = paragraph_number("The paragraph that it starts in.")
    in_sentence: int = sentence_number("The sentence that it starts in.")


class Lines(Sentence):
    """One sentence of a letter."""


NUMBERED = contract(People, Letters, Claims, Lines)


@pytest.fixture
def seeds(tmp_path):
    return write(tmp_path, ANNOTATIONS, letter=LETTER)


@pytest.fixture
def dataset(seeds, tmp_path):
    return written(build_tables(NUMBERED, seeds), tmp_path / "dataset")


def test_sentences_of_texts_are_a_table(seeds):
    """Each sentence of a text is a row, with its number, its paragraph, its heading and its place."""
    lines = build_tables(NUMBERED, seeds).frames["lines"]
    cells = lines[["doc_id", "sentence", "paragraph"]].assign(heading=lines["heading"].fillna("none"))
    assert cells.to_numpy().tolist() == [
        ["bridge", 1, 1, "none"],
        ["bridge", 2, 2, "The bridge"],
        ["bridge", 3, 3, "The bridge"],
        ["bridge", 4, 3, "The bridge"],
        ["bridge", 5, 4, "The bridge"],
    ]
    assert [LETTER[start:end] for start, end in zip(lines["char_start"], lines["char_end"], strict=True)] == [
        "[Ida's](https://example.org) letter",
        "# The bridge",
        "It fell on Monday.",
        "Otto says the river did it;\nMr. Falk says the rope was old.",
        "Otto was there.",
    ]


def test_passages_have_numbers(seeds):
    """A passage has the numbers of the paragraph and of the sentence that it starts in."""
    claims = build_tables(NUMBERED, seeds).frames["claims"]
    numbers = zip(claims["in_paragraph"], claims["in_sentence"], strict=True)
    assert dict(zip(claims["quote"], numbers, strict=True)) == {
        "Mr. Falk says the rope was old": (3, 4),
        "It fell on Monday": (3, 3),
        "Otto was there": (4, 5),
        "The bridge": (2, 2),
    }


@pytest.mark.parametrize(
    ("letter", "quote", "numbers"), [("* * *\n\nIt fell.\n", "* * *", (1, 1)), ("☂ ☂\n", "☂ ☂", (1, 1))]
)
def test_passage_in_no_sentence_has_numbers(letter, quote, numbers, tmp_path):
    """A passage that is in no sentence has numbers too, even if the text has no sentence."""
    annotations = f'letter: {{language: en, sent: 1901-05-04}}\nclaims: [{{id: c01, quote: "{quote}"}}]\n'
    built = build_tables(NUMBERED, write(tmp_path, annotations, letter=letter))
    assert built.problems == []
    assert tuple(built.frames["claims"][["in_paragraph", "in_sentence"]].iloc[0]) == numbers


def test_coders_do_not_write_numbers(seeds):
    """Neither the table of sentences nor the numbers of passages are written by coders."""
    schema = annotation_schema(NUMBERED)
    assert "lines" not in schema["properties"]
    assert not {"in_paragraph", "in_sentence"} & set(schema["properties"]["claims"]["items"]["properties"])
    path = seeds / "documents/bridge.yaml"
    path.write_text(ANNOTATIONS.replace("c01,", "c01, in_sentence: 4,") + "lines: []\n", encoding="utf-8")
    assert len(build_tables(NUMBERED, seeds).problems) == 2


def test_dataset_with_sentences_is_valid(dataset, seeds):
    """A dataset with a table of sentences is valid by its data package, its texts and its contract."""
    assert sb.Dataset(dataset).validate(seeds=seeds, contract=NUMBERED) == []
    assert len(sb.load("lines", path=dataset)) == 5


def test_sentences_are_exported(dataset, tmp_path):
    """The table of sentences is exported like any other."""
    package = read_package(dataset)
    to_sqlite(package, validate_dataset(package).tables, tmp_path / "letters.db")
    with closing(sqlite3.connect(tmp_path / "letters.db")) as database:
        assert database.execute("SELECT max(sentence), count(heading) FROM lines").fetchall() == [(5, 4)]


def messages(problems):
    return [f"{Path(problem.file).name}:{problem.line}: {problem.message}" for problem in problems]


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        (
            {"char_end": {1: 3}},
            "lines.parquet:2: the sentence starts at 37 and ends at 3: its end comes after its start",
        ),
        ({"char_end": {4: 1000}}, "lines.parquet:5: the sentence from 131 to 1000 ends after its text"),
        ({"char_start": {2: 40}}, "lines.parquet:3: the sentence does not follow the one before it: "),
        ({"sentence": {4: 7}}, "lines.parquet:5: the sentence does not follow the one before it: "),
        ({"paragraph": {4: 1}}, "lines.parquet:5: the sentence does not follow the one before it: "),
    ],
    ids=["end", "beyond", "overlap", "number", "paragraph"],
)
def test_impossible_sentence_is_one_problem(cells, message, dataset):
    """A sentence that ends before it starts or after its text, or is out of order, is one problem of the dataset."""
    change_cells(dataset, "lines", **cells)
    [found] = messages(sb.Dataset(dataset).validate())
    assert found.startswith(message)


@pytest.mark.parametrize(
    ("table", "cells", "message"),
    [
        ("lines", {"heading": {4: "Otto"}}, "lines.parquet:5: 'Otto' is not what the contract computes: 'The bridge'"),
        ("lines", {"char_end": {4: 140}}, "lines.parquet:5: '140' is not what the contract computes: '146'"),
        ("claims", {"in_sentence": {0: 2}}, "claims.parquet:1: '2' is not what the contract computes: '4'"),
        ("claims", {"in_paragraph": {0: 1}}, "claims.parquet:1: '1' is not what the contract computes: '3'"),
    ],
    ids=["heading", "end", "sentence", "paragraph"],
)
def test_other_sentence_than_computed_is_one_problem(table, cells, message, dataset, seeds):
    """A sentence that is not that of the text, or the number of another one, is reported with texts and contract."""
    change_cells(dataset, table, **cells)
    assert sb.Dataset(dataset).validate(seeds=seeds) == []
    assert messages(sb.Dataset(dataset).validate(seeds=seeds, contract=NUMBERED)) == [message]


# ── Contracts ─────────────────────────────────────────────────────────────────────────────────────


class MoreLines(Sentence):
    """One more sentence."""


class Words(Sentence):
    """One sentence with a column of its own."""

    words: int = integer("How many words it has.", minimum=1)


class NumberedLetters(Letters, section="letter"):
    """One letter with a number."""

    in_sentence: int = sentence_number("In no sentence.")


@rule("lines", "heading")
def lines_have_headings(tables):
    """A line has a heading."""
    return tables["lines"]["heading"].notna()


def test_second_table_of_sentences_is_refused():
    """A contract has at most one table of sentences."""
    with pytest.raises(ContractError, match="lines and more_lines would have the same rows: keep one Sentence model"):
        contract(People, Letters, Claims, Lines, MoreLines)


def test_rule_on_sentences_is_refused():
    """The table of sentences is not coded, so that no rule is on it."""
    with pytest.raises(ContractError, match=r"is on lines\.heading, which is no coded table"):
        contract(People, Letters, Claims, Lines, rules=(lines_have_headings,))


@pytest.mark.parametrize(
    ("model", "sentence"),
    [
        (Words, "Words.words: a Sentence table is filled from texts alone, and has no other columns."),
        (NumberedLetters, "NumberedLetters.in_sentence: declare sentence_number() in an Annotation table: only a"),
    ],
)
def test_column_that_nothing_fills_is_refused(model, sentence):
    """A column of sentences that is not computed from texts, or a number of what is no passage, is refused."""
    with pytest.raises(ContractError) as caught:
        compile_model(model)
    assert sentence in str(caught.value)
