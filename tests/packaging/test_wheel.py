"""What `pip install .` gives: the package with its tables, in an environment that holds no more than it asks for."""

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, PathDistribution, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

pytestmark = pytest.mark.xdist_group("wheel")

ROOT = Path(__file__).parents[2]
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]


def run(*command, cwd):
    """Run a command without what the tests' own environment would lend it; return what it prints."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    told = subprocess.run(
        list(map(str, command)), cwd=cwd, env=environment, check=False, capture_output=True, text=True
    )
    assert told.returncode == 0, told.stdout + told.stderr
    return told.stdout


@pytest.fixture(scope="module")
def sdist(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sdist")
    run(sys.executable, "-m", "hatchling", "build", "--target", "sdist", "--directory", folder, cwd=ROOT)
    [found] = folder.iterdir()
    return found


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return wheel_of(".", tmp_path_factory.mktemp("wheel"))


def wheel_of(source, folder):
    run(*PIP, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, source, cwd=ROOT)
    [found] = folder.iterdir()
    return found


def needed(requirements: list[str] | None, found: dict[str, Distribution], extra: str = "") -> Iterator[Distribution]:
    """Yield the installed distributions that requirements, and those of an extra, lead to, each once."""
    for requirement in map(Requirement, requirements or []):
        marker = requirement.marker
        if requirement.name not in found and (marker is None or marker.evaluate({"extra": extra})):
            found[requirement.name] = distribution(requirement.name)
            yield found[requirement.name]
            yield from needed(found[requirement.name].requires, found)


def lend(one: Distribution, folder: Path):
    """Link what a distribution has installed into another environment."""
    for top in {file.parts[0] for file in one.files or [] if file.parts[0] not in ("..", "__pycache__")}:
        if not (folder / top).exists():
            (folder / top).symlink_to(Path(str(one.locate_file(top))).resolve())


def requirements_of(wheel):
    with zipfile.ZipFile(wheel) as archive:
        [metadata] = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        return PathDistribution(zipfile.Path(archive, metadata.removesuffix("METADATA"))).requires


@pytest.fixture(scope="module")
def environment(wheel, tmp_path_factory):
    """An environment with the wheel, and links to those of its dependencies that are installed here; return its Python.

    Linked, not installed: that takes seconds and no network. `make wheel` installs everything anew.
    """
    folder = tmp_path_factory.mktemp("clean")
    run(sys.executable, "-m", "venv", "--without-pip", folder, cwd=ROOT)
    python = folder / "bin/python"
    site = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder).strip())
    for one in needed(requirements_of(wheel), {}):
        lend(one, site)
    run(*PIP, f"--python={python}", "install", "--no-index", wheel, cwd=folder)
    return python


@pytest.fixture
def clean(environment, tmp_path):
    """Run Python there, from an empty folder."""
    return lambda *arguments: run(environment, *arguments, cwd=tmp_path)


# ── What is in it ─────────────────────────────────────────────────────────────────────────────────


def contents(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if not name.partition("/")[0].endswith(".dist-info")}


def test_the_wheel_holds_the_package_and_its_dataset_and_no_more(wheel):
    package = {f"stancebook/{path.relative_to(ROOT / 'src/stancebook').as_posix()}" for path in python_files()}
    dataset = {f"stancebook/packaged_dataset/{path.name}" for path in (ROOT / "dataset").iterdir()}
    assert contents(wheel) == package | dataset | {"stancebook/py.typed", "stancebook/problems.schema.json"}


def python_files():
    return (ROOT / "src/stancebook").rglob("*.py")


def test_by_way_of_an_sdist_the_wheel_is_the_same(sdist, wheel, tmp_path):
    assert contents(wheel_of(sdist, tmp_path)) == contents(wheel)


# ── What it does ──────────────────────────────────────────────────────────────────────────────────


def test_nothing_is_there_that_the_wheel_does_not_ask_for(clean):
    told = clean("-c", "import importlib.util as u; print(*[n for n in ('seaborn', 'matplotlib') if u.find_spec(n)])")
    assert told.strip() == ""


def test_its_own_files_are_what_runs_and_every_table_is_inside(clean, environment):
    program = """
import json, stancebook
assert all(len(frame) for frame in stancebook.load().values())
print(json.dumps([stancebook.__file__, list(stancebook.load()), list(stancebook.load("demands").columns[:2])]))
"""
    file, tables, columns = json.loads(clean("-c", program))
    assert Path(file).is_relative_to(environment.parents[1])
    assert tables == [path["path"].removesuffix(".parquet") for path in json.loads(package())["resources"]]
    assert columns == ["demand_id", "demander_id"]


def package():
    return (ROOT / "dataset/datapackage.json").read_text(encoding="utf-8")


def test_every_table_passes_the_schema_that_comes_with_it(clean):
    program = "import stancebook as s; print(len([s.pandera_schema(n).validate(f) for n, f in s.load().items()]))"
    assert clean("-W", "error", "-c", program).strip() == str(len(json.loads(package())["resources"]))


def test_core_only_answers_with_the_line_to_type(clean):
    """Without extras, validation and builds are answered with the command that installs them."""
    program = """
import stancebook as sb
for call in (sb.Dataset().validate, lambda: sb.build_dataset(None, "seeds")):
    try:
        call()
    except sb.MissingExtraError as error:
        print(str(error).partition(": ")[2])
"""
    lines = [f'pip install "stancebook[{extra}]"' for extra in ("validate", "build")]
    assert clean("-c", program).splitlines() == lines


def test_commands_run_with_the_extra_validate(environment, wheel, tmp_path):
    """With the extra `validate`, the command on the path validates and exports the packaged dataset."""
    site = next(environment.parents[1].glob("lib/*/site-packages"))
    for one in needed(requirements_of(wheel), {}, "validate"):
        lend(one, site)
    command = environment.with_name("stancebook")
    assert "all valid" in run(command, "validate", cwd=tmp_path)
    assert "wrote    a.db" in run(command, "export", "sqlite", "a.db", cwd=tmp_path)
    assert "wrote    csv" in run(command, "export", "csv", "csv", cwd=tmp_path)


def test_a_type_checker_knows_what_comes_back(environment, tmp_path):
    site = next(environment.parents[1].glob("lib/*/site-packages"))
    try:
        lend(distribution("pandas-stubs"), site)
    except PackageNotFoundError:  # pragma: no cover
        pytest.skip("pandas-stubs is not installed here")
    script = tmp_path / "mine.py"
    script.write_text(
        "from typing import assert_type\n"
        "import pandas as pd, pandera.pandas as pa, stancebook\n"
        'assert_type(stancebook.load("demands"), pd.DataFrame)\n'
        "assert_type(stancebook.load(), dict[str, pd.DataFrame])\n"
        'assert_type(stancebook.pandera_schema("demands", path="."), pa.DataFrameSchema)\n'
        "stancebook.load(7)\n",
        encoding="utf-8",
    )
    mypy = [sys.executable, "-m", "mypy", "--strict", f"--python-executable={environment}", "--no-error-summary"]
    told = subprocess.run([*mypy, script], cwd=tmp_path, check=False, capture_output=True, text=True)
    assert told.stdout.splitlines()[0].startswith('mine.py:6: error: No overload variant of "load" matches')
    assert "mine.py:6" in told.stdout
    assert not [line for line in told.stdout.splitlines() if not line.startswith("mine.py:6")]
