"""Turn a parsed YAML or JSON file into records of tables, and report unknown, missing and misplaced keys."""

from collections.abc import Callable, Collection, Iterable
from collections.abc import Mapping as Map
from dataclasses import dataclass, field

from stancebook.problems import Level, Problem, shorten
from stancebook.schema.contract import Contract
from stancebook.schema.remarks import REMARKS
from stancebook.schema.spec import ID, QUOTE_CONTEXT, TableSpec
from stancebook.sources.corpus import SourceFile
from stancebook.sources.formats import format_of
from stancebook.sources.nodes import Mapping, Node, Rejected, Scalar, Sequence
from stancebook.sources.yaml_errors import LOST_TO_A_COMMENT, PROTECT_FROM_COMMENT
from stancebook.suggestions import did_you_mean, nearest, options_hint


@dataclass(slots=True)
class Record:
    """One row as written.

    Attributes:
        spec: The table of the row.
        file: The file's path as displayed in problems.
        line: The line where the record starts, from 1.
        column: The column where it starts, from 1.
        where: Its path within the file, such as `statements[s07]`.
        doc_id: The document; empty in a codebook.
        parent: The record in which a nested one is written.
        cells: The values by key, as typed and with their positions; empty ones are left out.
        valid: False once an error of the row is known; later checks skip it, so that one mistake gives one problem.
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
        """The full primary key as typed; None if the table has none of its own or none was read."""
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
        """Return a problem of the record; the record is not changed.

        Args:
            key: The key that is wrong, or None for the whole record.
            message: What is wrong.
            hint: How to fix it.
            at: Where it is; by default at the value of the key, or at the start of the record.
            level: Whether it is an error or a warning.
        """
        node = at or self.cells.get(key or "") or self
        where = f"{self.where}.{key}" if key else self.where
        return Problem(self.file, node.line, node.column, where, message, hint, level)

    def invalidate(self) -> None:
        """Mark the record as wrong, so that later checks skip it."""
        self.valid = False


@dataclass(slots=True)
class ParsedFile:
    """The records and problems of one file; not `complete` if a part could not be read, so that rows may be missing."""

    records: list[Record] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    complete: bool = True


def read_codebook(file: SourceFile, contract: Contract) -> ParsedFile:
    """Read a file of the codebook.

    Args:
        file: A file with a list of records under the section of each table.
        contract: Declares the tables.
    """
    reader = _RecordReader(file, contract, doc_id="")
    reader.read_sections({spec.section: spec for spec in contract.tables_of_kind("codebook")})
    return reader.parsed


def read_annotations(file: SourceFile, contract: Contract, doc_id: str) -> ParsedFile:
    """Read the annotations of a document.

    Args:
        file: A file with a mapping of the document's metadata, and a list of records under the section of each table.
        contract: Declares the tables.
        doc_id: The id of the document.
    """
    reader = _RecordReader(file, contract, doc_id)
    specs = (*contract.tables_of_kind("annotation"), *REMARKS)
    reader.read_sections({spec.section: spec for spec in specs}, contract.document)
    return reader.parsed


class _RecordReader:
    """Walks one file's tree, and collects records and problems."""

    def __init__(self, file: SourceFile, contract: Contract, doc_id: str) -> None:
        self.file = file.name
        self.contract = contract
        self.doc_id = doc_id
        self.format = format_of(file.name)
        self.root, problems = self.format.parse(file.text, file.name)
        self.parsed = ParsedFile(problems=problems, complete=self.root is not None)

    def read_sections(self, tables: Map[str, TableSpec], document: TableSpec | None = None) -> None:
        """Read the top level: a list of records for each table, and the mapping of a document if there is one."""
        known = [*([document.section] if document else []), *tables]
        if not isinstance(self.root, Mapping):
            refused = self.root is None or isinstance(self.root, Rejected)
            if not (refused and self.parsed.problems):
                message = "the file is empty" if refused else "this is not a mapping"
                self.report(1, 1, "", message, f"expected one of the keys {', '.join(known)}")
            return
        self.parsed.complete &= self.root.complete
        for name, node in self.root.values.items():
            key = self.root.keys[name]
            if document and name == document.section:
                self.read_record(document, node, document.section)
            elif name in tables:
                self.read_list(tables[name], self.own_records(tables[name], tables.values(), node), name)
            else:
                message = f"'{name}' is not a table that this file may hold"
                self.report(key.line, key.column, "", message, options_hint(name, known))
                self.parsed.complete = False
        if document and document.section not in self.root.values:
            unknown = [name for name in self.root.keys if name not in known]
            if not any(nearest(name, known) == document.section for name in unknown):
                heading = self.format.section_heading.format(document.section)
                hint = f"start the file with {heading} and the facts of the document"
                self.report(1, 1, "", f"the mapping '{document.section}' is missing", hint)

    def own_records(self, spec: TableSpec, tables: Iterable[TableSpec], node: Node) -> Node:
        """Return a list without the records of other tables; report the first record of each other table."""
        if not isinstance(node, Sequence):
            return node
        others = [other for other in tables if other.name != spec.name]
        own, misplaced = Sequence(node.line, node.column), dict[str, list[Node]]()
        for item in node.items:
            other = other_table(self.contract, spec, others, item)
            (misplaced.setdefault(other.section, []) if other else own.items).append(item)
        for section, items in misplaced.items():
            self.parsed.complete = False
            more = f", and {len(items) - 1} more below it" if len(items) > 1 else ""
            hint = f"put it under {self.format.section_heading.format(section)}{more}"
            message = f"this looks like a record of '{section}'"
            self.report(items[0].line, items[0].column, spec.section, message, hint)
        return own

    def read_list(self, spec: TableSpec, node: Node, where: str, parent: Record | None = None) -> None:
        if isinstance(node, Scalar) and node.absent:
            return
        if not isinstance(node, Sequence):
            self.refuse(node, where, "this is not a list", self.format.list_hint)
            return
        items, halves = join_halves(spec, all_keys(self.contract, spec), node.items)
        for half in halves:
            message = f"a {self.format.record_separator} cuts a record in two here"
            hint = f"{self.format.join_hint}; or, if another record starts here, add the keys that it lacks"
            self.report(half.line, half.column, where, message, hint)
        values = [item for item in items if isinstance(item, Scalar)]
        if parent and values:
            parent.invalidate()
            self.refuse(values[0], where, *_values_for_records(spec, values, self.format.write_record))
        for number, item in enumerate(items, start=1):
            if not (parent and isinstance(item, Scalar)):
                self.read_record(spec, item, f"{where}[{_label(spec, item) or number}]", parent)

    def read_record(self, spec: TableSpec, node: Node, where: str, parent: Record | None = None) -> None:
        if isinstance(node, Scalar) and node.absent and node.comment is not None:
            self.refuse(node.comment, where, f"is empty: {LOST_TO_A_COMMENT}", PROTECT_FROM_COMMENT)
            return
        if not isinstance(node, Mapping):
            self.refuse(node, where, "this is not a record of keys and values", self.format.record_hint)
            return
        record = Record(spec, self.file, node.line, node.column, where, self.doc_id, parent)
        self.parsed.records.append(record)
        nested_tables = self.contract.nested_tables(spec.name)
        misspelt = self.read_cells(record, node, nested_tables)
        self.parsed.complete &= not node.restarted
        if not node.complete:
            record.invalidate()
        elif missing := [name for name in spec.required_keys if name not in {*record.cells, *misspelt, *node.values}]:
            self.report_record(record, None, *_missing_keys(spec, missing))
        self.parsed.complete &= spec.record_key is None or spec.record_key in record.cells
        for name, nested in nested_tables.items():
            if name in node.values:
                self.read_list(nested, node.values[name], f"{where}.{name}", record)

    def read_cells(self, record: Record, node: Mapping, nested_tables: Map[str, TableSpec]) -> set[str]:
        """Fill the cells of a record.

        Returns:
            Keys that are not missing, although the record has no cell for them: those that unknown keys seem to be
            misspellings of, and those that have become part of the text above.
        """
        allowed = record.spec.allowed_keys
        accounted: set[str] = set()
        previous = ""
        for name, value in node.values.items():
            if name in allowed:
                if cell := self.cell(record, name, value):
                    record.cells[name] = cell
                elif isinstance(value, Scalar):
                    accounted.update(line.text for line in value.swallowed)
            elif name not in nested_tables:
                meant, *refusal = _unknown_key(record.spec, node, name, previous, [*allowed, *nested_tables])
                self.report_record(record, name, *refusal, at=node.keys[name])
                for name_of_cell in (meant, "quote") if meant in QUOTE_CONTEXT else (meant,):
                    record.cells.pop(name_of_cell, None)
                accounted.add(meant)
            previous = name
        return accounted

    def cell(self, record: Record, name: str, value: Node) -> Scalar | None:
        """Return a value that is text; report one that is a collection, required and empty, or lost to a comment."""
        at = value
        if isinstance(value, Rejected):
            record.invalidate()
            return None
        if not isinstance(value, Scalar):
            message, hint = "this is a collection, not a value", self.format.value_hint
        elif value.absent or not value.text.strip():
            if value.comment is not None:
                message, hint = f"is empty: {LOST_TO_A_COMMENT}", PROTECT_FROM_COMMENT
                at = value.comment
            elif name in record.spec.required_keys:
                message, hint = "is empty", _description(record.spec, name)
            else:
                return None
        elif value.comment is not None and _is_free_text(record.spec, name):
            message = LOST_TO_A_COMMENT
            if (value.comment.line, value.comment.column) < (value.line, value.column):
                at, other_place = value.comment, "above the key"
            else:
                other_place = "to its own line"
            hint = f"put the text into a block after '|-', or move the comment {other_place}"
        elif swallowed := self.swallowed_key(record.spec, name, value):
            message = f"the line '{swallowed.text}:' is part of this text"
            hint = f"it is in line {swallowed.line}: close the text before it, or indent it like its neighbours"
        else:
            return value
        self.report_record(record, name, message, hint, at=at)
        return None

    def swallowed_key(self, spec: TableSpec, name: str, value: Scalar) -> Scalar | None:
        """Return the first line of a text that was probably meant as a key of the same record."""
        if not value.swallowed or (value.written and value.written.is_block and _is_verbatim(spec, name)):
            return None  # a verbatim text is compared with the document
        known = all_keys(self.contract, spec)
        return next((line for line in value.swallowed if line.text in known), None)

    def refuse(self, node: Node, where: str, message: str, hint: str) -> None:
        """Report a node that is not of the expected kind, unless it is already reported."""
        self.parsed.complete = False
        if not isinstance(node, Rejected):
            self.report(node.line, node.column, where, message, hint)

    def report_record(
        self, record: Record, key: str | None, message: str, hint: str, *, at: Node | None = None
    ) -> None:
        """Report a problem of a record, and mark the record as invalid."""
        record.invalidate()
        self.parsed.problems.append(record.problem(key, message, hint, at=at))

    def report(self, line: int, column: int, where: str, message: str, hint: str) -> None:
        self.parsed.problems.append(Problem(self.file, line, column, where, message, hint))


# ── Misplaced records ─────────────────────────────────────────────────────────────────────────────


def join_halves(spec: TableSpec, keys: Collection[str], items: Iterable[Node]) -> tuple[list[Node], list[Mapping]]:
    """Join records that a separator cuts in two.

    A half lacks required keys, and has none of the keys of the record before; together they are complete.

    Args:
        spec: The table of the records.
        keys: All keys that a record may have.
        items: The items of the list.

    Returns:
        The items with halves joined, and the second halves.
    """
    joined: list[Node] = []
    halves: list[Mapping] = []
    for item in items:
        previous = joined[-1] if joined else None
        if isinstance(item, Mapping) and isinstance(previous, Mapping) and _is_half(spec, keys, previous, item):
            halves.append(item)
            both = {**previous.keys, **item.keys}, {**previous.values, **item.values}
            joined[-1] = Mapping(previous.line, previous.column, *both, complete=False)
        else:
            joined.append(item)
    return joined, halves


def _is_half(spec: TableSpec, keys: Collection[str], previous: Mapping, item: Mapping) -> bool:
    required, given = set(spec.required_keys), item.values.keys()
    completes = not required <= given and required <= previous.values.keys() | given
    return completes and bool(given) and given <= set(keys) and not given & previous.values.keys()


def other_table(contract: Contract, spec: TableSpec, others: Iterable[TableSpec], record: Node) -> TableSpec | None:
    """Return the other table that a record belongs to.

    Args:
        contract: Declares the tables.
        spec: The table in whose list the record is.
        others: The tables that it may belong to.
        record: The record.

    Returns:
        The only one of the others that the record fits, if unknown and missing keys make two or more differences from
        its own; else None.
    """
    if not isinstance(record, Mapping):
        return None
    given = record.values.keys()
    unknown, missing = given - all_keys(contract, spec), set(spec.required_keys) - given
    if not unknown or len(unknown) + len(missing) < 2:
        return None
    fitting = [other for other in others if set(other.required_keys) <= given <= all_keys(contract, other)]
    return fitting[0] if len(fitting) == 1 else None


def all_keys(contract: Contract, spec: TableSpec) -> set[str]:
    """Return all keys that a record of a table may have, with those of nested lists."""
    return {*spec.allowed_keys, *contract.nested_tables(spec.name)}


# ── Keys ──────────────────────────────────────────────────────────────────────────────────────────


def _label(spec: TableSpec, node: Node) -> str | None:
    """Return the key by which a problem names a record, if it is given."""
    cell = node.values.get(spec.record_key) if isinstance(node, Mapping) and spec.record_key else None
    return cell.text if isinstance(cell, Scalar) and not cell.absent else None


def _values_for_records(
    spec: TableSpec, values: list[Scalar], write_record: Callable[[Map[str, str]], str]
) -> tuple[str, str]:
    """Return the message and the hint for values in a list of nested records: the record to write for the first."""
    more = f", and so {'is' if len(values) == 2 else 'are'} {len(values) - 1} below it" if len(values) > 1 else ""
    first, *others = spec.required_keys or spec.allowed_keys
    record = write_record({first: shorten(values[0].text.strip()), **dict.fromkeys(others, "…")})
    return f"this is a value, not a record{more}", f"write each as a record, such as {record}"


def _is_verbatim(spec: TableSpec, name: str) -> bool:
    return name in QUOTE_CONTEXT or (name in spec.names and spec[name].kind == "verbatim")


def _is_free_text(spec: TableSpec, name: str) -> bool:
    return _is_verbatim(spec, name) or (name in spec.names and spec[name].kind == "text")


def _description(spec: TableSpec, name: str) -> str:
    if name == ID:
        return f"a short slug, unique among the {spec.name} of this file"
    column = spec[name]
    values = f" One of {', '.join(column.vocabulary)}." if column.vocabulary else ""
    return f"{column.description}{values}"


def _missing_keys(spec: TableSpec, missing: list[str]) -> tuple[str, str]:
    if len(missing) == 1:
        return f"the key '{missing[0]}' is missing", _description(spec, missing[0])
    names = ", ".join(f"'{name}'" for name in missing)
    return f"the keys {names} are missing", "\n".join(f"{name}: {_description(spec, name)}" for name in missing)


def _unknown_key(spec: TableSpec, node: Mapping, name: str, previous: str, known: list[str]) -> tuple[str, str, str]:
    """Diagnose a key that a table does not have.

    Args:
        spec: The table.
        node: The record.
        name: The unknown key.
        previous: The key before it.
        known: The keys that the table has.

    Returns:
        The key that was probably meant or "", the message, and the hint.
    """
    if name in spec.names:
        return "", f"'{name}' is computed by the build", "remove it"
    value = node.values[name]
    without_value = node.flow and isinstance(value, Scalar) and value.absent
    start, colon, _ = name.partition(":")
    if without_value and colon and start in known:
        return start, f"a space is missing after '{start}:'", "write it as 'key: value'"
    if without_value and previous:
        hint = f"between braces a ',' ends a value: put the text of '{previous}' in quotation marks"
        return previous, f"'{name}' has no ': ' after it", hint
    hint = did_you_mean(name, known) or f"one of {', '.join(known)}"
    return nearest(name, known) or "", f"'{name}' is not a key of {spec.name}", hint
