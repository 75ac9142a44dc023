"""Descriptions of REFI-QDA selections: the row that a selection is, and its cells that are neither codes nor links.

A line for each: `row: claims.c01`, `when_edtf: 1901-04-29`. Further lines of a text are indented. Nested records are in
JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence

from stancebook.exchange.adapters.refi_codes import NOT_IN_XML, coded_keys
from stancebook.exchange.project import ExchangeProject, Row, Values
from stancebook.schema.record_forms import KeyForm, RecordForm

_ROW = "row"
_ROW_LINE = re.compile(rf"^{_ROW}: (\S+)$", re.MULTILINE)
_CELL = re.compile(r"(\w+): ?(.*)")
_SHORTENED = 60  # characters from which a description may be one that a program has cut

Cells = dict[str, str | None]
Nested = Mapping[str, Sequence[Values]]


def linked_keys(project: ExchangeProject, form: RecordForm) -> list[KeyForm]:
    """Return the keys of a table that refer to rows of a text, which are links."""
    return [key for key in form.keys if project.is_link(key)]


def description(project: ExchangeProject, form: RecordForm, row: Row) -> str:
    """Return the description of the selection of a row."""
    cells = {_ROW: row.address, **{key: row.values[key] for key in _keys(project, form) if key in row.values}}
    nested = {section: json.dumps(records, ensure_ascii=False) for section, records in row.children.items()}
    lines = [f"{key}: {value}" for key, value in {**cells, **nested}.items() if not NOT_IN_XML.search(value)]
    return "\n".join("\n  ".join(line.split("\n")) for line in lines)


def described_row(text: str) -> str:
    """Return the address of the row in a description; empty if it has none."""
    found = _ROW_LINE.search(text)
    return found[1] if found else ""


def read_description(project: ExchangeProject, text: str, known: Row | None) -> tuple[Cells, Nested]:
    """Return the cells and the nested records in a description.

    Args:
        project: The project.
        text: The description.
        known: The row that was exported to this selection. What its description has not is emptied, unless there is no
            description, or it was cut.
    """
    if not text.strip() or (known is not None and _is_unchanged(project, text, known)):
        return {}, {}
    forms = [*project.layers] if known is None else [project.forms[known.table]]
    keys = {key for form in forms for key in _keys(project, form)}
    sections = {project.forms[nested].section for form in forms for nested in form.nested}
    cells = _cells(text, keys | sections | {_ROW})
    if cells is None:
        return {"Description": text}, {}
    cells.pop(_ROW, None)
    values, children = _split(cells, sections)
    if known is None:
        return values, children
    kept = {key for key in keys if NOT_IN_XML.search(known.values.get(key, ""))}
    return dict.fromkeys(keys - kept) | values, {**{section: [] for section in sections}, **children}


def _keys(project: ExchangeProject, form: RecordForm) -> list[str]:
    """Return the keys of a table whose values are in descriptions."""
    elsewhere = {key.name for key in (*coded_keys(project, form), *linked_keys(project, form))}
    return [key.name for key in project.cell_keys(form) if key.name not in elsewhere]


def _is_unchanged(project: ExchangeProject, text: str, row: Row) -> bool:
    """Return whether a description is that of a row, or its start: some programs keep a few hundred characters."""
    given = " ".join(text.split()).rstrip("….")
    expected = " ".join(description(project, project.forms[row.table], row).split())
    return given == expected or (len(given) >= _SHORTENED and expected.startswith(given))


def _cells(text: str, keys: Collection[str]) -> dict[str, str] | None:
    """Return the cells that the lines of a description give; None if it does not start with one."""
    cells: dict[str, str] = {}
    last = ""
    for line in text.strip("\n").split("\n"):
        found = _CELL.fullmatch(line)
        if found and found[1] in keys:
            last = found[1]
            cells[last] = found[2]
        elif not last:
            return None
        else:
            cells[last] += f"\n{line.removeprefix('  ')}"
    return cells


def _split(cells: Mapping[str, str], sections: Collection[str]) -> tuple[Cells, Nested]:
    """Return cells, and apart from them nested records, which are in JSON; what is no JSON stays a text."""
    values: Cells = {}
    children: dict[str, Sequence[Values]] = {}
    for key, text in cells.items():
        records = _records(text) if key in sections else None
        if records is None:
            values[key] = text
        else:
            children[key] = records
    return values, children


def _records(text: str) -> list[Values] | None:
    try:
        return [{str(key): str(value) for key, value in record.items()} for record in json.loads(text)]
    except (ValueError, AttributeError, TypeError, RecursionError):
        return None
