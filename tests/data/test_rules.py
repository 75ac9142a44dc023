"""The rules of the project accept valid documents and find wrong spans; tests/cases has their messages."""

from pathlib import Path

import pytest
import yaml

from schemas import CONTRACT
from stancebook.build.pipeline import build_tables
from stancebook.schema.rules import model_failures

DOCUMENT = "document"


def rewrite(path, change):
    """Replace the records of an annotation file by a function of them."""
    file = yaml.load(path.read_text("utf-8"), yaml.CBaseLoader)  # noqa: S506 (it makes text and nothing else)
    path.write_text(yaml.safe_dump(change(file)), "utf-8")


def without(*names):
    """Return a change that removes tables from an annotation file, and the references to them."""

    def change(file):
        remaining = {name: rows for name, rows in file.items() if name not in names}
        for rows in remaining.values():
            for row in rows if isinstance(rows, list) else []:
                row.pop("statement_id", None)
        return remaining

    return change


@pytest.mark.parametrize("table", ["mentions", "statements", "events", "demands"])
def test_document_without_rows_of_a_table_is_valid(annotations, table):
    """A document that has no row of one table is valid."""
    rewrite(annotations, without(table))
    built = build_tables(CONTRACT, Path("seeds"))
    assert built.errors == []
    assert built.frames[table].empty


def test_document_without_rows_is_valid(annotations):
    """A document without any row is valid; the unused codebook gives warnings."""
    rewrite(annotations, lambda file: {DOCUMENT: file[DOCUMENT]})
    built = build_tables(CONTRACT, Path("seeds"))
    assert built.errors == []
    assert {problem.level for problem in built.problems} == {"warning"}


def test_event_without_participants_needs_a_note(annotations):
    """An event without participants is valid if a note explains it."""

    def change(file):
        for event in file["events"]:
            event.pop("participants")
            event["note"] = "The text names none."
        return file

    rewrite(annotations, change)
    assert build_tables(CONTRACT, Path("seeds")).errors == []


ANNOTATION_TABLES = [spec.name for spec in CONTRACT.tables_of_kind("annotation")]


@pytest.mark.parametrize("table", ANNOTATION_TABLES)
def test_passage_after_end_of_text_is_found(built, table):
    """A passage that ends after its document fails the rule."""
    [rule] = [
        rule for rule in CONTRACT.rules if rule.table == table and rule.check.__name__ == "passage_ends_within_text"
    ]
    changed = built.frames[table].copy()
    length = built.frames["documents"].loc[0, "n_chars"]
    changed["char_end"] = length
    assert rule.check({**built.frames, table: changed}).all()
    changed.loc[0, "char_end"] = length + 1
    assert list(changed.index[~rule.check({**built.frames, table: changed})]) == [0]


@pytest.mark.parametrize("table", ANNOTATION_TABLES)
def test_passage_shorter_than_its_quote_is_found(built, table):
    """A passage whose span is shorter than its quote fails the model."""
    spec, frame = CONTRACT.tables[table], built.frames[table].copy()
    assert model_failures(spec, frame) == []
    frame.loc[0, "char_end"] -= 1
    [failure] = model_failures(spec, frame)
    assert (failure.row, failure.message) == (0, spec.rules["quote_fills_its_span"].message)


@pytest.mark.parametrize("rule", CONTRACT.rules, ids=lambda rule: rule.check.__name__)
def test_rule_message_is_a_sentence(rule):
    """The message of each rule is a sentence."""
    assert rule.message[0].isupper()
    assert rule.message.endswith(".")


@pytest.mark.parametrize("spec", CONTRACT.tables.values(), ids=lambda spec: spec.name)
def test_descriptions_are_sentences(spec):
    """The descriptions of columns and values are sentences."""
    for column in spec.columns:
        for sentence in (column.description, *column.vocabulary.values()):
            assert sentence[0].isupper() or sentence[0] == "ISO"
            assert sentence.rstrip(")").endswith((".", "'"))
