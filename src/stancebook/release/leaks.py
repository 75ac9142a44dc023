"""Whether the files of a release have runs of words of the texts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from stancebook.dataset.parquet import read_file
from stancebook.problems import Problem

FirstRun = Callable[[str], "tuple[str, int] | None"]
_HINT = (
    "write it in other words where it comes from: the contract, a key, the citation file or the changelog."
    " A run in a title is no problem if the contract names the column in sources="
)


def leak_problems(folder: Path, first_run: FirstRun) -> Iterator[Problem]:
    """Yield a problem for each text in the files of a folder that has a run of words of the texts.

    Args:
        folder: The folder of a release.
        first_run: Returns the first run of a text that the texts have too, and where it starts; None if there is none.
    """
    find = cache(first_run)  # descriptions repeat each other
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        for where, text in _READERS.get(path.suffix, _lines)(path):
            if found := find(text):
                run, start = found
                message = f"a release without text has words of a text: '{' '.join(run.split())}'"
                line = text.count("\n", 0, start) + 1
                yield Problem(path.relative_to(folder).as_posix(), line, 1, where, message, _HINT)


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    yield "", path.read_text(encoding="utf-8")


def _json_texts(path: Path) -> Iterator[tuple[str, str]]:
    yield from _texts_in(json.loads(path.read_bytes()), "")


def _texts_in(value: Any, where: str) -> Iterator[tuple[str, str]]:
    """Yield the texts in a JSON value, keys included, each with its place."""
    if isinstance(value, dict):
        for key, child in value.items():
            yield where, key
            yield from _texts_in(child, f"{where}.{key}".lstrip("."))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _texts_in(child, f"{where}[{index}]")
    elif isinstance(value, str):
        yield where, value


def _parquet_texts(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the texts in the footer and in the cells of a Parquet file."""
    table = read_file(path)
    for holder in (table.schema, *table.schema):
        for data in (holder.metadata or {}).values():
            yield "", data.decode()
    for field in table.schema:
        if pa.types.is_string(field.type):
            for row, cell in enumerate(table[field.name].to_pylist(), 1):
                if cell is not None:
                    yield f"{field.name}, row {row}", cell


_READERS: Mapping[str, Callable[[Path], Iterator[tuple[str, str]]]] = {".parquet": _parquet_texts, ".json": _json_texts}
