"""The coded rows of a document and the entries of the codebook, as pages show them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from string import ascii_lowercase, ascii_uppercase, digits
from typing import Any, Protocol

import pandas as pd

from stancebook.schema.column_types import Column
from stancebook.schema.contract import Contract
from stancebook.schema.spec import Tables, TableSpec
from stancebook.web.addresses import CODEBOOK_PAGE, DOCUMENT_ADDRESS

HUES = 8  # of the style sheet
_MAX_LABEL = 90  # characters
_PASSAGE = ("quote", "char_start", "char_end")


@dataclass(frozen=True, slots=True)
class Mark:
    """How pages mark the rows of a table: its title, a letter that no other table has, and the number of a colour.

    Attributes:
        hue: From 1 to `HUES`; 0 for tables whose rows have no passages.
    """

    title: str
    letter: str
    hue: int


@dataclass(frozen=True, slots=True)
class Coder:
    """Who coded a row, where several codings are shown together.

    Attributes:
        name: The name of the coder's folder.
        number: The number of the coder, from 1.
        described: Who that is, in the words of the coder's files; empty if they do not say it.
    """

    name: str
    number: int
    described: str = ""

    @property
    def letter(self) -> str:
        """The letter of the coder; of the 27th and further ones, the number."""
        return ascii_lowercase[self.number - 1] if self.number <= len(ascii_lowercase) else str(self.number)


@dataclass(frozen=True, slots=True)
class Field:
    """One cell of a row.

    Attributes:
        name: The name of the column.
        title: Its heading.
        value: The cell as text, as exports write it.
        shown: The text to display; of a reference, the label of the row referred to.
        definition: The definition of the value, if its column has a vocabulary.
        target: The address of the row referred to; empty if there is none.
        page: The page that has the target: empty for the same page, `CODEBOOK_PAGE`, or the ID of another document.
        is_choice: Whether rows can be filtered by it: a value of a vocabulary, or true or false.
        entry_of: The table of the codebook that it refers to; empty otherwise.
    """

    name: str
    title: str
    value: str
    shown: str
    definition: str = ""
    target: str = ""
    page: str = ""
    is_choice: bool = False
    entry_of: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """A row with its nested rows.

    Attributes:
        table: The name of its table.
        id: Its short ID or key.
        address: `<table>.<id>`, unique in its page; `document` for the record of a document.
        start: The offset of its passage in code points; None if it has no passage.
        end: The end of its passage.
        label: What it says, in one line.
        quote: Its passage; empty if it has none.
        fields: Its other cells that are not empty.
        children: Its nested rows.
        mark: How its table is marked.
        coder: Who coded it, where several codings are shown together; None otherwise.
        label_column: The column that the label is taken from; empty if it is its passage or its key.
    """

    table: str
    id: str
    address: str
    start: int | None
    end: int | None
    label: str
    quote: str
    fields: tuple[Field, ...]
    children: tuple[Item, ...]
    mark: Mark
    coder: Coder | None = None
    label_column: str = ""

    def all_rows(self) -> Iterator[Item]:
        """Yield the row and those nested in it, at any depth."""
        yield self
        for child in self.children:
            yield from child.all_rows()

    def all_fields(self) -> Iterator[Field]:
        """Yield its fields and those of its nested rows."""
        for row in self.all_rows():
            yield from row.fields


def table_marks(contract: Contract) -> dict[str, Mark]:
    """Return the mark of each table, by name; tables with passages come first when letters are given out."""
    free = [*ascii_uppercase, *digits]
    marks = {}
    hue = 0
    for spec in sorted(contract.tables.values(), key=lambda spec: not spec.is_annotation):
        wanted = chain(spec.title.upper(), spec.name.upper(), free)
        letter = next((letter for letter in wanted if letter in free), "·")
        if letter in free:
            free.remove(letter)
        hue += spec.is_annotation
        marks[spec.name] = Mark(spec.title or spec.name, letter, (hue - 1) % HUES + 1 if spec.is_annotation else 0)
    return marks


def document_items(contract: Contract, frames: Tables, doc_id: str) -> list[Item]:
    """Return the rows of a document, in the order of its text.

    Args:
        contract: The contract of the dataset.
        frames: The coded tables by name, of a build or of documents whose rows may have faults.
        doc_id: The document.
    """
    return CodedRows(contract, frames).document(doc_id)


class CodedRows:
    """The rows of coded tables, indexed by document and key.

    Args:
        contract: The contract of the dataset.
        frames: The coded tables by name, of a build or of documents whose rows may have faults.
    """

    def __init__(self, contract: Contract, frames: Tables) -> None:
        self.contract = contract
        self.marks = table_marks(contract)
        specs = (*contract.codebook_tables, *contract.document_tables)
        self._tables = {spec.name: _Rows(spec, frames[spec.name]) for spec in specs}
        self._order = {name: number for number, name in enumerate(contract.tables)}

    def document(self, doc_id: str) -> list[Item]:
        """Return the rows of a document, in the order of its text; those without a passage come last."""
        specs = self.contract.tables_of_kind("annotation")
        return sorted((item for spec in specs for _, item in self.annotations(spec.name, doc_id)), key=self.place)

    def record(self, doc_id: str) -> Item | None:
        """Return the record of a document itself; None if it has none."""
        rows = self._tables[self.contract.document.name]
        found = rows.by_key.get(doc_id)
        return None if found is None else self._item(rows, found, doc_id, doc_id, DOCUMENT_ADDRESS)

    def entries(self, table: str) -> list[Item]:
        """Return the entries of a table of the codebook, in their order."""
        rows = self._tables[table]
        ids = _distinct_ids(rows.keys)
        return [self._item(rows, row, "", name, f"{table}.{name}") for row, name in enumerate(ids)]

    def place(self, item: Item) -> tuple[bool, int, int, int]:
        """Return by what rows are put in the order of the text."""
        if item.start is None or item.end is None:
            return True, 0, 0, self._order[item.table]
        return False, item.start, -item.end, self._order[item.table]

    def annotations(self, table: str, doc_id: str) -> Iterator[tuple[int, Item]]:
        """Yield the rows of one table in a document, each with its number in the frame."""
        rows = self._tables[table]
        numbers = rows.by_document.get(doc_id, [])
        ids = _distinct_ids([rows.keys[row].partition("#")[2] for row in numbers])
        for row, short in zip(numbers, ids, strict=True):
            yield row, self._item(rows, row, doc_id, short, f"{rows.spec.name}.{short}")

    def _item(self, rows: _Rows, row: int, doc_id: str, name: str, address: str) -> Item:
        spec, key = rows.spec, rows.keys[row]
        nested = [self._tables[child.name] for child in self.contract.nested_tables(spec.name).values()]
        children = [self._child(child, number, doc_id) for child in nested for number in child.by_parent.get(key, ())]
        start, end = rows.span(row)
        fields = tuple(self._fields(rows, row, doc_id))
        return Item(
            spec.name,
            name,
            address,
            start,
            end,
            rows.labels[row] or name,
            rows.quotes[row],
            fields,
            tuple(children),
            self.marks[spec.name],
            label_column=rows.label_column,
        )

    def _child(self, rows: _Rows, row: int, doc_id: str) -> Item:
        return self._item(rows, row, doc_id, "", "")

    def _fields(self, rows: _Rows, row: int, doc_id: str) -> Iterator[Field]:
        for column, cells in rows.cells.items():
            if value := cells[row]:
                yield self._field(rows.spec[column], value, doc_id)

    def _field(self, column: Column, value: str, doc_id: str) -> Field:
        title = column.title or column.name
        if column.target in self._tables:
            return self._reference(column, title, value, doc_id)
        is_choice = bool(column.vocabulary) or column.kind == "boolean"
        return Field(column.name, title, value, value, column.vocabulary.get(value, ""), is_choice=is_choice)

    def _reference(self, column: Column, title: str, value: str, doc_id: str) -> Field:
        rows = self._tables[str(column.target)]
        row = rows.by_key.get(value)
        in_codebook = self.contract.in_codebook(rows.spec.name)
        entry_of = rows.spec.name if in_codebook else ""
        if row is None:
            return Field(column.name, title, value, value, entry_of=entry_of)
        if rows.spec.parent is not None:
            return Field(column.name, title, value, rows.labels[row] or value, entry_of=entry_of)
        document, _, short = value.partition("#")
        page = CODEBOOK_PAGE if in_codebook else "" if document == doc_id else document
        target = DOCUMENT_ADDRESS if rows.spec.kind == "document" else f"{rows.spec.name}.{short or value}"
        return Field(column.name, title, value, rows.labels[row] or value, "", target, page, entry_of=entry_of)


class _Rows:
    """The rows of one table: its cells as texts, and where rows are found."""

    def __init__(self, spec: TableSpec, frame: pd.DataFrame) -> None:
        self.spec = spec
        self._frame = frame.reset_index(drop=True)

    def texts(self, column: str) -> list[str]:
        """Return the cells of a column as exports write them; empty cells as empty texts."""
        import pyarrow as pa

        spec = self.spec[column]
        cells = spec.csv_cells(spec.to_arrow(self._frame[column])).cast(pa.string()).to_pylist()
        return [cell or "" for cell in cells]

    @cached_property
    def keys(self) -> list[str]:
        """The key of each row; empty if it is missing, or is that of several columns."""
        return self.texts(self.spec.key[0]) if len(self.spec.key) == 1 else [""] * len(self._frame)

    @cached_property
    def by_key(self) -> Mapping[str, int]:
        """The row of each key; of a repeated key, its first."""
        return {key: row for row, key in reversed(list(enumerate(self.keys))) if key}

    @cached_property
    def by_document(self) -> Mapping[str, list[int]]:
        """The rows of each document."""
        return _positions(self.texts("doc_id"))

    @cached_property
    def by_parent(self) -> Mapping[str, list[int]]:
        """The rows nested in each row of the parent's table, by its key."""
        return _positions(self.texts(self.parent_column))

    @cached_property
    def parent_column(self) -> str:
        """The column that refers to the row in which a row is nested; empty if the table is not nested."""
        columns = self.spec.references
        return next((each.name for each in columns if each.target == self.spec.parent is not None), "")

    @cached_property
    def quotes(self) -> list[str]:
        """The passage of each row."""
        return self.texts("quote") if self.spec.is_annotation else [""] * len(self._frame)

    @cached_property
    def _spans(self) -> list[tuple[int, int]]:
        bounds = self._frame[["char_start", "char_end"]].fillna(0).astype("int64")
        return list(zip(bounds["char_start"].tolist(), bounds["char_end"].tolist(), strict=True))

    def span(self, row: int) -> tuple[int, int] | tuple[None, None]:
        """Return start and end of the passage of a row; None twice if it has none."""
        if not self.spec.is_annotation:
            return None, None
        start, end = self._spans[row]
        return (start, end) if start < end else (None, None)

    @cached_property
    def cells(self) -> dict[str, list[str]]:
        """The columns that are shown as fields: all but the key, the place in the text, and what repeats the parent."""
        hidden = {self.parent_column, *(self.spec.key if len(self.spec.key) == 1 else ())}
        if self.spec.is_annotation:
            hidden |= {"doc_id", *_PASSAGE}
        return {name: self.texts(name) for name in self.spec.names if name not in hidden}

    @cached_property
    def label_column(self) -> str:
        """Its first column of required text; empty if it has none."""
        return next((each.name for each in self.spec.columns if each.kind == "text" and each.must_be_given), "")

    @cached_property
    def labels(self) -> list[str]:
        """What each row says, in one line: its first required text; else its passage; else its key."""
        texts = self.texts(self.label_column) if self.label_column else self.quotes
        choices = zip(texts, self.quotes, self.keys, strict=True)
        return [_one_line(text or quote or key) for text, quote, key in choices]


def _positions(values: Iterable[str]) -> Mapping[str, list[int]]:
    found: defaultdict[str, list[int]] = defaultdict(list)
    for row, value in enumerate(values):
        found[value].append(row)
    return dict(found)


def _distinct_ids(ids: list[str]) -> list[str]:
    """Return IDs that are distinct: one that is missing or repeated becomes `@` and its number, from 1."""
    counts: defaultdict[str, int] = defaultdict(int)
    for name in ids:
        counts[name] += 1
    return [name if name and counts[name] == 1 else f"@{number}" for number, name in enumerate(ids, start=1)]


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _MAX_LABEL else line[: _MAX_LABEL - 1].rstrip() + "…"


class HasFields(Protocol):
    """Has fields, as a row has."""

    def all_fields(self) -> Iterator[Field]:
        """Yield its fields and those of all that is nested in it."""


def values_by_filter(item: HasFields) -> dict[str, list[Any]]:
    """Return what a row can be filtered by: values by the name of their column, entries of the codebook by `@table`."""
    found: dict[str, dict[str, None]] = {}
    for field in item.all_fields():
        if field.is_choice:
            found.setdefault(field.name, {})[field.value] = None
        if field.entry_of:
            found.setdefault(f"@{field.entry_of}", {})[field.value] = None
    return {name: list(values) for name, values in found.items()}
