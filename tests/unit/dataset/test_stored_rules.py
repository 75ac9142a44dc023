"""Validation of what follows from the tables themselves, from the texts, and from the contract."""

import datetime as dt
import json
import shutil
from functools import partial
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import stancebook as sb
from schemas import CONTRACT
from stancebook.dataset.descriptor import read_package
from stancebook.dataset.package_json import signed
from stancebook.dataset.validation import validate_dataset
from tests.dataset_files import change_cells
from tests.docs.docs_runner import EXAMPLE_SEEDS
from tests.unit.sample_contract import LETTERS

DAY = dt.date(2031, 4, 1)


@pytest.fixture
def folder(dataset, tmp_path, monkeypatch):
    """A copy of the dataset, to be changed."""
    monkeypatch.chdir(tmp_path)
    return Path(shutil.copytree(dataset, tmp_path / "dataset"))


@pytest.fixture
def change(folder):
    """Return a function that changes cells, row by row, and makes the data package list the new files."""
    return partial(change_cells, folder)


def lines(problems):
    """Return problems as lines without the folder."""
    return [f"{Path(p.file).name}:{p.line}:{p.column}: {p.where}: {p.message}" for p in problems]


# ── The tables themselves ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        (
            {"char_end": {1: 3}},
            "statements.parquet:2:28: statements[river-talks#s02].char_start, char_end: the passage starts at 161 and"
            " ends at 3: its end comes after its start",
        ),
        (
            {"char_end": {1: 161}},
            "statements.parquet:2:28: statements[river-talks#s02].char_start, char_end: the passage starts at 161 and"
            " ends at 161: its end comes after its start",
        ),
        (
            {"char_end": {1: lambda end: end + 1}},
            "statements.parquet:2:27: statements[river-talks#s02].char_start, char_end, quote: the quote is not as long"
            " as the passage from 161 to 281",
        ),
        (
            {"quote": {1: lambda quote: quote[:-1]}},
            "statements.parquet:2:27: statements[river-talks#s02].char_start, char_end, quote: the quote is not as long"
            " as the passage from 161 to 280",
        ),
        (
            {"char_start": {1: 461}, "char_end": {1: 580}},
            "statements.parquet:2:26: statements[river-talks#s02].char_start, char_end, quote, doc_id: the passage from"
            " 461 to 580 ends after its text",
        ),
        (
            {"summary": {1: ""}},
            "statements.parquet:2:16: statements[river-talks#s02].summary: summary is empty, and must not be",
        ),
        (
            {"note": {1: ""}},
            "statements.parquet:2:25: statements[river-talks#s02].note: note is a text without characters; an empty"
            " cell has no value at all",
        ),
        (
            {"date_edtf": {1: "2031-13"}},
            "statements.parquet:2:19: statements[river-talks#s02].date_edtf: '2031-13' is not a date in EDTF",
        ),
        (
            {
                "date_edtf": {1: "2031-04-01"},
                "date_start": {1: dt.date(2031, 4, 1)},
                "date_end": {1: dt.date(2031, 4, 2)},
            },
            "statements.parquet:2:19: statements[river-talks#s02].date_end, date_edtf: '2031-04-02' is not the last day"
            " of '2031-04-01'",
        ),
        (
            {
                "date_edtf": {1: "../2031-04-01"},
                "date_start": {1: dt.date(2031, 4, 1)},
                "date_end": {1: dt.date(2031, 4, 1)},
            },
            "statements.parquet:2:19: statements[river-talks#s02].date_start, date_edtf: '2031-04-01' is not the first"
            " day of '../2031-04-01'",
        ),
        (
            {"date_edtf": {1: None}, "date_start": {1: DAY}, "date_end": {1: None}},
            "statements.parquet:2:19: statements[river-talks#s02].date_start, date_edtf: '2031-04-01' is given, but"
            " date_edtf is empty",
        ),
    ],
    ids=["end", "no length", "longer", "quote", "beyond", "empty", "no characters", "EDTF", "last", "first", "no EDTF"],
)
def test_cell_that_contradicts_others_is_one_problem(cells, problem, change, folder):
    """A cell that contradicts others of its row, or its text's length, is one problem at its row."""
    change("statements", **cells)
    assert lines(validate_dataset(read_package(folder)).problems) == [problem]


def test_key_of_another_document_is_reported(change, folder):
    """A key that does not begin with its document is a problem."""
    change("mentions", mention_id={1: "elsewhere#m02"})
    assert lines(validate_dataset(read_package(folder)).problems) == [
        "mentions.parquet:2:1: mentions[elsewhere#m02].mention_id, doc_id: 'elsewhere#m02' does not begin with its"
        " document, 'river-talks'"
    ]


def test_wrong_passages_of_a_dataset_in_parts_are_reported(split, tmp_path):
    """In a table of parts, wrong passages are reported at their rows, counted through all parts."""
    copy = shutil.copytree(split, tmp_path / "dataset")
    path = copy / "statements.parquet/part-00001.parquet"
    rows = pq.read_table(path)
    index = rows.schema.get_field_index("char_end")
    pq.write_table(rows.set_column(index, rows.schema.field(index), [[1]]), path)
    [line] = lines(validate_dataset(read_package(copy)).problems)
    assert line.startswith("statements.parquet:3:")
    assert line.endswith("its end comes after its start")


# ── The texts ─────────────────────────────────────────────────────────────────────────────────


def test_quotes_are_those_of_their_texts(dataset):
    """A dataset agrees with the texts that it was built from."""
    assert sb.Dataset(dataset).validate(seeds=EXAMPLE_SEEDS, contract=CONTRACT) == []


@pytest.mark.parametrize(
    ("table", "cells", "problem"),
    [
        (
            "statements",
            {"quote": {1: lambda quote: f"{quote[:-1]}X"}},
            "statements.parquet:2:27: statements[river-talks#s02].quote: the quote is not what the text has from 161 to"
            " 280: character 119 differs",
        ),
        (
            "statements",
            {"char_start": {1: 160}, "char_end": {1: 279}},
            "statements.parquet:2:27: statements[river-talks#s02].quote: the quote is not what the text has from 160 to"
            " 279: character 1 differs",
        ),
        (
            "documents",
            {"n_chars": {0: 467}},
            "documents.parquet:1:12: documents[river-talks].n_chars: 467 is not the length of the text, which is 466",
        ),
        (
            "documents",
            {"text_sha256": {0: "0" * 64}},
            "documents.parquet:1:10: documents[river-talks].text_sha256: the text in seeds is not the one that was"
            " coded: its SHA-256 differs",
        ),
    ],
    ids=["quote", "offsets", "length", "digest"],
)
def test_row_that_its_text_contradicts_is_one_problem(table, cells, problem, change, folder):
    """A row that its text contradicts is one problem, although the tables agree with each other."""
    change(table, **cells)
    shutil.copytree(EXAMPLE_SEEDS, "seeds")
    assert lines(sb.Dataset(folder).validate(seeds="seeds")) == [problem]


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda text: text.write_text(text.read_text("utf-8") + " ", "utf-8"), "is not the one that was coded"),
        (lambda text: text.write_bytes(text.read_bytes().replace(b"\n", b"\r\n")), "is not the one that was coded"),
        (lambda text: text.unlink(), "its text is not in seeds, so its quotes are not compared"),
        (lambda text: text.write_bytes(b"\xff"), "its text is not in seeds, so its quotes are not compared"),
    ],
    ids=["longer", "line ends", "missing", "not UTF-8"],
)
def test_other_text_is_one_problem_of_its_document(damage, message, folder):
    """A text that is missing or was changed is one problem, and not one of every quote."""
    shutil.copytree(EXAMPLE_SEEDS, "seeds")
    damage(Path("seeds/documents/river-talks.txt"))
    [problem] = sb.Dataset(folder).validate(seeds="seeds")
    assert message in problem.message


# ── The contract ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("table", "cells", "problems"),
    [
        (
            "formats",
            {"n_named_parties": {0: 3}},
            ["formats.parquet:1:5: formats[river-talks].n_named_parties: '3' is not what the contract computes: '2'"],
        ),
        (
            "stance_changes",
            {"direction": {0: "softened"}},
            [
                "stance_changes.parquet:1:10: stance_changes[actor:river-talks#s01].direction: 'softened' is not what"
                " the contract computes: 'first_observed'"
            ],
        ),
    ],
)
def test_value_that_the_contract_computes_otherwise(table, cells, problems, change, folder):
    """A value that the contract computes otherwise is reported with `contract=` only."""
    change(table, **cells)
    assert sb.Dataset(folder).validate() == []
    assert lines(sb.Dataset(folder).validate(contract=CONTRACT)) == problems


def rewritten(folder, table, change):
    """Change a table of a dataset, whose data package then says nothing of its digest."""
    path = folder / f"{table}.parquet"
    pq.write_table(change(pq.read_table(path)), path)
    package = json.loads((folder / "datapackage.json").read_bytes())
    for resource in package["resources"]:
        if resource["name"] == table:
            resource["rows"] = pq.read_metadata(path).num_rows
            del resource["hash"], resource["size"]
    (folder / "datapackage.json").write_text(json.dumps(signed(package)), encoding="utf-8")
    return sb.Dataset(folder)


def test_rule_across_tables_is_checked(letters, tmp_path):
    """A row that breaks a rule of the contract is reported with the sentence of the rule."""
    sb.build_dataset(LETTERS, letters, tmp_path / "built")

    def change(table):
        index = table.column_names.index("strength")
        return table.set_column(index, table.schema.field(index), [["fair", "strong"]])

    opened = rewritten(tmp_path / "built", "claims", change)
    assert opened.validate() == []
    assert lines(opened.validate(contract=LETTERS)) == [
        "claims.parquet:2:4: claims[bridge#c02].strength: A strong claim has witnesses."
    ]


def test_derived_rows_are_compared(letters, tmp_path):
    """A derived table that lacks a row is reported, and so is one whose rows are in another order."""
    sb.build_dataset(LETTERS, letters, tmp_path / "built")
    opened = rewritten(tmp_path / "built", "tallies", lambda table: table.slice(1))
    assert lines(opened.validate(contract=LETTERS)) == [
        "tallies.parquet:1:1: tallies: 1 row that the contract derives is missing"
    ]
    sb.build_dataset(LETTERS, letters, tmp_path / "other")
    opened = rewritten(tmp_path / "other", "tallies", lambda table: table.take([1, 0, 2]))
    assert lines(opened.validate(contract=LETTERS)) == [
        "tallies.parquet:1:1: tallies: its rows repeat or are in another order than the contract derives"
    ]


def test_other_contract_is_one_problem(folder):
    """A contract of other tables is one problem."""
    [problem] = sb.Dataset(folder).validate(contract=LETTERS)
    assert problem.message.startswith("the contract 'letters' describes other tables or columns: people, letters, ")
