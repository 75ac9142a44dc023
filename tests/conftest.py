"""A minimal project with fictional people and places, and ways to build it."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from schemas import CONTRACT
from stancebook.build.pipeline import Build, build_tables

# Properties explore anew on a desk and repeat themselves in CI; a slow machine is no failure.
settings.register_profile("desk", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "desk")

HERE = Path(__file__).parent
ROOT = HERE.parent


@pytest.fixture
def project(tmp_path, monkeypatch) -> Path:
    """A copy of the minimal project, as the working folder."""
    shutil.copytree(HERE / "project", tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def annotations(project) -> Path:
    return project / "seeds/documents/river-talks.yaml"


@pytest.fixture
def rebuilt(project) -> Callable[[], Build]:
    """Build the project as it now is."""
    return lambda: build_tables(CONTRACT, Path("seeds"))


@pytest.fixture(scope="session")
def built() -> Build:
    """The minimal project, built once."""
    return build_tables(CONTRACT, HERE / "project/seeds")


@pytest.fixture(scope="session")
def article() -> Build:
    """The dataset's own seeds, built once."""
    return build_tables(CONTRACT, ROOT / "seeds")
