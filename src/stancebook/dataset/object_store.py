"""A dataset in an object store: each build in a folder of its own, and one small file that says which is the latest.

A store replaces one file at once, and never several. So a build writes beside the others under names that no other
has, and then that one file anew: whoever reads has the old dataset or the new one, whole, whatever happens on the way.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from stancebook.dataset.layout import DATAPACKAGE, files_in
from stancebook.exceptions import PublishError

LATEST = "latest.json"
_BROKEN = f"{LATEST} is broken: build the dataset again"
_VERSION = re.compile(r"[0-9a-f]{64}")  # the SHA-256 of the data package, which has those of all tables


class RemoteDataset:
    """A file or a folder in a store that fsspec reaches; of a path, it has what reading takes."""

    def __init__(self, files: Any, path: str, shown: str) -> None:
        self.files, self.path, self.shown = files, path, shown

    def __str__(self) -> str:
        return self.shown

    def __truediv__(self, name: str) -> RemoteDataset:
        return RemoteDataset(self.files, f"{self.path}/{name}", f"{self.shown}/{name}")

    def read_bytes(self) -> bytes:
        """Return what a file holds; raises `OSError`, whatever the store raised."""
        try:
            return bytes(self.files.cat_file(self.path))
        except FileNotFoundError:
            raise
        except Exception as fault:
            raise OSError(0, _told(fault)) from fault


def latest_version(url: str) -> RemoteDataset:
    """Return the folder of the latest build at an address, or what lies there itself; raises `OSError`."""
    folder = _at(url)
    try:
        version = str(json.loads((folder / LATEST).read_bytes())["build"])
        if _VERSION.fullmatch(version):
            return folder / version
    except FileNotFoundError:
        return folder  # a dataset that somebody copied there
    except (ValueError, LookupError, TypeError) as fault:
        raise OSError(0, _BROKEN) from fault
    raise OSError(0, _BROKEN)


def upload(new: Path, url: str) -> bool:
    """Make the dataset in a folder the latest at an address; return whether it was not that already.

    The build before stays, for those who are reading it; older ones go. Several uploads at once do each other no
    harm: the last one is the latest. What a killed one left stays, and is read by nobody.

    Raises `PublishError` where the store cannot be reached or refuses.
    """
    with _refusals(url):
        folder = _at(url)
        package = new / DATAPACKAGE
        version = hashlib.sha256(package.read_bytes()).hexdigest()
        before = latest_version(url).path.removeprefix(f"{folder.path}/")
        if before == version:
            return False
        places = files_in(new)
        names = sorted(places, key=lambda name: (name == DATAPACKAGE, name))  # by its data package, a folder is whole
        there = [(folder / version / name).path for name in names]
        folder.files.put([str(places[name]) for name in names[:-1]], there[:-1])
        folder.files.put_file(str(package), there[-1])
        folder.files.pipe_file((folder / LATEST).path, json.dumps({"build": version}).encode() + b"\n")
        for old in _versions(folder) - {version, before}:
            folder.files.rm((folder / old).path, recursive=True)
        return True


def _versions(folder: RemoteDataset) -> set[str]:
    """Return the names of the folders that hold a whole build: another may be under way."""
    names = {each["name"].rstrip("/").rpartition("/")[2] for each in folder.files.ls(folder.path, detail=True)}
    return {
        name for name in names if _VERSION.fullmatch(name) and folder.files.exists((folder / name / DATAPACKAGE).path)
    }


def _at(url: str) -> RemoteDataset:
    try:
        from fsspec.core import url_to_fs

        files, path = url_to_fs(url, use_listings_cache=False)
    except (ImportError, ValueError) as fault:
        raise OSError(0, _told(fault)) from fault
    return RemoteDataset(files, path.rstrip("/"), url.rstrip("/"))


@contextmanager
def _refusals(url: str) -> Iterator[None]:
    try:
        yield
    except Exception as fault:
        cause = fault.strerror if isinstance(fault, OSError) and fault.strerror else _told(fault)
        raise PublishError(
            f"{url} cannot be written ({cause}). What was the latest dataset there still is. Check the address, and"
            " what the environment says of the store."
        ) from fault


def _told(fault: Exception) -> str:
    return " ".join(str(fault).split()).rstrip(".") or type(fault).__name__
