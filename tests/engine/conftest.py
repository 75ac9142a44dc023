"""The minimal project as a dataset, the small contract of the letters as seeds, and disks of one's own."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.engine.letters import write
from tests.engine.parts import write_in_parts
from tests.on_disk import lay, rendered


@pytest.fixture(scope="session")
def files(built) -> dict[str, bytes]:
    """The files of the minimal project's dataset."""
    return rendered(built)


@pytest.fixture(scope="session")
def dataset(files, tmp_path_factory) -> Path:
    """The minimal project's dataset on disk; only to be read."""
    return lay(files, tmp_path_factory.mktemp("minimal") / "dataset")


@pytest.fixture(scope="session")
def split(built, tmp_path_factory) -> Path:
    """The same dataset with every table a folder of parts, none of them empty; only to be read."""
    folder = tmp_path_factory.mktemp("split") / "dataset"
    folder.mkdir()
    return write_in_parts(built, folder, {name: range(2, len(frame), 2) for name, frame in built.frames.items()})


@pytest.fixture
def outcome(capsys):
    """Run a command line; return its exit status, standard output and standard error."""

    def of(run):
        try:
            status = run()
        except SystemExit as end:
            status = end.code
        told = capsys.readouterr()
        return status, told.out, told.err

    return of


@pytest.fixture
def letters(tmp_path) -> Path:
    """The seeds of the letters."""
    return write(tmp_path)


@pytest.fixture
def in_a_mount() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run a shell command that mounts, where nobody else sees it; skip where the system allows none."""
    sandbox = ["unshare", "--map-root-user", "--mount", "sh", "-ec"]

    def call(command, *arguments):
        return subprocess.run([*sandbox, command, "sh", *arguments], check=False, capture_output=True, text=True)

    if shutil.which("unshare") is None or call("mount -t tmpfs none /mnt").returncode:
        pytest.skip("mounting is not allowed here; limits and permissions are tested without")
    return call
