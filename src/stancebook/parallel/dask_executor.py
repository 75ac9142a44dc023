"""A crew on other machines: the workers of a Dask cluster that somebody has started.

What a worker must have is the same code and a view of the same folders; each says so before its first task. A task may
be done twice, because a worker was lost: the second time gives the same files under the same names.
"""

from __future__ import annotations

import hashlib
import logging
import os
import platform
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from importlib.metadata import PackageNotFoundError, requires, version
from itertools import islice
from operator import call
from pathlib import Path
from pickle import loads
from threading import Lock
from typing import Any, TypeVar

from stancebook.exceptions import ExecutorError
from stancebook.parallel.cache import contract_sources
from stancebook.parallel.executors import FEW, Executor
from stancebook.parallel.worker import BuildContext
from stancebook.problems import display_paths_from
from stancebook.sources.corpus import read_corpus
from stancebook.sources.discovery import SourceListing

T = TypeVar("T")

_REACHED = 10  # seconds within which a scheduler must answer
_PATIENCE = 60  # seconds without a single worker, after which none is waited for
_LOOK = 2  # seconds between two looks at whether there are workers
_AHEAD = 2  # tasks of each worker that wait at the scheduler, so that none is ever idle
_FEWEST_AHEAD = 16

_ENGINE = "stancebook"
_ENGINE_FOLDER = os.path.realpath(Path(__file__).parents[1])


class WorkerMismatchError(Exception):
    """Raised in a worker that cannot do this build; its argument says why."""


@dataclass(frozen=True, eq=False)
class WorkerContext:
    """What whoever asks and every worker have in common.

    `here` is the folder in which the person stands who is told of files. `modules` are the digests of the sources of
    the engine and the contract, `libraries` the versions of what they use, `codebook` are digests of files of seeds.
    """

    site: BuildContext
    here: Path
    modules: Mapping[str, str]
    libraries: Mapping[str, str]
    codebook: SourceListing
    digests: Mapping[str, str]

    def __call__(self, packed: bytes, *common: Any) -> Any:
        """Call a function in a worker that is known to be fit, with its own arguments and those common to all."""
        with _one_at_a_time, display_paths_from(self.here):
            check_worker(self)
            function, own, places = loads(packed)  # noqa: S301 (a worker does what it is sent, whoever sends it)
            arguments = {**own, **dict(zip(places, common, strict=True))}
            return function(*(arguments[at] for at in sorted(arguments)))


_one_at_a_time = Lock()  # of the libraries that build, not all are made for several threads


@contextmanager
def dask_executor(address: str, site: BuildContext, codebook: SourceListing) -> Iterator[Executor]:
    """Give the workers of a Dask cluster, whose scheduler is at an address such as `tcp://10.0.0.5:8786`.

    `codebook` is the survey of the files by which a worker shows that it sees the same seeds. Raises `CrewError` where
    there is no cluster, and, within, where its workers cannot do this build or are lost.
    """
    try:
        from distributed import Client
    except ImportError as fault:
        raise ExecutorError("--cluster needs Dask: install stancebook[cluster].") from fault
    for name in ("distributed", "distributed.client"):  # what goes wrong is told here, in one sentence
        logging.getLogger(name).setLevel(logging.CRITICAL)
    digests = read_corpus(site.seeds, codebook).digests
    ground = WorkerContext(site, Path.cwd(), _modules(), _versions(_libraries()), codebook, digests)
    try:
        client = Client(address, timeout=_REACHED, name=_ENGINE)
    except (OSError, ValueError, TypeError) as fault:
        raise ExecutorError(
            f"No Dask scheduler answers at {address}. Start one with `dask scheduler`, and give the address it prints."
        ) from fault
    try:
        yield _Cluster(client, address, ground)
    finally:
        client.close(timeout=_LOOK)


class _Cluster:
    def __init__(self, client: Any, address: str, ground: WorkerContext) -> None:
        self.client, self.address, self.ground = client, address, ground

    def __call__(
        self,
        function: Callable[..., T],
        calls: Sequence[tuple[Any, ...]],
        few: int = FEW,  # noqa: ARG002 (a cluster stands ready)
    ) -> Iterator[tuple[int, T]]:
        from cloudpickle import dumps
        from distributed import CancelledError
        from distributed.comm import CommClosedError

        running: dict[Any, int] = {}
        waiting = iter(enumerate(calls))
        try:
            # What all calls have in common goes to each worker once.
            common = {at: self._sent(each) for at, each in _common(calls).items()}
            ground = self._sent(self.ground)
            while True:
                for number, arguments in islice(waiting, max(0, self._room() - len(running))):
                    own = {at: each for at, each in enumerate(arguments) if at not in common}
                    packed = dumps((function, own, list(common)))
                    running[self.client.submit(call, ground, packed, *common.values(), pure=False)] = number
                if not running:
                    return
                for future in self._ended(running):
                    if future.status == "error":
                        raise self._told(future.exception())
                    try:
                        result = future.result(timeout=_LOOK)
                    except TimeoutError:  # its worker was lost before it told: another does it again
                        continue
                    yield running.pop(future), result
        except (CancelledError, CommClosedError, _LostError) as fault:
            raise ExecutorError(
                f"The Dask scheduler at {self.address} is gone. Start it and its workers, and build again."
            ) from fault
        finally:
            if running and self.client.status == "running":
                with suppress(CancelledError, OSError):
                    self.client.cancel(list(running))

    def _sent(self, thing: Any) -> Any:
        """Return a thing in the hands of the workers. The scheduler sees bytes: it needs none of this code."""
        from cloudpickle import dumps

        return self.client.submit(loads, dumps(thing), pure=False)

    def _room(self) -> int:
        """Return how many tasks may be under way: enough that no worker is idle, few enough to be held."""
        return max(_FEWEST_AHEAD, _AHEAD * self._threads())

    def _threads(self) -> int:
        """Return how many tasks the workers would do at once; none, where there are no workers."""
        try:
            return sum(self.client.nthreads().values())
        except OSError as fault:
            raise _LostError from fault

    def _ended(self, running: Mapping[Any, int]) -> list[Any]:
        """Wait until some have ended; return those."""
        from distributed import wait

        lonely = time.monotonic() + _PATIENCE
        while True:
            with suppress(TimeoutError):
                return list(wait(list(running), timeout=_LOOK, return_when="FIRST_COMPLETED").done)
            if self._threads():
                lonely = time.monotonic() + _PATIENCE
            elif time.monotonic() > lonely:
                raise ExecutorError(
                    f"The Dask scheduler at {self.address} has had no worker for {_PATIENCE} seconds. Start some with"
                    f" `dask worker {self.address}`, and build again."
                )

    def _told(self, fault: Exception) -> Exception:
        """Return what to raise where a task ended in an error."""
        from distributed import KilledWorker

        if isinstance(fault, WorkerMismatchError):
            return ExecutorError(f"{fault} Mend that, and build again.")
        if isinstance(fault, ImportError):
            return ExecutorError(
                f"A worker of {self.address} cannot import what this build needs ({fault}). Start the workers where"
                " Python finds the same code as here."
            )
        if isinstance(fault, KilledWorker):
            return ExecutorError(
                f"Several workers of {self.address} were ended while they did the same documents, perhaps because"
                " memory ran out. Give each worker more, and build again."
            )
        return fault


class _LostError(Exception):
    """Raised where a scheduler does not answer any more."""


def _common(calls: Sequence[tuple[Any, ...]]) -> dict[int, Any]:
    """Return, by their places, the arguments that are the same thing in all calls."""
    first = calls[0] if len(calls) > 1 else ()
    return {at: each for at, each in enumerate(first) if all(call[at] is each for call in calls)}


# ── In a worker ───────────────────────────────────────────────────────────────────────────────────


@lru_cache(maxsize=2)
def check_worker(ground: WorkerContext) -> None:
    """Raise `UnfitError` where this worker cannot do what is asked for as whoever asks would do it."""
    try:
        ground.site.contract()
        # All at once: what is imported later might come from a file that has changed by then.
        for name in ground.modules:
            if name.partition(".")[0] in sys.modules:
                import_module(name)
    except ImportError as fault:
        raise _unfit(f"cannot import the schemas ({fault}): start it where Python finds them") from fault
    mine = _versions(ground.libraries)
    if other := [
        f"{name} {mine[name]} instead of {due}" for name, due in ground.libraries.items() if mine[name] != due
    ]:
        raise _unfit(f"has {', '.join(other)}: install the same versions everywhere")
    found = _modules()
    if other := [name for name, digest in ground.modules.items() if found.get(name, digest) != digest]:
        raise _unfit(f"runs other code of {', '.join(other[:5])}: give it the code that lies here, and start it anew")
    if not ground.site.out.is_dir():
        raise _unfit(f"does not see {ground.site.out}, where the tables are written: all machines must see that folder")
    corpus = read_corpus(ground.site.seeds, ground.codebook)
    if corpus.digests != ground.digests:
        seen = "".join(f" ({problem.message})" for problem in corpus.problems[:1])
        raise _unfit(f"does not see the same files in {ground.site.seeds}{seen}: all machines must")


def _unfit(fault: str) -> WorkerMismatchError:
    from distributed import get_worker

    return WorkerMismatchError(f"The worker {get_worker().address} on {platform.node()} {fault}.")


# ── What code and libraries are like ──────────────────────────────────────────────────────────────

_seen: dict[str, str] = {}  # digests as first seen: what was imported stays as it was, whatever becomes of the file


def _modules() -> dict[str, str]:
    """Return the SHA-256 of the source of each module of the engine and of the contract, by name."""
    sources = [f"{_ENGINE_FOLDER}{os.sep}", *(f"{each}{os.sep}" for each in contract_sources())]
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if name not in _seen and file and not name.startswith("__"):
            path = os.path.realpath(file)
            if f"{path}{os.sep}".startswith(tuple(sources)):
                _seen[name] = hashlib.sha256(Path(path).read_bytes()).hexdigest()
    return _seen


def _libraries() -> list[str]:
    """Return the names of what the engine is built on."""
    try:
        needed = requires(_ENGINE) or []
    except PackageNotFoundError:  # run from a folder that nobody installed
        return []
    return [re.split(r"[^\w.-]", each)[0] for each in needed if "extra ==" not in each]


def _versions(libraries: Iterable[str]) -> dict[str, str]:
    """Return the versions of libraries, and of Python."""
    found = {"Python": ".".join(platform.python_version_tuple()[:2])}
    for name in libraries:
        if name not in found:
            try:
                found[name] = version(name)
            except PackageNotFoundError:
                found[name] = "none"
    return found
