"""A dataset on disk held against what the seeds give now: differences a person can read, by file and row."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from stancebook.dataset.descriptor import Column, Table, Type
from stancebook.dataset.layout import (
    DATAPACKAGE,
    DESCRIPTIONS,
    files_in,
    files_of,
    table_file,
    table_name,
    unknown_files,
)
from stancebook.dataset.parquet import file_metadata
from stancebook.diff.file_pairing import Digests, differing_files, pair_rows, schema_of
from stancebook.diff.tables import diff_table

_REBUILT = "the same content, but of another build: something in the seeds that is in no row has changed"
_TYPES: Mapping[str, Type] = {"string": "string", "date32[day]": "date", "int64": "integer"}


def list_differences(new: Path, old: Path, rows: int) -> list[str]:
    """Return a line for each difference between `new`, fresh from a build, and what the folder `old` holds.

    Of each kind of difference in a table, so many `rows` are listed.

    Tables are compared by their rows and schemas: bytes that differ only in how a version of the Parquet library writes
    them are no difference, nor is a digest that is true of the file beside it.
    """
    if not old.is_dir():
        return ["there is no dataset here"]
    sides = _Sides(files_in(old), files_in(new), Digests())
    tables = _tables(new)
    known = [place for place in sides.old if place in DESCRIPTIONS or table_name(place) in tables]
    lines = [f"{place}: no build writes this" for place in unknown_files(old, known)]
    rebuilt = []
    for name in (*map(table_file, tables), *DESCRIPTIONS):
        told = list(_differences(name, sides, rows))
        if told == [_REBUILT]:
            rebuilt.append(name)
        else:
            lines += (f"{name}: {line}" for line in told)
    if rebuilt and not lines:  # beside rows that differ, another build goes without saying
        every = all(table_file(name) in rebuilt for name in tables)
        return [f"{'all tables' if every else ', '.join(rebuilt)}: {_REBUILT}"]
    return lines


@dataclass(frozen=True)
class _Sides:
    """The files of two datasets by their places, and their digests."""

    old: Mapping[str, Path]
    new: Mapping[str, Path]
    digests: Digests

    def of(self, table: str) -> tuple[list[Path], list[Path]]:
        """Return the files of a table on either side, in the order of their rows."""
        old, new = (
            [side[place] for place in sorted(side) if table_name(place) == table] for side in (self.old, self.new)
        )
        return old, new

    def by_name(self, path: Path, side: Mapping[str, Path]) -> bytes:
        """Return a text with the place of a file in place of its digest, and of the one that a part carries."""
        names = {}
        for place, file in side.items():
            if file.is_file():
                names[self.digests.of(file)] = place
                if "/" in place and table_name(place):
                    with suppress(pa.ArrowException, LookupError, ValueError):
                        names[file_metadata(schema_of(file))["build"]] = f"the build of {place}"

        def named(found: re.Match[bytes]) -> bytes:
            return names.get(found[0].decode(), found[0].decode()).encode()

        return re.sub(rb"[0-9a-f]{64}", named, path.read_bytes())


def _tables(folder: Path) -> list[str]:
    """Return the names of a dataset's tables in the order of the contract."""
    resources = json.loads((folder / DATAPACKAGE).read_bytes())["resources"]
    return list(filter(None, dict.fromkeys(table_name(files_of(resource)[0]) for resource in resources)))


def _differences(name: str, sides: _Sides, rows: int) -> Iterator[str]:
    try:
        if table := table_name(name):
            yield from _of_files(table, sides, rows)
        elif name not in sides.old:
            yield "missing"
        elif sides.digests.of(sides.old[name]) == sides.digests.of(sides.new[name]):
            return
        elif name.endswith(".json"):
            yield from _of_json(*(sides.by_name(side[name], side) for side in (sides.old, sides.new)))
        else:
            yield "the text differs"
    except OSError as fault:
        yield f"cannot be read ({fault.strerror})"


def _of_json(old: bytes, new: bytes) -> Iterator[str]:
    if new == old:
        return
    after: dict[str, Any] = json.loads(new)
    try:
        before = json.loads(old)
    except ValueError:
        before = None
    if not isinstance(before, dict):
        yield "is not a JSON object"
        return
    keys = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    if keys == ["stancebook"]:
        yield _REBUILT
    else:
        yield f"differs in {', '.join(keys)}" if keys else "the layout differs"


def _of_files(table: str, sides: _Sides, rows: int) -> Iterator[str]:
    old, new = sides.of(table)
    if not old:
        yield "missing"
    elif [sides.digests.of(path) for path in old] != [sides.digests.of(path) for path in new]:
        files = differing_files(old, new, sides.digests)
        try:
            was, now = (_promise(table, [all_[0], *some]) for all_, some in zip((old, new), files, strict=True))
            yield from _of_tables(was, now, files, rows)
        except (pa.ArrowException, LookupError, TypeError, ValueError):
            yield "is not a table that a build wrote"


def _of_tables(old: Table, new: Table, files: tuple[list[Path], list[Path]], rows: int) -> Iterator[str]:
    changes = diff_table(old, new, pair_rows(*files, new.key[0]))
    if changes:
        yield from changes.lines(rows)
    elif any(files) and all(before.equals(after) for before, after in pair_rows(*files, new.key[0])):
        was, now = ([schema_of(path).metadata for path in side] for side in files)
        if was != now:
            yield _REBUILT
    else:
        yield "rows or columns repeat, stand in another order or are kept as other types"


def _promise(table: str, files: Sequence[Path]) -> Table:
    """Return what a table's files say of it, each the same; raise `ValueError` where they do not."""
    first, *more = (_promised(table, schema_of(path)) for path in files)
    if any(each != first for each in more):
        raise ValueError(f"{files[0].parent} holds parts of different tables")
    return first


def _promised(name: str, schema: pa.Schema) -> Table:
    """Return what a table's file says of itself: less than the data package, and true of this file alone."""
    facts = file_metadata(schema)
    scales = {each["name"]: each for each in facts["columns"]}
    columns = {field.name: _column(field, scales.get(field.name, {})) for field in schema}
    about = {key.decode(): text.decode() for key, text in schema.metadata.items()}
    return Table(name, columns, about.get("title"), about.get("description"), tuple(facts["key"]))


def _column(field: pa.Field, scale: Mapping[str, Any]) -> Column:
    about = {key.decode(): text.decode() for key, text in (field.metadata or {}).items()}
    return Column(
        field.name,
        _TYPES.get(str(field.type)),
        about.get("title"),
        about.get("description"),
        about.get("unit"),
        required=not field.nullable,
        vocabulary=dict.fromkeys(scale.get("categories", ())),
        ordered=scale.get("ordered", False),
    )
