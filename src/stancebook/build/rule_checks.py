"""Check coded tables with their models and the rules of the contract."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

import numpy as np
import pyarrow.compute as pc

from stancebook.build.coded_table import Failure, Mask, Rows, TypedTable, TypedTables
from stancebook.build.result_cache import ReadTables, ResultCache
from stancebook.schema.contract import Contract
from stancebook.schema.dataframes import arrow_strings
from stancebook.schema.rules import ModelFailure, Rule, evaluate_rule, model_failures
from stancebook.schema.spec import Tables, Texts

MIN_ROWS_FOR_DOCUMENT_PROBLEM = 5  # so many rows that contradict a value of their document: the value is likelier wrong


def check_model(table: TypedTable, cache: ResultCache, *, all_valid: bool) -> Iterator[Failure]:
    """Yield a failure for each valid own row and each rule of the model that it breaks.

    Args:
        table: The table.
        cache: Has earlier results.
        all_valid: Whether every row of the dataset is valid. If not, computed columns are not checked, since they may
            be computed from invalid rows.
    """
    name, checked = table.spec.name, table.valid.copy()
    checked[table.own_rows :] = False

    def failures(frames: Tables) -> list[ModelFailure]:
        return model_failures(table.spec, frames[name] if checked.all() else frames[name][checked])

    for failure in cache.call(("model", name), failures, {name: table.frame}, checked.tobytes()).value:
        computed = failure.single_column and failure.column and table.spec[failure.column].filled_by == "function"
        if all_valid or not computed:
            yield Failure(name, failure.row, failure.column, "model", (failure.message,))


def check_rules(
    contract: Contract,
    rules: Iterable[Rule],
    tables: TypedTables,
    frames: Tables,
    texts: Texts,
    *,
    cache: ResultCache,
    all_valid: bool,
) -> Iterator[Failure]:
    """Yield a failure for each own row that breaks a rule across tables.

    Rows that have a problem, or are directly related to a row that has and that the rule reads, are skipped. A document
    whose `document_column` is empty because of a problem breaks no rule on that column.

    Args:
        contract: The contract of the dataset.
        rules: The rules to check.
        tables: The tables of the rules, and those that they refer to.
        frames: What the rules may read, by table name.
        texts: The texts that they may read, by document.
        cache: Has earlier results.
        all_valid: Whether every row is valid. If not, a rule that fails to run is skipped.
    """
    by_document: dict[tuple[str, str], list[Failure]] = {}
    for rule in rules:
        table = tables[rule.table]
        broken, read = _broken_rows(rule, frames, texts, tables, cache, all_valid=all_valid)
        broken = broken[broken < table.own_rows]
        if len(broken):
            ignored = contract.document.name if rule.document_column else ""
            related = {name: other for name, other in tables.items() if name in read and name != ignored}
            broken = broken[_related_rows_valid(table, related)[broken]]
        for row in broken.tolist():
            failure = Failure(rule.table, row, rule.column, "rule", (rule.message,), rule.level)
            if rule.document_column:
                by_document.setdefault((table.documents[row].as_py(), rule.document_column), []).append(failure)
            else:
                yield failure
    for (doc_id, column), failures in by_document.items():
        if len(failures) >= MIN_ROWS_FOR_DOCUMENT_PROBLEM:
            documents = tables[contract.document.name]
            row = documents.documents.index(doc_id).as_py()
            yield Failure(documents.spec.name, row, column, "document_rule", tuple(failures))
        else:
            yield from failures


def _broken_rows(
    rule: Rule, frames: Tables, texts: Texts, tables: TypedTables, cache: ResultCache, *, all_valid: bool
) -> tuple[Rows, Collection[str]]:
    """Return the numbers of the rows that break a rule, and the names of the tables that it has read."""
    inputs = (texts,) if rule.reads_text else ()
    try:
        satisfied = cache.call((rule.table, rule.check), lambda read: evaluate_rule(rule, read, texts), frames, *inputs)
    except Exception:
        if all_valid:
            raise
    else:
        return np.flatnonzero(~satisfied.value.to_numpy()), satisfied.read
    # The rule failed on a row whose problem is reported: try without such rows.
    read = ReadTables({**frames, **{name: table.valid_rows for name, table in tables.items()}})
    try:
        without = evaluate_rule(rule, read, texts)
    except Exception:  # noqa: BLE001 (a function of the contract)
        return np.array([], dtype=np.intp), ()
    return without.index.to_numpy()[~without.to_numpy()], read.read


def _related_rows_valid(table: TypedTable, tables: TypedTables) -> Mask:
    """Return True for valid rows that refer only to valid rows, and have only valid nested rows, of some tables."""
    valid = table.valid.copy()
    for column in table.spec.references:
        target = tables.get(column.target or "")
        if target is None:
            continue
        keys, values = target.valid_rows[target.spec.key[0]], arrow_strings(table.frame[column.name])
        related = pc.or_(pc.is_null(values), pc.is_in(values, value_set=arrow_strings(keys), skip_nulls=True))
        valid &= related.to_numpy(zero_copy_only=False)
    for nested in tables.values():
        if nested.spec.parent == table.spec.name and not nested.valid.all():
            parents = np.array(nested.parents, dtype=np.intp)
            valid[parents[~nested.valid[: nested.own_rows]]] = False
    return valid
