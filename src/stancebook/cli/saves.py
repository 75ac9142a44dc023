"""Run a command now and after every save."""

from __future__ import annotations

import os
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import watchfiles

from stancebook.cli.console import Console
from stancebook.problems import display_path, pluralize

DEBOUNCE_MS = 100  # without another change, after which a save is over: editors write several times
POLL_MS = 100
MAX_PROBLEMS = 10
MAX_FILES_NAMED = 3
_USAGE_ERROR = 2  # the exit status that no save can change


def run_after_saves(run: Callable[[Console], int], seeds: Path, schemas: Path | None, console: Console) -> int:
    """Run a command now and after every save.

    A save in the package of the contract restarts the process: what Python has imported does not change.

    Args:
        run: The command, given a console that lists the problems of the saved files first.
        seeds: The folder of the annotated texts.
        schemas: The folder of the package that holds the contract, if there is one.
        console: Where what is watched is printed.

    Returns:
        The exit status of a usage error, which no save can change.
    """
    folders = [folder.resolve() for folder in (seeds, schemas) if folder and folder.is_dir()]
    for saved in _saves(folders, console):
        console.clear()
        title = _file_names(saved) if saved else f"watching {_folder_names(folders)}; Ctrl-C ends it"
        console.say(f"{time.strftime('%H:%M:%S')}  {title}")
        if schemas and any(path.is_relative_to(schemas.resolve()) for path in saved):
            os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 (this very program)
        first_files = {display_path(path) for path in saved}
        if _run(run, Console(console.output_format, MAX_PROBLEMS, first_files)) == _USAGE_ERROR:
            break
    return _USAGE_ERROR


def _run(run: Callable[[Console], int], console: Console) -> int:
    try:
        return run(console)
    except Exception:  # noqa: BLE001 (a file removed while it was read, for example: the next save may change that)
        console.say(f"{traceback.format_exc()}The command failed. It runs again after the next save.")
        return 1


def _saves(folders: Sequence[Path], console: Console) -> Iterator[set[Path]]:
    """Yield an empty set when watching begins, then the files of each save; start again if a folder was replaced."""
    while True:
        begun = False
        for changes in watchfiles.watch(
            *folders,
            watch_filter=None,
            step=DEBOUNCE_MS,
            rust_timeout=POLL_MS,
            yield_on_timeout=True,
            ignore_permission_denied=True,
        ):
            if any((watchfiles.Change.deleted, str(folder)) in changes for folder in folders):
                break
            saved = _saved_files(changes, folders)
            if saved or not begun:
                yield saved
            begun = True
        _wait_for(folders, console)


def _saved_files(changes: set[watchfiles.main.FileChange], folders: Sequence[Path]) -> set[Path]:
    """Return the changed files that a build may read, without temporary files of editors."""
    added, deleted = (
        {Path(path) for change, path in changes if change is kind}
        for kind in (watchfiles.Change.added, watchfiles.Change.deleted)
    )
    temporary = {path for path in added & deleted if not path.exists()}
    return {path for path in {Path(path) for _, path in changes} - temporary if _is_read(path, folders)}


def _is_read(path: Path, folders: Sequence[Path]) -> bool:
    below = [path.relative_to(folder).parts for folder in folders if path.is_relative_to(folder)]
    return any(below) and not any(part.startswith((".", "__pycache__")) for parts in below for part in parts)


def _wait_for(folders: Sequence[Path], console: Console) -> None:
    if missing := [folder for folder in folders if not folder.is_dir()]:
        console.say(f"{_folder_names(missing)} is gone; waiting for it to come back.")
    while not all(folder.is_dir() for folder in folders):
        time.sleep(POLL_MS / 1000)


def _folder_names(folders: Sequence[Path]) -> str:
    return " and ".join(f"{display_path(folder)}/" for folder in folders)


def _file_names(paths: Iterable[Path]) -> str:
    names = sorted(display_path(path) for path in paths)
    rest = len(names) - MAX_FILES_NAMED
    return ", ".join(names[:MAX_FILES_NAMED]) + (f" and {pluralize(rest, 'more file')}" if rest > 0 else "")
