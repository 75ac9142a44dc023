"""Pandera schemas of a dataset's tables, to validate frames in other code."""

from __future__ import annotations

import warnings
from functools import partial
from os import PathLike
from typing import TYPE_CHECKING, Any

from stancebook.dataset.reader import resolve_folder

if TYPE_CHECKING:
    import pandas as pd
    from pandera.pandas import Check, DataFrameSchema

    from stancebook.schema.spec import Column


def pandera_schema(table: str, *, path: str | PathLike[str] | None = None) -> DataFrameSchema:
    """Return the Pandera schema of a table, made from the data package of its dataset.

    It accepts the frames that `load` returns: exactly their columns, with their types, empty cells, vocabularies and
    their order, patterns, minima and keys. It does not coerce. Foreign keys, which need other tables, are left to
    `stancebook validate`.

    Args:
        table: The name of the table.
        path: The dataset, as for `load`.

    Raises:
        DatasetError: There is no such dataset or table.

    Warns:
        UserWarning: The data package, of another version, demands something that this version cannot check.
    """
    import pandera.pandas as pa

    from stancebook.dataset.descriptor import read_package
    from stancebook.schema.dataframes import pandas_dtype

    package = read_package(resolve_folder(path))
    spec = package[table]
    for note in package.notes:
        if note.table == table:
            warnings.warn(f"{note.where}: {note.message}", stacklevel=2)
    return pa.DataFrameSchema(
        {
            column.name: pa.Column(
                pandas_dtype(column.storage, column.vocabulary, ordered=column.ordered),
                _checks(column),
                nullable=column.nullable,
                unique=column.unique or spec.key == (column.name,),
                title=column.title or None,
                description=column.description or None,
            )
            for column in spec.columns
        },
        strict=True,
        coerce=False,
        unique=list(spec.key) if len(spec.key) > 1 else None,
        name=spec.name,
        title=spec.title or None,
        description=spec.description or None,
    )


def _checks(column: Column) -> list[Check]:
    """Return what a column demands beyond its type, which includes its vocabulary."""
    from pandera.pandas import Check

    checks = []
    if column.kind == "date":
        checks.append(Check(_are_days, name="whole_days", error="a date has no time of day"))
    if column.pattern is not None:
        pattern = column.pattern.pattern
        checks.append(
            Check(
                partial(_match, pattern=pattern),
                name="str_matches",
                error=f"str_matches({pattern!r})",
                statistics={"pattern": pattern},
            )
        )
    if column.minimum is not None:
        checks.append(Check.ge(column.minimum))
    return checks


def _are_days(dates: pd.Series[Any]) -> pd.Series[bool]:
    midnight: pd.Series[bool] = dates == dates.dt.normalize()
    return midnight


def _match(texts: pd.Series[Any], pattern: str) -> pd.Series[bool]:
    """Return which texts match a pattern completely; by RE2, because a pattern from a file may stall `re`."""
    import pandas as pd
    import pyarrow as pa
    import pyarrow.compute as pc

    matches = pc.match_substring_regex(pa.Array.from_pandas(texts, type=pa.string()), rf"\A(?:{pattern})\z")
    return pd.Series(matches.to_pylist(), texts.index)
