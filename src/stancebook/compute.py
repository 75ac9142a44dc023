"""What functions of the contract compute: columns of coded tables, and whole derived tables."""

from __future__ import annotations

import pandas as pd

from stancebook.contract import Contract
from stancebook.frame import cast, conform
from stancebook.spec import ContractError, Tables
from stancebook.validate import failures


def compute_columns(contract: Contract, frames: Tables, *, all_sound: bool) -> None:
    """Fill, in place, the columns that functions compute.

    Where not all rows are sound, a function may stumble over what a problem has been reported for; its
    column then stays empty.
    """
    for name, frame in frames.items():
        for column in contract.tables[name].columns:
            if column.by is not None:
                try:
                    frame[column.name] = cast(column.by(frames), column)
                except Exception:
                    if all_sound:
                        raise


def derive_tables(contract: Contract, frames: Tables) -> dict[str, pd.DataFrame]:
    """Return the derived tables; raise `ContractError` if one does not hold against its model."""
    derived = {}
    for spec in contract.tables.values():
        if spec.derive is not None:
            derived[spec.name] = conform(spec, spec.derive(frames))
            for failure in failures(spec, derived[spec.name]):
                raise ContractError(f"row {failure.row} of the derived table {spec.name!r}: {failure.message}")
    return derived
