"""Build typed columns from records: each distinct value of a column is parsed once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from stancebook.build.coded_table import CodedTable, Failure, FailureCode, Mask, rows_where
from stancebook.build.result_cache import ResultCache
from stancebook.problems import CellError, Level
from stancebook.schema.column_types import PLACE_NUMBERS, SLUG, Column
from stancebook.schema.contract import Contract
from stancebook.schema.edtf_dates import edtf_bounds
from stancebook.schema.spec import ID, QUOTE_CONTEXT
from stancebook.sources.anchoring import AnchorError, SourceText, Span
from stancebook.sources.record_tables import RecordTable, RecordTables
from stancebook.sources.sentences import Place, SentenceSpan, place_of
from stancebook.suggestions import slug_hint

PIN = "text_sha256"
LANGUAGE = "language"
BYTE_ORDER_MARK = "\ufeff"


@dataclass(frozen=True)
class DocumentText:
    """The text of a document, and whether it is the one that was coded.

    Attributes:
        text: The text.
        digest: Its SHA-256.
        words_digest: A number that texts have in common which differ in white space only.
        is_coded: Whether there is a text, and the document gives no other digest of it.
        language: The language that the document gives, valid or not.
    """

    text: SourceText
    digest: str
    words_digest: int
    is_coded: bool
    language: str

    @property
    def sentences(self) -> list[SentenceSpan]:
        """The sentences of the text."""
        return self.text.sentences(self.language)


DocumentTexts = Mapping[str, DocumentText]  # by document, without those that could not be read


def document_texts(texts: Iterable[tuple[str, SourceText]], documents: RecordTable) -> dict[str, DocumentText]:
    """Return the texts by document, with the languages, and compared with the digests, that the documents give."""
    pins: dict[str, set[str]] = {}
    languages: dict[str, str] = {}
    written, tags = (documents.columns[name].to_pylist() for name in (PIN, LANGUAGE))
    for file, start, end in documents.by_file():  # some tools write the digits in capitals
        pins[file.doc_id] = {pin.strip().lower() for pin in written[start:end] if pin is not None}
        languages[file.doc_id] = next((tag.strip() for tag in tags[start:end] if tag is not None), "")
    result = {}
    for doc_id, text in texts:
        digest = hashlib.sha256(text.raw.encode()).hexdigest()
        is_coded = bool(text.normalized) and pins.get(doc_id, set()) <= {digest}
        result[doc_id] = DocumentText(text, digest, _digest_words(text), is_coded, languages.get(doc_id, ""))
    return result


def _digest_words(text: SourceText) -> int:
    words = text.normalized.replace(" ", "").replace(BYTE_ORDER_MARK, "").encode()
    return int.from_bytes(hashlib.blake2b(words, digest_size=6).digest())


def build_coded_tables(
    contract: Contract, tables: RecordTables, texts: DocumentTexts, cache: ResultCache
) -> tuple[list[CodedTable], list[Failure]]:
    """Build the typed columns of all records.

    Args:
        contract: The contract of the dataset.
        tables: The records by table, with those that nested ones are nested in.
        texts: The texts of the documents.
        cache: Has earlier results.

    Returns:
        The tables, and the failures of their cells. Rows with failures, and annotations whose text could not be read,
        are marked as invalid.
    """
    coded = {doc_id: (text.text.raw, text.is_coded, text.language) for doc_id, text in texts.items()}
    built, failures = [], []
    for name, records in tables.items():
        builder = _TableBuilder(contract, tables, records, texts)
        frame, valid, found = cache.value(("cells", name), builder.build, builder.inputs, coded)
        built.append(CodedTable(records.spec, frame, valid.copy(), builder.documents, records.parents, records))
        failures += found
    return built, failures


@dataclass(frozen=True)
class _Cells:
    """The cells of one key: that of row `i` is `values[indices[i]]`, or empty if the index is null."""

    values: list[str]
    indices: pa.Array

    def by_row(self) -> list[str | None]:
        """Return the cell of each row."""
        return [None if index is None else self.values[index] for index in self.indices.to_pylist()]

    def rows(self, index: int) -> Iterator[int]:
        """Yield the rows that have a value."""
        return rows_where(pc.fill_null(pc.equal(self.indices, index), False))


@dataclass
class _TableBuilder:
    """Builds one table column by column."""

    contract: Contract
    tables: RecordTables
    records: RecordTable
    texts: DocumentTexts
    failures: list[Failure] = field(default_factory=list)
    columns: dict[str, pa.Array] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.spec = self.records.spec
        self.valid = np.ones(len(self.records), dtype=bool)
        self.valid[self.records.invalid] = False
        self.documents = self.records.documents
        self.written = self.records.columns

    @property
    def inputs(self) -> tuple[Any, ...]:
        """All that the table is built from, but for the texts."""
        parents = self.tables[self.spec.parent].typed_keys if self.spec.parent is not None else None
        return [*self.written.values()], self.documents, self.records.parents, self.records.invalid, parents

    def build(self) -> tuple[pd.DataFrame, Mask, list[Failure]]:
        """Return the frame, which of its rows are valid, and what its cells fail."""
        for column in self.spec.written_columns:
            self.fill_written(column)
        self.fill_defaults()
        if self.spec.parent is not None:
            keys, parents = self.tables[self.spec.parent].typed_keys, pa.array(self.records.parents, pa.int64())
            self.columns[self.contract.tables[self.spec.parent].key[0]] = keys.take(parents)
        if self.spec.kind == "document":
            self.fill_document()
        elif self.spec.kind == "annotation":
            self.fill_key()
        if self.spec.is_anchored:
            self.columns["doc_id"] = self.documents
            self.fill_passages()
        for failure in self.failures:
            if failure.level == "error":
                self.valid[failure.row] = False
        frame = pd.DataFrame({column.name: self.series(column) for column in self.spec.columns})
        return frame, self.valid, self.failures

    def series(self, column: Column) -> pd.Series[Any]:
        """Return a column of the frame; an empty one if nothing has filled it."""
        filled = self.columns.get(column.name)
        cells = pa.nulls(len(self.records), column.arrow_type) if filled is None else filled
        return column.to_pandas(pa.chunked_array([cells]))

    def cells(self, key: str) -> _Cells:
        """Return the cells of a key without white space around them, each distinct one once."""
        encoded = self.written[key].dictionary_encode()
        return _Cells([value.strip() for value in encoded.dictionary.to_pylist()], encoded.indices)

    def fail(
        self, rows: Iterable[int], column: str, code: FailureCode, *arguments: str, level: Level = "error"
    ) -> None:
        self.failures += [Failure(self.spec.name, row, column, code, arguments, level) for row in rows]

    def fill_written(self, column: Column) -> None:
        """Fill a column that coders write, and the bounds of its dates."""
        if column.kind == "verbatim":
            if column.name != "quote":
                self.fill_verbatim(column)
            return
        cells = self.cells(column.name)
        values = self.parse(cells, column)
        self.columns[column.name] = pa.array(values, column.arrow_type).take(cells.indices)
        if column.target and self.contract.tables[column.target].is_annotation:
            self.columns[column.name] = self.complete_references(self.columns[column.name])
        for bound in self.spec.columns:
            if bound.bound_of == column.name:
                end = 0 if bound.filled_by == "edtf_lower" else 1
                days = [None if value is None else edtf_bounds(value)[end] for value in values]
                self.columns[bound.name] = pa.array(days, bound.arrow_type).take(cells.indices)

    def parse(self, cells: _Cells, column: Column) -> list[Any]:
        """Return the typed value of each distinct cell; None for a cell that does not fit its column."""
        values: list[Any] = []
        for index, text in enumerate(cells.values):
            try:
                values.append(column.parse(text))
            except CellError as error:
                values.append(None)
                self.fail(cells.rows(index), column.name, "cell", *error.args)
            else:
                if doubt := column.doubt(text):
                    self.fail(cells.rows(index), column.name, "cell", *doubt, level="warning")
        return values

    def complete_references(self, written: pa.Array) -> pa.Array:
        """Return references to annotations, completed with the document's ID where they name none."""
        complete = pc.match_substring(written, "#")
        return pc.if_else(complete, written, pc.binary_join_element_wise(self.documents, written, "#"))

    def fill_defaults(self) -> None:
        """Fill cells that no coder wrote from the columns that are their defaults."""
        for column in self.spec.columns:
            if column.default is not None:
                cells, defaults = self.columns[column.name], self.columns[column.default]
                self.columns[column.name] = pc.if_else(self.written[column.name].is_valid(), cells, defaults)

    def fill_document(self) -> None:
        """Fill what is known of a document's text; a document without one is invalid."""
        texts = [self.texts.get(doc_id) for doc_id in self.documents.to_pylist()]
        self.columns["doc_id"] = self.documents
        self.columns[PIN] = pa.array([text and text.digest for text in texts], pa.string())
        self.columns["n_chars"] = pa.array([text and len(text.text.raw) for text in texts], pa.int64())
        for row, text in enumerate(texts):
            if text is None:
                self.valid[row] = False
            elif not text.is_coded:
                self.fail([row], PIN, "pinned_text" if text.text.normalized else "blank_text")

    def fill_key(self) -> None:
        """Fill the primary key of annotations."""
        cells = self.cells(ID)
        ids: list[str | None] = list(cells.values)
        for index, value in enumerate(cells.values):
            if not SLUG.matches(value):
                ids[index] = None
                self.fail(cells.rows(index), ID, "cell", f"{value!r} is not a slug", slug_hint(value, SLUG.description))
        local = pa.array(ids, pa.string()).take(cells.indices)
        self.columns[self.spec.key[0]] = pc.binary_join_element_wise(self.documents, local, "#")

    def fill_passages(self) -> None:
        """Locate quotes; a row without a quote, or whose text is not the one that was coded, is invalid."""
        quotes: list[str | None] = [None] * len(self.records)
        spans: list[Span] = [Span(0, 0)] * len(self.records)
        places = [Place(0, 0)] * len(self.records)
        numbered = [column for column in self.spec.columns if column.filled_by in PLACE_NUMBERS]
        written, *contexts = (self.written[key].to_pylist() for key in ("quote", *QUOTE_CONTEXT))
        for row, document in self.coded_texts():
            text = document.text
            if (quote := written[row]) is None:
                self.valid[row] = False
            elif (span := text.find(quote, *(cells[row] or "" for cells in contexts))) is None:
                self.fail([row], "quote", "passage")
            else:
                quotes[row] = text.raw[span.start : span.end]
                spans[row] = span
                if numbered:
                    places[row] = place_of(span.start, document.sentences)
        self.columns["quote"] = pa.array(quotes, pa.string())
        self.columns["char_start"] = pa.array([span.start for span in spans], pa.int64())
        self.columns["char_end"] = pa.array([span.end for span in spans], pa.int64())
        for column in numbered:
            number = PLACE_NUMBERS[column.filled_by]
            self.columns[column.name] = pa.array([getattr(place, number) for place in places], pa.int64())

    def fill_verbatim(self, column: Column) -> None:
        """Fill a column with the text's own spelling of the words in its cells."""
        cells = self.cells(column.name).by_row()
        filled = list(cells)
        for row, document in self.coded_texts():
            if (words := cells[row]) is not None:
                try:
                    filled[row] = document.text.locate(words)
                except AnchorError:
                    self.fail([row], column.name, "words")
        self.columns[column.name] = pa.array(filled, pa.string())

    def coded_texts(self) -> Iterator[tuple[int, DocumentText]]:
        """Yield each row with its text; rows of a text that could not be read, or is not the coded one, are invalid."""
        for file, start, end in self.records.by_file():
            text = self.texts.get(file.doc_id)
            # A document's own row keeps its words even if the text has changed, so that they can be looked up.
            if text is None or not (text.is_coded or self.spec.kind == "document"):
                if self.spec.is_anchored:
                    self.valid[start:end] = False
                continue
            for row in range(start, end):
                yield row, text
