"""A finished build → the files of a dataset, as bytes by name."""

from __future__ import annotations

import hashlib
import json
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


def render(build: Build) -> dict[str, bytes]:
    """Return every file of the dataset; the same seeds and contract give the same bytes."""
    contract, frames, seeds = build.contract, build.frames, build.corpus.digest
    digest = build_digest(build)
    about = _about(contract)
    tables = {table_file(name): to_bytes(frames[name], spec, digest, about) for name, spec in contract.tables.items()}
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in tables.items()}
    shares = coverage(build).shares if len(build.corpus.documents) <= LISTED else None
    return {
        **tables,
        DATAPACKAGE: _as_json(descriptor(contract, frames, digest, seeds, digests)),
        CROISSANT: _as_json(croissant(contract, digests)),
        ANNOTATION_SCHEMA: _as_json(annotation_schema(contract)),
        CODEBOOK_SCHEMA: _as_json(codebook_schema(contract)),
        DATA_CARD: datacard(contract, frames, shares).encode() + b"\n",
    }


def build_digest(build: Build) -> str:
    """Return the SHA-256 that stands for a build: over the seeds, the compiled tables and all rows.

    It does not depend on how a version of the Parquet library writes the rows.
    """
    digest = hashlib.sha256(_as_json(descriptor(build.contract, build.frames, "", build.corpus.digest, {})))
    for frame in build.frames.values():
        digest.update(pd.util.hash_pandas_object(frame, index=False).to_numpy().tobytes())
    return digest.hexdigest()


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
