"""The wheel contains the package and its dataset, and works in an environment with its dependencies only."""

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

pytestmark = [pytest.mark.proof, pytest.mark.xdist_group("wheel")]

ROOT = Path(__file__).parents[2]
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]


def run(*command, cwd):
    """Run a command without the Python variables of the tests' environment, and return its output."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    completed = subprocess.run(
        list(map(str, command)), cwd=cwd, env=environment, check=False, capture_output=True, text=True
    )
    assert completed.returncode == 0, completed.stdout + completed.stderr
    return completed.stdout


@pytest.fixture(scope="module")
def sdist(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sdist")
    run(sys.executable, "-m", "hatchling", "build", "--target", "sdist", "--directory", folder, cwd=ROOT)
    [path] = folder.iterdir()
    return path


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return build_wheel(".", tmp_path_factory.mktemp("wheel"))


def build_wheel(source, folder):
    run(*PIP, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, source, cwd=ROOT)
    [path] = folder.iterdir()
    return path


def dependencies(
    requirements: list[str] | None, found: dict[str, Distribution], extra: str = ""
) -> Iterator[Distribution]:
    """Yield the installed distributions that requirements and an extra need, with their own dependencies, each once."""
    for requirement in map(Requirement, requirements or []):
        marker = requirement.marker
        if requirement.name not in found and (marker is None or marker.evaluate({"extra": extra})):
            found[requirement.name] = distribution(requirement.name)
            yield found[requirement.name]
            yield from dependencies(found[requirement.name].requires, found)


def link(package: Distribution, folder: Path):
    """Link the files of an installed distribution into another environment."""
    for top in {file.parts[0] for file in package.files or [] if file.parts[0] not in ("..", "__pycache__")}:
        if not (folder / top).exists():
            (folder / top).symlink_to(Path(str(package.locate_file(top))).resolve())


def requirements_of(wheel):
    with zipfile.ZipFile(wheel) as archive:
        [metadata] = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        return PathDistribution(zipfile.Path(archive, metadata.removesuffix("METADATA"))).requires


@pytest.fixture(scope="module")
def environment(wheel, tmp_path_factory):
    """The Python of an environment with the wheel installed and its dependencies linked.

    Links need seconds and no network. `make wheel` installs everything from the index.
    """
    folder = tmp_path_factory.mktemp("clean")
    run(sys.executable, "-m", "venv", "--without-pip", folder, cwd=ROOT)
    python = folder / "bin/python"
    site = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder).strip())
    for package in dependencies(requirements_of(wheel), {}):
        link(package, site)
    run(*PIP, f"--python={python}", "install", "--no-index", wheel, cwd=folder)
    return python


@pytest.fixture
def run_python(environment, tmp_path):
    """Run the Python of the environment in an empty folder."""
    return lambda *arguments: run(environment, *arguments, cwd=tmp_path)


# ── Contents ──────────────────────────────────────────────────────────────────────────────────────


def contents(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if not name.partition("/")[0].endswith(".dist-info")}


def test_wheel_contains_package_and_dataset_only(wheel):
    """The wheel contains the files of the package and the committed dataset, and nothing else."""
    files = [path for path in (ROOT / "src/stancebook").rglob("*") if path.is_file() and path.suffix != ".pyc"]
    package = {f"stancebook/{path.relative_to(ROOT / 'src/stancebook').as_posix()}" for path in files}
    dataset = {f"stancebook/packaged_dataset/{path.name}" for path in (ROOT / "dataset").iterdir()}
    packed = {name for name in contents(wheel) if name.startswith("stancebook/starter/packed/negotiations/")}
    assert contents(wheel) - packed == package | dataset
    assert packed


def test_wheel_from_sdist_has_same_contents(sdist, wheel, tmp_path):
    """A wheel built from the source distribution contains the same files."""
    assert contents(build_wheel(sdist, tmp_path)) == contents(wheel)


# ── Behaviour ─────────────────────────────────────────────────────────────────────────────────────


def test_environment_lacks_optional_packages(run_python):
    """The environment of these tests has no package that the wheel does not require."""
    output = run_python(
        "-c", "import importlib.util as u; print(*[n for n in ('seaborn', 'matplotlib') if u.find_spec(n)])"
    )
    assert output.strip() == ""


def test_load_reads_the_packaged_dataset(run_python, environment):
    """The installed package runs, and loads every table from its own dataset."""
    program = """
import json, stancebook
assert all(len(frame) for frame in stancebook.load().values())
print(json.dumps([stancebook.__file__, list(stancebook.load()), list(stancebook.load("demands").columns[:2])]))
"""
    file, tables, columns = json.loads(run_python("-c", program))
    assert Path(file).is_relative_to(environment.parents[1])
    assert tables == [resource["path"].removesuffix(".parquet") for resource in committed_resources()]
    assert columns == ["demand_id", "demander_id"]


def committed_resources():
    return json.loads((ROOT / "dataset/datapackage.json").read_text(encoding="utf-8"))["resources"]


def test_packaged_tables_pass_their_pandera_schema(run_python):
    """Every packaged table passes its packaged Pandera schema, without a warning."""
    program = "import stancebook as s; print(len([s.pandera_schema(n).validate(f) for n, f in s.load().items()]))"
    assert run_python("-W", "error", "-c", program).strip() == str(len(committed_resources()))


def test_core_only_names_the_extra_to_install(run_python):
    """Without extras, validation and builds raise an error with the command that installs the extra."""
    program = """
import stancebook as sb
for call in (sb.Dataset().validate, lambda: sb.build_dataset(None, "seeds")):
    try:
        call()
    except sb.MissingExtraError as error:
        print(str(error).partition(": ")[2])
"""
    lines = [f'pip install "stancebook[{extra}]"' for extra in ("validate", "build")]
    assert run_python("-c", program).splitlines() == lines


def test_commands_run_with_the_extra_validate(environment, wheel, tmp_path):
    """With the extra `validate`, the command on the path validates and exports the packaged dataset."""
    site = next(environment.parents[1].glob("lib/*/site-packages"))
    for package in dependencies(requirements_of(wheel), {}, "validate"):
        link(package, site)
    command = environment.with_name("stancebook")
    assert "all valid" in run(command, "validate", cwd=tmp_path)
    assert "wrote    a.db" in run(command, "export", "sqlite", "a.db", cwd=tmp_path)
    assert "wrote    csv" in run(command, "export", "csv", "csv", cwd=tmp_path)


def test_new_project_is_that_of_the_repository(environment, wheel, tmp_path):
    """With the extra `build`, the wheel creates a project with the contract and the first text of this repository."""
    site = next(environment.parents[1].glob("lib/*/site-packages"))
    for package in dependencies(requirements_of(wheel), {}, "build"):
        link(package, site)
    output = run(environment.with_name("stancebook"), "new", "river", cwd=tmp_path)
    assert "sha256=" in output or f"@ {wheel.as_uri()}" in output  # of the archive that pip installed
    own = {"__init__.py", *(path.name for path in (ROOT / "schemas").glob("*.py"))} - {"about.py"}
    for name in own:
        assert (tmp_path / "river/schemas" / name).read_bytes() == (ROOT / "schemas" / name).read_bytes()
    for path in (ROOT / "tests/project/seeds").rglob("*.*"):
        assert (
            tmp_path / "river/seeds" / path.relative_to(ROOT / "tests/project/seeds")
        ).read_bytes() == path.read_bytes()


def test_types_are_known_to_mypy(environment, tmp_path):
    """Mypy knows the return types of the installed package, and refuses a wrong argument."""
    site = next(environment.parents[1].glob("lib/*/site-packages"))
    try:
        link(distribution("pandas-stubs"), site)
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
    checked = subprocess.run([*mypy, script], cwd=tmp_path, check=False, capture_output=True, text=True)
    assert checked.stdout.splitlines()[0].startswith('mine.py:6: error: No overload variant of "load" matches')
    assert "mine.py:6" in checked.stdout
    assert not [line for line in checked.stdout.splitlines() if not line.startswith("mine.py:6")]
