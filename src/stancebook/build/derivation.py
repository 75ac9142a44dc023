"""What functions of the contract compute: columns of coded tables, and whole derived tables."""

from __future__ import annotations

import pandas as pd

from stancebook.exceptions import ContractError
from stancebook.schema.contract import Contract
from stancebook.schema.dataframes import cast_column, conform_to_spec
from stancebook.schema.pandera_checks import model_failures
from stancebook.schema.spec import ColumnsByTable, Tables, TableSpec


def compute_columns(contract: Contract, frames: Tables, *, all_valid: bool) -> None:
    """Fill, in place, the columns that functions compute; those of the codebook see the codebook alone.

    For a table without rows nothing is computed.
    Where not all rows are sound, a function may stumble over what a problem has been reported for; its
    column then stays empty.
    """
    codebook = {spec.name: frames[spec.name] for spec in contract.codebook_tables}
    for name, frame in frames.items():
        seen = codebook if name in codebook else frames
        for column in contract.tables[name].columns:
            if column.compute is not None and len(frame):
                try:
                    frame[column.name] = cast_column(column.compute(seen), column)
                except Exception as fault:
                    if isinstance(fault, KeyError) and fault.args[0] in frames.keys() - seen.keys():
                        raise ContractError(
                            f"the function that fills {name}.{column.name} looks for {fault}: a column of the codebook"
                            " is computed from the codebook alone, a derived table from documents too."
                        ) from fault
                    if all_valid:
                        raise


def derive_tables(contract: Contract, frames: Tables) -> dict[str, pd.DataFrame]:
    """Return the derived tables; raise `ContractError` if one does not hold against its model."""
    codebook = {spec.name: frames[spec.name] for spec in contract.codebook_tables}
    return {
        spec.name: derive_table(
            spec, codebook | {name: frames[name][list(columns)] for name, columns in spec.inputs.items()}
        )
        for spec in contract.tables_of_kind("derived")
    }


def derive_table(spec: TableSpec, tables: Tables) -> pd.DataFrame:
    """Return a derived table, or of one whose rows keep apart some of it, out of what it reads.

    Raises `ContractError` if it does not hold against its model.
    """
    if spec.derive is None:
        raise ContractError(f"{spec.name} is coded, not derived.")
    try:
        frame = conform_to_spec(spec, spec.derive(tables))
    except KeyError as fault:
        raise ContractError(
            f"the function that derives {spec.name!r} looks for {fault}: name in inputs= all that it reads of"
            " documents."
        ) from fault
    for failure in model_failures(spec, frame):
        raise ContractError(f"row {failure.row} of the derived table {spec.name!r}: {failure.message}")
    return frame


def distinct_rows(frames: Tables, seen: ColumnsByTable) -> dict[str, pd.DataFrame]:
    """Return the distinct rows of some columns of some tables, in order."""
    return {
        table: frames[table][list(columns)].drop_duplicates().sort_values(list(columns), ignore_index=True)
        for table, columns in seen.items()
    }
