"""DuckDB with bounded memory."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MEMORY_LIMIT = "128 MB"


@contextmanager
def duckdb_session(scratch: Path, memory_limit: str = MEMORY_LIMIT) -> Iterator[DuckDBPyConnection]:
    """Open an in-memory database that spills to disk beyond its memory limit.

    Args:
        scratch: A folder to create, for what does not fit in memory; it is removed at the end.
        memory_limit: The memory that DuckDB may use, such as `128 MB`.

    Raises:
        UnicodeDecodeError: If the folder's name is not UTF-8.
    """
    import duckdb

    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory_limit,
        "temp_directory": duckdb_path(scratch / "spill"),
        "preserve_insertion_order": "false",
    }
    scratch.mkdir()
    try:
        with duckdb.connect(config=settings) as database:
            yield database
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def duckdb_path(path: Path) -> str:
    """Return a path as DuckDB takes it: in UTF-8, regardless of the locale.

    Raises:
        UnicodeDecodeError: If it is not UTF-8: DuckDB cannot open it.
    """
    return os.fsencode(path).decode()
