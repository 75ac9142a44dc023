"""A dataset on disk held against what the seeds give now: differences a person can read, by file and row."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from stancebook.differences.between import of_table
from stancebook.exchange.carried import Column, Table, Type
from stancebook.parquet import facts_of

_REBUILT = "the same content, but of another build: something in the seeds that is in no row has changed"
_TYPES: Mapping[str, Type] = {"string": "string", "date32[day]": "date", "int64": "integer"}


def differences(files: Mapping[str, bytes], folder: Path, rows: int) -> list[str]:
    """Return a line for each difference between `files`, fresh from a build, and what `folder` holds.

    Of each kind of difference in a table, so many `rows` are listed.

    Tables are compared by their rows and schemas: bytes that differ only in how a version of the
    Parquet library writes them are no difference, nor is a digest that is true of the file beside it.
    """
    if not folder.is_dir():
        return ["there is no dataset here"]
    found = {entry.name for entry in folder.iterdir()}
    lines = [f"{name}: no build writes this" for name in sorted(found - set(files))]
    rebuilt = []
    for name in files:
        told = list(_differences(name, folder, files, rows)) if name in found else ["missing"]
        if told == [_REBUILT]:
            rebuilt.append(name)
        else:
            lines += (f"{name}: {line}" for line in told)
    if rebuilt and not lines:  # beside rows that differ, another build goes without saying
        every = all(name in rebuilt for name in files if name.endswith(".parquet"))
        return [f"{'all tables' if every else ', '.join(rebuilt)}: {_REBUILT}"]
    return lines


def _differences(name: str, folder: Path, files: Mapping[str, bytes], rows: int) -> Iterator[str]:
    path, new = folder / name, files[name]
    try:
        old = path.read_bytes()
    except OSError as fault:
        yield f"cannot be read ({fault.strerror})"
        return
    if new == old:
        return
    if path.suffix == ".parquet":
        yield from _of_tables(path.stem, new, old, rows)
    elif path.suffix == ".json":
        beside = {each: (folder / each).read_bytes() for each in files if (folder / each).is_file()}
        yield from _of_json(_by_name(new, files), _by_name(old, beside))
    else:
        yield "the text differs"


def _by_name(text: bytes, files: Mapping[str, bytes]) -> bytes:
    """Return a text with the name of a file in place of its digest."""
    for name, data in files.items():
        text = text.replace(hashlib.sha256(data).hexdigest().encode(), name.encode())
    return text


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


def _of_tables(name: str, new: bytes, old: bytes, rows: int) -> Iterator[str]:
    after = pq.read_table(pa.BufferReader(new))
    try:
        before = pq.read_table(pa.BufferReader(old))
        changes = of_table(_promised(name, before.schema), before, _promised(name, after.schema), after)
    except (pa.ArrowException, LookupError, TypeError, ValueError):
        yield "is not a table that a build wrote"
        return
    if changes:
        yield from changes.lines(rows)
    elif before.equals(after):
        if not before.equals(after, check_metadata=True):
            yield _REBUILT
    else:
        yield "rows or columns repeat, stand in another order or are kept as other types"


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
