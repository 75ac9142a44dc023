"""The entries of the codebook as pages show and edit them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stancebook.exceptions import StancebookError
from stancebook.problems import pluralize
from stancebook.schema.contract import Contract
from stancebook.sources.discovery import CODEBOOK, YAML
from stancebook.web.desk.edits import BadEditError, edit_codebook
from stancebook.web.desk.rows import FileRows, Row, own_id, read_rows
from stancebook.web.desk.store import DiskFile, StoreError

if TYPE_CHECKING:
    from stancebook.web.desk.workspace import Workspace

_MAX_NAMED = 3  # rows that refer to an entry, in a sentence


class ReferredToError(StancebookError):
    """An entry cannot be removed, because rows refer to it."""


@dataclass
class _CodebookFile:
    """A file of the codebook, its text with edits, and its entries."""

    disk: DiskFile
    text: str
    rows: FileRows


def codebook_entries(workspace: Workspace) -> dict[str, list[dict[str, Any]]]:
    """Return the entries by table, in the order of the files.

    Args:
        workspace: The project.
    """
    contract = workspace.contract
    entries: dict[str, list[dict[str, Any]]] = {spec.name: [] for spec in contract.tables_of_kind("codebook")}
    for file in _files(workspace):
        for row in file.rows.rows:
            entries[row.table].append(_entry(contract, row))
    return entries


def edit_entries(workspace: Workspace, edits: Any) -> str:
    """Make edits, and write the files at once: all that they change, or nothing if one edit is refused.

    Args:
        workspace: The project.
        edits: The edits, as JSON.

    Returns:
        The address of the entry that was added or changed last; empty if there is none.

    Raises:
        BadEditError: An edit is not valid.
        EditError: A file cannot be edited.
        ReferredToError: An entry that is to be removed is referred to.
        StoreError: A file cannot be read or written.
    """
    if not isinstance(edits, list):
        raise BadEditError("edits must be a list of edits.")
    contract, files, address = workspace.contract, _files(workspace), ""
    for edit in edits:
        if isinstance(edit, dict) and edit.get("do") == "remove":
            _refuse_referred(workspace, edit)
        file = _file_of(workspace, files, edit)
        edited = edit_codebook(contract, file.text, file.disk.path.name, [edit])
        file.text, address = edited.text, edited.row
        file.rows = _rows(contract, file.text, file.disk.path.name)
    changed = [file for file in files if file.text.encode() != _content(file.disk)]
    if stale := [file.disk.path.name for file in changed if file.disk.digest and file.disk.state != "same"]:
        raise StoreError(f"{', '.join(stale)} was changed on disk just now. Nothing was written; try again.")
    for file in changed:
        file.disk.write(file.text.encode())
    workspace.refresh()
    return address


def _content(disk: DiskFile) -> bytes:
    return disk.peek() if disk.path.exists() else b""


def _files(workspace: Workspace) -> list[_CodebookFile]:
    files = []
    for entry in workspace.listing.codebook:
        disk = DiskFile(workspace.seeds / entry.name)
        try:
            text = disk.read().decode()
        except UnicodeDecodeError as error:
            raise StoreError(f"{entry.name} is not UTF-8; save it again as UTF-8.") from error
        files.append(_CodebookFile(disk, text, _rows(workspace.contract, text, entry.name)))
    return files


def _rows(contract: Contract, text: str, name: str) -> FileRows:
    return read_rows(text, name, contract.tables_of_kind("codebook"), contract)


def _file_of(workspace: Workspace, files: list[_CodebookFile], edit: Any) -> _CodebookFile:
    """Return the file that has an entry or, for a new one, entries of its table; else a new file for the table."""
    table = edit.get("table") if isinstance(edit, dict) else None
    spec = next((spec for spec in workspace.contract.tables_of_kind("codebook") if spec.name == table), None)
    if spec is None:
        raise BadEditError("An edit must name a table of the codebook.")
    if edit.get("do") != "add":
        address = f"{table}.{edit.get('key')}"
        found = next((file for file in files if address in file.rows.by_address), None)
        if found is None:
            raise BadEditError(f"The codebook has no single entry '{address[:200]}'.")
        return found
    found = next((file for file in files if any(row.table == table for row in file.rows.rows)), None)
    if found is None:
        path = workspace.seeds / CODEBOOK / f"{spec.section.replace('_', '-')}{YAML}"
        found = next((file for file in files if file.disk.path == path), None)
        if found is None:
            found = _CodebookFile(DiskFile(path), "", FileRows())
            files.append(found)
    return found


def _refuse_referred(workspace: Workspace, edit: Mapping[str, Any]) -> None:
    """Raise `ReferredToError` if rows refer to an entry."""
    table, key = edit.get("table"), edit.get("key")
    found = [name for name, row in _all_rows(workspace) if _refers(workspace.contract, row, table, key)]
    if found:
        more = f" and {pluralize(len(found) - _MAX_NAMED, 'more row')}" if len(found) > _MAX_NAMED else ""
        named = ", ".join(found[:_MAX_NAMED])
        raise ReferredToError(f"'{key}' cannot be removed: {named}{more} refer to it. Change these rows first.")


def _refers(contract: Contract, row: Row, table: Any, key: Any) -> bool:
    columns = [column.name for column in contract.tables[row.table].references if column.target == table]
    children = (child for listed in row.children.values() for child in listed)
    return any(row.values.get(name, "").strip() == key for name in columns) or any(
        _refers(contract, child, table, key) for child in children
    )


def _all_rows(workspace: Workspace) -> Iterator[tuple[str, Row]]:
    """Yield the rows of documents and codebook, unsaved ones included, with a name for people."""
    for file in _files(workspace):
        for row in file.rows.rows:
            yield row.address, row
    for doc_id in workspace.documents:
        rows = workspace.rows(doc_id)
        for row in (*([rows.document] if rows.document else []), *rows.rows):
            yield f"{row.address} in {doc_id}", row


def _entry(contract: Contract, row: Row) -> dict[str, Any]:
    spec = contract.tables[row.table]
    key = own_id(row, spec)
    names = (
        row.values.get(column.name, "")
        for column in spec.written_columns
        if column.kind == "text" and column.must_be_given and column.pattern is None
    )
    children = {name: [dict(child.values) for child in listed] for name, listed in row.children.items()}
    nested = (value for listed in children.values() for values in listed for value in values.values())
    return {
        "address": row.address,
        "key": key,
        "label": next((name for name in names if name), key),
        "values": dict(row.values),
        "children": children,
        "search": " ".join([*row.values.values(), *nested]).lower(),
    }
