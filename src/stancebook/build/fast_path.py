"""The fast path: build the tables of valid documents column by column, without source positions.

It builds what the diagnosing path would, or nothing: if any document may have a problem, the caller runs that path.
Each distinct value is parsed once, and checks are made on whole columns.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from stancebook.build.derivation import compute_columns
from stancebook.problems import CellError
from stancebook.schema.column_types import SLUG, Column
from stancebook.schema.contract import Contract
from stancebook.schema.dataframes import frame_from_columns, sort_rows
from stancebook.schema.edtf_dates import edtf_bounds
from stancebook.schema.spec import ID, QUOTE_CONTEXT, Tables, TableSpec
from stancebook.sources.anchoring import AnchorError, SourceText
from stancebook.sources.corpus import Corpus, DocumentFiles
from stancebook.sources.formats import format_of

Values = list[Any]
Texts = Mapping[str, SourceText]

_SLUG_LINES = re.compile(rf"(?:{SLUG.pattern}(?:\n{SLUG.pattern})*+)?+")


class NeedsDiagnosis(Exception):  # noqa: N818 (not an error: the diagnosing path decides)
    """Raised if a document may have a problem."""


def build_fast(contract: Contract, codebook: Tables, corpus: Corpus) -> dict[str, pd.DataFrame] | None:
    """Build the document tables of a corpus.

    Args:
        contract: The contract of the dataset.
        codebook: The codebook's tables by name, valid and complete.
        corpus: The documents.

    Returns:
        All coded tables by name, sorted; None if a document may have a problem. Keys, references and rules are not
        checked: see `tables_are_valid`.
    """
    try:
        tables = {spec.name: _Records(spec, contract.nested_tables(spec.name)) for spec in contract.document_tables}
        texts = {files.doc_id: _read_document(contract, files, tables) for files in corpus.documents}
        frames = {**codebook, **{name: _frame(records, texts, contract) for name, records in tables.items()}}
    except (NeedsDiagnosis, AnchorError, CellError):
        return None
    return compute_columns(contract, frames, contract.document_tables, all_valid=False)


@dataclass
class _Records:
    """The records of one table as written.

    Attributes:
        spec: The table.
        nested: The tables nested in it, by section.
        records: The cells of each record by key.
        documents: The document of each record.
        parents: The key of each record's parent, for a nested table.
        shapes: The tuples of keys that occur, all of them allowed.
        given: The keys that occur.
    """

    spec: TableSpec
    nested: Mapping[str, TableSpec]
    records: list[dict[str, Any]] = field(default_factory=list)
    documents: list[str] = field(default_factory=list)
    parents: list[str] = field(default_factory=list)
    shapes: set[tuple[str, ...]] = field(default_factory=set)
    given: set[str] = field(default_factory=set)

    def add(self, records: Iterable[Any], doc_id: str) -> None:
        """Add records of one document; refuse unknown and missing keys."""
        for record in records:
            if type(record) is not dict:
                raise NeedsDiagnosis
            keys = tuple(record)
            if keys not in self.shapes:
                allowed = self.spec.allowed_keys.keys() | self.nested.keys()
                if not set(self.spec.required_keys) <= set(keys) <= allowed:
                    raise NeedsDiagnosis
                self.shapes.add(keys)
                self.given.update(keys)
            self.records.append(record)
            self.documents.append(doc_id)

    def __getitem__(self, name: str) -> list[str | None]:
        """Return the cells of one key, without white space around them; None for a missing cell."""
        if name not in self.given:
            return [None] * len(self.records)
        try:
            cells = [None if (cell := record.get(name)) is None else cell.strip() for record in self.records]
        except AttributeError:  # a collection instead of a value
            raise NeedsDiagnosis from None
        if "" in cells or (name in self.spec.required_keys and None in cells):
            raise NeedsDiagnosis
        return cells


def _read_document(contract: Contract, files: DocumentFiles, tables: Mapping[str, _Records]) -> SourceText:
    """Add a document's records to their tables; return its text."""
    if files.text is None or files.annotations is None:
        raise NeedsDiagnosis
    sections = format_of(files.annotations.name).read_fast(files.annotations.text)
    if sections is None or contract.document.section not in sections:
        raise NeedsDiagnosis
    annotations = {spec.section: spec for spec in contract.tables_of_kind("annotation")}
    for section, records in sections.items():
        if section == contract.document.section:
            _add_records(contract, tables, contract.document, [records], files.doc_id)
        elif section in annotations and type(records) is list:
            _add_records(contract, tables, annotations[section], records, files.doc_id)
        else:
            raise NeedsDiagnosis
    return SourceText(files.text.text, files.text.name)


def _add_records(
    contract: Contract, tables: Mapping[str, _Records], spec: TableSpec, records: list[Any], doc_id: str
) -> None:
    """Add a document's records of one table, and those nested in them."""
    tables[spec.name].add(records, doc_id)
    for section, nested in contract.nested_tables(spec.name).items():
        for record in records:
            if section in record:
                rows = record[section]
                if type(rows) is not list:
                    raise NeedsDiagnosis
                tables[nested.name].parents += [_parent_key(spec, record, doc_id)] * len(rows)
                _add_records(contract, tables, nested, rows, doc_id)


def _parent_key(spec: TableSpec, record: Mapping[str, Any], doc_id: str) -> str:
    if spec.kind == "document":
        return doc_id
    typed = record.get(spec.record_key or "")
    if type(typed) is not str:
        raise NeedsDiagnosis
    return f"{doc_id}#{typed.strip()}"


def _frame(records: _Records, texts: Texts, contract: Contract) -> pd.DataFrame:
    spec = records.spec
    columns: dict[str, Values] = {
        column.name: _parsed(records[column.name], column) if column.may_be_given else [None] * len(records.records)
        for column in spec.columns
    }
    _fill_bounds(spec, columns)
    _fill_references(records, columns, contract)
    if spec.kind == "document":
        _fill_document(records, columns, texts)
    if spec.kind == "annotation":
        _fill_key(records, columns)
        _fill_passage(records, columns, texts)
    _fill_verbatim(records, columns, texts)
    return sort_rows(spec, frame_from_columns(spec.columns, columns))


def _parsed(cells: list[str | None], column: Column) -> Values:
    if column.kind == "text":  # what a text must not contain, its cells together must not
        column.parse("\n".join(cell for cell in cells if cell is not None))
        return cells
    if column.kind == "verbatim":
        return cells
    values = {cell: column.parse(cell) for cell in set(cells) if cell}
    return [values.get(cell or "") for cell in cells]


def _fill_bounds(spec: TableSpec, columns: dict[str, Values]) -> None:
    for column in spec.columns:
        if column.bound_of:
            index = 0 if column.filled_by == "edtf_lower" else 1
            expressions = columns[column.bound_of]
            days = {expression: edtf_bounds(expression)[index] for expression in set(expressions) - {None}}
            columns[column.name] = [days.get(expression) for expression in expressions]


def _fill_references(records: _Records, columns: dict[str, Values], contract: Contract) -> None:
    """Complete references to annotations with the document's ID, and fill defaults and the keys of parents."""
    spec = records.spec
    for column in spec.columns:
        if column.target and contract.tables[column.target].is_annotation:
            pairs = zip(columns[column.name], records.documents, strict=True)
            columns[column.name] = [key if key is None or "#" in key else f"{doc}#{key}" for key, doc in pairs]
    for column in spec.columns:
        if column.default is not None:
            pairs = zip(columns[column.name], columns[column.default], strict=True)
            columns[column.name] = [default if value is None else value for value, default in pairs]
    if spec.parent is not None:
        columns[contract.tables[spec.parent].key[0]] = list(records.parents)


def _fill_document(records: _Records, columns: dict[str, Values], texts: Texts) -> None:
    digests = [hashlib.sha256(texts[doc].raw.encode("utf-8")).hexdigest() for doc in records.documents]
    for pin, digest in zip(records["text_sha256"], digests, strict=True):
        if pin is not None and pin.lower() != digest:
            raise NeedsDiagnosis
    columns["doc_id"] = list(records.documents)
    columns["text_sha256"] = digests
    columns["n_chars"] = [len(texts[doc].raw) for doc in records.documents]


def _fill_key(records: _Records, columns: dict[str, Values]) -> None:
    ids = records[ID]
    if None in ids or not _SLUG_LINES.fullmatch("\n".join(map(str, ids))):
        raise NeedsDiagnosis
    columns["doc_id"] = list(records.documents)
    columns[records.spec.key[0]] = [f"{doc}#{slug}" for doc, slug in zip(records.documents, ids, strict=True)]


def _fill_passage(records: _Records, columns: dict[str, Values], texts: Texts) -> None:
    prefixes, suffixes = ([cell or "" for cell in records[key]] for key in QUOTE_CONTEXT)
    for index, (doc, quote, prefix, suffix) in enumerate(
        zip(records.documents, records["quote"], prefixes, suffixes, strict=True)
    ):
        span = texts[doc].find(quote or "", prefix, suffix)
        if span is None:
            raise NeedsDiagnosis
        columns["quote"][index] = texts[doc].raw[span.start : span.end]
        columns["char_start"][index], columns["char_end"][index] = span.start, span.end


def _fill_verbatim(records: _Records, columns: dict[str, Values], texts: Texts) -> None:
    """Replace verbatim cells by the text's own white space."""
    for column in records.spec.columns:
        if column.kind == "verbatim" and column.name != "quote":
            pairs = zip(columns[column.name], records.documents, strict=True)
            columns[column.name] = [None if words is None else texts[doc].locate(words) for words, doc in pairs]
