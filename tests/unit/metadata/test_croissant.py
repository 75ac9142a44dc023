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

# The reader and its libraries use deprecated functions; none of the warnings concerns our files.
pytestmark = [
    pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The inplace keyword in DataFrame.reset_index:DeprecationWarning"),
]

HASHES = {name: f"{number:064x}" for number, name in enumerate(LETTERS.tables)}
EMPTY = {name: frame_from_rows(spec, []) for name, spec in LETTERS.tables.items()}
FILES = as_files(LETTERS, EMPTY, HASHES)


@pytest.fixture
def record_sets():
    return {record_set["@id"]: record_set for record_set in croissant_metadata(LETTERS, FILES)["recordSet"]}


def fields_of(record_set):
    return {field["name"]: field for field in record_set["field"]}


# ── Content ───────────────────────────────────────────────────────────────────────────────────────


def test_table_is_file_and_record_set(record_sets):
    """A table is a file with its hash and a record set with its key."""
    files = {file["contentUrl"]: file["sha256"] for file in croissant_metadata(LETTERS, FILES)["distribution"]}
    assert files == {table_file(name): hash_ for name, hash_ in HASHES.items()}
    assert record_sets["witnesses"]["key"] == [{"@id": "witnesses/claim_id"}, {"@id": "witnesses/person_id"}]


def test_field_describes_column(record_sets):
    """A field has the title, unit and type of its column, and names its file and column."""
    field = fields_of(record_sets["claims"])["char_start"]
    assert (field["alternateName"], field["unitText"], field["dataType"]) == (
        "Passage start",
        "Unicode code points",
        "sc:Integer",
    )
    assert field["source"] == {"fileObject": {"@id": "claims.parquet"}, "extract": {"column": "char_start"}}


def test_foreign_key_references_field(record_sets):
    """A foreign key references the key field of its table."""
    claims = fields_of(record_sets["claims"])
    assert claims["person_id"]["dct:references"] == {"@id": "people/person_id"}
    assert claims["answers_id"]["dct:references"] == {"@id": "claims/claim_id"}


def test_vocabulary_is_enumeration(record_sets):
    """A vocabulary is an enumeration of its values in order, each with its definition."""
    values = record_sets["claims.strength"]
    assert fields_of(record_sets["claims"])["strength"]["dct:references"] == {"@id": "claims.strength/name"}
    assert values["dataType"] == "sc:Enumeration"
    assert [(row["claims.strength/name"], row["claims.strength/description"]) for row in values["data"]] == list(
        STRENGTH.items()
    )
    assert "from least to most" in values["description"]


def test_references_exist(files):
    """All fields that keys and references name exist."""
    description = json.loads(files[CROISSANT])
    fields = [field for record_set in description["recordSet"] for field in record_set["field"]]
    known = {field["@id"] for field in fields}
    assert {field["dct:references"]["@id"] for field in fields if "dct:references" in field} <= known
    assert {key["@id"] for name in CONTRACT.tables for key in keys_of(description, name)} <= known


def keys_of(description, name):
    [record_set] = [item for item in description["recordSet"] if item["@id"] == name]
    return record_set["key"]


def test_contract_properties_are_optional():
    """Properties that the contract has are stated, and the others left out."""
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


def test_folder_is_file_set():
    """A table that is a folder is a file set, without the hash of a single file."""
    description = croissant_metadata(LETTERS, as_folders(LETTERS, EMPTY))
    [claims] = [file for file in description["distribution"] if file["@id"] == "claims.parquet"]
    assert (claims["@type"], claims["includes"]) == ("cr:FileSet", "claims.parquet/*.parquet")
    assert not {"contentUrl", "sha256"} & set(claims)
    [record_set] = [item for item in description["recordSet"] if item["@id"] == "claims"]
    assert fields_of(record_set)["quote"]["source"]["fileSet"] == {"@id": "claims.parquet"}


def test_hashes_match_files(files):
    """The hashes are those of the files."""
    for file in json.loads(files[CROISSANT])["distribution"]:
        assert file["sha256"] == hashlib.sha256(files[file["contentUrl"]]).hexdigest()


# ── Mlcroissant ───────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module", params=["dataset", "split"])
def folder(request):
    """Return a dataset whose tables are files, and one whose tables are folders."""
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def loaded(folder):
    return mlcroissant.Dataset(jsonld=folder / CROISSANT)


def test_mlcroissant_reports_nothing(folder, caplog):
    """The reference reader reports no error and no warning."""
    with caplog.at_level(logging.WARNING):
        issues = mlcroissant.Dataset(jsonld=folder / CROISSANT).metadata.ctx.issues
    assert (issues.errors, issues.warnings, caplog.records) == (set(), set(), [])


def test_mlcroissant_reports_missing_hash(files):
    """The reference reader reports a file without a hash."""
    description = json.loads(files[CROISSANT])
    del description["distribution"][0]["sha256"]
    with pytest.raises(mlcroissant.ValidationError, match="sha256"):
        mlcroissant.Dataset(jsonld=description)


def as_text(value):
    return value.decode() if isinstance(value, bytes) else value


@pytest.mark.parametrize("reading", ["first", "second"])
@pytest.mark.parametrize("table", CONTRACT.tables)
def test_mlcroissant_reads_rows(table, reading, dataset, loaded):
    """The reference reader reads the rows of each table, also a second time."""
    frame = pd.read_parquet(dataset / table_file(table))
    rows = frame.astype("object").where(frame.notna(), None).to_dict("records")
    dates = [column.name for column in CONTRACT.tables[table].columns if column.storage == "date"]
    found = [
        {name.removeprefix(f"{table}/"): as_text(value) for name, value in row.items()} for row in loaded.records(table)
    ]
    for row in found:
        row |= {name: row[name].date() for name in dates if row[name] is not None}
    assert found == rows


def test_mlcroissant_reads_vocabulary(loaded):
    """The reference reader reads the values of a vocabulary with their definitions."""
    name = "statements.stance"
    found = {as_text(row[f"{name}/name"]): as_text(row[f"{name}/description"]) for row in loaded.records(name)}
    assert found == CONTRACT.tables["statements"]["stance"].vocabulary
