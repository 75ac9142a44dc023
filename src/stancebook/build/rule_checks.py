"""Check coded tables with their models and the rules of the contract; each failure is a problem at its record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pandas as pd

from stancebook.build.table_state import Finding, TableState, TableStates
from stancebook.problems import Problem
from stancebook.schema.contract import Contract
from stancebook.schema.rules import Rule, evaluate_rule, model_failures
from stancebook.schema.spec import Tables
from stancebook.sources.records import Record

MIN_ROWS_FOR_DOCUMENT_PROBLEM = 5  # so many rows that contradict a value of their document: the value is likelier wrong


def check_model(table: TableState, *, all_valid: bool) -> Iterator[Finding]:
    """Yield a problem for each valid row and each rule of the model that it breaks.

    Args:
        table: The table.
        all_valid: Whether every row of the dataset is valid. If not, computed columns are not checked, since they may
            be computed from invalid rows.
    """
    for failure in model_failures(table.spec, table.frame[table.valid]):
        record = table.records[failure.row]
        computed = failure.single_column and failure.column and table.spec[failure.column].filled_by == "function"
        if all_valid or not computed:
            column = failure.column if failure.column in record.cells else None
            yield Finding(record, record.problem(column, failure.message))


def check_rules(
    contract: Contract, rules: Iterable[Rule], tables: TableStates, frames: Tables, *, all_valid: bool
) -> Iterator[Problem]:
    """Yield a problem for each row that breaks a rule across tables.

    Rows that have a problem, or are directly related to a row that has, are skipped. No record is marked as invalid: no
    check follows.

    Args:
        contract: The contract of the dataset.
        rules: The rules to check.
        tables: The tables of the rules, and those that they refer to.
        frames: What the rules may read, by table name.
        all_valid: Whether every row is valid. If not, a rule that fails to run is skipped.
    """
    broken_parents = {id(r.parent) for table in tables.values() for r in table.records if r.parent and not r.valid}
    checkable = {name: _related_rows_valid(table, tables, broken_parents) for name, table in tables.items()}
    by_document: dict[tuple[str, str], list[tuple[Rule, Record]]] = {}
    for rule in rules:
        broken = _broken_rows(rule, frames, all_valid=all_valid)
        for label in broken.index[checkable[rule.table][broken.index]]:
            record = tables[rule.table].records[label]
            if rule.document_column:
                by_document.setdefault((record.doc_id, rule.document_column), []).append((rule, record))
            else:
                yield _row_problem(rule, record)
    for (doc_id, column), pairs in by_document.items():
        if len(pairs) >= MIN_ROWS_FOR_DOCUMENT_PROBLEM:
            documents = tables[contract.document.name].records
            yield _document_problem(next(each for each in documents if each.doc_id == doc_id), column, pairs)
        else:
            yield from (_row_problem(rule, record) for rule, record in pairs)


def _row_problem(rule: Rule, record: Record) -> Problem:
    return record.problem(rule.column if rule.column in record.cells else None, rule.message, level=rule.level)


def _document_problem(document: Record, column: str, broken: list[tuple[Rule, Record]]) -> Problem:
    """Return one problem for many rows that contradict a value of their document."""
    messages = dict.fromkeys(rule.message for rule, _ in broken)
    lines = ", ".join(str(record.line) for _, record in broken[:MIN_ROWS_FOR_DOCUMENT_PROBLEM])
    hint = "\n".join([*messages, f"if this value is right, check the records in lines {lines} …"])
    return document.problem(column, f"{len(broken)} records conflict with this value", hint)


def _broken_rows(rule: Rule, frames: Tables, *, all_valid: bool) -> pd.DataFrame:
    frame = frames[rule.table]
    try:
        return frame[~evaluate_rule(rule, frames)]
    except Exception:
        if all_valid:
            raise
        return frame[:0]  # the rule failed on a row whose problem is reported


def _related_rows_valid(table: TableState, tables: TableStates, broken_parents: set[int]) -> pd.Series[bool]:
    """Return True for rows that are valid, refer only to valid rows, and have only valid nested rows."""
    valid = table.valid
    for column in table.spec.references:
        target = tables[column.target or ""]
        valid_keys = target.frame.loc[target.valid, target.spec.key[0]]
        valid &= table.frame[column.name].isna() | table.frame[column.name].isin(valid_keys)
    return valid & ~pd.Series([id(r) in broken_parents for r in table.records], index=valid.index, dtype=bool)
