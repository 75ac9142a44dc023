"""Coded tables before they are validated, and what checks find in them: failures of rows, not yet located in files."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from stancebook.problems import Level
from stancebook.schema.spec import TableSpec
from stancebook.sources.record_tables import RecordTable

Rows = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]
FailureCode = Literal[
    "cell",
    "pinned_text",
    "passage",
    "words",
    "repeated_key",
    "repeated_text",
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


@dataclass(frozen=True)
class CodedTable:
    """One coded table.

    Attributes:
        spec: The table.
        records: Its records as written; row `i` of the frame is made from record `i`.
        frame: Its typed columns. Cells of the wrong type are empty; 0 where a column cannot be empty.
        valid: A boolean array: False for a row of which a failure is known. Later checks skip it, so that one mistake
            gives one problem.
    """

    spec: TableSpec
    records: RecordTable
    frame: pd.DataFrame
    valid: Mask

    @property
    def valid_rows(self) -> pd.DataFrame:
        """The valid rows of the frame; the index gives their row numbers."""
        return self.frame if self.valid.all() else self.frame[self.valid]

    def is_written(self, column: str, row: int) -> bool:
        """Return whether the record of a row has a value for a column."""
        return self.records.cell(row, column) is not None

    def document(self, row: int) -> str:
        """Return the document of a row; an empty string for a row of the codebook."""
        return self.records.file(row).doc_id


CodedTables = Mapping[str, CodedTable]


def frames_of(tables: CodedTables) -> dict[str, pd.DataFrame]:
    """Return the frames by table name, as functions of the contract take them."""
    return {name: table.frame for name, table in tables.items()}


@dataclass
class Failures:
    """The failures of some tables, which are marked in their rows."""

    tables: CodedTables
    found: list[Failure] = field(default_factory=list)

    def add(self, failures: Iterable[Failure | tuple[str, int]]) -> None:
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
        loaded: The documents that were loaded, if these may refer to others; None if they may not.
        reported_elsewhere: Documents (`""` for the codebook) whose missing references are reported by another
            part of the build.
    """

    tables: Collection[str] = ()
    documents: Collection[str] = ()
    partial: bool = False
    loaded: Collection[str] | None = None
    reported_elsewhere: Collection[str] = ()

    def may_hold(self, spec: TableSpec, key: str) -> bool:
        """Return whether a row that was not read may have this key."""
        if spec.kind not in ("document", "annotation"):
            return spec.name in self.tables
        document = key.partition("#")[0]
        return document in self.documents or (self.loaded is not None and document not in self.loaded)


def rows_where(mask: Any) -> Iterator[int]:
    """Yield the numbers of the rows for which a boolean array is true."""
    yield from np.flatnonzero(np.asarray(mask)).tolist()
