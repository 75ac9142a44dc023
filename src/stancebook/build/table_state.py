"""Tables as coded: each row beside the record it was made of, and what could not be read."""

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
    """One table as coded: row `i` of the frame was made of `records[i]`."""

    spec: TableSpec
    frame: pd.DataFrame
    records: list[Record]

    @property
    def valid(self) -> pd.Series[bool]:
        """True for the rows of which no problem is known."""
        return pd.Series([record.valid for record in self.records], index=self.frame.index, dtype=bool)

    @cached_property
    def keys(self) -> list[str]:
        """The single key of each row; where it is ill-formed, as it was typed."""
        found = self.frame[self.spec.key[0]]
        typed = pd.Series([record.key for record in self.records], index=found.index, dtype="str")
        return list(found.fillna(typed).fillna(""))


TableStates = Mapping[str, TableState]


@dataclass
class IncompleteSources:
    """What was not read whole, and so may hold rows that nobody saw: tables of the codebook, and documents.

    `part`: there are other documents, which nobody meant to read; where these may refer to those, `here` are these.
    What is wrong in some documents (the codebook is ""), `told_elsewhere`, is known here and told by others.
    """

    tables: set[str] = field(default_factory=set)
    documents: set[str] = field(default_factory=set)
    partial: bool = False
    here: Collection[str] | None = None
    told_elsewhere: Collection[str] = ()

    def may_hold(self, spec: TableSpec, key: str) -> bool:
        """Return whether a key that was not met may be that of a row which nobody saw."""
        if spec.kind not in ("document", "annotation"):
            return spec.name in self.tables
        document = key.partition("#")[0]
        return document in self.documents or (self.here is not None and document not in self.here)


def frames_of(tables: TableStates) -> dict[str, pd.DataFrame]:
    """Return the frames alone, as rules and other functions of the contract take them."""
    return {name: table.frame for name, table in tables.items()}
