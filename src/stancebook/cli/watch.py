"""An answer at once, and another after every save: coding as a conversation."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import FrameType

import watchfiles

from stancebook.cli.console import Console
from stancebook.problems import display_path, pluralize

_QUIET = 100  # milliseconds without another change, after which a save is over: editors make several of one
_TICK = 100  # milliseconds between two looks
_PROBLEMS_LISTED = 10
_FILES_NAMED = 3
_NOT_UNDERSTOOD = 2  # the exit status of a command line; no save mends it


def watch(answer: Callable[[Console], int], seeds: Path, schemas: Path, console: Console) -> int:
    """Call `answer` at once and after every save below `seeds`; return its exit status if no save can mend it.

    Raises `KeyboardInterrupt` where Ctrl-C ends it.

    A save below `schemas`, if there is such a folder, starts the program anew: what Python has
    imported stays as it was.
    """
    folders = [folder.resolve() for folder in (seeds, schemas) if folder.is_dir()]
    stop = _stopped_by_ctrl_c()
    for saved in _saves(folders, console, stop):
        _open_page(console, _files(saved) if saved else f"watching {_named(folders)}; Ctrl-C ends it")
        if any(path.is_relative_to(schemas.resolve()) for path in saved):
            os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 (what runs already)
        told = replace(console, limit=_PROBLEMS_LISTED, foremost={display_path(path) for path in saved})
        if _outcome(answer, told) == _NOT_UNDERSTOOD:
            return _NOT_UNDERSTOOD
    raise KeyboardInterrupt


def _stopped_by_ctrl_c() -> threading.Event:
    """Return an event that Ctrl-C sets as it interrupts: an import or a destructor may lose the interrupt itself."""
    stop = threading.Event()

    def interrupted(signum: int, frame: FrameType | None) -> None:
        stop.set()
        signal.default_int_handler(signum, frame)

    signal.signal(signal.SIGINT, interrupted)
    return stop


def _outcome(answer: Callable[[Console], int], console: Console) -> int:
    try:
        return answer(console)
    except Exception:  # noqa: BLE001 (half a line of Python in the schemas, a file gone while it was read: a save mends it)
        console.say(f"{traceback.format_exc()}The build broke off. It starts again with the next save.")
        return 1


def _saves(folders: Sequence[Path], console: Console, stop: threading.Event) -> Iterator[set[Path]]:
    """Yield the files of each save; none when a watch begins, which it does anew if a folder was replaced."""
    while not stop.is_set():
        begun = False
        for changes in watchfiles.watch(
            *folders,
            watch_filter=None,
            step=_QUIET,
            rust_timeout=_TICK,
            yield_on_timeout=True,
            ignore_permission_denied=True,
            stop_event=stop,
        ):
            if any((watchfiles.Change.deleted, str(folder)) in changes for folder in folders):
                break
            saved = _saved(changes, folders)
            if saved or not begun:
                yield saved
            begun = True
        _wait_for(folders, console)


def _saved(changes: set[watchfiles.main.FileChange], folders: Sequence[Path]) -> set[Path]:
    """Return the files that a build may read, without those that an editor made for a moment."""
    added, deleted = (
        {Path(path) for change, path in changes if change is kind}
        for kind in (watchfiles.Change.added, watchfiles.Change.deleted)
    )
    passing = {path for path in added & deleted if not path.exists()}
    return {path for path in {Path(path) for _, path in changes} - passing if _visible(path, folders)}


def _visible(path: Path, folders: Sequence[Path]) -> bool:
    below = [path.relative_to(folder).parts for folder in folders if path.is_relative_to(folder)]
    return any(below) and not any(part.startswith((".", "__pycache__")) for parts in below for part in parts)


def _wait_for(folders: Sequence[Path], console: Console) -> None:
    if missing := [folder for folder in folders if not folder.is_dir()]:
        console.say(f"{_named(missing)} is gone; waiting for it to come back.")
    while not all(folder.is_dir() for folder in folders):
        time.sleep(_TICK / 1000)


def _open_page(console: Console, title: str) -> None:
    console.clear()
    console.say(f"{time.strftime('%H:%M:%S')}  {title}")


def _named(folders: Sequence[Path]) -> str:
    return " and ".join(f"{display_path(folder)}/" for folder in folders)


def _files(paths: Iterable[Path]) -> str:
    names = sorted(display_path(path) for path in paths)
    rest = len(names) - _FILES_NAMED
    return ", ".join(names[:_FILES_NAMED]) + (f" and {pluralize(rest, 'more file')}" if rest > 0 else "")
