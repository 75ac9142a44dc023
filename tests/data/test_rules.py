"""The rules hold their tongue where there is nothing to say; what they say is shown by tests/cases."""

from pathlib import Path

import pytest
import yaml

from schemas import CONTRACT
from stancebook.build.pipeline import build_tables
from stancebook.schema.rules import model_failures

DOCUMENT = "document"


def rewrite(path, change):
    file = yaml.load(path.read_text("utf-8"), yaml.CBaseLoader)  # noqa: S506 (it makes text and nothing else)
    path.write_text(yaml.safe_dump(change(file)), "utf-8")


def without(*names):
    """Leave lists out of a file of annotations, and what refers to them."""

    def change(file):
        kept = {name: rows for name, rows in file.items() if name not in names}
        for rows in kept.values():
            for row in rows if isinstance(rows, list) else []:
                row.pop("statement_id", None)
        return kept

    return change


@pytest.mark.parametrize("table", ["mentions", "statements", "events", "demands"])
def test_a_document_without_rows_of_one_kind_is_in_order(annotations, table):
    rewrite(annotations, without(table))
    built = build_tables(CONTRACT, Path("seeds"))
    assert built.errors == []
    assert built.frames[table].empty


def test_a_document_without_any_row_is_in_order(annotations):
    rewrite(annotations, lambda file: {DOCUMENT: file[DOCUMENT]})
    built = build_tables(CONTRACT, Path("seeds"))
    assert built.errors == []
    assert {problem.level for problem in built.problems} == {"warning"}  # nothing in the codebook is used


def test_an_event_without_participants_is_in_order_where_a_note_says_why(annotations):
    def change(file):
        for event in file["events"]:
            event.pop("participants")
            event["note"] = "The text names none."
        return file

    rewrite(annotations, change)
    assert build_tables(CONTRACT, Path("seeds")).errors == []


GROUNDED = [spec.name for spec in CONTRACT.tables_of_kind("annotation")]


@pytest.mark.parametrize("table", GROUNDED)
def test_a_passage_that_ends_after_its_document_is_found(built, table):
    [rule] = [
        rule for rule in CONTRACT.rules if rule.table == table and rule.check.__name__ == "passage_ends_within_text"
    ]
    moved = built.frames[table].copy()
    length = built.frames["documents"].loc[0, "n_chars"]
    moved["char_end"] = length
    assert rule.check({**built.frames, table: moved}).all()
    moved.loc[0, "char_end"] = length + 1
    assert list(moved.index[~rule.check({**built.frames, table: moved})]) == [0]


@pytest.mark.parametrize("table", GROUNDED)
def test_a_passage_that_is_not_as_long_as_its_quote_is_found(built, table):
    spec, frame = CONTRACT.tables[table], built.frames[table].copy()
    assert model_failures(spec, frame) == []
    frame.loc[0, "char_end"] -= 1
    [failure] = model_failures(spec, frame)
    assert (failure.row, failure.message) == (0, spec.rules["quote_fills_its_span"].message)


@pytest.mark.parametrize("rule", CONTRACT.rules, ids=lambda rule: rule.check.__name__)
def test_a_message_is_a_sentence(rule):
    assert rule.message[0].isupper()
    assert rule.message.endswith(".")


@pytest.mark.parametrize("spec", CONTRACT.tables.values(), ids=lambda spec: spec.name)
def test_definitions_and_descriptions_are_sentences(spec):
    for column in spec.columns:
        for sentence in (column.description, *column.vocabulary.values()):
            assert sentence[0].isupper() or sentence[0] == "ISO"
            assert sentence.rstrip(")").endswith((".", "'"))
