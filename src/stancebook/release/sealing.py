"""Cells that only those who have the texts can read.

A cell is combined by exclusive or with the output of SHAKE-256 over secrets that only the bytes of the texts give, and
over the place of the cell, which no other cell of any build has: a one-time pad whose key is the text.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

_PURPOSE = b"stancebook: key of sealed cells\0"


def text_secret(text: str) -> bytes:
    """Return the secret of a text. It is not its SHA-256, which a dataset states."""
    return hashlib.sha256(_PURPOSE + text.encode()).digest()


def seal(cell: str, secrets: Iterable[bytes], place: Iterable[str | int]) -> bytes:
    """Return a cell that can be read with the same secrets and place only.

    Args:
        cell: The cell.
        secrets: The secrets of texts.
        place: What identifies the cell among those of all builds.
    """
    return _combined(cell.encode(), secrets, place)


def unseal(sealed: bytes, secrets: Iterable[bytes], place: Iterable[str | int]) -> str:
    """Return a cell that `seal` made, given what it was given.

    Raises:
        UnicodeDecodeError: Secrets or place are others.
    """
    return _combined(sealed, secrets, place).decode()


def _combined(data: bytes, secrets: Iterable[bytes], place: Iterable[str | int]) -> bytes:
    key = hashlib.shake_256(b"".join(secrets) + json.dumps(list(place)).encode())
    return bytes(one ^ other for one, other in zip(data, key.digest(len(data)), strict=True))
