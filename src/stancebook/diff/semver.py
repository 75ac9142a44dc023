"""The version that changes of a dataset need, by the rules of CONTRIBUTING.md."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from stancebook.diff.changes import Change, Level, TableChanges, What
from stancebook.problems import pluralize, shorten

_VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")
_MAX_REASONS = 3  # the others are counted: the report lists all

Version = tuple[int, int, int]


class Bump(IntEnum):
    """Which part of a version is incremented."""

    NONE = 0
    PATCH = 1
    MINOR = 2
    MAJOR = 3


# A constraint is a promise to readers of the tables and to coders, so a change of it is major in both directions: a
# column that may now be empty breaks the code of readers, and one that no longer may makes valid sources invalid.
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
    ("column", "maximum"): Bump.MAJOR,
    ("value", "added"): Bump.MINOR,
    ("value", "removed"): Bump.MAJOR,
    ("value", "definition"): Bump.PATCH,
}

# Another wording is a patch, another meaning is major: only a person can tell which.
_WORDING: frozenset[What] = frozenset({"description", "definition"})

_PROPERTY_NAMES: Mapping[What, str] = {
    "columns": "order of the columns",
    "order": "order of the scale",
    "listing": "order of the values",
    "required": "nullability",
    "unique": "uniqueness",
    "ordered": "kind of vocabulary (scale or not)",
}


@dataclass(frozen=True)
class RequiredBump:
    """The least part of a version to increment.

    Attributes:
        bump: The part.
        reasons: The changes that need it.
        reworded: What has another wording, which may also be another meaning.
    """

    bump: Bump
    reasons: tuple[str, ...] = ()
    reworded: tuple[str, ...] = ()


@dataclass(frozen=True)
class VersionAdvice:
    """Advice on the version that the new dataset states, and whether that version is too low."""

    text: str
    too_low: bool


def bump_of(change: Change) -> Bump:
    """Return which part of a version a change needs to increment; added metadata is a patch."""
    return Bump.PATCH if change.adds_metadata else RULE[change.level, change.what]


def required_bump(changes: Sequence[TableChanges]) -> RequiredBump:
    """Return what changes need together: the greatest part that one of them needs."""
    reasons: dict[str, Bump] = {}
    reworded = []
    for table in changes:
        if table.rows:
            reasons[f"rows of {table.table} changed"] = Bump.PATCH
        for change in table.changes:
            bump = bump_of(change)
            reasons[_reason(table, change)] = max(bump, reasons.get(_reason(table, change), Bump.NONE))
            if change.what in _WORDING and not change.adds_metadata:
                reworded.append(_subject(table, change))
    bump = max(reasons.values(), default=Bump.NONE)
    return RequiredBump(bump, tuple(reason for reason, need in reasons.items() if need is bump), tuple(reworded))


def version_advice(needed: RequiredBump, old: str, stated: str) -> VersionAdvice:
    """Compare the version that a dataset states with the one that its changes need.

    Args:
        needed: What the changes need.
        old: The version of the older dataset.
        stated: The version that the newer dataset states.
    """
    if needed.bump is Bump.NONE:
        return VersionAdvice("Nothing differs: no new version is needed.", too_low=False)
    part, why = needed.bump.name.lower(), _listed(needed.reasons)
    before, now = _parse(old), _parse(stated)
    if before is None or now is None:
        unread = (stated if before else old) or "an empty version"
        hint = f"{unread} is not of the form MAJOR.MINOR.PATCH: choose the next version yourself."
        return VersionAdvice(f"This needs a {part} version: {why}. But {hint}", too_low=False)
    least = bumped(before, needed.bump)
    as_minor = ", which before 1.0.0 is a minor one" if needed.bump is Bump.MAJOR and not before[0] else ""
    too_low = now < least
    sentences = [
        f"This needs a {part} version{as_minor} ({_format(least)}): {why}.",
        f"{stated}, as stated, is {'too low: raise the version of the contract' if too_low else 'enough'}.",
    ]
    major = bumped(before, Bump.MAJOR)
    if needed.reworded and now < major:
        sentences.append(f"If {_listed(needed.reworded)} also means something else now, it needs {_format(major)}.")
    return VersionAdvice(" ".join(sentences), too_low)


def bumped(version: Version, bump: Bump) -> Version:
    """Return the next version; before 1.0.0, what would be a major version is a minor one (https://semver.org, 4)."""
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
    """Return a change as a clause; one clause for all metadata that was added to a table."""
    if change.adds_metadata:
        return f"metadata added to {table.table}"
    verb = change.what if change.what in ("added", "removed") else "changed"
    return f"{_subject(table, change)} {'was ' * (verb != 'changed')}{verb}"


def _subject(table: TableChanges, change: Change) -> str:
    """Return the name of what changed."""
    place = ".".join(part for part in (table.table, change.column) if part)
    match change.what, change.level:
        case "about", _:
            return f"the metadata of the dataset ({change.after})"
        case "added" | "removed", "value":
            return f"value {shorten(change.value)} of {place}"
        case "added" | "removed", _:
            return f"{change.level} {place}"
        case "definition", _:
            return f"the definition of {shorten(change.value)} in {place}"
        case _:
            return f"the {_PROPERTY_NAMES.get(change.what, change.what)} of {place}"


def _listed(clauses: Sequence[str]) -> str:
    more = len(clauses) - _MAX_REASONS
    return ", ".join(clauses[:_MAX_REASONS]) + (f" and {pluralize(more, 'more change')}" if more > 0 else "")


def _parse(text: str) -> Version | None:
    match = _VERSION.fullmatch(text)
    return (int(match[1]), int(match[2]), int(match[3])) if match else None


def _format(version: Version) -> str:
    return ".".join(map(str, version))
