"""Local executors: worker processes, and what is left if one of them or the build is ended."""

import os
import signal
import time

import psutil
import pytest

from stancebook.parallel.executors import local_executor, run_tasks
from tests.dataset_files import held
from tests.unit.parallel.sample_corpora import claim
from tests.unit.parallel.sandbox import HOUSE, Desk

pytestmark = pytest.mark.xdist_group("processes")

TOUCH_FILE = """
import os, pathlib
pathlib.Path(f"process-{os.getpid()}").touch()
"""
DIE = """
import multiprocessing, os, signal
if multiprocessing.parent_process() is not None:
    os.kill(os.getpid(), signal.SIGKILL)
"""
WAIT = """
import multiprocessing, pathlib, time
if multiprocessing.parent_process() is not None:
    pathlib.Path("begun").touch()
    time.sleep(1)
"""


@pytest.fixture
def desk(tmp_path):
    """A project with a dataset."""
    desk = Desk(tmp_path)
    for number, doc_id in enumerate("abcdef"):
        desk.add(doc_id, number, claim(0), claim(1, answers_id="f#c00" if doc_id == "a" else "c00"))
    desk.build()
    return desk


def test_worker_processes_give_the_same_bytes(desk):
    """A build by two worker processes gives the dataset of one process."""
    before = held(desk.out)
    desk.write("house.py", HOUSE + TOUCH_FILE)
    process = desk.start("build.py", "--jobs", "2", "--out", "elsewhere")
    out, err = process.communicate()
    assert (process.returncode, err) == (0, "")
    assert "wrote    elsewhere/" in out
    assert held(desk.folder / "elsewhere") == before
    touched = {path.name for path in desk.folder.glob("process-*")}
    assert len(touched - {f"process-{process.pid}"}) == 2


def test_killed_worker_is_reported(desk):
    """If a worker process is killed, the build says so and the dataset is unchanged."""
    before = held(desk.out)
    desk.write("house.py", HOUSE + DIE)
    process = desk.start("build.py", "--jobs", "2")
    out, err = process.communicate()
    assert (process.returncode, err) == (1, "")
    assert out == (
        "Nothing was written; dataset/ is unchanged. A worker process was killed, perhaps"
        " because memory ran out. Build again with fewer --jobs.\n"
    )
    assert held(desk.out) == before
    assert {path.name for path in desk.folder.glob(".*")} == {".dataset.lock", ".dataset.cache"}


def test_ctrl_c_ends_all_processes(desk):
    """Ctrl-C ends the build and its workers, and leaves nothing else."""
    before = held(desk.out)
    desk.write("house.py", HOUSE + WAIT)
    process = desk.start("build.py", "--jobs", "2", start_new_session=True)
    while not (desk.folder / "begun").exists():
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=20)
    assert process.returncode == -signal.SIGINT
    assert held(desk.out) == before
    assert {path.name for path in desk.folder.glob(".*")} == {".dataset.lock", ".dataset.cache"}
    until = time.monotonic() + 10
    while processes_of(process.pid) and time.monotonic() < until:
        time.sleep(0.02)
    assert processes_of(process.pid) == []


def processes_of(session):
    """Return the running processes of a session."""
    return [
        process for process in psutil.process_iter(["status"]) if is_running(process) and session_of(process) == session
    ]


def is_running(process):
    return process.info["status"] != psutil.STATUS_ZOMBIE


def session_of(process):
    try:
        return os.getsid(process.pid)
    except ProcessLookupError:  # has ended
        return None


def test_unpicklable_contract_is_reported(desk, capsys):
    """A contract that cannot be sent to other processes is refused with a way out."""
    before = held(desk.out)
    desk.write("house.py", HOUSE + "\n")
    assert desk.build("--jobs", "2") == 1
    told = capsys.readouterr().out
    assert told.splitlines()[-1].startswith(f"Nothing was written; {desk.out}/ is unchanged. The contract cannot be")
    assert told.endswith("name it as module:attribute in pyproject.toml, or build with --jobs 1.\n")
    assert held(desk.out) == before


@pytest.mark.parametrize("jobs", [1, None])
def test_few_tasks_run_in_this_process(jobs):
    """A small batch of tasks does not start a process pool."""
    with local_executor(jobs) as executor:
        assert list(run_tasks(executor, lambda _, task: (task, os.getpid()), None, "abc")) == [
            (index, (task, os.getpid())) for index, task in enumerate("abc")
        ]


def test_errors_of_tasks_are_raised():
    """An exception of a task is raised by the build."""
    with local_executor(1) as executor, pytest.raises(ValueError, match="invalid literal"):
        list(run_tasks(executor, lambda _, digits: int(digits), None, ["1", "one"]))
