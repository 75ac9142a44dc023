"""Edits of record files as values, and what they mean for the values of a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from stancebook.exceptions import StancebookError
from stancebook.problems import Problem

# A section, an index in its list, a nested section, an index in that list; or only the section of a document.
Path = tuple[str | int, ...]
Values = Mapping[str, str | None]
NewRecord = Mapping[str, str | Sequence[Values] | None]


class EditError(StancebookError):
    """A file cannot be edited; nothing was changed.

    Attributes:
        problem: Why, and where in the file.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(f"{problem.message}. {problem.hint}" if problem.hint else problem.message)


@dataclass(frozen=True)
class SetValues:
    """Set keys of a record to texts; None removes a key, with a comment in its line."""

    path: Path
    values: Values


@dataclass(frozen=True)
class InsertRecord:
    """Insert a record into the list of a section or a nested section, which is added if the file has none."""

    path: Path
    index: int
    values: NewRecord


@dataclass(frozen=True)
class RemoveRecord:
    """Remove a record; an empty list is removed with its key."""

    path: Path


@dataclass(frozen=True)
class ReplaceList:
    """Replace the records of a nested section; without any, its key is removed."""

    path: Path
    records: Sequence[Values]


Edit = SetValues | InsertRecord | RemoveRecord | ReplaceList


def apply(root: Any, edit: Edit) -> None:
    """Make an edit in the values of a file, which are changed in place.

    Args:
        root: The values: mappings, lists and texts.
        edit: The edit.

    Raises:
        LookupError: There is no such record.
    """
    if isinstance(edit, SetValues):
        _follow(root, edit.path, {}).update(edit.values)
    elif isinstance(edit, InsertRecord):
        records = _follow(root, edit.path, [])
        if not 0 <= edit.index <= len(records):
            raise IndexError(edit.index)
        records.insert(edit.index, {**edit.values})
    elif isinstance(edit, RemoveRecord):
        records, index = _follow(root, edit.path[:-1], []), edit.path[-1]
        if not isinstance(index, int) or not 0 <= index < len(records):
            raise IndexError(index)
        del records[index]
    else:
        _follow(root, edit.path, [])[:] = [{**record} for record in edit.records]


def _follow(value: Any, path: Path, default: Any) -> Any:
    """Return the value at a path; a last key that is missing or empty is given a default."""
    *steps, last = path
    for step in steps:
        value = value[step]
    if isinstance(last, str) and value.get(last) is None:
        value[last] = default
    return value[last]


def normalized(value: Any) -> Any:
    """Return values as a build compares them.

    A missing key, null and an empty list are the same. So are texts with and without a line break at the end, which a
    last text after `|` gets with the last line break of its file.
    """
    if isinstance(value, str):
        return value.rstrip("\n")
    if isinstance(value, Mapping):
        return {key: normalized(item) for key, item in value.items() if item is not None and item != []}
    return [normalized(item) for item in value] if isinstance(value, list | tuple) else value
