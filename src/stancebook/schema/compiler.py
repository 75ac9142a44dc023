"""Compile a model to a `TableSpec`, or refuse it with a sentence that says what to write instead."""

import importlib
import inspect
import math
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

from stancebook.exceptions import ContractError
from stancebook.schema.column_types import PLACE_NUMBERS, Column
from stancebook.schema.columns import METADATA_KEY
from stancebook.schema.models import Table
from stancebook.schema.rules import RULE_COLUMN
from stancebook.schema.spec import ID, QUOTE_CONTEXT, RowRule, TableSpec

# Those that column types add.
_BUILT_IN_CHECKS = {
    "str_matches",
    "greater_than",
    "greater_than_or_equal_to",
    "less_than",
    "less_than_or_equal_to",
}


def compile_model(model: type[Table]) -> TableSpec:
    """Compile a model.

    Raises:
        ContractError: The model is incomplete or contradicts itself; the message says what to write instead.
    """
    name = _snake(model.__name__)
    options = model._table_options
    kind = model._table_kind
    if kind is None:
        raise ContractError(
            f"{model.__name__} does not say where its rows come from: base it on Codebook, Document, Annotation,"
            " Nested, Sentence or Derived."
        )
    columns = tuple(_columns(model))
    description = inspect.cleandoc(model.__dict__.get("__doc__") or "")
    if not description:
        raise ContractError(f"{model.__name__} has no docstring: say in one sentence what one row is.")
    spec = TableSpec(
        name=name,
        title=name.replace("_", " ").capitalize(),
        kind=kind,
        description=description,
        columns=columns,
        key=_key(model, columns),
        model=model,
        section=options.section or name,
        parent=None if options.parent is None else _snake(options.parent.__name__),
        derive=options.derive,
        inputs={table: tuple(columns) for table, columns in options.inputs.items()},
        partition_by=options.partition_by,
        rules=_rules(model, {column.name for column in columns}),
    )
    _check_options(model, spec)
    return spec


def _columns(model: type[Table]) -> Iterator[Column]:
    """Yield a model's columns: the primary key, then its own columns, then those of its bases."""
    columns: dict[str, Column] = {}
    for base in model.__mro__:
        if issubclass(base, Table):
            for name, annotation in inspect.get_annotations(base).items():
                if not name.startswith("_") and name not in columns:
                    columns[name] = _column(f"{model.__name__}.{name}", name, annotation, vars(base).get(name))
    yield from sorted(columns.values(), key=lambda column: column.kind != "primary_key")


def _column(path: str, name: str, annotation: Any, field: Any) -> Column:
    declared: Column | None = (getattr(field, "metadata", None) or {}).get(METADATA_KEY)
    if declared is None:
        raise ContractError(
            f"{path} is not declared with a column type of stancebook: use text(), categorical(), foreign_key() …"
        )
    column = replace(declared, name=name, title=declared.title or _title(name, declared))
    if name == ID or name in QUOTE_CONTEXT:
        raise ContractError(f"{path}: '{name}' is a key of the annotation format; give the column another name.")
    if annotation is not column.annotation:
        shown = column.annotation_name
        raise ContractError(
            f"{path} holds a {column.kind}: annotate it as '{name}: {shown}'. If it may be empty, write nullable=True,"
            f" not '{shown} | None'."
        )
    if not column.description.strip():
        raise ContractError(f"{path} has no description: say what it holds, for the coder and the reader.")
    if column.kind == "categorical" and not (column.vocabulary and all(map(str.strip, column.vocabulary.values()))):
        raise ContractError(f"{path}: every value of a vocabulary needs a definition a coder can decide by.")
    limits = [limit for _, limit, _ in column.limits]
    if not all(map(math.isfinite, limits)) or limits != sorted(limits):
        raise ContractError(f"{path}: minimum= and maximum= are finite numbers, the minimum not above the maximum.")
    return column


def _schema(model: type[Table]) -> Any:
    _skip_dask_import()
    try:
        return model.to_schema()
    except Exception as error:
        raise ContractError(f"{model.__name__} is not a model that Pandera understands: {error}") from error


@cache
def _skip_dask_import() -> None:
    """Keep Pandera from importing dask.dataframe, which no table here is made of.

    The first `to_schema()` imports `pandera.typing.dask` to recognize its frames, and that imports dask.dataframe if it
    is installed: 1.3 s, more than a document takes to build. Pandera has no option for it; `None` in `sys.modules` is
    how Python marks a module as absent. The entry is there for this one import only.
    """
    if "dask.dataframe" not in sys.modules:
        sys.modules["dask.dataframe"] = None  # type: ignore[assignment]
        try:
            importlib.import_module("pandera.typing.dask")
        finally:
            del sys.modules["dask.dataframe"]


def _key(model: type[Table], columns: tuple[Column, ...]) -> tuple[str, ...]:
    own = tuple(column.name for column in columns if column.kind == "primary_key")
    key = model._table_options.key or own
    names = {column.name for column in columns}
    if not key or len(own) > 1 or (own and model._table_options.key) or not set(key) <= names:
        raise ContractError(
            f"{model.__name__} needs one key: either one column written with primary_key(), or the names of its"
            f' columns in the class statement, such as \'class {model.__name__}(…, key=("a_id", "role"))\'.'
        )
    return key


def _rules(model: type[Table], columns: set[str]) -> dict[str, RowRule]:
    """Return the row rules of a model by name."""
    schema = _schema(model)
    checks = [*schema.checks, *(check for column in schema.columns.values() for check in column.checks)]
    for check in checks:
        if check.name not in _BUILT_IN_CHECKS and not (check.description or "").strip():
            raise ContractError(
                f"{model.__name__}.{check.name} has no docstring: write it as the sentence that a coder reads"
                " when the rule fails."
            )
    for check in schema.checks:
        if (check.statistics or {}).get(RULE_COLUMN) not in columns:
            raise ContractError(
                f"{model.__name__}.{check.name} does not name the column of a problem: decorate it with"
                " '@row_rule(\"<column>\")', the column that a coder would correct."
            )
    return {
        str(check.name): RowRule(" ".join(check.description.split()), check.statistics[RULE_COLUMN])
        for check in schema.checks
    }


def _check_options(model: type[Table], spec: TableSpec) -> None:
    """Refuse columns and options of the class statement that contradict each other."""
    columns = {column.name: column for column in spec.columns}
    for column in spec.columns:
        path = f"{model.__name__}.{column.name}"
        if column.default is not None and column.default not in columns:
            raise ContractError(f"{path}: its default {column.default!r} is not a column of {model.__name__}.")
        if column.bound_of is not None and (column.bound_of not in columns or columns[column.bound_of].kind != "edtf"):
            raise ContractError(f"{path}: {column.bound_of!r} is not a column declared with edtf().")
        if column.filled_by in PLACE_NUMBERS and spec.kind != "annotation":
            raise ContractError(f"{path}: declare {column.filled_by}() in an Annotation table: only a passage has one.")
        if spec.kind == "sentence" and column.filled_by != "engine":
            raise ContractError(f"{path}: a Sentence table is filled from texts alone, and has no other columns.")
    for option, kind, given in (("parent", "nested", spec.parent), ("derive", "derived", spec.derive)):
        if (spec.kind == kind) != (given is not None):
            raise ContractError(
                f"{model.__name__}: {option}= in the class statement belongs to a {kind.capitalize()} table: each has"
                " one, and no other table has."
            )
    if spec.partition_by is not None and (spec.partition_by not in columns or columns[spec.partition_by].nullable):
        raise ContractError(
            f"{model.__name__}: partition_by={spec.partition_by!r} is not one of its columns that are never empty."
        )


def _title(name: str, column: Column) -> str:
    """Turn a name into words: `date_start` into "Date start", `actor_id` into "Actor ID", of a foreign key "Actor"."""
    words = name.removesuffix("_id") if column.kind == "foreign_key" else name
    return re.sub(r" id$", " ID", words.replace("_", " ").capitalize())


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
