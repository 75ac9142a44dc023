"""A model → its `TableSpec`, or a sentence that says what to write instead; nobody else reads what Pandera keeps."""

import inspect
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from stancebook.fields import CARRIED_AS, POINTS_AT, Category, Day
from stancebook.spec import ID, QUOTE_CONTEXT, STORAGE, Column, ContractError, RowRule, Storage, TableSpec
from stancebook.table import Table

_BUILT_IN = {"str_matches", "greater_than_or_equal_to"}  # what the words of `fields` ask Pandera to check

_ANNOTATION: dict[Storage, Any] = {"string": str, "category": Category, "date": Day, "integer": int}
_ANNOTATION_NAME: dict[Storage, str] = {
    "string": "str",
    "category": "Category",
    "date": "Day",
    "integer": "int",
}


def describe(model: type[Table]) -> TableSpec:
    """Compile a model, or raise `ContractError` with a sentence that says what to write instead."""
    name = _snake(model.__name__)
    facts = model.__facts__
    if getattr(model, "__shape__", None) is None:
        raise ContractError(
            f"{model.__name__} does not say where its rows come from: base it on Codebook, Document, Grounded, Child"
            " or Derived."
        )
    columns = tuple(_columns(model))
    if not inspect.cleandoc(model.__dict__.get("__doc__") or ""):
        raise ContractError(f"{model.__name__} has no docstring: say in one sentence what one row is.")
    spec = TableSpec(
        name=name,
        shape=model.__shape__,
        description=inspect.cleandoc(model.__doc__ or ""),
        columns=columns,
        key=_key(model, columns),
        model=model,
        under=facts.under or name,
        parent=None if facts.parent is None else _snake(facts.parent.__name__),
        derive=facts.by,
        reads={table: tuple(columns) for table, columns in facts.reads.items()},
        apart=facts.apart,
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
    yield from sorted(found.values(), key=lambda column: column.kind != "key")


def _column(at: str, name: str, annotation: Any, field: Any) -> Column:
    carried = (getattr(field, "metadata", None) or {}).get(CARRIED_AS)
    if carried is None:
        raise ContractError(f"{at} is not written with a word of stancebook.fields: use text(), choice(), ref() …")
    column: Column = replace(carried, name=name, title=carried.title or _title(name, carried))
    if name == ID or name in QUOTE_CONTEXT:
        raise ContractError(f"{at}: '{name}' is a word of the annotation format; name the column otherwise.")
    if annotation is not _ANNOTATION[column.storage]:
        wanted = _ANNOTATION_NAME[STORAGE[column.kind]]
        raise ContractError(
            f"{at} holds a {column.kind}: annotate it as '{name}: {wanted}'. Where it may be empty, say optional=True,"
            f" not '{wanted} | None'."
        )
    if not column.description.strip():
        raise ContractError(f"{at} has no description: say what it holds, for the coder and the reader.")
    if column.kind == "choice" and not (column.vocabulary and all(map(str.strip, column.vocabulary.values()))):
        raise ContractError(f"{at}: every value of a vocabulary needs a definition a coder can decide by.")
    return column


def _schema(model: type[Table]) -> Any:
    try:
        return model.to_schema()
    except Exception as fault:
        raise ContractError(f"{model.__name__} is not a model that Pandera understands: {fault}") from fault


def _key(model: type[Table], columns: tuple[Column, ...]) -> tuple[str, ...]:
    own = tuple(column.name for column in columns if column.kind == "key")
    key = model.__facts__.key or own
    names = {column.name for column in columns}
    if not key or len(own) > 1 or (own and model.__facts__.key) or not set(key) <= names:
        raise ContractError(
            f"{model.__name__} needs one key: either one column written with key(), or the names of its"
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
        if (check.statistics or {}).get(POINTS_AT) not in columns:
            raise ContractError(
                f"{model.__name__}.{check.name} does not point at a column: write it under"
                " '@row_rule(\"<column>\")' with the column that a coder would mend."
            )
    return {
        str(check.name): RowRule(" ".join(check.description.split()), check.statistics[POINTS_AT])
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
    if (spec.shape == "child") != (spec.parent is not None):
        raise ContractError(f"{model.__name__}: a Child, and only a Child, names its parent= in the class statement.")
    if (spec.shape == "derived") != (spec.derive is not None):
        raise ContractError(f"{model.__name__}: a Derived table, and only one, names its by= in the class statement.")
    if spec.apart is not None and (spec.apart not in columns or columns[spec.apart].optional):
        raise ContractError(f"{model.__name__}: apart={spec.apart!r} is not one of its columns that are never empty.")


def _title(name: str, column: Column) -> str:
    """Return a name as words: `date_start`, "Date start"; `actor_id`, "Actor ID", or "Actor" where it refers to one."""
    words = name.removesuffix("_id") if column.kind == "ref" else name
    return re.sub(r" id$", " ID", words.replace("_", " ").capitalize())


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
