"""The export to CSV files."""

import csv
import json
from pathlib import Path

import frictionless
import pyarrow as pa
import pytest

from stancebook import load
from stancebook.dataset.descriptor import read_package
from stancebook.dataset.exports.codebook import codebook_name
from stancebook.dataset.exports.csv import to_csv
from stancebook.dataset.package_json import is_unchanged
from stancebook.dataset.validation import validate_dataset
from stancebook.exceptions import PublishError

OLD = Path(__file__).parents[2] / "datasets/0.1"


@pytest.fixture
def folder(tmp_path):
    """A folder to export to, whose parent does not exist."""
    return tmp_path / "deep/csv"


def export(dataset, folder, **replaced):
    """Export a dataset, some of its tables replaced by others."""
    package = read_package(dataset)
    to_csv(package, {**validate_dataset(package).tables, **replaced}, folder)


def csv_text(cell):
    """Return a cell as it is written in CSV."""
    if isinstance(cell, bool):
        return str(cell).lower()
    return str(cell)[:10] if hasattr(cell, "year") else str(cell)


def test_exported_rows_are_read_by_csv_module(dataset, folder):
    """The standard library reads every row of the export."""
    export(dataset, folder)
    for name, frame in load(path=dataset).items():
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        assert header == list(frame.columns)
        cells = frame.astype("object").where(frame.notna(), "").to_numpy().tolist()
        assert rows == [list(map(csv_text, row)) for row in cells]


def test_quoting_and_empty_cells_follow_rfc_4180(folder):
    """Lines end in CR LF, texts are quoted, and an empty cell is not an empty text."""
    names = ["Berta", 'a "miller", or\nwhat', None]
    people = pa.table(
        {"person_id": ["a", "b", "c"], "name": names, "lives_in": ["", None, "é"], "master_id": [None] * 3}
    )
    export(OLD, folder, people=people)
    assert (folder / "people.csv").read_bytes().decode("utf-8") == (
        '"person_id","name","lives_in","master_id"\r\n'
        '"a","Berta","",\r\n'
        '"b","a ""miller"", or\nwhat",,\r\n'
        '"c",,"é",\r\n'
    )


def test_data_package_of_export_is_valid_and_complete(dataset, folder):
    """The data package of an export is valid and has all properties of the original."""
    export(dataset, folder)
    report = frictionless.Package(str(folder / "datapackage.json")).validate()
    assert report.valid, report.to_summary()
    written, package = (json.loads((each / "datapackage.json").read_bytes()) for each in (folder, dataset))
    assert is_unchanged(written)
    del written["stancebook"]["digest"], package["stancebook"]["digest"]
    assert {**written, "resources": None} == {**package, "resources": None}
    for exported, original in zip(written["resources"], package["resources"], strict=True):
        assert exported["path"] == original["path"].replace(".parquet", ".csv")
        assert exported["schema"] == {**original["schema"], "missingValues": [""]}


def test_frictionless_finds_errors_in_export(folder):
    """Frictionless finds wrong cells of an export by its data package."""
    export(OLD, folder)
    text = (folder / "claims.csv").read_text(encoding="utf-8")
    (folder / "claims.csv").write_text(text.replace('"fair"', '"utter"').replace('"falk"', '"olaf"'), encoding="utf-8")
    report = frictionless.Package(str(folder / "datapackage.json")).validate()
    assert {error for (error,) in report.flatten(["type"])} >= {"constraint-error", "foreign-key"}


# ── Existing folders ──────────────────────────────────────────────────────────────────────────────


def test_earlier_export_is_replaced(dataset, folder):
    """An export replaces an earlier one, tables that it does not have included."""
    export(dataset, folder)
    export(OLD, folder)
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        ["codebook.csv", "datapackage.json", *(f"{name}.csv" for name in read_package(OLD).tables)]
    )
    assert [path.name for path in folder.parent.iterdir()] == ["csv"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("people.csv", "other people"),
        ("datapackage.json", '{"resources": [{"path": "people.csv"}]}'),
        ("datapackage.json", '{"stancebook": {}, "resources": [{"path": "people.parquet"}]}'),
        ("datapackage.json", "{"),
        ("datapackage.json", "7"),
    ],
    ids=["other table", "other data package", "dataset", "broken", "number"],
)
def test_other_folder_is_refused_and_unchanged(folder, name, content):
    """A folder that is not an export is refused and unchanged."""
    folder.mkdir(parents=True)
    (folder / name).write_text(content, encoding="utf-8")
    with pytest.raises(PublishError, match="is not empty and is not an export"):
        export(OLD, folder)
    assert [(path.name, path.read_text(encoding="utf-8")) for path in folder.iterdir()] == [(name, content)]


def test_export_with_added_file_is_refused(folder):
    """An export to which a file was added is refused."""
    export(OLD, folder)
    (folder / "notes.csv").touch()
    with pytest.raises(PublishError, match=r"holds notes\.csv, which no build wrote"):
        export(OLD, folder)


def test_column_of_lists_is_refused(folder):
    """A column that CSV cannot hold is refused, and nothing is written."""
    with pytest.raises(PublishError, match="cannot be written as CSV"):
        export(OLD, folder, people=pa.table({"person_id": [["a"]]}))
    assert not folder.exists()


def test_empty_folder_is_filled_and_file_is_refused(folder):
    """An empty folder is filled; a file in its place is refused."""
    folder.mkdir(parents=True)
    export(OLD, folder)
    with pytest.raises(PublishError, match="is a file"):
        export(OLD, folder / "people.csv")


FORMULAS = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", '=HYPERLINK("x")']
HARMLESS = ["1=1", "-5", "+3.5", "–", "'=1", "", " =1", None]


@pytest.mark.parametrize("escape", [False, True])
def test_formulas_are_counted_and_escaped_on_request(escape, folder):
    """Texts that a spreadsheet would run are counted, and start with an apostrophe if asked for; others stay."""
    names = FORMULAS + HARMLESS
    keys = [f"p{number}" for number in range(len(names))]
    nothing = pa.nulls(len(names), pa.string())
    people = pa.table({"person_id": keys, "name": names, "lives_in": nothing, "master_id": nothing})
    package = read_package(OLD)
    tables = {**validate_dataset(package).tables, "people": people}
    assert to_csv(package, tables, folder, escape_formulas=escape) == len(FORMULAS)
    with (folder / "people.csv").open(encoding="utf-8", newline="") as file:
        _, *rows = csv.reader(file)
    expected = [f"'{text}" if escape else text for text in FORMULAS]
    assert [name for _, name, *_ in rows] == [*expected, *(text or "" for text in HARMLESS)]


def test_numbers_and_dates_are_not_escaped(folder):
    """Columns that hold no text are written as they are."""
    package = read_package(OLD)
    tables = validate_dataset(package).tables
    to_csv(package, tables, folder)
    plain = {path.name: path.read_bytes() for path in folder.glob("*.csv")}
    to_csv(package, tables, folder, escape_formulas=True)
    assert {path.name: path.read_bytes() for path in folder.glob("*.csv")} == plain


# ── Codebook ──────────────────────────────────────────────────────────────────────────────────────


def test_codebook_has_each_table_column_and_value(dataset, folder):
    """The codebook has a row for each table, each column without a vocabulary, and each value in its order."""
    export(dataset, folder)
    with (folder / "codebook.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    expected = []
    for spec in read_package(dataset).tables.values():
        expected.append((spec.name, "", spec.description, "", "", ""))
        for column in spec.columns:
            facts = (spec.name, column.name, column.description)
            values = [
                (value, definition, str(order))
                for order, (value, definition) in enumerate(column.vocabulary.items(), start=1)
            ]
            expected.extend((*facts, *value) for value in values or [("", "", "")])
    keys = ("table", "column", "definition", "value", "value_definition", "order")
    assert [tuple(row[key] for key in keys) for row in rows] == expected
    assert {row["type"] for row in rows} >= {"table", "text", "ordinal", "nominal", "date"}


@pytest.mark.parametrize(
    ("tables", "name"),
    [(["people"], "codebook"), (["Codebook"], "_codebook"), (["codebook", "_codebook"], "__codebook")],
)
def test_codebook_has_a_name_of_its_own(tables, name):
    """The codebook replaces no table of its name."""
    assert codebook_name(tables) == name
