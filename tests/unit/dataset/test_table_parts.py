"""A dataset whose tables are folders of parts is the same dataset: to the loader, to its own checks, to other tools."""

import contextlib
import io
import json
import shutil
import sqlite3
from contextlib import closing

import duckdb
import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import CONTRACT
from stancebook import DatasetError, load
from stancebook.build.pipeline import Build, build_tables
from stancebook.cli.dataset_commands import main
from stancebook.dataset.descriptor import read_package
from stancebook.dataset.validation import validate_dataset
from tests.unit.dataset_parts import write_in_parts
from tests.unit.sample_contract import LETTERS, write

TABLES = list(CONTRACT.tables)


def place(table, number):
    """Where a part of a table lies."""
    return f"{table}.parquet/part-{number:05}.parquet"


# ── The loader ────────────────────────────────────────────────────────────────────────────────────


def test_the_same_frames_are_loaded(split, built):
    for name, frame in load(path=split).items():
        pd.testing.assert_frame_equal(frame, built.frames[name])


@pytest.fixture
def copied(split, tmp_path):
    return shutil.copytree(split, tmp_path / "dataset")


def rewritten(folder):
    """Write a part anew, with other cells and the same metadata."""
    path = folder / place("statements", 0)
    table = pq.read_table(path)
    pq.write_table(table.slice(0, 0), path)


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda f: (f / place("statements", 1)).unlink(), r"statements\.parquet/part-00001\.parquet is missing"),
        (lambda f: shutil.copy(f / place("statements", 0), f / place("statements", 1)), "is of another build than"),
        (rewritten, "is of another build than"),
        (lambda f: (f / place("statements", 0)).write_bytes(b"PAR1"), "is not a table that a build wrote"),
    ],
    ids=["missing", "a part of another build", "another content", "broken"],
)
def test_a_part_that_is_not_the_one_listed_is_refused(spoil, sentence, copied):
    spoil(copied)
    with pytest.raises(DatasetError, match=sentence):
        load("statements", path=copied)
    assert len(load("actors", path=copied)) == 5


def test_a_list_of_parts_that_tells_of_others_is_refused(copied):
    package = json.loads((copied / "datapackage.json").read_bytes())
    package["resources"][0]["parts"].pop()
    (copied / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    with pytest.raises(DatasetError, match=r"does not describe a dataset that build\.py wrote"):
        load("statements", path=copied)


# ── Its own checks ────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def told(copied, monkeypatch):
    """Check the copied dataset, and return its problems as lines."""
    monkeypatch.chdir(copied.parent)
    return lambda: [
        f"{p.file}:{p.line}: {p.where}: {p.message}" for p in validate_dataset(read_package(copied)).problems
    ]


def test_it_is_sound(told):
    assert told() == []


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (lambda f: (f / place("statements", 1)).unlink(), "{part}:1: : {part} is missing"),
        (
            lambda f: shutil.copy(f / place("statements", 0), f / place("statements", 1)),
            "{part}:1: : it is not the part that datapackage.json lists",
        ),
        (
            lambda f: shutil.copy(f / place("statements", 0), f / place("statements", 2)),
            "dataset/statements.parquet/part-00002.parquet:1: : datapackage.json lists no such part, but whoever reads"
            " the whole folder reads it too",
        ),
    ],
    ids=["missing", "another", "one more"],
)
def test_a_part_that_is_not_the_one_listed_is_the_one_problem(spoil, problem, copied, told):
    spoil(copied)
    assert told() == [problem.format(part=f"dataset/{place('statements', 1)}")]


def test_rows_of_a_part_that_the_data_package_miscounts_are_told(copied, told):
    package = json.loads((copied / "datapackage.json").read_bytes())
    package["resources"][0]["parts"][0]["rows"] = 7
    (copied / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    assert told() == [f"dataset/{place('actors', 0)}:1: : it has 2 rows, and by datapackage.json it has 7"]


def test_a_part_that_a_build_replaces_while_it_is_read_is_told_of(copied, monkeypatch):
    monkeypatch.setattr("stancebook.dataset.parquet_table._KEPT", -1)
    statements = validate_dataset(read_package(copied)).tables["statements"]
    shutil.copy(copied / place("statements", 0), copied / place("statements", 1))
    with pytest.raises(DatasetError, match=r"part-00001\.parquet changed while it was read: .* Try again"):
        statements.read()


# ── Anywhere ──────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def letters(tmp_path_factory):
    return build_tables(LETTERS, write(tmp_path_factory.mktemp("letters")))


def spoilt(frames):
    """Return tables with faults of cells, keys and references."""
    people, claims, tallies = frames["people"], frames["claims"], frames["tallies"]
    return {
        **frames,
        "people": people.assign(lives_in=["fa1", None, "FA1"], person_id=["berta", "berta", "otto"]),
        "claims": claims.assign(char_start=-1, answers_id="bridge#c09"),
        "tallies": pd.concat([tallies, tallies], ignore_index=True).iloc[::-1],
    }


@pytest.mark.parametrize("change", [dict, spoilt], ids=["sound", "with faults"])
@given(data=st.data())
@settings(max_examples=15)
def test_wherever_tables_are_cut_frames_and_verdict_are_the_same(change, data, letters, tmp_path_factory):
    faulty = Build(LETTERS, letters.corpus, change(letters.frames), [])
    cuts = {
        name: sorted(data.draw(st.lists(st.integers(0, len(frame)), max_size=3)))
        for name, frame in faulty.frames.items()
        if data.draw(st.booleans())
    }
    folders = [tmp_path_factory.mktemp("whole") / "d", tmp_path_factory.mktemp("cut") / "d"]
    verdicts = []
    for folder, at, block in zip(folders, ({}, cuts), (1 << 20, 2), strict=True):
        folder.mkdir()
        write_in_parts(faulty, folder, at)
        with contextlib.chdir(folder.parent), pytest.MonkeyPatch.context() as patch:
            patch.setattr("stancebook.dataset.validation._BLOCK", block)
            patch.setattr("stancebook.dataset.parquet_table._KEPT", 10_000 if folder is folders[0] else -1)
            verdicts.append(validate_dataset(read_package(folder)))
    assert verdicts[0].problems == verdicts[1].problems
    assert bool(verdicts[0].problems) is (change is spoilt)
    whole, cut = (load(path=folder) for folder in folders)
    for name, frame in whole.items():
        pd.testing.assert_frame_equal(cut[name], frame)
        assert verdicts[1].tables[name].read().equals(verdicts[0].tables[name].read())


# ── Exports ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("form", ["sqlite", "csv"])
def test_an_export_is_the_same(form, split, dataset, tmp_path):
    for name, path in (("cut", split), ("whole", dataset)):
        with contextlib.redirect_stdout(io.StringIO()):
            assert main(["export", form, str(tmp_path / name), "--from", str(path)]) == 0
    held = in_database if form == "sqlite" else in_folder
    assert held(tmp_path / "cut") == held(tmp_path / "whole")


def in_database(path):
    """What a database holds; the build is another one where tables are stored otherwise."""
    with closing(sqlite3.connect(path)) as database:
        return [line for line in database.iterdump() if "'build'" not in line]


def in_folder(path):
    package = json.loads((path / "datapackage.json").read_bytes())
    del package["stancebook"]
    return package, {each.name: each.read_bytes() for each in path.glob("*.csv")}


# ── Other tools ───────────────────────────────────────────────────────────────────────────────────


def by_duckdb(path):
    found = duckdb.sql(f"SELECT * FROM '{path}'")  # noqa: S608 (a path of ours)
    return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]


def by_polars(path):
    return pl.scan_parquet(path).collect().to_dicts()


def by_pandas(path):
    frame = pd.read_parquet(path)
    return frame.astype("object").where(frame.notna(), None).to_dict("records")


def by_arrow(path):
    return pq.read_table(path).to_pylist()


@pytest.mark.parametrize("read_by", [by_duckdb, by_polars, by_pandas, by_arrow])
@pytest.mark.parametrize("table", TABLES)
def test_by_one_name_every_reader_reads_the_same_rows_of_a_file_and_of_a_folder(read_by, table, split, dataset):
    rows = pq.ParquetFile(dataset / f"{table}.parquet").read().to_pylist()
    assert (split / f"{table}.parquet").is_dir()
    assert read_by(split / f"{table}.parquet") == rows
    assert read_by(dataset / f"{table}.parquet") == rows


@pytest.mark.parametrize("read_by", [by_duckdb, by_polars])
def test_a_pattern_finds_the_parts(read_by, split, dataset):
    assert read_by(f"{split}/statements.parquet/*.parquet") == read_by(dataset / "statements.parquet")
