"""Files → a folder, all of them or none: the last good dataset survives whatever happens."""

from __future__ import annotations

import errno
import json
import os
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from stancebook.layout import DATAPACKAGE, beside, last_good

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


class PublishError(Exception):
    """Raised where a folder cannot be replaced; it holds what it held."""


def publish(files: Mapping[str, bytes], folder: Path) -> bool:
    """Make `folder` hold exactly `files`; return whether anything changed.

    The files are written into a folder beside and flushed to disk; then two renames put it in place. Whoever is
    killed between the two leaves the old folder beside, whole, and the next call puts it back first. Where `folder`
    is a link, what it leads to is replaced. Two calls at once need `lock.only_build` around them.

    Raises `PublishError` where that would lose what no build wrote, and where the system refuses to write.
    """
    try:
        return _publish(files, place(folder))
    except OSError as fault:
        raise refused(fault, folder) from fault


def place(folder: Path) -> Path:
    """Return the folder to replace, links followed; raise `PublishError` where it cannot be one."""
    real = Path(os.path.realpath(folder))
    if not real.name:
        raise PublishError(f"{real} is a whole disk; name a folder on it.")
    if real.exists() and not real.is_dir():
        raise PublishError(f"{real} is a file; name a folder to build into.")
    if folder.is_symlink() and not real.exists() and not last_good(real).exists():
        raise PublishError(f"{folder} is a link to {real}, which is not there. Mend the link, or remove it.")
    return real


def put_back(folder: Path) -> None:
    """Put back the old folder where a build was killed before the new one stood."""
    old = last_good(folder)
    if old.exists() and not folder.exists():
        old.rename(folder)


def refused(fault: OSError, folder: Path) -> PublishError:
    """Return what to tell where the system refused: the cause, what became of the folder, and what to do."""
    cause = fault.strerror or str(fault)
    if fault.filename is not None:
        cause += f": {os.fsdecode(fault.filename)}"
    fate = ""
    if os.path.isdir(folder):  # noqa: PTH112 – unlike Path.is_dir, it never raises
        fate = " It is as it was."
    elif os.path.isdir(last_good(folder)):  # noqa: PTH112
        fate = f" It lies, as it was, in {last_good(folder)}; the next build puts it back."
    remedy = next((text for text, codes in _REMEDIES.items() if fault.errno in codes), "Mend that, and build again.")
    return PublishError(f"{folder} cannot be written ({cause}).{fate} {remedy}")


def _publish(files: Mapping[str, bytes], folder: Path) -> bool:
    old = last_good(folder)
    _refuse_foreign(files, folder)
    _refuse_foreign(files, old)
    _recover(folder, old)
    for leftover in _leftovers(folder):
        _remove(leftover)
    if _holds(files, folder):
        return False
    folder.parent.mkdir(parents=True, exist_ok=True)
    new = _scratch(folder)
    try:
        _write(files, new)
        if folder.exists():
            folder.rename(old)
        new.rename(folder)
    except BaseException:
        _remove(new)
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
    put_back(folder)


def _scratch(folder: Path) -> Path:
    """Return a new name beside the folder, for what may be removed at any time."""
    return beside(folder, f"new-{secrets.token_hex(8)}")


def _leftovers(folder: Path) -> Iterator[Path]:
    """Yield the scratch folders of killed builds."""
    ours = re.compile(re.escape(beside(folder, "new-").name) + "[0-9a-f]{16}")
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
    shutil.rmtree(scratch, ignore_errors=True)


def _refuse_foreign(files: Mapping[str, bytes], folder: Path) -> None:
    """Raise where the folder holds something that replacing it would lose."""
    if not folder.exists():
        return
    foreign = sorted({entry.name for entry in folder.iterdir()} - set(files) - _written_before(folder))
    if foreign:
        raise PublishError(
            f"{folder} holds {', '.join(foreign[:5])}, which no build wrote and this one would remove."
            " Move it elsewhere, or build into another folder."
        )


def _written_before(folder: Path) -> set[str]:
    try:
        resources = json.loads((folder / DATAPACKAGE).read_bytes())["resources"]
        return {str(resource["path"]) for resource in resources}
    except (OSError, ValueError, LookupError, TypeError):
        return set()


def _is_whole(folder: Path) -> bool:
    """Whether the folder has a data package, and all tables it lists."""
    tables = _written_before(folder)
    return bool(tables) and all((folder / table).is_file() for table in tables)


def _holds(files: Mapping[str, bytes], folder: Path) -> bool:
    if not folder.is_dir() or {entry.name for entry in folder.iterdir()} != set(files):
        return False
    return all((folder / name).read_bytes() == data for name, data in files.items())


def _write(files: Mapping[str, bytes], folder: Path) -> None:
    folder.mkdir()
    for name, data in files.items():
        with (folder / name).open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    _flush(folder)


def _flush(folder: Path) -> None:
    """Flush a folder's entries to disk, where the system lets a folder be opened."""
    if hasattr(os, "O_DIRECTORY"):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
