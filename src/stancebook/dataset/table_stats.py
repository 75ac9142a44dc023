"""The files that hold the rows of a table, counts of those rows, and the numbers of a build."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from stancebook.schema.spec import TableSpec

LANGUAGE_COLUMN = "language"  # the column of the document table with the language tag of the text


@dataclass(frozen=True, slots=True)
class Part:
    """One Parquet file of a table.

    Attributes:
        path: Its path relative to the dataset folder, with slashes.
        rows: The number of its rows.
        hash: The SHA-256 of its bytes.
        build: The digest in its own metadata, which the data package repeats: of the build if the file is the complete
            table, of its rows if it is a part.
        size: Its size in bytes; 0 if it is not known.
    """

    path: str
    rows: int
    hash: str
    build: str
    size: int = 0


@dataclass(frozen=True)
class TableStats:
    """Counts of rows that add up over parts.

    Attributes:
        rows: The number of rows.
        empty: The number of empty cells, by column that has any.
        counts: The number of cells by value, for categorical columns and the language of documents.
    """

    rows: int = 0
    empty: Mapping[str, int] = field(default_factory=dict)
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def __add__(self, other: TableStats) -> TableStats:
        empty = Counter(self.empty) + Counter(other.empty)
        counts = {
            name: dict(Counter(self.counts.get(name, {})) + Counter(other.counts.get(name, {})))
            for name in {**self.counts, **other.counts}
        }
        return TableStats(self.rows + other.rows, dict(empty), counts)


@dataclass(frozen=True)
class StoredTable:
    """One table of a dataset.

    A small table is one file, `<table>.parquet`; a large one is a folder of that name, with parts `part-00000.parquet`,
    `part-00001.parquet` and so on.

    Attributes:
        parts: Its files, in the order of their rows.
        stats: The counts of its rows.
    """

    parts: tuple[Part, ...]
    stats: TableStats

    @property
    def rows(self) -> int:
        """The number of rows."""
        return self.stats.rows

    @property
    def is_folder(self) -> bool:
        """Whether the table is a folder of parts."""
        return "/" in self.parts[0].path


@dataclass(frozen=True)
class BuildSummary:
    """What a build read, checked and wrote.

    Attributes:
        documents: The number of documents.
        codebook_files: The number of files of the codebook.
        quotes: The number of annotations, each anchored to its passage.
        references: The number of foreign keys that were resolved.
        rules: The number of rules that were checked.
        rows: The number of rows by table.
    """

    documents: int
    codebook_files: int
    quotes: int
    references: int
    rules: int
    rows: Mapping[str, int]


def table_stats(spec: TableSpec, frame: pd.DataFrame) -> TableStats:
    """Count the rows, empty cells and values of a frame.

    Args:
        spec: The table.
        frame: Rows of it, with the dtypes of `load`.
    """
    language = LANGUAGE_COLUMN if spec.kind == "document" else None
    counted = [column.name for column in spec.columns if column.vocabulary or column.name == language]
    empty = {column.name: int(frame[column.name].isna().sum()) for column in spec.columns if column.nullable}
    return TableStats(
        len(frame),
        {name: number for name, number in empty.items() if number},
        {name: _value_counts(frame[name].astype("category")) for name in counted},
    )


def _value_counts(cells: pd.Series[Any]) -> dict[str, int]:
    """Count the cells of each value that occurs, in the order of the categories."""
    import numpy as np

    codes = cells.cat.codes.to_numpy()
    numbers = np.bincount(codes[codes >= 0], minlength=len(cells.cat.categories)).tolist()
    return {str(value): number for value, number in zip(cells.cat.categories, numbers, strict=True) if number}
