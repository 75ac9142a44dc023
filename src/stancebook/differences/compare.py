"""A dataset on disk held against what the seeds give now: differences a person can read, by file and row."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from stancebook.differences.between import in_file, of_table
from stancebook.exchange.carried import Column, Table, Type
from stancebook.layout import DATAPACKAGE, DESCRIPTIONS, files_in, files_of, strangers, table_file
from stancebook.parquet import METADATA, facts_of

_PART = re.compile(r"[^/]+\.parquet/part-[0-9]{5,}\.parquet")
_REBUILT = "the same content, but of another build: something in the seeds that is in no row has changed"
_TYPES: Mapping[str, Type] = {"string": "string", "date32[day]": "date", "int64": "integer"}


def differences(new: Path, old: Path, rows: int) -> list[str]:
    """Return a line for each difference between `new`, fresh from a build, and what the folder `old` holds.

    Of each kind of difference in a table, so many `rows` are listed.

    Tables are compared by their rows and schemas: bytes that differ only in how a version of the Parquet library writes
    them are no difference, nor is a digest that is true of the file beside it. Of a table in parts only those are read
    that are not in both; of one that changed in every part, all rows are in memory at once.
    """
    if not old.is_dir():
        return ["there is no dataset here"]
    after, before = files_in(new), files_in(old)
    tables = _tables(new)
    known = {name for name in before if name in DESCRIPTIONS or _table_of(name) in tables}
    lines = [f"{name}: no build writes this" for name in strangers(old, known)]
    rebuilt = []
    for name in (*tables, *DESCRIPTIONS):
        told = list(_differences(name, _Sides(after, before), rows))
        if told == [_REBUILT]:
            rebuilt.append(name)
        else:
            lines += (f"{name}: {line}" for line in told)
    if rebuilt and not lines:  # beside rows that differ, another build goes without saying
        every = all(name in rebuilt for name in tables)
        return [f"{'all tables' if every else ', '.join(rebuilt)}: {_REBUILT}"]
    return lines


def _tables(folder: Path) -> list[str]:
    """Return the files of a dataset's tables, or the folders of their parts, in the order of the contract."""
    resources = json.loads((folder / DATAPACKAGE).read_bytes())["resources"]
    return list(dict.fromkeys(_table_of(name) for resource in resources for name in files_of(resource)))


def _table_of(name: str) -> str:
    """Return the file or the folder of the table that a file belongs to; the name of one that belongs to none."""
    return name.partition("/")[0] if "/" not in name or _PART.fullmatch(name) else name


@dataclass(frozen=True)
class _Sides:
    """The files of two datasets by their places, the newer and the older."""

    new: Mapping[str, Path]
    old: Mapping[str, Path]

    def of(self, name: str) -> tuple[list[Path], list[Path]]:
        """Return the files of a table, or the one of that name, in both."""
        new, old = ([side[each] for each in sorted(side) if _table_of(each) == name] for side in (self.new, self.old))
        return new, old


def _differences(name: str, sides: _Sides, rows: int) -> Iterator[str]:
    new, old = sides.of(name)
    if not old:
        yield "missing"
        return
    try:
        first, second = _marks(new, old)
        if first == second:
            return
        if name.endswith(table_file("")):
            yield from _of_tables(name, (new, first), (old, second), rows)
        elif name.endswith(".json"):
            yield from _of_json(_by_name(new[0], sides.new), _by_name(old[0], sides.old))
        else:
            yield "the text differs"
    except OSError as fault:
        yield f"cannot be read ({fault.strerror})"


def _marks(new: list[Path], old: list[Path]) -> tuple[list[_Mark], list[_Mark]]:
    """Return what tells files apart: two of one mark hold the same bytes."""
    inodes = [{path: (path.stat().st_dev, path.stat().st_ino) for path in side} for side in (new, old)]
    shared = {*inodes[0].values()} & {*inodes[1].values()}
    first, second = ([inode if inode in shared else _digest(path) for path, inode in side.items()] for side in inodes)
    return first, second


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _by_name(path: Path, files: Mapping[str, Path]) -> bytes:
    """Return a text with the name of a file in place of its digest, and of the digest that a part carries."""
    names = {}
    for name, file in files.items():
        if file.is_file():
            names[_digest(file)] = name
            if _PART.fullmatch(name):
                with suppress(pa.ArrowException, LookupError, ValueError):
                    names[facts_of(_schema(file))["build"]] = name
    return re.sub(
        rb"[0-9a-f]{64}", lambda found: names.get(found[0].decode(), found[0].decode()).encode(), path.read_bytes()
    )


def _of_json(new: bytes, old: bytes) -> Iterator[str]:
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


_Mark = str | tuple[int, int]
_Marked = tuple[list[Path], list[_Mark]]


def _of_tables(name: str, new: _Marked, old: _Marked, rows: int) -> Iterator[str]:
    table = name.removesuffix(table_file(""))
    after = _rows(new, old)
    try:
        before = _rows(old, new)
        changes = of_table(_promised(table, before.schema), before, _promised(table, after.schema), after)
    except (pa.ArrowException, LookupError, TypeError, ValueError):
        yield "is not a table that a build wrote"
        return
    if changes:
        yield from changes.lines(rows)
    elif before.equals(after) and Counter(new[1]) != Counter(old[1]):
        if not before.equals(after, check_metadata=True):
            yield _REBUILT
    else:
        yield "rows or columns repeat, stand in another order or are kept as other types"


def _rows(side: _Marked, other: _Marked) -> pa.Table:
    """Return the rows in those files of a table of which the other side has none that is the same."""
    paths, marks = side
    more = Counter(marks) - Counter(other[1])
    schema = _schema(paths[0])
    tables = [schema.empty_table()]
    for path, mark in zip(paths, marks, strict=True):
        if more[mark]:
            more[mark] -= 1
            tables.append(in_file(path))
    if any(_said(table.schema) != _said(schema) for table in tables):
        raise ValueError(f"{paths[0].parent} holds parts of several tables")
    return pa.concat_tables(tables)


def _schema(path: Path) -> pa.Schema:
    with path.open("rb") as file:
        return pq.read_schema(file)


def _said(schema: pa.Schema) -> Any:
    """Return what a file says of its table, but not of which build it is."""
    return {**facts_of(schema), "build": ""}, {**schema.metadata, b"build": b"", METADATA.encode(): b""}


def _promised(name: str, schema: pa.Schema) -> Table:
    """Return what a table's file says of itself: less than the data package, and true of this file alone."""
    facts = facts_of(schema)
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
