"""What functions of the contract compute: columns of coded tables, and derived tables."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import pyarrow as pa

from stancebook.exceptions import ContractError
from stancebook.schema.contract import Contract
from stancebook.schema.dataframes import cast_column, conform_to_spec
from stancebook.schema.rules import model_failures
from stancebook.schema.spec import ColumnsByTable, Tables, TableSpec


def compute_columns(
    contract: Contract, frames: Tables, own_rows: Mapping[str, int], *, all_valid: bool
) -> dict[str, pd.DataFrame]:
    """Return the tables with the computed columns of some of them filled; the given frames are not changed.

    Nothing is computed for a table without rows.

    Args:
        contract: The contract of the dataset.
        frames: The tables that the functions may read: for columns of the codebook its tables, else all coded ones.
        own_rows: The tables whose columns are computed, and how many of their first rows are. Those after them have
            neighbours that are not seen here: their computed columns are left empty.
        all_valid: Whether every row is valid. If not, a function may fail because of a reported problem; its column
            then stays empty.

    Raises:
        ContractError: The function of a codebook column reads documents.
    """
    filled = dict(frames)
    for spec in map(contract.tables.__getitem__, own_rows):
        for column in spec.columns:
            if column.compute is None or filled[spec.name].empty:
                continue
            try:
                values = cast_column(column.compute(filled), column)
            except Exception as error:
                if isinstance(error, KeyError) and contract.in_codebook(spec.name) and error.args[0] in contract.tables:
                    raise ContractError(
                        f"the function that fills {spec.name}.{column.name} looks for {error}: a column of the codebook"
                        " is computed from the codebook alone, a derived table from documents too."
                    ) from error
                if all_valid:
                    raise
            else:
                frame = filled[spec.name].assign(**{column.name: values})
                if (others := len(frame) - own_rows[spec.name]) > 0:
                    empty = column.to_pandas(pa.chunked_array([pa.nulls(others, column.arrow_type)]))
                    cells = pd.concat([frame[column.name][: own_rows[spec.name]], empty], ignore_index=True)
                    frame[column.name] = cells
                filled[spec.name] = frame
    return filled


def derive_tables(contract: Contract, frames: Tables) -> dict[str, pd.DataFrame]:
    """Return the derived tables of a dataset.

    Args:
        contract: The contract of the dataset.
        frames: All coded tables by name, sorted.

    Raises:
        ContractError: A derived table does not conform to its model.
    """
    codebook = {spec.name: frames[spec.name] for spec in contract.codebook_tables}
    return {
        spec.name: derive_table(
            spec, codebook | {name: frames[name][list(columns)] for name, columns in spec.inputs.items()}
        )
        for spec in contract.tables_of_kind("derived")
    }


def derive_table(spec: TableSpec, tables: Tables) -> pd.DataFrame:
    """Return a derived table, or a partition of one.

    Args:
        spec: The derived table.
        tables: The codebook's tables, and of documents' tables the columns that `spec.inputs` names; for a partition,
            only its rows.

    Raises:
        ContractError: The table does not conform to its model, or its function reads what `spec.inputs` does not name.
    """
    if spec.derive is None:
        raise ContractError(f"{spec.name} is coded, not derived.")
    try:
        frame = conform_to_spec(spec, spec.derive(tables))
    except KeyError as error:
        raise ContractError(
            f"the function that derives {spec.name!r} looks for {error}: name in inputs= all that it reads of"
            " documents."
        ) from error
    for failure in model_failures(spec, frame):
        raise ContractError(f"row {failure.row} of the derived table {spec.name!r}: {failure.message}")
    return frame


def distinct_rows(frames: Tables, columns_by_table: ColumnsByTable) -> dict[str, pd.DataFrame]:
    """Return the distinct rows of some columns of some tables, sorted."""
    return {
        table: frames[table][list(columns)].drop_duplicates().sort_values(list(columns), ignore_index=True)
        for table, columns in columns_by_table.items()
    }
