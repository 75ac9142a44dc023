"""The references to a row that gets another id: they are renamed with it."""

from __future__ import annotations

from collections.abc import Iterator

from stancebook.schema.contract import Contract
from stancebook.sources.editing import SetValues
from stancebook.web.desk.rows import DECISIONS, FileRows, Row, own_id


def renamed_references(contract: Contract, rows: FileRows, row: Row, new_id: str, doc_id: str) -> Iterator[SetValues]:
    """Yield the edits of all that refers to a row in its file: keys of rows and nested rows, and decisions.

    Nothing is renamed if another row has the old id or the new one: then it is not clear which of the two is meant.

    Args:
        contract: Declares the tables.
        rows: The records of the file.
        row: The row.
        new_id: The id that it gets.
        doc_id: The document.
    """
    spec = contract.tables[row.table]
    old_id = own_id(row, spec)
    used = [own_id(other, spec) for other in rows.rows if other.table == row.table]
    if not old_id or used.count(old_id) > 1 or new_id in used:
        return
    new_values = {old_id: new_id, f"{doc_id}#{old_id}": f"{doc_id}#{new_id}"}
    for other in _with_nested(rows):
        columns = [column.name for column in contract.tables[other.table].references if column.target == row.table]
        typed = {name: other.values.get(name, "").strip() for name in columns}
        values = {name: new_values[value] for name, value in typed.items() if value in new_values}
        if values:
            yield SetValues(other.path, values)
    for index, decision in enumerate(rows.others.get(DECISIONS, ())):
        if decision.get("row", "").strip() == f"{row.table}.{old_id}":
            yield SetValues((DECISIONS, index), {"row": f"{row.table}.{new_id}"})


def _with_nested(rows: FileRows) -> Iterator[Row]:
    """Yield the document's own record, the rows, and those nested in them at any depth."""
    pending = [*([rows.document] if rows.document else []), *rows.rows]
    for row in pending:  # which grows
        yield row
        pending += [child for listed in row.children.values() for child in listed]
