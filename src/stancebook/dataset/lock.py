"""One build at a time into a folder: the next one waits, and says so."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from stancebook.dataset.layout import sibling_path
from stancebook.dataset.publish import publish_error, resolve_target, restore_backup
from stancebook.exceptions import PublishError

if TYPE_CHECKING:
    from filelock import BaseFileLock

_NO_LOCKS = (errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOLCK)


@contextmanager
def build_lock(folder: Path, say: Callable[[str], None]) -> Iterator[None]:
    """Hold off other builds into `folder`; where one is under way, `say` so and wait for its end.

    The system itself lets go of the lock of a process that ends, however it ends; the locked file, beside the folder,
    may stay. A file system that has no locks is told of, and built on all the same. What a killed build put aside is
    back in its place before the next one begins, and so even where that one finds problems.

    Raises `PublishError` where the file cannot be written, and where the wait is interrupted.
    """
    from filelock import FileLock

    try:
        folder = resolve_target(folder)
        folder.parent.mkdir(parents=True, exist_ok=True)
        # An existence lock in place of a real one would outlive a killed build.
        lock = FileLock(sibling_path(folder, "lock"), fallback_to_soft=False)
        _acquire(lock, folder, say)
        restore_backup(folder)
    except OSError as fault:
        raise publish_error(fault, folder) from fault
    try:
        yield
    finally:
        lock.release()


def _acquire(lock: BaseFileLock, folder: Path, say: Callable[[str], None]) -> None:
    from filelock import Timeout

    try:
        try:
            lock.acquire(timeout=0)
        except Timeout:
            say(f"waiting  for another build into {folder} to end; Ctrl-C ends the wait")
            lock.acquire()
    except KeyboardInterrupt:
        raise PublishError(f"The wait was ended; the other build into {folder} goes on.") from None
    except OSError as fault:
        if fault.errno not in _NO_LOCKS:
            raise
        say(f"The file system of {folder} has no locks ({fault.strerror}): see that no other build into it runs.")
