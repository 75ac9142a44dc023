"""Pandera schemas of a dataset's tables, to validate frames in other code."""

from __future__ import annotations

import warnings
from os import PathLike
from typing import TYPE_CHECKING

from stancebook.dataset.listing import read_descriptor
from stancebook.dataset.reader import resolve_folder

if TYPE_CHECKING:
    from pandera.pandas import DataFrameSchema


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

    from stancebook.dataset.descriptor import parse_descriptor

    folder = resolve_folder(path)
    package = parse_descriptor(read_descriptor(folder), folder)
    spec = package[table]
    for note in package.notes:
        if note.table == table:
            warnings.warn(f"{note.where}: {note.message}", stacklevel=2)
    return pa.DataFrameSchema(
        {
            column.name: pa.Column(
                column.pandas_dtype,
                list(column.pandera_checks()),
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
