"""Columns as variables of programs whose numbers are doubles, and whose values have numbers with labels."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from stancebook.schema.column_types import Column

_EXACT = 2**53  # up to which each whole number is a double


def as_numbers(column: Column, cells: pa.ChunkedArray) -> Any:
    """Return cells as an array of doubles, NaN where one is missing; None if they are not numbers.

    A value of a vocabulary is its place in it, from 1. Whole numbers that are not all exact as doubles are none.
    """
    if column.vocabulary:
        places = pc.index_in(cells, value_set=pa.array(list(column.vocabulary), cells.type))
        return pc.add(places, 1).cast(pa.float64()).to_numpy()
    if pa.types.is_boolean(cells.type):
        return cells.cast(pa.int8()).cast(pa.float64()).to_numpy()
    if pa.types.is_floating(cells.type) or (pa.types.is_integer(cells.type) and _are_exact(cells)):
        return cells.cast(pa.float64()).to_numpy()
    return None


def value_labels(column: Column) -> dict[float, str]:
    """Return the labels of a variable's numbers; none if they are numbers in their own right."""
    if column.vocabulary:
        return {float(place): value for place, value in enumerate(column.vocabulary, start=1)}
    return {0.0: "false", 1.0: "true"} if column.data_type == "boolean" else {}


def _are_exact(cells: pa.ChunkedArray) -> bool:
    largest = pc.max(pc.abs(cells.cast(pa.int64()))).as_py()
    return largest is None or largest <= _EXACT
