"""The contract that a dataset carries → Pandera schemas, for frames in other people's code."""

from __future__ import annotations

import warnings
from functools import partial
from os import PathLike
from typing import TYPE_CHECKING, Any

from stancebook.dataset.reader import resolve_folder

if TYPE_CHECKING:
    import pandas as pd
    from pandera.pandas import Check, DataFrameSchema

    from stancebook.dataset.descriptor import Column


def pandera_schema(table: str, *, path: str | PathLike[str] | None = None) -> DataFrameSchema:
    """Return the Pandera schema of a table, rebuilt from the contract that its dataset carries.

    It takes the frames that `load` returns: their columns and no others, their types, what may be empty,
    vocabularies and the order of their values, patterns, least values, and keys. It coerces nothing.
    References lead to other tables, which it does not see; `stancebook check` follows them. `path` is as
    for `load`.

    Raises `DatasetError` where there is no such dataset or table; warns of what a dataset of another
    version says and this one does not know.
    """
    import pandera.pandas as pa

    from stancebook.dataset.descriptor import read_package
    from stancebook.schema.dataframes import pandas_dtype

    package = read_package(resolve_folder(path))
    found = package[table]
    for note in package.notes:
        if note.table == table:
            warnings.warn(f"{note.where}: {note.message}", stacklevel=2)
    return pa.DataFrameSchema(
        {
            column.name: pa.Column(
                column.storage and pandas_dtype(column.storage, column.vocabulary, ordered=column.ordered),
                _checks(column),
                nullable=not column.required,
                unique=column.unique,
                title=column.title,
                description=column.description,
            )
            for column in found.columns.values()
        },
        strict=True,
        coerce=False,
        unique=list(found.key) if len(found.key) > 1 else None,
        name=found.name,
        title=found.title,
        description=found.description,
    )


def _checks(column: Column) -> list[Check]:
    """Return what a column demands beyond its type; the values of a vocabulary are part of the type."""
    from pandera.pandas import Check

    checks = []
    if column.type == "date":
        checks.append(Check(_are_days, name="whole_days", error="a day has no time of day"))
    if column.pattern is not None:
        checks.append(
            Check(
                partial(_match, pattern=column.pattern),
                name="str_matches",
                error=f"str_matches({column.pattern!r})",
                statistics={"pattern": column.pattern},
            )
        )
    if column.minimum is not None:
        checks.append(Check.ge(column.minimum))
    return checks


def _are_days(days: pd.Series[Any]) -> pd.Series[bool]:
    whole: pd.Series[bool] = days == days.dt.normalize()
    return whole


def _match(texts: pd.Series[Any], pattern: str) -> pd.Series[bool]:
    """Return which texts are of a pattern; by Arrow, since a pattern from a file may be made to take for ever."""
    import pandas as pd
    import pyarrow as pa

    from stancebook.dataset.re2_patterns import matches

    return pd.Series(matches(pa.Array.from_pandas(texts, type=pa.string()), pattern).to_pylist(), texts.index)
