"""Who does the work of a build: this process, several on this machine, or those of a cluster."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

from stancebook.exceptions import ExecutorError

T = TypeVar("T")

FEW = 6  # chunks, for which starting other processes takes longer than it saves


class Executor(Protocol):
    """Those who call a function many times, at once or one after the other."""

    def __call__(
        self, function: Callable[..., T], calls: Sequence[tuple[Any, ...]], few: int = FEW
    ) -> Iterator[tuple[int, T]]:
        """Call a function with each of many arguments; yield the number of a call, and what it gave, as it ends.

        For fewer than `few` calls it is not worth while to look for others.
        """
        ...


def run_serially(function: Callable[..., T], calls: Sequence[tuple[Any, ...]]) -> Iterator[tuple[int, T]]:
    """Do one after the other in this process."""
    for number, arguments in enumerate(calls):
        yield number, function(*arguments)


@contextmanager
def local_executor(jobs: int | None = None) -> Iterator[Executor]:
    """Give so many processes of this machine, or as many as are worth it; one is this process itself."""
    pool = _Pool(jobs)
    try:
        yield pool
    finally:
        pool.dismiss()


class _Pool:
    """Processes that are started when there is work for them."""

    def __init__(self, jobs: int | None) -> None:
        self.jobs = jobs
        self.processes: ProcessPoolExecutor | None = None

    def __call__(
        self, function: Callable[..., T], calls: Sequence[tuple[Any, ...]], few: int = FEW
    ) -> Iterator[tuple[int, T]]:
        jobs = self.jobs or (available_cores() if self.processes or len(calls) >= few else 1)
        if jobs == 1:
            yield from run_serially(function, calls)
            return
        if self.processes is None:
            _check_that_it_travels(calls[0])
            self.processes = ProcessPoolExecutor(jobs, _fresh_processes(), _end_with_the_build)
        numbers = {self.processes.submit(function, *arguments): number for number, arguments in enumerate(calls)}
        try:
            for future in as_completed(numbers):
                yield numbers.pop(future), future.result()
        except BrokenProcessPool as fault:
            raise ExecutorError(
                "One of the processes that did the work was ended from outside, perhaps because memory ran out."
                " Build again with fewer --jobs."
            ) from fault

    def dismiss(self) -> None:
        """Let no call begin any more, and wait for those that have."""
        if self.processes is not None:
            self.processes.shutdown(cancel_futures=True)


def _check_that_it_travels(call: tuple[Any, ...]) -> None:
    try:
        pickle.dumps(call)
    except (pickle.PicklingError, AttributeError, TypeError) as fault:
        raise ExecutorError(
            f"The contract cannot be handed to other processes ({fault}): give main() a function that stands by itself"
            " in build.py, or build with --jobs 1."
        ) from fault


def _end_with_the_build() -> None:
    """Let this process end as soon as the one whose work it does has ended, even if that was killed."""
    threading.Thread(target=_wait_and_end, daemon=True).start()


def _wait_and_end() -> None:
    build = multiprocessing.parent_process()
    if build is not None:
        build.join()
        os._exit(1)


def available_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _fresh_processes() -> Any:
    """Return the way to start processes: by forking one that has imported what is needed, and runs no thread yet."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["__main__", "stancebook.parallel.worker"])
    return context
