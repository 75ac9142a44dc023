"""Builds by a Dask cluster of real processes on this machine, over TCP, as a user starts it and asks it."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from schemas import CONTRACT
from stancebook.cli.main import main
from stancebook.exceptions import ExecutorError
from stancebook.parallel import dask_executor as module
from stancebook.parallel.dask_executor import DaskTimeouts, WorkerContext, WorkerMismatchError, dask_executor
from stancebook.parallel.executors import run_tasks
from stancebook.parallel.worker import BuildContext
from stancebook.sources.corpus import read_corpus
from stancebook.sources.discovery import SourceListing, discover
from tests.dataset_files import held

pytestmark = pytest.mark.xdist_group("cluster")

ROOT = Path(__file__).parents[3]
PROJECT = ROOT / "tests/project"
MANY = 800  # documents, which are some four chunks
SETTINGS = {"DASK_DISTRIBUTED__WORKER__DAEMON": "False", "PYTHONWARNINGS": "ignore"}


ADDRESS = "tcp://10.0.0.5:8786"  # of the page
SHOWN = re.findall(
    r"^    \.venv/bin/python (.*)$", (ROOT / "docs/cluster.md").read_text(encoding="utf-8"), re.MULTILINE
)


def shown(start, instead):
    """The command that the page shows, with some of its words replaced."""
    command = next(line for line in SHOWN if line.startswith(start))
    return [sys.executable, *(str(instead.get(word, word)) for word in command.split())]


def dask(command, *, cwd, path):
    """Start one of Dask's programs, which finds modules in these folders."""
    return subprocess.Popen(
        [*map(str, command), "--no-dashboard"],
        cwd=cwd,
        env={**os.environ, **SETTINGS, "PYTHONPATH": os.pathsep.join(map(str, path))},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


class Machines:
    """A scheduler, and the workers that were started for it."""

    def __init__(self, folder):
        self.folder, self.workers = folder, []
        told = folder / "scheduler.json"
        here = ("--host", "127.0.0.1", "--port", "0", "--scheduler-file", told)
        self.scheduler = dask([*shown("-m dask scheduler", {}), *here], cwd=folder, path=[])
        while not told.exists() or not told.read_text():
            assert self.scheduler.poll() is None
            time.sleep(0.05)
        self.address = json.loads(told.read_text())["address"]

    def add(self, *path):
        """Start a worker, which finds modules in these folders."""
        command = shown("-m dask worker", {ADDRESS: self.address, "8": "1"})
        here = ("--no-nanny", "--host", "127.0.0.1", "--local-directory", self.folder)
        self.workers.append(dask([*command, *here], cwd=self.folder, path=path or (ROOT / "src", ROOT)))
        return self.workers[-1]

    def end(self):
        for process in (*self.workers, self.scheduler):
            process.kill()
        for process in (*self.workers, self.scheduler):
            process.wait()


@contextmanager
def started(folder):
    machines = Machines(folder)
    try:
        yield machines
    finally:
        machines.end()


@pytest.fixture(scope="module")
def machines(tmp_path_factory):
    """A scheduler and two workers."""
    with started(tmp_path_factory.mktemp("machines")) as found:
        found.add()
        found.add()
        yield found


@pytest.fixture(scope="module")
def seeds(tmp_path_factory):
    """A corpus of several chunks, of texts that differ by a line; only to be read."""
    folder = tmp_path_factory.mktemp("many") / "seeds"
    shutil.copytree(PROJECT / "seeds/codebook", folder / "codebook")
    (folder / "documents").mkdir()
    text, coded = ((PROJECT / f"seeds/documents/river-talks{end}").read_bytes() for end in (".txt", ".yaml"))
    for number in range(MANY):
        (folder / f"documents/talks-{number}.txt").write_bytes(text + b"\n%d\n" % number)
        (folder / f"documents/talks-{number}.yaml").write_bytes(coded)
    return folder


@pytest.fixture(scope="module")
def local(seeds, tmp_path_factory):
    """What a build by this machine makes of it."""
    out = tmp_path_factory.mktemp("local") / "dataset"
    assert (
        main(
            ["build", "--seeds", str(seeds), "--out", str(out), "--jobs", "1"], root=PROJECT, contract=lambda: CONTRACT
        )
        == 0
    )
    return held(out)


def build(*arguments, cwd):
    """Start build.py as a user does."""
    return start([sys.executable, ROOT / "build.py", *map(str, arguments)], cwd)


def start(command, cwd):
    return subprocess.Popen(
        command,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def told(process):
    """Wait for a build; return its exit status and what it said."""
    output, _ = process.communicate(timeout=60)
    return process.returncode, output


# ── What a cluster builds ─────────────────────────────────────────────────────────────────────────


def test_a_cluster_builds_what_this_machine_builds(machines, seeds, local, tmp_path):
    instead = {"build.py": ROOT / "build.py", "/shared/seeds": seeds, "/shared/dataset": "dataset"}
    status, output = told(start(shown("build.py --seeds /shared", {**instead, ADDRESS: machines.address}), tmp_path))
    assert status == 0, output
    assert "wrote    dataset/" in output
    assert held(tmp_path / "dataset") == local


def test_problems_are_told_as_this_machine_tells_them(machines, seeds, tmp_path, monkeypatch, outcome):
    shutil.copytree(seeds / "codebook", tmp_path / "seeds/codebook")
    (tmp_path / "seeds/documents").mkdir()
    for path in (seeds / "documents").glob("talks-[1-3]??.*"):  # so many are two chunks or three
        shutil.copyfile(path, tmp_path / "seeds/documents" / path.name)
    for path in (tmp_path / "seeds/documents").glob("talks-*00.yaml"):
        path.write_bytes(path.read_bytes().replace(b"quote: R. Vale", b"quote: R. Dale"))
    monkeypatch.chdir(tmp_path)
    arguments = ("--seeds", "seeds", "--out", "dataset", "--output-format", "json")
    here = outcome(lambda: main(["build", *arguments, "--jobs", "1"], root=tmp_path, contract=lambda: CONTRACT))
    there, output = told(build(*arguments, "--cluster", machines.address, cwd=tmp_path))
    assert (there, output) == (here[0], here[1] + here[2])
    assert '"file": "seeds/documents/talks-300.yaml"' in output


def test_a_worker_killed_in_the_middle_loses_nothing_and_repeats_little(machines, seeds, local, tmp_path):
    machines.add()
    lost = machines.workers.pop(0)
    building = build("--seeds", seeds, "--out", "dataset", "--cluster", machines.address, cwd=tmp_path)
    while len(done := list(tmp_path.glob(".dataset.new-*/documents.parquet/part-*"))) < 2:
        assert building.poll() is None, building.stdout.read()
        time.sleep(0.01)
    before = {path.name: path.stat().st_mtime_ns for path in done}
    done[0].with_name(".part-00009.parquet.1234abcd").touch()  # as one leaves that is killed while it writes
    lost.kill()
    lost.wait()
    status, output = told(building)
    assert status == 0, output
    assert held(tmp_path / "dataset") == local
    after = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "dataset/documents.parquet").iterdir()}
    assert len(before.items() - after.items()) <= 2  # what it had in hand, and what it had done and not told yet


# ── What keeps one from building ──────────────────────────────────────────────────────────────────


def test_workers_that_do_not_find_the_code_say_so(tmp_path, seeds):
    with started(tmp_path) as machines:
        machines.add(ROOT / "src")
        status, output = told(build("--seeds", seeds, "--out", "dataset", "--cluster", machines.address, cwd=tmp_path))
        assert status == 1
        assert "cannot import the schemas (No module named 'schemas')" in output
        assert output.startswith("Nothing was written; dataset/ is unchanged. The worker tcp://127.0.0.1:")
        assert len(output.splitlines()) == 1
        assert not (tmp_path / "dataset").exists()


@pytest.fixture
def site(tmp_path):
    return BuildContext(contract, PROJECT / "seeds", tmp_path, (), codebook_complete=True)


def contract():
    return CONTRACT


CODEBOOK = replace(discover(PROJECT / "seeds"), documents=())


def test_a_scheduler_that_does_not_answer_is_told(site):
    with (
        pytest.raises(ExecutorError, match=r"No Dask scheduler answers at tcp://127.0.0.1:9"),
        dask_executor("tcp://127.0.0.1:9", site, SourceListing(), DaskTimeouts(connect=0.5)),
    ):
        pass


@pytest.fixture
def lone_scheduler(tmp_path):
    """A scheduler without workers."""
    with started(tmp_path) as machines:
        yield machines


def run_one_task(machines, site, before=lambda: None):
    timeouts = DaskTimeouts(connect=3, no_workers=0.1, poll=0.3)
    with dask_executor(machines.address, site, CODEBOOK, timeouts) as executor:
        before()
        list(run_tasks(executor, max, site, ["ab"]))


def test_cluster_without_workers_is_reported(lone_scheduler, site):
    """A build gives up if a scheduler has no worker for too long."""
    with pytest.raises(ExecutorError, match=r"has had no worker for 0.1 seconds"):
        run_one_task(lone_scheduler, site)


def test_lost_scheduler_is_reported(lone_scheduler, site):
    """A build gives up if the scheduler is gone."""
    with pytest.raises(ExecutorError, match=r"The Dask scheduler at .* is gone"):
        run_one_task(lone_scheduler, site, before=lone_scheduler.end)


@pytest.fixture
def ground(site, monkeypatch):
    monkeypatch.setattr(module, "_mismatch", WorkerMismatchError)
    return WorkerContext(site, Path.cwd(), {}, {}, CODEBOOK, read_corpus(site.seeds, CODEBOOK).digests)


def test_a_worker_is_fit(ground):
    module.check_worker(ground)


@pytest.mark.parametrize(
    ("other", "fault"),
    [
        ({"library_versions": {"pandas": "0.1"}}, "has pandas .* instead of 0.1"),
        ({"code_digests": {"schemas.actors": "another"}}, "runs other code of schemas.actors"),
        ({"codebook_digests": {}}, "does not see the same files in "),
    ],
)
def test_a_worker_that_would_do_otherwise_is_unfit(ground, other, fault):
    with pytest.raises(WorkerMismatchError, match=fault):
        module.check_worker(replace(ground, **other))


def test_a_worker_that_does_not_see_the_folder_is_unfit(ground, tmp_path):
    with pytest.raises(WorkerMismatchError, match=r"does not see .*nowhere"):
        module.check_worker(replace(ground, build=replace(ground.build, folder=tmp_path / "nowhere")))
