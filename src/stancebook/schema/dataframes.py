"""Rows of one table → a frame whose columns have the types that its spec says."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import pandas as pd

from stancebook.exceptions import ContractError
from stancebook.schema.spec import Column, Storage, TableSpec


def frame_from_rows(spec: TableSpec, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return a frame of all columns of `spec`, one row a row, numbered from 0; what is missing is empty.

    Whole numbers have no way to be empty; where one is missing, a problem has said so and 0 stands in.
    """
    return frame_from_columns(spec.columns, {name: [row.get(name) for row in rows] for name in spec.names})


def frame_from_columns(columns: Iterable[Column], cells: Mapping[str, list[Any]]) -> pd.DataFrame:
    """Return a frame of some columns, whose cells are values of the right types, or None."""
    return pd.DataFrame({column.name: _series(cells[column.name], column) for column in columns})


def _series(values: list[Any], column: Column) -> pd.Series[Any]:
    """Return values as `cast` would, without looking at each one."""
    if column.storage == "integer":
        return pd.Series([0 if value is None else value for value in values], dtype="int64")
    if column.storage == "category":
        codes: dict[str | None, int] = {value: code for code, value in enumerate(column.vocabulary)}
        codes[None] = -1
        dtype = pandas_dtype("category", column.vocabulary, ordered=column.ordered)
        return pd.Series(pd.Categorical.from_codes([codes[value] for value in values], dtype=dtype))
    plain: pd.Series[Any] = pd.Series(values, dtype=pandas_dtype(column.storage))
    return plain


def cast_column(values: Any, column: Column) -> pd.Series[Any]:
    """Return values, a list or a series, as a series of the column's type."""
    dtype = pandas_dtype(column.storage, column.vocabulary, ordered=column.ordered)
    if isinstance(values, pd.Series) and values.dtype == dtype:
        return values
    plain = pd.Series(values, dtype=None if len(values) else "object").astype("object")
    if column.vocabulary and (unknown := set(plain.dropna()) - set(column.vocabulary)):
        raise ContractError(f"{column.name}: {', '.join(sorted(map(str, unknown)))} not in its vocabulary")
    filled = plain.where(plain.notna(), 0 if column.storage == "integer" else None)
    return filled.astype(dtype)


def sort_rows(spec: TableSpec, frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table's rows in the order in which it keeps them, numbered from 0."""
    return frame.sort_values(list(spec.sort_columns), ignore_index=True)


def conform_to_spec(spec: TableSpec, frame: pd.DataFrame) -> pd.DataFrame:
    """Return what a function of the contract gave for a derived table, sorted and typed."""
    if set(frame.columns) != set(spec.names):
        missing = ", ".join(sorted(set(spec.names) ^ set(frame.columns)))
        raise ContractError(f"the function that derives {spec.name!r} and its model differ in these columns: {missing}")
    ordered = sort_rows(spec, frame) if len(frame) else frame
    return pd.DataFrame({column.name: cast_column(ordered[column.name], column) for column in spec.columns})


def pandas_dtype(storage: Storage, categories: Collection[str] = (), *, ordered: bool = False) -> Any:
    """Return the type a column has in a frame, freshly built or loaded."""
    return {
        "string": "str",
        "category": pd.CategoricalDtype(list(categories), ordered=ordered),
        "date": "datetime64[s]",
        "integer": "int64",
        "unknown": None,
    }[storage]
