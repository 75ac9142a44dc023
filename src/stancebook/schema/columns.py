"""Functions that declare the columns of a model. Each returns a Pandera field that carries a `Column`."""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import pandera.pandas as pa
from pandera.engines import pandas_engine

from stancebook.schema.column_types import (
    KEY,
    BooleanColumn,
    CategoricalColumn,
    Column,
    DateColumn,
    DateTimeColumn,
    EdtfColumn,
    ForeignKeyColumn,
    IntegerColumn,
    NumberColumn,
    Pattern,
    PrimaryKeyColumn,
    TextColumn,
    VerbatimColumn,
)

Category = pd.CategoricalDtype
Date = pandas_engine.DateTime
DateTime = pd.DatetimeTZDtype
Compute = Callable[..., "pd.Series[Any]"]

METADATA_KEY = "stancebook"  # the key under which a Pandera field carries its Column


def primary_key(description: str, *, title: str = "", pattern: Pattern = KEY) -> Any:
    """Declare the column that identifies a row.

    The engine fills that of an annotation: `<doc_id>#<id>`.

    Args:
        description: What the column holds, for the coder and the reader.
        title: A name for readers; by default the name of the column in words.
        pattern: What the keys of a derived table must match from end to end; those of coded tables are slugs.
    """
    return column_field(PrimaryKeyColumn(description, title=title, pattern=pattern), unique=True)


def foreign_key(
    target: str,
    description: str,
    *,
    title: str = "",
    nullable: bool = False,
    default: str | None = None,
    symmetric: bool = False,
    compute: Compute | None = None,
) -> Any:
    """Declare a reference to a row of a table, by its key.

    Args:
        target: The name of the table referred to. A table may refer to itself, but not in a cycle
            unless `symmetric`; no row refers to itself.
        description: What the column holds, for the coder and the reader.
        title: A name for readers; by default the name of the column in words.
        nullable: Whether it may be empty.
        default: The column whose value is used where a coder gives none.
        symmetric: Whether rows may refer to each other.
        compute: A function that fills the column from all tables by name; then no coder does.
    """
    column = ForeignKeyColumn(
        description,
        title=title,
        target=target,
        nullable=nullable,
        default=default,
        symmetric=symmetric,
        **_computed(compute),
    )
    return column_field(column)


def categorical(
    vocabulary: Mapping[str, str],
    description: str,
    *,
    title: str = "",
    nullable: bool = False,
    ordered: bool = False,
    compute: Compute | None = None,
) -> Any:
    """Declare a column with one value of a closed vocabulary.

    Args:
        vocabulary: The definition of each value, by value.
        description: What the column holds, for the coder and the reader.
        title: A name for readers; by default the name of the column in words.
        nullable: Whether it may be empty.
        ordered: Whether the vocabulary is an ordinal scale, written from the least to the most.
        compute: A function that fills the column from all tables by name; then no coder does.
    """
    column = CategoricalColumn(
        description,
        title=title,
        nullable=nullable,
        vocabulary=vocabulary,
        ordered=ordered,
        **_computed(compute),
    )
    return column_field(column)


def text(description: str, *, title: str = "", nullable: bool = False, pattern: Pattern | None = None) -> Any:
    """Declare free text.

    Args:
        description: What the column holds, for the coder and the reader.
        title: A name for readers; by default the name of the column in words.
        nullable: Whether it may be empty.
        pattern: What the text must match from end to end, with words that describe it.
    """
    return column_field(TextColumn(description, title=title, nullable=nullable, pattern=pattern))


def verbatim(description: str, *, title: str = "", nullable: bool = False) -> Any:
    """Declare words that occur in the document exactly as written, apart from white space.

    Args:
        description: What the column holds, for the coder and the reader.
        title: A name for readers; by default the name of the column in words.
        nullable: Whether it may be empty.
    """
    return column_field(VerbatimColumn(description, title=title, nullable=nullable))


def date(description: str, *, title: str = "", nullable: bool = False) -> Any:
    """Declare a calendar day, written as YYYY-MM-DD.

    Args:
        description: What the column holds, for the coder and the reader.
        title: A name for readers; by default the name of the column in words.
        nullable: Whether it may be empty.
    """
    return column_field(DateColumn(description, title=title, nullable=nullable))


def edtf(description: str, *, title: str = "", nullable: bool = False) -> Any:
    """Declare a date in the Extended Date/Time Format (ISO 8601-2), levels 0 and 1 without seasons and times.

    Args:
        description: What the column holds, for the coder and the reader.
        title: A name for readers; by default the name of the column in words.
        nullable: Whether it may be empty.
    """
    return column_field(EdtfColumn(description, title=title, nullable=nullable))


def edtf_lower(column: str, description: str, *, title: str = "") -> Any:
    """Declare the first day that the date in an EDTF column covers; empty if the date has an open start.

    `~` and `?` do not widen the interval.

    Args:
        column: The EDTF column of the same model.
        description: What the column holds, for the coder and the reader.
        title: A name for readers; by default the name of the column in words.
    """
    return column_field(DateColumn(description, title=title, nullable=True, filled_by="edtf_lower", bound_of=column))


def edtf_upper(column: str, description: str, *, title: str = "") -> Any:
    """Declare the last day that the date in an EDTF column covers; empty if the date has an open end.

    `~` and `?` do not widen the interval.

    Args:
        column: The EDTF column of the same model.
        description: What the column holds, for the coder and the reader.
        title: A name for readers; by default the name of the column in words.
    """
    return column_field(DateColumn(description, title=title, nullable=True, filled_by="edtf_upper", bound_of=column))


def integer(
    description: str,
    *,
    title: str = "",
    unit: str = "",
    nullable: bool = False,
    minimum: int | None = None,
    maximum: int | None = None,
    compute: Compute | None = None,
) -> Any:
    """Declare a whole number of at most 18 digits.

    It is `int64` in pandas, and `Int64` if it may be empty.

    Args:
        description: What the column holds, for the coder and the reader.
        title: A name for readers; by default the name of the column in words.
        unit: What is counted, in the plural.
        nullable: Whether it may be empty.
        minimum: The smallest value allowed.
        maximum: The greatest value allowed.
        compute: A function that fills the column from all tables by name; then no coder does.
    """
    column = IntegerColumn(
        description,
        title=title,
        unit=unit,
        nullable=nullable,
        minimum=minimum,
        maximum=maximum,
        **_computed(compute),
    )
    return column_field(column)


def number(
    description: str,
    *,
    title: str = "",
    unit: str = "",
    nullable: bool = False,
    minimum: float | None = None,
    maximum: float | None = None,
    compute: Compute | None = None,
) -> Any:
    """Declare a decimal number, which is `float64` in pandas.

    Args:
        description: What the column holds, for the coder and the reader.
        title: A name for readers; by default the name of the column in words.
        unit: What it is measured in, such as `kilometres`.
        nullable: Whether it may be empty.
        minimum: The smallest value allowed.
        maximum: The greatest value allowed.
        compute: A function that fills the column from all tables by name; then no coder does.
    """
    column = NumberColumn(
        description,
        title=title,
        unit=unit,
        nullable=nullable,
        minimum=minimum,
        maximum=maximum,
        **_computed(compute),
    )
    return column_field(column)


def paragraph_number(description: str, *, title: str = "") -> Any:
    """Declare the number of the paragraph that a passage starts in, from 1; the engine fills it.

    Args:
        description: What the column holds, for the coder and the reader.
        title: A name for readers; by default the name of the column in words.
    """
    return column_field(IntegerColumn(description, title=title, minimum=1, filled_by="paragraph_number"))


def sentence_number(description: str, *, title: str = "") -> Any:
    """Declare the number of the sentence that a passage starts in, from 1; the engine fills it.

    Args:
        description: What the column holds, for the coder and the reader.
        title: A name for readers; by default the name of the column in words.
    """
    return column_field(IntegerColumn(description, title=title, minimum=1, filled_by="sentence_number"))


def boolean(description: str, *, title: str = "", nullable: bool = False, compute: Compute | None = None) -> Any:
    """Declare a column that is `true` or `false`.

    It is `bool` in pandas, and `boolean` if it may be empty.

    Args:
        description: What the column holds, for the coder and the reader.
        title: A name for readers; by default the name of the column in words.
        nullable: Whether it may be empty.
        compute: A function that fills the column from all tables by name; then no coder does.
    """
    return column_field(BooleanColumn(description, title=title, nullable=nullable, **_computed(compute)))


def datetime(description: str, *, title: str = "", nullable: bool = False, compute: Compute | None = None) -> Any:
    """Declare a date and time with an offset from UTC, as in RFC 3339, such as `2031-04-02T12:00:00+02:00`.

    It is stored in UTC, exact to the microsecond: `datetime64[us, UTC]` in pandas.

    Args:
        description: What the column holds, for the coder and the reader.
        title: A name for readers; by default the name of the column in words.
        nullable: Whether it may be empty.
        compute: A function that fills the column from all tables by name; then no coder does.
    """
    return column_field(DateTimeColumn(description, title=title, nullable=nullable, **_computed(compute)))


def column_field(column: Column, **settings: Any) -> Any:
    """Return the Pandera field of a compiled column; `settings` are passed on to `pandera.Field`."""
    return pa.Field(
        nullable=column.nullable,
        description=column.description,
        metadata={METADATA_KEY: column},
        **column.field_settings(),
        **settings,
    )


def _computed(function: Compute | None) -> dict[str, Any]:
    return {} if function is None else {"compute": function, "filled_by": "function"}
