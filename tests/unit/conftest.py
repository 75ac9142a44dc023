"""Fixtures of unit tests: datasets of the minimal project, sources of the sample contract, an S3 server, mounts."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.dataset_files import lay, rendered
from tests.unit.dataset_parts import write_in_parts
from tests.unit.sample_contract import write

SERVE = """
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
server.start()
print(*server.get_host_and_port(), flush=True)
input()
"""


@pytest.fixture(scope="session")
def s3_server():
    """Return the address of a local S3 server."""
    command = [sys.executable, "-W", "ignore", "-c", SERVE]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, **pipes, text=True) as server:
        host, port = server.stdout.readline().split()
        yield f"http://{host}:{port}"
        server.communicate("\n")


@pytest.fixture
def store(s3_server, monkeypatch):
    """Return the fsspec file system of the local S3 server, configured by environment variables, with one bucket."""
    import s3fs

    monkeypatch.setenv("AWS_ENDPOINT_URL", s3_server)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "anybody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "any")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    found = s3fs.S3FileSystem(use_listings_cache=False)
    if not found.exists("news"):
        found.mkdir("news")
    return found


@pytest.fixture(scope="session")
def files(built) -> dict[str, bytes]:
    """Return the files of the minimal project's dataset by name."""
    return rendered(built)


@pytest.fixture(scope="session")
def dataset(files, tmp_path_factory) -> Path:
    """Return the folder of the minimal project's dataset; read only."""
    return lay(files, tmp_path_factory.mktemp("minimal") / "dataset")


@pytest.fixture(scope="session")
def split(built, tmp_path_factory) -> Path:
    """Return the same dataset with every table in several parts; read only."""
    folder = tmp_path_factory.mktemp("split") / "dataset"
    folder.mkdir()
    return write_in_parts(built, folder, {name: range(2, len(frame), 2) for name, frame in built.frames.items()})


@pytest.fixture
def outcome(capsys):
    """Return a function that runs a command and returns its exit status, standard output and standard error."""

    def of(run):
        try:
            status = run()
        except SystemExit as end:
            status = end.code
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return of


@pytest.fixture
def letters(tmp_path) -> Path:
    """Return the sources of the sample contract."""
    return write(tmp_path)


@pytest.fixture
def in_a_mount() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return a function that runs a shell command in its own mount namespace; skip if mounting is not allowed."""
    sandbox = ["unshare", "--map-root-user", "--mount", "sh", "-ec"]

    def call(command, *arguments):
        return subprocess.run([*sandbox, command, "sh", *arguments], check=False, capture_output=True, text=True)

    if shutil.which("unshare") is None or call("mount -t tmpfs none /mnt").returncode:
        pytest.skip("mounting is not allowed")
    return call
