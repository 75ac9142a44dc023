"""Rules on rows: how a contract states them, and which rows of a frame break them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaError, SchemaErrorReason, SchemaErrors

from stancebook.exceptions import ContractError
from stancebook.problems import Level
from stancebook.schema.spec import ColumnsByTable, Tables, TableSpec, Texts

RULE_COLUMN = "problem_column"  # the key under which a Pandera check carries the column of a row rule

# The reasons that are about rows; any other is a mistake in the model or in a function that computes a column.
_ROW_REASONS = {
    SchemaErrorReason.DATAFRAME_CHECK,
    SchemaErrorReason.SERIES_CONTAINS_NULLS,
    SchemaErrorReason.SERIES_CONTAINS_DUPLICATES,
    SchemaErrorReason.DUPLICATES,
}


_COMPARISONS = {"greater_than_or_equal_to": ">=", "less_than_or_equal_to": "<="}


@dataclass(frozen=True)
class Rule:
    """A condition on the rows of one table that needs other tables to decide; made with `@rule`.

    Attributes:
        table: The table whose rows are checked.
        check: A function of all tables by name. It returns a boolean series over the index of
            `tables[table]`: True for a row that satisfies the rule. The tables may hold only some of the documents.
            Of others, they hold the records that these refer to, and those that refer to these, each with its nested
            records and the record of its document.
        message: The sentence a coder reads when the rule fails: the function's docstring.
        column: The key a problem points at; None for the start of the record.
        level: `error` or `warning`.
        document_column: A column of the document that rows are compared with. If many rows of a document fail, one
            problem points at this column instead of many at the rows.
        inputs: For a rule on the codebook: the columns of document tables that it reads. It receives the distinct
            rows of these columns over all documents, and nothing else of the documents.
        reads_text: Whether the check also receives the texts of the documents, by their ID: `check(tables, texts)`.
            Texts that could not be read are missing, and those of documents of which only linked records are seen.
    """

    table: str
    check: Callable[..., Any]
    message: str
    column: str | None = None
    level: Level = "error"
    document_column: str | None = None
    inputs: ColumnsByTable = field(default_factory=dict)
    reads_text: bool = False


def rule(
    table: str,
    column: str | None = None,
    *,
    level: Level = "error",
    document_column: str | None = None,
    inputs: Mapping[str, Iterable[str]] | None = None,
    reads_text: bool = False,
) -> Callable[[Callable[..., Any]], Rule]:
    """Make a function a `Rule`; its docstring is the sentence a coder reads when the rule fails.

    Args:
        table: The table whose rows are checked.
        column: The key a problem points at; None for the start of the record.
        level: `error`, or `warning` for a rule that does not prevent the dataset from being written.
        document_column: A column of the document that rows are compared with; see `Rule`.
        inputs: For a rule on the codebook, the columns of document tables that it reads, by table.
        reads_text: For a rule on a table of documents: whether the function also receives their texts; see `Rule`.

    Raises:
        ContractError: The function has no docstring.
    """

    def decorate(function: Callable[..., Any]) -> Rule:
        message = " ".join((function.__doc__ or "").split())
        if not message:
            raise ContractError(
                f"the rule {function.__name__} has no docstring: write it as the message a coder reads."
            )
        columns = {name: tuple(names) for name, names in (inputs or {}).items()}
        return Rule(table, function, message, column, level, document_column, columns, reads_text)

    return decorate


def row_rule(column: str) -> Callable[[Callable[..., pd.Series[bool]]], Any]:
    """Make a method `(cls, frame)` of a model a rule on the columns of one row.

    The method returns a boolean series: True for a row that satisfies the rule. Its docstring is the sentence a coder
    reads when the rule fails.

    Args:
        column: The column whose cell a problem points at.
    """

    def decorate(method: Callable[..., pd.Series[bool]]) -> Any:
        return pa.dataframe_check(classmethod(method), statistics={RULE_COLUMN: column})

    return decorate


def evaluate_rule(rule: Rule, frames: Tables, texts: Texts) -> pd.Series[bool]:
    """Evaluate a rule.

    Args:
        rule: The rule. It is not called for a table without rows.
        frames: The tables that the rule may read, by name.
        texts: The texts that the rule may read, by document.

    Returns:
        A boolean series over the index of the rule's table: True for a row that satisfies the rule.

    Raises:
        ContractError: The rule returned something else.
    """
    index = frames[rule.table].index
    if index.empty:
        return pd.Series(index=index, dtype=bool)
    satisfied: pd.Series[bool] = rule.check(frames, texts) if rule.reads_text else rule.check(frames)
    if isinstance(satisfied, pd.Series) and satisfied.dtype == bool and satisfied.index.equals(index):
        return satisfied
    raise ContractError(f"the rule {rule.message!r} must return one True or False for each row of {rule.table!r}.")


@dataclass(frozen=True, slots=True)
class ModelFailure:
    """A row that its model refuses.

    Attributes:
        row: The row's label in the index of the frame.
        column: The column to point at, if any.
        message: What is wrong, for a coder.
        single_column: Whether the failed check is about this column alone.
    """

    row: Any
    column: str | None
    message: str
    single_column: bool = True


def model_failures(spec: TableSpec, frame: pd.DataFrame) -> list[ModelFailure]:
    """Validate a typed frame with its Pandera model; return each failure once.

    A rule of a row that points at a cell is left out if the cell alone is refused.

    Raises:
        ContractError: A column has the wrong type, or a check of the model itself fails to run.
    """
    if different := set(spec.names) ^ set(frame.columns):
        names = ", ".join(sorted(different))
        raise ContractError(f"{spec.name} cannot be checked by its model: they differ in the columns {names}")
    for column in spec.columns:
        expected = column.pandas_dtype
        if frame[column.name].dtype != expected:
            raise ContractError(
                f"{spec.name} cannot be checked by its model: {column.name} is {frame[column.name].dtype}, not"
                f" {expected}"
            )
    if frame.empty:
        return []
    try:
        model: Any = spec.model
        _untyped_schema(model).validate(frame, lazy=True)
    except SchemaErrors as errors:
        failures = dict.fromkeys(failure for error in errors.schema_errors for failure in _failures(spec, error))
        refused = {(failure.row, failure.column) for failure in failures if failure.single_column}
        return [each for each in failures if each.single_column or (each.row, each.column) not in refused]
    return []


@cache
def _untyped_schema(model: Any) -> Any:
    """Return a model's schema without column types, and without columns of which only the type would be checked.

    Pandera needs as long for these as for all other checks; `model_failures` compares types itself.
    """
    schema = deepcopy(model.to_schema())  # Pandera caches the original
    for column in schema.columns.values():
        column.dtype = None
    schema.columns = {
        name: column for name, column in schema.columns.items() if column.checks or column.unique or not column.nullable
    }
    schema.strict = False
    return schema


def _failures(spec: TableSpec, error: SchemaError) -> Iterator[ModelFailure]:
    if error.reason_code not in _ROW_REASONS:
        raise ContractError(f"{spec.name} cannot be checked by its model: {error}")
    if error.reason_code == SchemaErrorReason.DATAFRAME_CHECK and error.check.name in spec.rules:
        broken_rule = spec.rules[error.check.name]
        for row in error.failure_cases["index"].unique():
            yield ModelFailure(row, broken_rule.column, broken_rule.message, single_column=False)
        return
    column = error.schema.name if error.schema.name in spec.names else None
    cases = error.failure_cases.drop_duplicates("index")
    for row, value in zip(cases["index"], cases["failure_case"], strict=True):  # by column: a row has a single dtype
        yield ModelFailure(row, column, _message(spec, column, error, value))


def _message(spec: TableSpec, column: str | None, error: SchemaError, value: Any) -> str:
    """Turn an error of Pandera into a sentence for a coder."""
    if error.reason_code == SchemaErrorReason.SERIES_CONTAINS_NULLS:
        return f"{column} is empty, and must not be"
    if error.reason_code != SchemaErrorReason.DATAFRAME_CHECK:
        return f"another row of {spec.name} has the same {', '.join(spec.key)}"
    pattern = spec[column].pattern if column else None
    if error.check.name in ("greater_than", "less_than"):
        return f"{value} is not a finite number"
    if column and error.check.name in _COMPARISONS:
        words = {compare: words for compare, _, words in spec[column].limits}
        return f"{str(value).removesuffix('.0')} {words[_COMPARISONS[error.check.name]]}"
    if error.check.name == "str_matches" and pattern is not None:
        return f"{value!r} is not {pattern.description}"
    return " ".join((error.check.description or f"{value!r} fails {error.check.error or error.check.name}").split())
