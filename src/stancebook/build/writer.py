"""A finished build → the files of a dataset, in a folder."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

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
from stancebook.dataset.table_stats import Part, StoredTable, table_stats
from stancebook.metadata.croissant import croissant_metadata
from stancebook.metadata.data_card import render_data_card
from stancebook.metadata.datapackage import data_package
from stancebook.metadata.json_schema import annotation_schema, codebook_schema
from stancebook.schema.contract import Contract
from stancebook.schema.spec import Tables, TableSpec


def write_dataset(build: Build, folder: Path) -> None:
    """Write every file of the dataset into an empty folder; the same seeds and contract give the same bytes."""
    documents = listed_documents(build.frames[build.contract.document.name])
    shares = coverage(build).shares if documents is not None else None
    complete_dataset(
        build.contract, build.frames, {}, folder, seeds=build.corpus.digest, documents=documents, shares=shares
    )


def complete_dataset(
    contract: Contract,
    frames: Tables,
    parted: Mapping[str, StoredTable],
    folder: Path,
    *,
    seeds: str,
    documents: pd.DataFrame | None = None,
    shares: pd.DataFrame | None = None,
) -> None:
    """Write the tables that are one file, and what the dataset says of itself; `parted` are those that lie in parts.

    `seeds` is a digest; `documents` and `shares` are as in `write_descriptions`.
    """
    about, specs = dataset_metadata(contract), contract.tables
    stored = {**parted, **{name: _as_one_file(frame, specs[name]) for name, frame in frames.items()}}
    digests = {name: [part.build for part in each.parts] for name, each in parted.items()}
    digests |= {name: [parquet.rows_digest(frame, specs[name], about)] for name, frame in frames.items()}
    digest = build_digest(contract, stored, documents, seeds, digests)
    for name, frame in frames.items():
        part = write_part(frame, specs[name], folder, table_file(name), digest=digest, about=about)
        stored[name] = replace(stored[name], parts=(part,))
    write_descriptions(contract, stored, documents, folder, shares=shares, build=digest, seeds=seeds)


def _as_one_file(frame: pd.DataFrame, spec: TableSpec) -> StoredTable:
    """Return a table that will be one file, before it is written."""
    return StoredTable((Part(table_file(spec.name), len(frame), "", ""),), table_stats(spec, frame))


def write_part(
    frame: pd.DataFrame, spec: TableSpec, folder: Path, place: str, *, digest: str, about: Mapping[str, str]
) -> Part:
    """Write rows of a table into one Parquet file, at a `place` below the dataset's folder, with slashes.

    `digest` is what the file says it is of: the build where it holds the whole table, `parquet.rows_digest` where it is
    a part, which so keeps its bytes from one build to the next.
    """
    path = folder / place
    path.parent.mkdir(exist_ok=True)
    # Whoever does the same work once more, because a machine was lost, replaces a file by its like.
    new = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with new.open("xb") as file:
        parquet.write_table(frame, spec, digest, about, file)
    with new.open("rb") as file:
        part = Part(place, len(frame), hashlib.file_digest(file, "sha256").hexdigest(), digest)
    new.replace(path)
    return part


def clear_unfinished(folder: Path) -> None:
    """Remove the files in which `write_part` was killed: others have done that work."""
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
) -> None:
    """Write what the dataset says of itself.

    `documents` are told one by one where `listed` gives them; `build` and `seeds` are digests, `shares` those of
    `Coverage`.
    """
    files = {
        DATAPACKAGE: _as_json(data_package(contract, tables, documents, build, seeds)),
        CROISSANT: _as_json(croissant_metadata(contract, tables)),
        ANNOTATION_SCHEMA: _as_json(annotation_schema(contract)),
        CODEBOOK_SCHEMA: _as_json(codebook_schema(contract)),
        DATA_CARD: render_data_card(contract, tables, documents, shares).encode() + b"\n",
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)


def build_digest(
    contract: Contract,
    tables: Mapping[str, StoredTable],
    documents: pd.DataFrame | None,
    seeds: str,
    digests: Mapping[str, Iterable[str]],
) -> str:
    """Return the SHA-256 that stands for a build: over the seeds, the compiled tables and all rows.

    `digests` are those of each table's parts, by `parquet.rows_digest`: in the order of their rows. Of `tables`, what
    depends on how a version of the Parquet library writes is left out.
    """
    unsigned = {
        name: replace(each, parts=tuple(replace(part, hash="", build="") for part in each.parts))
        for name, each in tables.items()
    }
    said = data_package(contract, unsigned, documents, "", seeds)
    rows = {name: list(digests[name]) for name in contract.tables}
    return hashlib.sha256(json.dumps([said, rows]).encode()).hexdigest()


def listed_documents(documents: pd.DataFrame) -> pd.DataFrame | None:
    """Return the table of documents, unless they are too many to be described one by one."""
    return documents if len(documents) <= MAX_LISTED_DOCUMENTS else None


def dataset_metadata(contract: Contract) -> dict[str, str]:
    """Return what every table says of the dataset it belongs to."""
    return {
        "dataset": contract.title,
        "version": contract.version,
        "license": ", ".join(f"{each.title} <{each.path}>" for each in contract.licenses),
        "citation": contract.citation,
    }


def _as_json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()
