"""Keys, repeated records, references and cycles, checked on whole columns; only rows that fail are looked at singly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from stancebook.build.coded_table import CodedTable, CodedTables, Failure, IncompleteSources, rows_where
from stancebook.schema.column_types import Column
from stancebook.schema.contract import Contract
from stancebook.schema.dataframes import arrow_strings
from stancebook.schema.spec import Tables, TableSpec
from stancebook.suggestions import nearest

Link = tuple[str, str]  # the ids of a document and of another one that it refers to
CellRef = tuple[str, int, str]  # a table, a row and a column
Found = Failure | tuple[str, int]  # a failure; or only the table and the row, if another failure reports the cause


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


def check_texts(documents: CodedTable) -> Iterator[Found]:
    """Yield a failure for each document whose text an earlier document has, since its rows would count twice."""
    digests = documents.frame["text_sha256"].dropna()
    first = digests.drop_duplicates()
    earlier = dict(zip(first, first.index, strict=True))
    for row, digest in digests[digests.duplicated()].items():
        yield Failure(documents.spec.name, int(str(row)), None, "repeated_text", (documents.document(earlier[digest]),))


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


def check_references(tables: CodedTables, incomplete: IncompleteSources) -> Iterator[Found]:
    """Yield a failure for each key that is referred to and that no row has.

    A key is reported once, at its first reference: the mistake is usually a renamed or a forgotten row.

    Args:
        tables: The tables; all that they refer to are among them.
        incomplete: What was not read, and may hold missing keys.
    """
    for target in tables.values():
        missing = {
            key: references
            for key, references in _missing_keys(target, tables).items()
            if not incomplete.may_hold(target.spec, key)
        }
        if not missing:
            continue
        explained = _explained_by_key_problems(missing, target)
        unused = [] if incomplete.partial else _never_referenced(target, tables)
        for key, references in missing.items():
            yield from ((table, row) for table, row, _ in references)
            reported = [
                reference
                for reference in references
                if tables[reference[0]].document(reference[1]) not in incomplete.reported_elsewhere
            ]
            if reported and key not in explained:
                yield _missing_row(key, target.spec.name, reported, unused, tables)


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
            if table.is_written(column.name, row):
                missing.setdefault(keys[row].as_py(), []).append((table.spec.name, row, column.name))
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


def _explained_by_key_problems(missing: Collection[str], target: CodedTable) -> set[str]:
    """Return the keys that are missing because of a problem in a key of the target table, which is reported there.

    Either an ill-formed key is a near miss of it; or it is the only missing key of a document (or of the codebook) in
    which two rows have the same key: then one of the two should have it.
    """
    keys = target.records.typed_keys.to_pylist()
    ill_formed = [key for key, value in zip(keys, target.frame[target.spec.key[0]], strict=True) if value != key]
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


def _missing_row(key: str, target: str, references: list[CellRef], unused: list[str], tables: CodedTables) -> Failure:
    """Return the failure of a key that no row has, at a reference in the first file that has one."""

    def file(reference: CellRef) -> str:
        return tables[reference[0]].records.file(reference[1]).name

    first = min(map(file, references))
    in_first = tuple(reference for reference in references if file(reference) == first)
    table, row, column = in_first[0]
    return Failure(table, row, column, "missing_row", (key, target, in_first, len(references), tuple(unused)))


# ── Links between documents ───────────────────────────────────────────────────────────────────────


def document_id_column(contract: Contract, spec: TableSpec) -> str:
    """Return the column of a table that holds document ids, or keys that start with them."""
    return spec.key[0] if spec.parent is None else contract.tables[spec.parent].key[0]


def document_links(contract: Contract, frames: Tables) -> set[Link]:
    """Return the pairs of a document and another one that one of its rows refers to."""
    links: set[Link] = set()
    for spec in contract.document_tables:
        for column in spec.references:
            if column.filled_by != "engine" and contract.tables[str(column.target)] in contract.document_tables:
                cells = frames[spec.name][[document_id_column(contract, spec), column.name]].dropna()
                ids = (pc.replace_substring_regex(arrow_strings(cells[name]), "#.*", "") for name in cells)
                rows = pa.Table.from_arrays(list(ids), names=["source", "target"])
                other = rows.filter(pc.not_equal(rows["source"], rows["target"])).group_by(rows.column_names)
                links.update(zip(*(cells.to_pylist() for cells in other.aggregate([]).columns), strict=True))
    return links


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
