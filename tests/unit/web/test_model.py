"""The description of a contract from which pages make forms."""

import json

from stancebook.web.model import describe_contract
from tests.unit.sample_contract import LETTERS


def described():
    return {table["name"]: table for table in describe_contract(LETTERS)["tables"]}


def test_description_has_written_tables_only():
    """Derived tables and those of sentences have no form."""
    written = {spec.name for spec in (*LETTERS.codebook_tables, *LETTERS.document_tables)}
    assert set(described()) == written
    json.dumps(described())


def test_keys_are_those_of_a_record():
    """Each key that a record may have is described, and no other."""
    for name, table in described().items():
        assert [key["name"] for key in table["keys"]] == [*LETTERS.tables[name].allowed_keys]
        required = [key["name"] for key in table["keys"] if key["required"]]
        assert required == [*LETTERS.tables[name].required_keys]
        assert len({frozenset(key) for key in table["keys"]}) == 1


def test_kinds_follow_column_types():
    """The kind of a form field follows from the type of its column."""
    kinds = {key["name"]: key["kind"] for key in described()["claims"]["keys"]}
    assert kinds["id"] == "id"
    assert kinds["strength"] == "choice"
    assert kinds["person_id"] == "reference"
    assert kinds["quote"] == kinds["prefix"] == "verbatim"
    assert kinds["when_edtf"] == "edtf"


def test_shortcuts_are_distinct_letters():
    """Every table whose rows rest on passages has a letter of its own."""
    letters = [table["shortcut"] for table in described().values() if table["kind"] == "annotation"]
    assert letters == ["c"]
    assert {table["shortcut"] for table in described().values() if table["kind"] != "annotation"} == {""}
