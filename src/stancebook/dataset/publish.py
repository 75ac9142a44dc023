"""Replace a dataset folder atomically, one build at a time: a failure or crash at any moment leaves the old dataset."""

from __future__ import annotations

import atexit
import errno
import filecmp
import json
import os
import re
import secrets
import shutil
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from stancebook.dataset.files import read_descriptor_file
from stancebook.dataset.layout import (
    DATAPACKAGE,
    backup_folder,
    cache_folder,
    files_in,
    files_of,
    sibling_path,
    unknown_files,
)
from stancebook.exceptions import PublishError

if TYPE_CHECKING:
    from filelock import BaseFileLock

MAX_CONCURRENT_FLUSHES = 8  # a disk that flushes several files at once hardly needs longer than for one

_UNSUPPORTED = (errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOLCK)
_REMEDIES = {
    "Make room on the disk, or build elsewhere with --out.": (errno.ENOSPC, errno.EDQUOT, errno.EFBIG),
    "Build with --out into a folder where you may write, or look without writing with --check.": (
        errno.EROFS,
        errno.EACCES,
        errno.EPERM,
    ),
    "A folder on which a disk is mounted cannot be replaced: build with --out into a folder in it.": (
        errno.EBUSY,
        errno.EXDEV,
    ),
    "Name another folder with --out.": (errno.ENOTDIR, errno.EEXIST, errno.ENAMETOOLONG, errno.ELOOP),
}

# ── One build at a time ───────────────────────────────────────────────────────────────────────────


@contextmanager
def build_lock(folder: Path, report: Callable[[str], None]) -> Iterator[None]:
    """Hold the lock of a dataset folder, so that other builds into it wait.

    The operating system releases the lock of a process that ends, however it ends; the lock file next to the folder may
    stay. A backup that a killed build left is restored first, so that the old dataset is back even if this build finds
    problems.

    Args:
        folder: The folder to build into; it need not exist.
        report: Receives a line if another build is running, or if the file system has no locks.

    Raises:
        PublishError: The lock file cannot be written.
    """
    from filelock import FileLock

    try:
        folder = resolve_target(folder)
        folder.parent.mkdir(parents=True, exist_ok=True)
        # A lock that is only the existence of a file would outlive a killed build.
        lock = FileLock(sibling_path(folder, "lock"), fallback_to_soft=False)
        _acquire(lock, folder, report)
        restore_backup(folder)
    except OSError as error:
        raise publish_error(error, folder) from error
    try:
        yield
    finally:
        lock.release()


def _acquire(lock: BaseFileLock, folder: Path, report: Callable[[str], None]) -> None:
    from filelock import Timeout

    try:
        try:
            lock.acquire(timeout=0)
        except Timeout:
            report(f"waiting  for another build into {folder} to end; Ctrl-C ends the wait")
            lock.acquire()
    except OSError as error:
        if error.errno not in _UNSUPPORTED:
            raise
        report(
            f"The file system of {folder} has no locks ({error.strerror}): make sure that no other build into it runs."
        )


# ── Publishing ────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def staging_folder(folder: Path) -> Iterator[Path]:
    """Create an empty folder next to a dataset folder, to be filled and published; remove it and its chunks at the end.

    Staging folders of killed builds are removed first, and a backup that one left is restored. If `folder` is a link,
    the staging folder is next to its target. Concurrent builds need `build_lock`.

    Args:
        folder: The dataset folder; it need not exist.

    Yields:
        The staging folder.

    Raises:
        PublishError: The operating system refuses to write, here or in the block.
    """
    try:
        real = resolve_target(folder)
        clean_up = partial(_clean_up, real)
        clean_up()
        real.parent.mkdir(parents=True, exist_ok=True)
        atexit.register(clean_up)  # a signal may end the process
        try:
            new = _staging_path(real)
            new.mkdir()
            yield new
        finally:
            clean_up()
            atexit.unregister(clean_up)
    except OSError as error:
        raise publish_error(error, folder) from error


def publish(new: Path, folder: Path, replaceable: Collection[str] = ()) -> bool:
    """Replace a dataset folder by a staging folder, unless both hold the same.

    New files are flushed to disk, then two renames replace the folder. A build that is killed between the two leaves
    the old dataset in its backup folder, and the next build restores it. Where `folder` is a link, its target is
    replaced.

    Args:
        new: A folder from `staging_folder`.
        folder: The dataset folder; it need not exist.
        replaceable: Files of the old folder that may be replaced or removed, besides those of a dataset.

    Returns:
        Whether anything changed.

    Raises:
        PublishError: The folder holds files that no build wrote, or the operating system refuses to write.
    """
    try:
        return _replace(new, resolve_target(folder), replaceable)
    except OSError as error:
        raise publish_error(error, folder) from error


def replace_cache(new: Path, folder: Path) -> None:
    """Replace the build cache of a dataset; a crash at any moment leaves the old cache, the new one or none.

    Args:
        new: The new cache, a folder next to the dataset.
        folder: The dataset folder.

    Raises:
        OSError: The operating system refuses.
    """
    cache = cache_folder(folder)
    if cache.is_dir():
        _discard(cache, _staging_path(folder))
    else:
        cache.unlink(missing_ok=True)
    new.rename(cache)


def hardlink_or_copy(old: Path, new: Path) -> None:
    """Give a file a second name, or copy it where the file system has no hard links.

    `publish` does not flush a hard link again: a published file is on disk already.
    """
    try:
        os.link(os.path.realpath(old), new)
    except OSError:
        shutil.copyfile(old, new)


def resolve_target(folder: Path) -> Path:
    """Return the folder to replace, with links followed.

    Raises:
        PublishError: It cannot be a dataset folder.
    """
    real = Path(os.path.realpath(folder))
    if not real.name:
        raise PublishError(f"{real} is a whole disk; name a folder on it.")
    if real.exists() and not real.is_dir():
        raise PublishError(f"{real} is a file; name a folder to build into.")
    if folder.is_symlink() and not real.exists() and not backup_folder(real).exists():
        raise PublishError(f"{folder} is a link to {real}, which is not there. Fix the link, or remove it.")
    return real


def restore_backup(folder: Path) -> None:
    """Move the old dataset back where a build was killed before it put the new one in place."""
    backup = backup_folder(folder)
    if backup.exists() and not folder.exists():
        backup.rename(folder)


def publish_error(error: OSError, folder: Path) -> PublishError:
    """Return an error that says what the operating system refused, what the folder holds now, and what to do."""
    cause = error.strerror or str(error)
    if error.filename is not None:
        cause += f": {os.fsdecode(error.filename)}"
    state = ""
    if os.path.isdir(folder):  # noqa: PTH112 – unlike Path.is_dir, it never raises
        state = " It is unchanged."
    elif os.path.isdir(backup_folder(folder)):  # noqa: PTH112
        state = f" The previous dataset is in {backup_folder(folder)}; the next build restores it."
    remedy = next((text for text, codes in _REMEDIES.items() if error.errno in codes), "Fix that, and build again.")
    return PublishError(f"{folder} cannot be written ({cause}).{state} {remedy}")


def _replace(new: Path, folder: Path, replaceable: Collection[str]) -> bool:
    backup = backup_folder(folder)
    files = {*files_in(new), *replaceable}
    _refuse_unknown_files(files, folder)
    _refuse_unknown_files(files, backup)
    _recover(folder, backup)
    if _is_same(new, folder):
        return False
    flush_files(new, folder)
    recover = partial(_recover, folder, backup)
    atexit.register(recover)  # a signal may end the process
    try:
        if folder.exists():
            folder.rename(backup)
        new.rename(folder)
        with suppress(OSError):  # then the backup stays until the next build
            _flush_folder(folder.parent)
            _discard(backup, _staging_path(folder))
    except BaseException:
        recover()
        raise
    finally:
        atexit.unregister(recover)
    return True


def _clean_up(folder: Path) -> None:
    """Restore a backup that a killed build left, and remove staging folders."""
    restore_backup(folder)
    for leftover in _leftovers(folder):
        _remove(leftover)


def _recover(folder: Path, backup: Path) -> None:
    """Discard the backup if the dataset is complete; otherwise restore the backup."""
    if backup.exists():
        _discard(backup if _is_complete(folder) else folder, _staging_path(folder))
    restore_backup(folder)


def _staging_path(folder: Path) -> Path:
    """Return a new path next to the folder, whose name says that it may be removed at any time."""
    return sibling_path(folder, f"new-{secrets.token_hex(8)}")


def _leftovers(folder: Path) -> Iterator[Path]:
    """Yield the staging folders of killed builds."""
    pattern = re.compile(re.escape(sibling_path(folder, "new-").name) + r"[0-9a-f]{16}(\.chunks)?")
    if folder.parent.is_dir():
        for path in folder.parent.iterdir():
            if pattern.fullmatch(path.name) and path.is_dir() and not path.is_symlink():
                yield path


def _discard(path: Path, staging: Path) -> None:
    """Remove a folder, after renaming it: a folder of a dataset's name is always complete."""
    if path.exists():
        path.rename(staging)
        _remove(staging)


def _remove(staging: Path) -> None:
    """Remove a staging folder as far as the operating system allows; the next build tries again."""
    with suppress(OSError):
        staging.chmod(0o700)
        for path in staging.iterdir():
            if path.is_dir() and not path.is_symlink():
                path.chmod(0o700)
    shutil.rmtree(staging, ignore_errors=True)


def _refuse_unknown_files(files: Collection[str], folder: Path) -> None:
    """Raise `PublishError` if the folder holds something that replacing it would lose."""
    if not folder.exists():
        return
    unknown = unknown_files(folder, {*files, *_listed_files(folder)})
    if unknown:
        raise PublishError(
            f"{folder} holds {', '.join(unknown[:5])}, which no build wrote and this one would remove."
            " Move it elsewhere, or build into another folder."
        )


def _listed_files(folder: Path) -> set[str]:
    """Return the table files that the folder's data package lists."""
    try:
        resources = json.loads(read_descriptor_file(folder, DATAPACKAGE))["resources"]
        return {name for resource in resources for name in files_of(resource)}
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return set()


def _is_complete(folder: Path) -> bool:
    """Return whether the folder has a data package and all files that it lists."""
    files = _listed_files(folder)
    return bool(files) and all((folder / name).is_file() for name in files)


def _is_same(new: Path, folder: Path) -> bool:
    """Return whether two folders hold the same files; sizes are compared before contents."""
    ours, theirs = files_in(new), files_in(folder) if folder.is_dir() else {}
    if ours.keys() != theirs.keys():
        return False
    pairs = [(path, theirs[name]) for name, path in ours.items()]
    return all(a.stat().st_size == b.stat().st_size for a, b in pairs) and all(
        a.samefile(b) or filecmp.cmp(a, b, shallow=False) for a, b in pairs
    )


def _inodes(folder: Path) -> set[tuple[int, int]]:
    """Return the device and inode numbers of the files in a folder."""
    stats = [path.stat() for path in files_in(folder).values()] if folder.is_dir() else []
    return {(stat.st_dev, stat.st_ino) for stat in stats}


def flush_files(new: Path, flushed: Path) -> None:
    """Flush the files and folders of a folder to disk, except hard links to files of an already flushed folder."""
    on_disk = _inodes(flushed)
    stats = {path: path.stat() for path in files_in(new).values()}
    unflushed = [path for path, stat in stats.items() if (stat.st_dev, stat.st_ino) not in on_disk]
    with ThreadPoolExecutor(MAX_CONCURRENT_FLUSHES) as pool:
        list(pool.map(_flush_file, unflushed))  # raises what was refused
    for folder in (path for path in new.iterdir() if path.is_dir()):
        _flush_folder(folder)
    _flush_folder(new)


def _flush_file(path: Path) -> None:
    with path.open("r+b") as file:  # Windows flushes nothing that is not open for writing
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    """Flush the entries of a folder to disk, where the operating system lets a folder be opened."""
    if hasattr(os, "O_DIRECTORY"):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
