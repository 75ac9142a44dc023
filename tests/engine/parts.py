"""Tables as a dataset stores them, made without a build of many documents: as single files, or cut into parts."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import pandas as pd

from stancebook.build import Build
from stancebook.contract import Contract
from stancebook.dataset import write_descriptions, write_part
from stancebook.layout import part_file, table_file
from stancebook.spec import Tables
from stancebook.stored import Part, Stored, Tally, tally


def as_files(contract: Contract, frames: Tables, hashes: Mapping[str, str] | None = None) -> dict[str, Stored]:
    """Return each table as one file, whose digest is given by the table's name or not told."""
    return {
        name: Stored(
            (Part(table_file(name), len(frame), (hashes or {}).get(name, ""), ""),),
            tally(contract.tables[name], frame),
        )
        for name, frame in frames.items()
    }


def as_folders(contract: Contract, frames: Tables, parts: int = 2) -> dict[str, Stored]:
    """Return each table as a folder of parts that hold nothing."""
    return {
        name: Stored(
            tuple(Part(part_file(name, at), len(frame) * (at == 0), "0" * 64, f"{at}") for at in range(parts)),
            tally(contract.tables[name], frame),
        )
        for name, frame in frames.items()
    }


def write_in_parts(build: Build, folder: Path, cuts: Mapping[str, Sequence[int]]) -> Path:
    """Write a dataset whose tables are cut before the rows that `cuts` says, each into a folder; the others are files.

    Every part is of a build of its own.
    """
    contract, digest = build.contract, "the build"
    stored = {}
    for name, spec in contract.tables.items():
        pieces = list(_pieces(name, build.frames[name], cuts.get(name), digest))
        stored[name] = Stored(
            tuple(write_part(frame, spec, folder, path, digest=of, about={}) for path, frame, of in pieces),
            sum((tally(spec, frame) for _, frame, _ in pieces), start=Tally()),
        )
    documents = build.frames[contract.document.name]
    write_descriptions(contract, stored, documents, folder, shares=None, build=digest, seeds=build.corpus.digest)
    return folder


def _pieces(
    name: str, frame: pd.DataFrame, cuts: Sequence[int] | None, digest: str
) -> Iterator[tuple[str, pd.DataFrame, str]]:
    """Yield where each part of a table is to lie, its rows, and the build that it is of."""
    if cuts is None:
        yield table_file(name), frame, digest
        return
    for at, (start, end) in enumerate(pairwise([0, *cuts, len(frame)])):
        yield part_file(name, at), frame.iloc[start:end], f"the build of part {at}"
