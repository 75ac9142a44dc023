"""Find rows of a dataset by the words of their passages and of their other text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from stancebook.dataset.descriptor import Package
from stancebook.dataset.opened_table import OpenTable
from stancebook.dataset.parquet_files import BATCH_ROWS
from stancebook.dataset.table_rules import DOCUMENT, QUOTE, has_passages
from stancebook.exceptions import DatasetError
from stancebook.schema.spec import TableSpec
from stancebook.suggestions import options_hint

Filters = Sequence[tuple[str, str]]  # columns, and the values that their cells must have

_WORD = re.compile(r"[^\W_]+")
_NO_WORD = r"[^\p{L}\p{N}]+"
_MARKS = r"\p{M}+"
_TERM = re.compile(r'["“”„«»]([^"“”„«»]+)["“”„«»]|([^\s"“”„«»]+)')
# Scripts without spaces, in which a word may be a part of what is between two spaces.
_UNSPACED = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)


class SearchError(DatasetError):
    """A search cannot be made as it is asked for."""


@dataclass(frozen=True)
class Hit:
    """A row that a search found.

    Attributes:
        table: Its table.
        key: Its primary key, as text.
        doc_id: The document that it is about; empty if it is about none.
        in_codebook: Whether it is an entry of the codebook.
        cells: All its cells, by column, in order.
        marks: The start and the end of each word that was searched, by column, in columns that have one.
    """

    table: str
    key: str
    doc_id: str
    in_codebook: bool
    cells: Mapping[str, Any]
    marks: Mapping[str, Sequence[tuple[int, int]]]

    @property
    def shown(self) -> list[str]:
        """The columns that say why it was found: those with marks, and the passage."""
        return [name for name, cell in self.cells.items() if cell is not None and (name in self.marks or name == QUOTE)]


def search_rows(package: Package, words: str, tables: Sequence[str] = (), filters: Filters = ()) -> Iterator[Hit]:
    """Yield the rows that have all words, in the order of the dataset.

    Case and diacritics make no difference. Searched are all columns of text, together, but for keys, vocabularies and
    columns with a pattern.

    Args:
        package: The dataset.
        words: Words, all of which a row must have; between quotation marks, words that follow each other in one cell.
            Without words, all rows are found.
        tables: The tables to search; all of them if empty.
        filters: Columns, and the values that their cells must have: tables without one of the columns are left out.

    Raises:
        SearchError: There is no such table or column.
        DatasetError: A file cannot be read.
    """
    _check(package, tables, filters)
    terms = query_terms(words)
    for name, spec in package.tables.items():
        if (not tables or name in tables) and all(column in spec.names for column, _ in filters):
            yield from _search_table(package, spec, terms, filters)


def query_terms(words: str) -> list[tuple[str, ...]]:
    """Return what a search looks for: each term is a word, or the words of a phrase, as cells are compared."""
    found = (tuple(word for _, _, word in _folded_words(phrase or word)) for phrase, word in _TERM.findall(words))
    return [term for term in found if term]


def _check(package: Package, tables: Iterable[str], filters: Filters) -> None:
    for table in tables:
        if table not in package.tables:
            raise SearchError(f"There is no table {table!r}: {options_hint(table, list(package.tables))}")
    known = list(dict.fromkeys(name for spec in package.tables.values() for name in spec.names))
    for column, _ in filters:
        if column not in known:
            raise SearchError(f"No table has a column {column!r}: {options_hint(column, known)}")


def _search_table(
    package: Package, spec: TableSpec, terms: Sequence[tuple[str, ...]], filters: Filters
) -> Iterator[Hit]:
    table = OpenTable(package, spec)
    if not table.is_readable:
        raise DatasetError(min(table.problems).message)
    texts = [name for name in _text_columns(spec) if table.has((name,))]
    for batch in table.rows.to_batches(BATCH_ROWS):
        for row in batch.filter(_matches(batch, texts, terms, filters)).to_pylist():
            marks = {name: found for name in texts if (found := _marks(row[name] or "", terms))}
            key, doc_id = ", ".join(str(row[name]) for name in spec.key), _document(package, spec, row)
            yield Hit(spec.name, key, doc_id, not doc_id and _is_codebook(spec) and "#" not in key, row, marks)


def _text_columns(spec: TableSpec) -> list[str]:
    """Return the columns with text that people read."""
    keys = {*spec.key, *(name for key in spec.foreign_keys for name in key.columns)}
    return [
        column.name
        for column in spec.columns
        if column.data_type == "string" and not column.vocabulary and column.pattern is None and column.name not in keys
    ]


def _document(package: Package, spec: TableSpec, row: Mapping[str, Any]) -> str:
    """Return the document of a row: its own, or that of the passage that a part of its key refers to."""
    if DOCUMENT in row:
        return str(row[DOCUMENT])
    own = (key for key in spec.foreign_keys if set(key.columns) <= set(spec.key))
    passages = (str(row[key.columns[0]]) for key in own if has_passages(package.tables[key.table]))
    return next(passages, "").partition("#")[0]


def _is_codebook(spec: TableSpec) -> bool:
    """Return whether the rows of a table may be entries of the codebook: their key is of their own."""
    return len(spec.key) == 1 and not any(spec.key == key.columns for key in spec.foreign_keys)


# ── Words ─────────────────────────────────────────────────────────────────────────────────────────


def _matches(batch: pa.RecordBatch, texts: Sequence[str], terms: Sequence[tuple[str, ...]], filters: Filters) -> Any:
    """Return which rows have all terms and the values of all filters."""
    found = pa.array([True] * batch.num_rows, pa.bool_())
    for column, value in filters:
        found = pc.and_(found, pc.fill_null(pc.equal(batch[column].cast(pa.string()), value), False))
    folded = [_folded(batch[name]) for name in texts] if terms else []
    for term in terms:
        pattern = " ".join(term) if _UNSPACED.search(term[0]) else f" {' '.join(term)} "
        in_any = pa.array([False] * batch.num_rows, pa.bool_())
        for cells in folded:
            in_any = pc.or_(in_any, pc.match_substring(cells, pattern))
        found = pc.and_(found, in_any)
    return found


def _folded(cells: pa.Array) -> pa.Array:
    """Return the words of cells, folded as `_fold` does, with a space before and after each."""
    plain = pc.replace_substring_regex(pc.utf8_normalize(pc.fill_null(cells, ""), "NFKD"), _MARKS, "")
    words = pc.replace_substring_regex(pc.utf8_lower(plain), _NO_WORD, " ")
    return pc.binary_join_element_wise(" ", pc.utf8_trim_whitespace(words), " ", "")


def _fold(word: str) -> str:
    decomposed = unicodedata.normalize("NFKD", word)
    return "".join(character for character in decomposed if not unicodedata.category(character).startswith("M")).lower()


def _folded_words(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield start, end and folded form of each word of a text."""
    for found in _WORD.finditer(text):
        for part in _WORD.finditer(_fold(found[0])):
            yield found.start(), found.end(), part[0]


def _marks(text: str, terms: Sequence[tuple[str, ...]]) -> list[tuple[int, int]]:
    """Return start and end of each place in a text where it has a term; overlapping places are one."""
    words = list(_folded_words(text))
    found: list[tuple[int, int]] = []
    for term in terms:
        for index in range(len(words) - len(term) + 1):
            part = words[index : index + len(term)]
            is_there = [word for _, _, word in part] == [*term]
            if is_there or (len(term) == 1 and _UNSPACED.search(term[0]) and term[0] in part[0][2]):
                found.append((part[0][0], part[-1][1]))
    return _merged(sorted(found))


def _merged(places: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in places:
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged
