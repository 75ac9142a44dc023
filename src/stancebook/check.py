"""Coded tables held against their contract: keys, references, the models, and rules across tables."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from stancebook.annotation import Record
from stancebook.contract import Contract, Rule
from stancebook.problem import Problem
from stancebook.spec import Column, ContractError, TableSpec
from stancebook.suggest import did_you_mean, nearest
from stancebook.validate import failures


@dataclass(frozen=True)
class Coded:
    """One table as coded: row `i` of the frame was made of `records[i]`."""

    spec: TableSpec
    frame: pd.DataFrame
    records: list[Record]

    @property
    def sound(self) -> pd.Series[bool]:
        """True for the rows of which no problem is known."""
        return pd.Series([record.sound for record in self.records], index=self.frame.index, dtype=bool)

    @property
    def keys(self) -> list[str]:
        """The single key of each row; where it is ill-formed, as it was typed."""
        found = self.frame[self.spec.key[0]]
        typed = pd.Series([record.key for record in self.records], index=found.index, dtype="str")
        return list(found.fillna(typed).fillna(""))


Tables = Mapping[str, Coded]
Place = tuple[Record, Column]

_MANY = 5  # rows of one document that break one rule against it, from which on the document itself is likelier wrong


@dataclass
class Unread:
    """What could not be read whole, and so may hold rows that nobody saw: tables of the codebook, and documents."""

    tables: set[str] = field(default_factory=set)
    documents: set[str] = field(default_factory=set)


def check_keys(table: Coded) -> Iterator[Problem]:
    """Yield a problem for each row whose key an earlier row has; of a file that repeats another's keys, the first."""
    first: dict[tuple[Any, ...], Record] = {}
    told: set[tuple[str, str]] = set()
    keys = table.frame[list(table.spec.key)]
    for record, key, whole in zip(table.records, keys.itertuples(index=False), keys.notna().all(axis=1), strict=True):
        if not whole or (earlier := first.setdefault(tuple(key), record)) is record:
            continue
        if record.parent is not None and not record.parent.sound:  # the parent's key stands twice, and so do its rows
            continue
        files = (record.file, earlier.file)
        if files in told:
            record.sound = False
            continue
        hint = "give each row a key of its own"
        place = f"line {earlier.line}"
        if record.file != earlier.file:
            told.add(files)
            place = f"{earlier.file}:{earlier.line}"
            hint += f"; or take the file out, if it is a copy of {earlier.file}"
        column = table.spec.key_as_written
        named = record.cells[column].text if column in record.cells else ", ".join(map(str, key))
        yield record.problem(column, f"{named!r} is already used in {place}", hint)


def check_texts(documents: Coded) -> Iterator[Problem]:
    """Yield a problem for each document whose text another one has: its rows would count twice."""
    first: dict[str, Record] = {}
    for record, digest in zip(documents.records, documents.frame["text_sha256"], strict=True):
        if isinstance(digest, str) and (earlier := first.setdefault(digest, record)) is not record:
            message = f"the text is the same, byte for byte, as that of {earlier.doc_id!r}"
            yield record.problem(None, message, "take one of the two documents out: all it says would count twice")


def check_copies(table: Coded) -> Iterator[Problem]:
    """Yield a problem for each record that says, but for its key, what an earlier one says."""
    named = table.spec.key_as_written
    first: dict[tuple[tuple[str, str], ...], Record] = {}
    for record in table.records if named else ():
        said = tuple(
            sorted((name, " ".join(cell.text.split())) for name, cell in record.cells.items() if name != named)
        )
        earlier = first.setdefault((("", record.doc_id), *said), record)
        if named in record.cells and said and earlier.sound and earlier.key != record.key:
            message = f"this is the same as {earlier.cells[named].text!r} in line {earlier.line} in all but its {named}"
            yield record.problem(named, message, "take one of the two out, or say what is different")


def check_references(tables: Tables, unread: Unread) -> Iterator[Problem]:
    """Yield a problem for each key that references name and no row has, unless it may stand in what is unread.

    A key is told once, at the first place that names it: somebody renamed a row, or forgot one.
    """
    for target, places in _named(tables).items():
        table = tables[target]
        known = set(table.keys)
        missing = {
            key: at
            for key, at in places.items()
            if not (key in known or target in unread.tables or key.partition("#")[0] in unread.documents)
        }
        for key in _following_from_keys(missing, table):
            for record, _ in missing.pop(key):
                record.sound = False
        for at in missing.values():
            yield _dangling(at, table, _unnamed(table, places))


def check_circles(table: Coded) -> Iterator[Problem]:
    """Yield a problem for each circle of references within a table, and for each row that refers to itself."""
    for column in table.spec.references:
        if column.target == table.spec.name and column.filled == "given":
            rows = zip(table.keys, table.records, table.frame[column.name], strict=True)
            sound = {key: (record, value) for key, record, value in rows if record.sound}
            records = {key: record for key, (record, _) in sound.items()}
            above = {key: value for key, (_, value) in sound.items()}
            for circle in _circles(above):
                if len(circle) == 1 or not column.mutual:
                    path = " → ".join(key.rpartition("#")[2] for key in [*circle, circle[0]])
                    yield records[circle[0]].problem(
                        column.name, f"the reference goes in a circle: {path}", "take one of them out"
                    )


def check_model(table: Coded, *, all_sound: bool) -> Iterator[Problem]:
    """Yield a problem for each sound row and rule of the model that it breaks.

    Columns that functions compute out of other rows are judged only where all rows are sound.
    """
    for failure in failures(table.spec, table.frame[table.sound]):
        record = table.records[failure.row]
        computed = failure.own and failure.column and table.spec[failure.column].filled == "function"
        if all_sound or not computed:
            yield record.problem(failure.column if failure.column in record.cells else None, failure.message)


def check_rules(contract: Contract, tables: Tables, *, all_sound: bool) -> Iterator[Problem]:
    """Yield a problem for each row that breaks a rule across tables.

    Rows with a problem of their own, or next to one, are left alone.
    """
    frames = frames_of(tables)
    broken_parents = {id(r.parent) for table in tables.values() for r in table.records if r.parent and not r.sound}
    clean = {name: _surroundings_sound(table, tables, broken_parents) for name, table in tables.items()}
    shared: dict[tuple[str, str], list[tuple[Rule, Record]]] = {}
    for rule in contract.rules:
        broken = _broken(rule, frames, all_sound=all_sound)
        for label in broken.index[clean[rule.table][broken.index]]:
            record = tables[rule.table].records[label]
            if rule.against:
                shared.setdefault((record.doc_id, rule.against), []).append((rule, record))
            else:
                yield _of_the_row(rule, record)
    documents = {record.doc_id: record for record in tables[contract.document.name].records}
    for (doc_id, column), pairs in shared.items():
        if len(pairs) >= _MANY:
            yield _of_the_document(documents[doc_id], column, pairs)
        else:
            yield from (_of_the_row(rule, record) for rule, record in pairs)


def _of_the_row(rule: Rule, record: Record) -> Problem:
    return record.problem(rule.column if rule.column in record.cells else None, rule.message, level=rule.level)


def _of_the_document(document: Record, column: str, broken: list[tuple[Rule, Record]]) -> Problem:
    """Return the one problem of many rows that break rules against a column of their document."""
    for _, record in broken:
        record.sound = False
    messages = dict.fromkeys(rule.message for rule, _ in broken)
    lines = ", ".join(str(record.line) for _, record in broken[:_MANY])
    hint = "\n".join([*messages, f"look at the records in the lines {lines} … if this is right"])
    return document.problem(column, f"{len(broken)} rows do not go with this", hint)


def frames_of(tables: Tables) -> dict[str, pd.DataFrame]:
    """Return the frames alone, as rules and other functions of the contract take them."""
    return {name: table.frame for name, table in tables.items()}


def _broken(rule: Rule, frames: Mapping[str, pd.DataFrame], *, all_sound: bool) -> pd.DataFrame:
    """Return the rows that break a rule."""
    try:
        return frames[rule.table][~_verdict(rule, frames)]
    except Exception:
        if all_sound:
            raise
        return frames[rule.table][:0]  # the rule met what a problem has already been reported for


def _verdict(rule: Rule, frames: Mapping[str, pd.DataFrame]) -> pd.Series[bool]:
    holds: pd.Series[bool] = rule.holds(frames)
    if isinstance(holds, pd.Series) and holds.dtype == bool and holds.index.equals(frames[rule.table].index):
        return holds
    raise ContractError(f"the rule {rule.message!r} must return one True or False for each row of {rule.table!r}.")


def _named(tables: Tables) -> dict[str, dict[str, list[Place]]]:
    """Return, by table, the keys that references name, each with the places that name it."""
    named: dict[str, dict[str, list[Place]]] = {name: {} for name in tables}
    for table in tables.values():
        for column in table.spec.references:
            for record, key in zip(table.records, table.frame[column.name], strict=True):
                if column.name in record.cells and isinstance(key, str):
                    named[column.target or ""].setdefault(key, []).append((record, column))
    return named


def _unnamed(table: Coded, places: Mapping[str, list[Place]]) -> list[str]:
    """Return the keys of a codebook's rows that no other table names."""
    if table.spec.shape != "codebook":
        return []
    named = {key for key, at in places.items() if any(record.spec.name != table.spec.name for record, _ in at)}
    return [key for key in table.keys if key not in named]


def _following_from_keys(missing: Collection[str], target: Coded) -> list[str]:
    """Return the keys that are missing because of a problem which a key of the table itself has.

    One that is ill-formed was meant; or the only one missing is that of a row which took another row's.
    """
    ill_formed = [key for key, found in zip(target.keys, target.frame[target.spec.key[0]], strict=True) if found != key]
    if len(missing) == 1 and len(set(target.keys)) < len(target.keys):
        return list(missing)
    return [key for key in missing if nearest(key, ill_formed)]


def _dangling(places: list[Place], target: Coded, unnamed: list[str]) -> Problem:
    """Return the problem of a key that no row has, at the first of the places that name it.

    `unnamed` are the keys that no other table names: the only such entry of a codebook may be what is meant.
    """
    for record, _ in places:
        record.sound = False
    record, column = min(places, key=lambda place: (place[0].file, *_at(*place)))
    typed = record.cells[column.name].text.strip()
    name = target.spec.name
    local = [key.removeprefix(f"{record.doc_id}#") for key in target.keys]
    if len(unnamed) == 1:
        hint = f"nothing names {unnamed[0]!r}: is that what is meant?"
    else:
        hint = did_you_mean(typed, local) or f"add it to the {name}, or name another"
    if len(places) > 1:
        hint += f"\nin {len(places)} places; this is the first"
    return record.problem(column.name, f"{typed!r} is not among the {name}", hint)


def _at(record: Record, column: Column) -> tuple[int, int]:
    cell = record.cells[column.name]
    return cell.line, cell.column


def _circles(above: Mapping[str, Any]) -> Iterator[list[str]]:
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


def _surroundings_sound(table: Coded, tables: Tables, broken_parents: set[int]) -> pd.Series[bool]:
    """True for the rows that are sound, refer only to sound rows, and hold only sound children."""
    sound = table.sound
    for column in table.spec.references:
        target = tables[column.target or ""]
        reached = target.frame.loc[target.sound, target.spec.key[0]]
        sound &= table.frame[column.name].isna() | table.frame[column.name].isin(reached)
    return sound & ~pd.Series([id(r) in broken_parents for r in table.records], index=sound.index, dtype=bool)
