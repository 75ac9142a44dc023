"""A finished build → the files of a dataset, as bytes by name."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pandas as pd

from stancebook.build import Build
from stancebook.datacard import datacard
from stancebook.datapackage import descriptor
from stancebook.editor import annotation_schema, codebook_schema
from stancebook.layout import ANNOTATION_SCHEMA, CODEBOOK_SCHEMA, DATA_CARD, DATAPACKAGE, table_file
from stancebook.parquet import to_bytes


def render(build: Build) -> dict[str, bytes]:
    """Return every file of the dataset; the same seeds and contract give the same bytes."""
    contract = build.contract
    digest = build_digest(build)
    tables = {table_file(name): to_bytes(build.frames[name], spec, digest) for name, spec in contract.tables.items()}
    return {
        **tables,
        DATAPACKAGE: _as_json(descriptor(contract, build.rows, digest, build.corpus.digest)),
        ANNOTATION_SCHEMA: _as_json(annotation_schema(contract)),
        CODEBOOK_SCHEMA: _as_json(codebook_schema(contract)),
        DATA_CARD: datacard(contract, build.rows).encode() + b"\n",
    }


def build_digest(build: Build) -> str:
    """Return the SHA-256 that stands for a build: over the seeds, the compiled tables and all rows.

    It does not depend on how a version of the Parquet library writes the rows.
    """
    digest = hashlib.sha256(_as_json(descriptor(build.contract, build.rows, "", build.corpus.digest)))
    for frame in build.frames.values():
        digest.update(pd.util.hash_pandas_object(frame, index=False).to_numpy().tobytes())
    return digest.hexdigest()


def _as_json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()
