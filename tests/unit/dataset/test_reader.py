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
from tests.dataset_files import lay, publish_files, rendered

ROOT = Path(__file__).parents[3]
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
    (copied / "events.parquet").write_bytes(rendered(rebuilt())["events.parquet"])
    with pytest.raises(DatasetError, match=r"events\.parquet is of another build"):
        load(path=copied)
    assert len(load("actors", path=copied)) == 5


# ── While a build publishes ───────────────────────────────────────────────────────────────────────


@pytest.fixture
def later(rebuilt, annotations):
    """A later build of the project, whose statements differ."""
    text = annotations.read_text(encoding="utf-8")
    annotations.write_text(text.replace("stance: supports", "stance: ambivalent"), encoding="utf-8")
    return rebuilt()


def overtaken(published, folder, monkeypatch, *, at):
    """Let a build publish as a table is about to be read, or has just been."""
    read = Path.read_bytes

    def overtaken_read(path):
        if path.suffix != ".parquet":
            return read(path)
        with monkeypatch.context() as undone:
            undone.setattr(Path, "read_bytes", read)
            if at == "open":
                publish_files(published, folder)
            data = read(path)
            if at == "read":
                publish_files(published, folder)
        return data

    monkeypatch.setattr(Path, "read_bytes", overtaken_read)


@pytest.mark.parametrize(("table", "at"), [(None, "read"), (None, "open"), ("statements", "open")])
def test_a_load_that_a_build_overtakes_is_refused_and_says_to_load_again(table, at, copied, later, monkeypatch):
    with monkeypatch.context() as patch:
        overtaken(rendered(later), copied, patch, at=at)
        with pytest.raises(DatasetError, match=r"is of another build than .* Load again if a build has just ended;"):
            load(table, path=copied)
    pd.testing.assert_frame_equal(load("statements", path=copied), later.frames["statements"])


def test_a_table_that_was_open_when_a_build_overtook_it_is_the_old_one(copied, later, built, monkeypatch):
    overtaken(rendered(later), copied, monkeypatch, at="read")
    pd.testing.assert_frame_equal(load("statements", path=copied), built.frames["statements"])


def test_a_build_that_was_interrupted_as_it_published_is_told_of_with_the_way_out(copied, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(copied)
    copied.rename(tmp_path / ".dataset.old")
    for path in (copied, link):
        with pytest.raises(
            DatasetError, match=r"was interrupted.* run build\.py\. Nothing is lost: .* lies in .*/\.dataset\.old\."
        ):
            load(path=path)


PUBLISHER = """
import sys
from itertools import cycle
from pathlib import Path
from tests.dataset_files import held, publish_files

*sources, folder = map(Path, sys.argv[1:])
for source in cycle([held(source) for source in sources]):
    publish_files(source, folder)
    print("published", flush=True)
"""


def test_loads_beside_builds_that_publish_without_end_give_one_build_or_are_refused(
    dataset, built, later, copied, tmp_path
):
    lay(rendered(later), tmp_path / "later")
    program = [sys.executable, "-c", PUBLISHER, tmp_path / "later", dataset, copied]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
    with subprocess.Popen(program, env=environment, stdout=subprocess.PIPE) as publisher:
        publisher.stdout.readline()
        for _ in range(40):
            try:
                frames = load(path=copied)
            except DatasetError as refusal:
                assert "Load again" in str(refusal)  # noqa: PT017 – to be refused is allowed, not required
            else:
                assert any(
                    all(frame.equals(build.frames[name]) for name, frame in frames.items()) for build in (built, later)
                )
        publisher.kill()


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
