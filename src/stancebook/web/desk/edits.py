"""Turn what a page asks for into splices of the text of a record file."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from stancebook.exceptions import StancebookError
from stancebook.schema.contract import Contract
from stancebook.schema.remarks import SETTLED
from stancebook.schema.spec import ID, TableSpec
from stancebook.sources.anchoring import SourceText
from stancebook.sources.editing import (
    Edit,
    InsertRecord,
    RemoveRecord,
    ReplaceList,
    SetValues,
    edit_annotations,
    next_id,
)
from stancebook.sources.selections import Selection, select
from stancebook.web.desk.renaming import renamed_references
from stancebook.web.desk.rows import (
    ADJUDICATED,
    DECISIONS,
    DOCUMENT,
    NOTHING_HERE,
    FileRows,
    Path,
    Row,
    own_id,
    read_rows,
)

MAX_EDITS = 1000  # in one request


class BadEditError(StancebookError):
    """An edit lacks fields, has unknown ones, or is about a row that does not exist."""


@dataclass(frozen=True)
class EditedText:
    """The text of a file after edits.

    Attributes:
        text: The text.
        row: The address of the row that was added or changed last; empty if there is none.
    """

    text: str
    row: str = ""


def edit_document(
    contract: Contract,
    text: str,
    file_name: str,
    source: SourceText | None,
    edits: Any,
    *,
    doc_id: str,
    read: Callable[[str], FileRows],
) -> EditedText:
    """Return the text of an annotation file after the edits of a page, each on the result of the one before.

    Args:
        contract: Declares the tables.
        text: The text of the file.
        file_name: Its name, which decides the format.
        source: The text of the document; None if it cannot be read.
        edits: The edits, as JSON.
        doc_id: The document.
        read: Reads the records of a text of the file.

    Raises:
        BadEditError: One of them is not valid; nothing was changed.
        EditError: The file cannot be edited; nothing was changed.
    """
    row = ""
    for edit in _checked_edits(edits):
        editor = _Editor(contract, text, file_name, contract.document_tables, source, doc_id=doc_id, read=read)
        text, row = editor.apply(edit)
    return EditedText(text, row)


def edit_codebook(contract: Contract, text: str, file_name: str, edits: Any) -> EditedText:
    """Return the text of a file of the codebook after edits; `table` and `key` say which entry each is about.

    Args:
        contract: Declares the tables.
        text: The text of the file.
        file_name: Its name, which decides the format.
        edits: The edits, as JSON.

    Raises:
        BadEditError: One of them is not valid; nothing was changed.
        EditError: The file cannot be edited; nothing was changed.
    """
    row = ""
    for edit in _checked_edits(edits):
        editor = _Editor(contract, text, file_name, contract.codebook_tables, None)
        if edit["do"] != "add":
            table, key = (_text(edit, name) for name in ("table", "key"))
            edit = {name: value for name, value in edit.items() if name not in ("table", "key")}  # noqa: PLW2901
            edit["row"] = f"{table}.{key}"
        text, row = editor.apply(edit)
    return EditedText(text, row)


def next_ids(contract: Contract, rows: FileRows) -> dict[str, str]:
    """Return an id for a new row of each table, which continues the numbers of its rows: after `s07` comes `s08`."""
    ids: dict[str, list[str]] = {spec.name: [] for spec in contract.tables_of_kind("annotation")}
    for row in rows.rows:
        ids.setdefault(row.table, []).append(own_id(row, contract.tables[row.table]))
    return {table: next_id(table, used) for table, used in ids.items()}


def _checked_edits(edits: Any) -> list[dict[str, Any]]:
    if not isinstance(edits, list) or not edits or len(edits) > MAX_EDITS:
        raise BadEditError(f"edits must be a list of 1 to {MAX_EDITS:,} edits.")
    for edit in edits:
        if not isinstance(edit, dict) or edit.get("do") not in _FIELDS:
            raise BadEditError(f"An edit must say what to do: one of {', '.join(_FIELDS)}.")
        required, optional = _FIELDS[edit["do"]]
        if missing := [name for name in required if name not in edit]:
            raise BadEditError(f"The edit '{edit['do']}' lacks {', '.join(missing)}.")
        if unknown := sorted(edit.keys() - {"do", *required, *optional}):
            raise BadEditError(f"The edit '{edit['do']}' has unknown fields: {', '.join(unknown)[:200]}.")
    return edits


# The fields of each kind of edit: required and optional ones. Of the codebook, `table` and `key` name an entry.
_FIELDS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "set": ((), ("row", "table", "key", "values", "children")),
    "add": (("table",), ("values", "children", "after")),
    "remove": ((), ("row", "table", "key")),
    "nothing_here": (("start", "end"), ("note",)),
    "something_here": (("start", "end"), ()),
    "decide": (("row", "decision"), ("note", "by")),
}


class _Editor:
    """Makes one edit of a page in one text."""

    def __init__(
        self,
        contract: Contract,
        text: str,
        file_name: str,
        specs: Iterable[TableSpec],
        source: SourceText | None,
        *,
        doc_id: str = "",
        read: Callable[[str], FileRows] | None = None,
    ) -> None:
        self.contract, self.text, self.file_name, self.source = contract, text, file_name, source
        self.doc_id = doc_id
        self.specs = {spec.name: spec for spec in specs if spec.parent is None}
        self.read = read or partial(read_rows, file_name=file_name, specs=self.specs.values(), contract=contract)
        self.rows = self.read(text)

    def apply(self, edit: Mapping[str, Any]) -> tuple[str, str]:
        """Return the text with an edit, and the address of the row that it adds or changes."""
        make: Callable[[Mapping[str, Any]], tuple[list[Edit], Path]] = getattr(self, f"_{edit['do']}")
        splices, path = make(edit)
        text = edit_annotations(self.text, self.file_name, splices, self.contract)
        rows = self.read(text)
        address = next((row.address for row in rows.by_address.values() if row.path == path), "")
        return text, address

    def _row(self, edit: Mapping[str, Any]) -> Row:
        row = self.rows.by_address.get(_text(edit, "row"))
        if row is None:
            raise BadEditError(f"There is no row '{_text(edit, 'row')[:200]}'.")
        return row

    def _set(self, edit: Mapping[str, Any]) -> tuple[list[Edit], Path]:
        row = self._row(edit)
        spec = self.contract.tables[row.table]
        values = self._values(spec, edit)
        splices: list[Edit] = []
        if spec.is_annotation and (new_id := (values.get(ID) or "").strip()):
            splices += renamed_references(self.contract, self.rows, row, new_id, self.doc_id)
        splices += [SetValues(row.path, values)] if values else []
        splices += [ReplaceList((*row.path, name), listed) for name, listed in self._children(spec, edit).items()]
        return splices, row.path

    def _add(self, edit: Mapping[str, Any]) -> tuple[list[Edit], Path]:
        spec = self.specs.get(_text(edit, "table"))
        if spec is None or spec.kind == "document":
            raise BadEditError(f"A row of '{_text(edit, 'table')[:200]}' cannot be added here.")
        same = [row for row in self.rows.rows if row.table == spec.name]
        index = max((int(row.path[-1]) + 1 for row in same), default=0)
        if edit.get("after") is not None:
            after = self._row({"row": edit["after"]})
            if after.table != spec.name:
                raise BadEditError(f"'{after.address}' is a row of another table, so no row can follow it.")
            index = int(after.path[-1]) + 1
        values: dict[str, Any] = {key: value for key, value in self._values(spec, edit).items() if value is not None}
        if spec.is_annotation and ID not in values:
            values = {ID: next_ids(self.contract, self.rows)[spec.name], **values}
        children = {name: listed for name, listed in self._children(spec, edit).items() if listed}
        return [InsertRecord((spec.section,), index, {**values, **children})], (spec.section, index)

    def _remove(self, edit: Mapping[str, Any]) -> tuple[list[Edit], Path]:
        row = self._row(edit)
        if row.address == DOCUMENT:
            raise BadEditError("The facts of the document cannot be removed.")
        return [RemoveRecord(row.path)], ()

    def _nothing_here(self, edit: Mapping[str, Any]) -> tuple[list[Edit], Path]:
        selection = self._selection(edit)
        record = _quoted(selection) | ({"note": note} if (note := _text(edit, "note")) else {})
        return [InsertRecord((NOTHING_HERE,), len(self.rows.others.get(NOTHING_HERE, ())), record)], ()

    def _something_here(self, edit: Mapping[str, Any]) -> tuple[list[Edit], Path]:
        start, end = _offsets(edit)
        listed = self.rows.others.get(NOTHING_HERE, ())
        spans = [self._find(record) for record in listed]
        inside = [number for number, span in enumerate(spans) if span and span[0] < end and start < span[1]]
        if not inside:
            raise BadEditError("No passage here is marked as one with nothing to code.")
        return [RemoveRecord((NOTHING_HERE, number)) for number in reversed(inside)], ()

    def _decide(self, edit: Mapping[str, Any]) -> tuple[list[Edit], Path]:
        decision, note = _text(edit, "decision"), _text(edit, "note")
        if decision not in SETTLED:
            raise BadEditError(f"A decision is one of {', '.join(SETTLED)}.")
        if decision == "rejected" and not note.strip():
            raise BadEditError("Say why the row is rejected.")
        row = self._row(edit)
        values = {
            "decision": decision,
            "by": _text(edit, "by") or reviewer(self.rows.others) or None,
            "note": note or None,
        }
        if decision == "rejected":
            values["quote"] = row.values.get("quote")
        earlier = [found.get("row") for found in self.rows.others.get(DECISIONS, ())]
        splices: list[Edit]
        if row.address in earlier:
            splices = [SetValues((DECISIONS, earlier.index(row.address)), values)]
        else:
            record = {"row": row.address, **{key: value for key, value in values.items() if value is not None}}
            splices = [InsertRecord((DECISIONS,), len(earlier), record)]
        if decision == "rejected":
            return [*splices, RemoveRecord(row.path)], ()
        return splices, row.path

    def _values(self, spec: TableSpec, edit: Mapping[str, Any]) -> dict[str, str | None]:
        values = edit.get("values", {})
        return checked_values(spec, values)

    def _children(self, spec: TableSpec, edit: Mapping[str, Any]) -> dict[str, list[dict[str, str]]]:
        children, nested = edit.get("children", {}), self.contract.nested_tables(spec.name)
        if not isinstance(children, dict) or not all(isinstance(listed, list) for listed in children.values()):
            raise BadEditError("children must be lists of records by section.")
        if unknown := [name for name in children if name not in nested]:
            raise BadEditError(f"A row of {spec.name} has no nested rows '{', '.join(unknown)[:200]}'.")
        return {
            name: [
                {key: value for key, value in checked_values(nested[name], record).items() if value is not None}
                for record in listed
            ]
            for name, listed in children.items()
        }

    def _selection(self, edit: Mapping[str, Any]) -> Selection:
        start, end = _offsets(edit)
        selection = select(self.source, start, end) if self.source else None
        if selection is None:
            raise BadEditError("Select words of the text that occur once, or have distinct words around them.")
        return selection

    def _find(self, record: Mapping[str, str]) -> tuple[int, int] | None:
        if self.source is None:
            return None
        return self.source.find(record.get("quote", ""), record.get("prefix", ""), record.get("suffix", ""))


def reviewer(remarks: Mapping[str, Sequence[Mapping[str, str]]]) -> str:
    """Return who decided last in a file, else the name of the user of this machine; empty if it has none.

    Args:
        remarks: The records of the sections that are no tables.
    """
    records = (*remarks.get(ADJUDICATED, ()), *remarks.get(DECISIONS, ()))
    if named := [name for record in records if (name := record.get("by", ""))]:
        return named[-1]
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""


def _quoted(selection: Selection) -> dict[str, str]:
    context = {"prefix": selection.prefix, "suffix": selection.suffix}
    return {"quote": selection.quote, **{key: words for key, words in context.items() if words}}


def checked_values(spec: TableSpec, values: Any) -> dict[str, str | None]:
    """Return the values of a record, empty ones as None.

    Args:
        spec: The table of the record.
        values: The values by key, as JSON.

    Raises:
        BadEditError: A key is unknown, or a value is no text.
    """
    if not isinstance(values, dict):
        raise BadEditError("values must be texts by key.")
    if unknown := [key for key in values if key not in spec.allowed_keys]:
        raise BadEditError(f"A row of {spec.name} has no key '{', '.join(unknown)[:200]}'.")
    if wrong := [key for key, value in values.items() if not (value is None or isinstance(value, str))]:
        raise BadEditError(f"The value of {', '.join(wrong)} is neither a text nor null.")
    return {key: value.replace("\r\n", "\n") if value and value.strip() else None for key, value in values.items()}


def _text(edit: Mapping[str, Any], name: str) -> str:
    value = edit.get(name)
    if value is not None and not isinstance(value, str):
        raise BadEditError(f"{name} must be a text.")
    return value or ""


def _offsets(edit: Mapping[str, Any]) -> tuple[int, int]:
    if type(edit["start"]) is not int or type(edit["end"]) is not int:
        raise BadEditError("start and end must be integers.")
    return edit["start"], edit["end"]
