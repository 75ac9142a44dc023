"""Documents in which nothing is doubtful → their tables, many documents at once; for all others `judge` answers.

What this accepts, `judge` accepts, and gives the same rows. It places nothing and explains nothing: at the first
doubt it gives up. A value is converted once for all cells that hold it, and a check is made of a column.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from stancebook.build.cell_parsing import CellError, Value, parse_cell
from stancebook.build.derivation import compute_columns
from stancebook.schema.contract import Contract
from stancebook.schema.dataframes import frame_from_columns, sort_rows
from stancebook.schema.spec import ID, QUOTE_CONTEXT, SLUG, Column, Tables, TableSpec
from stancebook.sources.anchoring import AnchorError, SourceText
from stancebook.sources.corpus import Corpus, DocumentFiles
from stancebook.sources.edtf_dates import DateFormatError, edtf_bounds
from stancebook.sources.formats import format_of

Values = list[Any]

_SLUGS = re.compile(rf"(?:{SLUG.pattern}(?:\n{SLUG.pattern})*+)?+")  # one a line


class NeedsDiagnosis(Exception):  # noqa: N818 (it is no error: the slow way knows)
    """Raised where something may not be in order."""


def build_fast(contract: Contract, codebook: Tables, corpus: Corpus) -> dict[str, pd.DataFrame] | None:
    """Return the tables of the codebook and of a corpus' documents, sorted; None where anything is doubtful.

    `codebook` are the codebook's own tables, sound and complete. Rows are not yet held against each other and the
    contract: that is for `in_order`.
    """
    try:
        written = {spec.name: _Written(spec, contract.nested_tables(spec.name)) for spec in contract.document_tables}
        texts = {pair.doc_id: _read(contract, pair, written) for pair in corpus.documents}
        frames = {**codebook, **{name: _frame(each, texts, contract) for name, each in written.items()}}
    except (NeedsDiagnosis, AnchorError, CellError, DateFormatError):
        return None
    return compute_columns(contract, frames, contract.document_tables, all_valid=False)


@dataclass
class _Written:
    """The records of one table as written: the cells of each, the document it stands in, its parent's key.

    `shapes` are the tuples of keys met so far, all of which a record may have, and `given` the keys in them.
    """

    spec: TableSpec
    children: Mapping[str, TableSpec]
    records: list[dict[str, Any]] = field(default_factory=list)
    documents: list[str] = field(default_factory=list)
    parents: list[str] = field(default_factory=list)
    shapes: set[tuple[str, ...]] = field(default_factory=set)
    given: set[str] = field(default_factory=set)

    def add(self, records: Iterable[Any], doc_id: str) -> None:
        """Take records of one document; refuse one whose keys are not those of the table."""
        for record in records:
            if type(record) is not dict:
                raise NeedsDiagnosis
            keys = tuple(record)
            if keys not in self.shapes:
                self._learn(keys)
            self.records.append(record)
            self.documents.append(doc_id)

    def _learn(self, keys: tuple[str, ...]) -> None:
        allowed = self.spec.allowed_keys.keys() | self.children.keys()
        if not (set(self.spec.required_keys) <= set(keys) <= allowed):
            raise NeedsDiagnosis
        self.shapes.add(keys)
        self.given.update(keys)

    def __getitem__(self, name: str) -> list[str | None]:
        """Return the cells under one key, without white space around them; None where none is given."""
        if name not in self.given:
            return [None] * len(self.records)
        try:
            cells = [None if (cell := record.get(name)) is None else cell.strip() for record in self.records]
        except AttributeError:  # a collection stands where a value is due
            raise NeedsDiagnosis from None
        if "" in cells or (name in self.spec.required_keys and None in cells):
            raise NeedsDiagnosis
        return cells


def _read(contract: Contract, pair: DocumentFiles, written: Mapping[str, _Written]) -> SourceText:
    """Take a document's records; return its text."""
    if pair.text is None or pair.annotations is None:
        raise NeedsDiagnosis
    lists = format_of(pair.annotations.name).read_fast(pair.annotations.text)
    if lists is None or contract.document.section not in lists:
        raise NeedsDiagnosis
    grounded = {spec.section: spec for spec in contract.tables_of_kind("annotation")}
    for under, records in lists.items():
        if under == contract.document.section:
            _take(contract, written, contract.document, [records], pair.doc_id)
        elif under in grounded and type(records) is list:
            _take(contract, written, grounded[under], records, pair.doc_id)
        else:
            raise NeedsDiagnosis
    return SourceText(pair.text.text, pair.text.name)


def _take(
    contract: Contract, written: Mapping[str, _Written], spec: TableSpec, records: list[Any], doc_id: str
) -> None:
    """Take records of one table and document, and those nested in them."""
    written[spec.name].add(records, doc_id)
    for under, child in contract.nested_tables(spec.name).items():
        for record in records:
            if under in record:
                nested = record[under]
                if type(nested) is not list:
                    raise NeedsDiagnosis
                written[child.name].parents += [_key(spec, record, doc_id)] * len(nested)
                _take(contract, written, child, nested, doc_id)


def _key(spec: TableSpec, record: Mapping[str, Any], doc_id: str) -> str:
    """Return the key of a record that others nest in."""
    if spec.kind == "document":
        return doc_id
    typed = record.get(spec.record_key or "")
    if type(typed) is not str:
        raise NeedsDiagnosis
    return f"{doc_id}#{typed.strip()}"


def _frame(written: _Written, texts: Mapping[str, SourceText], contract: Contract) -> pd.DataFrame:
    spec = written.spec
    given = {column.name for column in spec.columns if column.may_be_given}
    columns: dict[str, Values] = {
        column.name: _converted(written[column.name], column) if column.name in given else [None] * len(written.records)
        for column in spec.columns
    }
    _fill_bounds(spec, columns)
    _fill_references(written, columns, contract)
    if spec.kind == "document":
        _fill_document(written, columns, texts)
    if spec.kind == "annotation":
        _fill_key(written, columns)
        _fill_passage(written, columns, texts)
    _fill_words(written, columns, texts)
    return sort_rows(spec, frame_from_columns(spec.columns, columns))


def _converted(cells: list[str | None], column: Column) -> Values:
    """Return cells as values of a column; raise `CellError` or `DateError` where one is not."""
    if column.kind == "text":
        parse_cell(
            "\n".join(cell for cell in cells if cell is not None), column
        )  # what no text may hold, no cell holds
        return cells
    if column.kind == "verbatim":
        return cells
    values: dict[str | None, Value] = {cell: parse_cell(cell, column) for cell in set(cells) - {None} if cell}
    return [values.get(cell) for cell in cells]


def _fill_bounds(spec: TableSpec, columns: dict[str, Values]) -> None:
    for column in spec.columns:
        if column.bound_of:
            end = 0 if column.filled_by == "edtf_lower" else 1
            days = {each: edtf_bounds(each)[end] for each in set(columns[column.bound_of]) - {None}}
            columns[column.name] = [days.get(each) for each in columns[column.bound_of]]


def _fill_references(written: _Written, columns: dict[str, Values], contract: Contract) -> None:
    """Write references in full, the parent's key too, and defaults where none is given."""
    spec = written.spec
    for column in spec.columns:
        if column.target and contract.tables[column.target].is_annotation:
            pairs = zip(columns[column.name], written.documents, strict=True)
            columns[column.name] = [key if key is None or "#" in key else f"{doc}#{key}" for key, doc in pairs]
    for column in spec.columns:
        if column.default is not None:
            pairs = zip(columns[column.name], columns[column.default], strict=True)
            columns[column.name] = [other if value is None else value for value, other in pairs]
    if spec.parent is not None:
        columns[contract.tables[spec.parent].key[0]] = list(written.parents)


def _fill_document(written: _Written, columns: dict[str, Values], texts: Mapping[str, SourceText]) -> None:
    digests = [hashlib.sha256(texts[doc].raw.encode("utf-8")).hexdigest() for doc in written.documents]
    for pin, digest in zip(written["text_sha256"], digests, strict=True):
        if pin is not None and pin.lower() != digest:
            raise NeedsDiagnosis
    columns["doc_id"] = list(written.documents)
    columns["text_sha256"] = digests
    columns["n_chars"] = [len(texts[doc].raw) for doc in written.documents]


def _fill_key(written: _Written, columns: dict[str, Values]) -> None:
    ids = written[ID]
    if None in ids or not _SLUGS.fullmatch("\n".join(map(str, ids))):
        raise NeedsDiagnosis
    columns["doc_id"] = list(written.documents)
    columns[written.spec.key[0]] = [f"{doc}#{each}" for doc, each in zip(written.documents, ids, strict=True)]


def _fill_passage(written: _Written, columns: dict[str, Values], texts: Mapping[str, SourceText]) -> None:
    quotes, starts, ends = columns["quote"], columns["char_start"], columns["char_end"]
    prefixes, suffixes = ([cell or "" for cell in written[key]] for key in QUOTE_CONTEXT)
    for at, (doc, quote, prefix, suffix) in enumerate(
        zip(written.documents, written["quote"], prefixes, suffixes, strict=True)
    ):
        span = texts[doc].find(quote or "", prefix, suffix)
        if span is None:
            raise NeedsDiagnosis
        quotes[at] = texts[doc].raw[span.start : span.end]
        starts[at], ends[at] = span.start, span.end


def _fill_words(written: _Written, columns: dict[str, Values], texts: Mapping[str, SourceText]) -> None:
    """Replace words that must stand in the document by the document's own spelling of them."""
    for column in written.spec.columns:
        if column.kind == "verbatim" and column.name != "quote":
            found = columns[column.name]
            for at, (words, doc) in enumerate(zip(found, written.documents, strict=True)):
                if words is not None:
                    found[at] = texts[doc].locate(words)
