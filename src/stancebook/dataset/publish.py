"""A new folder in place of an old one, whole or not at all: the last good dataset survives whatever happens."""

from __future__ import annotations

import errno
import json
import os
import re
import secrets
import shutil
import stat
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

from stancebook.dataset.layout import DATAPACKAGE, backup_folder, files_in, files_of, sibling_path, unknown_files
from stancebook.exceptions import PublishError

_BLOCK = 1 << 20  # bytes that are compared at once
_AT_ONCE = 8  # files that are flushed at once: a disk that is asked for several needs hardly longer than for one

_REMEDIES = {
    "Make room on the disk, or build elsewhere with --out.": (errno.ENOSPC, errno.EDQUOT, errno.EFBIG),
    "Build with --out into a folder where you may write, or look without writing with --check.": (
        errno.EROFS,
        errno.EACCES,
        errno.EPERM,
    ),
    "A folder on which a disk is mounted cannot be replaced as a whole: build with --out into a folder in it.": (
        errno.EBUSY,
        errno.EXDEV,
    ),
    "Name another folder with --out.": (errno.ENOTDIR, errno.EEXIST, errno.ENAMETOOLONG, errno.ELOOP),
}


@contextmanager
def staging_folder(folder: Path) -> Iterator[Path]:
    """Give a new, empty folder beside `folder`, to be filled and handed to `put`; in the end it is gone.

    What killed builds left of theirs goes first, and what one put aside is back in its place. Where `folder` is a
    link, the new one lies beside what it leads to. Two at once need `lock.only_build` around them.

    Raises `PublishError` where the system refuses to write, here or within.
    """
    try:
        real = resolve_target(folder)
        restore_backup(real)
        for leftover in _leftovers(real):
            _remove(leftover)
        real.parent.mkdir(parents=True, exist_ok=True)
        new = _scratch(real)
        new.mkdir()
        try:
            yield new
        finally:
            _remove(new)
    except OSError as fault:
        raise publish_error(fault, folder) from fault


def publish(new: Path, folder: Path) -> bool:
    """Make `folder` what the scratch folder `new` is, unless it holds the same; return whether anything changed.

    What was written anew is flushed to disk; then two renames put it in place. Whoever is killed between the two leaves
    the old folder beside, whole, and the next call puts it back first. Where `folder` is a link, what it leads to is
    replaced.

    Raises `PublishError` where that would lose what no build wrote, and where the system refuses to write.
    """
    try:
        return _put(new, resolve_target(folder))
    except OSError as fault:
        raise publish_error(fault, folder) from fault


def hardlink_or_copy(old: Path, new: Path) -> None:
    """Make `new` the same file as `old`, under a second name; a copy of it where the file system has no such thing.

    A file that a published dataset holds is on the disk already: `put` does not flush it again.
    """
    try:
        os.link(os.path.realpath(old), new)
    except OSError:
        shutil.copyfile(old, new)


def resolve_target(folder: Path) -> Path:
    """Return the folder to replace, links followed; raise `PublishError` where it cannot be one."""
    real = Path(os.path.realpath(folder))
    if not real.name:
        raise PublishError(f"{real} is a whole disk; name a folder on it.")
    if real.exists() and not real.is_dir():
        raise PublishError(f"{real} is a file; name a folder to build into.")
    if folder.is_symlink() and not real.exists() and not backup_folder(real).exists():
        raise PublishError(f"{folder} is a link to {real}, which is not there. Mend the link, or remove it.")
    return real


def restore_backup(folder: Path) -> None:
    """Put back the old folder where a build was killed before the new one stood."""
    old = backup_folder(folder)
    if old.exists() and not folder.exists():
        old.rename(folder)


def publish_error(fault: OSError, folder: Path) -> PublishError:
    """Return what to tell where the system refused: the cause, what became of the folder, and what to do."""
    cause = fault.strerror or str(fault)
    if fault.filename is not None:
        cause += f": {os.fsdecode(fault.filename)}"
    fate = ""
    if os.path.isdir(folder):  # noqa: PTH112 – unlike Path.is_dir, it never raises
        fate = " It is as it was."
    elif os.path.isdir(backup_folder(folder)):  # noqa: PTH112
        fate = f" It lies, as it was, in {backup_folder(folder)}; the next build puts it back."
    remedy = next((text for text, codes in _REMEDIES.items() if fault.errno in codes), "Mend that, and build again.")
    return PublishError(f"{folder} cannot be written ({cause}).{fate} {remedy}")


def _put(new: Path, folder: Path) -> bool:
    old = backup_folder(folder)
    files = files_in(new)
    _refuse_foreign(files, folder)
    _refuse_foreign(files, old)
    _recover(folder, old)
    if _is_same(new, folder):
        return False
    _flush_files(new, _inodes(folder))
    try:
        if folder.exists():
            folder.rename(old)
        new.rename(folder)
    except BaseException:
        _recover(folder, old)
        raise
    with suppress(OSError):  # then the old folder stays beside until the next call
        _flush(folder.parent)
        _discard(old, _scratch(folder))
    return True


def _recover(folder: Path, old: Path) -> None:
    """Put back the old folder where the new one does not stand, and discard it where it does."""
    if old.exists():
        _discard(old if _is_whole(folder) else folder, _scratch(folder))
    restore_backup(folder)


def _scratch(folder: Path) -> Path:
    """Return a new name beside the folder, for what may be removed at any time."""
    return sibling_path(folder, f"new-{secrets.token_hex(8)}")


def _leftovers(folder: Path) -> Iterator[Path]:
    """Yield the scratch folders of killed builds."""
    ours = re.compile(re.escape(sibling_path(folder, "new-").name) + "[0-9a-f]{16}")
    if folder.parent.is_dir():
        for path in folder.parent.iterdir():
            if ours.fullmatch(path.name) and path.is_dir() and not path.is_symlink():
                yield path


def _discard(path: Path, scratch: Path) -> None:
    """Remove a folder, renamed first: what is found under a proper name is whole."""
    if path.exists():
        path.rename(scratch)
        _remove(scratch)


def _remove(scratch: Path) -> None:
    """Remove a scratch folder as far as the system lets us; the next call tries again."""
    with suppress(OSError):
        scratch.chmod(0o700)
        for path in scratch.iterdir():
            if path.is_dir() and not path.is_symlink():
                path.chmod(0o700)
    shutil.rmtree(scratch, ignore_errors=True)


def _refuse_foreign(files: Collection[str], folder: Path) -> None:
    """Raise where the folder holds something that replacing it would lose."""
    if not folder.exists():
        return
    foreign = unknown_files(folder, {*files, *_written_before(folder)})
    if foreign:
        raise PublishError(
            f"{folder} holds {', '.join(foreign[:5])}, which no build wrote and this one would remove."
            " Move it elsewhere, or build into another folder."
        )


def _written_before(folder: Path) -> set[str]:
    """Return the files of the tables that the folder's data package lists."""
    try:
        resources = json.loads((folder / DATAPACKAGE).read_bytes())["resources"]
        return {name for resource in resources for name in files_of(resource)}
    except (OSError, ValueError, LookupError, TypeError):
        return set()


def _is_whole(folder: Path) -> bool:
    """Whether the folder has a data package, and all files of the tables it lists."""
    files = _written_before(folder)
    return bool(files) and all((folder / name).is_file() for name in files)


def _is_same(new: Path, folder: Path) -> bool:
    """Whether two folders hold the same: what is cheap to ask is asked first."""
    if not folder.is_dir():
        return False
    ours, theirs = files_in(new), files_in(folder)
    if ours.keys() != theirs.keys():
        return False
    pairs = [(path, path.stat(), theirs[name], theirs[name].stat()) for name, path in ours.items()]
    return all(
        stat.S_IFMT(a.st_mode) == stat.S_IFMT(b.st_mode) and a.st_size == b.st_size for _, a, _, b in pairs
    ) and all(os.path.samestat(a, b) or _holds_same(one, other) for one, a, other, b in pairs)


def _holds_same(one: Path, other: Path) -> bool:
    with one.open("rb") as first, other.open("rb") as second:
        while (block := first.read(_BLOCK)) == second.read(_BLOCK):
            if not block:
                return True
    return False


def _inodes(folder: Path) -> set[tuple[int, int]]:
    """Return what a file system knows the files of a folder by, whatever their names."""
    found = [path.stat() for path in files_in(folder).values()] if folder.is_dir() else []
    return {(each.st_dev, each.st_ino) for each in found}


def _flush_files(new: Path, on_disk: Collection[tuple[int, int]]) -> None:
    """Flush to disk what a folder holds, but for the files that are there already."""
    facts = {path: path.stat() for path in files_in(new).values()}
    anew = [path for path, each in facts.items() if (each.st_dev, each.st_ino) not in on_disk]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for _ in pool.map(_flush_file, anew):
            pass  # and raise what was refused
    for folder in (path for path in new.iterdir() if path.is_dir()):
        _flush(folder)
    _flush(new)


def _flush_file(path: Path) -> None:
    with path.open("r+b") as file:  # to write, without which Windows flushes nothing
        os.fsync(file.fileno())


def _flush(folder: Path) -> None:
    """Flush a folder's entries to disk, where the system lets a folder be opened."""
    if hasattr(os, "O_DIRECTORY"):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
