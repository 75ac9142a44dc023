"""A tree of YAML or JSON → records: which table each belongs to, and its cells, still text and still placed."""

from collections.abc import Iterable
from collections.abc import Mapping as Map
from dataclasses import dataclass, field

from stancebook.problems import Level, Problem
from stancebook.schema.contract import Contract
from stancebook.schema.spec import ID, QUOTE_CONTEXT, TableSpec
from stancebook.sources.corpus import SourceFile
from stancebook.sources.formats import format_of
from stancebook.sources.record_repair import join_halves, keys_of, table_of
from stancebook.sources.yaml_errors import LOST_TO_A_COMMENT
from stancebook.sources.yaml_reader import Mapping, Node, Rejected, Scalar, Sequence
from stancebook.suggestions import did_you_mean, nearest, one_of


@dataclass(slots=True)
class Record:
    """One row as written.

    `valid` is False once an error of the row is known: later checks skip it, so that one mistake gives one problem.
    """

    spec: TableSpec
    file: str
    line: int
    column: int
    where: str
    doc_id: str = ""
    parent: "Record | None" = None
    cells: dict[str, Scalar] = field(default_factory=dict)
    valid: bool = True

    @property
    def key(self) -> str | None:
        """The record's key in full, as typed; None where it has none of its own or none was read."""
        if self.spec.kind == "document":
            return self.doc_id
        cell = self.cells.get(self.spec.record_key or "")
        if cell is None:
            return None
        typed = cell.text.strip()
        return f"{self.doc_id}#{typed}" if self.spec.is_annotation else typed

    def problem(
        self, key: str | None, message: str, hint: str = "", *, at: Node | None = None, level: Level = "error"
    ) -> Problem:
        """Return a problem of the record, placed `at` a node, else at the value of `key`, else at its start.

        The record stays as it is: what collects the problem calls `invalidate`.
        """
        place = at or self.cells.get(key or "") or self
        return Problem(
            self.file,
            place.line,
            place.column,
            f"{self.where}.{key}" if key else self.where,
            message,
            hint,
            level,
        )

    def invalidate(self) -> None:
        """Mark the record as wrong, so that later checks skip it."""
        self.valid = False


@dataclass(slots=True)
class ParsedFile:
    """What one file gave. `whole` is false where a part could not be read, so that rows may be missing."""

    records: list[Record] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    complete: bool = True


def read_codebook(file: SourceFile, contract: Contract) -> ParsedFile:
    """Return the records of a codebook file: lists of records under the names of codebook tables."""
    reader = _Reader(file, contract, doc_id="")
    reader.read_lists({spec.section: spec for spec in contract.tables_of_kind("codebook")})
    return reader.reading


def read_annotations(file: SourceFile, contract: Contract, doc_id: str) -> ParsedFile:
    """Return the records of one document's annotations: the document itself, then lists of grounded records."""
    reader = _Reader(file, contract, doc_id)
    reader.read_lists({spec.section: spec for spec in contract.tables_of_kind("annotation")}, contract.document)
    return reader.reading


class _Reader:
    """Walks one file's tree, collecting records and problems."""

    def __init__(self, file: SourceFile, contract: Contract, doc_id: str) -> None:
        self.file = file.name
        self.contract = contract
        self.doc_id = doc_id
        self.language = format_of(file.name)
        self.root, problems = self.language.parse(file.text, file.name)
        self.reading = ParsedFile(problems=problems, complete=self.root is not None)

    def read_lists(self, lists: Map[str, TableSpec], document: TableSpec | None = None) -> None:
        """Read a file's top level: the mapping of `document`, if one is due, and lists of records."""
        known = [*([document.section] if document else []), *lists]
        if self.root is None or isinstance(self.root, Rejected):
            if not self.reading.problems:
                self.report(1, 1, "", "the file is empty", f"expected one of the keys {', '.join(known)}")
            return
        if not isinstance(self.root, Mapping):
            self.report(1, 1, "", "this is not a mapping", f"expected one of the keys {', '.join(known)}")
            return
        self.reading.complete &= self.root.complete
        for name, node in self.root.values.items():
            key = self.root.keys[name]
            if document and name == document.section:
                self.read_record(document, node, document.section)
            elif name in lists:
                self.read_list(lists[name], self.own_records(lists[name], lists.values(), node), name)
            else:
                message = f"'{name}' is not a table that this file may hold"
                self.report(key.line, key.column, "", message, one_of(name, known))
                self.reading.complete = False
        if document and document.section not in self.root.values:
            given = self.root.keys
            if not any(nearest(name, known) == document.section for name in given if name not in known):
                heading = self.language.heading.format(document.section)
                hint = f"start the file with {heading} and the facts of the document"
                self.report(1, 1, "", f"the mapping '{document.section}' is missing", hint)

    def own_records(self, spec: TableSpec, tables: Iterable[TableSpec], node: Node) -> Node:
        """Return a list without the records that are another table's, and report each such table once."""
        if not isinstance(node, Sequence):
            return node
        others = [other for other in tables if other.name != spec.name]
        own, strangers = Sequence(node.line, node.column), dict[str, list[Node]]()
        for item in node.items:
            other = table_of(self.contract, spec, others, item)
            (strangers.setdefault(other.section, []) if other else own.items).append(item)
        for under, items in strangers.items():
            self.reading.complete = False
            more = f", and {len(items) - 1} more below it" if len(items) > 1 else ""
            hint = f"put it under {self.language.heading.format(under)}{more}"
            self.report(items[0].line, items[0].column, spec.section, f"this reads like a record of '{under}'", hint)
        return own

    def read_list(self, spec: TableSpec, node: Node, where: str, parent: Record | None = None) -> None:
        if isinstance(node, Scalar) and node.absent:
            return
        if not isinstance(node, Sequence):
            self.reading.complete = False
            if isinstance(node, Rejected):
                return
            self.report(node.line, node.column, where, "this is not a list", self.language.a_list)
            return
        items, halves = join_halves(spec, keys_of(self.contract, spec), node.items)
        for half in halves:
            message = f"a {self.language.between} cuts a record in two here"
            hint = f"{self.language.joined}; or, if a record of its own starts here, give all that it needs"
            self.report(half.line, half.column, where, message, hint)
        for number, item in enumerate(items, start=1):
            self.read_record(spec, item, f"{where}[{self.name_of(spec, item) or number}]", parent)

    def name_of(self, spec: TableSpec, node: Node) -> str | None:
        """Return what a person would call the record: its id, or its key where that is given."""
        cell = node.values.get(spec.record_key) if isinstance(node, Mapping) and spec.record_key else None
        return cell.text if isinstance(cell, Scalar) and not cell.absent else None

    def read_record(self, spec: TableSpec, node: Node, where: str, parent: Record | None = None) -> None:
        if not isinstance(node, Mapping):
            self.reading.complete = False
            if isinstance(node, Rejected):
                return
            message = "this is not a record of keys and values"
            self.report(node.line, node.column, where, message, self.language.a_record)
            return
        record = Record(spec, self.file, node.line, node.column, where, self.doc_id, parent)
        self.reading.records.append(record)
        children = self.contract.nested_tables(spec.name)
        slips = self.read_cells(record, node, children)
        record.valid &= node.complete
        self.reading.complete &= not node.restarted
        given = {*record.cells, *slips, *node.values}
        if node.complete and (missing := [name for name in spec.required_keys if name not in given]):
            self.report_record(record, None, *_lacking(spec, missing))
        self.reading.complete &= spec.record_key is None or spec.record_key in record.cells
        for name, child in children.items():
            if name in node.values:
                self.read_list(child, node.values[name], f"{where}.{name}", record)

    def read_cells(self, record: Record, node: Mapping, children: Map[str, TableSpec]) -> set[str]:
        """Fill a record's cells; return the keys that unknown ones seem to be slips of, or that a text swallowed."""
        allowed = record.spec.allowed_keys
        slips: set[str] = set()
        before = ""
        for name, value in node.values.items():
            key = node.keys[name]
            if name in allowed:
                if cell := self.cell(record, name, value):
                    record.cells[name] = cell
                elif isinstance(value, Scalar):
                    slips.update(line.text for line in value.swallowed)
            elif name not in children:
                slip, *refusal = _refusal(record.spec, node, name, before, [*allowed, *children])
                self.report_record(record, name, *refusal, at=key)
                for name_of_cell in (slip, "quote") if slip in QUOTE_CONTEXT else (slip,):
                    record.cells.pop(name_of_cell, None)
                slips.add(slip)
            before = name
        return slips

    def cell(self, record: Record, name: str, value: Node) -> Scalar | None:
        """Return a value that is there and is text; report one that is a collection, is due or is cut short."""
        if isinstance(value, Rejected):
            record.invalidate()
            return None
        if not isinstance(value, Scalar):
            message, hint = "this is a collection, not a value", self.language.a_value
        elif value.absent or not value.text.strip():
            if name not in record.spec.required_keys:
                return None
            message, hint = "is empty", _about(record.spec, name)
        elif value.cut and _is_free_text(record.spec, name):
            message = LOST_TO_A_COMMENT
            hint = "put the text into a block after '|-', or move the comment to its own line"
        elif swallowed := self.swallowed(record.spec, name, value):
            message = f"the line '{swallowed.text}:' is part of this text"
            hint = f"it stands in line {swallowed.line}: close the text before it, or indent it as its neighbours are"
        else:
            return value
        self.report_record(record, name, message, hint, at=value)
        return None

    def swallowed(self, spec: TableSpec, name: str, value: Scalar) -> Scalar | None:
        """Return the first line of a text that was meant to be a key of its own, going by what the record may hold."""
        if not value.swallowed or (value.indent and _is_verbatim(spec, name)):
            return None  # whether the line belongs to it, the document will tell
        known = {*spec.allowed_keys, *self.contract.nested_tables(spec.name)}
        return next((line for line in value.swallowed if line.text in known), None)

    def report_record(
        self, record: Record, key: str | None, message: str, hint: str, *, at: Node | None = None
    ) -> None:
        """Report a problem of a record, and mark the record as invalid."""
        record.invalidate()
        self.reading.problems.append(record.problem(key, message, hint, at=at))

    def report(self, line: int, column: int, where: str, message: str, hint: str) -> None:
        self.reading.problems.append(Problem(self.file, line, column, where, message, hint))


def _is_verbatim(spec: TableSpec, name: str) -> bool:
    return name in QUOTE_CONTEXT or (name in spec.names and spec[name].kind == "verbatim")


def _is_free_text(spec: TableSpec, name: str) -> bool:
    return _is_verbatim(spec, name) or (name in spec.names and spec[name].kind == "text")


def _about(spec: TableSpec, name: str) -> str:
    if name == ID:
        return f"a short slug, unique among the {spec.name} of this file"
    column = spec[name]
    values = f" One of {', '.join(column.vocabulary)}." if column.vocabulary else ""
    return f"{column.description}{values}"


def _lacking(spec: TableSpec, missing: list[str]) -> tuple[str, str]:
    if len(missing) == 1:
        return f"the key '{missing[0]}' is missing", _about(spec, missing[0])
    names = ", ".join(f"'{name}'" for name in missing)
    return f"the keys {names} are missing", "\n".join(f"{name}: {_about(spec, name)}" for name in missing)


def _refusal(spec: TableSpec, node: Mapping, name: str, before: str, known: list[str]) -> tuple[str, str, str]:
    """Return the key that one unknown to the table is a slip of, if any, what is wrong and what would be right."""
    if name in spec.names:
        return "", f"'{name}' is computed by the build", "remove it"
    value = node.values[name]
    alone = node.flow and isinstance(value, Scalar) and value.absent
    glued, colon, _ = name.partition(":")
    if alone and colon and glued in known:
        return glued, f"a space is missing after '{glued}:'", "write it as 'key: value'"
    if alone and before:
        hint = f"between braces a ',' ends a value: put the text of '{before}' in quotation marks"
        return before, f"'{name}' has no ': ' after it", hint
    suggestion = did_you_mean(name, known)
    return (
        nearest(name, known) or "",
        f"'{name}' is not a key of {spec.name}",
        suggestion or f"one of {', '.join(known)}",
    )
