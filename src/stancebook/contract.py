"""A dataset's contract: its models compiled and held against each other, and the rules that span tables."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from stancebook.problem import Level
from stancebook.spec import Column, ContractError, Filled, Tables, TableSpec
from stancebook.table import Table, describe


@dataclass(frozen=True)
class Rule:
    """A condition on the rows of one table that needs others to decide.

    `holds(tables)` returns a boolean series over the index of `tables[table]`: True where the row is
    in order. The function's docstring is the message; `column` is the key a problem points at.
    """

    table: str
    holds: Callable[[Tables], Any]
    message: str
    column: str | None = None
    level: Level = "error"


def rule(table: str, column: str | None = None, *, level: Level = "error") -> Callable[[Callable[[Tables], Any]], Rule]:
    """Make a `Rule` of a function whose docstring is the sentence a coder reads when it fails."""

    def made(function: Callable[[Tables], Any]) -> Rule:
        message = " ".join(inspect.cleandoc(function.__doc__ or "").split())
        if not message:
            raise ContractError(
                f"the rule {function.__name__} has no docstring: write it as the message a coder reads."
            )
        return Rule(table, function, message, column, level)

    return made


@dataclass(frozen=True)
class License:
    """A licence of the dataset, as a data package states it."""

    name: str
    title: str
    path: str


@dataclass(frozen=True)
class Contract:
    """Everything that is particular to one dataset; the engine is told it and knows nothing else."""

    name: str
    title: str
    description: str
    version: str
    models: tuple[type[Table], ...]
    rules: tuple[Rule, ...] = ()
    licenses: tuple[License, ...] = ()
    homepage: str = ""
    keywords: tuple[str, ...] = field(default_factory=tuple)

    def __post_init__(self) -> None:
        _check(self.tables, self.rules)

    @cached_property
    def tables(self) -> Mapping[str, TableSpec]:
        """The compiled tables by name, in the order of `models`."""
        specs = [describe(model) for model in self.models]
        documents = [spec.name for spec in specs if spec.shape == "document"]
        if len(documents) != 1:
            raise ContractError(f"a contract needs exactly one Document model, and this one has {len(documents)}.")
        keys = {spec.name: spec.key[0] for spec in specs if len(spec.key) == 1}
        return {spec.name: _linked(spec, documents[0], keys) for spec in specs}

    def shaped(self, *shapes: str) -> list[TableSpec]:
        """Return the tables whose rows come from one of these places."""
        return [spec for spec in self.tables.values() if spec.shape in shapes]

    @property
    def document(self) -> TableSpec:
        """The one table of documents."""
        return self.shaped("document")[0]

    def children_of(self, table: str) -> list[TableSpec]:
        """Return the tables whose records nest in those of this table."""
        return [spec for spec in self.tables.values() if spec.parent == table]


def _linked(spec: TableSpec, document: str, keys: Mapping[str, str]) -> TableSpec:
    """Name the tables that only the whole contract knows: the documents' own, and a child's parent."""

    def linked(column: Column) -> Column:
        if column.kind != "ref":
            return column
        target = column.target or document
        nested = spec.parent is not None and column.name == keys.get(spec.parent)
        filled: Filled = "engine" if nested else column.filled
        return replace(column, target=target, target_key=keys.get(target), filled=filled)

    return replace(spec, columns=tuple(map(linked, spec.columns)))


def _check(tables: Mapping[str, TableSpec], rules: Iterable[Rule]) -> None:
    for spec in tables.values():
        for column in spec.references:
            at = f"{spec.name}.{column.name}"
            if column.target not in tables:
                raise ContractError(f"{at} refers to a table {column.target!r} that is not among the models.")
            if column.target_key is None:
                raise ContractError(f"{at}: {column.target!r} has a key of several columns; refer to one with key().")
        if spec.parent is not None:
            _check_child(spec, tables)
    for each in rules:
        if each.table not in tables or (each.column and each.column not in tables[each.table].names):
            raise ContractError(f"the rule {each.message!r} names {each.table}.{each.column}, which does not exist.")


def _check_child(spec: TableSpec, tables: Mapping[str, TableSpec]) -> None:
    parent = tables.get(spec.parent or "")
    if parent is None:
        raise ContractError(f"{spec.name}: its parent {spec.parent!r} is not among the models.")
    if spec.under in parent.names:
        raise ContractError(f"{spec.name}: {spec.under!r} is a column of {parent.name}; nest the rows under another.")
    if parent.key[0] not in spec.names:
        raise ContractError(f"{spec.name} needs the column {parent.key[0]!r}, a ref() to {parent.name!r}.")
