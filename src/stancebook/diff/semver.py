"""Changes between two datasets → the version that they need, by the rule of CONTRIBUTING.md."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from stancebook.dataset.parquet_table import shorten
from stancebook.diff.changes import Change, Level, TableChanges, What
from stancebook.problems import pluralize

_STATED = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")
_REASONS = 3  # told one by one; the rest are counted: all stand in the report

Version = tuple[int, int, int]


class Bump(IntEnum):
    """Which part of a version goes up."""

    NONE = 0
    PATCH = 1
    MINOR = 2
    MAJOR = 3


# Whatever a reader of the tables, or somebody who writes seeds, relies on is a promise to both: to take it back is
# major whichever way it goes. A column that may be empty now surprises the reader, one that may no longer be
# refuses seeds that were in order.
RULE: Mapping[tuple[Level, What], Bump] = {
    ("dataset", "about"): Bump.PATCH,
    ("table", "added"): Bump.MINOR,
    ("table", "removed"): Bump.MAJOR,
    ("table", "key"): Bump.MAJOR,
    ("table", "reference"): Bump.MAJOR,
    ("table", "columns"): Bump.PATCH,
    ("table", "title"): Bump.PATCH,
    ("table", "description"): Bump.PATCH,
    ("column", "added"): Bump.MINOR,
    ("column", "removed"): Bump.MAJOR,
    ("column", "title"): Bump.PATCH,
    ("column", "description"): Bump.PATCH,
    ("column", "type"): Bump.MAJOR,
    ("column", "unit"): Bump.MAJOR,
    ("column", "required"): Bump.MAJOR,
    ("column", "unique"): Bump.MAJOR,
    ("column", "vocabulary"): Bump.MAJOR,
    ("column", "ordered"): Bump.MAJOR,
    ("column", "order"): Bump.MAJOR,
    ("column", "listing"): Bump.PATCH,
    ("column", "pattern"): Bump.MAJOR,
    ("column", "minimum"): Bump.MAJOR,
    ("value", "added"): Bump.MINOR,
    ("value", "removed"): Bump.MAJOR,
    ("value", "definition"): Bump.PATCH,
}

# Other words for the same are a patch, another meaning is major: only a person can tell which.
_WORDING: frozenset[What] = frozenset({"description", "definition"})

_WORDS: Mapping[What, str] = {
    "columns": "order of the columns",
    "order": "order of the scale",
    "listing": "order of the values",
    "required": "leave to be empty",
    "unique": "promise to be unique",
    "ordered": "being a scale or none",
}


@dataclass(frozen=True)
class RequiredBump:
    """The least that goes up, why, and what has other words now and may have another meaning."""

    bump: Bump
    reasons: tuple[str, ...] = ()
    reworded: tuple[str, ...] = ()


@dataclass(frozen=True)
class VersionAdvice:
    """What is to be said of the version stated, and whether it is too low."""

    words: str
    too_low: bool


def bump_of(change: Change) -> Bump:
    """Return which part of a version one change needs to go up; words where there were none are a patch."""
    return Bump.PATCH if change.is_first_said else RULE[change.level, change.what]


def required_bump(changes: Sequence[TableChanges]) -> RequiredBump:
    """Return what changes need together: the most that one of them does."""
    reasons: dict[str, Bump] = {}
    reworded = []
    for table in changes:
        if table.rows:
            reasons[f"rows of {table.table} changed"] = Bump.PATCH
        for change in table.changes:
            bump = bump_of(change)
            reasons[_reason(table, change)] = max(bump, reasons.get(_reason(table, change), Bump.NONE))
            if change.what in _WORDING and not change.is_first_said:
                reworded.append(_named(table, change))
    bump = max(reasons.values(), default=Bump.NONE)
    return RequiredBump(bump, tuple(reason for reason, each in reasons.items() if each is bump), tuple(reworded))


def version_advice(needed: RequiredBump, old: str, stated: str) -> VersionAdvice:
    """Return what the changes since version `old` need, held against the version now stated."""
    if needed.bump is Bump.NONE:
        return VersionAdvice("Nothing differs: no new version is needed.", too_low=False)
    part, why = needed.bump.name.lower(), _listed(needed.reasons)
    before, now = _version(old), _version(stated)
    if before is None or now is None:
        unread = (stated if before else old) or "an empty version"
        words = f"{unread} is not of the form MAJOR.MINOR.PATCH: which version that is, is for you to say."
        return VersionAdvice(f"This needs a {part} version: {why}. But {words}", too_low=False)
    least = bumped(before, needed.bump)
    as_now = ", which before 1.0.0 is a minor one" if needed.bump is Bump.MAJOR and not before[0] else ""
    told = [f"This needs a {part} version{as_now} ({_written(least)}): {why}."]
    too_low = now < least
    told.append(f"{stated}, as stated, is {'too low: raise the version of the contract' if too_low else 'enough'}.")
    most = bumped(before, Bump.MAJOR)
    if needed.reworded and now < most:
        told.append(f"If {_listed(needed.reworded)} also means something else now, it needs {_written(most)}.")
    return VersionAdvice(" ".join(told), too_low)


def bumped(version: Version, bump: Bump) -> Version:
    """Return the next version. Before 1.0.0 nothing is promised yet, and what would be major is minor."""
    major, minor, patch = version
    match bump:
        case Bump.NONE:
            return version
        case Bump.PATCH:
            return major, minor, patch + 1
        case Bump.MAJOR if major > 0:
            return major + 1, 0, 0
        case _:
            return major, minor + 1, 0


def _reason(table: TableChanges, change: Change) -> str:
    """Return a change as a clause; what is said for the first time is one for all of a table."""
    if change.is_first_said:
        return f"more is said of {table.table}"
    verb = change.what if change.what in ("added", "removed") else "changed"
    return f"{_named(table, change)} {'was ' * (verb != 'changed')}{verb}"


def _named(table: TableChanges, change: Change) -> str:
    """Name what changed."""
    at = ".".join(part for part in (table.table, change.column) if part)
    match change.what, change.level:
        case "about", _:
            return f"what the dataset says of itself ({change.after})"
        case "added" | "removed", "value":
            return f"value {shorten(change.value)} of {at}"
        case "added" | "removed", _:
            return f"{change.level} {at}"
        case "definition", _:
            return f"the definition of {shorten(change.value)} in {at}"
        case _:
            return f"the {_WORDS.get(change.what, change.what)} of {at}"


def _listed(clauses: Sequence[str]) -> str:
    more = len(clauses) - _REASONS
    return ", ".join(clauses[:_REASONS]) + (f" and {pluralize(more, 'more change')}" if more > 0 else "")


def _version(text: str) -> Version | None:
    found = _STATED.fullmatch(text)
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


def _written(version: Version) -> str:
    return ".".join(map(str, version))
