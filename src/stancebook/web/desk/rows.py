"""The records of an annotation file as a page shows them: addresses, paths, values as typed; problems by record."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from stancebook.problems import Problem
from stancebook.schema.column_types import SLUG
from stancebook.schema.contract import Contract
from stancebook.schema.spec import ID, TableSpec
from stancebook.sources import nodes
from stancebook.sources.formats import format_of

Position = tuple[int, int]  # line and column
Path = tuple[str | int, ...]  # a section, the index of a record in it, the section nested in that, and so on
_MISSING_KEY = re.compile(r"the keys? '(\w+)'.* (?:is|are) (?:missing|given twice)\Z")  # shown at the first key
_ITEM = re.compile(r"(\w+)\[(\d+)\](?:\.(\w+))?")  # of a section, one that is no row, and a key of it
DOCUMENT = "document"  # the address of the document's own record
# Sections of an annotation file that are no tables.
NOTHING_HERE, ADJUDICATED, DECISIONS = "nothing_here", "adjudicated", "decisions"
_START = (1, 1)  # where a problem of a whole file is
_POSITION = ("", "")  # keys of a plain record for its line and column: no key of a file is empty twice


@dataclass(frozen=True)
class Row:
    """One record of an annotation file.

    Attributes:
        table: Its table.
        address: What pages call it: `<table>.<id>`, or `<table>.@<number>` if its id is missing, ill-formed or
            repeated.
        path: Where it is in the file.
        where: Its name in problems, such as `claims[c01]`.
        values: Its values as typed, without empty ones.
        children: The records that are nested in it, by section.
        position: The line and column where it starts; None if the file was read without positions.
    """

    table: str
    address: str
    path: Path
    where: str
    values: Mapping[str, str]
    children: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    position: Position | None = None


@dataclass(frozen=True)
class FileRows:
    """The records of one file.

    Attributes:
        rows: The records of its sections, in the order of the file.
        document: The document's own record; None in a codebook, or if it is missing.
        others: The records of sections that are no tables, as typed, by section.
        parses: Whether the file could be parsed at all.
        headings: The line and column of the key of each section; none if the file was read without positions.
    """

    rows: tuple[Row, ...] = ()
    document: Row | None = None
    others: Mapping[str, tuple[Mapping[str, str], ...]] = field(default_factory=dict)
    parses: bool = True
    headings: Mapping[str, Position] = field(default_factory=dict)

    @property
    def by_address(self) -> dict[str, Row]:
        """The records by address, the document's own one included."""
        return {row.address: row for row in (*self.rows, *([self.document] if self.document else []))}


def read_rows(
    text: str, file_name: str, specs: Iterable[TableSpec], contract: Contract, *, with_positions: bool = False
) -> FileRows:
    """Return the records of a file, also of one with mistakes.

    Args:
        text: The text of the file.
        file_name: Its name, which decides the format.
        specs: The tables that have a section in it.
        contract: Declares the nested tables.
        with_positions: Whether to find out where records start, which takes longer.
    """
    source_format = format_of(file_name)
    plain = None if with_positions else source_format.read_fast(text)
    tree = source_format.parse(text, file_name)[0] if plain is None else None
    root: Any = _plain(tree) if plain is None else plain
    if not isinstance(root, dict):
        return FileRows(parses=root is not None or not text.strip())
    rows: list[Row] = []
    document: Row | None = None
    for spec in specs:
        found = root.get(spec.section)
        if spec.kind == "document":
            if isinstance(found, dict):
                document = _row(contract, spec, found, (spec.section,), where=spec.section, address=DOCUMENT)
        else:
            rows += _section(contract, spec, found, (spec.section,), spec.section)
    others = {section: tuple(_texts(root.get(section))) for section in (NOTHING_HERE, ADJUDICATED, DECISIONS)}
    keys = tree.keys.items() if isinstance(tree, nodes.Mapping) else ()
    return FileRows(tuple(rows), document, others, headings={name: (key.line, key.column) for name, key in keys})


def _texts(records: Any) -> Iterator[Mapping[str, str]]:
    for record in records if isinstance(records, list) else []:
        if isinstance(record, dict):
            yield {key: value for key, value in record.items() if isinstance(value, str)}


def _section(contract: Contract, spec: TableSpec, found: Any, path: Path, where: str) -> Iterator[Row]:
    records = [item for item in enumerate(found) if isinstance(item[1], dict)] if isinstance(found, list) else []
    labels = [_text(record.get(spec.record_key or "")) for _, record in records]
    counts = Counter(label.strip() for label in labels)
    for number, ((index, record), label) in enumerate(zip(records, labels, strict=True), start=1):
        short = label.strip()
        is_unique = counts[short] == 1 and SLUG.matches(short)
        address = f"{spec.name}.{short if is_unique else f'@{number}'}"
        name = f"{where}[{label or index + 1}]"
        yield _row(contract, spec, record, (*path, index), where=name, address=address)


def _row(
    contract: Contract, spec: TableSpec, record: Mapping[Any, Any], path: Path, *, where: str, address: str
) -> Row:
    values = {key: _text(value) for key, value in record.items() if key in spec.allowed_keys and _text(value)}
    children = {
        section: tuple(_section(contract, nested, record.get(section), (*path, section), f"{where}.{section}"))
        for section, nested in contract.nested_tables(spec.name).items()
        if section in record
    }
    return Row(spec.name, address, path, where, values, children, record.get(_POSITION))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _plain(node: nodes.Node | None) -> Any:
    """Return a tree as plain values; each mapping has its position under a key that no file has."""
    match node:
        case nodes.Mapping():
            values: dict[Any, Any] = {key: _plain(value) for key, value in node.values.items()}
            return values | {_POSITION: (node.line, node.column)}
        case nodes.Sequence():
            return [_plain(item) for item in node.items]
        case nodes.Scalar():
            return None if node.absent else node.text
        case _:
            return None


# ── Problems by record ────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Place:
    """Where on a page a problem belongs.

    Attributes:
        row: The address of the record, or of the one it is nested in; `document`; empty for the file.
        section: The section of nested records, if it is about one of them or all; for the file, a section of it.
        child: The index of the record in that section.
        key: The key.
    """

    row: str = ""
    section: str = ""
    child: int | None = None
    key: str = ""


def locate_problems(rows: FileRows, problems: Iterable[Problem]) -> list[Place]:
    """Return where each problem of a file belongs.

    Args:
        rows: The records of the file.
        problems: Problems of this file.
    """
    named: dict[str, list[tuple[Row, Place]]] = {}
    for row in (*([rows.document] if rows.document else []), *rows.rows):
        named.setdefault(row.where, []).append((row, Place(row.address)))
        for section, children in row.children.items():
            named.setdefault(f"{row.where}.{section}", []).append((row, Place(row.address, section)))
            for index, child in enumerate(children):
                named.setdefault(child.where, []).append((child, Place(row.address, section, index)))
    return [_place(rows, named, problem) for problem in problems]


def _place(rows: FileRows, named: Mapping[str, list[tuple[Row, Place]]], problem: Problem) -> Place:
    where = problem.where
    if not where:
        return _enclosing(rows, problem)
    for end in (len(where), *(found.start() for found in reversed([*re.finditer(r"\.", where)]))):
        if candidates := named.get(where[:end]):
            place = _nearest(candidates, problem)
            return replace(place, key=where[end + 1 :] or _key_in(problem))
    if item := _ITEM.fullmatch(where):
        section, index = item[1], int(item[2]) - 1
        listed = rows.others.get(section, ())
        row = listed[index].get("row", "") if section == DECISIONS and index < len(listed) else ""
        return Place(row if row in rows.by_address else "", section, index, item[3] or "")
    return Place(section=re.split(r"[.\[]", where, maxsplit=1)[0])


def _key_in(problem: Problem) -> str:
    """Return the key that is missing in a record or given twice; empty if a problem is about something else."""
    found = _MISSING_KEY.match(problem.message)
    return found[1] if found else ""


def _enclosing(rows: FileRows, problem: Problem) -> Place:
    """Return the record or the section in which a problem without a name is, as far as positions show."""
    at = problem.line, problem.column
    before = [name for name, position in rows.headings.items() if position <= at]
    if not before or at == _START:
        return Place()
    section, key = max(before, key=rows.headings.__getitem__), _key_in(problem)
    own = [row for row in (*([rows.document] if rows.document else []), *rows.rows) if row.path[0] == section]
    for row in reversed(own):
        if row.position is not None and row.position <= at:
            line, column = row.position
            # What is not indented more than a record is between records, unless it is one of the record's keys.
            inside = problem.line == line or problem.column > column or (problem.column == column and key)
            return Place(row.address, key=key) if inside else Place(section=section)
    return Place(section=section)


def _nearest(candidates: list[tuple[Row, Place]], problem: Problem) -> Place:
    """Return the last of several records of one name that starts before a problem; the first if none has a position."""
    before = [place for row, place in candidates if row.position and row.position <= (problem.line, problem.column)]
    return before[-1] if before else candidates[0][1]


def problem_state(problem: Problem, **place: Any) -> dict[str, Any]:
    """Return a problem as pages show it.

    Args:
        problem: The problem.
        place: What it is about, as the attributes of `Place`; for the file as a whole, nothing.
    """
    shown = {name: getattr(problem, name) for name in ("message", "hint", "level", "file", "line", "column")}
    return {"row": "", "section": "", "child": None, "key": "", **place, **shown}


def own_id(row: Row, spec: TableSpec) -> str:
    """Return the short id of a record as typed; empty if it has none."""
    return row.values.get(ID if spec.is_annotation else spec.record_key or "", "").strip()
