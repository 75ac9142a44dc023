"""What the quick way makes of a corpus, held against what the slow one did."""

from functools import cache

import pandas as pd

from stancebook.build import Build
from stancebook.contract import Contract
from stancebook.in_order import in_order
from stancebook.judge import sound_codebook
from stancebook.quick import quick
from stancebook.seeds.corpus import Corpus, File

_contracts: dict[int, Contract] = {}


def taken(contract: Contract, corpus: Corpus) -> dict[str, pd.DataFrame] | None:
    """The tables of a corpus, if the quick way takes it."""
    _contracts[id(contract)] = contract
    codebook = None if corpus.problems else _codebook(id(contract), corpus.codebook, corpus.whole)
    frames = quick(contract, codebook, corpus) if codebook is not None else None
    return frames if frames is not None and in_order(contract, frames) else None


@cache
def _codebook(contract: int, files: tuple[File, ...], whole: bool) -> dict[str, pd.DataFrame] | None:
    return sound_codebook(_contracts[contract], Corpus(files, whole, (), {}, ()))


def is_taken(slow: Build) -> bool:
    """Whether the quick way takes what was built slowly; if it does, nothing was said of it, and the rows are the same.

    Of the rules on the codebook nothing is asked of it.
    """
    contract = slow.contract
    frames = taken(contract, slow.corpus)
    if frames is None:
        return False
    others = {rule.message for rule in contract.rules if contract.is_of_codebook(rule.table)}
    assert [problem for problem in slow.problems if problem.message not in others] == []
    for spec in contract.of_documents if slow.frames else ():
        pd.testing.assert_frame_equal(frames[spec.name], slow.frames[spec.name])
    return True
