"""A verified dataset → a folder of CSV files and a data package that describes them.

The files follow RFC 4180: UTF-8, commas, lines that end in CR LF, a header. Every text stands in quotation
marks and an empty cell is nothing at all, so that a missing text (`,,`) and an empty one (`,"",`) differ.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
from pyarrow import csv

from stancebook.dataset.descriptor import Package
from stancebook.dataset.layout import DATAPACKAGE
from stancebook.dataset.parquet_table import RowSource
from stancebook.dataset.publish import publish, staging_folder
from stancebook.exceptions import PublishError

_DIALECT = {"delimiter": ",", "quoteChar": '"', "doubleQuote": True, "lineTerminator": "\r\n", "header": True}
_OF_THE_FILE = {"bytes", "hash", "parts"}  # what a resource may say of its Parquet files alone
_BATCH = 65_536  # rows that are written at once


def to_csv(package: Package, tables: Mapping[str, RowSource], folder: Path) -> None:
    """Make `folder` hold one CSV file a table and their data package, all of them or none.

    `tables` are those of a verdict without errors. Raises `PublishError` where the folder holds something
    that no export wrote.
    """
    _refuse_foreign(folder)
    descriptor = {**package.descriptor, "resources": _resources(package)}
    with staging_folder(folder) as new:
        try:
            for name, table in tables.items():
                with (new / f"{name}.csv").open("xb") as file:
                    _write(table, file)
        except pa.ArrowException as fault:
            raise PublishError(f"A column cannot be written as CSV: {fault}") from fault
        told = json.dumps(descriptor, ensure_ascii=False, indent=2) + "\n"
        (new / DATAPACKAGE).write_bytes(told.encode())
        publish(new, folder)


def _write(table: RowSource, sink: BinaryIO) -> None:
    """Write a table batch by batch."""
    options = csv.WriteOptions(quoting_style="needed", eol="\r\n")
    with csv.CSVWriter(sink, table.schema, write_options=options) as writer:
        for batch in table.to_batches(_BATCH):
            writer.write_batch(batch)


def _resources(package: Package) -> list[dict[str, Any]]:
    """Return what the data package says of each table, with what is true of its CSV file instead."""
    described = {_first(resource["path"]): resource for resource in package.descriptor["resources"]}
    resources = []
    for table in package.tables.values():
        resource = {key: value for key, value in described[table.files[0].path].items() if key not in _OF_THE_FILE}
        resources.append(
            {
                **resource,
                "path": f"{table.name}.csv",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "dialect": _DIALECT,
                "schema": {**resource["schema"], "missingValues": [""]},
            }
        )
    return resources


def _first(path: str | list[str]) -> str:
    return path if isinstance(path, str) else path[0]


def _refuse_foreign(folder: Path) -> None:
    """Raise where a folder holds something, and is not an earlier export."""
    if not folder.is_dir() or not any(folder.iterdir()):
        return
    try:
        descriptor = json.loads((folder / DATAPACKAGE).read_bytes())
        is_export = "stancebook" in descriptor and all(
            str(resource["path"]).endswith(".csv") for resource in descriptor["resources"]
        )
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        is_export = False
    if not is_export:
        raise PublishError(
            f"{folder} is there already, and no export wrote it. Empty it, or name another folder to export to."
        )
