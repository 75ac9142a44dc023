"""Tables and their columns as frozen values, compiled from a contract's models or read from a data package."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, Protocol

from stancebook.schema.column_types import Column

if TYPE_CHECKING:
    import pandas as pd

Tables = Mapping[str, "pd.DataFrame"]


class Text(Protocol):
    """The text of a document, as rules read it."""

    raw: str

    def quotations(self, language: str) -> Sequence[tuple[int, int]]:
        """Return the start and the end of each quotation in the text, with its marks, in order.

        Args:
            language: The language of the text, as a tag of BCP 47.
        """


Texts = Mapping[str, Text]
ColumnsByTable = Mapping[str, tuple[str, ...]]
Derive = Callable[[Tables], "pd.DataFrame | Mapping[str, pd.DataFrame]"]
TableKind = Literal["codebook", "document", "annotation", "nested", "sentence", "derived", "remark"]

# Keys of a record that are not columns: the short ID of an annotation, and the text before and after its quote.
ID = "id"
CHAR_START = "char_start"
QUOTE_CONTEXT = ("prefix", "suffix")


@dataclass(frozen=True, slots=True)
class RowRule:
    """A condition on the columns of one row: the sentence a coder reads, and the column a problem points at."""

    message: str
    column: str


@dataclass(frozen=True)
class ForeignKey:
    """Columns whose values identify a row of `table`, possibly the same table, by its columns `target`."""

    columns: tuple[str, ...]
    table: str
    target: tuple[str, ...]


@dataclass(frozen=True)
class TableSpec:
    """One table: compiled from a model, or read from a data package, which only says what comes before `kind`.

    Attributes:
        columns: The columns in the order in which they are written.
        key: The columns of the primary key.
        kind: Where the rows come from; those of a remark are checked, and are in no dataset.
        model: The Pandera model that the table is compiled from.
        section: The key under which the rows are written in a source file.
        parent: The table whose records the rows are nested in.
        derive: The function that makes a derived table, or several, from the codebook and the columns `inputs` of other
            tables.
        partition_by: The column that splits the inputs of `derive` into groups that can be processed separately.
        rules: The conditions across columns, by name.
    """

    name: str
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    title: str = ""
    foreign_keys: tuple[ForeignKey, ...] = ()
    kind: TableKind | None = None
    model: Any = None
    section: str = ""
    parent: str | None = None
    derive: Derive | None = None
    inputs: ColumnsByTable = field(default_factory=dict)
    partition_by: str | None = None
    rules: Mapping[str, RowRule] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Column:
        return self._by_name[name]

    @cached_property
    def _by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(self._by_name)

    @cached_property
    def written_columns(self) -> tuple[Column, ...]:
        """The columns that a record of this table may give a value for."""
        own_key = self.key if self.is_annotation else ()
        return tuple(column for column in self.columns if column.may_be_given and column.name not in own_key)

    @cached_property
    def allowed_keys(self) -> dict[str, None]:
        """The keys a record may have, in the order a coder would write them, without those of nested tables."""
        columns = [column.name for column in self.written_columns]
        own_id = [ID] if self.is_annotation else []
        return dict.fromkeys([*own_id, *columns, *(QUOTE_CONTEXT if self.is_anchored else ())])

    @cached_property
    def required_keys(self) -> tuple[str, ...]:
        """The keys a record must have."""
        columns = [column.name for column in self.written_columns if column.must_be_given]
        return (ID, *columns) if self.is_annotation else tuple(columns)

    @property
    def is_annotation(self) -> bool:
        """Whether its rows are annotations: they are anchored to passages and have keys."""
        return self.kind == "annotation"

    @property
    def is_anchored(self) -> bool:
        """Whether its rows are anchored to passages."""
        return self.is_annotation or (self.kind == "remark" and CHAR_START in self.names)

    @property
    def sort_columns(self) -> tuple[str, ...]:
        """The columns by which its rows are sorted."""
        return self.key if self.partition_by is None else (self.partition_by, *self.key)

    @property
    def record_key(self) -> str | None:
        """The key that identifies a record in its file; None if there are several or none."""
        if self.is_annotation:
            return ID
        return self.key[0] if len(self.key) == 1 and self[self.key[0]].filled_by == "coder" else None

    @property
    def references(self) -> tuple[Column, ...]:
        """The foreign keys."""
        return tuple(column for column in self.columns if column.target is not None)


@dataclass(frozen=True)
class Derivation:
    """The derived tables that one function computes together, from the same inputs in the same partitions."""

    function: Derive
    tables: tuple[TableSpec, ...]

    @property
    def name(self) -> str:
        """The name of its first table, which no other derivation has."""
        return self.tables[0].name

    @property
    def inputs(self) -> ColumnsByTable:
        """The columns of other tables that the function reads."""
        return self.tables[0].inputs

    @property
    def partition_by(self) -> str | None:
        """The column that splits the inputs into groups that can be processed separately."""
        return self.tables[0].partition_by
