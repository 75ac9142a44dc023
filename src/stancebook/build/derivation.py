"""What functions of the contract compute: columns of coded tables, and derived tables."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd
import pyarrow as pa

from stancebook.build.result_cache import ResultCache
from stancebook.exceptions import ContractError
from stancebook.schema.column_types import Column
from stancebook.schema.contract import Contract
from stancebook.schema.dataframes import cast_column, conform_to_spec
from stancebook.schema.rules import model_failures
from stancebook.schema.spec import ColumnsByTable, Derivation, Tables, TableSpec


def compute_columns(
    contract: Contract, frames: Tables, own_rows: Mapping[str, int], cache: ResultCache, *, all_valid: bool
) -> dict[str, pd.DataFrame]:
    """Return the tables with the computed columns of some of them filled; the given frames are not changed.

    Nothing is computed for a table without rows.

    Args:
        contract: The contract of the dataset.
        frames: The tables that the functions may read: for columns of the codebook its tables, else all coded ones.
        own_rows: The tables whose columns are computed, and how many of their first rows are. Those after them have
            neighbours that are not seen here: their computed columns are left empty.
        cache: Has earlier results.
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
                fill = partial(_filled, spec, column, own_rows[spec.name])
                filled[spec.name] = cache.call((spec.name, column.name), fill, filled, own_rows[spec.name]).value
            except Exception as error:
                if isinstance(error, KeyError) and contract.in_codebook(spec.name) and error.args[0] in contract.tables:
                    raise ContractError(
                        f"the function that fills {spec.name}.{column.name} looks for {error}: a column of the codebook"
                        " is computed from the codebook alone, a derived table from documents too."
                    ) from error
                if all_valid:
                    raise
    return filled


def _filled(spec: TableSpec, column: Column, own_rows: int, frames: Tables) -> pd.DataFrame:
    """Return a table with a computed column."""
    assert column.compute is not None
    frame = frames[spec.name].assign(**{column.name: cast_column(column.compute(frames), column)})
    if (others := len(frame) - own_rows) > 0:
        empty = column.to_pandas(pa.chunked_array([pa.nulls(others, column.arrow_type)]))
        frame[column.name] = pd.concat([frame[column.name][:own_rows], empty], ignore_index=True)
    return frame


def derive_tables(contract: Contract, frames: Tables) -> dict[str, pd.DataFrame]:
    """Return the derived tables of a dataset.

    Args:
        contract: The contract of the dataset.
        frames: All coded tables by name, sorted.

    Raises:
        ContractError: A derived table does not conform to its model.
    """
    codebook = {spec.name: frames[spec.name] for spec in contract.codebook_tables}
    derived: dict[str, pd.DataFrame] = {}
    for derivation in contract.derivations:
        inputs = {name: frames[name][list(columns)] for name, columns in derivation.inputs.items()}
        derived |= derive_together(derivation, codebook | inputs)
    return derived


def derive_together(derivation: Derivation, tables: Tables) -> dict[str, pd.DataFrame]:
    """Return the derived tables of one function, or a partition of them, by name.

    Args:
        derivation: The derived tables.
        tables: The codebook's tables, and of documents' tables the columns that `derivation.inputs` names; for a
            partition, only its rows.

    Raises:
        ContractError: A table is missing or does not conform to its model, or the function reads what
            `derivation.inputs` does not name.
    """
    derived = {}
    for spec, frame in zip(derivation.tables, _call(derivation, tables), strict=True):
        derived[spec.name] = conform_to_spec(spec, frame)
        for failure in model_failures(spec, derived[spec.name]):
            raise ContractError(f"row {failure.row} of the derived table {spec.name!r}: {failure.message}")
    return derived


def _call(derivation: Derivation, tables: Tables) -> list[pd.DataFrame]:
    """Return what the function of a derivation gives: the frame of its one table, or of each of several."""
    names = [spec.name for spec in derivation.tables]
    shown = ", ".join(map(repr, names))
    try:
        result = derivation.function(tables)
    except KeyError as error:
        raise ContractError(
            f"the function that derives {shown} looks for {error}: name in inputs= all that it reads of documents."
        ) from error
    frames: Any = {names[0]: result} if len(names) == 1 else result
    complete = isinstance(frames, Mapping) and frames.keys() == set(names)
    if not complete or not all(isinstance(frame, pd.DataFrame) for frame in frames.values()):
        expected = "the frame of its table" if len(names) == 1 else f"a mapping with the frames of {shown}"
        raise ContractError(f"the function that derives {shown} must return {expected}.")
    return [frames[name] for name in names]


def distinct_rows(frames: Tables, columns_by_table: ColumnsByTable) -> dict[str, pd.DataFrame]:
    """Return the distinct rows of some columns of some tables, sorted."""
    return {
        table: frames[table][list(columns)].drop_duplicates().sort_values(list(columns), ignore_index=True)
        for table, columns in columns_by_table.items()
    }
