"""A project of letters that somebody works at: every change of a file has a time of its own, long ago."""

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
from stancebook.parallel.worker import BuildContext, ChunkTask, build_chunk
from tests.dataset_files import held
from tests.unit.parallel.sample_corpora import PEOPLE, annotations, letter

HOUSE = '''\
"""The contract of the letters."""

from dataclasses import replace

from tests.unit.parallel.sample_corpora import LINKED_LETTERS

CONTRACT = replace(LINKED_LETTERS, version="1.0.0")
'''
BUILD = '''\
"""Build the letters, in chunks of few."""

import sys
from pathlib import Path

from stancebook.cli.main import main
from stancebook.parallel.chunking import ChunkPolicy


def contract():
    from house import CONTRACT

    return CONTRACT


if __name__ == "__main__":
    root = Path(__file__).parent
    sys.exit(main(["build", *sys.argv[1:]], root=root, contract=contract, chunk_policy=ChunkPolicy(1, 3, 2)))
'''
ROOT = Path(__file__).parents[3]
LONG_AGO = 1_000_000_000  # seconds since 1970
LATER = time.time_ns() + 10_000_000_000


class Killed(BaseException):
    """Ends a build as a kill does: whatever is not on the disk by then is lost."""


class Desk:
    """Seeds, a contract in a file of its own, a dataset; and the chunks that the last build worked at.

    A build is killed before it works at one chunk more than `killed_after`, or, where that is 'published', before it
    leaves a memo.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.seeds, self.out = folder, folder / "seeds", folder / "dataset"
        self.worked: list[Sequence[str]] = []
        self.killed_after: int | str | None = None
        self._clock = itertools.count()
        self._modules = itertools.count()
        self._full: dict[tuple[object, ...], dict[str, bytes] | None] = {}
        self.write("build.py", BUILD)
        self.write("house.py", HOUSE)
        self.write("seeds/codebook/people.yaml", PEOPLE)

    def write(self, name: str, text: str) -> None:
        """Write a file, and give it a new time."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
        self.touch(name)

    def touch(self, name: str) -> None:
        """Give a file a new time."""
        at = LONG_AGO + 10 * next(self._clock)
        os.utime(self.folder / name, (at, at))

    def add(self, doc_id: str, number: int, *claims: dict[str, object]) -> None:
        """Write a letter with some claims, and the text of this number."""
        self.write(f"seeds/documents/{doc_id}.txt", letter(number))
        self.write(f"seeds/documents/{doc_id}.yaml", annotations(list(claims)))

    def build(self, *arguments: str, out: Path | None = None) -> int:
        """Build as a user does; return the exit status."""
        self.worked = []
        with self._counting():
            return main(
                ["build", "--seeds", str(self.seeds), "--out", str(out or self.out), "--jobs", "1", *arguments],
                root=self.folder,
                contract=self._contract(),
                chunk_policy=ChunkPolicy(1, 3, 2),
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

    def full(self) -> dict[str, bytes] | None:
        """What a first build of the same gives; None where it gives nothing."""
        files = [self.folder / "house.py", *sorted(self.seeds.rglob("*.*"))]
        state = tuple((path, path.read_bytes()) for path in files)
        if state not in self._full:
            out = self.folder / "elsewhere"
            self._full[state] = held(out) if self.build("--no-cache", out=out) == 0 else None
            shutil.rmtree(out, ignore_errors=True)
            for rest in self.folder.glob(".elsewhere*"):
                rest.unlink()
        return self._full[state]

    def _contract(self) -> Callable[[], object]:
        """Import the contract as a new process would."""
        spec = importlib.util.spec_from_file_location(f"house{next(self._modules)}", self.folder / "house.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return lambda: module.CONTRACT

    @contextmanager
    def _counting(self):
        def counted(site: BuildContext, task: ChunkTask):
            if len(self.worked) == self.killed_after:
                raise Killed
            self.worked.append([document.doc_id for document in task.documents])
            return build_chunk(site, task)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("stancebook.parallel.chunked_build.build_chunk", counted)
            patch.setattr(
                "stancebook.parallel.cache._PROCESS_START_NS", LATER
            )  # however lately somebody worked at the engine
            patch.setattr("stancebook.parallel.chunked_build.contract_files", lambda: (str(self.folder / "house.py"),))
            if self.killed_after == "published":
                patch.setattr("stancebook.parallel.cache.BuildCache.save", kill)
            yield


def kill(*_: object) -> None:
    raise Killed
