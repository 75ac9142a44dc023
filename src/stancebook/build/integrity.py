"""Rows told apart and rows that name each other: keys, copies, references and circles → problems."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from stancebook.build.table_state import Finding, IncompleteSources, TableState, TableStates
from stancebook.problems import Problem
from stancebook.schema.spec import Column
from stancebook.sources.records import Record
from stancebook.suggestions import did_you_mean, nearest

CellRef = tuple[Record, Column]


def check_keys(table: TableState) -> Iterator[Finding]:
    """Yield a problem for each row whose key an earlier row has; of a file that repeats another's keys, the first."""
    first: dict[tuple[Any, ...], Record] = {}
    told: set[tuple[str, str]] = set()
    keys = table.frame[list(table.spec.key)]
    for record, key, whole in zip(table.records, keys.itertuples(index=False), keys.notna().all(axis=1), strict=True):
        if not whole or (earlier := first.setdefault(tuple(key), record)) is record:
            continue
        if record.parent is not None and not record.parent.valid:  # the parent's key stands twice, and so do its rows
            continue
        files = (record.file, earlier.file)
        if files in told:
            yield Finding(record, None)
            continue
        hint = "give each row a key of its own"
        if record.file != earlier.file:
            told.add(files)
            hint += f"; or take the file out, if it is a copy of {earlier.file}"
        column = table.spec.record_key
        named = record.cells[column].text if column in record.cells else ", ".join(map(str, key))
        yield _finding(record, column, f"{named!r} is already used in {_place_of(earlier, record)}", hint)


def check_texts(documents: TableState) -> Iterator[Finding]:
    """Yield a problem for each document whose text another one has: its rows would count twice."""
    first: dict[str, Record] = {}
    for record, digest in zip(documents.records, documents.frame["text_sha256"], strict=True):
        if isinstance(digest, str) and (earlier := first.setdefault(digest, record)) is not record:
            message = f"the text is the same, byte for byte, as that of {earlier.doc_id!r}"
            yield _finding(record, None, message, "take one of the two documents out: all it says would count twice")


def check_duplicates(table: TableState) -> Iterator[Finding]:
    """Yield a problem for each record that says, but for its key, what an earlier one says."""
    named = table.spec.record_key
    first: dict[tuple[tuple[str, str], ...], Record] = {}
    for record in table.records if named else ():
        said = tuple(
            sorted((name, " ".join(cell.text.split())) for name, cell in record.cells.items() if name != named)
        )
        earlier = first.setdefault((("", record.doc_id), *said), record)
        if named in record.cells and said and earlier.valid and earlier.key != record.key:
            place = _place_of(earlier, record)
            message = f"this is the same as {earlier.cells[named].text!r} in {place} in all but its {named}"
            yield _finding(record, named, message, "take one of the two out, or say what is different")


def check_references(tables: TableStates, unread: IncompleteSources) -> Iterator[Finding]:
    """Yield a problem for each key that references name and no row has, unless it may stand in what is unread.

    A key is told once, at the first place that names it: somebody renamed a row, or forgot one.
    """
    for target, places in _named(tables).items():
        table = tables[target]
        known = set(table.keys)
        missing = {key: at for key, at in places.items() if not (key in known or unread.may_hold(table.spec, key))}
        for key in _following_from_keys(missing, table):
            yield from (Finding(record, None) for record, _ in missing.pop(key))
        unnamed = _unnamed(table, places) if missing and not unread.partial else []
        for key, at in missing.items():
            yield from (Finding(record, None) for record, _ in at)
            if told := [place for place in at if place[0].doc_id not in unread.told_elsewhere]:
                record, problem = _dangling(told, table, unnamed)
                yield Finding(record, replace(problem, cause=f"{target}: {key}", occurrences=len(told)))


def document_links(tables: TableStates) -> set[tuple[str, str]]:
    """Return each document that refers to another one, with that other one."""
    return {
        (record.doc_id, other)
        for target, places in _named(tables).items()
        if tables[target].spec.kind in ("document", "annotation")
        for key, at in places.items()
        for other in [key.partition("#")[0]]
        for record, _ in at
        if record.doc_id != other
    }


def check_cycles(table: TableState) -> Iterator[Finding]:
    """Yield a problem for each circle of references within a table, and for each row that refers to itself."""
    for column in table.spec.references:
        if column.target == table.spec.name and column.filled_by == "coder":
            rows = zip(table.keys, table.records, table.frame[column.name], strict=True)
            sound = {key: (record, value) for key, record, value in rows if record.valid}
            records = {key: record for key, (record, _) in sound.items()}
            above = {key: value for key, (_, value) in sound.items()}
            for circle in cycles(above):
                if len(circle) == 1 or not column.symmetric:
                    path = " → ".join(key.rpartition("#")[2] for key in [*circle, circle[0]])
                    message = f"the reference goes in a circle: {path}"
                    yield _finding(records[circle[0]], column.name, message, "take one of them out")


def _finding(record: Record, key: str | None, message: str, hint: str) -> Finding:
    return Finding(record, record.problem(key, message, hint))


def _place_of(earlier: Record, seen_from: Record) -> str:
    return f"line {earlier.line}" if earlier.file == seen_from.file else f"{earlier.file}:{earlier.line}"


def _named(tables: TableStates) -> dict[str, dict[str, list[CellRef]]]:
    """Return, by table, the keys that references name, each with the places that name it."""
    named: dict[str, dict[str, list[CellRef]]] = {name: {} for name in tables}
    for table in tables.values():
        for column in table.spec.references:
            for record, key in zip(table.records, table.frame[column.name], strict=True):
                if column.name in record.cells and isinstance(key, str):
                    named[column.target or ""].setdefault(key, []).append((record, column))
    return named


def _unnamed(table: TableState, places: Mapping[str, list[CellRef]]) -> list[str]:
    """Return the keys of a codebook's rows that no other table names."""
    if table.spec.kind != "codebook":
        return []
    named = {key for key, at in places.items() if any(record.spec.name != table.spec.name for record, _ in at)}
    return [key for key in table.keys if key not in named]


def _following_from_keys(missing: Collection[str], target: TableState) -> list[str]:
    """Return the keys that are missing because of a problem which a key of the table itself has.

    One that is ill-formed was meant; or, of a document or the codebook, the only one missing is that of a row which
    took another row's.
    """
    ill_formed = [key for key, found in zip(target.keys, target.frame[target.spec.key[0]], strict=True) if found != key]
    twice = {_home(key) for key, times in Counter(target.keys).items() if times > 1}
    alone = {home for home, times in Counter(map(_home, missing)).items() if times == 1}
    return [
        key
        for key in missing
        if _home(key) in twice & alone or nearest(key, [each for each in ill_formed if _home(each) == _home(key)])
    ]


def _home(key: str) -> str:
    """Return the document that a key is of; nothing, where it is one of the codebook."""
    document, mark, _ = key.partition("#")
    return document if mark else ""


def _dangling(places: list[CellRef], target: TableState, unnamed: list[str]) -> tuple[Record, Problem]:
    """Return the problem of a key that no row has, at the first of the places that name it.

    `unnamed` are the keys that no other table names: the only such entry of a codebook may be what is meant.
    """
    record, column = min(places, key=lambda place: (place[0].file, *_at(*place)))
    typed = record.cells[column.name].text.strip()
    name = target.spec.name
    local = [key.removeprefix(f"{record.doc_id}#") for key in target.keys]
    if len(unnamed) == 1:
        hint = f"nothing names {unnamed[0]!r}: is that what is meant?"
    else:
        hint = did_you_mean(typed, local) or f"add it to the {name}, or name another"
    return record, record.problem(column.name, f"{typed!r} is not among the {name}", hint)


def _at(record: Record, column: Column) -> tuple[int, int]:
    cell = record.cells[column.name]
    return cell.line, cell.column


def cycles(above: Mapping[str, Any]) -> Iterator[list[str]]:
    """Yield each circle of a mapping from keys to keys once, from its first key in order."""
    done: set[str] = set()
    for start in above:
        path: list[str] = []
        key: Any = start
        while isinstance(key, str) and key in above and key not in done:
            done.add(key)
            path.append(key)
            key = above[key]
        if key in path:
            circle = path[path.index(key) :]
            first = circle.index(min(circle))
            yield circle[first:] + circle[:first]
