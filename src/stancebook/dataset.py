"""A finished build → the files of a dataset, as bytes by name."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import pandas as pd

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
from stancebook.parquet import to_bytes
from stancebook.spec import Tables
from stancebook.stored import Part, Stored, tally


def render(build: Build) -> dict[str, bytes]:
    """Return every file of the dataset; the same seeds and contract give the same bytes."""
    contract, frames, seeds = build.contract, build.frames, build.corpus.digest
    digest = build_digest(build)
    about = _about(contract)
    tables = {table_file(name): to_bytes(frames[name], spec, digest, about) for name, spec in contract.tables.items()}
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in tables.items()}
    stored = _stored(contract, frames, digests, digest)
    documents = _listed(build)
    shares = coverage(build).shares if documents is not None else None
    return {
        **tables,
        DATAPACKAGE: _as_json(descriptor(contract, stored, documents, digest, seeds)),
        CROISSANT: _as_json(croissant(contract, stored)),
        ANNOTATION_SCHEMA: _as_json(annotation_schema(contract)),
        CODEBOOK_SCHEMA: _as_json(codebook_schema(contract)),
        DATA_CARD: datacard(contract, stored, documents, shares).encode() + b"\n",
    }


def build_digest(build: Build) -> str:
    """Return the SHA-256 that stands for a build: over the seeds, the compiled tables and all rows.

    It does not depend on how a version of the Parquet library writes the rows.
    """
    stored = _stored(build.contract, build.frames, {}, "")
    digest = hashlib.sha256(_as_json(descriptor(build.contract, stored, _listed(build), "", build.corpus.digest)))
    for frame in build.frames.values():
        digest.update(pd.util.hash_pandas_object(frame, index=False).to_numpy().tobytes())
    return digest.hexdigest()


def _stored(contract: Contract, frames: Tables, digests: Mapping[str, str], build: str) -> dict[str, Stored]:
    """Return each table as one file."""
    parts = {
        name: Part(table_file(name), len(frame), digests.get(table_file(name), ""), build)
        for name, frame in frames.items()
    }
    return {name: Stored((parts[name],), tally(spec, frames[name])) for name, spec in contract.tables.items()}


def _listed(build: Build) -> pd.DataFrame | None:
    """Return the documents, unless there are too many to describe them one by one."""
    documents = build.frames[build.contract.document.name]
    return documents if len(documents) <= LISTED else None


def _about(contract: Contract) -> dict[str, str]:
    """Return what every table says of the dataset it belongs to."""
    return {
        "dataset": contract.title,
        "version": contract.version,
        "license": ", ".join(f"{each.title} <{each.path}>" for each in contract.licenses),
        "citation": contract.citation,
    }


def _as_json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()
