import pytest

from schemas import CONTRACT
from stancebook.datapackage import descriptor
from tests.engine.letters import LETTERS, contract

ROWS = dict.fromkeys(CONTRACT.tables, 1)
LETTER_ROWS = dict.fromkeys(LETTERS.tables, 2)


@pytest.fixture
def resources():
    package = descriptor(LETTERS, LETTER_ROWS, "build", "seeds")
    return {resource["name"]: resource for resource in package["resources"]}


def test_every_table_and_column_of_the_data_package_is_described():
    for resource in descriptor(CONTRACT, ROWS, "", "")["resources"]:
        assert resource["description"].strip()
        for field in resource["schema"]["fields"]:
            assert field["description"].strip(), (resource["name"], field["name"])


def test_fields_come_in_the_order_of_the_columns_with_the_key_named(resources):
    schema = resources["claims"]["schema"]
    assert [field["name"] for field in schema["fields"]] == list(LETTERS.tables["claims"].names)
    assert schema["primaryKey"] == ["claim_id"]
    assert resources["witnesses"]["schema"]["primaryKey"] == ["claim_id", "person_id"]


def test_every_reference_is_a_foreign_key_one_within_a_table_to_itself(resources):
    keys = {key["fields"][0]: key["reference"] for key in resources["claims"]["schema"]["foreignKeys"]}
    assert keys == {
        "person_id": {"resource": "people", "fields": ["person_id"]},
        "believer_id": {"resource": "people", "fields": ["person_id"]},
        "answers_id": {"resource": "", "fields": ["claim_id"]},
        "doc_id": {"resource": "letters", "fields": ["doc_id"]},
    }


def test_what_a_column_demands_is_a_constraint(resources):
    fields = {field["name"]: field for name in ("people", "claims") for field in resources[name]["schema"]["fields"]}
    assert fields["lives_in"]["constraints"] == {"pattern": "[A-Z]{2}[0-9]"}
    assert fields["strength"]["constraints"] == {"enum": ["weak", "fair", "strong"]}
    assert fields["strength"]["categoriesOrdered"] is True
    assert fields["char_start"]["constraints"] == {"required": True, "minimum": 0}
    assert fields["claim_id"]["constraints"]["unique"] is True


def test_names_of_resources_are_what_the_standard_allows():
    names = [resource["name"] for resource in descriptor(CONTRACT, ROWS, "", "")["resources"]]
    assert "format-participants" in names
    assert not [name for name in names if "_" in name]


def test_the_digests_the_licence_and_the_homepage_are_stated_where_there_are_any():
    package = descriptor(contract(homepage="https://example.org"), LETTER_ROWS, "b", "s")
    assert package["stancebook"] == {"build": "b", "seeds": "s"}
    assert package["licenses"][0]["name"] == "CC0-1.0"
    assert package["homepage"] == "https://example.org"
    assert "homepage" not in descriptor(LETTERS, LETTER_ROWS, "b", "s")
