"""Where seeds lie: what a folder holds, and the bytes of a file in it; nothing else is ever opened.

Nothing is trusted but the folder's own name: links are not followed, and only regular files are read, no
further than they may reach. A folder is one of this machine, or one that an object store or the like keeps (`Kept`).
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol

from stancebook.problems import display_paths_below

Location = Path | str  # a folder of this machine, or the URL of one elsewhere, such as s3://bucket/seeds
EntryKind = Literal["folder", "file", "link", "other"]

_KINDS: dict[int, EntryKind] = {stat.S_IFDIR: "folder", stat.S_IFREG: "file", stat.S_IFLNK: "link"}
_WORDS: dict[EntryKind, str] = {"folder": "a folder", "file": "a file", "other": "a pipe, a socket or a device"}

# Never follow a link, never wait for the other end of a pipe, never change a line end; each where the system knows it.
_OPENING = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_NOCTTY", "O_BINARY"))
_PIECE = 1 << 16  # bytes read at once of a file that says it has fewer


class UnreadableError(Exception):
    """Raised where something cannot be read; its first argument says why, its second what would be right."""


class Entry(NamedTuple):
    """A file as it was seen: its name below seeds, with slashes; its size in bytes; when it was last written.

    Where a store knows versions instead, a negative number stands for the version; where it knows neither, the file
    was always written just now (`NOW`).
    """

    name: str
    size: int
    mtime_ns: int


NOW = 2**63 - 1


class FileSystem(Protocol):
    """What keeps seeds; whatever lies below their folder goes by its name from there, with slashes."""

    def shown(self, name: str) -> str:
        """Return what a person would call a file."""

    def is_there(self) -> bool:
        """Return whether there is such a folder."""

    def inside(self, folder: str) -> list[tuple[EntryKind, Entry]]:
        """Return what a folder holds, hidden names apart, in no order; raises `UnreadableError`."""

    def expect(self, wanted: Iterable[tuple[str, int]]) -> None:
        """Hear which files will be read soon, with their limits: all at once may be sooner than one by one."""

    def content(self, name: str, limit: int) -> bytes:
        """Return the bytes of a regular file that has at most `limit`; raises `UnreadableError`."""


def absolute_location(place: Location) -> Location:
    """Return a place by the name that it has wherever one stands."""
    return place if isinstance(place, str) else place.absolute()


def open_location(place: Location) -> FileSystem:
    """Return what keeps the seeds at a place."""
    return RemoteFolder(place) if isinstance(place, str) else LocalFolder(place)


class LocalFolder:
    """The folder of seeds on this machine."""

    def __init__(self, path: Path) -> None:
        self.path = os.fspath(path)
        self._shown = display_paths_below(path)

    def shown(self, name: str) -> str:
        """Return what a person would call a file."""
        return self._shown(name)

    def is_there(self) -> bool:
        """Return whether there is such a folder."""
        return os.path.isdir(self.path)  # noqa: PTH112 (where the system refuses to look, Path.is_dir raises)

    def inside(self, folder: str) -> list[tuple[EntryKind, Entry]]:
        """Return what a folder holds, hidden names apart, in no order; raises `UnreadableError`."""
        below = f"{folder}/" if folder else ""
        found: list[tuple[EntryKind, Entry]] = []
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

    def expect(self, wanted: Iterable[tuple[str, int]]) -> None:
        """Do nothing: a disk is read as fast file by file."""

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


class RemoteFolder:
    """The folder of seeds in a storage that fsspec reaches: an object store, most often.

    Who asks, and where the store is, goes by the environment, as its package says.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.expected: dict[str, bytes | Exception] = {}
        self._opened: tuple[Any, str] | None = None

    def shown(self, name: str) -> str:
        """Return the address of a file."""
        return f"{self.url}/{name}" if name else self.url

    def is_there(self) -> bool:
        """Leave it to `inside`: whoever cannot reach a store cannot say what is in it."""
        return True

    def inside(self, folder: str) -> list[tuple[EntryKind, Entry]]:
        """Return what a folder holds, hidden names apart, in no order; raises `UnreadableError`."""
        below = f"{folder}/" if folder else ""
        try:
            files, top = self._files()
            path = f"{top}/{folder}".rstrip("/")
            listed = [(each["name"].rstrip("/").removeprefix(path), each) for each in files.ls(path, detail=True)]
        except Exception as fault:
            raise _unreachable(fault) from fault
        # A store may list a folder in itself, and have files whose names no folder could: those are no files to read.
        seen = [(name.removeprefix("/"), each) for name, each in listed if name]
        return [(_kind_kept(name, each), _seen(below + name, each)) for name, each in seen if name[:1] != "."]

    def expect(self, wanted: Iterable[tuple[str, int]]) -> None:
        """Read files at once: a store takes its time for each, however many wait."""
        limits = dict(wanted)
        try:
            files, top = self._files()
            read = files.cat_ranges(
                [f"{top}/{name}" for name in limits],
                [0] * len(limits),
                [limit + 1 for limit in limits.values()],
                on_error="return",
            )
        except Exception:  # noqa: BLE001 (each store has its own; whoever asks for a file will be told)
            return
        self.expected = dict(zip(limits, read, strict=True))

    def content(self, name: str, limit: int) -> bytes:
        """Return the bytes of a file that has at most `limit`; raises `UnreadableError`."""
        try:
            files, top = self._files()
            data = self.expected.pop(name, None)
            if not isinstance(data, bytes):
                # To ask for a stretch of an empty file is a mistake in some stores.
                empty = files.size(f"{top}/{name}") == 0
                data = b"" if empty else bytes(files.cat_file(f"{top}/{name}", start=0, end=limit + 1))
        except Exception as fault:
            raise _unreachable(fault) from fault
        if len(data) > limit:
            raise too_large(limit)
        return data

    def _files(self) -> tuple[Any, str]:
        """Return the storage, opened, and the folder's path in it."""
        if self._opened is None:
            from fsspec.core import url_to_fs

            files, top = url_to_fs(self.url, use_listings_cache=False)
            self._opened = files, top.rstrip("/")
        return self._opened


def wrong_kind(due: EntryKind, found: EntryKind) -> UnreadableError | None:
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


def _kind(seen: os.stat_result) -> EntryKind:
    return _KINDS.get(stat.S_IFMT(seen.st_mode), "other")


def _unreadable(fault: OSError) -> UnreadableError:
    return UnreadableError(f"cannot be read ({fault.strerror})", "check that it is there and that you may read it")


def _unreachable(fault: Exception) -> UnreadableError:
    """Return what to tell of any error of a store: each has its own."""
    if isinstance(fault, FileNotFoundError):
        return UnreadableError("is not there", "check the address, and that the store is the one you mean")
    told = " ".join(str(fault).split()) or type(fault).__name__
    return UnreadableError(f"cannot be read ({told})", "check the address, and what the environment says of the store")


def _kind_kept(name: str, seen: dict[str, Any]) -> EntryKind:
    kinds: dict[str, EntryKind] = {"directory": "folder", "file": "file", "link": "link"}
    return kinds.get(seen["type"], "other") if name and "/" not in name else "other"


def _seen(name: str, seen: dict[str, Any]) -> Entry:
    version = next((str(seen[each]) for each in ("ETag", "etag", "generation") if seen.get(each)), None)
    return Entry(name, seen.get("size") or 0, _number_of(version) if version else NOW)


def _number_of(version: str) -> int:
    return -1 - int.from_bytes(hashlib.sha256(version.encode()).digest()[:8])
