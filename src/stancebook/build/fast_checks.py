"""Whether tables are in order, asked of whole columns at once; which row is at fault, `check` and `keys` tell."""

from __future__ import annotations

from typing import Any

import pandas as pd

from stancebook.build.integrity import cycles
from stancebook.build.rule_checks import evaluate_rule
from stancebook.schema.contract import Contract
from stancebook.schema.pandera_checks import model_failures
from stancebook.schema.spec import Column, Tables, TableSpec


def all_valid(contract: Contract, frames: Tables) -> bool:
    """Return whether nothing is to be said of documents' tables; a yes is sure, a no is worth a closer look.

    The codebook's tables stand among `frames`, and nothing is asked of them.
    """
    return all(
        _told_apart(spec, frames[spec.name])
        and all(_met(column, frames[spec.name], frames) for column in spec.references)
        and not model_failures(spec, frames[spec.name])
        for spec in contract.document_tables
    ) and all(evaluate_rule(rule, frames).all() for rule in contract.rules if not contract.in_codebook(rule.table))


def _told_apart(spec: TableSpec, frame: pd.DataFrame) -> bool:
    """Return whether each row has a key of its own, and no two say the same."""
    if frame[list(spec.key)].isna().any(axis=None) or frame.duplicated(list(spec.key)).any():
        return False
    if spec.kind == "document":
        return bool(frame["text_sha256"].is_unique)
    if spec.kind == "annotation":
        same_passage = frame[frame.duplicated(["doc_id", "char_start", "char_end"], keep=False)]
        return not same_passage.duplicated([name for name in spec.names if name not in spec.key]).any()
    return True


def _met(column: Column, frame: pd.DataFrame, frames: Tables) -> bool:
    """Return whether every reference leads to a row, and none in a circle."""
    given = frame[column.name].dropna()
    if not _values(given) <= _values(frames[str(column.target)][str(column.target_key)]):
        return False
    if frames[str(column.target)] is not frame or given.empty:
        return True
    above = dict(zip(frame.loc[given.index, str(column.target_key)].tolist(), given.tolist(), strict=True))
    return not any(len(circle) == 1 or not column.symmetric for circle in cycles(above))


def _values(cells: pd.Series[Any]) -> set[Any]:
    return set(cells.tolist())
