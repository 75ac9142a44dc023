"""A project of letters to change and build: every change gives a file a new mtime, long ago."""

import importlib.util
import itertools
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from stancebook.cli.main import main
from stancebook.parallel.chunking import ChunkPolicy
from stancebook.parallel.linked_build import LinkedTask, check_chunk_rules
from stancebook.parallel.worker import BuildContext, ChunkTask, build_chunk
from tests.dataset_files import held
from tests.unit.parallel.sample_corpora import PEOPLE, annotations, letter

CONTRACT_SOURCE = '''\
"""The contract of the letters."""

from dataclasses import replace

from tests.unit.parallel.sample_corpora import LINKED_LETTERS

CONTRACT = replace(LINKED_LETTERS, version="1.0.0")
'''
BUILD = '''\
"""Build the letters in small chunks."""

import sys
from pathlib import Path

from stancebook.cli.main import main
from stancebook.parallel.chunking import ChunkPolicy


def contract():
    from letters_contract import CONTRACT

    return CONTRACT


if __name__ == "__main__":
    root = Path(__file__).parent
    policy = ChunkPolicy(1, 3, 2, rows_per_part=1)
    sys.exit(main(["build", *sys.argv[1:]], root=root, contract=contract, chunk_policy=policy))
'''
ROOT = Path(__file__).parents[3]
LONG_AGO = 1_000_000_000  # seconds since 1970
LATER = time.time_ns() + 10_000_000_000


class Killed(BaseException):
    """Ends a build as a kill does: only what is on disk remains."""


class Workspace:
    """A project: seeds, a contract in a file, and a dataset.

    Attributes:
        built_chunks: The document ids of each chunk of which the last build read the files.
        checked_chunks: Those of each linked chunk of which it checked the rules.
        kill_before: The number of chunks after which a build is killed; 'cache' to kill it before it saves the cache.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.seeds, self.out = folder, folder / "seeds", folder / "dataset"
        self.built_chunks: list[Sequence[str]] = []
        self.checked_chunks: list[Sequence[str]] = []
        self.kill_before: int | str | None = None
        self._clock = itertools.count()
        self._modules = itertools.count()
        self._first_builds: dict[tuple[object, ...], dict[str, bytes] | None] = {}
        self.write("build.py", BUILD)
        self.write("letters_contract.py", CONTRACT_SOURCE)
        self.write("seeds/codebook/people.yaml", PEOPLE)

    def write(self, name: str, text: str) -> None:
        """Write a file and give it a new mtime."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
        self.touch(name)

    def touch(self, name: str) -> None:
        """Give a file a new mtime."""
        mtime = LONG_AGO + 10 * next(self._clock)
        os.utime(self.folder / name, (mtime, mtime))

    def add(self, doc_id: str, number: int, *claims: dict[str, object]) -> None:
        """Write a letter with some claims, and the text of this number."""
        self.write(f"seeds/documents/{doc_id}.txt", letter(number))
        self.write(f"seeds/documents/{doc_id}.yaml", annotations(list(claims)))

    def build(self, *arguments: str, out: Path | None = None) -> int:
        """Build as a user does; return the exit status."""
        self.built_chunks, self.checked_chunks = [], []
        with self._counting():
            return main(
                ["build", "--seeds", str(self.seeds), "--out", str(out or self.out), "--jobs", "1", *arguments],
                root=self.folder,
                contract=self._contract(),
                chunk_policy=ChunkPolicy(1, 3, 2, rows_per_part=1),
            )

    def start(self, *arguments: object, **more: Any) -> subprocess.Popen[str]:
        """Start a build in a process of its own."""
        return subprocess.Popen(
            [sys.executable, *map(str, arguments or ["build.py"])],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **more,
        )

    def build_from_scratch(self) -> dict[str, bytes] | None:
        """Return the files that a first build of the project gives; None if it has problems."""
        files = [self.folder / "letters_contract.py", *sorted(self.seeds.rglob("*.*"))]
        state = tuple((path, path.read_bytes()) for path in files)
        if state not in self._first_builds:
            out = self.folder / "first-build"
            self._first_builds[state] = held(out) if self.build("--no-cache", out=out) == 0 else None
            shutil.rmtree(out, ignore_errors=True)
            shutil.rmtree(self.folder / ".first-build.cache", ignore_errors=True)
            (self.folder / ".first-build.lock").unlink(missing_ok=True)
        return self._first_builds[state]

    def _contract(self) -> Callable[[], object]:
        """Import the contract again, as a new process does."""
        spec = importlib.util.spec_from_file_location(
            f"letters_contract{next(self._modules)}", self.folder / "letters_contract.py"
        )
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return lambda: module.CONTRACT

    @contextmanager
    def _counting(self):
        def counted(context: BuildContext, task: ChunkTask):
            if len(self.built_chunks) == self.kill_before:
                raise Killed
            self.built_chunks.append([document.doc_id for document in task.documents])
            return build_chunk(context, task)

        def checked(context: BuildContext, task: LinkedTask):
            self.checked_chunks.append([document.doc_id for document in task.documents])
            return check_chunk_rules(context, task)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("stancebook.parallel.chunked_build.build_chunk", counted)
            patch.setattr("stancebook.parallel.linked_build.check_chunk_rules", checked)
            patch.setattr("stancebook.parallel.cache._PROCESS_START_NS", LATER)  # the code counts as unmodified
            patch.setattr(
                "stancebook.parallel.chunked_build.contract_files", lambda: (str(self.folder / "letters_contract.py"),)
            )
            if self.kill_before == "cache":
                patch.setattr("stancebook.parallel.cache.BuildCache.save", kill)
            yield


def kill(*_: object) -> None:
    raise Killed
