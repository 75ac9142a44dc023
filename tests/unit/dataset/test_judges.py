"""Other tools read and validate the datasets of large corpora: in single files, and with tables in parts."""

import json
import logging
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import duckdb
import frictionless
import mlcroissant
import pandas as pd
import polars as pl
import pytest

from benchmarks.corpora import Recipe, write
from schemas import CONTRACT
from stancebook.cli.main import main
from stancebook.dataset.layout import CROISSANT, DATAPACKAGE

pytestmark = [pytest.mark.proof, pytest.mark.xdist_group("judges")]

FRICTIONLESS_DOCUMENTS = 25  # frictionless reads each cell, and takes a quarter of a second for each document
DOCUMENTS = 2500  # so many that the largest table is in parts

# The library reads its settings when it is imported, so that it needs a process of its own.
ROWS_BY_DATASETS = """
import json, sys
import datasets
datasets.disable_progress_bars()
names = datasets.get_dataset_config_names(sys.argv[1])
print(json.dumps({name: datasets.load_dataset(sys.argv[1], name)["train"].num_rows for name in names}))
"""


def build(folder, documents):
    """Write and build an invented corpus; return the folder of its dataset."""
    write(folder / "seeds", documents, Recipe(), jobs=2)
    arguments = ["build", "--seeds", str(folder / "seeds"), "--out", str(folder / "dataset")]
    assert main(arguments, root=folder, contract=contract) == 0
    return folder / "dataset"


def in_sql(resource):
    """Return the name of a table by that of its resource, which has dashes."""
    return resource.replace("-", "_")


def contract():
    """Return the contract; workers call it too."""
    return CONTRACT


@pytest.fixture(scope="module")
def large(tmp_path_factory) -> Path:
    """Return the dataset of 2,500 documents."""
    return build(tmp_path_factory.mktemp("large"), DOCUMENTS)


@pytest.fixture(scope="module")
def resources(large):
    """Return the tables of the large dataset as its data package describes them, by their names elsewhere."""
    package = json.loads((large / DATAPACKAGE).read_bytes())
    return {in_sql(resource["name"]): resource for resource in package["resources"]}


def test_frictionless_finds_corpus_valid(tmp_path, monkeypatch):
    """Frictionless validates the dataset of 25 documents, whose tables are all single files."""
    monkeypatch.chdir(build(tmp_path, FRICTIONLESS_DOCUMENTS))
    report = frictionless.validate(DATAPACKAGE)
    assert report.flatten(["title", "message"]) == []
    assert {task.place: task.type for task in report.tasks} == {f"{name}.parquet": "table" for name in CONTRACT.tables}


def test_small_tables_are_files_and_large_ones_parts(large, resources):
    """A table of up to 100,000 rows is a single file."""
    in_parts = {name for name in resources if (large / f"{name}.parquet").is_dir()}
    assert in_parts == {name for name, resource in resources.items() if resource["rows"] > 100_000}
    assert in_parts
    assert in_parts < set(resources)


def test_stancebook_finds_dataset_valid(large, capsys):
    """`stancebook validate` finds the dataset valid."""
    assert main(["validate", str(large)]) == 0
    assert "all valid" in capsys.readouterr().out


@pytest.mark.parametrize("name", CONTRACT.tables)
def test_readers_find_all_rows(name, large, resources):
    """DuckDB, Polars and pandas read all rows of a table by its name."""
    path = large / f"{name}.parquet"
    rows = resources[name]["rows"]
    assert duckdb.sql(f"SELECT count(*) FROM '{path}'").fetchall() == [(rows,)]  # noqa: S608 (a path of ours)
    assert pl.scan_parquet(path).select(pl.len()).collect().item() == rows
    frame = pd.read_parquet(path)
    assert len(frame) == rows
    assert list(frame) == [field["name"] for field in resources[name]["schema"]["fields"]]


@pytest.mark.parametrize("name", CONTRACT.tables)
def test_duckdb_finds_keys_valid(name, large, resources):
    """By DuckDB, primary keys are unique and foreign keys refer to rows."""
    schema = resources[name]["schema"]
    key = ", ".join(schema["primaryKey"])
    table = f"'{large / name}.parquet'"
    assert duckdb.sql(f"SELECT 1 FROM {table} GROUP BY {key} HAVING count(*) > 1").fetchall() == []  # noqa: S608
    for reference in schema.get("foreignKeys", ()):
        [column], [target] = reference["fields"], reference["reference"]["fields"]
        other = f"'{large / in_sql(reference['reference'].get('resource', name))}.parquet'"
        dangling = f"SELECT {column} FROM {table} WHERE {column} NOT IN (SELECT {target} FROM {other})"  # noqa: S608
        assert duckdb.sql(f"{dangling} LIMIT 1").fetchall() == []


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of libraries that it uses
def test_mlcroissant_reads_rows(large, resources, caplog):
    """The reference reader of Croissant reports nothing, and reads rows of a file and of parts."""
    with caplog.at_level(logging.WARNING):
        loaded = mlcroissant.Dataset(jsonld=large / CROISSANT)
        issues = loaded.metadata.ctx.issues
    assert (issues.errors, issues.warnings, caplog.records) == (set(), set(), [])
    assert sum(1 for _ in loaded.records("documents")) == resources["documents"]["rows"] == DOCUMENTS
    first = next(iter(loaded.records("sentences")))
    assert set(first) == {f"sentences/{field['name']}" for field in resources["sentences"]["schema"]["fields"]}


def test_datasets_library_loads_all_rows(large, resources, tmp_path):
    """The library of Hugging Face loads all rows of all tables from the folder."""
    offline = {"HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path)}
    program = [sys.executable, "-c", ROWS_BY_DATASETS, large]
    run = subprocess.run(program, env={**os.environ, **offline}, check=True, capture_output=True, text=True)
    assert json.loads(run.stdout) == {name: resource["rows"] for name, resource in resources.items()}


def test_sqlite_finds_export_valid(large, resources, tmp_path, capsys):
    """An export to SQLite has all rows, and SQLite finds its keys valid."""
    assert main(["export", "sqlite", str(tmp_path / "dataset.db"), "--from", str(large)]) == 0
    with closing(sqlite3.connect(tmp_path / "dataset.db")) as database:
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        for name, resource in resources.items():
            assert database.execute(f'SELECT count(*) FROM "{name}"').fetchone() == (resource["rows"],)  # noqa: S608
