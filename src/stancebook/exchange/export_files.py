"""Write an export of texts: a file or a folder, never over work that is only there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from stancebook.exceptions import PublishError
from stancebook.exchange.tool_files import MARKER
from stancebook.problems import display_path
from stancebook.sources.atomic_files import write_atomically

_REMEDY = "Import it first, name another place, or replace it with --replace."


def write_file(content: bytes, target: Path, *, replace: bool) -> bool:
    """Write an export that is one file.

    Args:
        content: The export.
        target: The file.
        replace: Replace another file.

    Returns:
        Whether it was written; not if the file has this content already.

    Raises:
        PublishError: There is another file, or it cannot be written.
    """
    try:
        if target.is_dir():
            raise PublishError(f"{display_path(target)} is a folder; name a file in it.")
        if target.exists():
            if target.read_bytes() == content:
                return False
            if not replace:
                raise PublishError(f"{display_path(target)} exists, and annotations may be only in it. {_REMEDY}")
        write_atomically(target, content)
    except OSError as error:
        raise PublishError(f"{display_path(target)} cannot be written: {error.strerror}.") from error
    return True


def write_folder(files: Mapping[str, bytes], target: Path, tool: str, *, replace: bool) -> bool:
    """Write an export that is a folder; an unchanged earlier one is replaced.

    Args:
        files: The files by path below the folder.
        target: The folder.
        tool: The name of the tool.
        replace: Replace an earlier export that was changed since.

    Returns:
        Whether it was written; not if the folder has these files already.

    Raises:
        PublishError: The folder has other files, or it cannot be written.
    """
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}
    try:
        old = _earlier_export(target, replace=replace)
        if old == digests and not _changed(target, old):
            return False
        for name in old.keys() - digests.keys():
            (target / name).unlink(missing_ok=True)
        for name, content in files.items():
            write_atomically(target / name, content)
        marker = json.dumps({"tool": tool, "files": digests}, indent=1, ensure_ascii=False)
        write_atomically(target / MARKER, f"{marker}\n".encode())
    except OSError as error:
        raise PublishError(f"{display_path(target)} cannot be written: {error.strerror}.") from error
    return True


def _earlier_export(target: Path, *, replace: bool) -> dict[str, str]:
    """Return the digests of an earlier export by file; refuse a folder that is none, or that was changed since."""
    if target.exists() and not target.is_dir():
        raise PublishError(f"{display_path(target)} is a file; name a folder.")
    if not target.exists() or not any(target.iterdir()):
        return {}
    try:
        content = json.loads((target / MARKER).read_bytes())["files"]
        listed = {str(name): str(digest) for name, digest in content.items()}
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise PublishError(f"{display_path(target)} is not empty and is not an export. Name another folder.") from None
    if not replace and (changed := _changed(target, listed)):
        raise PublishError(f"{display_path(target / changed[0])} was changed since it was exported. {_REMEDY}")
    return listed


def _changed(target: Path, digests: Mapping[str, str]) -> list[str]:
    """Return the files in a folder that are changed since the export, without those that are missing."""
    here = sorted(path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file())
    return [
        name
        for name in here
        if name != MARKER and hashlib.sha256((target / name).read_bytes()).hexdigest() != digests.get(name)
    ]
