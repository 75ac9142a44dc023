"""Executors of build tasks: this process or a process pool; `dask_executor` adds those of a cluster."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice
from multiprocessing.context import BaseContext
from typing import Any, ParamSpec, TypeVar

from stancebook.exceptions import ExecutorError

C = TypeVar("C")
K = TypeVar("K")
P = ParamSpec("P")
T = TypeVar("T")

MIN_POOL_TASKS = 6  # chunks: starting a pool for fewer takes longer than it saves
# Arrow's own allocator, and glibc's by default, keep what a chunk needed: https://man7.org/linux/man-pages/man3/mallopt.3.html
_RETURN_FREED_MEMORY = {
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_TRIM_THRESHOLD_": "65536",
}
PENDING_PER_WORKER = 2  # submitted tasks per worker: none is ever idle, and few arguments and results are in memory


class BuildExecutor(Executor):
    """An executor of the tasks of one build: calls of a function with the build's context and a task.

    Attributes:
        poll_seconds: How often `check_workers` is called while no task finishes; None for never.
    """

    poll_seconds: float | None = None

    def start(self, call: tuple[Any, ...], tasks: int, min_pool_tasks: int) -> None:
        """Prepare for a batch of tasks.

        Args:
            call: The function, the context and the first task of the batch.
            tasks: The number of tasks.
            min_pool_tasks: The number of tasks from which on it pays to start a process pool.
        """

    def max_pending(self) -> int:
        """Return how many tasks may be submitted and unfinished at a time."""
        return 1

    def check_workers(self) -> None:
        """Raise `ExecutorError` if no worker is left."""


def run_tasks(
    executor: BuildExecutor,
    function: Callable[[C, K], T],
    context: C,
    tasks: Sequence[K],
    min_pool_tasks: int = MIN_POOL_TASKS,
) -> Iterator[tuple[int, T]]:
    """Call a function with each of many tasks, a bounded number at a time.

    Args:
        executor: What runs the calls.
        function: A module-level function of a context and a task; what it raises is raised here.
        context: What all tasks have in common.
        tasks: The tasks.
        min_pool_tasks: The number of tasks from which on it pays to start a process pool.

    Yields:
        The index of a task and its result, as tasks finish.

    Raises:
        ExecutorError: If the workers cannot run this build or are lost.
    """
    if tasks:
        executor.start((function, context, tasks[0]), len(tasks), min_pool_tasks)
    waiting = enumerate(tasks)
    pending: dict[Future[T], int] = {}
    try:
        while True:
            for index, task in islice(waiting, max(0, executor.max_pending() - len(pending))):
                pending[executor.submit(function, context, task)] = index
            if not pending:
                return
            finished = wait(pending, executor.poll_seconds, FIRST_COMPLETED).done
            if not finished:
                executor.check_workers()
            for future in finished:
                yield pending.pop(future), future.result()
    finally:
        for future in pending:
            future.cancel()


@contextmanager
def local_executor(jobs: int | None = None) -> Iterator[BuildExecutor]:
    """Open an executor of tasks in this process, or in a process pool once a batch is worth its start.

    Args:
        jobs: The number of processes; None for one per core if there are enough tasks.

    Raises:
        ExecutorError: If a process is killed.
    """
    executor = _LocalExecutor(jobs)
    try:
        yield executor
    except BrokenProcessPool as error:
        raise ExecutorError(
            "A worker process was killed, perhaps because memory ran out. Build again with fewer --jobs."
        ) from error
    finally:
        if executor.pool is not None:
            executor.pool.shutdown(cancel_futures=True)


class _LocalExecutor(BuildExecutor):
    def __init__(self, jobs: int | None) -> None:
        self.jobs = jobs
        self.pool: ProcessPoolExecutor | None = None

    def start(self, call: tuple[Any, ...], tasks: int, min_pool_tasks: int) -> None:
        """Start the pool if it was asked for or there are enough tasks."""
        jobs = self.jobs or (available_cores() if tasks >= min_pool_tasks else 1)
        if jobs > 1 and self.pool is None:
            _check_picklable(call)
            self.jobs, self.pool = jobs, ProcessPoolExecutor(jobs, _process_context(), _follow_parent)

    def max_pending(self) -> int:
        return PENDING_PER_WORKER * (self.jobs or 1) if self.pool else 1

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        if self.pool is not None:
            return self.pool.submit(fn, *args, **kwargs)
        future = Future[T]()
        future.set_result(fn(*args, **kwargs))
        return future


def available_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _check_picklable(call: tuple[Any, ...]) -> None:
    try:
        pickle.dumps(call)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise ExecutorError(
            f"The contract cannot be sent to other processes ({error}): name it as module:attribute in"
            " pyproject.toml, or build with --jobs 1."
        ) from error


def _follow_parent() -> None:
    """Let this worker process exit as soon as the build has ended, even if that was killed, and not by Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # where processes inherit nothing
    threading.Thread(target=_wait_for_parent, daemon=True).start()


def _wait_for_parent() -> None:
    build = multiprocessing.parent_process()
    if build is not None:
        build.join()
        os._exit(1)


def _process_context() -> BaseContext:
    """Return how processes start: forked from a server that has imported the engine and has no threads."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    from multiprocessing import forkserver, resource_tracker

    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["__main__", "stancebook.parallel.worker"])
    outside = dict(os.environ)
    os.environ.update(_RETURN_FREED_MEMORY)
    # A terminal sends these to all processes of the build, which alone ends the others. They inherit what is blocked.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGHUP])
    try:
        resource_tracker.ensure_running()
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])  # not before: the tracker unblocks it
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        for name in _RETURN_FREED_MEMORY:
            os.environ.pop(name)
        os.environ.update(outside)
    return context
