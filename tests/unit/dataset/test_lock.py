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
from stancebook.dataset.lock import build_lock
from stancebook.exceptions import PublishError
from tests.dataset_files import held, rendered

HERE = Path(__file__).parent
ROOT = HERE.parents[2]

HOLDER = """
import sys
from pathlib import Path
from stancebook.dataset.lock import only_build
from stancebook.exceptions import PublishError

try:
    with only_build(Path(sys.argv[1]), lambda line: print(line, flush=True)):
        print("building", flush=True)
        sys.stdin.readline()
except PublishError as fault:
    print(fault)
"""


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "deep" / "dataset"


@contextmanager
def running(*program):
    """A Python program with pipes to and from it; killed if it still runs at the end."""
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


def test_whoever_comes_second_says_so_and_waits_for_the_first_to_end(folder):
    with running("-c", HOLDER, folder) as first, running("-c", HOLDER, folder) as second:
        told = sorted([first.stdout.readline(), second.stdout.readline()])
        assert told == ["building\n", waiting(folder)]


def test_a_killed_build_leaves_no_lock_behind(folder):
    with running("-c", HOLDER, folder) as first:
        assert first.stdout.readline() == "building\n"
        with running("-c", HOLDER, folder) as second:
            assert second.stdout.readline() == waiting(folder)
            first.send_signal(signal.SIGKILL)
            assert second.stdout.readline() == "building\n"
            second.send_signal(signal.SIGKILL)
    told = []
    with build_lock(folder, told.append):
        assert told == []


def test_an_interrupt_ends_the_wait_with_a_sentence(folder):
    with running("-c", HOLDER, folder) as first:
        assert first.stdout.readline() == "building\n"
        with running("-c", HOLDER, folder) as second:
            assert second.stdout.readline() == waiting(folder)
            second.send_signal(signal.SIGINT)
            assert second.stdout.read() == f"The wait was ended; the other build into {folder} goes on.\n"
            assert second.wait() == 0
        assert first.poll() is None


def test_builds_into_different_folders_do_not_wait_for_each_other(folder, tmp_path):
    told = []
    with build_lock(folder, told.append), build_lock(tmp_path / "other", told.append):
        assert told == []


def test_a_link_to_a_folder_has_the_lock_of_the_folder(folder, tmp_path):
    folder.mkdir(parents=True)
    (tmp_path / "link").symlink_to(folder)
    with running("-c", HOLDER, folder) as first:
        assert first.stdout.readline() == "building\n"
        with running("-c", HOLDER, tmp_path / "link") as second:
            assert second.stdout.readline() == waiting(folder)


@pytest.mark.parametrize("fault", [errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOLCK])
def test_a_file_system_without_locks_is_told_of_and_built_on(fault, folder, monkeypatch):
    def flock(handle, operation):
        raise OSError(fault, os.strerror(fault))

    monkeypatch.setattr(fcntl, "flock", flock)
    told = []
    with build_lock(folder, told.append):
        assert told == [
            f"The file system of {folder} has no locks ({os.strerror(fault)}): see that no other build into it runs."
        ]


def test_a_place_where_no_lock_can_be_is_refused_in_a_sentence(folder):
    folder.parent.parent.joinpath("deep").write_bytes(b"not a folder")
    with pytest.raises(PublishError, match="cannot be written"), build_lock(folder, print):
        pytest.fail("nothing is locked here")


# ── Whole builds ──────────────────────────────────────────────────────────────────────────────────


def test_of_two_builds_at_once_the_second_waits_and_its_dataset_is_of_the_seeds_it_then_reads(project, annotations):
    out = project / "dataset"
    options = ("--seeds", project / "seeds", "--out", out)
    with running(HERE / "slow_build.py", *options) as first:
        assert "about to publish\n" in iter(first.stdout.readline, "")
        with running(ROOT / "build.py", *options) as second:
            assert second.stdout.readline() == waiting(out)
            text = annotations.read_text(encoding="utf-8")
            annotations.write_text(text.replace("confidence: high", "confidence: low"), encoding="utf-8")
            first.communicate("\n")
            told, _ = second.communicate()
    assert (first.returncode, second.returncode) == (0, 0)
    assert "wrote    dataset/" in told
    expected = rendered(build_tables(CONTRACT, project / "seeds"))
    assert held(out) == expected
