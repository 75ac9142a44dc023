"""The files of a table in two datasets → the rows that may differ, so much of them at once as must be.

Files that hold the same bytes are not read. The others are taken in groups: what a key may stand in on either side is
in one group, by the least and the greatest value that each file states of its own rows.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

Pair = tuple[pa.Table, pa.Table]


class Digests:
    """SHA-256 of files, in hexadecimal; each file is read once, whatever its names."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], str] = {}

    def of(self, path: Path) -> str:
        """Return the digest of a file's bytes."""
        facts = path.stat()
        inode = facts.st_dev, facts.st_ino
        if inode not in self._known:
            with path.open("rb") as file:
                self._known[inode] = hashlib.file_digest(file, "sha256").hexdigest()
        return self._known[inode]


def differing_files(old: Sequence[Path], new: Sequence[Path], digests: Digests) -> tuple[list[Path], list[Path]]:
    """Return the files on either side of which the other has none that holds the same bytes, or fewer of them."""
    were, are = (Counter(map(digests.of, side)) for side in (old, new))
    return list(_spare(old, were - are, digests)), list(_spare(new, are - were, digests))


def pair_rows(old: Sequence[Path], new: Sequence[Path], column: str) -> Iterator[Pair]:
    """Yield the rows of some files beside those of others, so that no value of `column` is in two of the pairs."""
    for group in _groups({*old, *new}, column):
        before, after = ([_read(path) for path in side if path in group] for side in (old, new))
        empty = [*before, *after][0].slice(length=0)
        yield pa.concat_tables(before or [empty]), pa.concat_tables(after or [empty])


def schema_of(path: Path) -> pa.Schema:
    """Return the schema of a Parquet file, opened by Python: Arrow opens none whose name is not UTF-8."""
    with path.open("rb") as file:
        return pq.read_schema(file)


def rows_in(paths: Sequence[Path]) -> int:
    """Return how many rows some files hold, by what they state."""
    return sum(_footer(path).num_rows for path in paths)


def _spare(paths: Sequence[Path], more: Counter[str], digests: Digests) -> Iterator[Path]:
    for path in paths:
        if more[digests.of(path)] > 0:
            more[digests.of(path)] -= 1
            yield path


def _groups(paths: Collection[Path], column: str) -> list[list[Path]]:
    """Return the files in groups, of which no two hold the same value; all in one where files do not state enough."""
    spans = {path: _spans(path, column) for path in paths}
    try:
        ordered = sorted((min(each)[0], max(high for _, high in each), path) for path, each in spans.items() if each)
    except TypeError:  # values that are missing, or of a type that has changed
        return [list(paths)]
    groups: list[list[Path]] = [[path for path, each in spans.items() if not each]]  # files without rows
    reach: Any = None
    for low, high, path in ordered:
        if reach is not None and low > reach:
            groups.append([])
        groups[-1].append(path)
        reach = high if reach is None else max(reach, high)
    return [group for group in groups if group]


def _spans(path: Path, column: str) -> list[tuple[Any, Any]]:
    """Return the least and the greatest value in each row group of a file; None for both where it states none."""
    footer = _footer(path)
    place = footer.schema.names.index(column)
    told = [footer.row_group(number).column(place).statistics for number in range(footer.num_row_groups)]
    return [(each.min, each.max) if each is not None and each.has_min_max else (None, None) for each in told]


def _footer(path: Path) -> pq.FileMetaData:
    with path.open("rb") as file:
        return pq.read_metadata(file)


def _read(path: Path) -> pa.Table:
    with path.open("rb") as file:
        return pq.ParquetFile(file).read()
