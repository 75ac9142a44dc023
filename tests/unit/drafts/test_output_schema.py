"""The schema of an answer keeps to what all providers accept, and accepts what the checks accept."""

import jsonschema
import pytest

from schemas import CONTRACT
from stancebook.drafts.output_schema import MAX_ALL_ENUM_VALUES, MAX_ENUM_VALUES, output_schema
from stancebook.schema.record_forms import record_forms
from tests.unit.drafts.conftest import claim
from tests.unit.sample_contract import LETTERS

PEOPLE = {"people": ["berta", "falk", "otto"]}
MAX_DEPTH, MAX_ENUM_CHARACTERS = 10, 120_000


def schemas_of(schema, depth=1):
    """Yield a schema and those within it, each with how deep it is."""
    yield schema, depth
    nested = [*schema.get("properties", {}).values(), *schema.get("anyOf", ()), *filter(None, [schema.get("items")])]
    for each in nested:
        yield from schemas_of(each, depth + (each.get("type") == "object"))


def letters_schema(**keys):
    """Return the schema of claims."""
    return output_schema(record_forms(LETTERS), "claims", PEOPLE | keys)


def assert_strict_core(schema):
    """Assert that a schema has nothing that a provider of structured output refuses."""
    assert (schema["type"], "anyOf" in schema) == ("object", False)
    for each, depth in schemas_of(schema):
        assert depth <= MAX_DEPTH
        assert each.keys() <= {"type", "properties", "required", "additionalProperties", "items", "anyOf", "enum"}
        if each.get("type") == "object":
            assert each["required"] == [*each["properties"]]
            assert each["additionalProperties"] is False
        if "anyOf" in each:
            assert [*each] == ["anyOf"]
            assert each["anyOf"][1] == {"type": "null"}
        else:
            assert isinstance(each["type"], str)
        assert each.get("enum", ["some"])
        assert None not in each.get("enum", ())
    enums = [value for each, _ in schemas_of(schema) for value in each.get("enum", ())]
    assert len(enums) <= MAX_ALL_ENUM_VALUES + 10
    assert sum(map(len, enums)) <= MAX_ENUM_CHARACTERS


@pytest.mark.parametrize("table", ["mentions", "statements", "events", "demands"])
def test_schema_of_the_contract_is_strict_core(table):
    """The schemas of the project's own tables are accepted everywhere."""
    forms = record_forms(CONTRACT)
    keys = {name: [f"key-{number}" for number in range(150)] for name, form in forms.items() if form.in_codebook}
    assert_strict_core(output_schema(forms, table, keys))


def test_schema_accepts_a_record_and_nothing_else():
    """A record is valid; one with another key, another value or a missing key is not."""
    schema = letters_schema()
    assert_strict_core(schema)
    is_valid = jsonschema.Draft202012Validator(schema).is_valid
    record = claim("Otto", strength="fair", witnesses=["falk"])
    empty = {"dropped": [], "new_codebook": []}
    assert is_valid({"records": [record], **empty})
    for wrong in (
        record | {"table": "claims"},
        record | {"values": record["values"] | {"strength": "stronger"}},
        record | {"values": record["values"] | {"person_id": None}},
        {key: value for key, value in record.items() if key != "why"},
    ):
        assert not is_valid({"records": [wrong], **empty})


def test_long_codebook_is_no_enum():
    """References are an enum up to 200 keys."""
    person = {"type": "string", "enum": PEOPLE["people"]}
    assert values_of(letters_schema())["person_id"] == person
    few, many = ([str(number) for number in range(size)] for size in (MAX_ENUM_VALUES, MAX_ENUM_VALUES + 1))
    assert "enum" in values_of(letters_schema(people=few))["person_id"]
    assert values_of(letters_schema(people=many))["person_id"] == {"type": "string"}


def test_empty_codebook_is_no_enum():
    """Without any entry, a reference is a text: an empty enum is refused."""
    assert values_of(letters_schema(people=[]))["person_id"] == {"type": "string"}


def test_reference_within_the_text_is_a_text():
    """The rows of the text are not known before."""
    assert values_of(letters_schema())["answers_id"] == {"anyOf": [{"type": "string"}, {"type": "null"}]}


def values_of(schema):
    """Return the schemas of the values of a record."""
    return schema["properties"]["records"]["items"]["properties"]["values"]["properties"]
