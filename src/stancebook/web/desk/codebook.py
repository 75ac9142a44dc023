"""The entries of the codebook as pages show and edit them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from stancebook.build.pipeline import check_codebook_rules
from stancebook.exceptions import StancebookError
from stancebook.problems import Problem, deduplicate, display_path, errors_in, pluralize
from stancebook.schema.contract import Contract
from stancebook.sources.corpus import SourceFile
from stancebook.sources.discovery import CODEBOOK, YAML
from stancebook.web.desk.checks import codebook_of
from stancebook.web.desk.edits import BadEditError, edit_codebook
from stancebook.web.desk.rows import FileRows, Place, Row, locate_problems, own_id, problem_state, read_rows
from stancebook.web.desk.store import DiskFile, StoreError

if TYPE_CHECKING:
    from stancebook.web.desk.workspace import Workspace

_MAX_NAMED = 3  # rows that refer to an entry, in a sentence


class ReferredToError(StancebookError):
    """An entry cannot be removed, because rows refer to it."""


class RefusedEntryError(StancebookError):
    """The build would refuse an entry; nothing was written.

    Attributes:
        problems: Why, each with the key of the form that it is about.
    """

    def __init__(self, problems: list[dict[str, Any]]) -> None:
        super().__init__("The entry is not saved, because the build would refuse it.")
        self.problems = problems


@dataclass
class _CodebookFile:
    """A file of the codebook, its text with edits, and its entries."""

    disk: DiskFile
    text: str
    rows: FileRows

    @property
    def name(self) -> str:
        """Its path as displayed in problems."""
        return display_path(self.disk.path)


def codebook_entries(workspace: Workspace) -> dict[str, list[dict[str, Any]]]:
    """Return the entries by table, in the order of the files.

    Args:
        workspace: The project.
    """
    contract = workspace.contract
    entries: dict[str, list[dict[str, Any]]] = {spec.name: [] for spec in contract.tables_of_kind("codebook")}
    for file in _files(workspace):
        for row in file.rows.rows:
            entries[row.table].append({"file": file.name, **_entry(contract, row)})
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
        RefusedEntryError: An entry would have problems that it did not have before.
        StoreError: A file cannot be read or written.
    """
    if not isinstance(edits, list):
        raise BadEditError("edits must be a list of edits.")
    contract, files, address = workspace.contract, _files(workspace), ""
    for edit in edits:
        if isinstance(edit, dict) and edit.get("do") == "remove":
            _refuse_referred(workspace, edit)
        file = _file_of(workspace, files, edit)
        before = "" if edit.get("do") == "add" else f"{edit['table']}.{edit['key']}"
        known = _entry_errors(workspace, files, file, before) if before else []
        own = {name: value for name, value in edit.items() if name != "file"}
        edited = edit_codebook(contract, file.text, file.disk.path.name, [own])
        file.text, address = edited.text, edited.row
        file.rows = _rows(contract, file.text, file.disk.path.name)
        if address:
            _refuse_new(known, _entry_errors(workspace, files, file, address))
    changed = [file for file in files if file.text.encode() != _content(file.disk)]
    if stale := [file.disk.path.name for file in changed if file.disk.digest and file.disk.state != "same"]:
        raise StoreError(f"{', '.join(stale)} was changed on disk just now. Nothing was written; try again.")
    for file in changed:
        file.disk.write(file.text.encode())
    workspace.refresh()
    return address


def _entry_errors(
    workspace: Workspace, files: Sequence[_CodebookFile], file: _CodebookFile, address: str
) -> list[tuple[Place, Problem]]:
    """Return what the build refuses of an entry, its edits included; of a repeated key, that of all its entries."""
    contract = workspace.contract
    texts = [SourceFile(one.name, one.text) for one in files]
    checked = codebook_of(contract, texts, complete=workspace.listing.complete)
    found = errors_in(deduplicate(check_codebook_rules(contract, checked, {})))
    entry = file.rows.by_address[address]
    spec = contract.tables[entry.table]
    key, errors = own_id(entry, spec), []
    for one in files:
        own = [problem for problem in found if problem.file == one.name]
        rows = read_rows(
            one.text, one.disk.path.name, contract.tables_of_kind("codebook"), contract, with_positions=True
        )
        entries = {row.address for row in rows.rows if row.table == spec.name and key and own_id(row, spec) == key}
        entries |= {address} if one is file else set()
        places = zip(locate_problems(rows, own), own, strict=True)
        errors += [(place, problem) for place, problem in places if place.row in entries]
    return errors


def _refuse_new(known: Sequence[tuple[Place, Problem]], found: Sequence[tuple[Place, Problem]]) -> None:
    """Raise `RefusedEntryError` if an entry has errors that it did not have before."""
    left = Counter((place.section, place.key, problem.message) for place, problem in known)
    new = []
    for place, problem in found:
        same = place.section, place.key, problem.message
        left[same] -= 1
        if left[same] < 0:
            new.append(problem_state(problem, **asdict(place)))
    if new:
        raise RefusedEntryError(new)


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
        named = edit.get("file")  # of entries that only their position identifies, each file may have one
        found = next((file for file in files if address in file.rows.by_address and named in (None, file.name)), None)
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
    if isinstance(key, str) and key.startswith("@"):  # no row can refer to an entry that its key does not identify
        return
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
