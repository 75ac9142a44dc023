"""Tables as a dataset stores them, made without a build of many documents: as single files, or cut into parts."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path

import pandas as pd

from stancebook.build.pipeline import Build
from stancebook.build.writer import (
    build_digest,
    dataset_metadata,
    listed_documents,
    plan_tables,
    write_descriptions,
    write_part,
)
from stancebook.dataset.layout import part_file, table_file
from stancebook.dataset.parquet import rows_digest
from stancebook.dataset.table_stats import Part, StoredTable, table_stats
from stancebook.schema.contract import Contract
from stancebook.schema.spec import Tables


def as_files(contract: Contract, frames: Tables, hashes: Mapping[str, str] | None = None) -> dict[str, StoredTable]:
    """Return each table as one file, with the digest given for its name, or an empty one."""
    return {
        name: StoredTable(
            (Part(table_file(name), len(frame), (hashes or {}).get(name, ""), ""),),
            table_stats(contract.tables[name], frame),
        )
        for name, frame in frames.items()
    }


def as_folders(contract: Contract, frames: Tables, parts: int = 2) -> dict[str, StoredTable]:
    """Return each table as a folder of parts that hold nothing."""
    return {
        name: StoredTable(
            tuple(Part(part_file(name, at), len(frame) * (at == 0), "0" * 64, f"{at}") for at in range(parts)),
            table_stats(contract.tables[name], frame),
        )
        for name, frame in frames.items()
    }


def write_in_parts(build: Build, folder: Path, cuts: Mapping[str, Iterable[int]]) -> Path:
    """Write a dataset of which some tables are folders: cut before the rows that `cuts` says, by their names.

    It is of the same build as the one in which all tables are files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    contract, frames, seeds = build.contract, build.frames, build.corpus.digest
    about, documents = dataset_metadata(contract), listed_documents(frames[contract.document.name])
    digest = build_digest(contract, plan_tables(contract, frames, build.stats), documents, seeds)
    stored = {
        name: StoredTable(
            tuple(
                write_part(
                    piece,
                    spec,
                    folder,
                    place,
                    digest=rows_digest(piece, spec, about) if name in cuts else digest,
                    about=about,
                )
                for place, piece in _pieces(name, frames[name], cuts.get(name))
            ),
            table_stats(spec, frames[name]),
        )
        for name, spec in contract.tables.items()
    }
    write_descriptions(contract, stored, documents, folder, shares=None, build=digest, seeds=seeds)
    return folder


def _pieces(table: str, frame: pd.DataFrame, cuts: Iterable[int] | None) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield where each part of a table is to lie, and its rows."""
    if cuts is None:
        yield table_file(table), frame
        return
    for at, (start, end) in enumerate(pairwise([0, *cuts, len(frame)])):
        yield part_file(table, at), frame.iloc[start:end]
