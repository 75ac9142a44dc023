"""Signals, and an output that is closed or full, end any command: with one line at most, and without leftovers."""

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from functools import cache
from pathlib import Path

import psutil
import pytest

from tests.dataset_files import held
from tests.unit.parallel.sample_corpora import claim
from tests.unit.parallel.workspace import CONTRACT_SOURCE, Workspace

pytestmark = pytest.mark.xdist_group("processes")

ROOT = Path(__file__).parents[3]
STATUS = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}
LINES = {
    130: "Interrupted. No file is left incomplete.\n",
    143: "Terminated. No file is left incomplete.\n",
    129: "The terminal was closed. No file is left incomplete.\n",
}
KEPT = {".dataset.lock", ".dataset.cache"}
WAIT_IN_BUILD = """
import multiprocessing, pathlib, time
if multiprocessing.parent_process() is None:
    pathlib.Path("begun").touch()
    time.sleep(60)
"""
WAIT_IN_WORKER = WAIT_IN_BUILD.replace("is None", "is not None")
# Waits between the two renames that replace a dataset.
WAIT_IN_PUBLISH = """
import pathlib, sys, time
from build import contract, main
rename = pathlib.Path.rename
def wait(path, target):
    if pathlib.Path(target).name == "dataset":
        pathlib.Path.rename = rename
        pathlib.Path("begun").touch()
        time.sleep(60)
    return rename(path, target)
pathlib.Path.rename = wait
sys.exit(main(["build"], root=pathlib.Path(), contract=contract))
"""
HOLD_LOCK = """
import sys
from pathlib import Path
from stancebook.dataset.publish import build_lock
with build_lock(Path("dataset"), print):
    Path("begun").touch()
    sys.stdin.readline()
"""
# The resource tracker of multiprocessing is in use when the signal comes, and a semaphore is to be removed.
INTERRUPT_TRACKER = """
import multiprocessing, os, signal
from multiprocessing import resource_tracker
from stancebook.cli.interruption import exit_on_signals
exit_on_signals()
lock = multiprocessing.get_context("spawn").Lock()
with resource_tracker._resource_tracker._lock:
    os.kill(os.getpid(), signal.SIGTERM)
"""


@pytest.fixture
def default_signals():
    """Give processes the signals of a terminal: a job in the background ignores some."""
    before = {number: signal.signal(number, signal.SIG_DFL) for number in (signal.SIGHUP, signal.SIGTERM)}
    before[signal.SIGINT] = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def temporary(monkeypatch):
    """A temporary folder with a short path: that of a socket has 108 bytes at most."""
    with tempfile.TemporaryDirectory(prefix="sb") as folder:
        monkeypatch.setenv("TMPDIR", folder)
        yield Path(folder)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The folder of a project with a dataset, which is built once."""
    workspace = Workspace(tmp_path_factory.mktemp("built"))
    for number, doc_id in enumerate("abcdef"):
        workspace.add(doc_id, number, claim(0), claim(1, answers_id="f#c00" if doc_id == "a" else "c00"))
    workspace.build()
    return workspace.folder


@pytest.fixture
def workspace(built, tmp_path, temporary, default_signals):
    """A project with a dataset, and a temporary folder of its own."""
    return Workspace(Path(shutil.copytree(built, tmp_path / "project")))


def wait_for(path, process):
    while not path.exists():
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)


def press(process, number, times=1, pause=0.1):
    """Send a signal to a process and its workers, as a terminal does, so many times."""
    for each in range(times):
        if each:
            time.sleep(pause)
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            return


def running(session):
    """Return the processes of a session, after a moment for those that are ending."""
    found, until = [session], time.monotonic() + 20
    while found and time.monotonic() < until:
        found = [each.pid for each in psutil.process_iter(["status"]) if belongs(each, session)]
    return found


def belongs(process, session):
    try:
        return process.info["status"] != psutil.STATUS_ZOMBIE and os.getsid(process.pid) == session
    except ProcessLookupError:
        return False


def assert_nothing_left(workspace, session):
    assert running(session) == []
    assert list(Path(os.environ["TMPDIR"]).iterdir()) == []
    assert {path.name for path in workspace.folder.glob(".*")} <= KEPT


# ── Signals ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("jobs", "number", "times"),
    [
        ("1", signal.SIGINT, 1),
        pytest.param("1", signal.SIGTERM, 1, marks=pytest.mark.proof),
        pytest.param("2", signal.SIGINT, 1, marks=pytest.mark.proof),
        ("2", signal.SIGINT, 5),
        ("2", signal.SIGTERM, 1),
        pytest.param("2", signal.SIGHUP, 2, marks=pytest.mark.proof),
    ],
)
def test_signal_ends_build_in_one_line(workspace, jobs, number, times):
    """A signal, once or several times, ends a build and its workers; the dataset is unchanged."""
    before = held(workspace.out)
    wait = WAIT_IN_BUILD if jobs == "1" else WAIT_IN_WORKER
    workspace.write("letters_contract.py", CONTRACT_SOURCE + wait)
    process = workspace.start("build.py", "--jobs", jobs, "--no-cache", start_new_session=True)
    wait_for(workspace.folder / "begun", process)
    press(process, number, times)
    output = process.communicate(timeout=20)
    assert (process.returncode, *output) == (STATUS[number], "", LINES[STATUS[number]])
    assert held(workspace.out) == before
    assert_nothing_left(workspace, process.pid)


def test_signal_between_renames_restores_dataset(workspace):
    """A signal in the instant in which there is no dataset brings the old one back."""
    before = held(workspace.out)
    workspace.write("seeds/codebook/more.yaml", "people: [{person_id: new, name: New}]\n")
    workspace.write("slow.py", WAIT_IN_PUBLISH)
    process = workspace.start("slow.py", start_new_session=True)
    wait_for(workspace.folder / "begun", process)
    assert not workspace.out.exists()
    press(process, signal.SIGINT)
    assert process.communicate(timeout=20)[1] == LINES[130]
    assert held(workspace.out) == before
    assert_nothing_left(workspace, process.pid)


def test_signal_in_resource_tracker_gives_one_line(workspace):
    """A signal that comes while multiprocessing registers a semaphore gives no warning of it."""
    workspace.write("registers.py", INTERRUPT_TRACKER)
    process = workspace.start("registers.py")
    assert (process.communicate(timeout=20)[1], process.returncode) == (LINES[143], 143)


def test_signal_ends_wait_for_another_build(workspace):
    """Ctrl-C ends the wait for the lock; the other build goes on."""
    workspace.write("hold.py", HOLD_LOCK)
    holder = workspace.start("hold.py", stdin=subprocess.PIPE)
    wait_for(workspace.folder / "begun", holder)
    process = workspace.start("build.py", start_new_session=True)
    assert process.stdout.readline().startswith("waiting  for another build into ")
    press(process, signal.SIGINT)
    assert process.communicate(timeout=20) == ("", LINES[130])
    assert process.returncode == 130
    assert holder.poll() is None
    holder.communicate("\n")


def test_ignored_signal_stays_ignored(workspace):
    """A build that was started to ignore a signal, as by `nohup`, does so."""
    workspace.write("letters_contract.py", CONTRACT_SOURCE + WAIT_IN_BUILD.replace("60", "1"))
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    process = workspace.start("build.py", start_new_session=True)
    wait_for(workspace.folder / "begun", process)
    press(process, signal.SIGHUP)
    assert (process.communicate(timeout=60)[1], process.returncode) == ("", 0)


def test_caller_of_main_keeps_its_signals(workspace):
    """A program that calls `main` from a module handles signals itself."""
    before = signal.getsignal(signal.SIGINT)
    workspace.build()
    assert signal.getsignal(signal.SIGINT) is before


def handles_signals(process):
    """Return whether a process has installed its handler of SIGTERM."""
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    [caught] = [line.split()[1] for line in status.splitlines() if line.startswith("SigCgt")]
    return bool(int(caught, 16) >> (signal.SIGTERM - 1) & 1)


@pytest.fixture(scope="module")
def changed(built, tmp_path_factory):
    """The project with more seeds than its dataset was built from, and the files of the dataset of all of them."""
    workspace = Workspace(Path(shutil.copytree(built, tmp_path_factory.mktemp("changed") / "project")))
    workspace.write("seeds/codebook/more.yaml", "people: [{person_id: new, name: New}]\n")
    elsewhere = workspace.folder.with_name("elsewhere")
    workspace.start("build.py", "--no-cache", "--out", elsewhere).communicate()
    return workspace.folder, held(elsewhere)


@pytest.fixture
def changed_workspace(changed, tmp_path, temporary, default_signals):
    """A project with changed seeds, and a temporary folder of its own."""
    return Workspace(Path(shutil.copytree(changed[0], tmp_path / "project")))


@pytest.fixture(scope="module")
def lasts(changed):
    """How many seconds a command takes that no signal ends, measured once each."""
    folder, _ = changed

    @cache
    def measured(command):
        start = time.monotonic()
        Workspace(folder).start(*command, "--no-cache", "--out", folder.with_name("timed")).communicate()
        return time.monotonic() - start

    return measured


@pytest.mark.proof
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux shows what a process handles")
@pytest.mark.parametrize("seed", range(12))
def test_signal_at_any_moment_leaves_a_dataset(changed, changed_workspace, lasts, seed):
    """At any moment, a command ends in one line, or has ended; the dataset is the old one or the new one, complete."""
    draw = random.Random(seed)  # noqa: S311
    command = draw.choice([("build.py", "--jobs", "2"), ("build.py", "--jobs", "1"), ("build.py", "--check")])
    workspace, after = changed_workspace, changed[1]
    before = held(workspace.out)
    process = workspace.start(*command, "--no-cache", start_new_session=True)
    while process.poll() is None and not handles_signals(process):
        time.sleep(0.001)
    time.sleep(draw.uniform(0, lasts(command)))
    number = draw.choice(list(STATUS))
    press(process, number, draw.choice([1, 2, 5]), draw.choice([0.01, 0.1]))
    _, errors = process.communicate(timeout=30)
    if process.returncode == STATUS[number]:
        assert errors == LINES[STATUS[number]]
    else:
        assert (process.returncode in (0, 1, -number), errors) == (True, "")
    assert held(workspace.out) in (before, before if "--check" in command else after)
    assert_nothing_left(workspace, process.pid)


# ── Output ────────────────────────────────────────────────────────────────────────────────────────

FULL = "The output cannot be written: No space left on device.\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
@pytest.mark.parametrize(
    ("command", "redirection", "status", "message"),
    [
        ("build.py", ">/dev/full", 1, FULL),
        ("build.py --help", ">/dev/full", 1, FULL),
        pytest.param("build.py", ">/dev/full 2>&1", 1, "", marks=pytest.mark.proof),
        ("build.py", "| true", 141, ""),
        pytest.param("build.py --check", "| true", 141, "", marks=pytest.mark.proof),
        ("build.py --help", "| true", 141, ""),
        pytest.param("build.py", ">&-", 0, "", marks=pytest.mark.proof),
        ("build.py --output-format json", ">&- 2>&-", 0, ""),
    ],
)
def test_output_that_cannot_be_written_ends_command(workspace, command, redirection, status, message):
    """A closed pipe is silent, a full disk a sentence; nothing is left, and the dataset is unchanged."""
    before = held(workspace.out)
    script = f"set -o pipefail; {sys.executable} {command} --no-cache {redirection}"
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    process = subprocess.run(
        ["bash", "-c", script.replace("--help --no-cache", "--help")],
        cwd=workspace.folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (process.returncode, process.stderr) == (status, message)
    assert held(workspace.out) == before
    assert {path.name for path in workspace.folder.glob(".*")} <= KEPT
