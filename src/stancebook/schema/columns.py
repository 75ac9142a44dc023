"""The words a model is written in: fields that carry a `Column`, and rules that say which cell they point at.

Every word of a field takes a `title=`, for a column whose name does not make a good one, such as `wikidata_id`.
"""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import pandera.pandas as pa
from pandera.engines.pandas_engine import DateTime

from stancebook.schema.spec import KEY, Column, Pattern

Category = pd.CategoricalDtype
Date = DateTime

METADATA_KEY = "stancebook"
RULE_COLUMN = "points_at"


def primary_key(description: str, *, title: str = "") -> Any:
    """The column that identifies a row. In a grounded table the engine makes it: `<doc_id>#<id>`."""
    return _field(Column("primary_key", description, title=title, pattern=KEY), unique=True)


def foreign_key(
    target: str,
    description: str,
    *,
    title: str = "",
    nullable: bool = False,
    default: str | None = None,
    symmetric: bool = False,
    compute: Callable[..., "pd.Series[Any]"] | None = None,
) -> Any:
    """A row of the table `target`, by its key.

    `default` names the column whose value stands in where none is given. A table may refer to itself,
    but not in a circle, unless `mutual` says that two rows may name each other.
    """
    return _field(
        Column(
            "foreign_key",
            description,
            title=title,
            target=target,
            nullable=nullable,
            default=default,
            symmetric=symmetric,
            **_compute(compute),
        )
    )


def categorical(
    vocabulary: Mapping[str, str],
    description: str,
    *,
    title: str = "",
    nullable: bool = False,
    ordered: bool = False,
    compute: Callable[..., "pd.Series[Any]"] | None = None,
) -> Any:
    """One value of a closed vocabulary; `ordered` where the vocabulary is written from least to most."""
    column = Column(
        "categorical",
        description,
        title=title,
        nullable=nullable,
        vocabulary=vocabulary,
        ordered=ordered,
        **_compute(compute),
    )
    return _field(column, dtype_kwargs={"categories": list(vocabulary), "ordered": ordered})


def text(description: str, *, title: str = "", nullable: bool = False, pattern: Pattern | None = None) -> Any:
    """Free text; with `form`, text that matches it from end to end."""
    return _field(Column("text", description, title=title, nullable=nullable, pattern=pattern))


def verbatim(description: str, *, title: str = "", nullable: bool = False) -> Any:
    """Words of the document, found in it as written (white space apart)."""
    return _field(Column("verbatim", description, title=title, nullable=nullable))


def date(description: str, *, title: str = "", nullable: bool = False) -> Any:
    """A calendar day, given as YYYY-MM-DD."""
    return _field(Column("date", description, title=title, nullable=nullable))


def edtf(description: str, *, title: str = "", nullable: bool = False) -> Any:
    """A date in the Extended Date/Time Format (ISO 8601-2), levels 0 and 1 without seasons and times."""
    return _field(Column("edtf", description, title=title, nullable=nullable))


def edtf_lower(column: str, description: str, *, title: str = "") -> Any:
    """The first day of an EDTF column's date, strictly: `~` and `?` widen nothing; empty where it is open."""
    return _field(Column("date", description, title=title, nullable=True, filled_by="edtf_lower", bound_of=column))


def edtf_upper(column: str, description: str, *, title: str = "") -> Any:
    """The last day of an EDTF column's date, strictly; empty where it is open."""
    return _field(Column("date", description, title=title, nullable=True, filled_by="edtf_upper", bound_of=column))


def integer(
    description: str,
    *,
    title: str = "",
    unit: str = "",
    minimum: int | None = None,
    compute: Callable[..., "pd.Series[Any]"] | None = None,
) -> Any:
    """A whole number, never empty: nullable integers break in half of the readers out there.

    `unit` names what it counts, in the plural.
    """
    return _field(Column("integer", description, title=title, unit=unit, minimum=minimum, **_compute(compute)))


def row_rule(column: str) -> Callable[[Callable[..., "pd.Series[bool]"]], Any]:
    """A rule over the columns of a row: a method `(cls, frame)` that returns True for each row in order.

    Its docstring is the sentence a coder reads; `column` is the cell that a problem points at.
    """

    def made(method: Callable[..., "pd.Series[bool]"]) -> Any:
        return pa.dataframe_check(classmethod(method), statistics={RULE_COLUMN: column})

    return made


def engine_column(column: Column) -> Any:
    """A column of a base class that the engine fills from what it reads."""
    return _field(column)


def _compute(function: Callable[..., Any] | None) -> dict[str, Any]:
    return {} if function is None else {"compute": function, "filled_by": "function"}


def _field(column: Column, **settings: Any) -> Any:
    if column.pattern is not None:
        settings["str_matches"] = rf"(?:{column.pattern.pattern})\Z"
    if column.minimum is not None:
        settings["ge"] = column.minimum
    return pa.Field(
        nullable=column.nullable,
        description=column.description,
        metadata={METADATA_KEY: column},
        **settings,
    )
