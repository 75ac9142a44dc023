"""Fixtures of the minimal project, with fictional people and places, and of its builds."""

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from schemas import CONTRACT
from stancebook.build.pipeline import Build, build_tables

# jsonschema and seaborn import them if they are there, for a second each: for a format that no test checks, and for
# figures that the plotting package does not draw.
sys.modules |= dict.fromkeys(("rfc3987_syntax", "scipy"))

# Property tests use new random examples on a developer's machine, and the same ones in CI; slow machines do not fail.
settings.register_profile("local", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")

HERE = Path(__file__).parent
ROOT = HERE.parent


@pytest.fixture
def project(tmp_path, monkeypatch) -> Path:
    """Return a copy of the minimal project, which is the working folder."""
    shutil.copytree(HERE / "project", tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def annotations(project) -> Path:
    """Return the annotations of the project's document."""
    return project / "seeds/documents/river-talks.yaml"


@pytest.fixture
def rebuilt(project) -> Callable[[], Build]:
    """Return a function that builds the project in its current state."""
    return lambda: build_tables(CONTRACT, Path("seeds"))


@pytest.fixture(scope="session")
def built() -> Build:
    """Return the build of the minimal project."""
    return build_tables(CONTRACT, HERE / "project/seeds")


@pytest.fixture(scope="session")
def article() -> Build:
    """Return the build of the real sources."""
    return build_tables(CONTRACT, ROOT / "seeds")
