"""Discourse Network Analyzer: a database of DNA 3 with statements, and statements of DNA 3 and DNA 2 back.

https://github.com/leifeld-lab/dna: a row is a statement of the type of its table, and its cells are variables. A choice
and an entry of the codebook are short texts, of which DNA makes networks; all else is long text.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from stancebook.exchange.adapters.dna_schema import ENTITY, MAX_LENGTH, SCHEMA, TEXT, VERSION, password_digest
from stancebook.exchange.nested_text import format_record, parse_record, record_hint
from stancebook.exchange.offsets import Convention, Offsets, TextMap, fold
from stancebook.exchange.placing import problem_at
from stancebook.exchange.project import (
    CodedText,
    Entry,
    ExchangeProject,
    Place,
    Row,
    ToolItem,
    ToolProject,
    ToolText,
    Values,
)
from stancebook.exchange.tool_files import files_below
from stancebook.problems import Problem, display_path, shorten
from stancebook.schema.record_forms import KeyForm, RecordForm

EXTENSION = ".dna"
PASSWORD = "stancebook"  # noqa: S105 (of all coders of an export, as its page says)
_ADMIN = "Admin"  # the first coder of every file
_ROW = "row id"  # the variable with the short ID of a row; no column is named so
_CONVENTION = Convention("utf-16")
_DOC_ID = re.compile(r"^document: (\S+)$", re.MULTILINE)  # in the notes of a document
_ATTRIBUTES = ("Type", "Alias", "Notes")  # of an entity, as DNA makes them
_FLAGS = {"0": "false", "1": "true"}
_LINK = "link"  # the attribute of a link of DNA 2 between statements

# ── Write ─────────────────────────────────────────────────────────────────────────────────────────


def write(project: ExchangeProject, _variant: str = "") -> dict[str, bytes]:
    """Return the file of a project."""
    with contextlib.closing(sqlite3.connect(":memory:")) as database:
        _Writer(project, database).write()
        return {f"{project.name}{EXTENSION}": database.serialize()}


class _Writer:
    """Writes the texts and rows of a project into an empty database."""

    def __init__(self, project: ExchangeProject, database: sqlite3.Connection) -> None:
        self.project = project
        self.database = database
        self.coders: dict[str, int] = {}
        self.types: dict[str, int] = {}
        self.variables: dict[tuple[str, str], int] = {}  # by table and name
        self.entities: dict[tuple[str, str], dict[str, int]] = {}  # of short texts: the entity of each value

    def write(self) -> None:
        """Write everything."""
        for table, columns in SCHEMA.items():
            self.database.execute(f"CREATE TABLE {table}({columns})")
        days = [text.published for text in self.project.texts]
        self._add("SETTINGS", Property="version", Value=VERSION)
        self._add("SETTINGS", Property="date", Value=max([day for day in days if day], default="1980-01-01"))
        self._add_coders()
        for form in self.project.layers:
            self._add_type(form)
        for text in self.project.texts:
            self._add_text(text)
        self.database.commit()

    def _add(self, table: str, **values: Any) -> int:
        """Add a row to a table; return its ID."""
        names, marks = ", ".join(values), ", ".join("?" * len(values))
        statement = f"INSERT INTO {table}({names}) VALUES ({marks})"  # noqa: S608 (our own names)
        return self.database.execute(statement, [*values.values()]).lastrowid or 0

    def _add_coders(self) -> None:
        for name in dict.fromkeys([_ADMIN, *(coder for text in self.project.texts for coder in text.codings)]):
            salt = hashlib.sha256(f"{self.project.name}/{name}".encode()).digest()
            digest = password_digest(PASSWORD, salt[:16])
            color = {"Red": salt[16], "Green": salt[17], "Blue": salt[18]}
            self.coders[name] = self._add("CODERS", Name=name[:MAX_LENGTH], Password=digest, **color)
        for one, other in itertools.permutations(self.coders.values(), 2):
            self._add("CODERRELATIONS", Coder=one, OtherCoder=other)

    def _add_type(self, form: RecordForm) -> None:
        """Add the type of statements of a table, with its variables and their entities."""
        color = hashlib.sha256(form.name.encode()).digest()  # light, for black letters
        light = {part: 128 + color[number] // 2 for number, part in enumerate(("Red", "Green", "Blue"))}
        self.types[form.name] = self._add("STATEMENTTYPES", Label=form.name, **light)
        for key in self.project.cell_keys(form):
            entities = [*_entities(self.project, key)]
            variable = self._add_variable(form.name, key.name, ENTITY if entities else TEXT)
            if entities:
                self._add_entities((form.name, key.name), variable, entities)
        for name in (*(self.project.forms[nested].section for nested in form.nested), _ROW):
            self._add_variable(form.name, name, TEXT)

    def _add_variable(self, table: str, name: str, data_type: str) -> int:
        added = self._add("VARIABLES", Variable=name, DataType=data_type, StatementTypeId=self.types[table])
        self.variables[table, name] = added
        return added

    def _add_entities(
        self, column: tuple[str, str], variable: int, entities: Sequence[tuple[str, str, str, str]]
    ) -> None:
        attributes = [
            self._add("ATTRIBUTEVARIABLES", VariableId=variable, AttributeVariable=name) for name in _ATTRIBUTES
        ]
        known = self.entities.setdefault(column, {})
        for value, name, alias, notes in [("", "", "", ""), *entities]:
            known[value] = self._add("ENTITIES", VariableId=variable, Value=name)
            for attribute, text in zip(attributes, ("", alias, notes), strict=True):
                short = text if len(text) <= MAX_LENGTH else f"{text[: MAX_LENGTH - 1]}…"
                self._add("ATTRIBUTEVALUES", EntityId=known[value], AttributeVariableId=attribute, AttributeValue=short)

    def _add_text(self, text: CodedText) -> None:
        """Add a text and its rows; DNA keeps LF as line ends, and no byte order mark."""
        ours = fold(text.text)
        notes = f"document: {text.doc_id}\n{text.rights}".rstrip()
        added = self._add(
            "DOCUMENTS",
            Title=text.label[:MAX_LENGTH],
            Text=ours,
            Coder=self.coders[_ADMIN],
            Notes=notes,
            Date=_seconds(text.published),
        )
        offsets, points = Offsets(ours, _CONVENTION), TextMap(text.text, ours)
        for coder, rows in text.codings.items():
            for row in rows:
                start, stop = offsets.from_points(*points.span(row.start, row.end))
                statement = self._add(
                    "STATEMENTS",
                    StatementTypeId=self.types[row.table],
                    DocumentId=added,
                    Start=start,
                    Stop=stop,
                    Coder=self.coders[coder],
                )
                self._add_values(statement, row)

    def _add_values(self, statement: int, row: Row) -> None:
        """Add a value for each variable of a statement, which DNA expects."""
        nested = {section: "\n".join(map(format_record, records)) for section, records in row.children.items()}
        values = {**row.values, **nested, _ROW: row.id}
        for (table, name), variable in self.variables.items():
            if table != row.table:
                continue
            common, value = {"StatementId": statement, "VariableId": variable}, values.get(name, "")
            if (entities := self.entities.get((table, name))) is not None:
                self._add("DATASHORTTEXT", **common, Entity=entities[value])
            else:
                self._add("DATALONGTEXT", **common, Value=value)


def _entities(project: ExchangeProject, key: KeyForm) -> Iterator[tuple[str, str, str, str]]:
    """Yield the values of a column of which DNA makes networks, each with its name, its alias and its definition."""
    for choice in key.choices:
        yield choice.value, choice.value, "", choice.definition
    if key.kind == "boolean":
        yield from ((value, value, "", "") for value in _FLAGS.values())
    entries = project.codebook.get(key.target, ())
    names = _entry_names(entries)
    yield from ((entry.key, names[entry.key], entry.key, "") for entry in entries)


def _entry_names(entries: Sequence[Entry]) -> dict[str, str]:
    """Return the names of entries by key: labels where these are unique, else keys."""
    keys = {entry.key for entry in entries}
    folded = [entry.label.casefold() for entry in entries]
    return {
        entry.key: entry.label
        if folded.count(entry.label.casefold()) == 1
        and entry.label not in keys
        and len(entry.label) <= MAX_LENGTH
        and entry.label.strip() == entry.label
        else entry.key
        for entry in entries
    }


def _seconds(day: str) -> int:
    """Return a day in seconds since 1970; 0 if there is none."""
    try:
        return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())
    except ValueError:
        return 0


# ── Read ──────────────────────────────────────────────────────────────────────────────────────────

_STATEMENTS = (
    "SELECT ID, DocumentId, StatementTypeId, CAST(IFNULL(Start, 0) AS INTEGER), CAST(IFNULL(Stop, 0) AS INTEGER), Coder"
    " FROM STATEMENTS ORDER BY ID"
)
_DOCUMENTS = (
    "SELECT ID, CAST(Title AS TEXT), CAST(IFNULL(Text, '') AS TEXT), CAST(IFNULL(Notes, '') AS TEXT) FROM DOCUMENTS"
)
_VALUES = {
    "DATABOOLEAN": "SELECT StatementId, VariableId, Value FROM DATABOOLEAN",
    "DATAINTEGER": "SELECT StatementId, VariableId, Value FROM DATAINTEGER",
    "DATALONGTEXT": "SELECT StatementId, VariableId, Value FROM DATALONGTEXT",
    "DATASHORTTEXT": "SELECT StatementId, d.VariableId, e.Value FROM DATASHORTTEXT d JOIN ENTITIES e ON e.ID = Entity",
}
_VALUES_OF_DNA_2 = {**_VALUES, "DATASHORTTEXT": "SELECT StatementId, VariableId, Value FROM DATASHORTTEXT"}


def read(paths: Sequence[Path], project: ExchangeProject) -> ToolProject:
    """Read files of DNA 3 or DNA 2.

    Args:
        paths: Files, or folders with files that end in `.dna`.
        project: The project as it is now.
    """
    texts: list[ToolText] = []
    problems: list[Problem] = []
    for path in files_below(paths, EXTENSION):
        try:
            address = f"{path.resolve().as_uri()}?mode=ro"  # a file of another program is not changed
            with contextlib.closing(sqlite3.connect(address, uri=True)) as database:
                reader = _Reader(project, display_path(path), database)
                texts += reader.texts()
                problems += reader.problems
        except (sqlite3.Error, UnicodeDecodeError) as error:
            problems.append(_refusal(path, error))
    return ToolProject(texts, (_CONVENTION,), problems)


def _refusal(path: Path, error: Exception) -> Problem:
    """Return the problem of a file that is no database of DNA 2 or 3."""
    place = Place(display_path(path))
    with contextlib.suppress(OSError), path.open("rb") as file:
        if file.read(200).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
            hint = "open it in DNA 2 and save it there"
            return problem_at(place, "", "this is a file of DNA 1, which is not read", hint)
    hint = "expected a .dna file that DNA 3 or DNA 2 saved; a database on a server is saved as a file first"
    return problem_at(place, "", f"this is no database of DNA ({shorten(str(error))})", hint)


class _Reader:
    """Reads a database, and collects problems."""

    def __init__(self, project: ExchangeProject, name: str, database: sqlite3.Connection) -> None:
        self.project = project
        self.name = name
        self.database = database
        self.problems: list[Problem] = []
        tables = {table for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        columns = {name: kind for _, name, kind, *_ in database.execute("PRAGMA table_info(DATASHORTTEXT)")}
        if columns.get("Value") == "INTEGER":
            raise sqlite3.NotSupportedError("a version of DNA 3 before its release wrote it")
        self.is_dna_3 = "Entity" in columns
        self.has_links = "STATEMENTLINKS" in tables
        self.types = dict(database.execute("SELECT ID, CAST(Label AS TEXT) FROM STATEMENTTYPES"))
        self.coders = dict(database.execute("SELECT ID, CAST(Name AS TEXT) FROM CODERS"))
        self.variables = dict(database.execute("SELECT ID, CAST(Variable AS TEXT) FROM VARIABLES"))
        self.values = self._values()

    def _values(self) -> dict[int, dict[str, str]]:
        """Return the values of each statement, by the names of variables."""
        found: dict[int, dict[str, str]] = {}
        for table, query in (_VALUES if self.is_dna_3 else _VALUES_OF_DNA_2).items():
            for statement, variable, value in self.database.execute(query):
                text = "" if value is None else str(value)
                if variable in self.variables:
                    text = _FLAGS.get(text, text) if table == "DATABOOLEAN" else text
                    found.setdefault(statement, {})[self.variables[variable]] = text
        return found

    def texts(self) -> list[ToolText]:
        """Return the texts with their statements."""
        known = {text.doc_id: text for text in self.project.texts}
        coded: dict[int, dict[str, list[ToolItem]]] = {}
        links = self._links()
        for number, document, kind, start, stop, coder in self.database.execute(_STATEMENTS).fetchall():
            item = self._item(number, self.types.get(kind, ""), (start, stop), links.get(number, {}))
            coded.setdefault(document, {}).setdefault(self.coders.get(coder, ""), []).append(item)
        texts = []
        for number, title, text, notes in self.database.execute(_DOCUMENTS):
            exported = _DOC_ID.search(notes)
            doc_id = exported[1] if exported and exported[1] in known else ""
            here = {*self.coders.values()} & known[doc_id].codings.keys() if doc_id else set()
            codings = {**{coder: [] for coder in sorted(here)}, **coded.get(number, {})}
            texts.append(ToolText(title, text, codings, doc_id, Place(f"{self.name}!DOCUMENTS", number)))
        return texts

    def _links(self) -> dict[int, dict[str, str | None]]:
        """Return what statements of DNA 2 are linked to, by the statement that a link leads from."""
        found: dict[int, dict[str, str | None]] = {}
        if self.has_links:
            for number, source, target in self.database.execute("SELECT ID, SourceId, TargetId FROM STATEMENTLINKS"):
                links = found.setdefault(source, {})
                if _LINK in links:
                    place = Place(f"{self.name}!STATEMENTLINKS", number)
                    message = f"statement {source} is linked to more than one"
                    self.problems.append(problem_at(place, "", message, "keep one of its links"))
                links[_LINK] = str(target)
        return found

    def _item(self, number: int, label: str, span: tuple[int, int], links: Mapping[str, str | None]) -> ToolItem:
        place = Place(f"{self.name}!STATEMENTS", number)
        form = self.project.forms.get(label)
        nested = {child.section: child for child in (self.project.forms[name] for name in form.nested)} if form else {}
        values = dict(self.values.get(number, {}))
        row_id = values.pop(_ROW, "")
        children = {
            section: [*self._records(values.pop(section), section, child, place)]
            for section, child in nested.items()
            if section in values
        }
        return ToolItem(
            tool_id=str(number),
            labels=[label],
            spans=[span],
            row_id=row_id.strip(),
            values={name: value or None for name, value in values.items()},
            links=links,
            children=children,
            place=place,
        )

    def _records(self, text: str, section: str, form: RecordForm, place: Place) -> Iterator[Values]:
        for line in text.split("\n"):
            try:
                if record := parse_record(line):
                    yield record
            except ValueError:
                hint = f"{record_hint(key.name for key in form.keys)}, one in a line"
                message = f"'{shorten(line)}' in {section} is not read"
                self.problems.append(problem_at(place, f"statement {place.line}", message, hint))
