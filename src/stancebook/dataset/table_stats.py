"""Tables as they lie in a dataset: the parts that hold their rows, and what is counted of those rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from stancebook.schema.spec import TableSpec

LANGUAGE = "language"  # the column of every table of documents that says it


@dataclass(frozen=True, slots=True)
class Part:
    """One Parquet file of a table.

    `path` is its place below the dataset's folder, with slashes; `hash` the SHA-256 of its bytes; `build` the digest
    that it carries in its own metadata, by which a reader tells whether it belongs to the data package.
    """

    path: str
    rows: int
    hash: str
    build: str


@dataclass(frozen=True)
class TableStats:
    """Counts that add up over parts: rows, empty cells by column, and cells by value of each counted column.

    Counted by value are choices, and the languages of documents.
    """

    rows: int = 0
    empty: Mapping[str, int] = field(default_factory=dict)
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def __add__(self, other: TableStats) -> TableStats:
        empty = Counter(self.empty) + Counter(other.empty)
        names = {**self.counts, **other.counts}
        values = {
            name: dict(Counter(self.counts.get(name, {})) + Counter(other.counts.get(name, {}))) for name in names
        }
        return TableStats(self.rows + other.rows, dict(empty), values)


@dataclass(frozen=True)
class StoredTable:
    """One table of a dataset: its parts in the order of their rows, and their tally.

    A small table is one part, the file `<table>.parquet`; a large one is a folder of that name with
    `part-00000.parquet`, `part-00001.parquet` … in it.
    """

    parts: tuple[Part, ...]
    tally: TableStats

    @property
    def rows(self) -> int:
        """How many rows the table has."""
        return self.tally.rows

    @property
    def is_folder(self) -> bool:
        """Whether its parts lie in a folder of the table's own."""
        return "/" in self.parts[0].path


def table_stats(spec: TableSpec, frame: pd.DataFrame) -> TableStats:
    """Return the counts of a typed frame."""
    spoken = LANGUAGE if spec.kind == "document" else None
    counted = [column.name for column in spec.columns if column.vocabulary or column.name == spoken]
    empty = {column.name: int(frame[column.name].isna().sum()) for column in spec.columns if column.nullable}
    return TableStats(
        len(frame),
        {name: number for name, number in empty.items() if number},
        {name: _counts(frame[name].astype("category")) for name in counted},
    )


def _counts(cells: pd.Series[Any]) -> dict[str, int]:
    """Return how many cells hold each value that any holds."""
    numbers = (cells.cat.codes + 1).value_counts()
    values: dict[Any, Any] = dict(enumerate(cells.cat.categories, start=1))
    return {str(values[code]): int(number) for code, number in sorted(numbers.items()) if code}
