"""Checks of the remarks in annotation files, which are in no dataset."""

from collections.abc import Collection, Iterator

from stancebook.build.coded_table import CodedTable, CodedTables, Failure
from stancebook.problems import Level
from stancebook.schema.contract import Contract
from stancebook.schema.remarks import DECISIONS, REJECTED
from stancebook.suggestions import did_you_mean, options_hint


def check_decisions(
    contract: Contract, decisions: CodedTable, tables: CodedTables, incomplete: Collection[str]
) -> Iterator[Failure]:
    """Yield a failure for each decision on a row that cannot be, or is gone, and each rejection without a reason.

    Args:
        contract: Declares the tables.
        decisions: The decisions of some documents.
        tables: The tables of these documents.
        incomplete: The documents that were not read completely, so that rows may be missing.
    """
    rows = decisions.valid_rows
    if rows.empty:
        return
    keys = {spec.name: _keys(tables[spec.name]) for spec in contract.tables_of_kind("annotation")}
    for index, row, decision, note in zip(rows.index, rows["row"], rows["decision"], rows["note"], strict=True):
        document = decisions.document(index)
        table, _, key = row.partition(".")
        if decision == REJECTED and not isinstance(note, str):
            message = f"a decision that is {REJECTED!r} needs a reason"
            yield _failure(index, "decision", message, "write it under 'note'")
        elif row == contract.document.section:
            continue
        elif table not in keys:
            hint = options_hint(table, [contract.document.section, *(f"{name}.<id>" for name in keys)])
            yield _failure(index, "row", f"{row!r} names no row of this file", hint)
        elif f"{document}#{key}" not in keys[table] and decision != REJECTED and document not in incomplete:
            own = (other.removeprefix(f"{document}#") for other in keys[table] if other.startswith(f"{document}#"))
            others = [f"{table}.{other}" for other in sorted(own)]
            hint = did_you_mean(row, others) or "correct the id, or remove the decision"
            yield _failure(index, "row", f"there is no row {row!r} any more", hint, "warning")


def _keys(table: CodedTable) -> set[str]:
    return {*table.records.typed_keys.to_pylist()}


def _failure(row: int, column: str, message: str, hint: str, level: Level = "error") -> Failure:
    return Failure(DECISIONS.name, row, column, "cell", (message, hint), level)
