"""The strict reader of Data Package descriptors."""

import json
import re
from copy import deepcopy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stancebook import DatasetError
from stancebook.dataset.descriptor import read_package
from stancebook.metadata.datapackage import data_package
from stancebook.schema.dataframes import frame_from_rows
from tests.unit.dataset_parts import as_files, as_folders
from tests.unit.sample_contract import LETTERS

TWO_ROWS = {name: frame_from_rows(spec, [{}, {}]) for name, spec in LETTERS.tables.items()}
TABLES = as_files(LETTERS, TWO_ROWS) | {"letters": as_folders(LETTERS, TWO_ROWS)["letters"]}
PACKAGE = data_package(LETTERS, TABLES, TWO_ROWS["letters"], "build", "seeds")


@pytest.fixture
def parse(tmp_path):
    """Return a function that parses the descriptor of a build after a change of it."""

    def call(change=lambda _: None):
        package = deepcopy(PACKAGE)
        change(package)
        (tmp_path / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
        return read_package(tmp_path)

    return call


def field(package, table, name):
    [resource] = [each for each in package["resources"] if each["name"] == table]
    [found] = [each for each in resource["schema"]["fields"] if each["name"] == name]
    return found


def notes(package):
    return [f"{note.where}: {note.message}" for note in package.notes]


# ── Content ──────────────────────────────────────────────────────────────────────────────────


def test_descriptor_of_build_equals_compiled_models(parse):
    """Parsing the descriptor of a build gives the specs that the models compile to."""
    package = parse()
    assert list(package.tables) == list(LETTERS.tables)
    for spec in LETTERS.tables.values():
        table = package[spec.name]
        assert table.key == spec.key
        assert table.foreign_keys == spec.foreign_keys
        assert [(key.columns[0], key.table, key.target[0]) for key in table.foreign_keys] == [
            (column.name, column.target, column.target_key) for column in spec.references
        ]
        assert (table.title, table.description) == (spec.title, spec.description)
        for column in spec.columns:
            found = table[column.name]
            assert found.storage == column.storage
            assert found.nullable is column.nullable
            assert found.vocabulary == column.vocabulary
            assert found.ordered is column.ordered
            assert (found.pattern and found.pattern.pattern) == (column.pattern and column.pattern.pattern)
            assert found.minimum == column.minimum
            assert found.description == column.description
    assert package.notes == ()


def test_vocabulary_values_may_have_definitions(parse):
    """A value of a vocabulary may have a description, a label, or neither."""

    def change(package):
        strength = field(package, "claims", "strength")
        strength["categories"] = [
            {"value": "weak", "label": "Hearsay"},
            {"value": "fair", "description": "Seen."},
            "utter",
        ]

    vocabulary = parse(change)["claims"]["strength"].vocabulary
    assert list(vocabulary.items()) == [("weak", "Hearsay"), ("fair", "Seen."), ("utter", "")]


def test_unknown_properties_are_ignored(parse):
    """Properties that are not of the standard cause no note."""

    def change(package):
        package |= {"$schema": "https://example.org", "contributors": [{"title": "Ida"}], "x": None}
        package["resources"][0] |= {"sources": [], "bytes": 5}
        field(package, "claims", "quote")["unit"] = 7

    assert parse(change).notes == ()


# ── Other versions ─────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("change", "note"),
    [
        (
            lambda p: p["stancebook"].pop("build"),
            ": it has no build digest, so it is not checked that all tables are of one build",
        ),
        (lambda p: p["resources"][0].pop("rows"), "people: the number of rows is not given and not checked"),
        (
            lambda p: p["resources"][0]["schema"].pop("primaryKey"),
            "people: no primary key is given, so rows are not checked to be distinct",
        ),
        (
            lambda p: field(p, "claims", "quote").update(type="geopoint"),
            "claims.quote: the type 'geopoint' is unknown, so cells are not checked",
        ),
        (
            lambda p: field(p, "claims", "quote").update(constraints={"maxLength": 9}),
            "claims.quote: the constraint 'maxLength' is unknown and not checked",
        ),
        (
            lambda p: field(p, "people", "lives_in").update(constraints={"pattern": "(?=a)b"}),
            "people.lives_in: the pattern '(?=a)b' is not supported and not checked: invalid perl operator: (?=",
        ),
        (
            lambda p: field(p, "people", "lives_in").update(constraints={"pattern": "a)|(b"}),
            "people.lives_in: the pattern 'a)|(b' is not supported and not checked: unexpected ): a)|(b",
        ),
        (
            lambda p: field(p, "claims", "char_start").update(constraints={"pattern": "0", "minimum": 10**30}),
            "claims.char_start: a pattern is only checked for text",
        ),
        (
            lambda p: field(p, "claims", "char_start").update(constraints={"minimum": 0.5}),
            "claims.char_start: the minimum '0.5' does not suit the type and is not checked",
        ),
        (
            lambda p: field(p, "claims", "quote").update(constraints={"maximum": "zz"}),
            "claims.quote: the maximum 'zz' does not suit the type and is not checked",
        ),
        (
            lambda p: field(p, "claims", "char_start").update(type="number", constraints={"maximum": float("inf")}),
            "claims.char_start: the maximum 'inf' does not suit the type and is not checked",
        ),
        (
            lambda p: field(p, "claims", "char_start").update(constraints={"enum": [1]}),
            "claims.char_start: a vocabulary is only checked for text",
        ),
        (
            lambda p: p["resources"][1].pop("parts"),
            "letters: its parts are not described, so their digests are not checked",
        ),
        (
            lambda p: p["resources"][1]["parts"][1].update(hash="md5:0"),
            "letters: the digest 'md5:0' is of an unknown kind and not checked",
        ),
        (
            lambda p: p["resources"].append({"name": "map", "path": "map.geojson"}),
            ": the resource 'map.geojson' is not a Parquet file and is not checked",
        ),
        (
            lambda p: p["resources"][2]["schema"]["foreignKeys"][0]["reference"].update(resource="towns"),
            "claims.person_id: it refers to 'towns', which is not in this data package, and is not checked",
        ),
    ],
)
def test_unchecked_property_is_noted(parse, change, note):
    """What this version cannot check becomes a note."""
    assert note in notes(parse(change))


SAMPLE_PATTERNS = sorted(
    {column.pattern.pattern for spec in LETTERS.tables.values() for column in spec.columns if column.pattern}
)


@pytest.mark.parametrize("pattern", SAMPLE_PATTERNS)
def test_pattern_of_models_is_supported(parse, pattern):
    """The patterns of models are among those that a validation can match."""

    def change(package):
        field(package, "people", "lives_in").update(constraints={"pattern": pattern})

    package = parse(change)
    assert package.notes == ()
    assert package["people"]["lives_in"].pattern.pattern == pattern


@pytest.mark.parametrize("pattern", ["[a", "a)(b", r"(?P<x>a)(?P=x)", "(?=a)b", "(?i", r"\Qa", "(a{1000}){1000}"])
def test_pattern_that_re2_refuses_is_noted(parse, pattern):
    """A pattern that RE2 does not accept is not checked, and the note gives the reason."""

    def change(package):
        field(package, "people", "lives_in").update(constraints={"pattern": pattern})

    package = parse(change)
    assert package["people"]["lives_in"].pattern is None
    [note] = package.notes
    assert re.search(r"is not supported and not checked: \w", note.message)


# ── Malformed files ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda p: p.update(resources=[]), "it lists no Parquet file"),
        (lambda p: p.update(resources={}), "it: 'resources': expected a list"),
        (lambda p: p.update(resources=[7]), "a resource: expected an object"),
        (lambda p: p.update(stancebook=7), "'stancebook': expected an object"),
        (lambda p: p["resources"][0].update(path="../people.parquet"), "is not a file in the dataset's folder"),
        (lambda p: p["resources"][0].update(path="/etc/people.parquet"), "is not a file in the dataset's folder"),
        (lambda p: p["resources"][0].update(path=7), "'path': expected a string"),
        (lambda p: p["resources"][1].update(path=[7]), "'path': expected a string"),
        (lambda p: p["resources"][1].update(path=[]), "a resource has an empty list of paths"),
        (lambda p: p["resources"][1].update(path=["letters.parquet"]), "is not a file in a folder of its table"),
        (
            lambda p: p["resources"][1].update(path=["../letters.parquet/a.parquet"]),
            "is not a file in a folder of its table",
        ),
        (
            lambda p: p["resources"][1].update(path=["letters.parquet/../a.parquet"]),
            "is not a file in a folder of its table",
        ),
        (
            lambda p: p["resources"][1].update(path=["letters.parquet/a.parquet"] * 2),
            "the paths of letters repeat or are in more",
        ),
        (
            lambda p: p["resources"][1].update(path=["a.parquet/a.parquet", "b.parquet/a.parquet"]),
            "the paths of a repeat or are in more",
        ),
        (lambda p: p["resources"][1]["parts"].pop(), "letters has 2 paths but describes 1 parts"),
        (lambda p: p["resources"][1].update(parts=[7, 7]), "letters: 'parts': expected an object"),
        (lambda p: p["resources"][0].update(path="letters.parquet"), "two resources have the path 'letters.parquet'"),
        (lambda p: p["resources"][0].update(rows=True), "people: 'rows': expected an integer"),
        (lambda p: p["resources"][0].pop("schema"), "people has no 'schema'"),
        (
            lambda p: p["resources"][0]["schema"].update(primaryKey=["nobody"]),
            "its primary key (nobody) does not consist of distinct fields",
        ),
        (lambda p: p["resources"][0]["schema"]["fields"].append({}), "a field of people has no 'name'"),
        (lambda p: field(p, "claims", "quote").update(name="claim_id"), "claims has two fields with the same name"),
        (lambda p: field(p, "claims", "quote").update(name="a\x1b[2J"), "is not a valid column name"),
        (lambda p: field(p, "claims", "strength").update(categories=["a", "a"]), "claims.strength lists a value twice"),
        (lambda p: field(p, "claims", "strength").update(categories=[1]), "claims.strength: expected a string"),
        (
            lambda p: field(p, "claims", "quote").update(description="\ud800"),
            "it holds a lone surrogate (half a character)",
        ),
        (
            lambda p: p["resources"][2]["schema"]["foreignKeys"][0]["reference"].update(fields=["age"]),
            "claims.person_id cannot refer to people.age",
        ),
        (
            lambda p: p["resources"][2]["schema"]["foreignKeys"][0].update(fields=["char_start"]),
            "claims.char_start cannot refer to people.person_id",
        ),
    ],
)
def test_malformed_descriptor_is_refused_with_reason(parse, change, message):
    """A malformed descriptor is refused with the place and the reason."""
    with pytest.raises(DatasetError, match=r"datapackage\.json: ") as refused:
        parse(change)
    assert message in str(refused.value)


@pytest.mark.parametrize("data", [b"[" * 100_000, b"\xff", b"7", b"null", b'{"stancebook": {}, "resources": null}'])
def test_other_json_is_refused(data, tmp_path):
    """A file that is not a data package is refused."""
    (tmp_path / "datapackage.json").write_bytes(data)
    with pytest.raises(DatasetError, match=r"datapackage\.json"):
        read_package(tmp_path)


def test_unknown_table_is_refused_with_known_tables(parse):
    """The error for an unknown table names the tables that there are."""
    with pytest.raises(DatasetError, match="has no table 'claim'; it has people, letters, claims"):
        parse()["claim"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.just("people.parquet"),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


def paths_in(value, path=()):
    """Yield the path of every value in a JSON document."""
    yield path
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from paths_in(inner, (*path, key))


PATHS = [path for path in paths_in({**PACKAGE, "resources": PACKAGE["resources"][:3]}) if path]


@given(st.sampled_from(PATHS), JSON)
@settings(max_examples=300)
def test_any_value_anywhere_is_parsed_or_refused(tmp_path_factory, path, value):
    """Any JSON value at any place is either parsed or refused with a message."""
    folder = tmp_path_factory.getbasetemp()
    package = deepcopy(PACKAGE)
    holder = package
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    (folder / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    try:
        assert read_package(folder).tables
    except DatasetError as refused:
        assert str(refused)  # noqa: PT017 (either is fine; nothing else is)
