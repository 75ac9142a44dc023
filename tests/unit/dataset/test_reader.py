"""Loading tables: types, projections, filters and engines, and what is refused."""

import importlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from schemas import CONTRACT
from stancebook import (
    ColumnNotFoundError,
    DatasetError,
    DatasetNotFoundError,
    MissingExtraError,
    TableNotFoundError,
    load,
    table_names,
)
from stancebook.dataset.listing import ListedTable
from stancebook.dataset.reader import read_table
from stancebook.dataset.table_stats import Part
from tests.dataset_files import lay, publish_files, rendered

ROOT = Path(__file__).parents[3]
SCALE = list(CONTRACT.tables["statements"]["stance"].vocabulary)

# ── Tables and types ──────────────────────────────────────────────────────────────────────────────


def test_load_returns_all_tables_in_contract_order(dataset, built):
    """Without a name, all tables come in a dict, in the order of the contract."""
    frames = load(path=dataset)
    assert list(frames) == list(CONTRACT.tables) == table_names(dataset)
    for name, frame in built.frames.items():
        pd.testing.assert_frame_equal(frames[name], frame)


def test_load_takes_a_path_as_text(dataset, built):
    """A path may be a string."""
    pd.testing.assert_frame_equal(load("statements", path=str(dataset)), built.frames["statements"])


def test_load_restores_types(dataset):
    """Text is `str`, a scale an ordered category, a date `datetime64`, an offset `int64`."""
    types = load("statements", path=dataset).dtypes
    assert types["speaker_id"] == "str"
    assert types["stance"].ordered
    assert types["date_start"] == "datetime64[s]"
    assert types["char_start"] == "int64"


def test_loaded_tables_are_valid(dataset):
    """Every loaded table passes its Pandera model."""
    for name, frame in load(path=dataset).items():
        CONTRACT.tables[name].model.validate(frame, lazy=True)


# ── Columns, filters and engines ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("engine", ["pandas", "polars", "arrow", "duckdb"])
def test_engines_return_the_same_rows(engine, dataset, built):
    """Each engine returns its own kind of table, with the same columns and values."""
    table = load("statements", path=dataset, columns=["stance", "date_start", "char_start"], engine=engine)
    kind = {"pandas": pd.DataFrame, "polars": pl.DataFrame, "arrow": pa.Table, "duckdb": duckdb.DuckDBPyRelation}
    assert isinstance(table, kind[engine])
    frame = table if engine == "pandas" else table.df() if engine == "duckdb" else table.to_pandas()
    expected = built.frames["statements"][["stance", "date_start", "char_start"]]
    pd.testing.assert_frame_equal(frame.astype(expected.dtypes), expected)


def test_polars_and_duckdb_keep_the_scale(dataset):
    """Polars and DuckDB get the values of a scale in its order."""
    assert load("statements", path=dataset, engine="polars").schema["stance"] == pl.Enum(SCALE)
    relation = load("statements", path=dataset, engine="duckdb")
    assert [row[0] for row in relation.filter("stance >= 'supports'").project("stance").fetchall()] == ["supports"]


@pytest.mark.parametrize("engine", ["pandas", "polars", "arrow", "duckdb"])
def test_engines_return_all_tables(engine, dataset):
    """Every table, with or without categorical columns, comes with every engine."""
    assert list(load(path=dataset, engine=engine)) == table_names(dataset)


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_missing_engine_names_the_line_to_type(engine, dataset, monkeypatch):
    """An engine that is not installed is answered with the command that installs it."""
    monkeypatch.setitem(sys.modules, engine, None)
    with pytest.raises(MissingExtraError, match=rf"{engine} is not installed.* pip install \"stancebook\["):
        load("statements", path=dataset, engine=engine)


@pytest.mark.parametrize(("module", "url"), [("s3fs", "s3://b/d"), ("s3fs", "s3a://b/d"), ("fsspec.core", "gs://b/d")])
def test_url_without_its_library_names_the_extra(module, url, monkeypatch):
    """An address of S3 whose library is not installed is answered with the command that installs it."""
    monkeypatch.setitem(sys.modules, module, None)
    imported = importlib.import_module("fsspec.registry")._registry  # noqa: SLF001 (nothing public forgets a library)
    for protocol in ("s3", "s3a"):
        monkeypatch.delitem(imported, protocol, raising=False)
    with pytest.raises(
        MissingExtraError, match=rf"^{module.partition('.')[0]} is not installed.* pip install \"stancebook\[s3\]\"$"
    ):
        load("statements", path=url)


def test_url_of_another_store_names_its_library(monkeypatch):
    """An address of another store whose library is not installed is answered with the name of that library."""
    monkeypatch.setitem(sys.modules, "gcsfs", None)
    with pytest.raises(DatasetError, match=r"^gs://b/d cannot be read: .*gcsfs.*\.$"):
        load("statements", path="gs://b/d")


def test_unknown_engine_is_refused(dataset):
    """An unknown engine is refused with the known ones."""
    with pytest.raises(ValueError, match="one of pandas, polars, arrow and duckdb, not 'excel'"):
        load("statements", path=dataset, engine="excel")


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ([("stance", "==", "supports")], lambda frame: frame["stance"] == "supports"),
        ([("stance", ">=", "ambivalent")], lambda frame: frame["stance"] >= "ambivalent"),
        ([("stance", "<", "supports")], lambda frame: frame["stance"] < "supports"),
        ([("stance", "<", "strongly_opposes")], lambda frame: frame["char_start"] < 0),
        (
            [[("stance", "==", "supports")], [("char_start", "<", 100)]],
            lambda f: (f["stance"] == "supports") | (f["char_start"] < 100),
        ),
        (pc.field("char_start") > 100, lambda frame: frame["char_start"] > 100),
        ([("doc_id", "in", ["nowhere"])], lambda frame: frame["doc_id"] == "nowhere"),
    ],
    ids=["equal", "at least, by rank", "less, by rank", "none by rank", "or", "expression", "no rows"],
)
@pytest.mark.parametrize("folder", ["dataset", "split"])
def test_filters_select_rows(filters, expected, folder, built, request):
    """Filters select rows, of a single file and of parts, also by a column that is not read."""
    frame = built.frames["statements"]
    selected = frame[expected(frame)][["summary"]].reset_index(drop=True)
    table = load("statements", path=request.getfixturevalue(folder), columns=["summary"], filters=filters)
    pd.testing.assert_frame_equal(table, selected)


@pytest.mark.parametrize(
    ("filters", "error", "message"),
    [
        ([("mood", "==", "good")], ColumnNotFoundError, "has no column 'mood'; it has statement_id"),
        (pc.field("mood") == "good", ValueError, r"filters= cannot be applied to .*mood"),
        ([("char_start", "==", "supports")], ValueError, "filters= cannot be applied to"),
        ([("stance", ">", "suports")], ValueError, "'suports' is not a value of stance: one of strongly_opposes"),
    ],
    ids=["column", "column of an expression", "type", "value of a scale"],
)
def test_filters_that_do_not_fit_are_refused(filters, error, message, dataset):
    """A filter on an unknown column, or with a value of another type, is refused."""
    with pytest.raises(error, match=message):
        load("statements", path=dataset, filters=filters)


@pytest.mark.parametrize("columns", [["stance"], ["char_start", "statement_id", "date_start"]])
def test_columns_come_in_the_order_asked_for(columns, split, dataset, built):
    """A projection has the columns in the order in which they are named."""
    for path in (split, dataset):
        frame = load("statements", path=path, columns=columns)
        pd.testing.assert_frame_equal(frame, built.frames["statements"][columns])


class CountingFolder:
    """A folder of one file, which counts the bytes that are read from it."""

    def __init__(self, path):
        self.path, self.read = path, 0

    def __truediv__(self, name):
        return self

    def open(self, mode):
        folder, file = self, self.path.open(mode)
        real = file.read

        class Counting:
            closed = False

            def read(self, size=-1):
                data = real(size)
                folder.read += len(data)
                return data

            def __getattr__(self, name):
                return getattr(file, name)

            def __enter__(self):
                return self

            def __exit__(self, *_):
                file.close()

        return Counting()


@pytest.mark.parametrize("filters", [None, [("c2", "<", 1000)]])
def test_projection_reads_a_fraction_of_the_bytes(filters, tmp_path):
    """Of a large table, a projection reads the footer and the chosen columns only."""
    facts = {"build": "b", "columns": [{"name": f"c{number}", "storage": "integer"} for number in range(20)]}
    table = pa.table({f"c{number}": pa.array(range(number, 100_000 + number)) for number in range(20)})
    table = table.replace_schema_metadata({"stancebook": json.dumps(facts)})
    pq.write_table(table, tmp_path / "numbers.parquet", compression="zstd")
    folder = CountingFolder(tmp_path / "numbers.parquet")
    part = Part("numbers.parquet", 100_000, "", "b")
    frame = read_table(folder, ListedTable((part,)), columns=["c1"], filters=filters)
    assert frame["c1"].tolist() == list(range(1, 100_001))[: 998 if filters else None]
    assert folder.read < folder.path.stat().st_size / 4


# ── What is refused ───────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def copied(dataset, tmp_path):
    """A copy of the dataset, to be changed."""
    return shutil.copytree(dataset, tmp_path / "dataset")


def test_unknown_table_is_refused_with_the_known_ones(dataset):
    """A table that is not there is refused with the names of those that are."""
    with pytest.raises(TableNotFoundError, match="has no table 'statement'; it has actors, issues"):
        load("statement", path=dataset)


def test_unknown_table_points_to_the_dataset_here(copied, monkeypatch):
    """Without a path, an unknown table is answered with the dataset in the working folder."""
    monkeypatch.chdir(copied.parent)
    with pytest.raises(TableNotFoundError, match=r"There is a dataset in \./dataset: give path='dataset'\.$"):
        load("incidents")
    with pytest.raises(TableNotFoundError, match=r"stance_changes\.$"):
        load("incidents", path="dataset")


@pytest.mark.parametrize("path", ["split", "dataset"])
def test_unknown_column_is_refused_with_the_known_ones(path, request):
    """A column that is not there is refused with the names of those that are."""
    with pytest.raises(ColumnNotFoundError, match="has no column 'mood'; it has statement_id, speaker_id"):
        load("statements", path=request.getfixturevalue(path), columns=["stance", "mood"])


@pytest.mark.parametrize("arguments", [{"columns": ["stance"]}, {"filters": [("stance", "==", "supports")]}])
def test_columns_need_a_table(arguments, dataset):
    """Columns and filters are for one table, which must be named."""
    with pytest.raises(TypeError, match="name it, as in load"):
        load(path=dataset, **arguments)


@pytest.mark.parametrize("folder", ["", "nowhere"])
def test_folder_without_dataset_is_refused(folder, tmp_path):
    """A folder without a data package is refused with the way out."""
    with pytest.raises(DatasetNotFoundError, match=r"is not a dataset: .* Run `stancebook build`, or give path="):
        load(path=tmp_path / folder)


def test_missing_file_is_refused(copied):
    """A table whose file is missing is refused."""
    (copied / "events.parquet").unlink()
    with pytest.raises(DatasetNotFoundError, match=r"events\.parquet is missing"):
        load(path=copied)


def test_mixed_builds_are_refused(copied, rebuilt, annotations):
    """A table of another build is refused; the other tables load."""
    text = annotations.read_text(encoding="utf-8")
    annotations.write_text(text.replace("confidence: high", "confidence: low"), encoding="utf-8")
    (copied / "events.parquet").write_bytes(rendered(rebuilt())["events.parquet"])
    for columns in (None, ["event_id"]):
        with pytest.raises(DatasetError, match=r"events\.parquet is of another build"):
            load("events", path=copied, columns=columns)
    assert len(load("actors", path=copied)) == 5


@pytest.mark.parametrize(
    "spoil",
    [
        lambda folder: (folder / "actors.parquet").write_bytes(b"PAR1"),
        lambda folder: pd.DataFrame({"a": [1]}).to_parquet(folder / "actors.parquet"),
        lambda folder: (folder / "datapackage.json").write_text("{"),
        lambda folder: (folder / "datapackage.json").write_text("{}"),
    ],
    ids=["truncated table", "table of another program", "invalid data package", "another data package"],
)
@pytest.mark.parametrize("columns", [None, ["actor_id"]])
def test_damaged_dataset_is_refused(spoil, columns, copied):
    """Files that no build wrote are refused as such."""
    spoil(copied)
    with pytest.raises(DatasetError):
        load("actors", path=copied, columns=columns)


# ── While a build publishes ───────────────────────────────────────────────────────────────────────


@pytest.fixture
def later(rebuilt, annotations):
    """A later build of the project, whose statements differ."""
    text = annotations.read_text(encoding="utf-8")
    annotations.write_text(text.replace("stance: supports", "stance: ambivalent"), encoding="utf-8")
    return rebuilt()


def overtake(files, folder, monkeypatch, *, when):
    """Let a build publish just before a table is opened, or just after."""
    real = Path.open

    def open_overtaken(path, *arguments, **options):
        if path.suffix != ".parquet":
            return real(path, *arguments, **options)
        with monkeypatch.context() as undone:
            undone.setattr(Path, "open", real)
            if when == "before":
                publish_files(files, folder)
            file = real(path, *arguments, **options)
            if when == "after":
                publish_files(files, folder)
        return file

    monkeypatch.setattr(Path, "open", open_overtaken)


@pytest.mark.parametrize(("table", "when"), [(None, "after"), (None, "before"), ("statements", "before")])
def test_load_that_a_build_overtakes_is_refused(table, when, copied, later, monkeypatch):
    """A load during which the dataset is replaced is refused, and succeeds when it is repeated."""
    with monkeypatch.context() as patch:
        overtake(rendered(later), copied, patch, when=when)
        with pytest.raises(DatasetError, match=r"is of another build than .* Load again if a build has just ended;"):
            load(table, path=copied)
    pd.testing.assert_frame_equal(load("statements", path=copied), later.frames["statements"])


@pytest.mark.parametrize("columns", [None, ["stance", "summary"]])
def test_open_table_is_read_from_the_old_build(columns, copied, later, built, monkeypatch):
    """A table that is open when the dataset is replaced is read to its end."""
    overtake(rendered(later), copied, monkeypatch, when="after")
    expected = built.frames["statements"]
    frame = load("statements", path=copied, columns=columns)
    pd.testing.assert_frame_equal(frame, expected if columns is None else expected[columns])


def test_interrupted_publication_is_explained(copied, tmp_path):
    """Where a build was killed between its two renames, the message says where the dataset is."""
    link = tmp_path / "link"
    link.symlink_to(copied)
    copied.rename(tmp_path / ".dataset.old")
    for path in (copied, link):
        with pytest.raises(
            DatasetNotFoundError,
            match=r"was interrupted.* run `stancebook build`\. Nothing is lost: .* is in .*/\.dataset\.old\.",
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


def test_loads_during_publications_are_never_mixed(dataset, built, later, copied, tmp_path):
    """While another process publishes without end, a load gives one build or is refused."""
    lay(rendered(later), tmp_path / "later")
    program = [sys.executable, "-c", PUBLISHER, tmp_path / "later", dataset, copied]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
    with subprocess.Popen(program, env=environment, stdout=subprocess.PIPE) as publisher:
        publisher.stdout.readline()
        for _ in range(40):
            try:
                frames = load(path=copied)
            except DatasetError as error:
                assert "Load again" in str(error)  # noqa: PT017 – to be refused is allowed, not required
            else:
                assert any(
                    all(frame.equals(build.frames[name]) for name, frame in frames.items()) for build in (built, later)
                )
        publisher.kill()


# ── The default dataset ───────────────────────────────────────────────────────────────────────────

SHAPES = "import stancebook; print({name: frame.shape for name, frame in stancebook.load().items()})"


def test_checkout_loads_its_own_dataset(dataset, built, tmp_path):
    """In a checkout, the dataset next to `src/` is the default."""
    checkout = tmp_path / "checkout"
    shutil.copytree(ROOT / "src/stancebook", checkout / "src/stancebook", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(dataset, checkout / "dataset")
    environment = {**os.environ, "PYTHONPATH": str(checkout / "src")}
    process = subprocess.run(
        [sys.executable, "-c", SHAPES], cwd=tmp_path, env=environment, check=True, capture_output=True, text=True
    )
    assert process.stdout.strip() == str({name: frame.shape for name, frame in built.frames.items()})
