"""Checks of the remarks in annotation files, which are in no dataset."""

from collections.abc import Collection, Iterator

import pandas as pd

from stancebook.build.coded_table import CodedTable, CodedTables, Failure
from stancebook.problems import Level
from stancebook.schema.contract import Contract
from stancebook.schema.remarks import ACCEPTED, DECISIONS, OPEN, REJECTED, SETTLED
from stancebook.suggestions import did_you_mean, options_hint

UNDECIDED = "coders differ here, and it is not decided yet"


def check_decisions(
    contract: Contract, decisions: CodedTable, tables: CodedTables, incomplete: Collection[str]
) -> Iterator[Failure]:
    """Yield a failure for each decision on a row that cannot be or is gone, that lacks its reason, or is still open.

    Args:
        contract: Declares the tables.
        decisions: The decisions of some documents.
        tables: The tables of these documents.
        incomplete: The documents that were not read completely, so that rows may be missing.
    """
    rows = decisions.valid_rows
    if rows.empty:
        return
    yield from _wrong_forms(rows)
    keys = {spec.name: _keys(tables[spec.name]) for spec in contract.tables_of_kind("annotation")}
    cells = (rows[name] for name in ("row", "decision", "note", "from"))
    for index, row, decision, note, source in zip(rows.index, *cells, strict=True):
        document = decisions.document(index)
        table, _, key = row.partition(".")
        if decision == REJECTED and not isinstance(note, str):
            message = f"a decision that is {REJECTED!r} needs a reason"
            yield _failure(index, "decision", message, "write it under 'note'")
        elif row != contract.document.section and table not in keys:
            hint = options_hint(table, [contract.document.section, *(f"{name}.<id>" for name in keys)])
            yield _failure(index, "row", f"{row!r} names no row of this file", hint)
        elif decision == OPEN:
            hint = f"settle it in the desk, or write one of {', '.join(SETTLED)} and run 'stancebook adjudicate' again"
            yield _failure(index, "decision", UNDECIDED, hint, "warning")
        elif row == contract.document.section or decision == REJECTED or document in incomplete:
            continue
        elif f"{document}#{key}" not in keys[table]:
            own = (other.removeprefix(f"{document}#") for other in keys[table] if other.startswith(f"{document}#"))
            others = [f"{table}.{other}" for other in sorted(own)]
            hint = did_you_mean(row, others) or "correct the id, or remove the decision"
            if isinstance(source, str) and decision == ACCEPTED:
                hint = f"'stancebook adjudicate' adds the row {source} of the codings here"
            yield _failure(index, "row", f"there is no row {row!r} any more", hint, "warning")


def _wrong_forms(rows: pd.DataFrame) -> Iterator[Failure]:
    """Yield a failure for each value that does not match the pattern of its column."""
    for column in DECISIONS.columns:
        if column.pattern is not None:
            for index, value in zip(rows.index, rows[column.name], strict=True):
                if isinstance(value, str) and not column.pattern.matches(value):
                    yield _failure(index, column.name, f"{value!r} is not {column.pattern.description}", "")


def _keys(table: CodedTable) -> set[str]:
    return {*table.records.typed_keys.to_pylist()}


def _failure(row: int, column: str, message: str, hint: str, level: Level = "error") -> Failure:
    return Failure(DECISIONS.name, row, column, "cell", (message, hint), level)
