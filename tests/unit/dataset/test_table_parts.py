"""A dataset whose tables are folders of parts equals one in files: for `load`, validation, exports and other tools."""

import contextlib
import io
import json
import shutil
import sqlite3
from contextlib import closing

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import CONTRACT
from stancebook import DatasetError, load
from stancebook.build.pipeline import Build, build_tables
from stancebook.cli.main import main
from stancebook.dataset.descriptor import read_package
from stancebook.dataset.package_json import signed
from stancebook.dataset.validation import validate_dataset
from tests.unit.dataset_parts import write_in_parts
from tests.unit.sample_contract import LETTERS, write

TABLES = list(CONTRACT.tables)


def part(table, number):
    """Return the path of one part, below the dataset's folder."""
    return f"{table}.parquet/part-{number:05}.parquet"


# ── Loading ────────────────────────────────────────────────────────────────────────────────────


def test_load_of_parts_equals_load_of_files(split, built):
    """`load` returns the same frames for tables in parts and tables in one file."""
    for name, frame in load(path=split).items():
        pd.testing.assert_frame_equal(frame, built.frames[name])


@pytest.fixture
def copied(split, tmp_path):
    """A copy of the dataset in parts."""
    return shutil.copytree(split, tmp_path / "dataset")


def rewrite(folder):
    """Write a part again, with other rows and the same metadata."""
    path = folder / part("statements", 0)
    table = pq.read_table(path)
    pq.write_table(table.slice(0, 0), path)


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda f: (f / part("statements", 1)).unlink(), r"statements\.parquet/part-00001\.parquet is missing"),
        (lambda f: shutil.copy(f / part("statements", 0), f / part("statements", 1)), "is of another build than"),
        (rewrite, "is of another build than"),
        (lambda f: (f / part("statements", 0)).write_bytes(b"PAR1"), "is not a table that a build wrote"),
    ],
    ids=["missing", "a part of another build", "another content", "broken"],
)
def test_load_refuses_part_that_is_not_listed(damage, sentence, copied):
    """`load` refuses a part that is not the one that the descriptor lists."""
    damage(copied)
    with pytest.raises(DatasetError, match=sentence):
        load("statements", path=copied)
    assert len(load("actors", path=copied)) == 5


def test_load_refuses_list_of_other_parts(copied):
    """`load` refuses a descriptor that lists other parts than paths."""
    package = json.loads((copied / "datapackage.json").read_bytes())
    package["resources"][0]["parts"].pop()
    (copied / "datapackage.json").write_text(json.dumps(signed(package)), encoding="utf-8")
    with pytest.raises(DatasetError, match=r"does not describe a dataset that a build wrote"):
        load("statements", path=copied)


# ── Validation ────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def problems(copied, monkeypatch):
    """Return a function that validates the copy and returns its problems as lines."""
    monkeypatch.chdir(copied.parent)
    return lambda: [
        f"{p.file}:{p.line}: {p.where}: {p.message}" for p in validate_dataset(read_package(copied)).problems
    ]


def test_dataset_in_parts_is_valid(problems):
    """A dataset in parts has no problems."""
    assert problems() == []


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        (lambda f: (f / part("statements", 1)).unlink(), "{part}:1: : {part} is missing"),
        (
            lambda f: shutil.copy(f / part("statements", 0), f / part("statements", 1)),
            "{part}:1: : it is not the part that datapackage.json lists",
        ),
        (
            lambda f: shutil.copy(f / part("statements", 0), f / part("statements", 2)),
            "dataset/statements.parquet/part-00002.parquet:1: : datapackage.json lists no such part, but a program that"
            " reads the folder reads it too",
        ),
    ],
    ids=["missing", "another", "one more"],
)
def test_part_that_is_not_listed_is_one_problem(damage, problem, copied, problems):
    """A part that is missing, another one or one too many is one problem."""
    damage(copied)
    assert problems() == [problem.format(part=f"dataset/{part('statements', 1)}")]


def test_wrong_row_count_of_part_is_reported(copied, problems):
    """A part with another number of rows than the descriptor says is a problem."""
    package = json.loads((copied / "datapackage.json").read_bytes())
    package["resources"][0]["parts"][0]["rows"] = 7
    (copied / "datapackage.json").write_text(json.dumps(signed(package)), encoding="utf-8")
    assert problems() == [f"dataset/{part('actors', 0)}:1: : it has 2 rows, but 7 by datapackage.json"]


def test_part_replaced_during_reading_is_an_error(copied, monkeypatch):
    """Reading a part that was replaced after the validation is an error."""
    statements = validate_dataset(read_package(copied)).tables["statements"]
    shutil.copy(copied / part("statements", 0), copied / part("statements", 1))
    with pytest.raises(DatasetError, match=r"part-00001\.parquet changed while it was read: .* Try again"):
        list(statements.to_batches())


# ── Any cut ──────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def letters(tmp_path_factory):
    """A build of the sample contract."""
    return build_tables(LETTERS, write(tmp_path_factory.mktemp("letters")))


def damaged(frames):
    """Return tables with wrong cells, repeated keys and foreign keys that name no row."""
    people, claims, tallies = frames["people"], frames["claims"], frames["tallies"]
    return {
        **frames,
        "people": people.assign(lives_in=["fa1", None, "FA1"], person_id=["berta", "berta", "otto"]),
        "claims": claims.assign(char_start=-1, answers_id="bridge#c09"),
        "tallies": pd.concat([tallies, tallies], ignore_index=True).iloc[::-1],
    }


def rows_of(source):
    """Return all rows of a source."""
    return pa.Table.from_batches(source.to_batches(), source.schema)


def cut_and_validated(build, folder, cuts):
    """Return the frames of a build whose tables are cut into parts, their rows in the files, and the problems."""
    (folder / "d").mkdir()
    write_in_parts(build, folder / "d", cuts)
    with contextlib.chdir(folder):
        result = validate_dataset(read_package(folder / "d"))
    return load(path=folder / "d"), {name: rows_of(result.tables[name]) for name in build.frames}, result.problems


@pytest.fixture(scope="module", params=[dict, damaged], ids=["valid", "invalid"])
def uncut(request, letters, tmp_path_factory):
    """A valid or an invalid build, and what its tables are in single files."""
    build = Build(LETTERS, letters.corpus, request.param(letters.frames), [])
    frames, rows, problems = cut_and_validated(build, tmp_path_factory.mktemp("whole"), {})
    assert bool(problems) is (request.param is damaged)
    return build, frames, rows, problems


@pytest.mark.proof
@given(data=st.data())
@settings(max_examples=15)
def test_any_cut_gives_same_frames_and_problems(data, uncut, tmp_path_factory):
    """Cutting tables into parts anywhere changes neither frames nor problems."""
    build, whole, rows, problems = uncut
    cuts = {
        name: sorted(data.draw(st.lists(st.integers(0, len(frame)), max_size=3)))
        for name, frame in build.frames.items()
        if data.draw(st.booleans())
    }
    frames, rows_in_parts, problems_in_parts = cut_and_validated(build, tmp_path_factory.mktemp("cut"), cuts)
    assert problems_in_parts == problems
    assert frames.keys() == whole.keys()
    for name, frame in whole.items():
        pd.testing.assert_frame_equal(frames[name], frame)
        assert rows_in_parts[name].equals(rows[name])


# ── Exports ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("form", ["sqlite", "csv"])
def test_export_of_parts_equals_export_of_files(form, split, dataset, tmp_path):
    """Exports of tables in parts and of tables in one file are the same."""
    for name, path in (("cut", split), ("whole", dataset)):
        with contextlib.redirect_stdout(io.StringIO()):
            assert main(["export", form, str(tmp_path / name), "--from", str(path)]) == 0
    read = in_database if form == "sqlite" else in_folder
    assert read(tmp_path / "cut") == read(tmp_path / "whole")


def in_database(path):
    """Return the statements that make a database, without the build, which depends on how tables are stored."""
    with closing(sqlite3.connect(path)) as database:
        return [line for line in database.iterdump() if "'build'" not in line]


def in_folder(path):
    """Return the data package and the files of an export, without the build."""
    package = json.loads((path / "datapackage.json").read_bytes())
    del package["stancebook"]
    return package, {file.name: file.read_bytes() for file in path.glob("*.csv")}


# ── Other tools ───────────────────────────────────────────────────────────────────────────────────


def by_duckdb(path):
    """Return the rows that DuckDB reads."""
    found = duckdb.sql(f"SELECT * FROM '{path}'")  # noqa: S608 (a fixed path)
    return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]


def by_polars(path):
    """Return the rows that Polars reads."""
    return pl.scan_parquet(path).collect().to_dicts()


def by_pandas(path):
    """Return the rows that pandas reads."""
    frame = pd.read_parquet(path)
    return frame.astype("object").where(frame.notna(), None).to_dict("records")


def by_arrow(path):
    """Return the rows that PyArrow reads."""
    return pq.read_table(path).to_pylist()


@pytest.mark.parametrize("read_by", [by_duckdb, by_polars, by_pandas, by_arrow])
@pytest.mark.parametrize("table", TABLES)
def test_file_and_folder_are_read_alike_by_name(read_by, table, split, dataset):
    """Other readers read the same rows from a file and from a folder of the same name."""
    rows = pq.ParquetFile(dataset / f"{table}.parquet").read().to_pylist()
    assert (split / f"{table}.parquet").is_dir()
    assert read_by(split / f"{table}.parquet") == rows
    assert read_by(dataset / f"{table}.parquet") == rows


@pytest.mark.parametrize("read_by", [by_duckdb, by_polars])
def test_glob_pattern_reads_all_parts(read_by, split, dataset):
    """A glob pattern reads all parts of a table."""
    assert read_by(f"{split}/statements.parquet/*.parquet") == read_by(dataset / "statements.parquet")
