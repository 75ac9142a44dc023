import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import stancebook
from schemas import CONTRACT
from stancebook import DatasetError, load

ROOT = Path(__file__).parents[2]
SHAPES = "import stancebook; print({name: frame.shape for name, frame in stancebook.load().items()})"


def test_what_the_package_exports_is_there():
    assert all(hasattr(stancebook, name) for name in stancebook.__all__)


def test_all_tables_come_by_name_in_the_order_of_the_contract(dataset, built):
    frames = load(path=dataset)
    assert list(frames) == list(CONTRACT.tables)
    for name, frame in built.frames.items():
        pd.testing.assert_frame_equal(frames[name], frame)


def test_one_table_comes_alone_from_a_path_of_any_kind(dataset, built):
    pd.testing.assert_frame_equal(load("statements", path=str(dataset)), built.frames["statements"])


def test_columns_are_typed(dataset):
    types = load("statements", path=dataset).dtypes
    assert types["speaker_id"] == "str"
    assert types["stance"].ordered
    assert types["date_start"] == "datetime64[s]"
    assert types["char_start"] == "int64"


def test_what_is_loaded_passes_its_model(dataset):
    for name, frame in load(path=dataset).items():
        CONTRACT.tables[name].model.validate(frame, lazy=True)


# ── What is refused ───────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def copied(dataset, tmp_path):
    return shutil.copytree(dataset, tmp_path / "dataset")


def test_an_unknown_table_is_refused_with_those_there_are(dataset):
    with pytest.raises(DatasetError, match="has no table 'statement'; it has actors, issues"):
        load("statement", path=dataset)


@pytest.mark.parametrize("folder", ["", "nowhere"])
def test_a_folder_without_a_dataset_is_refused_with_what_to_do(folder, tmp_path):
    with pytest.raises(DatasetError, match=r"is not a dataset: .* Run build\.py, or give path="):
        load(path=tmp_path / folder)


def test_a_table_that_is_missing_is_refused(copied):
    (copied / "events.parquet").unlink()
    with pytest.raises(DatasetError, match=r"events\.parquet is missing"):
        load(path=copied)


def test_tables_of_different_builds_are_refused_but_the_others_load(copied, rebuilt, annotations):
    text = annotations.read_text(encoding="utf-8")
    annotations.write_text(text.replace("confidence: high", "confidence: low"), encoding="utf-8")
    from stancebook.dataset import render

    (copied / "events.parquet").write_bytes(render(rebuilt())["events.parquet"])
    with pytest.raises(DatasetError, match=r"events\.parquet is of another build"):
        load(path=copied)
    assert len(load("actors", path=copied)) == 5


# ── Where the dataset is found ────────────────────────────────────────────────────────────────────


def shapes(folder, cwd):
    """Load the dataset in a process of its own, with the package of a folder, and return what it says."""
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    told = subprocess.run(
        [sys.executable, "-c", SHAPES], cwd=cwd, env=environment, check=True, capture_output=True, text=True
    )
    return told.stdout.strip()


@pytest.fixture
def checkout(dataset, tmp_path):
    """A checkout of the project whose dataset is that of the minimal project."""
    folder = tmp_path / "checkout"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "src/stancebook", folder / "src/stancebook", ignore=ignored)
    shutil.copytree(dataset, folder / "dataset")
    return folder


@pytest.fixture
def expected(built):
    return str({name: frame.shape for name, frame in built.frames.items()})


def test_in_a_checkout_the_dataset_beside_the_sources_is_found(checkout, expected, tmp_path):
    assert shapes(checkout / "src", cwd=tmp_path) == expected


@pytest.mark.parametrize(
    "spoil",
    [
        lambda d: (d / "actors.parquet").write_bytes(b"PAR1"),
        lambda d: pd.DataFrame({"a": [1]}).to_parquet(d / "actors.parquet"),
        lambda d: (d / "datapackage.json").write_text("{"),
        lambda d: (d / "datapackage.json").write_text("{}"),
    ],
    ids=["truncated table", "table of another program", "broken data package", "another data package"],
)
def test_what_is_no_dataset_is_refused_as_such(spoil, files, tmp_path):
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    spoil(tmp_path)
    with pytest.raises(DatasetError):
        load("actors", path=tmp_path)
