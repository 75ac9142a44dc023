"""Where seeds lie: what a folder of this machine holds, and the bytes of a file in it; nothing else is ever opened.

Nothing is trusted but the folder's own name: links are not followed, and only regular files are read, no
further than they may reach. Whatever else is to keep seeds has what `Folder` has, and raises the same error.
"""

import os
import stat
from pathlib import Path
from typing import Literal, NamedTuple

from stancebook.problem import shown_below

Kind = Literal["folder", "file", "link", "other"]

_KINDS: dict[int, Kind] = {stat.S_IFDIR: "folder", stat.S_IFREG: "file", stat.S_IFLNK: "link"}
_WORDS: dict[Kind, str] = {"folder": "a folder", "file": "a file", "other": "a pipe, a socket or a device"}

# Never follow a link, never wait for the other end of a pipe, never change a line end; each where the system knows it.
_OPENING = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_NOCTTY", "O_BINARY"))
_PIECE = 1 << 16  # bytes read at once of a file that says it has fewer


class UnreadableError(Exception):
    """Raised where something cannot be read; its first argument says why, its second what would be right."""


class Entry(NamedTuple):
    """A file as it was seen: its name below seeds, with slashes; its size in bytes; when it was last written."""

    name: str
    size: int
    mtime_ns: int


class Folder:
    """The folder of seeds on this machine; whatever lies below it goes by its name from there, with slashes."""

    def __init__(self, path: Path) -> None:
        self.path = os.fspath(path)
        self.shown = shown_below(path)  # a name → what a person would call the file

    def is_there(self) -> bool:
        """Return whether there is such a folder."""
        return os.path.isdir(self.path)  # noqa: PTH112 (where the system refuses to look, Path.is_dir raises)

    def inside(self, folder: str) -> list[tuple[Kind, Entry]]:
        """Return what a folder holds, hidden names apart, in no order; raises `UnreadableError`."""
        below = f"{folder}/" if folder else ""
        found: list[tuple[Kind, Entry]] = []
        try:
            with os.scandir(f"{self.path}/{folder}") as entries:
                for entry in entries:
                    name = entry.name
                    if name[0] == ".":
                        continue
                    try:
                        seen = entry.stat(follow_symlinks=False)
                    except FileNotFoundError:  # gone since: editors keep files for a moment
                        continue
                    found.append((_kind(seen), Entry(below + name, seen.st_size, seen.st_mtime_ns)))
        except OSError as fault:
            raise _unreadable(fault) from fault
        return found

    def content(self, name: str, limit: int) -> bytes:
        """Return the bytes of a regular file that has at most `limit`; raises `UnreadableError`."""
        try:
            opened = os.open(f"{self.path}/{name}", _OPENING)
            try:
                # Another thing may have taken its place since it was seen: what counts is what was opened.
                found = os.fstat(opened)
                if fault := wrong_kind("file", _kind(found)):
                    raise fault
                return _content(opened, found.st_size, limit)
            finally:
                os.close(opened)
        except OSError as fault:
            raise _unreadable(fault) from fault


def wrong_kind(due: Kind, found: Kind) -> UnreadableError | None:
    """Return what is wrong where something is not of the kind that is due."""
    if found == due:
        return None
    if found == "link":
        return UnreadableError("is a link", "put what it leads to here itself: a link may lead anywhere")
    return UnreadableError(f"is {_WORDS[found]}", f"expected {_WORDS[due]} of this name")


def too_large(limit: int) -> UnreadableError:
    """Return what is wrong with a file of more than `limit` bytes."""
    hint = "expected one news text, or its records; a codebook may be several files"
    return UnreadableError(f"is larger than {limit >> 20} MiB", hint)


def _content(opened: int, size: int, limit: int) -> bytes:
    """Return what an open file holds; it may be growing, and is read one byte beyond its limit at most."""
    data = b""
    while size <= limit and (piece := os.read(opened, min(max(size, _PIECE), limit - len(data)) + 1)):
        data += piece
        size = max(size, len(data))
    if size > limit:
        raise too_large(limit)
    return data


def _kind(seen: os.stat_result) -> Kind:
    return _KINDS.get(stat.S_IFMT(seen.st_mode), "other")


def _unreadable(fault: OSError) -> UnreadableError:
    return UnreadableError(f"cannot be read ({fault.strerror})", "check that it is there and that you may read it")
