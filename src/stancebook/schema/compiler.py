"""A model → its `TableSpec`, or a sentence that says what to write instead; nobody else reads what Pandera keeps."""

import inspect
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from stancebook.exceptions import ContractError
from stancebook.schema.columns import METADATA_KEY, RULE_COLUMN, Category, Date
from stancebook.schema.models import Table
from stancebook.schema.spec import ID, QUOTE_CONTEXT, STORAGE, Column, RowRule, Storage, TableKind, TableSpec

_BUILT_IN = {"str_matches", "greater_than_or_equal_to"}  # what the words of `fields` ask Pandera to check

_TYPE_HINT: dict[Storage, Any] = {"string": str, "category": Category, "date": Date, "integer": int}
_TYPE_HINT_NAME: dict[Storage, str] = {
    "string": "str",
    "category": "Category",
    "date": "Date",
    "integer": "int",
}


def compile_model(model: type[Table]) -> TableSpec:
    """Compile a model, or raise `ContractError` with a sentence that says what to write instead."""
    name = _snake(model.__name__)
    facts = model._table_options
    kind: TableKind | None = getattr(model, "_table_kind", None)
    if kind is None:
        raise ContractError(
            f"{model.__name__} does not say where its rows come from: base it on Codebook, Document, Annotation, Nested"
            " or Derived."
        )
    columns = tuple(_columns(model))
    if not inspect.cleandoc(model.__dict__.get("__doc__") or ""):
        raise ContractError(f"{model.__name__} has no docstring: say in one sentence what one row is.")
    spec = TableSpec(
        name=name,
        kind=kind,
        description=inspect.cleandoc(model.__doc__ or ""),
        columns=columns,
        key=_key(model, columns),
        model=model,
        section=facts.section or name,
        parent=None if facts.parent is None else _snake(facts.parent.__name__),
        derive=facts.derive,
        inputs={table: tuple(columns) for table, columns in facts.inputs.items()},
        partition_by=facts.partition_by,
        rules=_rules(model, {column.name for column in columns}),
    )
    _check_facts(model, spec)
    return spec


def _columns(model: type[Table]) -> Iterator[Column]:
    """Yield a model's columns, its own first and those of its bases after them, keys ahead of all."""
    found: dict[str, Column] = {}
    for base in model.__mro__:
        if issubclass(base, Table):
            for name, annotation in inspect.get_annotations(base).items():
                if not name.startswith("_") and name not in found:
                    found[name] = _column(f"{model.__name__}.{name}", name, annotation, vars(base).get(name))
    yield from sorted(found.values(), key=lambda column: column.kind != "primary_key")


def _column(at: str, name: str, annotation: Any, field: Any) -> Column:
    carried = (getattr(field, "metadata", None) or {}).get(METADATA_KEY)
    if carried is None:
        raise ContractError(
            f"{at} is not written with a word of stancebook.schema.columns: use text(), categorical(), foreign_key() …"
        )
    column: Column = replace(carried, name=name, title=carried.title or _title(name, carried))
    if name == ID or name in QUOTE_CONTEXT:
        raise ContractError(f"{at}: '{name}' is a word of the annotation format; name the column otherwise.")
    if annotation is not _TYPE_HINT[column.storage]:
        wanted = _TYPE_HINT_NAME[STORAGE[column.kind]]
        raise ContractError(
            f"{at} holds a {column.kind}: annotate it as '{name}: {wanted}'. Where it may be empty, say nullable=True,"
            f" not '{wanted} | None'."
        )
    if not column.description.strip():
        raise ContractError(f"{at} has no description: say what it holds, for the coder and the reader.")
    if column.kind == "categorical" and not (column.vocabulary and all(map(str.strip, column.vocabulary.values()))):
        raise ContractError(f"{at}: every value of a vocabulary needs a definition a coder can decide by.")
    return column


def _schema(model: type[Table]) -> Any:
    try:
        return model.to_schema()
    except Exception as fault:
        raise ContractError(f"{model.__name__} is not a model that Pandera understands: {fault}") from fault


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
    """Return the rules that a model states across its columns, by name."""
    schema = _schema(model)
    checks = [*schema.checks, *(check for column in schema.columns.values() for check in column.checks)]
    for check in checks:
        if check.name not in _BUILT_IN and not (check.description or "").strip():
            raise ContractError(
                f"{model.__name__}.{check.name} has no docstring: write it as the sentence that a coder reads"
                " when the rule fails."
            )
    for check in schema.checks:
        if (check.statistics or {}).get(RULE_COLUMN) not in columns:
            raise ContractError(
                f"{model.__name__}.{check.name} does not point at a column: write it under"
                " '@row_rule(\"<column>\")' with the column that a coder would mend."
            )
    return {
        str(check.name): RowRule(" ".join(check.description.split()), check.statistics[RULE_COLUMN])
        for check in schema.checks
    }


def _check_facts(model: type[Table], spec: TableSpec) -> None:
    columns = {column.name: column for column in spec.columns}
    for column in spec.columns:
        at = f"{model.__name__}.{column.name}"
        if column.default is not None and column.default not in columns:
            raise ContractError(f"{at}: its default {column.default!r} is not a column of {model.__name__}.")
        if column.bound_of is not None and (column.bound_of not in columns or columns[column.bound_of].kind != "edtf"):
            raise ContractError(f"{at}: {column.bound_of!r} is not a column written with edtf().")
    if (spec.kind == "nested") != (spec.parent is not None):
        raise ContractError(f"{model.__name__}: a Child, and only a Child, names its parent= in the class statement.")
    if (spec.kind == "derived") != (spec.derive is not None):
        raise ContractError(f"{model.__name__}: a Derived table, and only one, names its by= in the class statement.")
    if spec.partition_by is not None and (spec.partition_by not in columns or columns[spec.partition_by].nullable):
        raise ContractError(
            f"{model.__name__}: partition_by={spec.partition_by!r} is not one of its columns that are never empty."
        )


def _title(name: str, column: Column) -> str:
    """Return a name as words: `date_start`, "Date start"; `actor_id`, "Actor ID", or "Actor" where it refers to one."""
    words = name.removesuffix("_id") if column.kind == "foreign_key" else name
    return re.sub(r" id$", " ID", words.replace("_", " ").capitalize())


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
