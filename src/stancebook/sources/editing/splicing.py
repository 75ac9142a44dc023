"""The parts that editing YAML and JSON have in common: the layout of a text, and splices in bracketed collections."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import takewhile
from typing import Any

from stancebook.sources.editing.edits import (
    Edit,
    InsertRecord,
    NewRecord,
    Path,
    RemoveRecord,
    ReplaceList,
    SetValues,
    Values,
)
from stancebook.sources.editing.layout import (
    Layout,
    MappingSpan,
    ScalarSpan,
    SequenceSpan,
    children,
    plain_values,
)
from stancebook.sources.editing.writing import RecordKeys


class Splicer(ABC):
    """Edits one text: each edit returns another text."""

    def __init__(self, text: str, sections: Mapping[str, RecordKeys], *, quotes: bool = False) -> None:
        """Wrap a text.

        Args:
            text: The text of a file that has no syntax errors.
            sections: The keys of the records in each section, in the order in which sections are written.
            quotes: Whether new texts must be between quotation marks.
        """
        self.text = text
        self.sections = sections
        self.quotes = quotes
        self.newline = "\r\n" if "\r\n" in text else "\n"

    @cached_property
    def root(self) -> Layout | None:
        """The layout of the text, which is parsed when it is first needed."""
        return self.layout()

    @abstractmethod
    def layout(self) -> Layout | None:
        """Return the layout of the text."""

    @abstractmethod
    def set_value(self, path: Path, key: str, value: str | None) -> str:
        """Return the text with another value of a key, which is added or removed if it has to be."""

    @abstractmethod
    def insert(self, path: Path, index: int, record: NewRecord) -> str:
        """Return the text with another record in a list."""

    @abstractmethod
    def remove(self, path: Path) -> str:
        """Return the text without a record."""

    def edited(self, edit: Edit) -> str:
        """Return the text with an edit, of a record that is there."""
        if isinstance(edit, SetValues):
            return self.set_values(edit.path, edit.values)
        if isinstance(edit, InsertRecord):
            return self.insert(edit.path, edit.index, edit.values)
        if isinstance(edit, RemoveRecord):
            return self.remove(edit.path)
        return self.replace_list(edit)

    def after(self, text: str) -> "Splicer":
        """Return a splicer for another text of the file."""
        return self if text == self.text else type(self)(text, self.sections, quotes=self.quotes)

    def set_values(self, path: Path, values: Values) -> str:
        """Return the text with other values of a record."""
        splicer: Splicer = self
        for key, value in values.items():
            if splicer.value(path, key) != value:
                splicer = splicer.after(splicer.set_value(path, key, value))
        return splicer.text

    def replace_list(self, edit: ReplaceList) -> str:
        """Return the text with other records in a list; equal ones at its start and end are not touched."""
        node = self.node(edit.path)
        old: list[Any] = plain_values(node) if isinstance(node, SequenceSpan) else []
        new = [dict(record) for record in edit.records]
        start = _common(old, new)
        end = _common(old[start:][::-1], new[start:][::-1])
        changed = range(start, min(len(old), len(new)) - end)
        splicer: Splicer = self
        for index in changed:
            values = {**dict.fromkeys(old[index]), **new[index]}
            splicer = splicer.after(splicer.set_values((*edit.path, index), values))
        for index in range(changed.stop, len(new) - end):
            splicer = splicer.after(splicer.insert(edit.path, index, new[index]))
        for index in reversed(range(changed.stop, len(old) - end)):
            splicer = splicer.after(splicer.remove((*edit.path, index)))
        return splicer.text

    def node(self, path: Path) -> Layout | None:
        """Return the value at a path; None if the last key is missing."""
        node: Any = self.root
        for step in path:
            if isinstance(step, int):
                node = node.items[step]
            else:
                entry = node.entries.get(step) if isinstance(node, MappingSpan) else None
                node = entry and entry.value
        return node if node is not None else None

    def value(self, path: Path, key: str) -> Any:
        """Return the text of a key of a record, None if it has none."""
        return plain_values(node) if (node := self.node((*path, key))) else None

    def keys(self, path: Path) -> RecordKeys:
        """Return the keys that the records of a path may have."""
        section, *nested = [step for step in path if isinstance(step, str)]
        keys = self.sections[section]
        for name in nested:
            keys = keys.nested[name]
        return keys

    def splice(self, start: int, end: int, written: str) -> str:
        """Return the text with a part replaced, in the line ends of the file."""
        return self.text[:start] + written.replace("\n", self.newline) + self.text[end:]

    def line_start(self, offset: int) -> int:
        """Return the offset of the start of a line."""
        return self.text.rfind("\n", 0, offset) + 1

    def line_end(self, offset: int) -> int:
        """Return the offset of the end of a line, before its line break."""
        end = self.text.find("\n", offset)
        end = len(self.text) if end < 0 else end
        return end - 1 if end > offset and self.text[end - 1] == "\r" else end

    def next_line(self, offset: int) -> int:
        """Return the offset of the start of the next line."""
        end = self.text.find("\n", offset)
        return len(self.text) if end < 0 else end + 1

    def column(self, offset: int) -> int:
        """Return the column of an offset, from 0."""
        return offset - self.line_start(offset)

    # ── Collections between brackets ──────────────────────────────────────────────────────────────

    def insert_in_brackets(self, collection: MappingSpan | SequenceSpan, index: int, written: str) -> str:
        """Return the text with another entry or item between brackets, separated as the others are."""
        others = children(collection)
        if not others:
            return self.splice(collection.start + 1, collection.end - 1, written)
        separator = f",{self.text[collection.start + 1 : others[0].start]}"
        if separator.strip() != "," or "\n" not in separator:
            separator = ", "
        if len(others) > 1 and self.text[others[0].end : others[1].start].strip() == ",":
            separator = self.text[others[0].end : others[1].start]
        separator = separator.replace(self.newline, "\n")
        if index == len(others):
            return self.splice(others[-1].end, others[-1].end, separator + written)
        return self.splice(others[index].start, others[index].start, written + separator)

    def remove_from_brackets(self, collection: MappingSpan | SequenceSpan, index: int) -> str:
        """Return the text without an entry or item between brackets."""
        others = children(collection)
        if len(others) == 1:
            return self.splice(collection.start + 1, collection.end - 1, "")
        if index < len(others) - 1:
            return self.splice(others[index].start, others[index + 1].start, "")
        return self.splice(others[index - 1].end, others[index].end, "")


def place_of_key(mapping: MappingSpan, order: Sequence[str], key: str) -> int:
    """Return the index at which a key is added: after the last of those that come before it in an order."""
    before = {*takewhile(lambda other: other != key, order)} if key in order else {*mapping.entries}
    found = [index for index, name in enumerate(mapping.entries) if name in before]
    return found[-1] + 1 if found else 0


def is_empty(node: Layout | None) -> bool:
    """Return whether a list is missing, null, or has no items."""
    return node is None or (isinstance(node, ScalarSpan) and node.text is None) or node == _without_items(node)


def _without_items(node: Layout) -> Layout | None:
    return node if isinstance(node, SequenceSpan) and not node.items else None


def _common(first: Sequence[Any], second: Sequence[Any]) -> int:
    """Return how many items at the start of two lists are equal."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, second, strict=False)))
