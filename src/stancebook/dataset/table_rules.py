"""The rules that rows of a stored table have to follow: keys, references, passages, sentences, and bounds of dates."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from stancebook.dataset.parquet_files import ParquetFiles
from stancebook.problems import CellError
from stancebook.schema.column_types import CellRule
from stancebook.schema.edtf_dates import Bounds, fast_bounds, library_bounds
from stancebook.schema.spec import ForeignKey, TableSpec

DOCUMENT = "doc_id"
QUOTE = "quote"
QUOTE_DIGEST = "quote_sha256"  # in a release without the words of the texts
PASSAGE = ("char_start", "char_end", QUOTE, DOCUMENT)
SENTENCE = ("char_start", "char_end", "sentence", "paragraph", DOCUMENT)
TEXT_LENGTH = "n_chars"
_MAX_EDTF = 64  # characters
_MAX_ROWS_IN_MEMORY = 10_000  # of a table that Arrow tests for a fraction of the time that DuckDB needs for a plan

Documents = tuple[str, ParquetFiles]  # the name of the table, and the rows of DOCUMENT and TEXT_LENGTH


@dataclass(frozen=True)
class TableRule(CellRule):
    """A rule that rows of a table may break.

    Attributes:
        broken: For a rule about one cell, its condition; for one about several, what follows a WHERE clause.
        columns: The columns that the rule is about; a query for several names them c0, c1 …
        sources: Further rows that `broken` queries, by name.
        surely_met: Returns True if no row breaks the rule, given the rows of `columns`; False if a query has to tell.
    """

    columns: tuple[str, ...] = ()
    sources: Mapping[str, ParquetFiles] = field(default_factory=dict)
    surely_met: Callable[[ParquetFiles], bool] = lambda _: False


@dataclass(frozen=True)
class BatchRule(TableRule):
    """A rule that SQL cannot express.

    Attributes:
        find: Returns the numbers of the rows of a batch that break it, given its columns.
    """

    find: Callable[[pa.RecordBatch], Any] = lambda _: ()


# ── Keys ──────────────────────────────────────────────────────────────────────────────────────────


def unique_rule(spec: TableSpec, columns: tuple[str, ...]) -> TableRule:
    """Return the rule that no two rows have the same cells in some columns."""
    message = f"another row of {spec.name} has the same {', '.join(columns)}"
    cells = ", ".join(f"c{index}" for index in range(len(columns)))
    repeats = f"QUALIFY row_number() OVER (PARTITION BY {cells} ORDER BY row) > 1"
    return TableRule(repeats, lambda _: message, f"in which {message}", columns=columns, surely_met=_are_distinct)


def foreign_key_rule(key: ForeignKey, target: ParquetFiles) -> TableRule:
    """Return the rule that a foreign key names a row of a table, given the columns that it refers to."""
    equal = " AND ".join(f"target.c{index} = rows.c{index}" for index in range(len(key.columns)))
    dangling = f"AND NOT EXISTS (SELECT 1 FROM target WHERE {equal})"  # noqa: S608 (fixed names)
    summary = f"whose {', '.join(key.columns)} is not in {key.table}"
    return TableRule(
        dangling,
        lambda value: f"'{value}' is not in {key.table}",
        summary,
        columns=key.columns,
        sources={"target": target},
        surely_met=partial(_are_in, target),
    )


def _are_distinct(rows: ParquetFiles) -> bool:
    """Return whether no two rows of a small table are the same, apart from those with an empty cell."""
    if not _is_small(rows):
        return False
    filled = pa.Table.from_batches(rows.to_batches(), rows.schema).drop_null()
    return bool(filled.group_by(filled.column_names, use_threads=False).aggregate([]).num_rows == len(filled))


def _are_in(target: ParquetFiles, rows: ParquetFiles) -> bool:
    """Return whether the only column of a small table has no cell that the column of another small table has not."""
    if len(rows.schema) > 1 or rows.schema.types != target.schema.types or not _is_small(rows) or not _is_small(target):
        return False
    cells, known = (pa.Table.from_batches(each.to_batches(), each.schema)[0].drop_null() for each in (rows, target))
    return bool(pc.all(pc.is_in(cells, value_set=known), min_count=0).as_py())


def _is_small(rows: ParquetFiles) -> bool:
    """Return whether rows fit in memory, and Arrow compares their cells as DuckDB does."""
    comparable = (pa.types.is_string, pa.types.is_integer, pa.types.is_date32, pa.types.is_boolean)
    return rows.num_rows <= _MAX_ROWS_IN_MEMORY and all(
        any(is_(type_) for is_ in comparable) for type_ in rows.schema.types
    )


# ── Passages ──────────────────────────────────────────────────────────────────────────────────────


def has_passages(spec: TableSpec) -> bool:
    """Return whether the rows of a table are passages of documents, as those of `Annotation` are."""
    names = {column.name: column.data_type for column in spec.columns}
    return [names.get(name) for name in PASSAGE] == ["integer", "integer", "string", "string"]


def passage_rules(spec: TableSpec, documents: Documents | None) -> Iterator[TableRule]:
    """Yield the rules for passages; of those about their places, a row breaks at most one.

    Args:
        spec: A table whose rows are passages.
        documents: The table of documents; None if it cannot be read.
    """
    yield _end_rule("passage")
    yield BatchRule(
        "",
        lambda value: "the quote is not as long as the passage from {} to {}".format(*_ends(value)),
        "in which the quote is not as long as its passage",
        columns=PASSAGE[:3],
        find=_other_lengths,
    )
    if len(spec.key) == 1:
        yield BatchRule(
            "",
            lambda value: "'{}' does not begin with its document, '{}'".format(*value.split(", ", 1)),
            f"whose {spec.key[0]} does not begin with {DOCUMENT} and '#'",
            columns=(spec.key[0], DOCUMENT),
            find=_other_documents,
        )
    if documents and spec[QUOTE].withheld:
        yield _text_rule("passage", (*PASSAGE[:2], DOCUMENT), documents)
    elif documents:
        yield _text_rule("passage", PASSAGE, documents, "AND length(c2) = c1 - c0")


def is_sentence_table(spec: TableSpec) -> bool:
    """Return whether the rows of a table are the sentences of texts, as those of `Sentence` are."""
    return spec.key == (DOCUMENT, "sentence") and {*SENTENCE} <= {*spec.names}


def sentence_rules(documents: Documents | None) -> Iterator[TableRule]:
    """Yield the rules for the places of sentences.

    Args:
        documents: The table of documents; None if it cannot be read.
    """
    yield _end_rule("sentence")
    before = "(PARTITION BY c4 ORDER BY row)"
    yield TableRule(
        f"QUALIFY c2 <> row_number() OVER {before} OR c0 < lag(c1) OVER {before} OR c3 < lag(c3) OVER {before}",
        lambda _: (
            "the sentence does not follow the one before it: sentences have the order and the numbers of the text"
        ),
        "that are not numbered in the order of the text",
        columns=SENTENCE,
    )
    if documents:
        yield _text_rule("sentence", (*SENTENCE[:2], DOCUMENT), documents)


def _end_rule(what: str) -> BatchRule:
    return BatchRule(
        "",
        lambda value: f"the {what} starts at {{}} and ends at {{}}: its end comes after its start".format(
            *_ends(value)
        ),
        "in which char_end is not greater than char_start",
        columns=PASSAGE[:2],
        find=lambda batch: np.flatnonzero(_are_passages(batch, lambda length: length <= 0)),
    )


def _text_rule(what: str, columns: tuple[str, ...], documents: Documents, condition: str = "") -> TableRule:
    """Return the rule that rows end within their text; the last of the columns is the document."""
    table, files = documents
    own = f"documents.c0 = rows.c{len(columns) - 1}"
    return TableRule(
        f"AND c0 < c1 {condition} AND EXISTS (SELECT 1 FROM documents WHERE {own} AND rows.c1 > documents.c1)",  # noqa: S608
        lambda value: f"the {what} from {{}} to {{}} ends after its text".format(*_ends(value)),
        f"in which char_end is greater than {TEXT_LENGTH} of {table}",
        columns=columns,
        sources={"documents": files},
    )


def _ends(value: str) -> list[str]:
    """Return the start and the end of a passage, given its cells as text."""
    return value.split(", ", 2)[:2]


def _are_passages(batch: pa.RecordBatch, condition: Callable[[Any], Any]) -> Any:
    """Return which rows have a start that is not negative, and a length that meets a condition."""
    start, end = (pc.fill_null(batch[index], -1).to_numpy() for index in (0, 1))
    return (start >= 0) & (end >= 0) & condition(end - start)


def _other_lengths(batch: pa.RecordBatch) -> Any:
    """Return the numbers of the rows whose quote, if they have one, is not as long as their passage."""
    quoted = pc.fill_null(pc.utf8_length(batch[2]), 0).to_numpy()
    return np.flatnonzero(_are_passages(batch, lambda length: (length > 0) & (quoted > 0) & (length != quoted)))


def _other_documents(batch: pa.RecordBatch) -> Any:
    """Return the numbers of the rows whose key does not begin with their document."""
    pairs = zip(batch[0].to_pylist(), batch[1].to_pylist(), strict=True)
    return np.flatnonzero([bool(key and doc_id) and not key.startswith(f"{doc_id}#") for key, doc_id in pairs])


# ── Dates ─────────────────────────────────────────────────────────────────────────────────────────


def date_rules(spec: TableSpec) -> Iterator[BatchRule]:
    """Yield the rules that EDTF columns hold EDTF, and other columns the first and last days of these dates."""
    bounds = [column for column in spec.columns if column.bound_of in spec.names and column.data_type == "date"]
    for name in dict.fromkeys(str(column.bound_of) for column in bounds):
        yield BatchRule(
            "",
            lambda value: f"'{value}' is not a date in EDTF",
            f"whose {name} is not a date in EDTF",
            columns=(name,),
            find=_not_edtf,
        )
    for column in bounds:
        yield _bound_rule(column.name, str(column.bound_of), is_end=column.filled_by == "edtf_upper")


def _bound_rule(name: str, edtf: str, *, is_end: bool) -> BatchRule:
    word = "last" if is_end else "first"

    def message(value: str) -> str:
        day, date = value.split(", ", 1)
        return f"'{day}' is not the {word} day of '{date}'" if date else f"'{day}' is given, but {edtf} is empty"

    def hint(value: str) -> str:
        day = (_edtf_days(value.split(", ", 1)[1]) or (None, None))[is_end]
        return f"it is {day}" if day else ""

    summary = f"whose {name} is not the {word} day of {edtf}"
    return BatchRule(
        "", message, summary, hint, columns=(name, edtf), find=lambda batch: _other_days(batch[0], batch[1], is_end)
    )


def _not_edtf(batch: pa.RecordBatch) -> Any:
    """Return the numbers of the rows whose only cell is not EDTF."""
    dates = batch[0].dictionary_encode()
    valid = pa.array([_edtf_days(date) is not None for date in dates.dictionary.to_pylist()], pa.bool_())
    return np.flatnonzero(pc.invert(pc.fill_null(valid.take(dates.indices), True)))


def _other_days(days: pa.Array, dates: pa.Array, is_end: int) -> Any:
    """Return the numbers of the rows whose day is not the first or last one of their date."""
    encoded = dates.dictionary_encode()
    bounds = [_edtf_days(date) for date in encoded.dictionary.to_pylist()]
    expected = pa.array([pair and pair[is_end] for pair in bounds], pa.date32()).take(encoded.indices)
    known = pc.fill_null(pa.array([pair is not None for pair in bounds], pa.bool_()).take(encoded.indices), True)
    equal = pc.if_else(pc.is_null(expected), pc.is_null(days), pc.fill_null(pc.equal(days, expected), False))
    return np.flatnonzero(pc.and_(known, pc.invert(equal)))


@lru_cache(maxsize=4096)
def _edtf_days(text: str) -> Bounds | None:
    """Return the bounds of a date; None for another text, without looking for what it may mean."""
    if len(text) > _MAX_EDTF:
        return None
    try:
        return fast_bounds(text) or library_bounds(text)
    except CellError:
        return None
