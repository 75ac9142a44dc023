"""The build: sources and a contract in, validated tables or all problems out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from stancebook.build.derivation import derive_tables, distinct_rows
from stancebook.build.diagnostics import CheckedCodebook, check_codebook, check_codebook_rules, check_corpus
from stancebook.build.fast_path import build_fast
from stancebook.build.integrity import tables_are_valid
from stancebook.build.table_state import frames_of
from stancebook.dataset.table_stats import BuildSummary, TableStats, table_stats
from stancebook.problems import Problem, deduplicate, errors_in
from stancebook.schema.contract import Contract
from stancebook.schema.dataframes import sort_rows
from stancebook.schema.spec import Tables
from stancebook.sources.corpus import Corpus, load_corpus
from stancebook.sources.filesystem import Location

FAST_PATH_MIN_DOCUMENTS = 12  # fewer are built sooner by the diagnosing path


@dataclass(frozen=True)
class Build:
    """The result of a build.

    Attributes:
        contract: The contract of the dataset.
        corpus: The sources that were read.
        frames: Typed frames by table name, sorted by key; none if there are errors.
        problems: The errors, or if there are none, the warnings.
    """

    contract: Contract
    corpus: Corpus
    frames: dict[str, pd.DataFrame]
    problems: list[Problem]

    @property
    def errors(self) -> list[Problem]:
        """The problems that prevent the dataset from being written."""
        return errors_in(self.problems)

    @property
    def summary(self) -> BuildSummary:
        """What the build read, checked and made, in numbers."""
        stats = {name: table_stats(spec, self.frames[name]) for name, spec in self.contract.tables.items()}
        return summarize(self.contract, stats, len(self.corpus.documents), len(self.corpus.codebook))


def build_tables(contract: Contract, seeds: Location) -> Build:
    """Build all tables of a contract in memory.

    Args:
        contract: The contract of the dataset.
        seeds: The folder with the codebook and the documents, or its URL.
    """
    return build_corpus(contract, load_corpus(seeds))


def build_corpus(
    contract: Contract, corpus: Corpus, *, fast_path_min_documents: int = FAST_PATH_MIN_DOCUMENTS
) -> Build:
    """Build all tables of a contract from files that are already read, in memory.

    Args:
        contract: The contract of the dataset.
        corpus: The contents of the files.
        fast_path_min_documents: From how many documents on the fast path is tried first.
    """
    codebook = check_codebook(contract, corpus)
    try_fast_path = len(corpus.documents) >= fast_path_min_documents
    frames, problems = (try_fast_path and _build_fast(contract, corpus, codebook)) or _diagnose(
        contract, corpus, codebook
    )
    if errors := errors_in(problems):
        return Build(contract, corpus, {}, errors)  # a warning may be a consequence of an error
    return Build(contract, corpus, finish_tables(contract, frames), problems)


def _diagnose(
    contract: Contract, corpus: Corpus, codebook: CheckedCodebook
) -> tuple[dict[str, pd.DataFrame], list[Problem]]:
    checked = check_corpus(contract, corpus, codebook)
    return frames_of(checked.tables), deduplicate(checked.problems)


def _build_fast(
    contract: Contract, corpus: Corpus, codebook: CheckedCodebook
) -> tuple[dict[str, pd.DataFrame], list[Problem]] | None:
    """Return the coded tables and the problems of the codebook; None if any document may have a problem."""
    if corpus.problems or (codebook_frames := codebook.valid_frames) is None:
        return None
    frames = build_fast(contract, codebook_frames, corpus)
    if frames is None or not tables_are_valid(contract, frames):
        return None
    inputs = distinct_rows(frames, contract.rule_inputs)
    return frames, deduplicate(check_codebook_rules(contract, codebook, inputs))


def finish_tables(contract: Contract, coded: Tables) -> dict[str, pd.DataFrame]:
    """Sort the coded tables and derive the others; return all in the order of the contract."""
    frames = {name: sort_rows(contract.tables[name], frame) for name, frame in coded.items()}
    frames |= derive_tables(contract, frames)
    return {name: frames[name] for name in contract.tables}


def summarize(contract: Contract, stats: Mapping[str, TableStats], documents: int, codebook_files: int) -> BuildSummary:
    """Summarize a build.

    Args:
        contract: The contract of the dataset.
        stats: The statistics of every table, by name.
        documents: The number of documents.
        codebook_files: The number of files of the codebook.
    """
    references = (
        stats[spec.name].rows - stats[spec.name].empty.get(column.name, 0)
        for spec in contract.tables.values()
        for column in spec.references
    )
    return BuildSummary(
        documents=documents,
        codebook_files=codebook_files,
        quotes=sum(stats[spec.name].rows for spec in contract.tables_of_kind("annotation")),
        references=sum(references),
        rules=len(contract.rules) + sum(len(spec.rules) for spec in contract.tables.values()),
        rows={name: stats[name].rows for name in contract.tables},
    )
