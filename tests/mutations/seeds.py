"""The texts of the seeds with the offsets of every record and value.

Only PyYAML reads them, so that faults do not depend on the code under test.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import yaml

from schemas import CONTRACT
from stancebook.schema.column_types import Column
from stancebook.schema.spec import ID, QUOTE_CONTEXT

Place = tuple[str, int]  # a file and a line, from 1


class NoTargetError(LookupError):
    """Raised if the seeds have nothing in which a fault could be made."""

    def __init__(self) -> None:
        super().__init__("the seeds have nothing in which this fault could be made")


@dataclass(frozen=True, slots=True)
class Value:
    """A scalar: the offsets of its key and of its source (`start` to `end`), its text as parsed, and its style."""

    record: "Record"
    key: str
    key_at: int
    start: int
    end: int
    text: str
    style: str  # '' plain, one of ' " | >

    @property
    def kind(self) -> str:
        """The kind of its column; `id` or `context` for a key that is no column."""
        if self.key == ID:
            return "id"
        return "context" if self.key in QUOTE_CONTEXT else self.column.kind

    @property
    def column(self) -> Column:
        return CONTRACT.tables[self.record.table][self.key]

    @property
    def required(self) -> bool:
        return self.key in CONTRACT.tables[self.record.table].required_keys

    @property
    def is_record_key(self) -> bool:
        return self.key == CONTRACT.tables[self.record.table].record_key


@dataclass(slots=True, eq=False)
class Record:
    """A mapping: from the start of its first line to the end of its last; `flow` if it is in braces."""

    file: str
    table: str
    flow: bool
    start: int
    end: int
    parent: "Record | None" = None
    values: dict[str, Value] = field(default_factory=dict)

    @property
    def name(self) -> str:
        named = CONTRACT.tables[self.table].record_key
        return self.values[named].text if named in self.values else ""


@dataclass(frozen=True, slots=True)
class Edit:
    """Text that replaces the source from `start` to `end`."""

    start: int
    end: int
    new: str


@dataclass(frozen=True, slots=True)
class Mutant:
    """Seeds with one fault: the files that differ (None: deleted), and the lines in which it can be fixed."""

    files: Mapping[str, bytes | None]
    places: frozenset[Place]


class Seeds:
    """The files below a seeds folder by name, and their records."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = dict(files)
        self.texts = {name: data.decode() for name, data in self.files.items()}

    @classmethod
    def under(cls, folder: Path, document: str | None = None) -> "Seeds":
        """Read the codebook and all documents, or the one of this id."""
        patterns = ("codebook/**/*", f"documents/{document}.*" if document else "documents/**/*")
        paths = sorted(path for pattern in patterns for path in folder.glob(pattern))
        return cls({path.relative_to(folder).as_posix(): path.read_bytes() for path in paths if path.is_file()})

    @cached_property
    def records(self) -> list[Record]:
        return [
            record for name, text in self.texts.items() if name.endswith(".yaml") for record in _records(name, text)
        ]

    @cached_property
    def values(self) -> list[Value]:
        return [value for record in self.records for value in record.values.values()]

    @cached_property
    def annotations(self) -> list[str]:
        return [name for name in self.files if name.startswith("documents/") and name.endswith(".yaml")]

    @cached_property
    def sources(self) -> list[str]:
        return [name for name in self.files if name.endswith(".txt")]

    def values_where(self, condition: Callable[[Value], bool]) -> list[Value]:
        return nonempty([value for value in self.values if condition(value)])

    def records_of(self, *tables: str, condition: Callable[[Record], bool] = lambda _: True) -> list[Record]:
        return nonempty(
            [record for record in self.records if (record.table in tables or not tables) and condition(record)]
        )

    def lines(self, value: Value) -> tuple[int, int]:
        """Return where the lines of a value start and end, its key among them."""
        text = self.texts[value.record.file]
        return text.rfind("\n", 0, value.key_at) + 1, after_line(text, value.end)

    @cached_property
    def _references(self) -> dict[tuple[str, str, str], list[Value]]:
        """All references by target: its table, its file if it must be the same, and its name."""
        found: dict[tuple[str, str, str], list[Value]] = {}
        for value in self.values:
            if value.kind == "foreign_key" and value.column.target is not None:
                grounded = CONTRACT.tables[value.column.target].is_annotation
                place = (value.column.target, value.record.file if grounded else "", value.text)
                found.setdefault(place, []).append(value)
        return found

    def references_to(self, record: Record) -> list[Value]:
        """Return the values that refer to a record."""
        file = record.file if CONTRACT.tables[record.table].is_annotation else ""
        return self._references.get((record.table, file, record.name), [])

    def edited(self, file: str, *edits: Edit, also: Iterable[Value] = ()) -> Mutant:
        """Return a mutant with edits in one file; `also` are values in which the fault can be fixed as well."""
        text = self.texts[file]
        ordered = sorted(edits, key=lambda edit: edit.start)
        new, at, spans = "", 0, []
        for edit in ordered:
            new += text[at : edit.start]
            spans.append((len(new), len(new) + len(edit.new)))
            new += edit.new
            at = edit.end
        new += text[at:]
        lines = {
            line for start, end in spans for line in range(line_of(new, start), line_of(new, max(start, end - 1)) + 1)
        }
        places = {(file, line) for line in lines}
        for value in also:
            shift = sum(len(e.new) - (e.end - e.start) for e in ordered if e.end <= value.key_at)
            here = value.record.file == file
            source, moved = (new, shift) if here else (self.texts[value.record.file], 0)
            first, last = (line_of(source, at + moved) for at in (value.key_at, value.end))
            places |= {(value.record.file, line) for line in range(first, last + 1)}
        return Mutant({file: new.encode()}, frozenset(places))

    def replaced(self, value: Value, source: str, also: Iterable[Value] = ()) -> Mutant:
        """Return a mutant in which a value has another source."""
        edit = Edit(value.start, value.end, source)
        mutant = self.edited(value.record.file, edit, also=also)
        key_line = line_of(self.texts[value.record.file], value.key_at)
        return Mutant(mutant.files, mutant.places | {(value.record.file, key_line)})

    def retyped(self, value: Value, text: str, also: Iterable[Value] = ()) -> Mutant:
        """Return a mutant in which a value has another text, in the same style."""
        return self.replaced(value, self.written(value, text), also)

    def written(self, value: Value, text: str) -> str:
        """Return a text in the style of a value."""
        if value.style in ("|", ">"):
            head, _, body = self.texts[value.record.file][value.start : value.end].partition("\n")
            indent = body[: len(body) - len(body.lstrip())]
            return f"{head}\n" + "\n".join(indent + line for line in text.rstrip("\n").split("\n"))
        if value.style == "'":
            return "'" + text.replace("'", "''") + "'"
        if value.style == '"':
            return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
        return text


def nonempty(found: list) -> list:
    """Return a list; raise `NoTargetError` if it is empty."""
    if not found:
        raise NoTargetError
    return found


def line_of(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def after_line(text: str, at: int) -> int:
    """Return the offset after the end of the line of an offset."""
    end = text.find("\n", at)
    return len(text) if end < 0 else end + 1


def _records(file: str, text: str) -> list[Record]:
    root = yaml.compose(text, Loader=yaml.CSafeLoader)
    tables = {spec.section: spec.name for spec in CONTRACT.tables.values() if spec.parent is None}
    return [
        record
        for key, node in root.value
        if key.value in tables  # and not one of the sections that make no rows
        for item in (node.value if isinstance(node, yaml.SequenceNode) else [node])
        for record in _read(file, text, tables[key.value], item)
    ]


def _read(file: str, text: str, table: str, node: yaml.MappingNode, parent: Record | None = None) -> list[Record]:
    """Return the record of a node, and the records nested in it."""
    at = node.start_mark.index
    record = Record(file, table, bool(node.flow_style), text.rfind("\n", 0, at) + 1, after_line(text, at), parent)
    nested: list[Record] = []
    for key, value in node.value:
        if isinstance(value, yaml.SequenceNode):
            child = CONTRACT.nested_tables(table)[key.value].name
            nested += [each for item in value.value for each in _read(file, text, child, item, record)]
            continue
        start, source = value.start_mark.index, text[value.start_mark.index : value.end_mark.index]
        end = start + len(source.rstrip())
        record.values[key.value] = Value(
            record, key.value, key.start_mark.index, start, end, value.value, value.style or ""
        )
        record.end = max(record.end, after_line(text, end))
    record.end = max([record.end, *(each.end for each in nested)])
    return [record, *nested]
