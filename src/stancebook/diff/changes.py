"""What was added, changed and removed between two versions of a table: as data, and as lines of text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, Literal, get_args

from stancebook.problems import pluralize, shorten

Level = Literal["dataset", "table", "column", "value"]
_Metadata = Literal["title", "description", "unit", "definition"]
_Limit = Literal["pattern", "minimum", "maximum"]
_Constraint = Literal["type", "required", "unique", "vocabulary", "ordered", _Limit, "key", "reference"]
_Order = Literal["columns", "order", "listing"]  # of columns, of the values of a scale, of other values
What = Literal["added", "removed", "about", _Metadata, _Constraint, _Order]

_MAX_UNCUT_CHARS = 60  # of two longer texts, only the part that differs is shown
_CONTEXT_CHARS = 20  # shown before and after that part
_MAX_SHOWN_CHARS = 100  # of one text
_MAX_NAMES = 5  # of columns and values with added metadata


@dataclass(frozen=True)
class Change:
    """A change of a dataset, a table, a column or a value of a vocabulary.

    Attributes:
        level: What changed.
        what: How: it was added or removed, or which property of it changed; `about` is the metadata of a dataset.
        column: The column that changed, or that has the value.
        value: The value that changed.
        before: The property before, None if there was none; of a removed table, its number of rows.
        after: The property after, likewise; of an added table, its number of rows.
    """

    level: Level
    what: What
    column: str = ""
    value: str = ""
    before: Any = None
    after: Any = None

    @property
    def adds_metadata(self) -> bool:
        """Whether it adds a title, description, unit or definition where there was none."""
        return self.what in get_args(_Metadata) and self.before is None

    def __str__(self) -> str:
        subject = " ".join(
            f"{level} {shorten(name)}" for level, name in (("column", self.column), ("value", self.value)) if name
        )
        if self.what in ("added", "removed"):
            rows = self.before if self.what == "removed" else self.after
            return f"{subject} {self.what}" if subject else f"table {self.what}, with {pluralize(rows, 'row')}"
        return f"{subject}: {self._property()}" if subject else self._property()

    def _property(self) -> str:
        match self.what:
            case "key":
                before, after = (_names(key) or "none" for key in (self.before, self.after))
                return f"the primary key was {before} and is now {after}: rows are not compared"
            case "about":
                return f"{self.after} changed"
            case "columns":
                return "the columns are in another order"
            case "order" | "listing":
                order = "order of the scale" if self.what == "order" else "order of the values"
                return f"the {order} was {_names(self.before)} and is now {_names(self.after)}"
            case _:
                return f"{self.what} {contrast(self.before, self.after, 'none')}"


@dataclass(frozen=True, slots=True)
class CellChange:
    """A cell that changed, in a row that both versions have."""

    column: str
    before: Any
    after: Any

    def __str__(self) -> str:
        before, after = (str(cell).lower() if isinstance(cell, bool) else cell for cell in (self.before, self.after))
        return f"{self.column} {contrast(before, after, 'empty')}"


@dataclass(frozen=True)
class RowChanges:
    """The rows that were added, changed or removed, by their keys."""

    added: tuple[str, ...] = ()
    changed: tuple[tuple[str, tuple[CellChange, ...]], ...] = ()
    removed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


@dataclass(frozen=True)
class TableChanges:
    """The changes of one table and of its rows; of the dataset's own metadata if `table` is empty."""

    table: str
    changes: tuple[Change, ...] = ()
    rows: RowChanges = RowChanges()

    def __bool__(self) -> bool:
        return bool(self.changes or self.rows)

    def lines(self, max_rows: int) -> Iterator[str]:
        """Yield the changes as lines of text.

        Args:
            max_rows: The number of added, changed and removed rows to list of each; the others are counted.
        """
        yield from (str(change) for change in self.changes if not change.adds_metadata)
        additions: dict[str, list[str]] = {}
        for change in self.changes:
            if change.adds_metadata:
                additions.setdefault(change.what, []).append(_subject(change))
        yield from (f"{what} added: {_some(subjects)}" for what, subjects in additions.items())
        yield from self._row_lines(max_rows)

    def _row_lines(self, max_rows: int) -> Iterator[str]:
        changed = self.rows.changed[:max_rows]
        listed = {
            "added": [f"+ {shorten(key)}" for key in self.rows.added[:max_rows]],
            "changed": [f"~ {shorten(key)}: {', '.join(map(str, cells))}" for key, cells in changed],
            "removed": [f"- {shorten(key)}" for key in self.rows.removed[:max_rows]],
        }
        for kind, lines in listed.items():
            if number := len(getattr(self.rows, kind)):
                yield f"{pluralize(number, 'row')} {kind}"
                yield from (f"  {line}" for line in lines)
                if number > max_rows:
                    yield f"  … and {number - max_rows:,} more"


def contrast(before: Any, after: Any, absent: str) -> str:
    """Return two values with an arrow between them; of long texts, the part that differs.

    Args:
        before: The old value, None if there is none.
        after: The new value, likewise.
        absent: The word for no value.
    """
    if isinstance(before, str) and isinstance(after, str) and max(len(before), len(after)) > _MAX_UNCUT_CHARS:
        before, after = _differing_parts(before, after)
    return f"{_shown(before, absent)} → {_shown(after, absent)}"


def _differing_parts(before: str, after: str) -> tuple[str, str]:
    start = _common_prefix(before, after)
    end = _common_prefix(before[start:][::-1], after[start:][::-1])
    first, rest = max(0, start - _CONTEXT_CHARS), max(0, end - _CONTEXT_CHARS)

    def part(text: str) -> str:
        return f"{'…' * bool(first)}{text[first : len(text) - rest]}{'…' * bool(rest)}"

    return part(before), part(after)


def _common_prefix(left: str, right: str) -> int:
    """Return with how many equal characters two texts begin."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(left, right, strict=False)))


def _shown(value: Any, absent: str) -> str:
    match value:
        case None:
            return absent
        case bool():
            return "yes" if value else "no"
        case str() if len(value) > _MAX_SHOWN_CHARS:
            return repr(f"{value[: _MAX_SHOWN_CHARS - _CONTEXT_CHARS]} … {value[-_CONTEXT_CHARS:]}")
        case str():
            return repr(value)
        case _:
            return str(value)


def _names(names: Iterable[str]) -> str:
    return ", ".join(map(shorten, names))


def _some(names: list[str]) -> str:
    more = len(names) - _MAX_NAMES
    return ", ".join(names[:_MAX_NAMES]) + (f" and {more} more" if more > 0 else "")


def _subject(change: Change) -> str:
    return shorten(".".join(filter(None, [change.column, change.value]))) or "the table"
