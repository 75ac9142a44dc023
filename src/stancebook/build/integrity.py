"""Keys, repeated records, references and cycles, checked on whole columns; only rows that fail are looked at singly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from stancebook.build.coded_table import (
    CodedTable,
    CodedTables,
    Failure,
    Found,
    IncompleteSources,
    Mask,
    Rows,
    rows_where,
)
from stancebook.build.table_builder import DocumentTexts
from stancebook.schema.column_types import Column
from stancebook.schema.contract import Contract
from stancebook.schema.dataframes import arrow_strings
from stancebook.schema.spec import TableSpec
from stancebook.suggestions import nearest


def check_keys(table: CodedTable, tables: CodedTables) -> Iterator[Found]:
    """Yield a failure for each row whose key an earlier row has.

    Of a file that repeats the keys of another file, only the first is reported.
    """
    spec, key = table.spec, list(table.spec.key)
    complete = table.frame[key].dropna()
    if not (repeated := complete.duplicated()).any():
        return
    first = {tuple(values): row for row, *values in complete[~repeated].itertuples()}
    reported: set[tuple[str, str]] = set()
    for row, *values in complete[repeated].itertuples():
        earlier = first[tuple(values)]
        if spec.parent is not None and not tables[spec.parent].valid[table.records.parents[row]]:
            continue  # a repeated parent repeats its nested rows
        files = (table.records.file(row).name, table.records.file(earlier).name)
        if files in reported:
            yield spec.name, row
            continue
        if files[0] != files[1]:
            reported.add(files)
        column = spec.record_key
        typed = table.records.cell(row, column) if column else None
        shown = ", ".join(map(str, values)) if typed is None else typed
        yield Failure(spec.name, row, column, "repeated_key", (shown, earlier))


def check_texts(documents: CodedTable, texts: DocumentTexts) -> Iterator[Found]:
    """Yield a failure for each document whose text an earlier document has, since its rows would count twice.

    It is a warning if the two texts differ in white space.
    """
    same, alike = dict[str, str](), dict[int, str]()
    for row in range(len(documents.frame)):
        doc_id = documents.document(row)
        if (text := texts.get(doc_id)) is None:
            continue
        if (earlier := same.setdefault(text.digest, doc_id)) != doc_id:
            yield Failure(documents.spec.name, row, None, "repeated_text", (earlier,))
        elif (earlier := alike.setdefault(text.words_digest, doc_id)) != doc_id:
            yield Failure(documents.spec.name, row, None, "similar_text", (earlier,), "warning")


def check_duplicates(table: CodedTable) -> Iterator[Found]:
    """Yield a failure for each record that is equal to an earlier one of its document, apart from its key."""
    key = table.spec.record_key
    if key is None:
        return
    first: dict[tuple[Any, ...], int] = {}
    for row in _candidates(table):
        cells = {name: cell for name in table.spec.allowed_keys if (cell := table.records.cell(row, name)) is not None}
        typed = cells.pop(key, None)
        content = [(name, " ".join(cell.split())) for name, cell in cells.items()]
        earlier = first.setdefault((table.document(row), *content), row)
        if earlier == row or not content or typed is None or not table.valid[earlier]:
            continue
        if typed.strip() != str(table.records.cell(earlier, key)).strip():
            yield Failure(table.spec.name, row, key, "repeated_record", (earlier,))


def _candidates(table: CodedTable) -> Iterator[int]:
    """Yield the rows whose typed values are those of another row, as far as a few columns show."""
    if table.spec.is_annotation:
        return rows_where(table.frame.duplicated(["doc_id", "char_start", "char_end"], keep=False))
    return iter(range(len(table.frame)))


# ── References ────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class CellRef:
    """A cell that refers to a row, and the file that it is written in."""

    table: str
    row: int
    column: str
    file: str


def check_references(
    tables: CodedTables, targets: Iterable[TableSpec], incomplete: IncompleteSources
) -> Iterator[Found]:
    """Yield a failure for each key that is referred to and that no row has.

    A key is reported once, at its first reference: the mistake is usually a renamed or a forgotten row.

    Args:
        tables: The tables; all that they refer to are among them.
        targets: The tables of which references are checked.
        incomplete: What was not read, and may hold missing keys.
    """
    for target in (tables[spec.name] for spec in targets):
        missing = {
            key: references
            for key, references in _missing_keys(target, tables).items()
            if not incomplete.may_hold(target.spec, key)
        }
        if not missing:
            continue
        keys = target.records.typed_keys.to_pylist()
        ill_formed = [key for key, value in zip(keys, target.frame[target.spec.key[0]], strict=True) if value != key]
        explained = explained_by_key_problems(missing, keys, ill_formed)
        unused = [] if incomplete.partial else _never_referenced(target, tables)
        for key, references in missing.items():
            yield from ((reference.table, reference.row) for reference in references)
            reported = [
                reference
                for reference in references
                if tables[reference.table].document(reference.row) or not incomplete.codebook_checked
            ]
            if reported and key not in explained:
                yield missing_row(key, target.spec.name, reported, unused)


def _references(target: str, tables: CodedTables) -> Iterator[tuple[CodedTable, Column]]:
    """Yield the columns that refer to a table and that coders write."""
    for table in tables.values():
        for column in table.spec.references:
            if column.target == target and column.may_be_given:
                yield table, column


def _missing_keys(target: CodedTable, tables: CodedTables) -> dict[str, list[CellRef]]:
    """Return the cells whose keys no row of a table has, by key."""
    missing: dict[str, list[CellRef]] = {}
    for table, column in _references(target.spec.name, tables):
        keys = arrow_strings(table.frame[column.name])
        known = pc.is_in(keys, value_set=target.records.typed_keys, skip_nulls=True)
        for row in rows_where(pc.and_(pc.is_valid(keys), pc.invert(known))):
            if table.records.cell(row, column.name) is not None:
                reference = CellRef(table.spec.name, row, column.name, table.records.file(row).name)
                missing.setdefault(keys[row].as_py(), []).append(reference)
    return missing


def _never_referenced(target: CodedTable, tables: CodedTables) -> list[str]:
    """Return the keys of a codebook table that no other table refers to."""
    if target.spec.kind != "codebook":
        return []
    used: set[Any] = set()
    for table, column in _references(target.spec.name, tables):
        if table is not target:
            used.update(table.frame[column.name].dropna())
    return [key for key in target.records.typed_keys.to_pylist() if key not in used]


def explained_by_key_problems(missing: Collection[str], keys: Sequence[str], ill_formed: Sequence[str]) -> set[str]:
    """Return the keys that are missing because of a problem in a key of the target table, which is reported there.

    Either an ill-formed key is a near miss of it; or it is the only missing key of a document (or of the codebook) in
    which two rows have the same key: then one of the two should have it.

    Args:
        missing: The missing keys.
        keys: The keys of the target table as typed, at least of the documents of the missing keys.
        ill_formed: Those that do not fit their column.
    """
    with_repeated = {_document_of(key) for key, count in Counter(keys).items() if count > 1}
    with_one_missing = {document for document, count in Counter(map(_document_of, missing)).items() if count == 1}
    return {
        key
        for key in missing
        if _document_of(key) in with_repeated & with_one_missing
        or nearest(key, [other for other in ill_formed if _document_of(other) == _document_of(key)])
    }


def _document_of(key: str) -> str:
    """Return the document of a key; an empty string for a key of the codebook."""
    document, mark, _ = key.partition("#")
    return document if mark else ""


def missing_row(key: str, target: str, references: Sequence[CellRef], unused: Sequence[str] = ()) -> Failure:
    """Return the failure of a key that no row has, at a reference in the first file that has one."""
    first_file = min(reference.file for reference in references)
    in_first = tuple(reference for reference in references if reference.file == first_file)
    first = in_first[0]
    arguments = (key, target, in_first, len(references), tuple(unused))
    return Failure(first.table, first.row, first.column, "missing_row", arguments)


# ── References between documents ──────────────────────────────────────────────────────────────────


def document_references(contract: Contract, tables: CodedTables, failures: Iterable[Failure]) -> pa.Table:
    """Return the references of rows of documents to rows of documents.

    Args:
        contract: The contract.
        tables: The tables.
        failures: What was found before references are checked.

    Returns:
        A row for each reference: the `document`, `table`, `row`, `column` and `key` of the row that refers, and the
        `record` that it is in (`record_rows`); the `target` table, the `target_key` and its `target_document`; whether
        a coder has `written` it; and whether it is `followed` in the search for cycles.
    """
    acyclic = {name: table.valid.copy() for name, table in tables.items()}
    for failure in failures:
        if failure.code == "cycle":
            acyclic[failure.table][failure.row] = True
    documents = {spec.name for spec in contract.document_tables}
    found = [_REFERENCES.empty_table()]
    for table in (tables[spec.name] for spec in contract.document_tables):
        for column in table.spec.references:
            if column.may_be_given and column.target in documents:
                in_table = column.target == table.spec.name and column.filled_by == "coder"
                followed = acyclic[table.spec.name] & in_table
                found.append(_references_in(table, column, record_rows(table.spec, tables), followed))
    return pa.concat_tables(found)


_REFERENCES = pa.schema(
    {
        "document": pa.string(),
        "table": pa.string(),
        "row": pa.int64(),
        "column": pa.string(),
        "key": pa.string(),
        "record": pa.int64(),
        "target": pa.string(),
        "target_key": pa.string(),
        "target_document": pa.string(),
        "written": pa.bool_(),
        "followed": pa.bool_(),
    }
)


def _references_in(table: CodedTable, column: Column, records: Rows, followed: Mask) -> pa.Table:
    """Return the references in one column; `records` and `followed` are those of all rows."""
    keys = arrow_strings(table.frame[column.name])
    rows = pc.indices_nonzero(pc.is_valid(keys))
    targets = keys.take(rows)
    values = {
        "document": table.documents.take(rows),
        "table": pa.repeat(table.spec.name, len(rows)),
        "row": rows.cast(pa.int64()),
        "column": pa.repeat(column.name, len(rows)),
        "key": table.records.typed_keys.take(rows),
        "record": pa.array(records).take(rows),
        "target": pa.repeat(column.target, len(rows)),
        "target_key": targets,
        "target_document": pc.replace_substring_regex(targets, "#.*", ""),
        "written": table.records.columns[column.name].take(rows).is_valid(),
        "followed": pa.array(followed).take(rows),
    }
    return pa.table(values, schema=_REFERENCES)


def record_rows(spec: TableSpec, tables: CodedTables) -> Rows:
    """Return, for each row, that of the record which it is, or is nested in at any depth, in the table of that."""
    table = tables[spec.name]
    if spec.parent is None:
        return np.arange(len(table.records))
    return record_rows(tables[spec.parent].spec, tables)[np.array(table.parents, dtype=np.intp)]


# ── Cycles ────────────────────────────────────────────────────────────────────────────────────────


def check_cycles(table: CodedTable) -> Iterator[Found]:
    """Yield a failure for each cycle of references within a table, and for each row that refers to itself."""
    for column in table.spec.references:
        if column.target == table.spec.name and column.filled_by == "coder":
            rows = table.valid_rows[column.name].dropna()
            keys = table.records.typed_keys.take(pa.array(rows.index)).to_pylist()
            row_of = dict(zip(keys, rows.index, strict=True))
            for cycle in cycles(dict(zip(keys, rows, strict=True))):
                if len(cycle) == 1 or not column.symmetric:
                    yield Failure(table.spec.name, int(row_of[cycle[0]]), column.name, "cycle", tuple(cycle))


def cycles(references: Mapping[str, Any]) -> Iterator[list[str]]:
    """Yield each cycle of a mapping from keys to keys once, starting at its smallest key."""
    visited: set[str] = set()
    for start in references:
        path: list[str] = []
        key: Any = start
        while isinstance(key, str) and key in references and key not in visited:
            visited.add(key)
            path.append(key)
            key = references[key]
        if key in path:
            cycle = path[path.index(key) :]
            first = cycle.index(min(cycle))
            yield cycle[first:] + cycle[:first]
