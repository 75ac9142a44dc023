"""A dataset on disk held against what the seeds give now: differences a person can read, by file and row."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from stancebook.parquet import facts_of

_REBUILT = "the same content, but of another build: something in the seeds that is in no row has changed"

# What differs, and the rows in which it does.
Told = tuple[str, list[str]]


def differences(files: Mapping[str, bytes], folder: Path, rows: int = 20) -> list[str]:
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
    for name, data in files.items():
        told = dict(_differences(data, folder / name, files)) if name in found else {"missing": []}
        rebuilt += [name] if told.pop(_REBUILT, None) is not None else []
        lines += (f"{name}: {line}" for what, details in told.items() for line in (what, *_listed(details, rows)))
    if rebuilt and not lines:  # beside rows that differ, another build goes without saying
        every = all(name in rebuilt for name in files if name.endswith(".parquet"))
        return [f"{'all tables' if every else ', '.join(rebuilt)}: {_REBUILT}"]
    return lines


def _listed(details: list[str], limit: int) -> Iterator[str]:
    yield from (f"  {line}" for line in details[:limit])
    if len(details) > limit:
        yield f"  … and {len(details) - limit} more"


def _differences(new: bytes, path: Path, files: Mapping[str, bytes]) -> Iterator[Told]:
    try:
        old = path.read_bytes()
    except OSError as fault:
        yield f"cannot be read ({fault.strerror})", []
        return
    if new == old:
        return
    if path.suffix == ".parquet":
        yield from _of_tables(new, old)
    elif path.suffix == ".json":
        beside = {name: (path.parent / name).read_bytes() for name in files if (path.parent / name).is_file()}
        yield from _of_json(_by_name(new, files), _by_name(old, beside))
    else:
        yield "the text differs", []


def _by_name(text: bytes, files: Mapping[str, bytes]) -> bytes:
    """Return a text with the name of a file in place of its digest."""
    for name, data in files.items():
        text = text.replace(hashlib.sha256(data).hexdigest().encode(), name.encode())
    return text


def _of_json(new: bytes, old: bytes) -> Iterator[Told]:
    if new == old:
        return
    after: dict[str, Any] = json.loads(new)
    try:
        before = json.loads(old)
    except ValueError:
        before = None
    if not isinstance(before, dict):
        yield "is not a JSON object", []
        return
    keys = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    if keys == ["stancebook"]:
        yield _REBUILT, []
    else:
        yield f"differs in {', '.join(keys)}" if keys else "the layout differs", []


def _of_tables(new: bytes, old: bytes) -> Iterator[Told]:
    after = pq.read_table(pa.BufferReader(new))
    try:
        before = pq.read_table(pa.BufferReader(old))
        key = facts_of(before.schema)["key"]
    except (pa.ArrowException, LookupError, ValueError):
        yield "is not a table that a build wrote", []
        return
    if key != (now := facts_of(after.schema)["key"]):
        yield f"the key was {', '.join(key)}, and is {', '.join(now)}", []
        return
    told = [*_of_columns(before.schema, after.schema), *_of_rows(_by_key(before, key), _by_key(after, key))]
    if not told and not before.equals(after, check_metadata=True):
        told.append((_REBUILT if before.equals(after) else "rows or columns repeat or stand in another order", []))
    yield from told


def _of_columns(before: pa.Schema, after: pa.Schema) -> Iterator[Told]:
    for name in after.names:
        if name not in before.names:
            yield f"column {name} added", []
        elif not before.field(name).equals(after.field(name), check_metadata=True):
            yield f"column {name} changed in type or description", []
    yield from ((f"column {name} removed", []) for name in before.names if name not in after.names)


def _by_key(table: pa.Table, key: list[str]) -> dict[str, dict[str, Any]]:
    return {", ".join(str(row[name]) for name in key): row for row in table.to_pylist()}


def _of_rows(before: Mapping[str, dict[str, Any]], after: Mapping[str, dict[str, Any]]) -> Iterator[Told]:
    changes = {key: _changes(before[key], row) for key, row in after.items() if key in before}
    kinds = {
        "added": [f"+ {key}" for key in after if key not in before],
        "changed": [f"~ {key}: {text}" for key, text in changes.items() if text],
        "removed": [f"- {key}" for key in before if key not in after],
    }
    for kind, rows in kinds.items():
        if rows:
            yield f"{len(rows)} {'row' if len(rows) == 1 else 'rows'} {kind}", rows


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    shared = [name for name in after if name in before and before[name] != after[name]]
    return ", ".join(f"{name} {_shown(before[name])} → {_shown(after[name])}" for name in shared)


def _shown(value: Any) -> str:
    return "empty" if value is None else repr(value) if isinstance(value, str) else str(value)
