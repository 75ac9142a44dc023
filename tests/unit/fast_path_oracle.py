"""Compare the fast path with the diagnosing path on the same corpus."""

from functools import cache

import pandas as pd

from stancebook.build.diagnostics import check_codebook
from stancebook.build.fast_path import build_fast
from stancebook.build.integrity import tables_are_valid
from stancebook.build.pipeline import Build
from stancebook.schema.contract import Contract
from stancebook.sources.corpus import Corpus, SourceFile

_contracts: dict[int, Contract] = {}


def build_with_fast_path(contract: Contract, corpus: Corpus) -> dict[str, pd.DataFrame] | None:
    """Return the coded tables of a corpus from the fast path; None if it refuses."""
    _contracts[id(contract)] = contract
    codebook = None if corpus.problems else _codebook(id(contract), corpus.codebook, corpus.complete)
    frames = build_fast(contract, codebook, corpus) if codebook is not None else None
    return frames if frames is not None and tables_are_valid(contract, frames) else None


@cache
def _codebook(contract: int, files: tuple[SourceFile, ...], complete: bool) -> dict[str, pd.DataFrame] | None:
    return check_codebook(_contracts[contract], Corpus(files, complete, (), {}, ())).valid_frames


def fast_path_agrees(build: Build) -> bool:
    """Return whether the fast path builds the corpus of a build.

    If it does, assert that the build has no problems and the same rows. Rules on the codebook are not compared, since
    the fast path does not check them.
    """
    contract = build.contract
    frames = build_with_fast_path(contract, build.corpus)
    if frames is None:
        return False
    codebook_rules = {rule.message for rule in contract.rules if contract.in_codebook(rule.table)}
    assert [problem for problem in build.problems if problem.message not in codebook_rules] == []
    for spec in contract.document_tables if build.frames else ():
        pd.testing.assert_frame_equal(frames[spec.name], build.frames[spec.name])
    return True
