"""Pandas frames whose columns have the types of a `TableSpec`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from stancebook.exceptions import ContractError
from stancebook.schema.column_types import Column
from stancebook.schema.spec import TableSpec


def frame_from_rows(spec: TableSpec, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return a frame of all columns of a table, with a row per dict and an index from 0.

    Args:
        spec: The table.
        rows: Values of the right types by column; missing ones are null, or 0 in an integer column (a problem has then
            been reported).
    """
    return frame_from_columns(spec.columns, {name: [row.get(name) for row in rows] for name in spec.names})


def frame_from_columns(columns: Iterable[Column], cells: Mapping[str, list[Any]]) -> pd.DataFrame:
    """Return a frame of some columns.

    Args:
        columns: The columns.
        cells: By name of the column, values of the right type, or None.
    """
    return pd.DataFrame(
        {
            column.name: column.to_pandas(pa.chunked_array([pa.array(cells[column.name], column.arrow_type)]))
            for column in columns
        }
    )


def arrow_strings(cells: pd.Series[str]) -> pa.Array:
    """Return a series of strings as an Arrow array; it is not copied cell by cell."""
    array = pa.array(cells, from_pandas=True)
    return (array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array).cast(pa.string())


def cast_column(values: Any, column: Column) -> pd.Series[Any]:
    """Return values, a list or a series, as a series of the column's type.

    Raises:
        ContractError: A value is not in the column's vocabulary, or is not of its type.
    """
    if isinstance(values, pd.Series) and values.dtype == column.pandas_dtype:
        return _without_blanks(values)
    objects = pd.Series(values, dtype=None if len(values) else "object").astype("object")
    if column.vocabulary and (unknown := set(objects.dropna()) - set(column.vocabulary)):
        raise ContractError(f"{column.name}: {', '.join(sorted(map(str, unknown)))} not in its vocabulary")
    try:
        cells = column.to_arrow(objects)
    except pa.ArrowException as error:
        raise ContractError(f"{column.name} holds values that are no {column.storage}: {error}") from error
    return _without_blanks(column.to_pandas(cells).set_axis(objects.index))


def _without_blanks(cells: pd.Series[Any]) -> pd.Series[Any]:
    """Return a series in which texts without characters are empty cells: a data package does not tell them apart."""
    return cells.mask(cells == "") if cells.dtype == "str" and (cells == "").any() else cells


def look_up(table: pd.DataFrame, references: pd.Series[str], column: str) -> pd.Series[Any]:
    """Return a column of the rows that foreign keys refer to.

    Args:
        table: The table referred to, whose first column is its key.
        references: The foreign keys; empty ones refer to nothing.
        column: The column of the table.

    Returns:
        Its values over the index of the references; empty where there is no such row, and objects if it is categorical.
    """
    rows = pc.index_in(arrow_strings(references), value_set=arrow_strings(table.iloc[:, 0]), skip_nulls=True)
    values = table[column]
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype("object")
    positions = pc.fill_null(rows, -1).to_numpy(zero_copy_only=False)
    found = pd.api.extensions.take(values.array, positions, allow_fill=True)
    return pd.Series(found, index=references.index)


def sort_rows(spec: TableSpec, frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table's rows in the order of the dataset, with an index from 0."""
    # Arrow sorts strings many times as fast as pandas.
    order = pc.sort_indices(
        pa.table({name: _sort_keys(frame[name]) for name in spec.sort_columns}),
        [(name, "ascending") for name in spec.sort_columns],
    )
    return frame.take(order.to_numpy()).reset_index(drop=True)


def _sort_keys(cells: pd.Series[Any]) -> Any:
    return pa.array(cells.cat.codes if isinstance(cells.dtype, pd.CategoricalDtype) else cells, from_pandas=True)


def conform_to_spec(spec: TableSpec, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the result of a deriving function with the order, the columns and the types of its table.

    Raises:
        ContractError: A column is missing or unknown, or a value is not in its vocabulary.
    """
    if different := set(spec.names) ^ set(frame.columns):
        names = ", ".join(sorted(different))
        raise ContractError(f"the function that derives {spec.name!r} and its model differ in these columns: {names}")
    ordered = sort_rows(spec, frame) if len(frame) else frame
    return pd.DataFrame({column.name: cast_column(ordered[column.name], column) for column in spec.columns})
