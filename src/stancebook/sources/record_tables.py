"""The records of many files by table: their values as typed; where they are in the files is looked up on demand."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from stancebook.problems import Problem
from stancebook.schema.contract import Contract
from stancebook.schema.remarks import REMARKS
from stancebook.schema.spec import TableSpec
from stancebook.sources.corpus import SourceFile
from stancebook.sources.formats import format_of
from stancebook.sources.records import ParsedFile, Record, read_annotations, read_codebook

_BLOCK_RECORDS = 2048
Cells = dict[str, Any]  # the values of a record by key: texts, or None; under the sections of nested tables, lists


class RecordFile:
    """A record file of the codebook or of a document.

    Most files are read without positions. A file that is not clean is read with positions at once; any other only when
    the position of one of its records is needed.
    """

    def __init__(self, source: SourceFile, contract: Contract, doc_id: str = "") -> None:
        """Wrap a file.

        Args:
            source: The file.
            contract: Declares the tables.
            doc_id: The id of its document; empty for a file of the codebook.
        """
        self.source = source
        self.contract = contract
        self.doc_id = doc_id

    @property
    def name(self) -> str:
        """The file's path as displayed in problems."""
        return self.source.name

    @cached_property
    def parsed(self) -> ParsedFile:
        """The file, read with positions."""
        if self.doc_id:
            return read_annotations(self.source, self.contract, self.doc_id)
        return read_codebook(self.source, self.contract)

    @cached_property
    def records(self) -> Mapping[str, list[Record]]:
        """The records with positions, by table, in the order of the file."""
        records: dict[str, list[Record]] = {}
        for record in self.parsed.records:
            records.setdefault(record.spec.name, []).append(record)
        return records


@dataclass
class RecordTable:
    """The records of one table, over all files.

    Attributes:
        spec: The table.
        parents: For a nested table, the row of each record's parent in the parent's table.
        invalid: The rows of which a problem is known.
        shapes: The tuples of keys that clean records have.
    """

    spec: TableSpec
    parents: list[int] = field(default_factory=list)
    invalid: list[int] = field(default_factory=list)
    shapes: set[tuple[str, ...]] = field(default_factory=set)
    _rows: int = 0
    _files: list[RecordFile] = field(default_factory=list)
    _starts: list[int] = field(default_factory=list)  # the first row of each file
    _pending: list[Cells] = field(default_factory=list)
    _blocks: list[pa.Array] = field(default_factory=list)

    def __len__(self) -> int:
        return self._rows

    def add(self, file: RecordFile, records: list[Cells]) -> None:
        """Add the records of a file.

        Args:
            file: The file.
            records: The values of each record by key; never blank, but perhaps with white space around them.
        """
        self._files.append(file)
        self._starts.append(self._rows)
        self._rows += len(records)
        self._pending += records
        if len(self._pending) >= _BLOCK_RECORDS:
            self._flush()

    def _flush(self) -> None:
        """Convert pending records to Arrow, which needs a quarter of the memory."""
        record = pa.struct([(key, pa.string()) for key in self.spec.allowed_keys])
        self._blocks.append(pa.array(self._pending, record))
        self._pending = []

    @cached_property
    def columns(self) -> Mapping[str, pa.Array]:
        """The values of all records as typed, as an array of strings for each key; null if there is none.

        No more records can be added.
        """
        self._flush()
        blocks = pa.chunked_array(self._blocks).combine_chunks()
        self._blocks = []
        keys = [*self.spec.allowed_keys]
        return dict(zip(keys, blocks.flatten(), strict=True))

    @cached_property
    def documents(self) -> pa.Array:
        """The document of each record as an array of strings; empty strings for the codebook."""
        runs = [(file.doc_id, end - start) for file, start, end in self.by_file()]
        numbers = np.repeat(np.arange(len(runs)), [length for _, length in runs])
        return pa.array([doc_id for doc_id, _ in runs], pa.string()).take(pa.array(numbers))

    @cached_property
    def typed_keys(self) -> pa.Array:
        """The key of each record, for a table with a single one: as typed, even if ill-formed; empty if missing."""
        if self.spec.kind == "document":
            return self.documents
        name = self.spec.record_key
        written = self.columns[name] if name else pa.nulls(len(self), pa.string())
        typed = pc.utf8_trim_whitespace(pc.fill_null(written, ""))
        if not self.spec.is_annotation:
            return typed
        return pc.if_else(pc.equal(typed, ""), "", pc.binary_join_element_wise(self.documents, typed, "#"))

    def cell(self, row: int, key: str) -> str | None:
        """Return a value of a record as typed."""
        value: str | None = self.columns[key][row].as_py()
        return value

    def by_file(self) -> Iterator[tuple[RecordFile, int, int]]:
        """Yield each file with its first row and the row after its last."""
        ends = [*self._starts[1:], self._rows]
        return zip(self._files, self._starts, ends[: len(self._files)], strict=True)

    def file(self, row: int) -> RecordFile:
        """Return the file of a record."""
        return self._files[bisect_right(self._starts, row) - 1]

    def record(self, row: int) -> Record:
        """Return a record with its position in its file, which is read again with positions if it was clean."""
        number = bisect_right(self._starts, row) - 1
        return self._files[number].records[self.spec.name][row - self._starts[number]]


RecordTables = Mapping[str, RecordTable]


@dataclass
class ReadFiles:
    """The records of some files.

    Attributes:
        tables: The records by table.
        problems: The problems of files that are not clean.
        incomplete: The documents whose files could not be read completely, `""` for the codebook.
    """

    tables: dict[str, RecordTable]
    problems: list[Problem] = field(default_factory=list)
    incomplete: set[str] = field(default_factory=set)


def read_files(specs: Iterable[TableSpec], files: Iterable[RecordFile]) -> ReadFiles:
    """Read the records of some files.

    Args:
        specs: The tables that may be written in these files. With a document's, the remarks in its file are read.
        files: All files of the codebook, or those of some documents.
    """
    specs = [*specs]
    remarks = REMARKS if any(spec.kind == "document" for spec in specs) else ()
    read = ReadFiles({spec.name: RecordTable(spec) for spec in (*specs, *remarks)})
    sections = {table.spec.section: table.spec for table in read.tables.values() if table.spec.parent is None}
    for file in files:
        try:
            _add_clean(file, sections, read.tables)
        except _NotCleanError:  # reading it with positions tells mistakes from rare but valid forms
            _add_parsed(file, read)
    return read


def _add_clean(file: RecordFile, specs: Mapping[str, TableSpec], tables: RecordTables) -> None:
    """Add the records of a file that is read without positions; add nothing if it is not clean."""
    sections = format_of(file.name).read_fast(file.source.text)
    if sections is None:
        raise _NotCleanError
    clean = _CleanFile(file.contract, tables)
    clean.add_sections(specs, sections)
    for name, (cells, parents) in clean.added.items():
        tables[name].add(file, cells)
        tables[name].parents += parents


def _add_parsed(file: RecordFile, read: ReadFiles) -> None:
    """Add the records of a file that is not clean, and its problems."""
    read.problems += file.parsed.problems
    if not file.parsed.complete:
        read.incomplete.add(file.doc_id)
    rows: dict[int, int] = {}
    for name, records in file.records.items():
        table = read.tables[name]
        rows.update((id(record), len(table) + index) for index, record in enumerate(records))
        table.invalid += [rows[id(record)] for record in records if not record.valid]
        table.add(file, [{key: cell.text for key, cell in record.cells.items()} for record in records])
        # A parent is read before its nested records, so its table comes before theirs.
        table.parents += [rows[id(record.parent)] for record in records if record.parent is not None]


# ── Clean files ───────────────────────────────────────────────────────────────────────────────────


class _NotCleanError(Exception):
    """Raised where sections, keys or shapes of values are not as they should be."""


@dataclass
class _CleanFile:
    """The records of one file that is read without positions.

    Attributes:
        contract: Declares the tables.
        tables: The records of the files before it.
        added: Its own records by table, and the rows of their parents.
    """

    contract: Contract
    tables: RecordTables
    added: dict[str, tuple[list[Cells], list[int]]] = field(default_factory=dict)

    def add_sections(self, specs: Mapping[str, TableSpec], sections: Mapping[str, Any]) -> None:
        """Add all records of the file, given the tables by section."""
        document = next((spec for spec in specs.values() if spec.kind == "document"), None)
        if document is not None and type(sections.get(document.section)) is not dict:
            raise _NotCleanError
        for section, records in sections.items():
            if (spec := specs.get(section)) is None:
                raise _NotCleanError
            if records is not None:
                self.add(spec, [records] if spec is document else records)

    def add(self, spec: TableSpec, records: Any, parents: Sequence[int] = ()) -> None:
        """Add the records of one table, and those nested in them."""
        if type(records) is not list or {*map(type, records)} - {dict}:
            raise _NotCleanError
        nested = self.contract.nested_tables(spec.name)
        shapes = {*map(tuple, records)}
        self.check_keys(spec, shapes, nested)
        types = {*map(type, chain.from_iterable(map(dict.values, records)))}
        if types - {str} and not all(_has_clean_values(spec, record, nested) for record in records):
            raise _NotCleanError
        cells, parent_rows = self.added.setdefault(spec.name, ([], []))
        first = len(self.tables[spec.name]) + len(cells)
        cells += records
        parent_rows += parents
        for section in nested.keys() & {*chain.from_iterable(shapes)}:
            for row, record in enumerate(records, start=first):
                if listed := record.get(section):  # a text is refused there
                    self.add(nested[section], listed, [row] * len(listed))

    def check_keys(self, spec: TableSpec, shapes: set[tuple[str, ...]], nested: Mapping[str, TableSpec]) -> None:
        """Refuse unknown and missing keys; most records have one of few shapes."""
        known = self.tables[spec.name].shapes
        if new := shapes - known:
            allowed, required = spec.allowed_keys.keys() | nested.keys(), {*spec.required_keys}
            if not all(required <= {*keys} <= allowed for keys in new):
                raise _NotCleanError
            known |= new


def _has_clean_values(spec: TableSpec, record: Cells, nested: Mapping[str, TableSpec]) -> bool:
    """Return whether all values are texts, or empty where they may be, or lists where records are nested."""
    return all(
        type(value) is str
        or (value is None and name not in spec.required_keys)
        or (type(value) is list and name in nested)
        for name, value in record.items()
    )
