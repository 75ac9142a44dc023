"""The public API: its names, a dataset as an object, and a build as a function call."""

import shutil
import subprocess
import sys
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import pandas as pd
import pytest

import stancebook as sb
from schemas import CONTRACT
from tests.dataset_files import held, written
from tests.unit.sample_contract import LETTERS, write

ROOT = Path(__file__).parents[2]
PACKAGES = {path.stem for path in (ROOT / "src/stancebook").iterdir() if path.is_dir()}

# ── Names ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", sb.__all__)
def test_public_name_is_importable(name):
    """Every public name can be imported, and none hides a package."""
    assert getattr(sb, name) is not None
    assert name in dir(sb)
    assert name not in PACKAGES


def test_unknown_name_is_no_attribute():
    """A name that is not public raises `AttributeError`, as for any module."""
    with pytest.raises(AttributeError, match="module 'stancebook' has no attribute 'loda'"):
        sb.loda  # noqa: B018


def test_type_checkers_see_the_same_names():
    """What is imported for type checkers is what is imported at run time."""
    text = Path(sb.__file__).read_text(encoding="utf-8")
    typed = {line.partition(" as ")[2] for line in text.splitlines() if line.startswith("    from stancebook.")}
    assert typed | {"__version__"} == set(sb.__all__)


def test_version_is_that_of_the_distribution():
    """The version comes from the metadata of the installed distribution."""
    assert sb.__version__ == version("stancebook")


def test_import_loads_no_other_module():
    """`import stancebook` loads nothing but the package itself."""
    program = "import sys; old = set(sys.modules); import stancebook; print(*sorted(set(sys.modules) - old))"
    process = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": str(ROOT / "src")},
        check=True,
        capture_output=True,
        text=True,
    )
    assert [name for name in process.stdout.split() if "stancebook" in name] == ["stancebook"]
    assert not {"pandas", "pandera", "pyarrow", "importlib.metadata"} & set(process.stdout.split())


# ── Datasets ──────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def opened(dataset):
    """The dataset of the fictional project, opened."""
    return sb.Dataset(dataset)


def test_dataset_is_a_mapping_of_tables(opened, built):
    """A dataset has its tables by name, in the order of the contract."""
    assert list(opened) == opened.tables == list(CONTRACT.tables)
    assert (len(opened), "statements" in opened, "demo" in opened) == (len(CONTRACT.tables), True, False)
    pd.testing.assert_frame_equal(opened["statements"], built.frames["statements"])


def test_view_url_is_that_of_the_dataset(built, dataset, tmp_path):
    """The address of the reading view is read from the data package; it is empty if there is none."""
    contract = replace(CONTRACT, view_url="https://example.org/view")
    assert sb.view_url(written(replace(built, contract=contract), tmp_path / "dataset")) == "https://example.org/view"
    assert sb.view_url(dataset) == ""
    with pytest.raises(sb.DatasetNotFoundError):
        sb.view_url(tmp_path)


def test_dataset_refuses_an_unknown_table(opened):
    """A table that is not there raises `TableNotFoundError`, which `get` answers with the default."""
    for call in (opened.__getitem__, opened.spec, opened.load, lambda table: opened.describe(table, "stance")):
        with pytest.raises(sb.TableNotFoundError, match="has no table 'statement'; it has actors"):
            call("statement")
    assert opened.get("statement") is None


def test_dataset_loads_as_load_does(opened, dataset):
    """Columns, filters and engine are those of `load`."""
    arguments = {"columns": ["stance"], "filters": [("stance", "==", "supports")], "engine": "polars"}
    assert opened.load("statements", **arguments).equals(sb.load("statements", path=dataset, **arguments))


def test_dataset_states_its_metadata(opened, dataset):
    """Title, version, citation and path are those of the contract and the folder."""
    assert (opened.title, opened.version, opened.path) == (CONTRACT.title, CONTRACT.version, dataset)
    assert opened.citation == CONTRACT.citation
    assert repr(opened) == f"Dataset({str(dataset)!r}): {CONTRACT.title} {CONTRACT.version}, with " + ", ".join(opened)
    assert "<td>statements</td><td>3</td>" in opened._repr_html_()


def test_dataset_describes_a_categorical_column(opened):
    """A description has the definition, the type and each value with its meaning."""
    column = CONTRACT.tables["statements"]["stance"]
    found = opened.describe("statements", "stance")
    assert (found.type, found.definition, found.ordered, found.nullable) == ("string", column.description, True, True)
    assert found.vocabulary == column.vocabulary
    assert str(found).splitlines()[0] == f"stance (string, nullable, ordered): {column.description}"
    assert len(str(found).splitlines()) == 1 + len(column.vocabulary)


def test_dataset_describes_references_and_units(opened):
    """A description names the table that a column refers to, and the unit of a number."""
    assert opened.describe("statements", "speaker_id").references == "actors"
    assert opened.describe("statements", "char_start").unit == "Unicode code points"
    with pytest.raises(sb.ColumnNotFoundError, match="statements has no column 'mood'; it has statement_id"):
        opened.describe("statements", "mood")


def test_dataset_has_the_spec_of_a_table(opened):
    """The spec of a table has its key."""
    assert tuple(opened.spec("statements").key) == ("statement_id",)


def test_dataset_validates(opened, dataset, tmp_path):
    """A valid dataset has no problems; one with a missing file has one."""
    assert opened.validate() == []
    copy = shutil.copytree(dataset, tmp_path / "dataset")
    (copy / "events.parquet").unlink()
    assert any("events.parquet is missing" in problem.message for problem in sb.Dataset(copy).validate())


def test_dataset_lists_changes_since_another(opened, project, annotations):
    """A diff lists the changes of each table since an older version, and nothing for the same version."""
    assert opened.diff(opened) == []
    text = annotations.read_text(encoding="utf-8")
    annotations.write_text(text.replace("stance: supports", "stance: ambivalent"), encoding="utf-8")
    newer = sb.build_dataset(CONTRACT, "seeds", "newer").tables
    assert "statements" in [changes.table for changes in newer.diff(opened)]


@pytest.mark.parametrize("call", [lambda dataset: dataset.validate(), lambda dataset: dataset.diff(dataset)])
def test_dataset_at_a_url_must_be_downloaded(call, dataset):
    """A dataset at a URL is loaded from there, but validated and compared in a folder only."""
    remote = sb.Dataset(f"file://{dataset}")
    assert len(remote.load("actors", columns=["actor_id"])) == 5
    with pytest.raises(sb.DatasetError, match=r"is not a folder of this machine: download it first\."):
        call(remote)


# ── Builds ────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def letters(tmp_path):
    """The annotated texts of the sample contract."""
    return write(tmp_path)


def test_build_in_memory_returns_frames(letters, tmp_path):
    """Without `out`, nothing is written and the tables are frames."""
    before = held(tmp_path)
    result = sb.build_dataset(LETTERS, letters)
    assert list(result.tables) == list(LETTERS.tables)
    assert (result.changed, held(tmp_path)) == (False, before)


def test_build_writes_a_dataset(letters, tmp_path):
    """With `out`, the dataset is written, once; the tables are those of the build in memory."""
    out = tmp_path / "out"
    first, second = (sb.build_dataset(LETTERS, str(letters), out) for _ in range(2))
    assert (first.changed, second.changed) == (True, False)
    for name, frame in sb.build_dataset(LETTERS, letters).tables.items():
        pd.testing.assert_frame_equal(first.tables[name], frame)


def test_build_with_problems_raises_them(letters, tmp_path):
    """Texts with problems raise `ProblemsError`; the old dataset stays."""
    out = tmp_path / "out"
    sb.build_dataset(LETTERS, letters, out)
    before = held(out)
    [annotations] = letters.rglob("documents/**/*.yaml")
    annotations.write_text(annotations.read_text(encoding="utf-8").replace("strength: fair", "strength: fiar"))
    for target in (None, out):
        with pytest.raises(sb.ProblemsError, match="'fiar' is not a value of strength") as raised:
            sb.build_dataset(LETTERS, letters, target)
        assert [type(problem) for problem in raised.value.problems] == [sb.Problem]
    assert held(out) == before


CORE_ONLY = """
import sys
for name in ("duckdb", "edtf", "filelock", "polars", "rapidfuzz", "rich", "sentencex", "watchfiles", "yaml"):
    sys.modules[name] = None

import stancebook as sb

dataset = sb.Dataset(sys.argv[1])
for table in dataset:
    sb.pandera_schema(table, path=sys.argv[1]).validate(dataset[table])


class People(sb.Codebook):
    person_id: str = sb.primary_key("Slug of the person.")


def answer(call, *arguments):
    try:
        call(*arguments)
    except sb.MissingExtraError as error:
        print(error)


answer(dataset.validate)
answer(sb.build_dataset, None, "seeds")
answer(sb.build_dataset, None, "seeds", "out")
answer(lambda: dataset.load("actors", engine="polars"))
answer(lambda: dataset.load("actors", engine="duckdb"))
"""


def test_core_dependencies_suffice_to_read(dataset):
    """With the core dependencies one can load, validate frames and write models; the rest names the line to type."""
    process = subprocess.run(
        [sys.executable, "-c", CORE_ONLY, dataset],
        env={"PYTHONPATH": str(ROOT / "src")},
        check=True,
        capture_output=True,
        text=True,
    )
    lines = [line.partition('"')[2] for line in process.stdout.splitlines()]
    assert lines == [f'stancebook[{extra}]"' for extra in ("validate", "build", "build", "polars", "validate")]
    assert all(" is not installed. Install it with: pip install " in line for line in process.stdout.splitlines())


COMMANDS = (
    CORE_ONLY.partition("import stancebook")[0]
    + """
from stancebook.cli.main import main

sys.exit(main(sys.argv[1:]))
"""
)


@pytest.mark.parametrize(
    ("command", "extra"),
    [
        ("validate dataset", "validate"),
        ("export sqlite a.db --from dataset", "validate"),
        ("export csv csv --from dataset", "validate"),
        ("build", "build"),
        ("build --check", "build"),
        ("diff dataset", "build"),
        ("coverage", "build"),
        ("watch", "build"),
    ],
)
def test_command_names_the_line_to_type(command, extra, project, dataset):
    """A command that needs an extra that is not installed says in one line how to install it."""
    shutil.copytree(dataset, project / "dataset")
    options = ["--contract", "schemas:CONTRACT"] if extra == "build" else []
    status, output = run_command(COMMANDS, *command.split(), *options)
    assert status == 1
    [line] = output.splitlines()
    assert line.endswith(f' is not installed. Install it with: pip install "stancebook[{extra}]"')


def test_validate_extra_suffices_to_validate(project, dataset):
    """With the extra `validate`, and without `build`, datasets can be validated and exported."""
    shutil.copytree(dataset, project / "dataset")
    program = COMMANDS.replace('"duckdb", ', "").replace('"rapidfuzz", ', "")
    for command in ("validate dataset", "export sqlite a.db --from dataset", "export csv csv --from dataset"):
        status, output = run_command(program, *command.split())
        assert (status, "not installed" in output) == (0, False), output


def run_command(program, *arguments):
    """Run a program in a process of its own; return its exit status and output."""
    process = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env={"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return process.returncode, process.stdout
