"""Who does the work of a build: this process, several on this machine, or those of a cluster."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class CrewError(Exception):
    """Raised where those who were to do the work are gone."""


class Crew(Protocol):
    """Calls a function with each of many arguments; yields the number of a call and what it gave as each ends."""

    def __call__(self, function: Callable[..., T], calls: Sequence[tuple[Any, ...]]) -> Iterator[tuple[int, T]]: ...


def alone(function: Callable[..., T], calls: Sequence[tuple[Any, ...]]) -> Iterator[tuple[int, T]]:
    """Do one after the other in this process."""
    for number, arguments in enumerate(calls):
        yield number, function(*arguments)


@contextmanager
def crew(jobs: int) -> Iterator[Crew]:
    """Give so many processes of this machine; one is this process itself."""
    if jobs == 1:
        yield alone
        return
    with ProcessPoolExecutor(jobs, _fresh_processes()) as pool:
        try:
            yield _Pool(pool)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


class _Pool:
    def __init__(self, pool: Executor) -> None:
        self.pool = pool

    def __call__(self, function: Callable[..., T], calls: Sequence[tuple[Any, ...]]) -> Iterator[tuple[int, T]]:
        numbers = {self.pool.submit(function, *arguments): number for number, arguments in enumerate(calls)}
        try:
            for future in as_completed(numbers):
                yield numbers.pop(future), future.result()
        except BrokenProcessPool as fault:
            raise CrewError(
                "One of the processes that did the work was ended from outside, perhaps because memory ran out."
                " Build again with fewer --jobs."
            ) from fault


def _fresh_processes() -> Any:
    """Return the way to start processes: by forking one that has imported all that is needed, and runs no thread yet."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["__main__", "stancebook.large.work"])
    return context
