"""What the quick way makes of a corpus, held against what the slow one did."""

from functools import cache

import pandas as pd

from stancebook.build.diagnostics import check_codebook
from stancebook.build.fast_path import build_fast
from stancebook.build.integrity import tables_are_valid
from stancebook.build.pipeline import Build
from stancebook.schema.contract import Contract
from stancebook.sources.corpus import Corpus, SourceFile

_contracts: dict[int, Contract] = {}


def taken(contract: Contract, corpus: Corpus) -> dict[str, pd.DataFrame] | None:
    """The tables of a corpus, if the quick way takes it."""
    _contracts[id(contract)] = contract
    codebook = None if corpus.problems else _codebook(id(contract), corpus.codebook, corpus.complete)
    frames = build_fast(contract, codebook, corpus) if codebook is not None else None
    return frames if frames is not None and tables_are_valid(contract, frames) else None


@cache
def _codebook(contract: int, files: tuple[SourceFile, ...], whole: bool) -> dict[str, pd.DataFrame] | None:
    return check_codebook(_contracts[contract], Corpus(files, whole, (), {}, ())).valid_frames


def is_taken(slow: Build) -> bool:
    """Whether the quick way takes what was built slowly; if it does, nothing was said of it, and the rows are the same.

    Of the rules on the codebook nothing is asked of it.
    """
    contract = slow.contract
    frames = taken(contract, slow.corpus)
    if frames is None:
        return False
    others = {rule.message for rule in contract.rules if contract.in_codebook(rule.table)}
    assert [problem for problem in slow.problems if problem.message not in others] == []
    for spec in contract.document_tables if slow.frames else ():
        pd.testing.assert_frame_equal(frames[spec.name], slow.frames[spec.name])
    return True
