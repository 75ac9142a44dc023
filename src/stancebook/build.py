"""The pipeline: seeds and a contract in, checked tables out, or all problems at once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from stancebook.coded import frames_of
from stancebook.compute import derive_tables
from stancebook.contract import Contract
from stancebook.judge import judge
from stancebook.problem import Problem
from stancebook.seeds.corpus import Corpus, find
from stancebook.spec import Tables


@dataclass(frozen=True)
class Build:
    """What a build gave: typed frames by table name, sorted by key; none of them where `errors` is not empty."""

    contract: Contract
    corpus: Corpus
    frames: dict[str, pd.DataFrame]
    problems: list[Problem]

    @property
    def errors(self) -> list[Problem]:
        """The problems that stand in the way of tables."""
        return [problem for problem in self.problems if problem.level == "error"]

    @property
    def rows(self) -> dict[str, int]:
        """How many rows each table has."""
        return {name: len(frame) for name, frame in self.frames.items()}

    @property
    def quotes(self) -> int:
        """How many quotes were found in their texts."""
        return sum(self.rows[spec.name] for spec in self.contract.shaped("grounded"))

    @property
    def references(self) -> int:
        """How many references were followed to their rows."""
        return sum(
            int(self.frames[spec.name][column.name].notna().sum())
            for spec in self.contract.tables.values()
            for column in spec.references
        )


def build(contract: Contract, seeds: Path) -> Build:
    """Build all tables of a contract from a seeds folder, in memory."""
    corpus = find(seeds)
    judged = judge(contract, corpus)
    problems = sorted(set(judged.problems))
    if errors := [problem for problem in problems if problem.level == "error"]:
        return Build(contract, corpus, {}, errors)  # what is only worth a warning may be a consequence
    return Build(contract, corpus, finished(contract, frames_of(judged.tables)), problems)


def finished(contract: Contract, coded: Tables) -> dict[str, pd.DataFrame]:
    """Return the frames of all tables, sorted, derived ones among them, in the order of the contract."""
    frames = {
        name: frame.sort_values(list(contract.tables[name].order), ignore_index=True) for name, frame in coded.items()
    }
    frames |= derive_tables(contract, frames)
    return {name: frames[name] for name in contract.tables}
