"""What was added, changed and removed between two versions of a table: as data, and in lines a person can read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, Literal

from stancebook.dataset.parquet_table import shorten
from stancebook.problems import pluralize

Level = Literal["dataset", "table", "column", "value"]
What = Literal[
    "added",
    "removed",
    # of a dataset as a whole: what it says of itself
    "about",
    # of a table
    "key",
    "reference",
    "columns",
    # of a table or a column
    "title",
    "description",
    # of a column
    "type",
    "unit",
    "required",
    "unique",
    "vocabulary",
    "ordered",
    "order",
    "listing",
    "pattern",
    "minimum",
    # of a value
    "definition",
]

_LONG = 60  # characters from which on a text is cut down to where it differs
_AROUND = 20  # characters that are shown before and after
_NAMED = 5  # places of which a title or a definition is said for the first time
_CUT = 100  # characters of a text that differs all over


@dataclass(frozen=True)
class Change:
    """One change in what is promised of a dataset, a table, a column of it or a value of that.

    `what` says that it was added or removed, or names what of it changed, from `before` to `after`.
    """

    level: Level
    what: What
    column: str = ""
    value: str = ""
    before: Any = None
    after: Any = None

    @property
    def is_first_said(self) -> bool:
        """Whether it is a thing said now of what nothing was said before."""
        return self.what in ("title", "description", "unit", "definition") and self.before is None

    def __str__(self) -> str:
        at = " ".join(
            f"{level} {shorten(name)}" for level, name in (("column", self.column), ("value", self.value)) if name
        )
        if self.what in ("added", "removed"):
            rows = self.before if self.what == "removed" else self.after  # of a table
            return f"{at} {self.what}" if at else f"table {self.what}, with {pluralize(rows, 'row')}"
        return f"{at}: {self._told()}" if at else self._told()

    def _told(self) -> str:
        match self.what:
            case "key":
                return f"the key was {', '.join(self.before) or 'none'}, and is {', '.join(self.after) or 'none'}"
            case "about":
                return f"{self.after} changed"
            case "columns":
                return "the columns stand in another order"
            case "order" | "listing":
                scale = "of the scale" if self.what == "order" else "in which the values are listed"
                return f"the order {scale} was {_names(self.before)}, and is {_names(self.after)}"
            case _:
                return f"{self.what} {contrast(self.before, self.after, 'none')}"


@dataclass(frozen=True, slots=True)
class CellChange:
    """One cell of a row that both versions have."""

    column: str
    before: Any
    after: Any

    def __str__(self) -> str:
        return f"{self.column} {contrast(self.before, self.after, 'empty')}"


@dataclass(frozen=True)
class RowChanges:
    """The rows, by their keys, that came, went, or have other cells."""

    added: tuple[str, ...] = ()
    changed: tuple[tuple[str, tuple[CellChange, ...]], ...] = ()
    removed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)

    def __add__(self, other: RowChanges) -> RowChanges:
        return RowChanges(self.added + other.added, self.changed + other.changed, self.removed + other.removed)


@dataclass(frozen=True)
class TableChanges:
    """The changes of one table, and of its rows; of the dataset as a whole where `table` is empty."""

    table: str
    changes: tuple[Change, ...] = ()
    rows: RowChanges = RowChanges()

    def __bool__(self) -> bool:
        return bool(self.changes or self.rows)

    def lines(self, limit: int) -> Iterator[str]:
        """Yield what changed, a line each; of the rows of each kind so many, and how many more there are."""
        yield from (str(change) for change in self.changes if not change.is_first_said)
        first: dict[str, list[str]] = {}
        for change in self.changes:
            if change.is_first_said:
                first.setdefault(change.what, []).append(_place(change))
        yield from (f"{what} said for the first time: {_some(places)}" for what, places in first.items())
        yield from self._of_rows(limit)

    def _of_rows(self, limit: int) -> Iterator[str]:
        marks = {
            "added": [f"+ {shorten(key)}" for key in self.rows.added[:limit]],
            "changed": [f"~ {shorten(key)}: {', '.join(map(str, cells))}" for key, cells in self.rows.changed[:limit]],
            "removed": [f"- {shorten(key)}" for key in self.rows.removed[:limit]],
        }
        for kind, listed in marks.items():
            if number := len(getattr(self.rows, kind)):
                yield f"{pluralize(number, 'row')} {kind}"
                yield from (f"  {line}" for line in listed)
                if number > limit:
                    yield f"  … and {number - limit:,} more"


def contrast(before: Any, after: Any, absent: str) -> str:
    """Return two values with an arrow between; of long texts the stretch in which they differ.

    `absent` is the word for a value that is not there.
    """
    if isinstance(before, str) and isinstance(after, str) and max(len(before), len(after)) > _LONG:
        before, after = _stretches(before, after)
    return f"{_shown(before, absent)} → {_shown(after, absent)}"


def _stretches(before: str, after: str) -> tuple[str, str]:
    start = _alike(before, after)
    end = _alike(before[start:][::-1], after[start:][::-1])
    first, rest = max(0, start - _AROUND), max(0, end - _AROUND)

    def stretch(text: str) -> str:
        return f"{'…' * bool(first)}{text[first : len(text) - rest]}{'…' * bool(rest)}"

    return stretch(before), stretch(after)


def _alike(one: str, other: str) -> int:
    """Return how many characters two texts begin with in common."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _shown(value: Any, absent: str) -> str:
    match value:
        case None:
            return absent
        case bool():
            return "yes" if value else "no"
        case str():
            return repr(value if len(value) <= _CUT else f"{value[: _CUT - _AROUND]} … {value[-_AROUND:]}")
        case _:
            return str(value)


def _names(names: Iterable[str]) -> str:
    return ", ".join(map(shorten, names))


def _some(places: list[str]) -> str:
    more = len(places) - _NAMED
    return ", ".join(places[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _place(change: Change) -> str:
    return shorten(".".join(filter(None, [change.column, change.value]))) or "the table"
