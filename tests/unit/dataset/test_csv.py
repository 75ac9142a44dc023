import csv
import json
from pathlib import Path

import frictionless
import pyarrow as pa
import pytest

from stancebook import load
from stancebook.dataset.csv import to_csv
from stancebook.dataset.descriptor import read_package
from stancebook.dataset.validation import validate_dataset
from stancebook.exceptions import PublishError

OLD = Path(__file__).parents[2] / "datasets/0.1"


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "deep/csv"


def export(dataset, folder, **replaced):
    package = read_package(dataset)
    to_csv(package, {**validate_dataset(package).tables, **replaced}, folder)


def test_every_row_is_there_as_the_standard_library_reads_it(dataset, folder):
    export(dataset, folder)
    for name, frame in load(path=dataset).items():
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        assert header == list(frame.columns)
        plain = frame.astype("object").where(frame.notna(), "").to_numpy().tolist()
        assert rows == [[str(cell)[:10] if hasattr(cell, "year") else str(cell) for cell in row] for row in plain]


def test_lines_marks_and_empty_cells_are_as_the_standard_says(folder):
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


def test_the_data_package_beside_them_is_valid_and_says_all_that_the_other_says(dataset, folder):
    export(dataset, folder)
    told = frictionless.Package(str(folder / "datapackage.json")).validate()
    assert told.valid, told.to_summary()
    written, package = (json.loads((each / "datapackage.json").read_bytes()) for each in (folder, dataset))
    assert {**written, "resources": None} == {**package, "resources": None}
    for mine, its in zip(written["resources"], package["resources"], strict=True):
        assert mine["path"] == its["path"].replace(".parquet", ".csv")
        assert mine["schema"] == {**its["schema"], "missingValues": [""]}


def test_a_fault_in_a_file_is_found_by_the_data_package(folder):
    export(OLD, folder)
    text = (folder / "claims.csv").read_text(encoding="utf-8")
    (folder / "claims.csv").write_text(text.replace('"fair"', '"utter"').replace('"falk"', '"olaf"'), encoding="utf-8")
    told = frictionless.Package(str(folder / "datapackage.json")).validate()
    assert {error for (error,) in told.flatten(["type"])} >= {"constraint-error", "foreign-key"}


# ── What is not lost ──────────────────────────────────────────────────────────────────────────────


def test_an_earlier_export_is_replaced_whole(dataset, folder):
    export(dataset, folder)
    export(OLD, folder)
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        ["datapackage.json", *(f"{name}.csv" for name in read_package(OLD).tables)]
    )
    assert [path.name for path in folder.parent.iterdir()] == ["csv"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("people.csv", "my own people"),
        ("datapackage.json", '{"resources": [{"path": "people.csv"}]}'),
        ("datapackage.json", '{"stancebook": {}, "resources": [{"path": "people.parquet"}]}'),
        ("datapackage.json", "{"),
        ("datapackage.json", "7"),
    ],
    ids=["table of mine", "data package of mine", "dataset", "broken", "number"],
)
def test_a_folder_that_no_export_wrote_is_refused(folder, name, content):
    folder.mkdir(parents=True)
    (folder / name).write_text(content, encoding="utf-8")
    with pytest.raises(PublishError, match="is there already, and no export wrote it"):
        export(OLD, folder)
    assert [(path.name, path.read_text(encoding="utf-8")) for path in folder.iterdir()] == [(name, content)]


def test_what_somebody_added_to_an_export_is_kept(folder):
    export(OLD, folder)
    (folder / "notes.csv").touch()
    with pytest.raises(PublishError, match=r"holds notes\.csv, which no build wrote"):
        export(OLD, folder)


def test_a_column_that_csv_has_no_words_for_is_refused(folder):
    with pytest.raises(PublishError, match="cannot be written as CSV"):
        export(OLD, folder, people=pa.table({"person_id": [["a"]]}))
    assert not folder.exists()


def test_an_empty_folder_is_filled_and_a_file_is_refused(folder):
    folder.mkdir(parents=True)
    export(OLD, folder)
    with pytest.raises(PublishError, match="is a file"):
        export(OLD, folder / "people.csv")
