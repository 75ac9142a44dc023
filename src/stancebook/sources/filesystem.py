"""Read-only access to a folder of sources, on this machine or at a URL that fsspec can open."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, NamedTuple

from stancebook.problems import display_paths_below

Location = Path | str  # a local folder, or the URL of a remote one, such as s3://bucket/seeds
EntryKind = Literal["folder", "file", "link", "other"]

_KINDS: dict[int, EntryKind] = {stat.S_IFDIR: "folder", stat.S_IFREG: "file", stat.S_IFLNK: "link"}
_REMOTE_KINDS: dict[str, EntryKind] = {"directory": "folder", "file": "file", "link": "link"}
_KIND_NAMES: dict[EntryKind, str] = {"folder": "a folder", "file": "a file", "other": "a pipe, a socket or a device"}

# Do not follow links, wait for the writer of a pipe, or translate line ends. Not every system has every flag.
_OPEN_FLAGS = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_NOCTTY", "O_BINARY"))
_BLOCK_BYTES = 1 << 16  # to read at once from a file that reports a smaller size

UNKNOWN_MTIME_NS = 2**63 - 1


class UnreadableError(Exception):
    """Raised when something cannot be read; its arguments are the message and the hint of a problem."""


class Entry(NamedTuple):
    """A file in a listing.

    Attributes:
        name: Path below the folder of sources, with slashes.
        size: Size in bytes.
        mtime_ns: Time of the last change in nanoseconds since 1970. From a remote store, a negative number that
            identifies the file's version, or `UNKNOWN_MTIME_NS` if the store has no versions.
    """

    name: str
    size: int
    mtime_ns: int


class LocalFolder:
    """A folder of sources on this machine. Links are not followed, and only regular files are read.

    Files and folders in it are named by their path below it, with slashes.
    """

    def __init__(self, path: Path) -> None:
        self.path = os.fspath(path)
        self._display_path = display_paths_below(path)

    def display_path(self, name: str) -> str:
        """Return a file's path as displayed to the user."""
        return self._display_path(name)

    def exists(self) -> bool:
        """Return whether the folder exists."""
        return os.path.isdir(self.path)  # noqa: PTH112 (Path.is_dir raises where access is denied)

    def list_folder(self, folder: str) -> list[tuple[EntryKind, Entry]]:
        """Return the entries of a folder in any order, without hidden ones.

        Raises:
            UnreadableError: The folder cannot be listed.
        """
        prefix = f"{folder}/" if folder else ""
        listed: list[tuple[EntryKind, Entry]] = []
        try:
            with os.scandir(f"{self.path}/{folder}") as entries:
                for entry in entries:
                    name = entry.name
                    if name[0] == ".":
                        continue
                    try:
                        status = entry.stat(follow_symlinks=False)
                    except FileNotFoundError:  # a temporary file of an editor, already deleted
                        continue
                    listed.append((_kind(status), Entry(prefix + name, status.st_size, status.st_mtime_ns)))
        except OSError as error:
            raise _unreadable(error) from error
        return listed

    def prefetch(self, files: Iterable[tuple[str, int]]) -> None:
        """Prepare to read files, given with their limits in bytes: a local disk needs no preparation."""

    def read_bytes(self, name: str, limit: int) -> bytes:
        """Return the content of a regular file.

        Raises:
            UnreadableError: It cannot be read, is not a regular file, or has more than `limit` bytes.
        """
        try:
            descriptor = os.open(f"{self.path}/{name}", _OPEN_FLAGS)
            try:
                # The file may have been replaced since it was listed: check what was opened.
                status = os.fstat(descriptor)
                if error := wrong_kind("file", _kind(status)):
                    raise error
                return _read_up_to(descriptor, status.st_size, limit)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise _unreadable(error) from error


class RemoteFolder:
    """A folder of sources at a URL that fsspec can open, usually in an object store.

    The fsspec implementation takes credentials and endpoints from the environment.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._prefetched: dict[str, bytes | Exception] = {}
        self._opened: tuple[Any, str] | None = None

    def display_path(self, name: str) -> str:
        """Return a file's URL."""
        return f"{self.url}/{name}" if name else self.url

    def exists(self) -> bool:
        """Return True: `list_folder` reports a store that cannot be reached."""
        return True

    def list_folder(self, folder: str) -> list[tuple[EntryKind, Entry]]:
        """Return the entries of a folder; raise `UnreadableError` if it cannot be listed."""
        prefix = f"{folder}/" if folder else ""
        try:
            files, top = self._open()
            path = f"{top}/{folder}".rstrip("/")
            infos = [(info["name"].rstrip("/").removeprefix(path), info) for info in files.ls(path, detail=True)]
        except Exception as error:
            raise _unreachable(error) from error
        # A store may list a folder within itself, and keys that are no file names, which are then of kind "other".
        named = [(name.removeprefix("/"), info) for name, info in infos if name]
        return [
            (_remote_kind(name, info), _remote_entry(prefix + name, info)) for name, info in named if name[:1] != "."
        ]

    def prefetch(self, files: Iterable[tuple[str, int]]) -> None:
        """Read files, given with their limits in bytes, in one batch of concurrent requests."""
        limits = dict(files)
        try:
            store, top = self._open()
            contents = store.cat_ranges(
                [f"{top}/{name}" for name in limits],
                [0] * len(limits),
                [limit + 1 for limit in limits.values()],
                on_error="return",
            )
        except Exception:  # noqa: BLE001 (each store has its own errors; `read_bytes` reports them)
            return
        self._prefetched = dict(zip(limits, contents, strict=True))

    def read_bytes(self, name: str, limit: int) -> bytes:
        """Return the content of a file of at most `limit` bytes; raise `UnreadableError` otherwise."""
        try:
            files, top = self._open()
            data = self._prefetched.pop(name, None)
            if not isinstance(data, bytes):
                # Some stores refuse a range of an empty file.
                empty = files.size(f"{top}/{name}") == 0
                data = b"" if empty else bytes(files.cat_file(f"{top}/{name}", start=0, end=limit + 1))
        except Exception as error:
            raise _unreachable(error) from error
        if len(data) > limit:
            raise too_large(limit)
        return data

    def _open(self) -> tuple[Any, str]:
        """Return the fsspec file system and the folder's path in it."""
        if self._opened is None:
            from fsspec.core import url_to_fs

            files, top = url_to_fs(self.url, use_listings_cache=False)
            self._opened = files, top.rstrip("/")
        return self._opened


FileSystem = LocalFolder | RemoteFolder


def absolute_location(location: Location) -> Location:
    """Return a location that does not depend on the working directory."""
    return location if isinstance(location, str) else location.absolute()


def open_location(location: Location) -> FileSystem:
    """Return the file system of a local path or a URL."""
    return RemoteFolder(location) if isinstance(location, str) else LocalFolder(location)


def wrong_kind(expected: EntryKind, found: EntryKind) -> UnreadableError | None:
    """Return the error of an entry that is not of the expected kind, or None if it is."""
    if found == expected:
        return None
    if found == "link":
        return UnreadableError("is a link", "put the file or folder itself here: links are not followed")
    return UnreadableError(f"is {_KIND_NAMES[found]}", f"expected {_KIND_NAMES[expected]} of this name")


def too_large(limit: int) -> UnreadableError:
    """Return the error of a file with more than `limit` bytes."""
    hint = "expected one news text, or its records; a codebook may be several files"
    return UnreadableError(f"is larger than {limit >> 20} MiB", hint)


def _read_up_to(descriptor: int, size: int, limit: int) -> bytes:
    """Return the content of an open file, which may be growing; read at most one byte beyond its limit."""
    data = b""
    while size <= limit and (block := os.read(descriptor, min(max(size, _BLOCK_BYTES), limit - len(data)) + 1)):
        data += block
        size = max(size, len(data))
    if size > limit:
        raise too_large(limit)
    return data


def _kind(status: os.stat_result) -> EntryKind:
    return _KINDS.get(stat.S_IFMT(status.st_mode), "other")


def _unreadable(error: OSError) -> UnreadableError:
    return UnreadableError(f"cannot be read ({error.strerror})", "check that it exists and that you may read it")


def _unreachable(error: Exception) -> UnreadableError:
    if isinstance(error, FileNotFoundError):
        return UnreadableError("does not exist", "check the address, and that the store is the one you mean")
    reason = " ".join(str(error).split()) or type(error).__name__
    return UnreadableError(
        f"cannot be read ({reason})", "check the address, and the store's settings in the environment"
    )


def _remote_kind(name: str, info: dict[str, Any]) -> EntryKind:
    return _REMOTE_KINDS.get(info["type"], "other") if name and "/" not in name else "other"


def _remote_entry(name: str, info: dict[str, Any]) -> Entry:
    version = next((str(info[key]) for key in ("ETag", "etag", "generation") if info.get(key)), None)
    return Entry(name, info.get("size") or 0, _version_number(version) if version else UNKNOWN_MTIME_NS)


def _version_number(version: str) -> int:
    return -1 - int.from_bytes(hashlib.sha256(version.encode()).digest()[:8])
