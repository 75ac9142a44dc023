"""An executor of build tasks on the workers of a running Dask cluster.

Workers must have the same code and see the same folders; each is checked before its first task. A task that runs twice,
because a worker was lost, writes the same files under the same names.
"""

from __future__ import annotations

import hashlib
import logging
import os
import platform
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import CancelledError, Future
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from importlib.metadata import PackageNotFoundError, requires
from operator import call
from pathlib import Path
from pickle import dumps, loads
from threading import Lock
from typing import Any, TypeVar

from stancebook.exceptions import ExecutorError
from stancebook.parallel.cache import contract_files
from stancebook.parallel.executors import PENDING_PER_WORKER, BuildExecutor
from stancebook.parallel.worker import BuildContext
from stancebook.problems import display_paths_from
from stancebook.sources.corpus import read_corpus
from stancebook.sources.discovery import SourceListing

T = TypeVar("T")

MIN_PENDING_TASKS = 16  # submitted to a cluster even while it has few workers: more may join
_ENGINE = "stancebook"
_BUILD_EXTRAS = r"extra == \W(build|validate)\b"
_ENGINE_FOLDER = os.path.realpath(Path(__file__).parents[1])
# What a cluster's client logs, its event loop included, where a callback comes after the client was closed.
_LOGGERS = ("distributed", "distributed.client", "tornado.application", "asyncio")
_task_lock = Lock()  # not all libraries that build are thread-safe


@dataclass(frozen=True)
class DaskTimeouts:
    """How long a build waits for a cluster, in seconds.

    Attributes:
        connect: For an answer of the scheduler.
        no_workers: For a worker, while there is none.
        poll: Between two looks at whether there are workers.
    """

    connect: float = 10
    no_workers: float = 60
    poll: float = 2


class WorkerMismatchError(Exception):
    """Raised in a worker that cannot run this build; its message says why."""


@dataclass(frozen=True, eq=False)
class WorkerContext:
    """What the client sends to each worker once.

    Attributes:
        build: The first argument of every task.
        working_directory: That of the client: problems refer to files relative to it.
        code_digests: SHA-256 by module of the engine and the contract.
        library_versions: Versions by distribution of what the engine requires.
        codebook: The listing of the codebook's files.
        codebook_digests: SHA-256 by name of those files.
    """

    build: BuildContext
    working_directory: Path
    code_digests: Mapping[str, str]
    library_versions: Mapping[str, str | None]
    codebook: SourceListing
    codebook_digests: Mapping[str, str]

    def __call__(self, packed: bytes) -> Any:
        """Run a pickled pair of a function and its arguments after the context, in a worker that has been checked."""
        with _task_lock, display_paths_from(self.working_directory):
            check_worker(self)
            function, arguments = loads(packed)  # noqa: S301 (a worker trusts its scheduler)
            return function(self.build, *arguments)


@contextmanager
def dask_executor(
    address: str, build: BuildContext, codebook: SourceListing, timeouts: DaskTimeouts | None = None
) -> Iterator[BuildExecutor]:
    """Connect to a Dask cluster and yield an executor of tasks of one build.

    Args:
        address: The address of the scheduler, such as `tcp://10.0.0.5:8786`.
        build: The context that all tasks have as their first argument.
        codebook: The listing of the codebook's files, by which workers are known to see the same seeds.
        timeouts: How long to wait; `DaskTimeouts()` by default.

    Raises:
        ExecutorError: If no scheduler answers.
    """
    try:
        from distributed import Client, KilledWorker
        from distributed.comm import CommClosedError
    except ImportError as error:
        raise ExecutorError("--cluster needs Dask: install stancebook[cluster].") from error
    for name in _LOGGERS:  # errors are reported here, in one sentence
        logging.getLogger(name).setLevel(logging.CRITICAL)
    timeouts = timeouts or DaskTimeouts()
    digests = read_corpus(build.seeds, codebook).digests
    context = WorkerContext(build, Path.cwd(), code_digests(), library_versions(_requirements()), codebook, digests)
    try:
        client = Client(address, timeout=timeouts.connect, name=_ENGINE)
    except (OSError, ValueError, TypeError) as error:
        raise ExecutorError(
            f"No Dask scheduler answers at {address}. Start one with `dask scheduler`, and give the address it prints."
        ) from error
    try:
        yield _DaskExecutor(client, address, context, timeouts)
    except WorkerMismatchError as error:
        raise ExecutorError(f"{error} Fix that, and build again.") from error
    except ImportError as error:
        raise ExecutorError(
            f"A worker of {address} cannot import what this build needs ({error}). Start the workers where Python finds"
            " the same code as here."
        ) from error
    except KilledWorker as error:
        raise ExecutorError(
            f"Several workers of {address} were killed while they built the same documents, perhaps because memory ran"
            " out. Give each worker more, and build again."
        ) from error
    except (CancelledError, CommClosedError, _SchedulerLostError) as error:
        raise ExecutorError(
            f"The Dask scheduler at {address} is gone. Start it and its workers, and build again."
        ) from error
    finally:
        client.close(timeout=timeouts.poll)


class _SchedulerLostError(Exception):
    """Raised if the scheduler does not answer any more."""


class _DaskExecutor(BuildExecutor):
    """Runs tasks by the executor of a Dask client. The scheduler needs none of our code: it handles bytes only."""

    def __init__(self, client: Any, address: str, context: WorkerContext, timeouts: DaskTimeouts) -> None:
        import cloudpickle

        self.poll_seconds = timeouts.poll
        self._client, self._address, self._timeouts = client, address, timeouts
        self._executor = client.get_executor(pure=False)
        # By value: the function that returns the contract may be defined in a script.
        self._context = client.submit(loads, cloudpickle.dumps(context), pure=False)
        self._last_worker_seen = time.monotonic()

    def max_pending(self) -> int:
        return max(MIN_PENDING_TASKS, PENDING_PER_WORKER * self._count_threads())

    def submit(self, fn: Callable[..., T], /, *args: Any, **_: Any) -> Future[T]:
        """Submit a call whose first argument is the build context, which the workers already have."""
        future: Future[T] = self._executor.submit(call, self._context, dumps((fn, args[1:])))
        return future

    def check_workers(self) -> None:
        if not self._count_threads() and time.monotonic() - self._last_worker_seen > self._timeouts.no_workers:
            raise ExecutorError(
                f"The Dask scheduler at {self._address} has had no worker for {self._timeouts.no_workers} seconds."
                f" Start some with `dask worker {self._address}`, and build again."
            )

    def _count_threads(self) -> int:
        """Return the number of threads of all workers."""
        try:
            threads: int = sum(self._client.nthreads().values())
        except OSError as error:
            raise _SchedulerLostError from error
        if threads:
            self._last_worker_seen = time.monotonic()
        return threads


@lru_cache(maxsize=2)
def check_worker(context: WorkerContext) -> None:
    """Check, in a worker, that it has the code, the library versions and the files of the client.

    Raises:
        WorkerMismatchError: If it does not, naming the worker, its machine and the difference.
    """
    try:
        context.build.contract()
        # All at once: a module that is imported later might come from a file that has changed by then.
        for name in context.code_digests:
            if name.partition(".")[0] in sys.modules:
                import_module(name)
    except ImportError as error:
        raise _mismatch(f"cannot import the schemas ({error}): start it where Python finds them") from error
    expected, found = context.library_versions, library_versions(context.library_versions)
    if other := [f"{name} {found[name]} instead of {due}" for name, due in expected.items() if found[name] != due]:
        raise _mismatch(f"has {', '.join(other)}: install the same versions everywhere")
    digests = code_digests()
    if other := [name for name, digest in context.code_digests.items() if digests.get(name, digest) != digest]:
        raise _mismatch(f"runs other code of {', '.join(other[:5])}: give it this machine's code, and restart it")
    if not context.build.folder.is_dir():
        raise _mismatch(f"does not see {context.build.folder}, where tables are written: all machines must see it")
    corpus = read_corpus(context.build.seeds, context.codebook)
    if corpus.digests != context.codebook_digests:
        reason = "".join(f" ({problem.message})" for problem in corpus.problems[:1])
        raise _mismatch(f"does not see the same files in {context.build.seeds}{reason}: all machines must")


def _mismatch(difference: str) -> WorkerMismatchError:
    from distributed import get_worker

    return WorkerMismatchError(f"The worker {get_worker().address} on {platform.node()} {difference}.")


_code_digests: dict[str, str] = {}  # as first read: an imported module stays what it is when its file changes


def code_digests() -> dict[str, str]:
    """Return the SHA-256 of the source of each imported module of the engine and the contract, by module name."""
    folders = (f"{_ENGINE_FOLDER}{os.sep}", *(f"{path}{os.sep}" for path in contract_files()))
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if name not in _code_digests and file and not name.startswith("__"):
            path = os.path.realpath(file)
            if f"{path}{os.sep}".startswith(folders):
                _code_digests[name] = hashlib.sha256(Path(path).read_bytes()).hexdigest()
    return _code_digests


def library_versions(distributions: Iterable[str]) -> dict[str, str | None]:
    """Return the versions of distributions, of Dask and its requirements, and of Python (no patch level)."""
    from distributed.versions import get_versions

    return {**get_versions(distributions)["packages"], "python": "{}.{}".format(*sys.version_info)}


def _requirements() -> list[str]:
    """Return the names of the distributions that building requires."""
    try:
        requirements = requires(_ENGINE) or []
    except PackageNotFoundError:  # run from a folder that is not installed
        return []
    required = [each for each in requirements if "extra ==" not in each or re.search(_BUILD_EXTRAS, each)]
    return [name for each in required for name in re.findall(r"^[\w.-]+", each) if name != _ENGINE]
