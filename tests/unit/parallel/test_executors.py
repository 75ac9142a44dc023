"""Processes that do the work of a build: that they do it, and what is left where one of them, or all, are ended."""

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

LEAVE_A_TRACE = """
import os, pathlib
pathlib.Path(f"process-{os.getpid()}").touch()
"""
DIE = """
import multiprocessing, os, signal
if multiprocessing.parent_process() is not None:
    os.kill(os.getpid(), signal.SIGKILL)
"""
STAY = """
import multiprocessing, pathlib, time
if multiprocessing.parent_process() is not None:
    pathlib.Path("begun").touch()
    time.sleep(1)
"""


@pytest.fixture
def desk(tmp_path):
    """A dataset that was built."""
    desk = Desk(tmp_path)
    for number, doc_id in enumerate("abcdef"):
        desk.add(doc_id, number, claim(0), claim(1, answers_id="f#c00" if doc_id == "a" else "c00"))
    desk.build()
    return desk


def test_other_processes_do_the_work_and_give_the_same_bytes(desk):
    before = held(desk.out)
    desk.write("house.py", HOUSE + LEAVE_A_TRACE)
    process = desk.start("build.py", "--jobs", "2", "--out", "elsewhere")
    out, err = process.communicate()
    assert (process.returncode, err) == (0, "")
    assert "wrote    elsewhere/" in out
    assert held(desk.folder / "elsewhere") == before
    traces = {path.name for path in desk.folder.glob("process-*")}
    assert len(traces - {f"process-{process.pid}"}) == 2


def test_where_one_of_them_is_killed_that_is_said_and_the_dataset_stays(desk):
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


def test_ctrl_c_ends_them_all_and_leaves_nothing_behind(desk):
    before = held(desk.out)
    desk.write("house.py", HOUSE + STAY)
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
    while others_of(process.pid) and time.monotonic() < until:
        time.sleep(0.02)
    assert others_of(process.pid) == []


def others_of(session):
    """The processes that were started by that of this number, or by any of those."""
    return [each for each in psutil.process_iter(["status"]) if is_running(each) and session_of(each) == session]


def is_running(process):
    return process.info["status"] != psutil.STATUS_ZOMBIE


def session_of(process):
    try:
        return os.getsid(process.pid)
    except ProcessLookupError:  # gone since
        return None


def test_a_contract_that_other_processes_cannot_be_given_is_told(desk, capsys):
    before = held(desk.out)
    desk.write("house.py", HOUSE + "\n")
    assert desk.build("--jobs", "2") == 1
    told = capsys.readouterr().out
    assert told.splitlines()[-1].startswith(f"Nothing was written; {desk.out}/ is unchanged. The contract cannot be")
    assert told.endswith("name it as module:attribute in pyproject.toml, or build with --jobs 1.\n")
    assert held(desk.out) == before


@pytest.mark.parametrize("jobs", [1, None])
def test_for_a_few_calls_nobody_else_is_asked(jobs):
    with local_executor(jobs) as executor:
        assert list(run_tasks(executor, lambda _, one: (one, os.getpid()), None, "abc")) == [
            (number, (each, os.getpid())) for number, each in enumerate("abc")
        ]


def test_what_a_call_stumbles_over_is_raised_where_the_build_runs():
    with local_executor(1) as executor, pytest.raises(ValueError, match="invalid literal"):
        list(run_tasks(executor, lambda _, digits: int(digits), None, ["1", "one"]))
