"""Builds on a Dask cluster of processes on this machine, started by the commands of the page."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from schemas import CONTRACT
from stancebook.cli.main import main
from stancebook.exceptions import ExecutorError
from stancebook.parallel import dask_executor as dask_module
from stancebook.parallel.chunking import ChunkPolicy
from stancebook.parallel.dask_executor import (
    DaskTimeouts,
    WorkerContext,
    WorkerMismatchError,
    check_worker,
    dask_executor,
)
from stancebook.parallel.executors import run_tasks
from stancebook.parallel.worker import BuildContext
from stancebook.sources.corpus import read_corpus
from stancebook.sources.discovery import SourceListing, discover
from tests.dataset_files import held

pytestmark = [pytest.mark.proof, pytest.mark.xdist_group("cluster")]

ROOT = Path(__file__).parents[3]
PROJECT = ROOT / "tests/project"
DOCUMENTS = 96
POLICY = ChunkPolicy(4, 8, 4, rows_per_part=50)
BUILD = f"""
import sys
from pathlib import Path

from stancebook.cli.main import main
from stancebook.parallel.chunking import ChunkPolicy


def contract():
    from schemas import CONTRACT

    return CONTRACT


if __name__ == "__main__":
    root = Path({os.fspath(ROOT)!r})
    sys.exit(main(["build", *sys.argv[1:]], root=root, contract=contract, chunk_policy={POLICY}))
"""
SETTINGS = {"DASK_DISTRIBUTED__WORKER__DAEMON": "False", "PYTHONWARNINGS": "ignore"}


ADDRESS = "tcp://10.0.0.5:8786"  # as on the page
PAGE_COMMANDS = re.findall(
    r"^    \.venv/bin/python (.*)$", (ROOT / "docs/cluster.md").read_text(encoding="utf-8"), re.MULTILINE
)


def page_command(start, replacements):
    """Return the command on the page that starts so, with some of its words replaced."""
    command = next(line for line in PAGE_COMMANDS if line.startswith(start))
    return [sys.executable, *(str(replacements.get(word, word)) for word in command.split())]


def dask(command, *, cwd, path):
    """Start a program of Dask with these folders on its module path."""
    return subprocess.Popen(
        [*map(str, command), "--no-dashboard"],
        cwd=cwd,
        env={**os.environ, **SETTINGS, "PYTHONPATH": os.pathsep.join(map(str, path))},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


class Cluster:
    """A scheduler and its workers."""

    def __init__(self, folder):
        self.folder, self.workers = folder, []
        address_file = folder / "scheduler.json"
        here = ("--host", "127.0.0.1", "--port", "0", "--scheduler-file", address_file)
        self.scheduler = dask([*page_command("-m dask scheduler", {}), *here], cwd=folder, path=[])
        while not address_file.exists() or not address_file.read_text():
            assert self.scheduler.poll() is None
            time.sleep(0.05)
        self.address = json.loads(address_file.read_text())["address"]

    def add(self, *path):
        """Start a worker with these folders on its module path."""
        command = page_command("-m dask worker", {ADDRESS: self.address, "8": "1"})
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
    cluster = Cluster(folder)
    try:
        yield cluster
    finally:
        cluster.end()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """A scheduler and two workers."""
    with started(tmp_path_factory.mktemp("cluster")) as found:
        found.add()
        found.add()
        yield found


@pytest.fixture(scope="module")
def seeds(tmp_path_factory):
    """A corpus of several chunks, whose texts differ by a line; some documents refer to one of another chunk."""
    folder = tmp_path_factory.mktemp("many") / "seeds"
    shutil.copytree(PROJECT / "seeds/codebook", folder / "codebook")
    (folder / "documents").mkdir()
    text, coded = ((PROJECT / f"seeds/documents/river-talks{end}").read_bytes() for end in (".txt", ".yaml"))
    for number in range(DOCUMENTS):
        (folder / f"documents/talks-{number}.txt").write_bytes(text + b"\n%d\n" % number)
        link = b"    responds_to_id: talks-11#s01\n" if number % 10 == 5 else b""
        linked = coded.replace(b"  - id: s02\n", b"  - id: s02\n" + link)
        (folder / f"documents/talks-{number}.yaml").write_bytes(linked)
    return folder


@pytest.fixture(scope="module")
def local(seeds, tmp_path_factory):
    """The files of a dataset built without a cluster."""
    out = tmp_path_factory.mktemp("local") / "dataset"
    assert (
        main(
            ["build", "--seeds", str(seeds), "--out", str(out), "--jobs", "1"],
            root=PROJECT,
            contract=lambda: CONTRACT,
            chunk_policy=POLICY,
        )
        == 0
    )
    return held(out)


def build(*arguments, cwd):
    """Start a build in small chunks."""
    return start([sys.executable, script(cwd), *map(str, arguments)], cwd)


def script(folder):
    """Write a script that builds in small chunks."""
    path = folder / "build.py"
    path.write_text(BUILD)
    return path


def start(command, cwd):
    return subprocess.Popen(
        command,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finish(process):
    """Wait for a build; return its exit status and its output."""
    output, _ = process.communicate(timeout=180)
    return process.returncode, output


# ── Builds ─────────────────────────────────────────────────────────────────────────


def test_cluster_gives_the_same_bytes(cluster, seeds, local, tmp_path):
    """The commands of the page build on a cluster what this machine builds."""
    replacements = {"build.py": script(tmp_path), "/shared/seeds": seeds, "/shared/dataset": "dataset"}
    status, output = finish(
        start(page_command("build.py --seeds /shared", {**replacements, ADDRESS: cluster.address}), tmp_path)
    )
    assert status == 0, output
    assert "wrote    dataset/" in output
    assert held(tmp_path / "dataset") == local


def test_cluster_gives_the_same_problems(cluster, seeds, tmp_path, monkeypatch, outcome):
    """Problems of a build on a cluster are those of a local build."""
    shutil.copytree(seeds / "codebook", tmp_path / "seeds/codebook")
    (tmp_path / "seeds/documents").mkdir()
    for path in (seeds / "documents").glob("talks-[1-3]?.*"):
        shutil.copyfile(path, tmp_path / "seeds/documents" / path.name)
    for path in (tmp_path / "seeds/documents").glob("talks-*0.yaml"):
        path.write_bytes(path.read_bytes().replace(b"quote: R. Vale", b"quote: R. Dale"))
    monkeypatch.chdir(tmp_path)
    arguments = ("--seeds", "seeds", "--out", "dataset", "--output-format", "json")
    here = outcome(
        lambda: main(
            ["build", *arguments, "--jobs", "1"], root=tmp_path, contract=lambda: CONTRACT, chunk_policy=POLICY
        )
    )
    there, output = finish(build(*arguments, "--cluster", cluster.address, cwd=tmp_path))
    assert (there, output) == (here[0], here[1] + here[2])
    assert '"file": "seeds/documents/talks-30.yaml"' in output


def test_killed_worker_loses_nothing(cluster, seeds, local, tmp_path):
    """If a worker is killed, others repeat its tasks only, and the dataset is the same."""
    cluster.add()
    lost = cluster.workers.pop(0)
    building = build("--seeds", seeds, "--out", "dataset", "--cluster", cluster.address, cwd=tmp_path)
    while len(done := list(tmp_path.glob(".dataset.new-*.chunks/documents-*"))) < 2:
        assert building.poll() is None, building.stdout.read()
        time.sleep(0.01)
    before = {path.name: path.stat().st_mtime_ns for path in done}
    done[0].with_name(".documents-9.parquet.1234abcd").touch()  # as a worker leaves that is killed while writing
    lost.kill()
    lost.wait()
    written = {path.name: {before[path.name]} for path in done}
    while building.poll() is None:
        for path in done:
            with suppress(FileNotFoundError):
                written[path.name].add(path.stat().st_mtime_ns)
        time.sleep(0.01)
    status, output = finish(building)
    assert status == 0, output
    assert held(tmp_path / "dataset") == local
    assert len([times for times in written.values() if len(times) > 1]) <= 2  # its task, and a result not sent yet


# ── Failures ──────────────────────────────────────────────────────────────────


def test_worker_without_the_contract_is_reported(tmp_path, seeds):
    """A worker that cannot import the contract ends the build with one sentence."""
    with started(tmp_path) as cluster:
        cluster.add(ROOT / "src")
        status, output = finish(build("--seeds", seeds, "--out", "dataset", "--cluster", cluster.address, cwd=tmp_path))
        assert status == 1
        assert "cannot import the schemas (No module named 'schemas')" in output
        assert output.startswith("Nothing was written; dataset/ is unchanged. The worker tcp://127.0.0.1:")
        assert len(output.splitlines()) == 1
        assert not (tmp_path / "dataset").exists()


@pytest.fixture
def context(tmp_path):
    return BuildContext(contract, PROJECT / "seeds", tmp_path, tmp_path, (), codebook_complete=True)


def contract():
    return CONTRACT


CODEBOOK = replace(discover(PROJECT / "seeds"), documents=())


def test_missing_scheduler_is_reported(context):
    """A build says so if no scheduler answers."""
    with (
        pytest.raises(ExecutorError, match=r"No Dask scheduler answers at tcp://127.0.0.1:9"),
        dask_executor("tcp://127.0.0.1:9", context, SourceListing(), DaskTimeouts(connect=0.5)),
    ):
        pass


@pytest.fixture
def lone_scheduler(tmp_path):
    """A scheduler without workers."""
    with started(tmp_path) as cluster:
        yield cluster


def run_one_task(cluster, context, before=lambda: None, connect=30):
    timeouts = DaskTimeouts(connect=connect, no_workers=0.1, poll=0.3)
    with dask_executor(cluster.address, context, CODEBOOK, timeouts) as executor:
        before()
        list(run_tasks(executor, max, context, ["ab"]))


def test_cluster_without_workers_is_reported(lone_scheduler, context):
    """A build gives up if a scheduler has no worker for too long."""
    with pytest.raises(ExecutorError, match=r"has had no worker for 0.1 seconds"):
        run_one_task(lone_scheduler, context)


def test_lost_scheduler_is_reported(lone_scheduler, context):
    """A build gives up if the scheduler is gone."""
    with pytest.raises(ExecutorError, match=r"The Dask scheduler at .* is gone"):
        run_one_task(lone_scheduler, context, before=lone_scheduler.end, connect=5)


@pytest.fixture
def worker_context(context, monkeypatch):
    monkeypatch.setattr(dask_module, "_mismatch", WorkerMismatchError)
    return WorkerContext(context, Path.cwd(), {}, {}, CODEBOOK, read_corpus(context.seeds, CODEBOOK).digests)


def test_equal_worker_passes_its_check(worker_context):
    """A worker with the same code, libraries and files passes its check."""
    check_worker(worker_context)


@pytest.mark.parametrize(
    ("difference", "message"),
    [
        ({"library_versions": {"pandas": "0.1"}}, "has pandas .* instead of 0.1"),
        ({"code_digests": {"schemas.actors": "another"}}, "runs other code of schemas.actors"),
        ({"codebook_digests": {}}, "does not see the same files in "),
    ],
)
def test_different_worker_is_refused(worker_context, difference, message):
    """A worker with other libraries, code or files is refused with the difference."""
    with pytest.raises(WorkerMismatchError, match=message):
        check_worker(replace(worker_context, **difference))


def test_worker_without_the_folder_is_refused(worker_context, tmp_path):
    """A worker that does not see the folder of the dataset is refused."""
    with pytest.raises(WorkerMismatchError, match=r"does not see .*nowhere"):
        check_worker(replace(worker_context, build=replace(worker_context.build, folder=tmp_path / "nowhere")))
