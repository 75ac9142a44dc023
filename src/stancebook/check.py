"""Coded tables held against their contract: keys, references, the models, and rules across tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from stancebook.annotation import Record
from stancebook.contract import Contract, Rule
from stancebook.problem import Problem
from stancebook.spec import Column, ContractError, TableSpec
from stancebook.suggest import did_you_mean
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


@dataclass
class Unread:
    """What could not be read whole, and so may hold rows that nobody saw: tables of the codebook, and documents."""

    tables: set[str] = field(default_factory=set)
    documents: set[str] = field(default_factory=set)


def check_keys(table: Coded) -> Iterator[Problem]:
    """Yield a problem for each row whose key an earlier row has."""
    first: dict[tuple[Any, ...], Record] = {}
    keys = table.frame[list(table.spec.key)]
    for record, key, whole in zip(table.records, keys.itertuples(index=False), keys.notna().all(axis=1), strict=True):
        if whole and (earlier := first.setdefault(tuple(key), record)) is not record:
            column = table.spec.key_as_written
            named = record.cells[column].text if column in record.cells else ", ".join(map(str, key))
            place = f"line {earlier.line}" if earlier.file == record.file else f"{earlier.file}:{earlier.line}"
            yield record.problem(column, f"{named!r} is already used in {place}", "give each row a key of its own")


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
    known = {name: dict.fromkeys(table.keys) for name, table in tables.items() if len(table.spec.key) == 1}
    dangling: dict[tuple[str, str], list[tuple[Record, Column]]] = {}
    named: dict[str, set[str]] = {name: set() for name in known}
    for table in tables.values():
        for column in table.spec.references:
            target = column.target or ""
            for record, value in zip(table.records, table.frame[column.name], strict=True):
                if column.name not in record.cells or not isinstance(value, str):
                    continue
                if target != table.spec.name:
                    named[target].add(value)
                read = target not in unread.tables and value.partition("#")[0] not in unread.documents
                if read and value not in known[target]:
                    dangling.setdefault((target, value), []).append((record, column))
    for (target, _), places in dangling.items():
        unnamed = [key for key in known[target] if key not in named[target]]
        yield _dangling(places, tables[target], unnamed)


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
    for rule in contract.rules:
        table = tables[rule.table]
        broken = _broken(rule, frames, all_sound=all_sound)
        for label in broken.index[clean[rule.table][broken.index]]:
            record = table.records[label]
            yield record.problem(rule.column if rule.column in record.cells else None, rule.message, level=rule.level)


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


def _dangling(places: list[tuple[Record, Column]], target: Coded, unnamed: list[str]) -> Problem:
    """Return the problem of a key that no row has, at the first of the places that name it.

    `unnamed` are the keys of rows that no other table names: the only such entry of a codebook may be what is meant.
    """
    for record, _ in places:
        record.sound = False
    record, column = min(places, key=lambda place: (place[0].file, *_at(*place)))
    typed = record.cells[column.name].text.strip()
    name = target.spec.name
    local = [key.removeprefix(f"{record.doc_id}#") for key in target.keys]
    if target.spec.shape == "codebook" and len(unnamed) == 1:
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
