"""A frame held against its model: Pandera's verdict, one failure a broken row and rule."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd
from pandera.errors import SchemaError, SchemaErrorReason, SchemaErrors

from stancebook.exceptions import ContractError
from stancebook.schema.dataframes import pandas_dtype
from stancebook.schema.spec import TableSpec


@dataclass(frozen=True, slots=True)
class ModelFailure:
    """The row (its label in the frame's index) that breaks a rule, and the column to point at, if any.

    `own`: the rule is about this column alone.
    """

    row: Any
    column: str | None
    message: str
    own: bool = True


# What a row may be at fault for; anything else is a fault of the model or of what computes its columns.
_OF_ROWS = {
    SchemaErrorReason.DATAFRAME_CHECK,
    SchemaErrorReason.SERIES_CONTAINS_NULLS,
    SchemaErrorReason.SERIES_CONTAINS_DUPLICATES,
    SchemaErrorReason.DUPLICATES,
}


def model_failures(spec: TableSpec, frame: pd.DataFrame) -> list[ModelFailure]:
    """Return what Pandera finds wrong with a typed frame; raise `ContractError` if a rule itself breaks.

    Of a frame without rows, it is not asked.
    """
    model: Any = spec.model
    _check_types(spec, frame)
    if frame.empty:
        return []
    try:
        _schema(model).validate(frame, lazy=True)
    except SchemaErrors as found:
        return list(dict.fromkeys(failure for error in found.schema_errors for failure in _told(spec, error)))
    return []


def _check_types(spec: TableSpec, frame: pd.DataFrame) -> None:
    """Raise `ContractError` where a column is not of the type that `frame.py` gives it."""
    found = dict(frame.dtypes)
    for column in spec.columns:
        due = pandas_dtype(column.storage, column.vocabulary, ordered=column.ordered)
        if column.name in found and found[column.name] != due:
            raise ContractError(
                f"{spec.name} cannot be checked by its model: {column.name} is {found[column.name]}, not {due}"
            )


@cache
def _schema(model: Any) -> Any:
    """Return a model's schema without the types of columns, which take Pandera as long as all the rest."""
    schema = deepcopy(model.to_schema())  # which others are given too
    for column in schema.columns.values():
        column.dtype = None
    return schema


def _told(spec: TableSpec, error: SchemaError) -> Iterator[ModelFailure]:
    if error.reason_code not in _OF_ROWS:
        raise ContractError(f"{spec.name} cannot be checked by its model: {error}")
    if error.reason_code == SchemaErrorReason.DATAFRAME_CHECK and error.check.name in spec.rules:
        rule = spec.rules[error.check.name]
        for row in error.failure_cases["index"].unique():
            yield ModelFailure(row, rule.column, rule.message, own=False)
        return
    column = error.schema.name if error.schema.name in spec.names else None
    for _, case in error.failure_cases.drop_duplicates("index").iterrows():
        yield ModelFailure(case["index"], column, _message(spec, column, error, case["failure_case"]))


def _message(spec: TableSpec, column: str | None, error: SchemaError, value: Any) -> str:
    """Return what Pandera found as a sentence for a coder."""
    if error.reason_code == SchemaErrorReason.SERIES_CONTAINS_NULLS:
        return f"{column} is empty, and must not be"
    if error.reason_code != SchemaErrorReason.DATAFRAME_CHECK:
        return f"the same {', '.join(spec.key)} stands in another row of {spec.name}"
    form = spec[column].pattern if column else None
    if error.check.name == "str_matches" and form is not None:
        return f"{value!r} is not {form.description}"
    return " ".join((error.check.description or f"{value!r} fails {error.check.error or error.check.name}").split())
