import errno
import fcntl
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from schemas import CONTRACT
from stancebook.build.pipeline import build_tables
from stancebook.dataset.publish import build_lock
from stancebook.exceptions import PublishError
from tests.dataset_files import held, rendered

HERE = Path(__file__).parent
ROOT = HERE.parents[2]

HOLDER = """
import sys
from pathlib import Path
from stancebook.dataset.publish import build_lock

with build_lock(Path(sys.argv[1]), lambda line: print(line, flush=True)):
    print("building", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "deep" / "dataset"


@contextmanager
def running(*program):
    """Run a Python program with pipes to and from it; kill it at the end."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with subprocess.Popen([sys.executable, *program], text=True, env=environment, **pipes) as process:
        try:
            yield process
        finally:
            process.kill()


def waiting(folder):
    return f"waiting  for another build into {folder} to end; Ctrl-C ends the wait\n"


# ── The lock ──────────────────────────────────────────────────────────────────────────────────────


def test_second_build_waits_for_the_first(folder):
    """The second of two builds into a folder reports that it waits."""
    with running("-c", HOLDER, folder) as first, running("-c", HOLDER, folder) as second:
        lines = sorted([first.stdout.readline(), second.stdout.readline()])
        assert lines == ["building\n", waiting(folder)]


def test_killed_build_releases_its_lock(folder):
    """The lock of a killed process is free for the next one."""
    with running("-c", HOLDER, folder) as first:
        assert first.stdout.readline() == "building\n"
        with running("-c", HOLDER, folder) as second:
            assert second.stdout.readline() == waiting(folder)
            first.send_signal(signal.SIGKILL)
            assert second.stdout.readline() == "building\n"
            second.send_signal(signal.SIGKILL)
    lines = []
    with build_lock(folder, lines.append):
        assert lines == []


def test_folders_have_separate_locks(folder, tmp_path):
    """Builds into different folders do not wait for each other."""
    lines = []
    with build_lock(folder, lines.append), build_lock(tmp_path / "other", lines.append):
        assert lines == []


def test_link_shares_the_lock_of_its_target(folder, tmp_path):
    """A build into a link to a folder waits for a build into the folder."""
    folder.mkdir(parents=True)
    (tmp_path / "link").symlink_to(folder)
    with running("-c", HOLDER, folder) as first:
        assert first.stdout.readline() == "building\n"
        with running("-c", HOLDER, tmp_path / "link") as second:
            assert second.stdout.readline() == waiting(folder)


@pytest.mark.parametrize("code", [errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOLCK])
def test_file_system_without_locks_is_reported(code, folder, monkeypatch):
    """On a file system without locks the build reports that, and goes on."""

    def flock(handle, operation):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(fcntl, "flock", flock)
    lines = []
    with build_lock(folder, lines.append):
        [line] = lines
        assert line == (
            f"The file system of {folder} has no locks ({os.strerror(code)}):"
            " make sure that no other build into it runs."
        )


def test_impossible_lock_file_is_refused(folder):
    """A path at which no lock file can be is refused with a sentence."""
    folder.parent.parent.joinpath("deep").write_bytes(b"not a folder")
    with pytest.raises(PublishError, match="cannot be written"), build_lock(folder, print):
        pytest.fail("there is no lock")


# ── Complete builds ───────────────────────────────────────────────────────────────────────────────


def test_waiting_build_reads_the_seeds_afterwards(project, annotations):
    """Of two concurrent builds, the second reads the texts after the first has ended."""
    out = project / "dataset"
    options = ("--seeds", project / "seeds", "--out", out)
    with running(HERE / "slow_build.py", *options) as first:
        assert "about to publish\n" in iter(first.stdout.readline, "")
        with running(ROOT / "build.py", *options) as second:
            assert second.stdout.readline() == waiting(out)
            text = annotations.read_text(encoding="utf-8")
            annotations.write_text(text.replace("confidence: high", "confidence: low"), encoding="utf-8")
            first.communicate("\n")
            lines, _ = second.communicate()
    assert (first.returncode, second.returncode) == (0, 0)
    assert "wrote    dataset/" in lines
    expected = rendered(build_tables(CONTRACT, project / "seeds"))
    assert held(out) == expected
