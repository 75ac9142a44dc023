"""Open the files of a dataset: regular ones inside of its folder, and read descriptors of bounded size."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from stancebook.dataset.object_store import RemotePath

MAX_DESCRIPTOR_BYTES = 16 << 20  # lists 80,000 parts; as nested lists, so many bytes need 300 MB of memory


def open_file(location: Path | RemotePath, name: str) -> BinaryIO:
    """Open a file of a dataset.

    Args:
        location: The dataset.
        name: The path of the file in it, with slashes.

    Raises:
        OSError: It cannot be opened, or `require_regular` refuses it.
    """
    if isinstance(location, Path):
        require_regular(location, name)
    return (location / name).open("rb")


def require_regular(folder: Path, name: str) -> None:
    """Refuse what is not a regular file inside of a folder: to open a pipe or a device may never end.

    Raises:
        OSError: It is missing, is not a regular file, or is a link out of the folder.
    """
    path = folder / name
    try:
        mode = path.stat().st_mode
        target, real = Path(os.path.realpath(path)), Path(os.path.realpath(folder))
    except ValueError as error:  # of a path with a NUL, or with characters that the file system cannot encode
        raise OSError(errno.EINVAL, "its path is not valid") from error
    if not stat.S_ISREG(mode):
        kind = "a folder" if stat.S_ISDIR(mode) else "a pipe, a socket or a device"
        raise OSError(errno.EINVAL, f"it is {kind}, not a file")
    if real not in target.parents:
        raise OSError(errno.EINVAL, "it is a link out of the dataset's folder, and is not followed")


def read_descriptor_file(location: Path | RemotePath, name: str) -> bytes:
    """Read a file that describes a dataset.

    Raises:
        OSError: It cannot be read, or has more than `MAX_DESCRIPTOR_BYTES`.
    """
    if isinstance(location, Path):
        with open_file(location, name) as file:
            data = file.read(MAX_DESCRIPTOR_BYTES + 1)
    else:
        data = (location / name).read_bytes(MAX_DESCRIPTOR_BYTES + 1)
    if len(data) > MAX_DESCRIPTOR_BYTES:
        raise OSError(errno.EFBIG, f"it has more than {MAX_DESCRIPTOR_BYTES >> 20} MiB")
    return data
