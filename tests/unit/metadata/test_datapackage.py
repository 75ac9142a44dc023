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


def descriptor_of(contract_, frames, build="build", seeds="seeds"):
    return data_package(contract_, as_files(contract_, frames), frames[contract_.document.name], build, seeds)


@pytest.fixture
def frames(letters):
    return build_tables(LETTERS, letters).frames


@pytest.fixture
def resources(frames):
    return {resource["name"]: resource for resource in descriptor_of(LETTERS, frames)["resources"]}


def test_published_reading_view_is_stated(frames):
    """A contract that says where its reading view is published has that in its data package; others have nothing."""
    address = "https://example.org/view"
    own = descriptor_of(contract(view_url=address), frames)["stancebook"]
    assert own == {"build": "build", "seeds": "seeds", "view": address}
    assert descriptor_of(LETTERS, frames)["stancebook"] == {"build": "build", "seeds": "seeds"}


# ── Tables and columns ────────────────────────────────────────────────────────────────────────────


def test_tables_and_columns_are_descriptor_of(built):
    """Each table and column has a title and a description."""
    for resource in descriptor_of(CONTRACT, built.frames)["resources"]:
        for item in (resource, *resource["schema"]["fields"]):
            assert item["title"].strip()
            assert item["description"].strip(), (resource["name"], item["name"])


def test_fields_follow_column_order(resources):
    """Fields are in the order of the columns, and the schema names the primary key."""
    schema = resources["claims"]["schema"]
    assert [field["name"] for field in schema["fields"]] == list(LETTERS.tables["claims"].names)
    assert schema["primaryKey"] == ["claim_id"]
    assert resources["witnesses"]["schema"]["primaryKey"] == ["claim_id", "person_id"]


def test_references_are_foreign_keys(resources):
    """References are foreign keys; a reference within a table names no resource."""
    keys = {key["fields"][0]: key["reference"] for key in resources["claims"]["schema"]["foreignKeys"]}
    assert keys == {
        "person_id": {"resource": "people", "fields": ["person_id"]},
        "believer_id": {"resource": "people", "fields": ["person_id"]},
        "answers_id": {"fields": ["claim_id"]},
        "doc_id": {"resource": "letters", "fields": ["doc_id"]},
    }


def test_column_rules_are_constraints(resources):
    """Patterns, vocabularies, minimums and required columns are constraints."""
    fields = {field["name"]: field for name in ("people", "claims") for field in resources[name]["schema"]["fields"]}
    assert fields["lives_in"]["constraints"] == {"pattern": "[A-Z]{2}[0-9]"}
    assert fields["strength"]["constraints"] == {"enum": ["weak", "fair", "strong"]}
    assert fields["char_start"]["constraints"] == {"required": True, "minimum": 0}
    assert fields["claim_id"]["constraints"]["unique"] is True


def test_vocabulary_is_categories(resources):
    """A vocabulary is an ordered list of categories, each with its definition."""
    [strength] = [field for field in resources["claims"]["schema"]["fields"] if field["name"] == "strength"]
    assert strength["categoriesOrdered"] is True
    assert {category["value"]: category["description"] for category in strength["categories"]} == STRENGTH
    assert [category["value"] for category in strength["categories"]] == list(STRENGTH)


def test_categories_have_no_labels(resources):
    """Definitions are not labels, which readers would show instead of the values."""
    [strength] = [field for field in resources["claims"]["schema"]["fields"] if field["name"] == "strength"]
    assert not any("label" in category for category in strength["categories"])


def test_integer_has_unit(resources):
    """A number has the unit that it counts."""
    units = {field["name"]: field.get("unit") for field in resources["claims"]["schema"]["fields"]}
    assert units["char_start"] == units["char_end"] == "Unicode code points"
    assert units["quote"] is None


def test_resource_names_are_valid(built):
    """Names of resources have hyphens, not underscores."""
    names = [resource["name"] for resource in descriptor_of(CONTRACT, built.frames)["resources"]]
    assert "format-participants" in names
    assert not [name for name in names if "_" in name]


# ── The package ───────────────────────────────────────────────────────────────────────────────────


def test_package_has_build_and_seeds_hashes(frames):
    """The package states the hashes of the build and of the sources."""
    assert descriptor_of(LETTERS, frames, "b", "s")["stancebook"] == {"build": "b", "seeds": "s"}


def test_contract_properties_are_optional(frames):
    """Properties that the contract has are stated, and the others left out."""
    known = contract(
        homepage="https://example.org",
        repository="https://example.org/code",
        contributors=(Contributor("Ida", roles=("creator",)),),
    )
    package = descriptor_of(known, frames)
    assert package["homepage"] == "https://example.org"
    assert package["repository"] == "https://example.org/code"
    assert package["contributors"] == [{"title": "Ida", "roles": ["creator"]}]
    assert package["licenses"][0]["name"] == "CC0-1.0"
    assert not {"homepage", "repository", "contributors", "keywords"} & set(descriptor_of(LETTERS, frames))


def test_document_is_source(frames, letters):
    """A document is a source with its metadata and the hash of its text."""
    text = (letters / "documents/bridge.txt").read_bytes()
    [source] = descriptor_of(contract(sources={"title": "doc_id", "posted": "sent", "pages": "pages"}), frames)[
        "sources"
    ]
    assert source == {
        "title": "bridge",
        "posted": "1901-05-04",
        "language": "en",
        "sha256": hashlib.sha256(text).hexdigest(),
    }


def test_many_documents_are_one_source(frames):
    """If documents are not listed, the source is their table."""
    package = data_package(LETTERS, as_files(LETTERS, frames), None, "", "")
    assert package["sources"] == [{"title": "1 document", "path": "letters.parquet"}]


def test_folder_lists_parts(frames):
    """A table that is a folder lists its parts with rows, hash and build."""
    package = data_package(LETTERS, as_folders(LETTERS, frames), None, "", "")
    [claims] = [resource for resource in package["resources"] if resource["name"] == "claims"]
    assert claims["path"] == ["claims.parquet/part-00000.parquet", "claims.parquet/part-00001.parquet"]
    assert claims["parts"] == [
        {"rows": 2, "hash": f"sha256:{'0' * 64}", "build": "0"},
        {"rows": 0, "hash": f"sha256:{'0' * 64}", "build": "1"},
    ]
    assert claims["rows"] == 2
    assert "hash" not in claims


def test_hashes_match_files(files):
    """The hash of a resource is that of its file."""
    for resource in json.loads(files[DATAPACKAGE])["resources"]:
        assert resource["hash"] == f"sha256:{hashlib.sha256(files[resource['path']]).hexdigest()}"


def test_properties_are_not_empty(files):
    """No property is an empty text, list or object."""

    def walk(value):
        assert value not in ("", [], {})
        for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            walk(item)

    package = json.loads(files[DATAPACKAGE])
    for resource in package["resources"]:
        assert resource["schema"].pop("missingValues") == [""]
    walk(package)


# ── Frictionless ──────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def package_folder(files, tmp_path, monkeypatch):
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_frictionless_finds_package_valid(package_folder):
    """Frictionless validates the package and all tables."""
    report = frictionless.validate(DATAPACKAGE)
    assert report.flatten(["title", "message"]) == []
    assert {task.type for task in report.tasks} == {"table"}
    assert len(report.tasks) == len(CONTRACT.tables)


def test_frictionless_accepts_parts(split):
    """Frictionless accepts a list of parts, and reads only the first."""
    assert frictionless.Package.validate_descriptor(str(split / DATAPACKAGE)).valid
    statements = frictionless.Package(str(split / DATAPACKAGE)).get_resource("statements")
    assert statements.paths == [f"statements.parquet/part-0000{number}.parquet" for number in (0, 1)]
    assert (statements.rows, len(statements.read_rows())) == (3, 2)  # once it reads all, change docs/query.md


def replace_cell(name, value, row=0):
    """Return a function that replaces a cell of a table."""

    def replaced(table):
        index = table.column_names.index(name)
        cells = table.column(name).to_pylist()
        cells[row] = value(cells) if callable(value) else value
        array = pa.array(cells) if isinstance(cells[row], str) else pa.array(cells, table.schema.field(index).type)
        return table.set_column(index, name, array)

    return replaced


def types_of_errors(report, file):
    return {error.type for task in report.tasks if task.place == file for error in task.errors}


def validate_resource(file):
    """Validate one table, with its references to others: all of them take ten times as long."""
    [resource] = [found for found in frictionless.Package(DATAPACKAGE).resources if found.path == file]
    return resource.validate()


def first_two_swapped(table):
    return table.select([*table.column_names[1::-1], *table.column_names[2:]])


ERRORS = {
    "a value outside its vocabulary": ("statements", replace_cell("stance", "suports"), {"constraint-error"}),
    "a duplicate key": (
        "statements",
        replace_cell("statement_id", lambda cells: cells[1]),
        {"unique-error", "primary-key"},
    ),
    "a duplicate composite key": (
        "event_participants",
        lambda table: table.take([0, *range(table.num_rows)]),
        {"primary-key", "row-count"},
    ),
    "a dangling reference": ("mentions", replace_cell("actor_id", "nobody"), {"foreign-key"}),
    "a dangling reference within a table": ("actors", replace_cell("parent_id", "nobody"), {"foreign-key"}),
    "an empty required cell": ("statements", replace_cell("summary", None), {"constraint-error"}),
    "a text instead of a number": (
        "formats",
        lambda table: table.set_column(
            table.column_names.index("n_named_parties"), "n_named_parties", [["two"] * table.num_rows]
        ),
        {"type-error"},
    ),
    "a text instead of a date": (
        "documents",
        lambda table: table.set_column(table.column_names.index("published"), "published", [["in April"]]),
        {"type-error"},
    ),
    "a text that does not match": ("actors", replace_cell("iso3", "uk"), {"constraint-error"}),
    "a number below the minimum": ("statements", replace_cell("char_start", -1), {"constraint-error"}),
    "a missing row": ("mentions", lambda table: table.slice(1), {"row-count"}),
    "a missing column": ("statements", lambda table: table.drop_columns(["char_end"]), {"missing-label"}),
    "an extra column": ("issues", lambda table: table.append_column("more", table.column(0)), {"extra-label"}),
    "a renamed column": (
        "issues",
        lambda table: table.rename_columns(["issue", *table.column_names[1:]]),
        {"incorrect-label"},
    ),
    "columns in another order": ("issues", first_two_swapped, {"incorrect-label", "constraint-error"}),
}


@pytest.mark.parametrize("error", ERRORS)
def test_frictionless_finds_error(error, package_folder):
    """Frictionless finds an error in a table."""
    table, spoil, types = ERRORS[error]
    path = package_folder / f"{table}.parquet"
    pq.write_table(spoil(pq.read_table(path)), path)
    report = validate_resource(path.name)
    assert not report.valid
    assert types_of_errors(report, path.name) == types


@pytest.mark.parametrize(
    "spoil",
    [lambda path: path.rename(path.with_name("matters.parquet")), lambda path: path.write_bytes(b"PAR1 and no more")],
    ids=["renamed file", "no Parquet file"],
)
def test_frictionless_reports_unreadable_file(spoil, package_folder):
    """Frictionless reports a file that is missing or is no Parquet file."""
    spoil(package_folder / "issues.parquet")
    report = validate_resource("issues.parquet")
    assert types_of_errors(report, "issues.parquet") == {"source-error"}
