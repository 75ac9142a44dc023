import hashlib
import json

import frictionless
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from schemas import CONTRACT
from stancebook.build.pipeline import build_tables
from stancebook.dataset.layout import DATAPACKAGE
from stancebook.metadata.datapackage import data_package
from stancebook.schema.contract import Contributor
from tests.unit.dataset_parts import as_files, as_folders
from tests.unit.sample_contract import LETTERS, STRENGTH, contract


def described(contract_, frames, build="build", seeds="seeds"):
    return data_package(contract_, as_files(contract_, frames), frames[contract_.document.name], build, seeds)


@pytest.fixture
def frames(letters):
    return build_tables(LETTERS, letters).frames


@pytest.fixture
def resources(frames):
    return {resource["name"]: resource for resource in described(LETTERS, frames)["resources"]}


# ── Tables and columns ────────────────────────────────────────────────────────────────────────────


def test_every_table_and_column_of_the_data_package_has_a_title_and_a_description(built):
    for resource in described(CONTRACT, built.frames)["resources"]:
        for told in (resource, *resource["schema"]["fields"]):
            assert told["title"].strip()
            assert told["description"].strip(), (resource["name"], told["name"])


def test_fields_come_in_the_order_of_the_columns_with_the_key_named(resources):
    schema = resources["claims"]["schema"]
    assert [field["name"] for field in schema["fields"]] == list(LETTERS.tables["claims"].names)
    assert schema["primaryKey"] == ["claim_id"]
    assert resources["witnesses"]["schema"]["primaryKey"] == ["claim_id", "person_id"]


def test_every_reference_is_a_foreign_key_one_within_a_table_to_no_other_resource(resources):
    keys = {key["fields"][0]: key["reference"] for key in resources["claims"]["schema"]["foreignKeys"]}
    assert keys == {
        "person_id": {"resource": "people", "fields": ["person_id"]},
        "believer_id": {"resource": "people", "fields": ["person_id"]},
        "answers_id": {"fields": ["claim_id"]},
        "doc_id": {"resource": "letters", "fields": ["doc_id"]},
    }


def test_what_a_column_demands_is_a_constraint(resources):
    fields = {field["name"]: field for name in ("people", "claims") for field in resources[name]["schema"]["fields"]}
    assert fields["lives_in"]["constraints"] == {"pattern": "[A-Z]{2}[0-9]"}
    assert fields["strength"]["constraints"] == {"enum": ["weak", "fair", "strong"]}
    assert fields["char_start"]["constraints"] == {"required": True, "minimum": 0}
    assert fields["claim_id"]["constraints"]["unique"] is True


def test_a_vocabulary_comes_in_its_order_with_a_definition_for_every_value(resources):
    [strength] = [field for field in resources["claims"]["schema"]["fields"] if field["name"] == "strength"]
    assert strength["categoriesOrdered"] is True
    assert {each["value"]: each["description"] for each in strength["categories"]} == STRENGTH
    assert [each["value"] for each in strength["categories"]] == list(STRENGTH)


def test_the_definitions_are_no_labels_which_readers_show_in_place_of_the_values(resources):
    [strength] = [field for field in resources["claims"]["schema"]["fields"] if field["name"] == "strength"]
    assert not any("label" in each for each in strength["categories"])


def test_a_number_says_what_it_counts(resources):
    units = {field["name"]: field.get("unit") for field in resources["claims"]["schema"]["fields"]}
    assert units["char_start"] == units["char_end"] == "Unicode code points"
    assert units["quote"] is None


def test_names_of_resources_are_what_the_standard_allows(built):
    names = [resource["name"] for resource in described(CONTRACT, built.frames)["resources"]]
    assert "format-participants" in names
    assert not [name for name in names if "_" in name]


# ── The package ───────────────────────────────────────────────────────────────────────────────────


def test_the_digests_of_the_build_and_the_seeds_are_stated(frames):
    assert described(LETTERS, frames, "b", "s")["stancebook"] == {"build": "b", "seeds": "s"}


def test_facts_of_the_contract_are_stated_and_none_that_it_lacks(frames):
    known = contract(homepage="https://example.org", contributors=(Contributor("Ida", roles=("creator",)),))
    package = described(known, frames)
    assert package["homepage"] == "https://example.org"
    assert package["contributors"] == [{"title": "Ida", "roles": ["creator"]}]
    assert package["licenses"][0]["name"] == "CC0-1.0"
    assert not {"homepage", "contributors", "keywords"} & set(described(LETTERS, frames))


def test_a_document_is_a_source_with_the_digest_of_its_text(frames, letters):
    text = (letters / "documents/bridge.txt").read_bytes()
    [source] = described(contract(sources={"title": "doc_id", "posted": "sent", "pages": "pages"}), frames)["sources"]
    assert source == {
        "title": "bridge",
        "posted": "1901-05-04",
        "language": "en",
        "sha256": hashlib.sha256(text).hexdigest(),
    }


def test_of_documents_that_are_not_listed_the_table_tells(frames):
    package = data_package(LETTERS, as_files(LETTERS, frames), None, "", "")
    assert package["sources"] == [{"title": "1 documents", "path": "letters.parquet"}]


def test_a_table_that_is_a_folder_lists_its_parts_with_their_rows_digests_and_builds(frames):
    package = data_package(LETTERS, as_folders(LETTERS, frames), None, "", "")
    [claims] = [resource for resource in package["resources"] if resource["name"] == "claims"]
    assert claims["path"] == ["claims.parquet/part-00000.parquet", "claims.parquet/part-00001.parquet"]
    assert claims["parts"] == [
        {"rows": 2, "hash": f"sha256:{'0' * 64}", "build": "0"},
        {"rows": 0, "hash": f"sha256:{'0' * 64}", "build": "1"},
    ]
    assert claims["rows"] == 2
    assert "hash" not in claims


def test_every_table_has_the_digest_of_its_file(files):
    for resource in json.loads(files[DATAPACKAGE])["resources"]:
        assert resource["hash"] == f"sha256:{hashlib.sha256(files[resource['path']]).hexdigest()}"


def test_nothing_that_is_stated_is_empty(files):
    def walk(value):
        assert value not in ("", [], {})
        for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            walk(each)

    package = json.loads(files[DATAPACKAGE])
    for resource in package["resources"]:
        assert resource["schema"].pop("missingValues") == [""]
    walk(package)


# ── Frictionless ──────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def copied(files, tmp_path, monkeypatch):
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_frictionless_finds_the_data_package_valid(copied):
    report = frictionless.validate(DATAPACKAGE)
    assert report.flatten(["title", "message"]) == []
    assert {task.type for task in report.tasks} == {"table"}
    assert len(report.tasks) == len(CONTRACT.tables)


def test_frictionless_takes_a_list_of_parts_though_it_reads_the_first_alone(split):
    assert frictionless.Package.validate_descriptor(str(split / DATAPACKAGE)).valid
    statements = frictionless.Package(str(split / DATAPACKAGE)).get_resource("statements")
    assert statements.paths == [f"statements.parquet/part-0000{at}.parquet" for at in (0, 1)]
    assert (statements.rows, len(statements.read_rows())) == (3, 2)  # where it reads all, docs/query.md can say so


def cell(name, value, row=0):
    """Return what puts a value into a cell of a column."""

    def spoilt(table):
        at = table.column_names.index(name)
        cells = table.column(name).to_pylist()
        cells[row] = value(cells) if callable(value) else value
        array = pa.array(cells) if isinstance(cells[row], str) else pa.array(cells, table.schema.field(at).type)
        return table.set_column(at, name, array)

    return spoilt


def types_of_errors(report, file):
    return {error.type for task in report.tasks if task.place == file for error in task.errors}


def first_two_swapped(table):
    return table.select([*table.column_names[1::-1], *table.column_names[2:]])


FAULTS = {
    "a value outside its vocabulary": ("statements", cell("stance", "suports"), {"constraint-error"}),
    "a key that stands twice": (
        "statements",
        cell("statement_id", lambda cells: cells[1]),
        {"unique-error", "primary-key"},
    ),
    "a key of several columns that stands twice": (
        "event_participants",
        lambda table: table.take([0, *range(table.num_rows)]),
        {"primary-key", "row-count"},
    ),
    "a reference to nothing": ("mentions", cell("actor_id", "nobody"), {"foreign-key"}),
    "a reference to nothing within its own table": ("actors", cell("parent_id", "nobody"), {"foreign-key"}),
    "nothing where something is required": ("statements", cell("summary", None), {"constraint-error"}),
    "a text in place of a number": (
        "formats",
        lambda table: table.set_column(table.column_names.index("n_parties"), "n_parties", [["two"] * table.num_rows]),
        {"type-error"},
    ),
    "a text in place of a day": (
        "documents",
        lambda table: table.set_column(table.column_names.index("published"), "published", [["in April"]]),
        {"type-error"},
    ),
    "a text of another form": ("actors", cell("iso3", "uk"), {"constraint-error"}),
    "a number below the least": ("statements", cell("char_start", -1), {"constraint-error"}),
    "a row too few": ("mentions", lambda table: table.slice(1), {"row-count"}),
    "a column too few": ("statements", lambda table: table.drop_columns(["char_end"]), {"missing-label"}),
    "a column too many": ("issues", lambda table: table.append_column("more", table.column(0)), {"extra-label"}),
    "a column of another name": (
        "issues",
        lambda table: table.rename_columns(["issue", *table.column_names[1:]]),
        {"incorrect-label"},
    ),
    "columns in another order": ("issues", first_two_swapped, {"incorrect-label", "constraint-error"}),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_frictionless_finds_a_planted_fault(fault, copied):
    table, spoil, types = FAULTS[fault]
    path = copied / f"{table}.parquet"
    pq.write_table(spoil(pq.read_table(path)), path)
    report = frictionless.validate(DATAPACKAGE)
    assert not report.valid
    assert types_of_errors(report, path.name) == types


@pytest.mark.parametrize(
    "spoil",
    [lambda path: path.rename(path.with_name("matters.parquet")), lambda path: path.write_bytes(b"PAR1 and no more")],
    ids=["a file of another name", "a file that is no table"],
)
def test_frictionless_finds_a_file_that_it_cannot_read(spoil, copied):
    spoil(copied / "issues.parquet")
    report = frictionless.validate(DATAPACKAGE)
    assert types_of_errors(report, "issues.parquet") == {"source-error"}
