"""Coded tables before they are validated: each row with the record it was made from."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import pandas as pd

from stancebook.problems import Problem
from stancebook.schema.spec import TableSpec
from stancebook.sources.records import Record


class Finding(NamedTuple):
    """A record that a check refuses, and why; `problem` is None where another finding already reports the cause."""

    record: Record
    problem: Problem | None


def collect(findings: Iterable[Finding]) -> list[Problem]:
    """Return the problems of a check; mark the records with an error as invalid, once the check is complete."""
    found = list(findings)
    for record, problem in found:
        if problem is None or problem.level == "error":
            record.invalidate()
    return [problem for _, problem in found if problem is not None]


@dataclass(frozen=True)
class TableState:
    """One coded table: row `i` of the frame was made from `records[i]`."""

    spec: TableSpec
    frame: pd.DataFrame
    records: list[Record]

    @property
    def valid(self) -> pd.Series[bool]:
        """A boolean series over the index of the frame: True for a row without a known problem."""
        return pd.Series([record.valid for record in self.records], index=self.frame.index, dtype=bool)

    @cached_property
    def keys(self) -> list[str]:
        """The single key of each row; an ill-formed one as typed."""
        keys = self.frame[self.spec.key[0]]
        typed = pd.Series([record.key for record in self.records], index=keys.index, dtype="str")
        return list(keys.fillna(typed).fillna(""))


TableStates = Mapping[str, TableState]


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

    tables: set[str] = field(default_factory=set)
    documents: set[str] = field(default_factory=set)
    partial: bool = False
    loaded: Collection[str] | None = None
    reported_elsewhere: Collection[str] = ()

    def may_hold(self, spec: TableSpec, key: str) -> bool:
        """Return whether a row that was not read may have this key."""
        if spec.kind not in ("document", "annotation"):
            return spec.name in self.tables
        document = key.partition("#")[0]
        return document in self.documents or (self.loaded is not None and document not in self.loaded)


def frames_of(tables: TableStates) -> dict[str, pd.DataFrame]:
    """Return the frames by table name, as functions of the contract take them."""
    return {name: table.frame for name, table in tables.items()}
