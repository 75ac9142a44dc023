"""Files on disk: read with their state, replaced atomically, and unsaved texts kept for recovery."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from stancebook.exceptions import StancebookError
from stancebook.problems import display_path
from stancebook.sources import atomic_files

DiskState = Literal["same", "changed", "gone"]


class StoreError(StancebookError):
    """A file cannot be written or read; what was on disk is unchanged."""


def digest_of(data: bytes) -> str:
    """Return the SHA-256 of bytes in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def write_atomically(path: Path, data: bytes) -> None:
    """Replace a file, or create it: at any instant the old or the new content is there, never a part of it.

    Args:
        path: The file. Its permissions are kept.
        data: Its new content.

    Raises:
        StoreError: It cannot be written.
    """
    try:
        atomic_files.write_atomically(path, data)
    except OSError as error:
        raise unwritable(path, error) from error


def unwritable(path: Path, error: OSError) -> StoreError:
    """Return an error that says why a file cannot be written, and what to do."""
    message = f"{display_path(path)} cannot be written ({error.strerror}). What you typed is kept here; make room"
    return StoreError(f"{message} or allow writing there, and save again.")


@dataclass
class DiskFile:
    """A file, and its content when it was last read or written here.

    Attributes:
        path: The file.
        digest: The SHA-256 of that content; empty if there was no file.
    """

    path: Path
    digest: str = ""
    _seen: tuple[int, int, int] | None = None
    _seen_digest: str = ""

    def read(self) -> bytes:
        """Return the content, and remember it as known.

        Raises:
            StoreError: The file cannot be read.
        """
        data = self.peek()
        self.digest = digest_of(data)
        return data

    def peek(self) -> bytes:
        """Return the content, which need not be the known one.

        Raises:
            StoreError: The file cannot be read.
        """
        try:
            return self.path.read_bytes()
        except OSError as error:
            raise StoreError(f"{display_path(self.path)} cannot be read ({error.strerror}).") from error

    def write(self, data: bytes) -> None:
        """Replace the content, and remember it as known."""
        write_atomically(self.path, data)
        self.digest = digest_of(data)

    @property
    def state(self) -> DiskState:
        """Whether the content is the known one; the file is only read again if its size or times have changed."""
        try:
            status = self.path.stat()
        except OSError:
            return "gone"
        seen = status.st_size, status.st_mtime_ns, status.st_ino
        if seen != self._seen:
            self._seen_digest, self._seen = digest_of(self.peek()), seen
        return "same" if self._seen_digest == self.digest else "changed"


@dataclass(frozen=True)
class Recovery:
    """The folder with the unsaved texts, one file for each document."""

    folder: Path

    def keep(self, doc_id: str, text: str, base: str) -> None:
        """Keep an unsaved text.

        Args:
            doc_id: The document.
            text: The text of its annotation file.
            base: The digest of the saved file from which it was made.
        """
        content = {"document": doc_id, "base": base, "text": text}
        write_atomically(self._file(doc_id), json.dumps(content, ensure_ascii=False).encode())
        ignore = self.folder / ".gitignore"
        if not ignore.exists():
            write_atomically(ignore, b"*\n")

    def find(self, doc_id: str) -> tuple[str, str] | None:
        """Return the unsaved text of a document and the digest of its base; None if there is none, or it is damaged."""
        try:
            content = json.loads(self._file(doc_id).read_bytes())
            return str(content["text"]), str(content["base"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def forget(self, doc_id: str) -> None:
        """Remove the unsaved text of a document."""
        self._file(doc_id).unlink(missing_ok=True)

    def documents(self) -> Iterator[str]:
        """Yield the documents of which an unsaved text is kept."""
        for file in sorted(self.folder.glob("*.json")):
            yield file.stem.replace("+", "/")

    def _file(self, doc_id: str) -> Path:
        return self.folder / f"{doc_id.replace('/', '+')}.json"
