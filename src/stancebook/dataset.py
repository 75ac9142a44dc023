"""A finished build → the files of a dataset, in a folder."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from stancebook import parquet
from stancebook.build import Build
from stancebook.contract import Contract
from stancebook.coverage import coverage
from stancebook.descriptions.croissant import croissant
from stancebook.descriptions.datacard import datacard
from stancebook.descriptions.datapackage import descriptor
from stancebook.descriptions.editor import annotation_schema, codebook_schema
from stancebook.layout import (
    ANNOTATION_SCHEMA,
    CODEBOOK_SCHEMA,
    CROISSANT,
    DATA_CARD,
    DATAPACKAGE,
    LISTED,
    table_file,
)
from stancebook.spec import Tables, TableSpec
from stancebook.stored import Part, Stored, tally


def write(build: Build, folder: Path) -> None:
    """Write every file of the dataset into an empty folder; the same seeds and contract give the same bytes."""
    contract, frames, seeds = build.contract, build.frames, build.corpus.digest
    about = about_of(contract)
    digests = {name: [parquet.rows_digest(frames[name], spec, about)] for name, spec in contract.tables.items()}
    digest = build_digest(contract, frames, seeds, digests)
    tables = {
        name: write_table(frames[name], spec, folder, build=digest, about=about)
        for name, spec in contract.tables.items()
    }
    shares = coverage(build).shares if len(build.corpus.documents) <= LISTED else None
    write_descriptions(contract, frames, tables, folder, shares=shares, build=digest, seeds=seeds)


def write_table(frame: pd.DataFrame, spec: TableSpec, folder: Path, *, build: str, about: Mapping[str, str]) -> Stored:
    """Write a table that is one file; `build` is the digest of the whole build, and `about` what `about_of` says."""
    return Stored(
        (write_part(frame, spec, folder, table_file(spec.name), digest=build, about=about),), tally(spec, frame)
    )


def write_part(
    frame: pd.DataFrame, spec: TableSpec, folder: Path, place: str, *, digest: str, about: Mapping[str, str]
) -> Part:
    """Write rows of a table into one Parquet file, at a `place` below the dataset's folder, with slashes.

    `digest` is what the file says it is of: the build where it holds the whole table, `parquet.rows_digest` where it is
    a part, which so keeps its bytes from one build to the next.
    """
    path = folder / place
    path.parent.mkdir(exist_ok=True)
    with path.open("xb") as file:
        parquet.write(frame, spec, digest, about, file)
    with path.open("rb") as file:
        return Part(place, len(frame), hashlib.file_digest(file, "sha256").hexdigest(), digest)


def write_descriptions(
    contract: Contract,
    frames: Tables,
    tables: Mapping[str, Stored],
    folder: Path,
    *,
    shares: pd.DataFrame | None,
    build: str,
    seeds: str,
) -> None:
    """Write what the dataset says of itself; `build` and `seeds` are digests, `shares` those of `Coverage`."""
    digests = {part.path: part.hash for table in tables.values() for part in table.parts}
    files = {
        DATAPACKAGE: _as_json(descriptor(contract, frames, build, seeds, digests)),
        CROISSANT: _as_json(croissant(contract, digests)),
        ANNOTATION_SCHEMA: _as_json(annotation_schema(contract)),
        CODEBOOK_SCHEMA: _as_json(codebook_schema(contract)),
        DATA_CARD: datacard(contract, frames, shares).encode() + b"\n",
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)


def build_digest(contract: Contract, frames: Tables, seeds: str, digests: Mapping[str, Iterable[str]]) -> str:
    """Return the SHA-256 that stands for a build: over the seeds, the compiled tables and all rows.

    `digests` are those of each table's parts, by `parquet.rows_digest`: in the order of their rows.
    """
    said = descriptor(contract, frames, "", seeds, {})
    rows = {name: list(digests[name]) for name in contract.tables}
    return hashlib.sha256(_as_json([said, rows])).hexdigest()


def about_of(contract: Contract) -> dict[str, str]:
    """Return what every table says of the dataset it belongs to."""
    return {
        "dataset": contract.title,
        "version": contract.version,
        "license": ", ".join(f"{each.title} <{each.path}>" for each in contract.licenses),
        "citation": contract.citation,
    }


def _as_json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()
