"""Damage to any file of a dataset: `load` refuses it, and `validate` reports it."""

import json
import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stancebook import Dataset, DatasetError, load
from stancebook.dataset.descriptor import read_package
from stancebook.dataset.package_json import parse_json
from stancebook.dataset.validation import validate_dataset
from tests.unit.dataset.damage import FILE, PACKAGE, PACKAGES, TABLE, TABLES, repackaged, resource, retyped, rewritten

ENGINES = ("pandas", "polars", "arrow", "duckdb")


@pytest.fixture
def folder(dataset, tmp_path):
    """A copy of the dataset, to be damaged."""
    return shutil.copytree(dataset, tmp_path / "deep/dataset")


def refusal(call):
    """Return the sentence with which a call is refused."""
    with pytest.raises(DatasetError) as refused:
        call()
    assert "\n" not in str(refused.value)
    return str(refused.value)


@pytest.mark.parametrize("damage", TABLES.values(), ids=TABLES)
def test_load_refuses_damaged_table(damage, folder):
    """A table that is not the listed one is refused with its name, by every engine; a projection too."""
    damage(folder)
    calls = [lambda engine=engine: load(TABLE, path=folder, engine=engine) for engine in ENGINES]
    calls.append(lambda: Dataset(folder)[TABLE])
    if damage is not TABLES["another byte"]:  # a projection does not read all bytes
        calls.append(lambda: load(TABLE, path=folder, columns=["stance", "char_start"]))
    for call in calls:
        assert FILE in refusal(call)
    assert len(load("actors", path=folder)) == 5


@pytest.mark.parametrize("damage", PACKAGES.values(), ids=PACKAGES)
def test_load_refuses_damaged_data_package(damage, folder):
    """A data package that was edited or is damaged is refused, for one table and for all."""
    damage(folder)
    for call in (lambda: load(path=folder), lambda: load(TABLE, path=folder, columns=["stance"])):
        sentence = refusal(call)
        assert PACKAGE in sentence or FILE in sentence


def lied(damage):
    """Return a function that damages the table, and lists its new size and no digest."""

    def change(folder):
        damage(folder)
        size = (folder / FILE).stat().st_size
        repackaged(lambda package: (resource(package).pop("hash"), resource(package).update(size=size)))(folder)

    return change


@pytest.mark.parametrize(
    "damage",
    [TABLES[name] for name in list(TABLES)[:13] if name != "small numbers"] + [TABLES["a footer of wrong types"]],
)
@pytest.mark.parametrize("engine", ENGINES)
def test_load_compares_columns_with_the_data_package(damage, engine, folder):
    """A table of the listed size whose columns are not the listed ones is refused by every engine."""
    lied(damage)(folder)
    assert FILE in refusal(lambda: load(TABLE, path=folder, engine=engine))
    assert FILE in refusal(lambda: load(TABLE, path=folder, columns=["stance"], engine=engine))


def test_load_refuses_text_that_is_not_utf8(folder):
    """A projection of text that is not UTF-8 is refused."""
    cells = pa.array([b"\xff"] * 3).view(pa.string())
    change = rewritten(lambda table: table.set_column(table.column_names.index("summary"), "summary", cells))
    lied(change)(folder)
    assert FILE in refusal(lambda: load(TABLE, path=folder, columns=["summary"]))


@pytest.mark.parametrize("columns", [["stance", "stance"], ["stance", "mood"]])
def test_load_refuses_columns_that_repeat_or_are_not_there(columns, dataset):
    """Columns that are named twice, or are not there, are refused."""
    assert any(name in refusal(lambda: load(TABLE, path=dataset, columns=columns)) for name in columns)


@pytest.mark.parametrize("filters", [[("stance", "==")], [("stance", "is", "x")], 7, [[7]], [("stance", "==", [])]])
def test_load_refuses_filters_of_another_form(filters, dataset):
    """Filters that are not of the documented form are refused as such."""
    assert refusal(lambda: load(TABLE, path=dataset, filters=filters)).startswith("filters= cannot be applied to ")


def test_load_refuses_path_with_a_nul():
    """A path that no file system can have is refused."""
    assert "its path is not valid" in refusal(lambda: load(path="data\0set"))


@pytest.mark.parametrize("address", ["s3://bucket/dataset", "here"])
def test_address_in_place_of_a_table_is_explained(address, dataset, tmp_path, monkeypatch):
    """An address or a folder that is given as a table is answered with `path=`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("stancebook.dataset.reader.resolve_folder", lambda _: dataset)
    shutil.copytree(dataset, "here")
    assert refusal(lambda: load(address)).endswith(f"If that is a dataset, give path={address!r}.")


# ── Validation ────────────────────────────────────────────────────────────────────────────────


def problems(folder):
    """Validate a dataset; return its errors, or the sentence with which it is refused."""
    try:
        return [f"{problem.file}: {problem.message}" for problem in validate_dataset(read_package(folder)).errors]
    except DatasetError as error:
        return [str(error)]


# Those that are not read in the same way as any other.
VALIDATED = [
    "one more column",
    "other rows",
    "millions of rows",
    "megabytes of one text",
    "a byte more",
    "another byte",
    "a pipe in its place",
    "a link to a device in its place",
    "a link out in its place",
]


@pytest.mark.parametrize("name", VALIDATED)
def test_validate_reports_damaged_table_as_one_problem(name, folder):
    """A table that is not the listed one is one problem, which names it."""
    TABLES[name](folder)
    [problem] = problems(folder)
    assert FILE in problem


@pytest.mark.parametrize("name", [name for name in PACKAGES if "parts" not in name and "type" not in name])
def test_validate_reports_damaged_data_package(name, folder, monkeypatch):
    """A data package that was edited or is damaged is a problem."""
    monkeypatch.setattr("stancebook.dataset.validation._row_rules", lambda *_: [])  # which take most of the time
    PACKAGES[name](folder)
    assert PACKAGE in problems(folder)[0]


def test_own_digest_does_not_depend_on_the_layout(folder):
    """White space, the order of keys and escapes change nothing."""
    package = parse_json((folder / PACKAGE).read_bytes())
    (folder / PACKAGE).write_text(json.dumps(dict(reversed(package.items()))), encoding="utf-8")
    assert problems(folder) == []


def test_foreign_data_package_is_validated_for_what_it_says(folder):
    """A data package of another program is validated without the digests and conventions of a build."""

    def change(package):
        del package["stancebook"]
        for each in package["resources"]:
            del each["hash"], each["size"]

    for name in (each["path"] for each in parse_json((folder / PACKAGE).read_bytes())["resources"]):
        table = pq.read_table(folder / name)
        pq.write_table(table.replace_schema_metadata(None), folder / name)
    retyped("note", pa.string(), "")(folder)
    repackaged(change, sign=False)(folder)
    result = validate_dataset(read_package(folder))
    assert [problem.message for problem in result.problems] == [
        "it has no build digest, so it is not checked that all tables are of one build"
    ]
    retyped("summary", pa.string(), "")(folder)
    assert problems(folder)[0].endswith("summary is empty, and must not be")
