"""The pipeline: seeds and a contract in, checked tables out, or all problems at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from stancebook.build.derivation import derive_tables, distinct_rows
from stancebook.build.diagnostics import check_corpus, validated_codebook
from stancebook.build.fast_checks import all_valid
from stancebook.build.fast_path import build_fast
from stancebook.build.summary import BuildSummary, summarize
from stancebook.build.table_state import frames_of
from stancebook.dataset.table_stats import table_stats
from stancebook.problems import Problem, deduplicate, errors_in
from stancebook.schema.contract import Contract
from stancebook.schema.dataframes import sort_rows
from stancebook.schema.spec import Tables
from stancebook.sources.corpus import Corpus, load_corpus

FAST_PATH_MIN_DOCUMENTS = 12  # documents, from which on the quick way is worth its start


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
        return errors_in(self.problems)

    @property
    def summary(self) -> BuildSummary:
        """What it read, checked and made, in numbers."""
        tallies = {name: table_stats(spec, self.frames[name]) for name, spec in self.contract.tables.items()}
        return summarize(self.contract, tallies, len(self.corpus.documents), len(self.corpus.codebook))


def build_tables(contract: Contract, seeds: Path) -> Build:
    """Build all tables of a contract from a seeds folder, in memory."""
    return build_corpus(contract, load_corpus(seeds))


def build_corpus(contract: Contract, corpus: Corpus) -> Build:
    """Build all tables of a contract from the files of a corpus, in memory."""
    frames, problems = _quickly(contract, corpus) or _slowly(contract, corpus)
    if errors := errors_in(problems):
        return Build(contract, corpus, {}, errors)  # what is only worth a warning may be a consequence
    return Build(contract, corpus, finish_tables(contract, frames), problems)


def _slowly(contract: Contract, corpus: Corpus) -> tuple[dict[str, pd.DataFrame], list[Problem]]:
    judged = check_corpus(contract, corpus)
    return frames_of(judged.tables), deduplicate(judged.problems)


def _quickly(contract: Contract, corpus: Corpus) -> tuple[dict[str, pd.DataFrame], list[Problem]] | None:
    """Return the coded tables and the problems of the codebook; None where documents are few or doubtful."""
    if len(corpus.documents) < FAST_PATH_MIN_DOCUMENTS or corpus.problems:
        return None
    codebook = validated_codebook(contract, corpus)
    frames = build_fast(contract, codebook, corpus) if codebook is not None else None
    if frames is None or not all_valid(contract, frames):
        return None
    seen = distinct_rows(frames, contract.rule_inputs)
    return frames, deduplicate(check_corpus(contract, replace(corpus, documents=()), seen).problems)


def finish_tables(contract: Contract, coded: Tables) -> dict[str, pd.DataFrame]:
    """Return the frames of all tables, sorted, derived ones among them, in the order of the contract."""
    frames = {name: sort_rows(contract.tables[name], frame) for name, frame in coded.items()}
    frames |= derive_tables(contract, frames)
    return {name: frames[name] for name in contract.tables}
