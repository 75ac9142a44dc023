"""Keys, duplicates, references and cycles: checked on whole columns first, and explained record by record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from stancebook.build.table_state import Finding, IncompleteSources, TableState, TableStates
from stancebook.problems import Problem
from stancebook.schema.column_types import Column
from stancebook.schema.contract import Contract
from stancebook.schema.rules import evaluate_rule, model_failures
from stancebook.schema.spec import Tables, TableSpec
from stancebook.sources.records import Record
from stancebook.suggestions import did_you_mean, nearest

CellRef = tuple[Record, Column]


def tables_are_valid(contract: Contract, frames: Tables) -> bool:
    """Return whether all document tables are valid, as far as whole columns show.

    False means that the diagnosing path must look at them, not that there is an error.

    Args:
        contract: The contract of the dataset.
        frames: All coded tables by name; those of the codebook are not checked.
    """
    return all(
        _rows_are_distinct(spec, frames[spec.name])
        and all(_references_are_valid(column, frames[spec.name], frames) for column in spec.references)
        and not model_failures(spec, frames[spec.name])
        for spec in contract.document_tables
    ) and all(evaluate_rule(rule, frames).all() for rule in contract.rules if not contract.in_codebook(rule.table))


def _rows_are_distinct(spec: TableSpec, frame: pd.DataFrame) -> bool:
    if frame[list(spec.key)].isna().any(axis=None) or frame.duplicated(list(spec.key)).any():
        return False
    if spec.kind == "document":
        return bool(frame["text_sha256"].is_unique)
    if spec.kind == "annotation":
        same_passage = frame[frame.duplicated(["doc_id", "char_start", "char_end"], keep=False)]
        return not same_passage.duplicated([name for name in spec.names if name not in spec.key]).any()
    return True


def _references_are_valid(column: Column, frame: pd.DataFrame, frames: Tables) -> bool:
    """Return whether every reference of a column has its row, and none is part of a cycle."""
    given = frame[column.name].dropna()
    target = frames[str(column.target)]
    if not set(given.tolist()) <= set(target[str(column.target_key)].tolist()):
        return False
    if target is not frame or given.empty:
        return True
    referred = dict(zip(frame.loc[given.index, str(column.target_key)].tolist(), given.tolist(), strict=True))
    return not any(len(cycle) == 1 or not column.symmetric for cycle in cycles(referred))


def check_keys(table: TableState) -> Iterator[Finding]:
    """Yield a problem for each row whose key an earlier row has.

    Of a file that repeats the keys of another file, only the first is reported.
    """
    first: dict[tuple[Any, ...], Record] = {}
    reported: set[tuple[str, str]] = set()
    keys = table.frame[list(table.spec.key)]
    for record, key, complete in zip(
        table.records, keys.itertuples(index=False), keys.notna().all(axis=1), strict=True
    ):
        if not complete or (earlier := first.setdefault(tuple(key), record)) is record:
            continue
        if record.parent is not None and not record.parent.valid:  # a repeated parent repeats its nested rows
            continue
        files = (record.file, earlier.file)
        if files in reported:
            yield Finding(record, None)
            continue
        hint = "give each row a key of its own"
        if record.file != earlier.file:
            reported.add(files)
            hint += f"; or remove the file, if it is a copy of {earlier.file}"
        column = table.spec.record_key
        shown = record.cells[column].text if column in record.cells else ", ".join(map(str, key))
        yield _finding(record, column, f"{shown!r} is already used in {_location(earlier, record)}", hint)


def check_texts(documents: TableState) -> Iterator[Finding]:
    """Yield a problem for each document whose text an earlier document has, since its rows would count twice."""
    first: dict[str, Record] = {}
    for record, digest in zip(documents.records, documents.frame["text_sha256"], strict=True):
        if isinstance(digest, str) and (earlier := first.setdefault(digest, record)) is not record:
            message = f"the text is the same, byte for byte, as that of {earlier.doc_id!r}"
            yield _finding(record, None, message, "remove one of the two documents: its rows would count twice")


def check_duplicates(table: TableState) -> Iterator[Finding]:
    """Yield a problem for each record that is equal to an earlier one of its document, apart from its key."""
    key = table.spec.record_key
    first: dict[tuple[tuple[str, str], ...], Record] = {}
    for record in table.records if key else ():
        content = tuple(
            sorted((name, " ".join(cell.text.split())) for name, cell in record.cells.items() if name != key)
        )
        earlier = first.setdefault((("", record.doc_id), *content), record)
        if key in record.cells and content and earlier.valid and earlier.key != record.key:
            location = _location(earlier, record)
            message = f"this is the same as {earlier.cells[key].text!r} in {location} in all but its {key}"
            yield _finding(record, key, message, "remove one of the two, or say what is different")


def check_references(tables: TableStates, incomplete: IncompleteSources) -> Iterator[Finding]:
    """Yield a problem for each key that is referred to and that no row has.

    A key is reported once, at its first reference: the mistake is usually a renamed or a forgotten row.

    Args:
        tables: The tables; all that they refer to are among them.
        incomplete: What was not read, and may hold missing keys.
    """
    for target, references in _references_by_key(tables).items():
        table = tables[target]
        known = set(table.keys)
        missing = {
            key: refs
            for key, refs in references.items()
            if key not in known and not incomplete.may_hold(table.spec, key)
        }
        explained = _explained_by_key_problems(missing, table)
        never_referenced = _never_referenced(table, references) if missing and not incomplete.partial else []
        for key, refs in missing.items():
            yield from (Finding(record, None) for record, _ in refs)
            reported = [ref for ref in refs if ref[0].doc_id not in incomplete.reported_elsewhere]
            if reported and key not in explained:
                record, problem = _missing_row(reported, table, never_referenced)
                yield Finding(record, replace(problem, cause=f"{target}: {key}", occurrences=len(reported)))


def document_links(tables: TableStates) -> set[tuple[str, str]]:
    """Return pairs of document IDs: a document, and another one that it refers to."""
    return {
        (record.doc_id, other)
        for target, references in _references_by_key(tables).items()
        if tables[target].spec.kind in ("document", "annotation")
        for key, refs in references.items()
        for other in [key.partition("#")[0]]
        for record, _ in refs
        if record.doc_id != other
    }


def check_cycles(table: TableState) -> Iterator[Finding]:
    """Yield a problem for each cycle of references within a table, and for each row that refers to itself."""
    for column in table.spec.references:
        if column.target == table.spec.name and column.filled_by == "coder":
            rows = zip(table.keys, table.records, table.frame[column.name], strict=True)
            valid = {key: (record, value) for key, record, value in rows if record.valid}
            for cycle in cycles({key: value for key, (_, value) in valid.items()}):
                if len(cycle) == 1 or not column.symmetric:
                    path = " → ".join(key.rpartition("#")[2] for key in [*cycle, cycle[0]])
                    message = f"the reference goes in a circle: {path}"
                    yield _finding(valid[cycle[0]][0], column.name, message, "remove one of them")


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


def _finding(record: Record, key: str | None, message: str, hint: str) -> Finding:
    return Finding(record, record.problem(key, message, hint))


def _location(earlier: Record, record: Record) -> str:
    return f"line {earlier.line}" if earlier.file == record.file else f"{earlier.file}:{earlier.line}"


def _references_by_key(tables: TableStates) -> dict[str, dict[str, list[CellRef]]]:
    """Return, by target table and by key, the cells that refer to it."""
    references: dict[str, dict[str, list[CellRef]]] = {name: {} for name in tables}
    for table in tables.values():
        for column in table.spec.references:
            for record, key in zip(table.records, table.frame[column.name], strict=True):
                if column.name in record.cells and isinstance(key, str):
                    references[column.target or ""].setdefault(key, []).append((record, column))
    return references


def _never_referenced(table: TableState, references: Mapping[str, list[CellRef]]) -> list[str]:
    """Return the keys of a codebook table that no other table refers to."""
    if table.spec.kind != "codebook":
        return []
    used = {key for key, refs in references.items() if any(record.spec.name != table.spec.name for record, _ in refs)}
    return [key for key in table.keys if key not in used]


def _explained_by_key_problems(missing: Collection[str], target: TableState) -> set[str]:
    """Return the keys that are missing because of a problem in a key of the target table, which is reported there.

    Either an ill-formed key is a near miss of it; or it is the only missing key of a document (or of the codebook) in
    which two rows have the same key: then one of the two should have it.
    """
    ill_formed = [key for key, value in zip(target.keys, target.frame[target.spec.key[0]], strict=True) if value != key]
    with_repeated = {_document_of(key) for key, count in Counter(target.keys).items() if count > 1}
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


def _missing_row(references: list[CellRef], target: TableState, never_referenced: list[str]) -> tuple[Record, Problem]:
    """Return the problem of a key that no row has, at the first of its references.

    If only one row of the codebook is never referenced by another table, the hint suggests that row.
    """
    record, column = min(references, key=lambda ref: (ref[0].file, *_position(*ref)))
    typed = record.cells[column.name].text.strip()
    name = target.spec.name
    local = [key.removeprefix(f"{record.doc_id}#") for key in target.keys]
    if len(never_referenced) == 1:
        hint = f"{never_referenced[0]!r} is never referenced; did you mean it?"
    else:
        hint = did_you_mean(typed, local) or f"add it to the {name}, or refer to another"
    return record, record.problem(column.name, f"{typed!r} is not among the {name}", hint)


def _position(record: Record, column: Column) -> tuple[int, int]:
    cell = record.cells[column.name]
    return cell.line, cell.column
