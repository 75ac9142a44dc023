import copy
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from schemas import CONTRACT
from stancebook.metadata.json_schema import annotation_schema, codebook_schema
from stancebook.problems import CellError
from stancebook.schema.columns import Category, categorical, integer, text
from stancebook.schema.edtf_dates import edtf_bounds
from tests import yaml_core
from tests.unit.sample_contract import ANNOTATIONS, LETTERS, Claims, Letters, People, Tallies, Witnesses, contract


def accepts(schema, value):
    Draft7Validator.check_schema(schema)
    return not list(Draft7Validator(schema).iter_errors(value))


def read_yaml(path):
    return yaml_core.read(path.read_text(encoding="utf-8"))


@pytest.fixture
def annotation_file(annotations):
    return read_yaml(annotations)


def test_schemas_accept_valid_project(project, annotation_file):
    """The schemas accept the files of a project that builds."""
    assert accepts(annotation_schema(CONTRACT), annotation_file)
    for path in (project / "seeds/codebook").iterdir():
        assert accepts(codebook_schema(CONTRACT), read_yaml(path))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("person_id: otto", "person_id: 12"),
        ("id: c02", "id: 02"),
        ("id: c02", "id: true"),
        ("id: c02", 'id: " c02 "'),
        ("sent: 1901-05-04", 'sent: " 1901-05-04 "'),
        ("when_edtf: 1901-04-29", "when_edtf: 1901"),
        ("when_text: on Monday", "when_text: ~"),
        ("strength: fair", "strength:"),
        ("  language: en\n", "  language: no\n"),
        ("  language: en\n", f"  language: en\n  text_sha256: {'AB' * 32}\n"),
        ("    quote: Otto says the river did it", "    prefix:\n    suffix: 1.5\n    quote: true"),
    ],
)
def test_schemas_accept_resolved_scalars(before, after):
    """Texts that YAML 1.2 resolves to numbers or booleans, and padded texts, are accepted."""
    assert before in ANNOTATIONS
    assert accepts(annotation_schema(LETTERS), yaml_core.read(ANNOTATIONS.replace(before, after)))


DATES = st.lists(st.sampled_from([*"0123456789X-/~?%", "..", "2031", "20", "-04", "-XX", "/"]), max_size=8).map("".join)


@given(DATES)
def test_valid_dates_match_pattern(date):
    """The pattern of dates matches each date that a build accepts."""
    try:
        edtf_bounds(date)
    except CellError:
        return
    when = annotation_schema(LETTERS)["properties"]["claims"]["items"]["properties"]["when_edtf"]
    assert re.search(when["pattern"], date)


def changed(value, *path, to=...):
    """Return a copy in which the value at a path is replaced, or removed."""
    copied = copy.deepcopy(value)
    parent = copied
    for step in path[:-1]:
        parent = parent[step]
    if to is ...:
        del parent[path[-1]]
    else:
        parent[path[-1]] = to
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
def test_annotation_schema_refuses_errors(path, to, annotation_file):
    """The annotation schema refuses errors that a build refuses."""
    assert not accepts(annotation_schema(CONTRACT), changed(annotation_file, *path, to=to))


@pytest.mark.parametrize(
    ("path", "to"),
    [
        (["actors", 0, "actor_type"], "ship"),
        (["actors", 0, "principal_id"], "northmark"),
        (["actors", 0, "name"], ...),
        (["actors", 0, "actor_id"], "North Mark"),
        (["mentions"], []),
    ],
)
def test_codebook_schema_refuses_errors(path, to, project):
    """The codebook schema refuses errors that a build refuses."""
    actors = read_yaml(project / "seeds/codebook/actors.yaml")
    assert not accepts(codebook_schema(CONTRACT), changed(actors, *path, to=to))


def test_nullable_values_accept_null(annotation_file):
    """Nullable columns and lists may be null."""
    assert accepts(annotation_schema(CONTRACT), changed(annotation_file, "statements", 0, "stance", to=None))
    assert accepts(annotation_schema(CONTRACT), changed(annotation_file, "statements", to=None))


# ── Descriptions ──────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def claims():
    return annotation_schema(LETTERS)["properties"]["claims"]


def test_schema_describes_keys_and_values(claims):
    """Keys and values have their titles and definitions."""
    keys = claims["items"]["properties"]
    assert keys["person_id"]["title"] == "Person"
    assert keys["person_id"]["description"] == "Who says so. Write the key of one of the people."
    values = dict(zip(keys["strength"]["enum"], keys["strength"]["enumDescriptions"], strict=True))
    assert values == {"weak": "Hearsay.", "fair": "Seen by one.", "strong": "Seen by several.", None: "Left empty."}
    assert keys["strength"]["markdownDescription"] == "How well it is borne out."
    assert "\nweak: Hearsay.\n" in keys["strength"]["description"]


@pytest.mark.parametrize("schema", [annotation_schema(CONTRACT), codebook_schema(CONTRACT)])
def test_keys_have_descriptions(schema):
    """Each key of a record has a description."""
    for record in records(schema):
        for name, value in record["properties"].items():
            assert value["description"], name


def records(schema):
    """Yield the schemas of records, nested ones included."""
    for value in schema["properties"].values():
        record = value.get("items", value)
        if "properties" in record:
            yield record
            yield from records(record)


def test_pattern_is_described_in_words(claims):
    """A pattern is described in the description and in the error message."""
    lives = codebook_schema(LETTERS)["properties"]["people"]["items"]["properties"]["lives_in"]
    assert lives["description"] == ("Where the person lives. Write two capital letters and a digit, such as 'AB1'.")
    assert lives["patternErrorMessage"] == "Expected two capital letters and a digit, such as 'AB1'."
    assert "a month '2031-04'" in claims["items"]["properties"]["when_edtf"]["description"]


def test_schemas_propose_no_values():
    """No schema has defaults, examples or constants, which editors would fill in."""
    for schema in (annotation_schema(CONTRACT), codebook_schema(CONTRACT)):
        assert not re.search(r'"(default|examples|const)":', str(schema).replace("'", '"'))


def test_required_keys_are_offered_first(claims):
    """Required keys come first, nested lists last."""
    keys = list(claims["items"]["properties"])
    assert keys[:3] == claims["items"]["required"] == ["id", "person_id", "quote"]
    assert keys[-1] == "witnesses"


def test_integer_has_type_and_minimum():
    """A number is accepted with and without quotes, if it is an integer of at least the minimum."""

    class Others(Claims):
        """One thing that somebody in a letter says is so."""

        n_heard: int = integer("How many heard it.", minimum=1)
        said_in: str = text("In which words.", nullable=True)

    Others.__name__ = "Claims"
    letters = contract(People, Letters, Others, Witnesses, Tallies)

    def accepts_number(number):
        written = ANNOTATIONS.replace("    quote:", f"    n_heard: {number}\n    quote:")
        return accepts(annotation_schema(letters), yaml_core.read(written))

    assert accepts_number("3")
    assert accepts_number("'3'")
    assert not accepts_number("0")
    assert not accepts_number("three")
    assert not accepts_number("1.5")


# ── Snippets ──────────────────────────────────────────────────────────────────────────────────────


def lists(schema):
    """Yield the schemas of lists of records, nested ones included."""
    for value in schema["properties"].values():
        if "items" in value:
            yield value
        if "properties" in (record := value.get("items", value)):
            yield from lists(record)


@pytest.mark.parametrize("schema", [annotation_schema(CONTRACT), codebook_schema(CONTRACT)], ids=["texts", "codebook"])
def test_snippet_has_required_keys(schema):
    """The snippet of a list has the required keys, with numbered tab stops."""
    assert list(lists(schema))
    for list_schema in lists(schema):
        [snippet] = list_schema["defaultSnippets"]
        assert list(snippet["body"]) == list_schema["items"]["required"]
        stops = [int(re.search(r"\$\{?(\d+)", value)[1]) for value in snippet["body"].values()]
        assert stops == list(range(1, len(stops) + 1))


def test_snippet_fills_in_no_value():
    """A snippet has choices or an empty tab stop for each value, and a first choice that is no value."""
    for list_schema in [*lists(annotation_schema(CONTRACT)), *lists(codebook_schema(CONTRACT))]:
        properties = list_schema["items"]["properties"]
        for name, value in list_schema["defaultSnippets"][0]["body"].items():
            if choices := re.fullmatch(r"\$\{\d+\|(.*)\|\}", value):
                first, *values = choices[1].split(",")
                assert first not in properties[name]["enum"]
                assert values == [choice for choice in properties[name]["enum"] if choice is not None]
            else:
                assert re.fullmatch(r"(\|-\n +)?\$\d+", value)


# A language server indents the lines of a record after the first by two or, on the line of a key, by four spaces.
@pytest.mark.parametrize(
    ("before", "indent"), [("claims:\n  - ", "    "), ("claims:\n- ", "  "), ("claims: \n  - ", "    ")]
)
def test_completed_snippet_is_record(before, indent, claims):
    """A completed snippet is valid YAML for a record, at any indentation."""
    body = claims["defaultSnippets"][0]["body"]
    filled = {"id": "c01", "person_id": "otto", "quote": "the rope was old"}
    lines = [
        f"{name}: {value}".replace(f"${place}", filled[name]) for place, (name, value) in enumerate(body.items(), 1)
    ]
    written = before + f"\n{indent}".join(lines)
    assert yaml_core.read(written) == {"claims": [filled]}


def test_choices_are_escaped():
    """Commas and bars in choices are escaped."""

    class Others(Claims):
        """One thing that somebody in a letter says is so."""

        mood: Category = categorical({"glad, rather": "One.", "a|b": "Two."}, "The mood.")

    Others.__name__ = "Claims"
    schema = annotation_schema(contract(People, Letters, Others, Witnesses, Tallies))
    assert schema["properties"]["claims"]["defaultSnippets"][0]["body"]["mood"] == "${2|…,glad\\, rather,a\\|b|}"
