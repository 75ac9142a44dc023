"""Coded tables before they are validated, and what checks find in them: failures of rows, not yet located in files."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from stancebook.problems import Level
from stancebook.schema.spec import TableSpec
from stancebook.sources.record_tables import RecordTable

Rows = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]
FailureCode = Literal[
    "cell",
    "pinned_text",
    "blank_text",
    "passage",
    "words",
    "repeated_key",
    "repeated_text",
    "similar_text",
    "repeated_record",
    "missing_row",
    "cycle",
    "model",
    "rule",
    "document_rule",
]


@dataclass(frozen=True, slots=True)
class Failure:
    """What a check refuses: a cell, or a whole row. `diagnostics` finds its position and words its problem.

    Attributes:
        table: The table.
        row: The row in the frame of the table.
        column: The key to point at; None for the whole record.
        code: What is wrong; see `diagnostics`.
        arguments: What the problem's message needs.
        level: Whether it is an error or a warning.
    """

    table: str
    row: int
    column: str | None
    code: FailureCode
    arguments: tuple[Any, ...] = ()
    level: Level = "error"


Found = Failure | tuple[str, int]  # a failure; or only the table and the row, if another failure reports the cause


@dataclass(frozen=True)
class TypedTable:
    """The typed rows of one table, as models and rules check them.

    In a chunk that is linked to others, rows of these follow its own: functions of the contract see them, but they are
    not checked.

    Attributes:
        spec: The table.
        frame: Its typed columns. Cells of the wrong type are empty; 0 where a column cannot be empty.
        valid: A boolean array: False for a row of which a failure is known. Later checks skip it, so that one mistake
            gives one problem.
        documents: The document of each own row, as an array of strings; empty strings for the codebook.
        parents: For a nested table, the row of each own row's parent in the parent's table.
    """

    spec: TableSpec
    frame: pd.DataFrame
    valid: Mask
    documents: pa.Array
    parents: Sequence[int]

    @property
    def own_rows(self) -> int:
        """The number of own rows."""
        return len(self.documents)

    @property
    def valid_rows(self) -> pd.DataFrame:
        """The valid rows of the frame; the index gives their row numbers."""
        return self.frame if self.valid.all() else self.frame[self.valid]


@dataclass(frozen=True)
class CodedTable(TypedTable):
    """One coded table with its records.

    Attributes:
        records: Its records as written; row `i` of the frame is made from record `i`.
    """

    records: RecordTable

    def document(self, row: int) -> str:
        """Return the document of a row; an empty string for a row of the codebook."""
        return self.records.file(row).doc_id


TypedTables = Mapping[str, TypedTable]
CodedTables = Mapping[str, CodedTable]


def frames_of(tables: TypedTables) -> dict[str, pd.DataFrame]:
    """Return the frames by table name, as functions of the contract take them."""
    return {name: table.frame for name, table in tables.items()}


@dataclass
class Failures:
    """The failures of some tables, which are marked in their rows."""

    tables: TypedTables
    found: list[Failure] = field(default_factory=list)

    @property
    def any_error(self) -> bool:
        """Whether any of the failures prevents the dataset from being written."""
        return any(failure.level == "error" for failure in self.found)

    def add(self, failures: Iterable[Found]) -> None:
        """Add what one check finds, and mark the rows as invalid once the check is complete.

        Args:
            failures: Failures; or only the table and the row where another failure already reports the cause.
        """
        marked: list[tuple[str, int]] = []
        for failure in failures:
            if isinstance(failure, Failure):
                self.found.append(failure)
                if failure.level == "error":
                    marked.append((failure.table, failure.row))
            else:
                marked.append(failure)
        for table, row in marked:
            self.tables[table].valid[row] = False


@dataclass
class IncompleteSources:
    """Sources that were not read, or not completely; keys that may be in them are not reported as missing.

    Attributes:
        tables: Tables of the codebook that could not be read completely.
        documents: Documents that could not be read completely.
        partial: Whether other documents exist that were not loaded.
        codebook_checked: Whether the references of the codebook's own rows are already reported.
    """

    tables: Collection[str] = ()
    documents: Collection[str] = ()
    partial: bool = False
    codebook_checked: bool = False

    def may_hold(self, spec: TableSpec, key: str) -> bool:
        """Return whether a row that was not read may have this key."""
        if spec.kind not in ("document", "annotation"):
            return spec.name in self.tables
        return key.partition("#")[0] in self.documents


def rows_where(mask: Any) -> Iterator[int]:
    """Yield the numbers of the rows for which a boolean array is true."""
    yield from np.flatnonzero(np.asarray(mask)).tolist()
