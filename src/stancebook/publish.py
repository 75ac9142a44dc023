"""Files → a folder, all of them or none: the last good dataset survives whatever happens."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from stancebook.layout import DATAPACKAGE


class PublishError(Exception):
    """Raised where a folder cannot be replaced without losing something that no build wrote."""


def publish(files: Mapping[str, bytes], folder: Path) -> bool:
    """Make `folder` hold exactly `files`; return whether anything changed.

    The files are written beside the folder and flushed to disk; then two renames put them in its place.
    A crash between the two leaves the old folder beside, and the next call puts it back first.
    """
    folder = folder.absolute()
    old = folder.with_name(f".{folder.name}.old")
    _recover(folder, old)
    _refuse_foreign(files, folder)
    if _holds(files, folder):
        return False
    folder.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(prefix=f".{folder.name}.new-", dir=folder.parent))
    try:
        _write(files, new)
        if folder.exists():
            folder.rename(old)
        new.rename(folder)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        _recover(folder, old)
        raise
    _flush(folder.parent)
    shutil.rmtree(old, ignore_errors=True)
    return True


def _recover(folder: Path, old: Path) -> None:
    if old.exists():
        if folder.exists():
            shutil.rmtree(old)
        else:
            old.rename(folder)


def _refuse_foreign(files: Mapping[str, bytes], folder: Path) -> None:
    """Raise where the folder holds something that replacing it would lose."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise PublishError(f"{folder} is a file; name a folder to build into.")
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


def _holds(files: Mapping[str, bytes], folder: Path) -> bool:
    if not folder.is_dir() or {entry.name for entry in folder.iterdir()} != set(files):
        return False
    return all((folder / name).read_bytes() == data for name, data in files.items())


def _write(files: Mapping[str, bytes], folder: Path) -> None:
    for name, data in files.items():
        with (folder / name).open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    folder.chmod(0o755)
    _flush(folder)


def _flush(folder: Path) -> None:
    """Flush a folder's entries to disk, where the system lets a folder be opened."""
    if hasattr(os, "O_DIRECTORY"):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
