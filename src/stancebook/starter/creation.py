"""Create files and folders: all of them, or none."""

from __future__ import annotations

import atexit
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path


@contextmanager
def all_or_nothing() -> Iterator[list[Path]]:
    """Remove what a block creates, if the block fails or a signal ends the process.

    Yields:
        A list to which the block adds each file and folder before it creates it.
    """
    created: list[Path] = []
    take_back = partial(_remove_all, created)
    atexit.register(take_back)
    try:
        yield created
    except BaseException:
        take_back()
        raise
    finally:
        atexit.unregister(take_back)


def first_missing(path: Path) -> Path:
    """Return the topmost of a path and its folders that does not exist."""
    return path if path.parent.exists() else first_missing(path.parent)


def _remove_all(paths: list[Path]) -> None:
    for path in paths:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
