"""Export of a validated dataset for Stata: a folder of `.dta` files, with labels of variables and values."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from stancebook.dataset.descriptor import Package
from stancebook.dataset.exports.folder import FileFormat, export_folder
from stancebook.dataset.exports.labelled import as_numbers, value_labels
from stancebook.dataset.exports.unique_names import unique_names
from stancebook.dataset.parquet_files import BATCH_ROWS, RowSource
from stancebook.schema.column_types import Column
from stancebook.schema.spec import TableSpec

if TYPE_CHECKING:
    import pandas as pd

_FORMAT = FileFormat("dta", "application/x-stata-dta")
_WRITTEN = dt.datetime(2000, 1, 1)  # noqa: DTZ001 (of Stata's header); the same tables have the same bytes
_NAME = 32  # characters
_NOT_IN_NAMES = re.compile(r"\W|^(?=\d)")
_LABEL = 80  # characters
_FIXED_TEXT = 2045  # bytes of a text that need not be a strL
# https://www.stata.com/manuals/u.pdf, 11.3; names with an underscore at the start are those of Stata
_RESERVED = {
    *("byte", "double", "float", "if", "in", "int", "long", "strl", "using", "with"),
    *("_all", "_b", "_coef", "_cons", "_n", "_pi", "_pred", "_rc", "_skip"),
}


def to_stata(package: Package, tables: Mapping[str, RowSource], folder: Path) -> list[str]:
    """Write one `.dta` file (version 118) per table, the codebook, and a data package.

    Args:
        package: The descriptor of the dataset.
        tables: The tables of a validation without errors, by name.
        folder: The folder to write; an earlier export is replaced. If writing fails, it is unchanged.

    Returns:
        A line for the reader for each column that has another name, or is text for another reason.

    Raises:
        PublishError: The folder holds something else than an earlier export.
    """
    notes: list[str] = []
    with export_folder(package, folder, _FORMAT) as new:
        for name, rows in tables.items():
            notes += _write(rows, package.tables[name], new / f"{name}.dta")
    return notes


def _write(rows: RowSource, spec: TableSpec, file: Path) -> list[str]:
    """Write a table; return what a reader must know of it."""
    import pandas as pd

    table = pa.Table.from_batches(rows.to_batches(BATCH_ROWS), rows.schema)
    columns = [spec[name] for name in table.column_names]
    names = unique_names([_NOT_IN_NAMES.sub("_", column.name) for column in columns], _NAME, _RESERVED)
    notes: list[str] = []
    frame: dict[str, pd.Series[Any]] = {}
    dates: dict[Any, Any] = {}
    labels: dict[Any, dict[float, str]] = {}
    for name, column, cells in zip(names, columns, table.columns, strict=True):
        series, date_format = _variable(column, cells)
        frame[name] = series
        if date_format:
            dates[name] = date_format
        if values := value_labels(column):
            labels[name] = values
        if name != column.name:
            notes.append(f"renamed  {spec.name}.{column.name}: {name}")
        if column.data_type == "integer" and series.dtype == object:
            notes.append(f"as text  {spec.name}.{column.name}: it has whole numbers that Stata would round")
    data = pd.DataFrame(frame)
    long = [name for name in names if data[name].dtype == object and _longest(data[name]) > _FIXED_TEXT]
    with file.open("xb") as opened:
        data.to_stata(
            opened,
            convert_dates=dates,
            write_index=False,
            byteorder="little",
            time_stamp=_WRITTEN,
            data_label=_shorten(spec.title or spec.name),
            variable_labels={
                name: _shorten(column.title or column.name) for name, column in zip(names, columns, strict=True)
            },
            convert_strl=long,
            version=118,
            value_labels=labels,
        )
    return notes


def _variable(column: Column, cells: pa.ChunkedArray) -> tuple[pd.Series[Any], str]:
    """Return a variable, and the format of its dates; a missing number is NaN, a missing text is empty."""
    import pandas as pd

    if pa.types.is_date(cells.type) or pa.types.is_timestamp(cells.type):
        unit = "s" if pa.types.is_date(cells.type) else "ms"
        moments = cells.cast(pa.timestamp("us")).cast(pa.timestamp(unit), safe=False)
        return pd.Series(moments.to_numpy().astype(f"datetime64[{unit}]")), "td" if unit == "s" else "tc"
    if (numbers := as_numbers(column, cells)) is not None:
        return pd.Series(numbers), ""
    texts = pc.fill_null(cells.cast(pa.string()), "").to_pylist()
    return pd.Series(texts, dtype=object), ""


def _longest(texts: pd.Series[Any]) -> int:
    return max((len(text.encode()) for text in texts), default=0)


def _shorten(text: str) -> str:
    return text if len(text) <= _LABEL else f"{text[: _LABEL - 1]}…"
