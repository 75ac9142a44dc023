"""Results of checks that are used again while the tables which they read have not changed."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from stancebook.schema.spec import Tables

if TYPE_CHECKING:
    import pandas as pd

T = TypeVar("T")


class ReadTables(Mapping[str, "pd.DataFrame"]):
    """Tables by name, with those that a function has read.

    Attributes:
        read: The tables that were read; None for a name that no table has.
    """

    def __init__(self, tables: Tables) -> None:
        """Wrap tables."""
        self.read: dict[str, pd.DataFrame | None] = {}
        self._tables = tables

    def __getitem__(self, name: str) -> pd.DataFrame:
        """Return a table, and remember that it was read."""
        self.read[name] = self._tables.get(name)
        return self._tables[name]

    def __iter__(self) -> Iterator[str]:
        """Yield the names of the tables."""
        return iter(self._tables)

    def __len__(self) -> int:
        """Return the number of tables."""
        return len(self._tables)


@dataclass(frozen=True)
class Result(Generic[T]):
    """What a function returned.

    Attributes:
        value: The value.
        read: The tables that it has read.
        inputs: Its other inputs.
    """

    value: T
    read: Mapping[str, pd.DataFrame | None]
    inputs: tuple[Any, ...]

    def is_for(self, tables: Tables, inputs: tuple[Any, ...]) -> bool:
        """Return whether the function would return the same."""
        return self.inputs == inputs and all(tables.get(name) is table for name, table in self.read.items())


class ResultCache:
    """The last results of functions that depend only on their inputs.

    A build calls each function once, with a cache of its own. A program that checks the same documents again after
    every small change keeps one cache for all checks.
    """

    def __init__(self) -> None:
        """Start without results."""
        self._results: dict[Hashable, Result[Any]] = {}

    def call(self, name: Hashable, function: Callable[[Tables], T], tables: Tables, *inputs: Any) -> Result[T]:
        """Return the result of a function: the last one, if what it has read is the same now.

        Args:
            name: The name of the function, which no other function has.
            function: The function. It changes no table.
            tables: What it may read. A table is the same only if it is the same object.
            inputs: All else that it depends on. It is the same if it is equal.
        """
        known = self._results.get(name)
        if known is None or not known.is_for(tables, inputs):
            tables = ReadTables(tables)
            value = function(tables)
            known = self._results[name] = Result(value, tables.read, inputs)
        return known

    def value(self, name: Hashable, function: Callable[[], T], *inputs: Any) -> T:
        """Return what a function returns that reads no tables, or has returned for equal inputs last.

        Args:
            name: The name of the function, which no other function has.
            function: The function.
            inputs: All that it depends on.
        """
        return self.call(name, lambda _: function(), {}, *inputs).value
