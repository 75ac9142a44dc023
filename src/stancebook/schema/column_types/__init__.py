"""Column types: one class for each, with everything that depends on the type of a column."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from stancebook.schema.column_types.base import KEY, PLACE_NUMBERS, SLUG, CellRule, Column, FilledBy, Pattern
from stancebook.schema.column_types.dates import DateColumn, DateTimeColumn, EdtfColumn, datetime_texts
from stancebook.schema.column_types.numbers import BooleanColumn, IntegerColumn, NumberColumn, ScalarColumn
from stancebook.schema.column_types.text import (
    CategoricalColumn,
    ForeignKeyColumn,
    PrimaryKeyColumn,
    TextColumn,
    VerbatimColumn,
)

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "COLUMN_TYPES",
    "KEY",
    "PLACE_NUMBERS",
    "SLUG",
    "BooleanColumn",
    "CategoricalColumn",
    "CellRule",
    "Column",
    "DateColumn",
    "DateTimeColumn",
    "EdtfColumn",
    "FilledBy",
    "ForeignKeyColumn",
    "IntegerColumn",
    "NumberColumn",
    "Pattern",
    "PrimaryKeyColumn",
    "ScalarColumn",
    "TextColumn",
    "UnknownColumn",
    "VerbatimColumn",
    "column_from_facts",
    "column_type",
    "datetime_texts",
]


class UnknownColumn(Column):
    """A column of a type that this version does not know, whose cells are not checked."""

    kind = "unknown"
    storage = "unknown"
    data_type = "unknown"
    sqlite_type = "ANY"

    @property
    def pandas_dtype(self) -> Any:
        return None

    def accepts(self, type_: pa.DataType) -> bool:
        return type_ is not None


# Of several types with one name in a file, the first is what the file says.
COLUMN_TYPES: Mapping[str, type[Column]] = {
    type_.kind: type_
    for type_ in (
        TextColumn,
        CategoricalColumn,
        DateColumn,
        DateTimeColumn,
        IntegerColumn,
        NumberColumn,
        BooleanColumn,
        PrimaryKeyColumn,
        ForeignKeyColumn,
        VerbatimColumn,
        EdtfColumn,
        UnknownColumn,
    )
}


def column_type(name: str) -> type[Column]:
    """Return the column type by its name in a data package; `UnknownColumn` for other names."""
    return next((type_ for type_ in COLUMN_TYPES.values() if type_.data_type == name), UnknownColumn)


def column_from_facts(facts: Mapping[str, Any]) -> Column:
    """Return a column as the metadata of a Parquet file describes it.

    Args:
        facts: The result of `stored_facts`.
    """
    type_ = next((known for known in COLUMN_TYPES.values() if known.storage == facts["storage"]), UnknownColumn)
    vocabulary = dict.fromkeys(facts.get("categories", ()), "")
    ordered, nullable = facts.get("ordered", False), facts.get("nullable", False)
    return type_("", facts["name"], vocabulary=vocabulary, ordered=ordered, nullable=nullable)
