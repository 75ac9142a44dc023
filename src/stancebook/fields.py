"""The words a model is written in: fields that carry a `Column`, and rules that say which cell they point at.

Every word of a field takes a `title=`, for a column whose name does not make a good one, such as `wikidata_id`.
"""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import pandera.pandas as pa
from pandera.engines.pandas_engine import DateTime

from stancebook.spec import KEY, Column, Form

Category = pd.CategoricalDtype
Day = DateTime

CARRIED_AS = "stancebook"
POINTS_AT = "points_at"


def key(description: str, *, title: str = "") -> Any:
    """The column that identifies a row. In a grounded table the engine makes it: `<doc_id>#<id>`."""
    return _field(Column("key", description, title=title, form=KEY), unique=True)


def ref(
    target: str,
    description: str,
    *,
    title: str = "",
    optional: bool = False,
    default: str | None = None,
    mutual: bool = False,
    by: Callable[..., "pd.Series[Any]"] | None = None,
) -> Any:
    """A row of the table `target`, by its key.

    `default` names the column whose value stands in where none is given. A table may refer to itself,
    but not in a circle, unless `mutual` says that two rows may name each other.
    """
    return _field(
        Column(
            "ref",
            description,
            title=title,
            target=target,
            optional=optional,
            default=default,
            mutual=mutual,
            **_by(by),
        )
    )


def choice(
    vocabulary: Mapping[str, str],
    description: str,
    *,
    title: str = "",
    optional: bool = False,
    ordered: bool = False,
    by: Callable[..., "pd.Series[Any]"] | None = None,
) -> Any:
    """One value of a closed vocabulary; `ordered` where the vocabulary is written from least to most."""
    column = Column(
        "choice",
        description,
        title=title,
        optional=optional,
        vocabulary=vocabulary,
        ordered=ordered,
        **_by(by),
    )
    return _field(column, dtype_kwargs={"categories": list(vocabulary), "ordered": ordered})


def text(description: str, *, title: str = "", optional: bool = False, form: Form | None = None) -> Any:
    """Free text; with `form`, text that matches it from end to end."""
    return _field(Column("text", description, title=title, optional=optional, form=form))


def verbatim(description: str, *, title: str = "", optional: bool = False) -> Any:
    """Words of the document, found in it as written (white space apart)."""
    return _field(Column("verbatim", description, title=title, optional=optional))


def day(description: str, *, title: str = "", optional: bool = False) -> Any:
    """A calendar day, given as YYYY-MM-DD."""
    return _field(Column("day", description, title=title, optional=optional))


def edtf(description: str, *, title: str = "", optional: bool = False) -> Any:
    """A date in the Extended Date/Time Format (ISO 8601-2), levels 0 and 1 without seasons and times."""
    return _field(Column("edtf", description, title=title, optional=optional))


def start_of(column: str, description: str, *, title: str = "") -> Any:
    """The first day of an EDTF column's date, strictly: `~` and `?` widen nothing; empty where it is open."""
    return _field(Column("day", description, title=title, optional=True, filled="start", bound_of=column))


def end_of(column: str, description: str, *, title: str = "") -> Any:
    """The last day of an EDTF column's date, strictly; empty where it is open."""
    return _field(Column("day", description, title=title, optional=True, filled="end", bound_of=column))


def integer(
    description: str,
    *,
    title: str = "",
    unit: str = "",
    minimum: int | None = None,
    by: Callable[..., "pd.Series[Any]"] | None = None,
) -> Any:
    """A whole number, never empty: nullable integers break in half of the readers out there.

    `unit` names what it counts, in the plural.
    """
    return _field(Column("integer", description, title=title, unit=unit, minimum=minimum, **_by(by)))


def row_rule(column: str) -> Callable[[Callable[..., "pd.Series[bool]"]], Any]:
    """A rule over the columns of a row: a method `(cls, frame)` that returns True for each row in order.

    Its docstring is the sentence a coder reads; `column` is the cell that a problem points at.
    """

    def made(method: Callable[..., "pd.Series[bool]"]) -> Any:
        return pa.dataframe_check(classmethod(method), statistics={POINTS_AT: column})

    return made


def from_engine(column: Column) -> Any:
    """A column of a base class that the engine fills from what it reads."""
    return _field(column)


def _by(function: Callable[..., Any] | None) -> dict[str, Any]:
    return {} if function is None else {"by": function, "filled": "function"}


def _field(column: Column, **settings: Any) -> Any:
    if column.form is not None:
        settings["str_matches"] = rf"(?:{column.form.pattern})\Z"
    if column.minimum is not None:
        settings["ge"] = column.minimum
    return pa.Field(
        nullable=column.optional,
        description=column.description,
        metadata={CARRIED_AS: column},
        **settings,
    )
