"""The pipeline: seeds and a contract in, checked tables out, or all problems at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from stancebook.account import Account, account
from stancebook.coded import frames_of
from stancebook.compute import derive_tables, distinct
from stancebook.contract import Contract
from stancebook.frame import arranged
from stancebook.in_order import in_order
from stancebook.judge import judge, sound_codebook
from stancebook.problem import Problem, errors_among, told_once
from stancebook.quick import quick
from stancebook.seeds.corpus import Corpus, find
from stancebook.spec import Tables
from stancebook.stored import tally

_MANY = 12  # documents, from which on the quick way is worth its start


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
        return errors_among(self.problems)

    @property
    def account(self) -> Account:
        """What it read, checked and made, in numbers."""
        tallies = {name: tally(spec, self.frames[name]) for name, spec in self.contract.tables.items()}
        return account(self.contract, tallies, len(self.corpus.documents), len(self.corpus.codebook))


def build(contract: Contract, seeds: Path) -> Build:
    """Build all tables of a contract from a seeds folder, in memory."""
    return build_of(contract, find(seeds))


def build_of(contract: Contract, corpus: Corpus) -> Build:
    """Build all tables of a contract from the files of a corpus, in memory."""
    frames, problems = _quickly(contract, corpus) or _slowly(contract, corpus)
    if errors := errors_among(problems):
        return Build(contract, corpus, {}, errors)  # what is only worth a warning may be a consequence
    return Build(contract, corpus, finished(contract, frames), problems)


def _slowly(contract: Contract, corpus: Corpus) -> tuple[dict[str, pd.DataFrame], list[Problem]]:
    judged = judge(contract, corpus)
    return frames_of(judged.tables), told_once(judged.problems)


def _quickly(contract: Contract, corpus: Corpus) -> tuple[dict[str, pd.DataFrame], list[Problem]] | None:
    """Return the coded tables and the problems of the codebook; None where documents are few or doubtful."""
    if len(corpus.documents) < _MANY or corpus.problems:
        return None
    codebook = sound_codebook(contract, corpus)
    frames = quick(contract, codebook, corpus) if codebook is not None else None
    if frames is None or not in_order(contract, frames):
        return None
    seen = distinct(frames, contract.seen_across)
    return frames, told_once(judge(contract, replace(corpus, documents=()), seen).problems)


def finished(contract: Contract, coded: Tables) -> dict[str, pd.DataFrame]:
    """Return the frames of all tables, sorted, derived ones among them, in the order of the contract."""
    frames = {name: arranged(contract.tables[name], frame) for name, frame in coded.items()}
    frames |= derive_tables(contract, frames)
    return {name: frames[name] for name in contract.tables}
