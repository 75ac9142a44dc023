"""Rows and entries as pages show them."""

import pytest

from stancebook.build.coded_table import frames_of
from stancebook.build.pipeline import build_tables, check_codebook, code_documents
from stancebook.sources.corpus import load_corpus
from stancebook.web.addresses import CODEBOOK_PAGE
from stancebook.web.items import CodedRows, document_items, table_marks, values_by_filter
from tests.unit.sample_contract import ANNOTATIONS, LETTER, LETTERS
from tests.unit.sample_contract import write as write_letters
from tests.unit.web.sample import MARKUP, SHIPS, write


@pytest.fixture
def rows(tmp_path):
    """Return the rows of the ships."""
    built = build_tables(SHIPS, write(tmp_path))
    assert built.errors == []
    return CodedRows(SHIPS, built.frames)


def faulty_rows(tmp_path, annotations):
    """Return the rows of a letter whose annotations have faults."""
    corpus = load_corpus(write_letters(tmp_path, annotations))
    coded = code_documents(LETTERS, corpus, check_codebook(LETTERS, corpus))
    return document_items(LETTERS, frames_of(coded.tables), "bridge")


def fields_of(item):
    """Return what is shown of a row, by column."""
    return {field.name: field.shown for field in item.fields}


def test_every_type_is_shown_as_written(rows):
    """Zero and false are values; days, moments and numbers are written as in exports."""
    assert fields_of(rows.document("north/first")[0]) == {
        "ship_id": MARKUP,
        "log_id": "No ship",
        "size": "<small>",
        "words": "A ship",
        "remark": MARKUP,
        "day": "1901-05-04",
        "period": "1901-05",
        "at": "1901-05-04T08:00:00Z",
        "masts": "0",
        "length": "12.5",
        "armed": "false",
    }


def test_references_have_pages(rows):
    """A reference leads to an entry, to another document, or to a row of the same page."""
    first, second = rows.document("north/first")
    targets = {field.name: (field.page, field.target) for item in (first, second) for field in item.fields}
    assert targets["ship_id"] == (CODEBOOK_PAGE, "ships.ida")
    assert targets["log_id"] == ("second", "document")
    assert targets["after_id"] == ("", "sightings.s1")
    assert targets["remark"] == ("", "")


def test_nested_rows_belong_to_their_row(rows):
    """A nested row has no address, and does not repeat its parent."""
    first, second = rows.document("north/first")
    assert [fields_of(child) for child in first.children] == [{"role": "mate", "ship_id": MARKUP}]
    assert second.children == ()


def test_filters_cover_nested_rows(rows):
    """A row is found by its choices and by the entries that it or a nested row refers to."""
    first, second = rows.document("north/first")
    assert values_by_filter(first) == {"@ships": ["ida"], "size": ["<small>"], "armed": ["false"], "role": ["mate"]}
    assert values_by_filter(second) == {}


def test_rows_come_in_order_of_text(tmp_path):
    """Rows come in the order of their passages, and their labels are their passages if they have no text."""
    built = build_tables(LETTERS, write_letters(tmp_path))
    items = document_items(LETTERS, built.frames, "bridge")
    assert [(item.address, item.label) for item in items] == [
        ("claims.c01", "Otto says the river did it"),
        ("claims.c02", "Mr Falk says the rope was old"),
    ]
    assert [LETTER[item.start : item.end] for item in items] == [item.quote for item in items]


def test_document_and_entries(rows):
    """The record of a document and the entries of the codebook are rows without passages."""
    record = rows.record("north/first")
    assert (record.address, record.label, record.start) == ("document", MARKUP, None)
    assert rows.record("elsewhere") is None
    assert [(entry.address, entry.label) for entry in rows.entries("ships")] == [("ships.ida", MARKUP)]
    assert rows.document("second") == []


def test_faulty_rows_are_shown(tmp_path):
    """Rows with unknown passages come last; rows without an ID, or with one of another row, are numbered."""
    annotations = ANNOTATIONS.replace("id: c02", "id: c01").replace("person_id: falk", "person_id: nobody")
    annotations = annotations.replace("Otto says the river", "Otto says the sea")
    items = faulty_rows(tmp_path, annotations)
    assert [(item.address, item.start is None) for item in items] == [("claims.@2", False), ("claims.@1", True)]
    assert fields_of(items[0])["person_id"] == "nobody"


def test_letters_are_distinct():
    """Each table has a letter of its own; tables with passages choose first."""
    marks = table_marks(SHIPS)
    letters = [mark.letter for mark in marks.values()]
    assert len(set(letters)) == len(letters)
    assert {name: mark.letter for name, mark in marks.items() if mark.hue} == {"sightings": "S", "winds": "W"}
