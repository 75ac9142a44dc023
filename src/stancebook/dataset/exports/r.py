"""Export of a validated dataset for R: the CSV files, and a script in base R that reads them with their types."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from stancebook.dataset.descriptor import Package
from stancebook.dataset.exports.csv import CSV_FORMAT, write_tables
from stancebook.dataset.exports.folder import export_folder
from stancebook.dataset.parquet_files import RowSource

SCRIPT = "read.R"


def to_r(package: Package, tables: Mapping[str, RowSource], folder: Path) -> None:
    """Write the files of `to_csv`, and `read.R`, which gets all it needs from the codebook.

    Args:
        package: The descriptor of the dataset.
        tables: The tables of a validation without errors, by name.
        folder: The folder to write; an earlier export is replaced.

    Raises:
        PublishError: The folder holds something else than an earlier export, or CSV cannot hold a column.
    """
    script = files(__package__).joinpath(SCRIPT).read_bytes()
    with export_folder(package, folder, CSV_FORMAT) as new:
        write_tables(package, tables, new, escape_formulas=False)
        (new / SCRIPT).write_bytes(script)
