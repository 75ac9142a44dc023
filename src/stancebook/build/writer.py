"""Write the files of a dataset into a folder."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from stancebook.build.coverage import coverage
from stancebook.build.pipeline import Build
from stancebook.dataset import parquet
from stancebook.dataset.layout import (
    ANNOTATION_SCHEMA,
    CODEBOOK_SCHEMA,
    CROISSANT,
    DATA_CARD,
    DATAPACKAGE,
    MAX_LISTED_DOCUMENTS,
    files_in,
    table_file,
)
from stancebook.dataset.package_json import signed
from stancebook.dataset.table_stats import Part, StoredTable, TableStats
from stancebook.metadata.croissant import croissant_metadata
from stancebook.metadata.data_card import render_data_card
from stancebook.metadata.datapackage import data_package
from stancebook.metadata.json_schema import annotation_schema, codebook_schema
from stancebook.schema.contract import Contract
from stancebook.schema.spec import Tables, TableSpec

if TYPE_CHECKING:
    import pyarrow as pa


def write_dataset(build: Build, folder: Path, agreement: str = "") -> None:
    """Write all files of a dataset into an empty folder; the same sources and contract give the same bytes.

    Args:
        build: A build without errors.
        folder: The folder.
        agreement: As of `write_descriptions`.
    """
    contract, seeds = build.contract, build.corpus.digest
    documents = listed_documents(build.frames[contract.document.name])
    shares = coverage(build).shares if documents is not None else None
    planned = plan_tables(contract, build.frames, build.stats)
    digest = build_digest(contract, planned, documents, seeds)
    tables = write_tables(contract, build.frames, planned, digest, folder)
    write_descriptions(
        contract, tables, documents, folder, shares=shares, build=digest, seeds=seeds, agreement=agreement
    )


def plan_tables(contract: Contract, frames: Tables, stats: Mapping[str, TableStats]) -> dict[str, StoredTable]:
    """Return tables as they will be stored in single files.

    Args:
        contract: The contract of the dataset.
        frames: Some of its tables by name.
        stats: Their statistics.

    Returns:
        The tables by name; their parts have no hash yet, and carry the digest of their rows.
    """
    about = dataset_metadata(contract)
    return {
        name: StoredTable(
            (Part(table_file(name), len(frame), "", parquet.rows_digest(frame, contract.tables[name], about)),),
            stats[name],
        )
        for name, frame in frames.items()
    }


def write_tables(
    contract: Contract, frames: Tables, planned: Mapping[str, StoredTable], digest: str, folder: Path
) -> dict[str, StoredTable]:
    """Write tables as single files.

    Args:
        contract: The contract of the dataset.
        frames: The tables by name.
        planned: The same tables, as `plan_tables` returns them.
        digest: The digest of the build.
        folder: The folder of the dataset.

    Returns:
        The tables as stored, by name.
    """
    about = dataset_metadata(contract)
    return {
        name: replace(
            planned[name],
            parts=(write_part(frame, contract.tables[name], folder, table_file(name), digest=digest, about=about),),
        )
        for name, frame in frames.items()
    }


def write_part(
    rows: pd.DataFrame | pa.Table, spec: TableSpec, folder: Path, place: str, *, digest: str, about: Mapping[str, str]
) -> Part:
    """Write rows of a table into one Parquet file.

    Args:
        rows: The rows.
        spec: The table.
        folder: The folder of the dataset.
        place: The path of the file in the folder, with slashes.
        digest: The digest that the file carries: that of the build if the file is the complete table; that of its rows
            (`parquet.rows_digest`) if it is a part, so that an unchanged part keeps its bytes.
        about: Further metadata of the file; see `dataset_metadata`.

    Returns:
        The part, with the SHA-256 and the size of its file.
    """
    path = folder / place
    path.parent.mkdir(exist_ok=True)
    # A retried task overwrites the file with identical bytes.
    new = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with new.open("xb") as file:
        parquet.write_table(rows, spec, digest, about, file)
    with new.open("rb") as file:
        hash_ = hashlib.file_digest(file, "sha256").hexdigest()
        part = Part(place, len(rows), hash_, digest, file.tell())
    new.replace(path)
    return part


def clear_unfinished(folder: Path) -> None:
    """Remove temporary files of tasks that were killed and retried."""
    for path in files_in(folder).values():
        if path.name.startswith("."):
            path.unlink()


def write_descriptions(
    contract: Contract,
    tables: Mapping[str, StoredTable],
    documents: pd.DataFrame | None,
    folder: Path,
    *,
    shares: pd.DataFrame | None,
    build: str,
    seeds: str,
    agreement: str = "",
) -> None:
    """Write the files that describe a dataset.

    Args:
        contract: The contract of the dataset.
        tables: The tables as stored, by name.
        documents: The document table, if documents are described one by one; see `listed_documents`.
        folder: The folder of the dataset.
        shares: The coverage of the documents, as in `Coverage.shares`.
        build: The digest of the build.
        seeds: The digest of all sources.
        agreement: The section of the data card about how far coders agree.
    """
    files = {
        DATAPACKAGE: _as_json(signed(data_package(contract, tables, documents, build, seeds))),
        CROISSANT: _as_json(croissant_metadata(contract, tables)),
        ANNOTATION_SCHEMA: _as_json(annotation_schema(contract)),
        CODEBOOK_SCHEMA: _as_json(codebook_schema(contract)),
        DATA_CARD: render_data_card(contract, tables, documents, shares, agreement).encode() + b"\n",
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)


def build_digest(
    contract: Contract, planned: Mapping[str, StoredTable], documents: pd.DataFrame | None, seeds: str
) -> str:
    """Return the SHA-256 that identifies a build, over the sources, the compiled tables and all rows.

    Args:
        contract: The contract of the dataset.
        planned: All tables; their parts carry the digests of their rows. The hashes and sizes of files are ignored,
            since they depend on the Parquet library.
        documents: The document table, if documents are described one by one.
        seeds: The digest of all sources.
    """
    unsigned = {
        name: replace(table, parts=tuple(replace(part, hash="", build="", size=0) for part in table.parts))
        for name, table in planned.items()
    }
    package = data_package(contract, unsigned, documents, "", seeds)
    rows = {name: [part.build for part in planned[name].parts] for name in contract.tables}
    return hashlib.sha256(json.dumps([package, rows]).encode()).hexdigest()


def listed_documents(documents: pd.DataFrame) -> pd.DataFrame | None:
    """Return the document table, or None if there are too many documents to describe each."""
    return documents if len(documents) <= MAX_LISTED_DOCUMENTS else None


def dataset_metadata(contract: Contract) -> dict[str, str]:
    """Return the metadata of the dataset that every Parquet file carries."""
    return {
        "dataset": contract.title,
        "version": contract.version,
        "license": ", ".join(f"{licence.title} <{licence.path}>" for licence in contract.licenses),
        "citation": contract.citation,
    }


def _as_json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()
