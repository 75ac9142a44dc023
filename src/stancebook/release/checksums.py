"""The checksums of a release, as `sha256sum` prints and checks them."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

CHECKSUMS = "SHA256SUMS"
_LINE = re.compile(r"(?P<digest>[0-9a-f]{64})  (?P<name>[^\n]+)")


def write_checksums(folder: Path) -> None:
    """Write the digests of all files in a folder into it."""
    lines = [f"{digest}  {name}\n" for name, digest in _digests(folder).items()]
    (folder / CHECKSUMS).write_text("".join(lines), encoding="utf-8")


def listed_files(folder: Path) -> set[str]:
    """Return the files that the checksums of a folder list, and the file of checksums itself; nothing without it."""
    listed = _read(folder)
    return set() if listed is None else {CHECKSUMS, *listed}


def changed_files(folder: Path) -> list[str] | None:
    """Return the files of a folder that are not as its checksums list them: changed, missing or added.

    Returns:
        The relative paths, sorted; None if the folder has no checksums.
    """
    listed = _read(folder)
    return None if listed is None else sorted({name for name, _ in {*listed.items()} ^ {*_digests(folder).items()}})


def _read(folder: Path) -> dict[str, str] | None:
    path = folder / CHECKSUMS
    if not path.is_file():
        return None
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return {match["name"]: match["digest"] for line in lines if (match := _LINE.fullmatch(line))}


def _digests(folder: Path) -> dict[str, str]:
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return {name: _sha256(folder / name) for name in names if name != CHECKSUMS}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
