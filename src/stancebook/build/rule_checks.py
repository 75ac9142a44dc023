"""Coded tables held against what the contract asks of their rows: the models, and rules across tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import pandas as pd

from stancebook.build.table_state import Finding, TableState, TableStates
from stancebook.exceptions import ContractError
from stancebook.schema.contract import Contract, Rule
from stancebook.schema.pandera_checks import model_failures
from stancebook.sources.records import Record

_MANY = 5  # rows of one document that break rules against it, from which on the document itself is likelier wrong


def check_model(table: TableState, *, all_valid: bool) -> Iterator[Finding]:
    """Yield a problem for each sound row and rule of the model that it breaks.

    Columns that functions compute out of other rows are judged only where all rows are sound.
    """
    for failure in model_failures(table.spec, table.frame[table.valid]):
        record = table.records[failure.row]
        computed = failure.own and failure.column and table.spec[failure.column].filled_by == "function"
        if all_valid or not computed:
            column = failure.column if failure.column in record.cells else None
            yield Finding(record, record.problem(column, failure.message))


def check_rules(
    contract: Contract,
    rules: Iterable[Rule],
    tables: TableStates,
    rule_inputs: Mapping[str, pd.DataFrame],
    *,
    all_valid: bool,
) -> Iterator[Finding]:
    """Yield a problem for each row that breaks a rule across tables; the rules are shown what is `seen`.

    Rows with a problem of their own, or next to one, are left alone.
    """
    broken_parents = {id(r.parent) for table in tables.values() for r in table.records if r.parent and not r.valid}
    clean = {name: _surroundings_sound(table, tables, broken_parents) for name, table in tables.items()}
    shared: dict[tuple[str, str], list[tuple[Rule, Record]]] = {}
    for rule in rules:
        broken = _broken(rule, rule_inputs, all_valid=all_valid)
        for label in broken.index[clean[rule.table][broken.index]]:
            record = tables[rule.table].records[label]
            if rule.document_column:
                shared.setdefault((record.doc_id, rule.document_column), []).append((rule, record))
            else:
                yield _of_the_row(rule, record)
    documents = {record.doc_id: record for record in tables[contract.document.name].records}
    for (doc_id, column), pairs in shared.items():
        if len(pairs) >= _MANY:
            yield from _of_the_document(documents[doc_id], column, pairs)
        else:
            yield from (_of_the_row(rule, record) for rule, record in pairs)


def _of_the_row(rule: Rule, record: Record) -> Finding:
    column = rule.column if rule.column in record.cells else None
    return Finding(record, record.problem(column, rule.message, level=rule.level))


def _of_the_document(document: Record, column: str, broken: list[tuple[Rule, Record]]) -> Iterator[Finding]:
    """Yield the one problem of many rows that break rules against a column of their document."""
    yield from (Finding(record, None) for _, record in broken)
    messages = dict.fromkeys(rule.message for rule, _ in broken)
    lines = ", ".join(str(record.line) for _, record in broken[:_MANY])
    hint = "\n".join([*messages, f"look at the records in the lines {lines} … if this is right"])
    yield Finding(document, document.problem(column, f"{len(broken)} rows do not go with this", hint))


def _broken(rule: Rule, frames: Mapping[str, pd.DataFrame], *, all_valid: bool) -> pd.DataFrame:
    """Return the rows that break a rule."""
    try:
        return frames[rule.table][~evaluate_rule(rule, frames)]
    except Exception:
        if all_valid:
            raise
        return frames[rule.table][:0]  # the rule met what a problem has already been reported for


def evaluate_rule(rule: Rule, frames: Mapping[str, pd.DataFrame]) -> pd.Series[bool]:
    """Return for each row of a rule's table whether it holds; raise `ContractError` if the rule does not say.

    Of a table without rows, as those of documents are where the codebook is looked at alone, it is not asked.
    """
    if frames[rule.table].empty:
        return pd.Series(index=frames[rule.table].index, dtype=bool)
    holds: pd.Series[bool] = rule.check(frames)
    if isinstance(holds, pd.Series) and holds.dtype == bool and holds.index.equals(frames[rule.table].index):
        return holds
    raise ContractError(f"the rule {rule.message!r} must return one True or False for each row of {rule.table!r}.")


def _surroundings_sound(table: TableState, tables: TableStates, broken_parents: set[int]) -> pd.Series[bool]:
    """True for the rows that are sound, refer only to sound rows, and hold only sound children."""
    sound = table.valid
    for column in table.spec.references:
        target = tables[column.target or ""]
        reached = target.frame.loc[target.valid, target.spec.key[0]]
        sound &= table.frame[column.name].isna() | table.frame[column.name].isin(reached)
    return sound & ~pd.Series([id(r) in broken_parents for r in table.records], index=sound.index, dtype=bool)
