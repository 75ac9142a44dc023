"""Local executors: worker processes, and what is left if one of them or the build is ended."""

import os

import pytest

from stancebook.parallel.executors import local_executor, run_tasks
from tests.dataset_files import held
from tests.unit.parallel.sample_corpora import claim
from tests.unit.parallel.workspace import CONTRACT_SOURCE, Workspace

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


@pytest.fixture
def workspace(tmp_path):
    """A project with a dataset."""
    workspace = Workspace(tmp_path)
    for number, doc_id in enumerate("abcdef"):
        workspace.add(doc_id, number, claim(0), claim(1, answers_id="f#c00" if doc_id == "a" else "c00"))
    workspace.build()
    return workspace


def test_worker_processes_give_the_same_bytes(workspace):
    """A build by two worker processes gives the dataset of one process."""
    before = held(workspace.out)
    workspace.write("letters_contract.py", CONTRACT_SOURCE + TOUCH_FILE)
    process = workspace.start("build.py", "--jobs", "2", "--out", "elsewhere")
    out, err = process.communicate()
    assert (process.returncode, err) == (0, "")
    assert "wrote    elsewhere/" in out
    assert held(workspace.folder / "elsewhere") == before
    touched = {path.name for path in workspace.folder.glob("process-*")}
    assert len(touched - {f"process-{process.pid}"}) == 2


@pytest.mark.proof
def test_killed_worker_is_reported(workspace):
    """If a worker process is killed, the build says so and the dataset is unchanged."""
    before = held(workspace.out)
    workspace.write("letters_contract.py", CONTRACT_SOURCE + DIE)
    process = workspace.start("build.py", "--jobs", "2")
    out, err = process.communicate()
    assert (process.returncode, err) == (1, "")
    assert out == (
        "Nothing was written; dataset/ is unchanged. A worker process was killed, perhaps"
        " because memory ran out. Build again with fewer --jobs.\n"
    )
    assert held(workspace.out) == before
    assert {path.name for path in workspace.folder.glob(".*")} == {".dataset.lock", ".dataset.cache"}


def test_unpicklable_contract_is_reported(workspace, capsys):
    """A contract that cannot be sent to other processes is refused with a way out."""
    before = held(workspace.out)
    workspace.write("letters_contract.py", CONTRACT_SOURCE + "\n")
    assert workspace.build("--jobs", "2") == 1
    output = capsys.readouterr().out
    assert output.splitlines()[-1].startswith(
        f"Nothing was written; {workspace.out}/ is unchanged. The contract cannot be"
    )
    assert output.endswith("name it as module:attribute in pyproject.toml, or build with --jobs 1.\n")
    assert held(workspace.out) == before


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
