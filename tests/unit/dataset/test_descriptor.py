import json
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
def carried(tmp_path):
    """Read a data package that a function may have changed."""

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


# ── What it says ──────────────────────────────────────────────────────────────────────────────────


def test_what_a_build_writes_says_all_that_the_models_say(carried):
    package = carried()
    assert list(package.tables) == list(LETTERS.tables)
    for spec in LETTERS.tables.values():
        table = package[spec.name]
        assert table.key == spec.key
        assert [(each.columns[0], each.table, each.target[0]) for each in table.references] == [
            (column.name, column.target, column.target_key) for column in spec.references
        ]
        for column in spec.columns:
            found = table.columns[column.name]
            assert found.storage == column.storage
            assert found.required is not column.nullable
            assert list(found.vocabulary) == list(column.vocabulary)
            assert found.ordered is column.ordered
            assert found.pattern == (column.pattern and column.pattern.pattern)
            assert found.minimum == column.minimum
            assert found.description == column.description
    assert package.notes == ()


def test_the_values_of_a_vocabulary_may_be_described(carried):
    def change(package):
        strength = field(package, "claims", "strength")
        strength["categories"] = [
            {"value": "weak", "label": "Hearsay"},
            {"value": "fair", "description": "Seen."},
            "utter",
        ]

    vocabulary = carried(change)["claims"].columns["strength"].vocabulary
    assert list(vocabulary.items()) == [("weak", "Hearsay"), ("fair", "Seen."), ("utter", None)]


def test_extras_of_any_kind_are_no_concern(carried):
    def change(package):
        package |= {"$schema": "https://example.org", "contributors": [{"title": "Ida"}], "x": None}
        package["resources"][0] |= {"sources": [], "bytes": 5}
        field(package, "claims", "quote")["unit"] = 7

    assert carried(change).notes == ()


# ── What other versions leave out, or add ─────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("change", "note"),
    [
        (lambda p: p["stancebook"].pop("build"), ": names no build: whether all tables are of one is not checked"),
        (lambda p: p["resources"][0].pop("rows"), "people: the number of its rows is not said, and not checked"),
        (
            lambda p: p["resources"][0]["schema"].pop("primaryKey"),
            "people: no key is said: whether rows are told apart is not checked",
        ),
        (
            lambda p: field(p, "claims", "quote").update(type="geopoint"),
            "claims.quote: the type 'geopoint' is not known here, and its cells are not checked",
        ),
        (
            lambda p: field(p, "claims", "quote").update(constraints={"maxLength": 9}),
            "claims.quote: the constraint 'maxLength' is not known here, and not checked",
        ),
        (
            lambda p: field(p, "people", "lives_in").update(constraints={"pattern": "(?=a)b"}),
            "people.lives_in: its pattern '(?=a)b' cannot be matched here, and is not checked: invalid perl operator:"
            " (?=",
        ),
        (
            lambda p: field(p, "people", "lives_in").update(constraints={"pattern": "a)|(b"}),
            "people.lives_in: its pattern 'a)|(b' cannot be matched here, and is not checked: unexpected ): a)|(b",
        ),
        (
            lambda p: field(p, "claims", "char_start").update(constraints={"pattern": "0", "minimum": 10**30}),
            "claims.char_start: a pattern of anything but texts is not known here, and not checked",
        ),
        (
            lambda p: field(p, "claims", "char_start").update(constraints={"minimum": 0.5}),
            "claims.char_start: a minimum of anything but whole numbers is not known here, and not checked",
        ),
        (
            lambda p: field(p, "claims", "char_start").update(constraints={"enum": [1]}),
            "claims.char_start: a vocabulary of anything but texts is not known here, and not checked",
        ),
        (
            lambda p: p["resources"][1].pop("parts"),
            "letters: nothing is said of its parts: whether they belong is not checked",
        ),
        (
            lambda p: p["resources"][1]["parts"][1].update(hash="md5:0"),
            "letters: the digest 'md5:0' is of a kind not known here, and not checked",
        ),
        (
            lambda p: p["resources"].append({"name": "map", "path": "map.geojson"}),
            ": the resource 'map.geojson' is no Parquet file, and is not checked",
        ),
        (
            lambda p: p["resources"][2]["schema"]["foreignKeys"][0]["reference"].update(resource="towns"),
            "claims.person_id: it refers to 'towns', which is not in this package, and is not checked",
        ),
    ],
)
def test_what_cannot_be_checked_is_noted(carried, change, note):
    assert note in notes(carried(change))


# ── What is refused ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda p: p.update(resources=[]), "it names no Parquet file"),
        (lambda p: p.update(resources={}), "it: 'resources' is or holds what is not a list"),
        (lambda p: p.update(resources=[7]), "a resource is or holds what is not an object"),
        (lambda p: p.update(stancebook=7), "'stancebook' is or holds what is not an object"),
        (lambda p: p["resources"][0].update(path="../people.parquet"), "is not the name of a file beside it"),
        (lambda p: p["resources"][0].update(path="/etc/people.parquet"), "is not the name of a file beside it"),
        (lambda p: p["resources"][0].update(path=7), "'path' is or holds what is not text"),
        (lambda p: p["resources"][1].update(path=[7]), "'path' is or holds what is not text"),
        (lambda p: p["resources"][1].update(path=[]), "a resource has an empty list for a 'path'"),
        (lambda p: p["resources"][1].update(path=["letters.parquet"]), "is not the name of a file in a folder of its"),
        (
            lambda p: p["resources"][1].update(path=["../letters.parquet/a.parquet"]),
            "is not the name of a file in a folder",
        ),
        (
            lambda p: p["resources"][1].update(path=["letters.parquet/../a.parquet"]),
            "is not the name of a file in a folder",
        ),
        (
            lambda p: p["resources"][1].update(path=["letters.parquet/a.parquet"] * 2),
            "the paths of letters repeat, or lie in",
        ),
        (
            lambda p: p["resources"][1].update(path=["a.parquet/a.parquet", "b.parquet/a.parquet"]),
            "the paths of a repeat, or lie in",
        ),
        (lambda p: p["resources"][1]["parts"].pop(), "letters has 2 paths, and tells of 1 parts"),
        (lambda p: p["resources"][1].update(parts=[7, 7]), "letters: 'parts' is or holds what is not an object"),
        (lambda p: p["resources"][0].update(path="letters.parquet"), "two resources have the path 'letters.parquet'"),
        (lambda p: p["resources"][0].update(rows=True), "people: 'rows' is or holds what is not a whole number"),
        (lambda p: p["resources"][0].pop("schema"), "people has no 'schema'"),
        (lambda p: p["resources"][0]["schema"].update(primaryKey=["nobody"]), "its key is nobody"),
        (lambda p: p["resources"][0]["schema"]["fields"].append({}), "a field of people has no 'name'"),
        (lambda p: field(p, "claims", "quote").update(name="claim_id"), "claims has two fields of one name"),
        (lambda p: field(p, "claims", "quote").update(name="a\x1b[2J"), "is no name that a column can have"),
        (lambda p: field(p, "claims", "strength").update(categories=["a", "a"]), "claims.strength lists a value twice"),
        (lambda p: field(p, "claims", "strength").update(categories=[1]), "claims.strength is or holds what is not"),
        (lambda p: field(p, "claims", "quote").update(description="\ud800"), "it holds half a character"),
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
def test_what_is_wrong_is_refused_with_a_sentence(carried, change, sentence):
    with pytest.raises(DatasetError, match=r"datapackage\.json: ") as refused:
        carried(change)
    assert sentence in str(refused.value)


@pytest.mark.parametrize("data", [b"[" * 100_000, b"\xff", b"7", b"null", b'{"stancebook": {}, "resources": null}'])
def test_what_is_no_data_package_at_all_is_refused(data, tmp_path):
    (tmp_path / "datapackage.json").write_bytes(data)
    with pytest.raises(DatasetError, match=r"datapackage\.json"):
        read_package(tmp_path)


def test_a_table_that_is_not_there_is_refused_with_those_that_are(carried):
    with pytest.raises(DatasetError, match="has no table 'claim'; it has people, letters, claims"):
        carried()["claim"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.just("people.parquet"),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


def places(value, path=()):
    """Every place in a JSON document."""
    yield path
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(inner, (*path, key))


PLACES = [path for path in places({**PACKAGE, "resources": PACKAGE["resources"][:3]}) if path]


@given(st.sampled_from(PLACES), JSON)
@settings(max_examples=300)
def test_whatever_stands_anywhere_in_it_is_taken_or_refused(tmp_path_factory, path, value):
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
