"""A dataset on disk held against what the seeds give now: differences a person can read, by file and row."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from stancebook.parquet import facts_of

_SHOWN = 20  # rows of each kind that are listed


def differences(files: Mapping[str, bytes], folder: Path) -> list[str]:
    """Return a line for each difference between `files`, fresh from a build, and what `folder` holds.

    Tables are compared by their rows and schemas: bytes that differ only in how a version of the
    Parquet library writes them are no difference.
    """
    if not folder.is_dir():
        return ["there is no dataset here"]
    found = {entry.name for entry in folder.iterdir()}
    lines = [f"{name}: no build writes this" for name in sorted(found - set(files))]
    for name, data in files.items():
        if name not in found:
            lines.append(f"{name}: missing")
        else:
            lines += (f"{name}: {line}" for line in _differences(data, (folder / name).read_bytes(), name))
    return lines


def _differences(new: bytes, old: bytes, name: str) -> Iterator[str]:
    if new == old:
        return
    if name.endswith(".parquet"):
        yield from _of_tables(new, old)
    elif name.endswith(".json"):
        yield from _of_json(json.loads(new), old)
    else:
        yield "the text differs"


def _of_json(new: Any, old: bytes) -> Iterator[str]:
    try:
        before = json.loads(old)
    except ValueError:
        yield "is not JSON"
        return
    keys = [key for key in {**before, **new} if before.get(key) != new.get(key)]
    yield f"differs in {', '.join(keys)}" if keys else "the layout differs"


def _of_tables(new: bytes, old: bytes) -> Iterator[str]:
    after = pq.read_table(pa.BufferReader(new))
    try:
        before = pq.read_table(pa.BufferReader(old))
        facts = facts_of(before.schema)
    except (pa.ArrowException, KeyError, ValueError):
        yield "is not a table that a build wrote"
        return
    built = facts_of(after.schema)
    yield from _of_columns(before.schema, after.schema)
    key = built["key"]
    if facts["key"] != key:
        yield f"the key was {', '.join(facts['key'])}, and is {', '.join(key)}"
        return
    yield from _of_rows(_by_key(before, key), _by_key(after, key))
    if before.equals(after) and facts["build"] != built["build"]:
        yield "the same rows, but of another build"


def _of_columns(before: pa.Schema, after: pa.Schema) -> Iterator[str]:
    for name in after.names:
        if name not in before.names:
            yield f"column {name} added"
        elif not before.field(name).equals(after.field(name), check_metadata=True):
            yield f"column {name} changed in type or description"
    yield from (f"column {name} removed" for name in before.names if name not in after.names)


def _by_key(table: pa.Table, key: list[str]) -> dict[str, dict[str, Any]]:
    return {", ".join(str(row[name]) for name in key): row for row in table.to_pylist()}


def _of_rows(before: Mapping[str, dict[str, Any]], after: Mapping[str, dict[str, Any]]) -> Iterator[str]:
    yield from _listed("added", [f"+ {key}" for key in after if key not in before])
    changed = {key: _changes(before[key], row) for key, row in after.items() if key in before}
    yield from _listed("changed", [f"~ {key}: {text}" for key, text in changed.items() if text])
    yield from _listed("removed", [f"- {key}" for key in before if key not in after])


def _listed(what: str, rows: list[str]) -> Iterator[str]:
    if rows:
        yield f"{len(rows)} {'row' if len(rows) == 1 else 'rows'} {what}"
        yield from (f"  {row}" for row in rows[:_SHOWN])
        if len(rows) > _SHOWN:
            yield f"  … and {len(rows) - _SHOWN} more"


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    shared = [name for name in after if name in before and before[name] != after[name]]
    return ", ".join(f"{name} {_shown(before[name])} → {_shown(after[name])}" for name in shared)


def _shown(value: Any) -> str:
    return "empty" if value is None else repr(value) if isinstance(value, str) else str(value)
