import copy
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from schemas import CONTRACT
from stancebook.metadata.json_schema import annotation_schema, codebook_schema
from stancebook.schema.columns import Category, categorical, integer, text
from stancebook.sources.edtf_dates import DateFormatError, edtf_bounds
from tests import yaml_core
from tests.unit.sample_contract import ANNOTATIONS, LETTERS, Claims, Letters, People, Tallies, Witnesses, contract


def accepts(schema, value):
    Draft7Validator.check_schema(schema)
    return not list(Draft7Validator(schema).iter_errors(value))


def read(path):
    return yaml_core.read(path.read_text(encoding="utf-8"))


@pytest.fixture
def annotated(annotations):
    return read(annotations)


def test_the_schemas_accept_a_project_that_builds(project, annotated):
    assert accepts(annotation_schema(CONTRACT), annotated)
    for path in (project / "seeds/codebook").iterdir():
        assert accepts(codebook_schema(CONTRACT), read(path))


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
def test_the_schemas_take_what_an_editor_makes_of_texts_that_look_like_something_else(before, after):
    assert before in ANNOTATIONS
    assert accepts(annotation_schema(LETTERS), yaml_core.read(ANNOTATIONS.replace(before, after)))


DATES = st.lists(st.sampled_from([*"0123456789X-/~?%", "..", "2031", "20", "-04", "-XX", "/"]), max_size=8).map("".join)


@given(DATES)
def test_no_date_that_a_build_takes_is_refused(date):
    try:
        edtf_bounds(date)
    except DateFormatError:
        return
    when = annotation_schema(LETTERS)["properties"]["claims"]["items"]["properties"]["when_edtf"]
    assert re.search(when["pattern"], date)


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


# ── What an editor shows ──────────────────────────────────────────────────────────────────────────


@pytest.fixture
def claims():
    return annotation_schema(LETTERS)["properties"]["claims"]


def test_an_editor_shows_what_a_key_and_a_value_mean(claims):
    keys = claims["items"]["properties"]
    assert keys["person_id"]["title"] == "Person"
    assert keys["person_id"]["description"] == "Who says so. Write the key of one of the people."
    values = dict(zip(keys["strength"]["enum"], keys["strength"]["enumDescriptions"], strict=True))
    assert values == {"weak": "Hearsay.", "fair": "Seen by one.", "strong": "Seen by several.", None: "Left empty."}
    assert keys["strength"]["markdownDescription"] == "How well it is borne out."
    assert "\nweak: Hearsay.\n" in keys["strength"]["description"]


@pytest.mark.parametrize("schema", [annotation_schema(CONTRACT), codebook_schema(CONTRACT)])
def test_every_key_says_what_it_holds(schema):
    for record in records(schema):
        for name, value in record["properties"].items():
            assert value["description"], name


def records(schema):
    """Yield the schemas of records, those of children too."""
    for each in schema["properties"].values():
        record = each.get("items", each)
        if "properties" in record:
            yield record
            yield from records(record)


def test_a_form_is_told_in_words_before_it_is_broken_and_when_it_is(claims):
    lives = codebook_schema(LETTERS)["properties"]["people"]["items"]["properties"]["lives_in"]
    assert lives["description"] == ("Where the person lives. Write two capital letters and a digit, such as 'AB1'.")
    assert lives["patternErrorMessage"] == "Expected two capital letters and a digit, such as 'AB1'."
    assert "a month '2031-04'" in claims["items"]["properties"]["when_edtf"]["description"]


def test_no_value_is_proposed_that_a_coder_has_not_read_in_the_text():
    for schema in (annotation_schema(CONTRACT), codebook_schema(CONTRACT)):
        assert not re.search(r'"(default|examples|const)":', str(schema).replace("'", '"'))


def test_what_a_record_cannot_do_without_is_offered_first(claims):
    keys = list(claims["items"]["properties"])
    assert keys[:3] == claims["items"]["required"] == ["id", "person_id", "quote"]
    assert keys[-1] == "witnesses"


def test_a_number_that_coders_give_is_one_and_not_too_small():
    class Others(Claims):
        """One thing that somebody in a letter says is so."""

        n_heard: int = integer("How many heard it.", minimum=1)
        said_in: str = text("In which words.", nullable=True)

    Others.__name__ = "Claims"
    of = contract(People, Letters, Others, Witnesses, Tallies)

    def takes(number):
        typed = ANNOTATIONS.replace("    quote:", f"    n_heard: {number}\n    quote:")
        return accepts(annotation_schema(of), yaml_core.read(typed))

    assert takes("3")
    assert takes("'3'")
    assert not takes("0")
    assert not takes("three")
    assert not takes("1.5")


# ── New records ───────────────────────────────────────────────────────────────────────────────────


def lists(schema):
    """Yield the schemas of lists of records, those of children too."""
    for each in schema["properties"].values():
        if "items" in each:
            yield each
        if "properties" in (record := each.get("items", each)):
            yield from lists(record)


@pytest.mark.parametrize("schema", [annotation_schema(CONTRACT), codebook_schema(CONTRACT)], ids=["texts", "codebook"])
def test_each_list_has_a_snippet_with_the_keys_that_a_record_must_have(schema):
    assert list(lists(schema))
    for each in lists(schema):
        [snippet] = each["defaultSnippets"]
        assert list(snippet["body"]) == each["items"]["required"]
        stops = [int(re.search(r"\$\{?(\d+)", value)[1]) for value in snippet["body"].values()]
        assert stops == list(range(1, len(stops) + 1))


def test_a_snippet_leaves_every_value_to_the_coder():
    for each in [*lists(annotation_schema(CONTRACT)), *lists(codebook_schema(CONTRACT))]:
        for name, value in each["defaultSnippets"][0]["body"].items():
            if choices := re.fullmatch(r"\$\{\d+\|(.*)\|\}", value):
                first, *values = choices[1].split(",")
                assert first not in each["items"]["properties"][name]["enum"]
                assert values == [each for each in each["items"]["properties"][name]["enum"] if each is not None]
            else:
                assert re.fullmatch(r"(\|-\n +)?\$\d+", value)


# A language server indents the lines of a record after the first by two or, beside a key, by four; see its tests.
@pytest.mark.parametrize(
    ("before", "indent"), [("claims:\n  - ", "    "), ("claims:\n- ", "  "), ("claims: \n  - ", "    ")]
)
def test_a_snippet_filled_in_is_a_record(before, indent, claims):
    body = claims["defaultSnippets"][0]["body"]
    filled = {"id": "c01", "person_id": "otto", "quote": "the rope was old"}
    lines = [
        f"{name}: {value}".replace(f"${place}", filled[name]) for place, (name, value) in enumerate(body.items(), 1)
    ]
    written = before + f"\n{indent}".join(lines)
    assert yaml_core.read(written) == {"claims": [filled]}


def test_choices_are_escaped_for_an_editor():
    class Others(Claims):
        """One thing that somebody in a letter says is so."""

        mood: Category = categorical({"glad, rather": "One.", "a|b": "Two."}, "The mood.")

    Others.__name__ = "Claims"
    schema = annotation_schema(contract(People, Letters, Others, Witnesses, Tallies))
    assert schema["properties"]["claims"]["defaultSnippets"][0]["body"]["mood"] == "${2|…,glad\\, rather,a\\|b|}"
