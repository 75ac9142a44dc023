"""Edit the text of a JSON file by splicing."""

import json
import re
from collections.abc import Mapping, Sequence
from functools import cached_property

from stancebook.sources.editing.edits import NewRecord, Path
from stancebook.sources.editing.layout import Layout, MappingSpan, SequenceSpan, json_layout
from stancebook.sources.editing.splicing import Splicer, is_empty, place_of_key
from stancebook.sources.editing.writing import LITERAL, WIDTH, RecordKeys, given_values

_INDENT = re.compile(r'\n([ \t]+)["{]')


class JsonSplicer(Splicer):
    """Edits one JSON text."""

    @cached_property
    def unit(self) -> str:
        """The indentation of one level; empty if all is on one line."""
        found = _INDENT.search(self.text)
        if found:
            return found[1]
        return "" if self.text.strip(" \t\r\n{}") else "  "

    @cached_property
    def colon(self) -> str:
        """What is between a key and its value."""
        return ":" if '":' in self.text and '": ' not in self.text else ": "

    def layout(self) -> Layout | None:
        """Return the layout of the text."""
        return json_layout(self.text)

    def set_value(self, path: Path, key: str, value: str | None) -> str:
        """Return the text with another value of a key, which is added or removed if it has to be."""
        mapping, keys = self.node(path), self.keys(path)
        if not isinstance(mapping, MappingSpan):
            return self.put(path[:-1], str(path[-1]), {key: value})
        if value is None:
            place = [*mapping.entries].index(key)
            return self.remove_from_brackets(mapping, place)
        if key not in mapping.entries:
            return self.put(path, key, value)
        old = mapping.entries[key].value
        return self.splice(old.start, old.end, _value(value, key, keys))

    def insert(self, path: Path, index: int, record: NewRecord) -> str:
        """Return the text with another record in a list."""
        node = self.node(path)
        if is_empty(node) or not isinstance(node, SequenceSpan):
            return self.put(path[:-1], str(path[-1]), [record])
        neighbour = node.items[max(index - 1, 0)]
        keys = self.keys(path)
        if isinstance(neighbour, MappingSpan):
            keys = keys.ordered_like([*neighbour.entries])
        in_line = "\n" not in self.text[neighbour.start : neighbour.end]
        indent = self.indent_at(neighbour.start)
        return self.insert_in_brackets(node, index, self.written(record, keys, indent, in_line=in_line))

    def remove(self, path: Path) -> str:
        """Return the text without a record; the last record of a list goes with the key of the list."""
        node, parent = self.node(path[:-1]), self.node(path[:-2])
        if not isinstance(node, SequenceSpan) or not isinstance(parent, MappingSpan):
            return self.text
        if len(node.items) == 1:
            return self.remove_from_brackets(parent, [*parent.entries].index(str(path[-2])))
        return self.remove_from_brackets(node, int(path[-1]))

    def put(self, path: Path, key: str, value: str | NewRecord | Sequence[NewRecord]) -> str:
        """Return the text with another key in a record or at the top, or another value of a key that is empty."""
        parent = self.node(path) if path else self.root
        keys = self.keys(path) if path else RecordKeys(tuple(self.sections), frozenset(), frozenset(), self.sections)
        if not isinstance(parent, MappingSpan):
            return f"{{\n  {self.entry(key, value, keys, '  ')}\n}}\n".replace("\n", self.newline)
        indent = self.indent_at(parent.start) + self.unit
        if key in parent.entries:
            old = parent.entries[key]
            return self.splice(old.start, old.value.end, self.entry(key, value, keys, indent))
        written = self.entry(key, value, keys, indent)
        if not parent.entries and self.unit:
            written = f"\n{indent}{written}\n{self.indent_at(parent.start)}"
        return self.insert_in_brackets(parent, place_of_key(parent, keys.order, key), written)

    def indent_at(self, offset: int) -> str:
        """Return the indentation of a line."""
        line = self.text[self.line_start(offset) : offset]
        return line[: len(line) - len(line.lstrip())]

    def entry(self, key: str, value: str | NewRecord | Sequence[NewRecord], keys: RecordKeys, indent: str) -> str:
        """Return a key with its text, its record or its records."""
        name = json.dumps(key, ensure_ascii=False) + self.colon
        if isinstance(value, str):
            return name + _value(value, key, keys)
        nested = keys.nested[key]
        if isinstance(value, Mapping):
            return name + self.written(value, nested, indent, in_line=not self.unit)
        deeper = indent + self.unit
        in_line = not self.unit or indent != self.unit  # nested records are short
        rows = [self.written(row, nested, deeper, in_line=in_line) for row in value]
        if not self.unit:
            return f"{name}[{', '.join(rows)}]"
        return f"{name}[\n{deeper}" + f",\n{deeper}".join(rows) + f"\n{indent}]"

    def written(self, record: NewRecord, keys: RecordKeys, indent: str, *, in_line: bool) -> str:
        """Return a record, on one line if that fits or if all is on one line."""
        given = given_values(record)
        deeper = indent + self.unit
        entries = [self.entry(key, given[key] or "", keys, deeper) for key in keys.sorted([*given])]
        row = f"{{{', '.join(entries)}}}"
        if not self.unit or (in_line and "\n" not in row and len(indent) + len(row) <= WIDTH):
            return row
        return f"{{\n{deeper}" + f",\n{deeper}".join(entries) + f"\n{indent}}}"


def _value(text: str, key: str, keys: RecordKeys) -> str:
    """Return a text as a JSON string, or a number or boolean as it is."""
    return text if key in keys.typed and LITERAL.fullmatch(text) else json.dumps(text, ensure_ascii=False)
