"""The minimal project as a dataset, the small contract of the letters as seeds, and disks of one's own."""

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
    """The address of a server on this machine that speaks as S3 does."""
    command = [sys.executable, "-W", "ignore", "-c", SERVE]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, **pipes, text=True) as server:
        host, port = server.stdout.readline().split()
        yield f"http://{host}:{port}"
        server.communicate("\n")


@pytest.fixture
def store(s3_server, monkeypatch):
    """What fsspec has of that server, told of it as a user would; a bucket is there, and keeps what tests put there."""
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
