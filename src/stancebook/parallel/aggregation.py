"""What only all chunks together tell: texts that stand twice, and tables derived from all documents; out of core.

DuckDB looks at the parts on the disk, within a limit of memory that does not grow with them.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from stancebook.build.derivation import derive_table
from stancebook.build.writer import dataset_metadata, write_part
from stancebook.dataset.layout import part_file
from stancebook.dataset.parquet import read_typed, rows_digest
from stancebook.dataset.table_stats import Part, TableStats, table_stats
from stancebook.exceptions import PublishError
from stancebook.parallel.worker import BuildContext, load_codebook
from stancebook.schema.contract import Contract
from stancebook.schema.spec import TableSpec

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MEMORY = "128 MB"  # that DuckDB may use; beyond, it writes to the disk beside the parts
_TOLD = 1000  # documents whose text stands twice, of which nobody mends more before building again
_SCRATCH = ".join"
_NUMBER, _VALUE = "part_number", "part_value"


@contextmanager
def duckdb_session(out: Path) -> Iterator[Any]:
    """Give a DuckDB that keeps what has no room in memory in a folder of its own below `out`.

    Raises `PublishError` where DuckDB cannot open that.
    """
    import duckdb

    scratch = out / _SCRATCH
    scratch.mkdir()
    settings: dict[str, Any] = {
        "memory_limit": MEMORY,
        "temp_directory": _named(scratch / "spilled"),
        "preserve_insertion_order": "false",
    }
    try:
        with duckdb.connect(config=settings) as database:
            yield database
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def duplicate_texts(database: DuckDBPyConnection, documents: Iterable[Path]) -> list[str]:
    """Return the ids of documents that share their text with another, in order, up to a number."""
    found = database.execute(
        "SELECT doc_id FROM read_parquet($files) WHERE text_sha256 IN"
        " (SELECT text_sha256 FROM read_parquet($files) GROUP BY ALL HAVING count(*) > 1) ORDER BY doc_id LIMIT $told",
        {"files": list(map(_named, documents)), "told": _TOLD},
    )
    return [doc_id for (doc_id,) in found.fetchall()]


def partition_inputs(
    database: DuckDBPyConnection, spec: TableSpec, parts: Mapping[str, list[Path]], values: Mapping[str, int], out: Path
) -> dict[str, Path]:
    """Lay what a derived table reads in folders, by table.

    Of tables with the column that keeps rows apart, only the rows of some `values` are laid out, in folders below,
    named by the number of each value.
    """
    places = {table: out / _SCRATCH / spec.name / table for table in spec.inputs}
    for table, columns in spec.inputs.items():
        places[table].mkdir(parents=True)
        names = ", ".join(f'"{name}"' for name in columns)
        files: dict[str, Any] = {"files": list(map(_named, parts[table]))}
        if not parts[table]:
            continue
        if spec.partition_by in columns:
            source = (
                f"SELECT {names}, {_NUMBER} FROM read_parquet($files)"  # noqa: S608 (names of the contract's own)
                f" JOIN (SELECT unnest($values) AS {_VALUE}, unnest($numbers) AS {_NUMBER})"
                f' ON "{spec.partition_by}" = {_VALUE}'
            )
            files |= {"values": list(values), "numbers": list(values.values())}
            target = f"'{_quoted(places[table])}' (FORMAT parquet, PARTITION_BY ({_NUMBER}))"
        else:
            source = f"SELECT {names} FROM read_parquet($files)"  # noqa: S608 (names of the contract's own)
            target = f"'{_quoted(places[table] / 'all.parquet')}' (FORMAT parquet)"
        database.execute(f"COPY ({source}) TO {target}", files)
    return places


def derive_partition(
    site: BuildContext, table: str, number: int, places: Mapping[str, Path]
) -> tuple[Part | None, TableStats]:
    """Derive the rows of the value with this number, and write them, if there are any, as the part with it."""
    contract, codebook = load_codebook(site)
    spec = contract.tables[table]
    tables = {name: _rows(contract, spec, name, number, place) for name, place in places.items()}
    frame = derive_table(spec, {**codebook, **tables})
    about = dataset_metadata(contract)
    if frame.empty:
        return None, table_stats(spec, frame)
    place, digest = part_file(table, number), rows_digest(frame, spec, about)
    return write_part(frame, spec, site.out, place, digest=digest, about=about), table_stats(spec, frame)


def _rows(contract: Contract, spec: TableSpec, table: str, number: int, place: Path) -> pd.DataFrame:
    folder = place / f"{_NUMBER}={number}" if spec.partition_by in spec.inputs[table] else place
    frame = read_typed(sorted(folder.glob("*.parquet")), contract.tables[table], spec.inputs[table])
    return frame.sort_values(list(spec.inputs[table]), ignore_index=True)


def _quoted(path: Path) -> str:
    return _named(path).replace("'", "''")


def _named(path: Path) -> str:
    """Return a path as DuckDB takes it: in UTF-8, whatever the locale holds names of files to be in."""
    try:
        return os.fsencode(path).decode()
    except UnicodeDecodeError as fault:
        raise PublishError(
            "DuckDB, which joins the parts of a large corpus, opens no folder whose name is not UTF-8: build with --out"
            " into another."
        ) from fault
