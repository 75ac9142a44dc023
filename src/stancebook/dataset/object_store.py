"""Publish a dataset to an object store and find the latest one there.

A store replaces one file atomically, never several. So each build is uploaded into a folder of its own, and then the
small file `latest.json` is replaced: a reader gets the old dataset or the new one, complete in either case.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from stancebook.dataset.layout import DATAPACKAGE, files_in
from stancebook.exceptions import MissingExtraError, PublishError

LATEST = "latest.json"
_S3 = ("s3", "s3a")  # what the extra s3 installs a library for
_INVALID = f"{LATEST} is not valid: build the dataset again"
_MAX_LATEST_BYTES = 4096
_VERSION = re.compile(r"[0-9a-f]{64}")  # the SHA-256 of the data package, which lists those of all tables


@dataclass(frozen=True)
class RemotePath:
    """A file or folder that fsspec reaches, with the methods of `pathlib.Path` that reading needs.

    Attributes:
        filesystem: The fsspec file system.
        path: The path in that file system.
        url: The URL, as messages show it.
    """

    filesystem: Any
    path: str
    url: str

    def __str__(self) -> str:
        return self.url

    def __truediv__(self, name: str) -> RemotePath:
        return RemotePath(self.filesystem, f"{self.path}/{name}", f"{self.url}/{name}")

    def read_bytes(self, limit: int) -> bytes:
        """Read a file, or its first `limit` bytes.

        Raises:
            OSError: It cannot be read; an error of the store is converted.
        """
        with _os_errors(), self.filesystem.open(self.path, "rb", cache_type="none") as file:
            return bytes(file.read(limit))

    def open(self, mode: str) -> BinaryIO:
        """Open a file; its reader decides which ranges of it are fetched.

        Raises:
            OSError: It cannot be opened; an error of the store is converted.
        """
        with _os_errors():
            file: BinaryIO = self.filesystem.open(self.path, mode, cache_type="none")
            return file


def latest_version(url: str) -> RemotePath:
    """Return the folder of the latest build at a URL, or the folder itself if a dataset was copied there.

    Raises:
        OSError: The store cannot be reached.
        MissingExtraError: The library for this kind of store is not installed.
    """
    folder = _remote_path(url)
    try:
        version = str(json.loads((folder / LATEST).read_bytes(_MAX_LATEST_BYTES))["build"])
    except FileNotFoundError:
        return folder
    except (ValueError, LookupError, TypeError) as error:
        raise OSError(0, _INVALID) from error
    if not _VERSION.fullmatch(version):
        raise OSError(0, _INVALID)
    return folder / version


def upload(new: Path, url: str) -> bool:
    """Upload a dataset and make it the latest one at a URL.

    The previous build stays, for those who are reading it; older ones are removed. Concurrent uploads are safe: the
    last one is the latest. Files of an upload that was killed stay, and no reader finds them.

    Args:
        new: The folder of the dataset.
        url: Where to; the folder need not exist.

    Returns:
        Whether the dataset differs from the latest one there.

    Raises:
        PublishError: The store cannot be reached, or refuses.
    """
    with _publish_errors(url):
        folder = _remote_path(url)
        package = new / DATAPACKAGE
        version = hashlib.sha256(package.read_bytes()).hexdigest()
        previous = latest_version(url).path.removeprefix(f"{folder.path}/")
        if previous == version:
            return False
        files = files_in(new)
        names = sorted(files, key=lambda name: (name == DATAPACKAGE, name))  # with its data package, it is complete
        targets = [(folder / version / name).path for name in names]
        folder.filesystem.put([str(files[name]) for name in names[:-1]], targets[:-1])
        folder.filesystem.put_file(str(package), targets[-1])
        folder.filesystem.pipe_file((folder / LATEST).path, json.dumps({"build": version}).encode() + b"\n")
        for old in _complete_versions(folder) - {version, previous}:
            folder.filesystem.rm((folder / old).path, recursive=True)
        return True


def _complete_versions(folder: RemotePath) -> set[str]:
    """Return the names of the folders that hold a complete build: other uploads may be in progress."""
    entries = folder.filesystem.ls(folder.path, detail=True)
    names = {entry["name"].rstrip("/").rpartition("/")[2] for entry in entries}
    return {
        name
        for name in names
        if _VERSION.fullmatch(name) and folder.filesystem.exists((folder / name / DATAPACKAGE).path)
    }


def _remote_path(url: str) -> RemotePath:
    try:
        from fsspec.core import url_to_fs

        filesystem, path = url_to_fs(url, use_listings_cache=False)
    except ImportError as error:
        module = (error.name or "s3fs").partition(".")[0]
        if module != "fsspec" and url.partition("://")[0] not in _S3:
            raise OSError(0, _one_line(error)) from error
        raise MissingExtraError(module, "s3") from error
    except ValueError as error:
        raise OSError(0, _one_line(error)) from error
    return RemotePath(filesystem, path.rstrip("/"), url.rstrip("/"))


@contextmanager
def _os_errors() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise
    except Exception as error:
        raise OSError(0, _one_line(error)) from error


@contextmanager
def _publish_errors(url: str) -> Iterator[None]:
    try:
        yield
    except MissingExtraError:
        raise
    except Exception as error:
        cause = error.strerror if isinstance(error, OSError) and error.strerror else _one_line(error)
        raise PublishError(
            f"{url} cannot be written ({cause}). The latest dataset there is unchanged. Check the URL, and the"
            " credentials in the environment."
        ) from error


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()).rstrip(".") or type(error).__name__
