"""Export of a validated dataset for SPSS: a folder of `.sav` files, with labels, and with levels of measurement."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from stancebook.dataset.descriptor import Package
from stancebook.dataset.exports.folder import FileFormat, export_folder
from stancebook.dataset.exports.labelled import as_numbers, value_labels
from stancebook.dataset.exports.unique_names import shortened, unique_names
from stancebook.dataset.parquet_files import BATCH_ROWS, RowSource
from stancebook.exceptions import requires_extra
from stancebook.schema.column_types import Column
from stancebook.schema.spec import TableSpec

_FORMAT = FileFormat("sav", "application/x-spss-sav")
# Of bytes.
_NAME, _FILE_LABEL, _VARIABLE_LABEL, _VALUE_LABEL, _TEXT = 64, 64, 256, 120, 32_767
_RESERVED = {"all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with"}
_NOT_IN_NAMES = re.compile(r"\W|^(?=[\d_])")
_EPOCH = 12_219_379_200  # seconds from 14 October 1582, from which SPSS counts, to 1970
_WRITTEN_AT, _WRITTEN = 92, b"01 Jan 0000:00:00"  # date and time in the header; the same tables have the same bytes


def to_spss(package: Package, tables: Mapping[str, RowSource], folder: Path) -> list[str]:
    """Write one `.sav` file per table, the codebook, and a data package.

    Args:
        package: The descriptor of the dataset.
        tables: The tables of a validation without errors, by name.
        folder: The folder to write; an earlier export is replaced. If writing fails, it is unchanged.

    Returns:
        A line for the reader for each column that has another name or type, or of which something is cut.

    Raises:
        MissingExtraError: pyreadstat is not installed.
        PublishError: The folder holds something else than an earlier export.
    """
    with requires_extra("statistics"):
        import pyreadstat  # noqa: F401
    notes: list[str] = []
    with export_folder(package, folder, _FORMAT) as new:
        for name, rows in tables.items():
            notes += _write(rows, package.tables[name], new / f"{name}.sav")
    return notes


def _write(rows: RowSource, spec: TableSpec, file: Path) -> list[str]:
    """Write a table; return what a reader must know of it."""
    import pandas as pd
    import pyreadstat

    table = pa.Table.from_batches(rows.to_batches(BATCH_ROWS), rows.schema)
    columns = [spec[name] for name in table.column_names]
    names = unique_names([_NOT_IN_NAMES.sub("v_", column.name) for column in columns], _NAME, _RESERVED)
    notes: list[str] = []
    frame, shown = {}, {}
    for name, column, cells in zip(names, columns, table.columns, strict=True):
        where = f"{spec.name}.{column.name}"
        if name != column.name:
            notes.append(f"renamed  {where}: {name}")
        values, shown[name] = _variable(column, cells)
        if values is None:
            texts = pc.fill_null(cells.cast(pa.string()), "").to_pylist()
            values = [shortened(text, _TEXT) for text in texts]
            if column.data_type == "integer":
                notes.append(f"as text  {where}: it has whole numbers that SPSS would round")
            if values != texts:
                notes.append(f"warning: {where} has texts of more than {_TEXT:,} bytes, which are cut.")
        frame[name] = pd.Series(values, dtype=object if isinstance(values, list) else "float64")
        if any(len(label.encode()) > _VALUE_LABEL for label in column.vocabulary):
            notes.append(f"warning: {where} has values of more than {_VALUE_LABEL} bytes, whose labels are cut.")
    by_name = dict(zip(names, columns, strict=True))
    pyreadstat.write_sav(
        pd.DataFrame(frame),
        str(file),
        file_label=shortened(spec.title or spec.name, _FILE_LABEL),
        column_labels=[shortened(column.title or column.name, _VARIABLE_LABEL) for column in columns],
        variable_value_labels={
            name: {number: shortened(label, _VALUE_LABEL) for number, label in labels.items()}
            for name, column in by_name.items()
            if (labels := value_labels(column))
        },
        variable_measure={name: _measure(column) for name, column in by_name.items()},
        variable_format={name: form for name, form in shown.items() if form},
    )
    with file.open("r+b") as opened:
        opened.seek(_WRITTEN_AT)
        opened.write(_WRITTEN)
    return notes


def _variable(column: Column, cells: pa.ChunkedArray) -> tuple[Any, str]:
    """Return the numbers of a variable, None if it has texts; and how SPSS is to show them, if not as usual."""
    if pa.types.is_date(cells.type) or pa.types.is_timestamp(cells.type):
        moments = cells.cast(pa.timestamp("us")).cast(pa.int64())
        seconds = pc.add(pc.divide(moments.cast(pa.float64(), safe=False), 1e6), float(_EPOCH))
        return seconds.to_numpy(), "SDATE10" if pa.types.is_date(cells.type) else "DATETIME23.2"
    whole = column.vocabulary or pa.types.is_boolean(cells.type) or pa.types.is_integer(cells.type)
    numbers = as_numbers(column, cells)
    return numbers, "F8.0" if whole and numbers is not None else ""


def _measure(column: Column) -> str:
    if column.vocabulary:
        return "ordinal" if column.ordered else "nominal"
    return "scale" if column.data_type in ("integer", "number", "date", "datetime") else "nominal"
