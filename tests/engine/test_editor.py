import copy

import pytest
import yaml
from jsonschema import Draft7Validator

from schemas import CONTRACT
from stancebook.editor import annotation_schema, codebook_schema
from tests.engine.letters import LETTERS


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
