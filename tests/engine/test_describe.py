import copy

import pytest
import yaml
from jsonschema import Draft7Validator

from schemas import CONTRACT
from stancebook.describe import annotation_schema, codebook_schema, datapackage, dictionary
from tests.engine.letters import LETTERS, contract

ROWS = dict.fromkeys(CONTRACT.tables, 1)
LETTER_ROWS = dict.fromkeys(LETTERS.tables, 2)

# ── JSON Schemas ──────────────────────────────────────────────────────────────────────────────────


def accepts(schema, value):
    Draft7Validator.check_schema(schema)
    return not list(Draft7Validator(schema).iter_errors(value))


def read(path):
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - makes nothing but text


@pytest.fixture
def annotated(annotations):
    return read(annotations)


def test_the_schemas_accept_a_project_that_builds(project, annotated):
    assert accepts(annotation_schema(CONTRACT), annotated)
    for path in (project / "seeds/codebook").iterdir():
        assert accepts(codebook_schema(CONTRACT), read(path))


def test_the_schemas_accept_what_an_editor_makes_of_dates_and_numbers(annotations):
    # Editors read 2031-04-02 as text and 2031 as a number.
    typed = annotations.read_text(encoding="utf-8").replace("publisher: The Harbour Gazette", "publisher: 2031")
    value = yaml.load(typed.replace("2031-04-02", "'2031-04-02'"), Loader=yaml.SafeLoader)
    value["statements"] = value["events"] = []
    assert value["document"]["publisher"] == 2031
    assert accepts(annotation_schema(CONTRACT), value)


def changed(value, *path, to=...):
    """Return a copy with the value at a path replaced, or taken out."""
    copied = copy.deepcopy(value)
    place = copied
    for step in path[:-1]:
        place = place[step]
    if to is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = to
    return copied


@pytest.mark.parametrize(
    ("path", "to"),
    [
        (["statments"], []),
        (["statements", 0, "colour"], "red"),
        (["statements", 0, "char_start"], "1"),
        (["statements", 0, "stance"], "suports"),
        (["statements", 0, "speaker_id"], ...),
        (["statements", 0, "quote"], ...),
        (["statements", 0, "id"], ...),
        (["statements", 0, "id"], "S 1"),
        (["statements", 0, "summary"], None),
        (["events", 0, "participants", 0, "role"], "piper"),
        (["events", 0, "participants", 0, "event_id"], "e01"),
        (["document"], ...),
        (["document", "url"], "river-talks"),
        (["mentions"], {"id": "m01"}),
    ],
)
def test_the_annotation_schema_refuses_what_the_build_refuses(path, to, annotated):
    assert not accepts(annotation_schema(CONTRACT), changed(annotated, *path, to=to))


@pytest.mark.parametrize(
    ("path", "to"),
    [
        (["actors", 0, "actor_type"], "ship"),
        (["actors", 0, "party_id"], "northmark"),
        (["actors", 0, "name"], ...),
        (["actors", 0, "actor_id"], "North Mark"),
        (["mentions"], []),
    ],
)
def test_the_codebook_schema_refuses_what_the_build_refuses(path, to, project):
    actors = read(project / "seeds/codebook/actors.yaml")
    assert not accepts(codebook_schema(CONTRACT), changed(actors, *path, to=to))


def test_what_may_be_empty_may_be_written_empty(annotated):
    assert accepts(annotation_schema(CONTRACT), changed(annotated, "statements", 0, "stance", to=None))
    assert accepts(annotation_schema(CONTRACT), changed(annotated, "statements", to=None))


def test_an_editor_shows_what_a_key_and_a_value_mean():
    keys = annotation_schema(LETTERS)["properties"]["claims"]["items"]["properties"]
    assert keys["person_id"]["description"] == "Who says so."
    assert {"const": "weak", "description": "Hearsay."} in keys["strength"]["anyOf"]
    assert all(value["description"] for value in keys.values())


# ── Data package ──────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def resources():
    package = datapackage(LETTERS, LETTER_ROWS, "build", "seeds")
    return {resource["name"]: resource for resource in package["resources"]}


def test_every_table_and_column_of_the_data_package_is_described():
    for resource in datapackage(CONTRACT, ROWS, "", "")["resources"]:
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
    names = [resource["name"] for resource in datapackage(CONTRACT, ROWS, "", "")["resources"]]
    assert "format-participants" in names
    assert not [name for name in names if "_" in name]


def test_the_digests_the_licence_and_the_homepage_are_stated_where_there_are_any():
    package = datapackage(contract(homepage="https://example.org"), LETTER_ROWS, "b", "s")
    assert package["stancebook"] == {"build": "b", "seeds": "s"}
    assert package["licenses"][0]["name"] == "CC0-1.0"
    assert package["homepage"] == "https://example.org"
    assert "homepage" not in datapackage(LETTERS, LETTER_ROWS, "b", "s")


# ── Data card ─────────────────────────────────────────────────────────────────────────────────────


def test_every_table_column_value_and_rule_is_in_the_data_card():
    card = dictionary(CONTRACT, ROWS)
    for spec in CONTRACT.tables.values():
        _, _, section = card.partition(f"\n## {spec.name}\n")
        section = section.partition("\n## ")[0]
        assert spec.description in section
        for column in spec.columns:
            assert f"| `{column.name}` | " in section
            for value, definition in column.vocabulary.items():
                assert f"- `{value}`: {definition}" in section
        for rule in spec.rules.values():
            assert f"- {rule}" in section


def test_a_reference_in_the_data_card_leads_to_its_table():
    card = dictionary(CONTRACT, ROWS)
    targets = {column.target for spec in CONTRACT.tables.values() for column in spec.references}
    assert all(f"→ [{target}](#{target})" in card and f"\n## {target}\n" in card for target in targets)


def test_the_data_card_states_rows_order_and_what_may_be_empty():
    card = dictionary(LETTERS, {**LETTER_ROWS, "claims": 17})
    assert "| [claims](#claims) | 17 | One thing that somebody in a letter says is so. |" in card
    assert "| `strength` | ordered category | How well it is borne out. May be empty. |" in card
    assert "**strength**, from least to most:" in card
