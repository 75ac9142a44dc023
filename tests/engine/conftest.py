"""The minimal project as a dataset, and the small contract of the letters as seeds."""

from pathlib import Path

import pytest

from stancebook.dataset import render
from tests.engine.letters import write


@pytest.fixture(scope="session")
def files(built) -> dict[str, bytes]:
    """The files of the minimal project's dataset."""
    return render(built)


@pytest.fixture(scope="session")
def dataset(files, tmp_path_factory) -> Path:
    """The minimal project's dataset on disk; only to be read."""
    folder = tmp_path_factory.mktemp("minimal") / "dataset"
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


@pytest.fixture
def letters(tmp_path) -> Path:
    """The seeds of the letters."""
    return write(tmp_path)
