"""Export of a validated dataset to a folder of CSV files with a data package.

The files follow RFC 4180: UTF-8, commas, lines that end in CR LF, and a header. Every text is in quotation marks and
an empty cell is nothing at all, so that a missing text (`,,`) and an empty one (`,"",`) differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from stancebook.dataset.descriptor import Package
from stancebook.dataset.exports.folder import FileFormat, export_folder
from stancebook.dataset.parquet_files import BATCH_ROWS, RowSource
from stancebook.exceptions import PublishError
from stancebook.schema.spec import TableSpec

_DIALECT = {"delimiter": ",", "quoteChar": '"', "doubleQuote": True, "lineTerminator": "\r\n", "header": True}
# https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA_START = r"^[=+\-@\t\r\n＝＋－＠]"
_SIGNED_NUMBER = r"^[+\-][0-9.,]+$"
CSV_FORMAT = FileFormat("csv", "text/csv", {"encoding": "utf-8", "dialect": _DIALECT}, schema={"missingValues": [""]})


def to_csv(package: Package, tables: Mapping[str, RowSource], folder: Path, *, escape_formulas: bool = False) -> int:
    """Write one CSV file per table, the codebook, and their data package; if that fails, the folder is unchanged.

    Args:
        package: The descriptor of the dataset.
        tables: The tables of a validation without errors, by name.
        folder: The folder to write; an earlier export is replaced.
        escape_formulas: Put an apostrophe before each text that a spreadsheet would run as a formula.

    Returns:
        The number of these texts.

    Raises:
        PublishError: The folder holds something else than an earlier export, or CSV cannot hold a column.
    """
    with export_folder(package, folder, CSV_FORMAT) as new:
        return write_tables(package, tables, new, escape_formulas=escape_formulas)


def write_tables(package: Package, tables: Mapping[str, RowSource], folder: Path, *, escape_formulas: bool) -> int:
    """Write one CSV file per table into a folder; arguments, return value and errors are those of `to_csv`."""
    formulas = 0
    try:
        for name, rows in tables.items():
            with (folder / f"{name}.csv").open("xb") as file:
                formulas += _write(rows, package.tables[name], file, escape_formulas=escape_formulas)
    except pa.ArrowException as error:
        raise PublishError(f"A column cannot be written as CSV: {error}") from error
    return formulas


def _write(rows: RowSource, spec: TableSpec, sink: BinaryIO, *, escape_formulas: bool) -> int:
    """Write a table batch by batch; return how many of its texts a spreadsheet would run as formulas."""
    formulas = 0

    def convert(batch: pa.RecordBatch) -> pa.RecordBatch:
        nonlocal formulas
        cells = [spec[name].csv_cells(batch[name]) for name in rows.schema.names]
        for index, column in enumerate(batch.columns):
            if pa.types.is_string(column.type):
                found = _formulas(cells[index])
                formulas += found.true_count
                if escape_formulas and found.true_count:
                    escaped = pc.binary_join_element_wise("'", cells[index], "")
                    cells[index] = pc.if_else(found, escaped, cells[index])
        return pa.RecordBatch.from_arrays(cells, rows.schema.names)

    options = csv.WriteOptions(quoting_style="needed", eol="\r\n")
    schema = convert(pa.RecordBatch.from_pylist([], rows.schema)).schema
    with csv.CSVWriter(sink, schema, write_options=options) as writer:
        for batch in rows.to_batches(BATCH_ROWS):
            writer.write_batch(convert(batch))
    return formulas


def _formulas(cells: pa.Array) -> pa.BooleanArray:
    """Return which texts a spreadsheet would run as formulas; a number with a sign is none."""
    starts = pc.match_substring_regex(cells, _FORMULA_START)
    return pc.and_not(starts, pc.match_substring_regex(cells, _SIGNED_NUMBER))
