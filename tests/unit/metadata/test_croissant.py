import hashlib
import json
import logging

import mlcroissant
import pandas as pd
import pytest

from schemas import CONTRACT
from stancebook.dataset.layout import CROISSANT, table_file
from stancebook.metadata.croissant import croissant_metadata
from stancebook.schema.contract import Contributor
from stancebook.schema.dataframes import frame_from_rows
from tests.unit.dataset_parts import as_files, as_folders
from tests.unit.sample_contract import LETTERS, STRENGTH, contract

# What the reader and its libraries do is deprecated in theirs; none of it is about our files.
pytestmark = [
    pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The inplace keyword in DataFrame.reset_index:DeprecationWarning"),
]

HASHES = {name: f"{at:064x}" for at, name in enumerate(LETTERS.tables)}
EMPTY = {name: frame_from_rows(spec, []) for name, spec in LETTERS.tables.items()}
FILES = as_files(LETTERS, EMPTY, HASHES)


@pytest.fixture
def record_sets():
    return {each["@id"]: each for each in croissant_metadata(LETTERS, FILES)["recordSet"]}


def fields_of(record_set):
    return {field["name"]: field for field in record_set["field"]}


# ── What it says ──────────────────────────────────────────────────────────────────────────────────


def test_every_table_is_a_file_with_its_digest_and_a_record_set_with_its_key(record_sets):
    files = {each["contentUrl"]: each["sha256"] for each in croissant_metadata(LETTERS, FILES)["distribution"]}
    assert files == {table_file(name): digest for name, digest in HASHES.items()}
    assert record_sets["witnesses"]["key"] == [{"@id": "witnesses/claim_id"}, {"@id": "witnesses/person_id"}]


def test_a_field_says_its_title_its_unit_its_type_and_where_it_stands(record_sets):
    field = fields_of(record_sets["claims"])["char_start"]
    assert (field["alternateName"], field["unitText"], field["dataType"]) == (
        "Passage start",
        "Unicode code points",
        "sc:Integer",
    )
    assert field["source"] == {"fileObject": {"@id": "claims.parquet"}, "extract": {"column": "char_start"}}


def test_a_reference_names_the_key_it_refers_to(record_sets):
    claims = fields_of(record_sets["claims"])
    assert claims["person_id"]["dct:references"] == {"@id": "people/person_id"}
    assert claims["answers_id"]["dct:references"] == {"@id": "claims/claim_id"}


def test_a_vocabulary_is_an_enumeration_in_its_order_with_a_definition_for_every_value(record_sets):
    values = record_sets["claims.strength"]
    assert fields_of(record_sets["claims"])["strength"]["dct:references"] == {"@id": "claims.strength/name"}
    assert values["dataType"] == "sc:Enumeration"
    assert [(row["claims.strength/name"], row["claims.strength/description"]) for row in values["data"]] == list(
        STRENGTH.items()
    )
    assert "from least to most" in values["description"]


def test_whatever_is_referred_to_is_there(files):
    description = json.loads(files[CROISSANT])
    fields = [field for record_set in description["recordSet"] for field in record_set["field"]]
    there = {field["@id"] for field in fields}
    assert {field["dct:references"]["@id"] for field in fields if "dct:references" in field} <= there
    assert {key["@id"] for name in CONTRACT.tables for key in keys_of(description, name)} <= there


def keys_of(description, name):
    [record_set] = [each for each in description["recordSet"] if each["@id"] == name]
    return record_set["key"]


def test_facts_of_the_contract_are_stated_and_none_that_it_lacks():
    known = contract(
        homepage="https://example.org",
        released="1901-05-06",
        contributors=(Contributor("Ida", roles=("creator",)), Contributor("Otto", roles=("sponsor",))),
    )
    description = croissant_metadata(known, FILES)
    assert (description["url"], description["datePublished"]) == ("https://example.org", "1901-05-06")
    assert description["creator"] == [{"@type": "sc:Organization", "name": "Ida"}]
    assert description["license"] == [
        {
            "@type": "sc:CreativeWork",
            "name": "Public domain",
            "url": "https://creativecommons.org/publicdomain/zero/1.0/",
        }
    ]
    assert description["citeAs"] == known.citation
    assert not {"url", "datePublished", "creator", "keywords"} & set(croissant_metadata(LETTERS, FILES))


def test_a_table_that_is_a_folder_is_a_set_of_files():
    description = croissant_metadata(LETTERS, as_folders(LETTERS, EMPTY))
    [claims] = [each for each in description["distribution"] if each["@id"] == "claims.parquet"]
    assert (claims["@type"], claims["includes"]) == ("cr:FileSet", "claims.parquet/*.parquet")
    assert not {"contentUrl", "sha256"} & set(claims)
    [records] = [each for each in description["recordSet"] if each["@id"] == "claims"]
    assert fields_of(records)["quote"]["source"]["fileSet"] == {"@id": "claims.parquet"}


def test_the_digests_are_those_of_the_files(files):
    for each in json.loads(files[CROISSANT])["distribution"]:
        assert each["sha256"] == hashlib.sha256(files[each["contentUrl"]]).hexdigest()


# ── Mlcroissant ───────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module", params=["dataset", "split"])
def folder(request):
    """A dataset whose tables are files, and one in which they are folders."""
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def loaded(folder):
    return mlcroissant.Dataset(jsonld=folder / CROISSANT)


def test_mlcroissant_finds_nothing_to_mend(folder, caplog):
    with caplog.at_level(logging.WARNING):
        issues = mlcroissant.Dataset(jsonld=folder / CROISSANT).metadata.ctx.issues
    assert (issues.errors, issues.warnings, caplog.records) == (set(), set(), [])


def test_mlcroissant_finds_a_file_without_its_digest(files):
    description = json.loads(files[CROISSANT])
    del description["distribution"][0]["sha256"]
    with pytest.raises(mlcroissant.ValidationError, match="sha256"):
        mlcroissant.Dataset(jsonld=description)


def plain(value):
    return value.decode() if isinstance(value, bytes) else value


@pytest.mark.parametrize("again", ["once", "and once more"])
@pytest.mark.parametrize("table", CONTRACT.tables)
def test_mlcroissant_yields_the_rows_of_every_table_however_often_it_is_asked(table, again, dataset, loaded):
    frame = pd.read_parquet(dataset / table_file(table))
    rows = frame.astype("object").where(frame.notna(), None).to_dict("records")
    dates = [column.name for column in CONTRACT.tables[table].columns if column.storage == "date"]
    found = [
        {name.removeprefix(f"{table}/"): plain(value) for name, value in row.items()} for row in loaded.records(table)
    ]
    for row in found:
        row |= {name: row[name].date() for name in dates if row[name] is not None}
    assert found == rows


def test_mlcroissant_yields_the_values_of_a_vocabulary_with_their_definitions(loaded):
    name = "statements.stance"
    found = {plain(row[f"{name}/name"]): plain(row[f"{name}/description"]) for row in loaded.records(name)}
    assert found == CONTRACT.tables["statements"]["stance"].vocabulary
