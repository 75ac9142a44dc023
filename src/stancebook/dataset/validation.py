"""A dataset on disk, validated against its own data package."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from stancebook.dataset.descriptor import DataFile, Package
from stancebook.dataset.duckdb_session import RowSession, row_session
from stancebook.dataset.layout import DATAPACKAGE, table_file
from stancebook.dataset.parquet import file_metadata
from stancebook.dataset.parquet_files import ParquetFile, ParquetFiles, UnreadableFileError
from stancebook.problems import Problem, display_path, errors_in, pluralize
from stancebook.schema.spec import Column, ForeignKey, Storage, TableSpec
from stancebook.suggestions import options_hint

MAX_ROWS_PER_PROBLEM = 10  # rows that break one rule and are reported one by one; the others are counted
MAX_SHOWN = 100  # characters of a text from a file that a message shows

_SAME_SOURCE = "take all files from one place"
_ARROW_TYPES: Mapping[Storage, pa.DataType] = {"string": pa.string(), "date": pa.date32(), "integer": pa.int64()}
_ACCEPTED: Mapping[Storage, Callable[[pa.DataType], bool]] = {
    "string": lambda type_: _is_text(type_) or (pa.types.is_dictionary(type_) and _is_text(type_.value_type)),
    "date": pa.types.is_date32,
    "integer": lambda type_: pa.types.is_integer(type_) and type_ != pa.uint64(),
}


@dataclass(frozen=True)
class ValidationResult:
    """The readable tables of a dataset, each with its valid columns, and the problems."""

    tables: Mapping[str, ParquetFiles]
    problems: list[Problem]

    @property
    def errors(self) -> list[Problem]:
        """The problems that are not warnings."""
        return errors_in(self.problems)


def validate_dataset(package: Package) -> ValidationResult:
    """Validate the tables of a dataset against its data package.

    Checked are files, columns, types, empty cells, vocabularies, patterns, minima, primary keys, foreign keys, and that
    all files are of one build. DuckDB does this in memory that does not grow with the tables. Files of tables have no
    lines: the `line` of a problem is the row, counted through all files of the table, and its `column` the place of the
    column, both from 1; a problem of a table, file or column is on line 1.

    Args:
        package: The descriptor of the dataset, by `read_package`.

    Raises:
        DatasetError: A file changed while it was read.
    """
    tables = {name: _OpenTable(package, spec) for name, spec in package.tables.items()}
    problems = [*_note_problems(package), *_unknown_file_problems(package)]
    with row_session() as session:
        violations = {name: _cell_violations(session, table) for name, table in tables.items()}
        for name, table in tables.items():
            if table.is_readable:
                rules = (*_key_rules(table), *_foreign_key_rules(table, tables))
                violations[name] += filter(None, [_row_violation(session, table, rule) for rule in rules])
    for name, table in tables.items():
        problems += table.problems
        if table.is_readable:
            problems += (problem for violation in violations[name] for problem in violation.problems(table))
    return ValidationResult(
        {name: table.rows for name, table in tables.items() if table.is_readable}, sorted(set(problems))
    )


def shorten(text: str) -> str:
    """Return a text from a file as a message may show it: on one line, without control characters, cut if long."""
    printable = "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text[: MAX_SHOWN + 1]
    )
    return printable if len(text) <= MAX_SHOWN else f"{printable[:MAX_SHOWN]}…"


def _note_problems(package: Package) -> Iterator[Problem]:
    file = display_path(package.folder / DATAPACKAGE)
    for note in package.notes:
        yield Problem(file, 1, 1, note.where, note.message, level="warning")


def _unknown_file_problems(package: Package) -> Iterator[Problem]:
    """Yield a problem for each Parquet file in the folder that the descriptor does not list."""
    known = {table_file(name) for name in package.tables}
    for path in package.folder.glob(table_file("*")):
        if path.name not in known:
            yield Problem(display_path(path), 1, 1, "", f"{DATAPACKAGE} lists no such table", level="warning")
    parts = {file.path for files in package.files.values() for file in files}
    for path in package.folder.glob(f"{table_file('*')}/*"):
        if path.parent.name in known and f"{path.parent.name}/{path.name}" not in parts:
            message = f"{DATAPACKAGE} lists no such part, but a program that reads the folder reads it too"
            yield Problem(display_path(path), 1, 1, "", message, "remove it")


# ── Files and columns ─────────────────────────────────────────────────────────────────────────────


class _OpenTable:
    """The files of one table, opened, and the problems that show without reading rows.

    Attributes:
        rows: The columns that are valid in all files.
        is_readable: Whether all files could be read.
        is_of_build: Whether all files are of the builds that the descriptor names.
    """

    def __init__(self, package: Package, spec: TableSpec) -> None:
        self.spec = spec
        self.file = display_path(package.folder / table_file(spec.name))
        self.problems: list[Problem] = []
        self.is_readable = True
        self.is_of_build = True
        files = [self._open(package.folder / listed.path, listed) for listed in package.files[spec.name]]
        found = tuple(file for file in files if file is not None)
        types = [self._column_types(file.schema) for file in found] or [{}]
        valid = [(name, type_) for name, type_ in types[0].items() if all(other.get(name) == type_ for other in types)]
        self.rows = ParquetFiles(pa.schema(valid), found)
        due = package.rows[spec.name]
        if self.is_readable and self.is_of_build and due not in (None, self.rows.num_rows):
            self._report("", f"the table has {self.rows.num_rows:,} rows, but {due:,} by {DATAPACKAGE}")

    def has(self, columns: tuple[str, ...]) -> bool:
        """Return whether columns are valid and of a type that this version knows."""
        return all(name in self.rows.schema.names and self.spec[name].kind != "unknown" for name in columns)

    def mark_unreadable(self, path: Path, message: str, hint: str = "") -> None:
        """Report why the table cannot be read."""
        self._report("", message, hint, path=path)
        self.is_readable = False

    def _report(self, where: str, message: str, hint: str = "", column: int = 1, path: Path | None = None) -> None:
        file = self.file if path is None else display_path(path)
        self.problems.append(Problem(file, 1, column, where, message, hint))

    def _open(self, path: Path, listed: DataFile) -> ParquetFile | None:
        """Open a file if it is the one that the descriptor lists; else report a problem."""
        try:
            if listed.digest is not None and _sha256(path) != listed.digest:
                self.is_of_build = False
                self.mark_unreadable(path, f"it is not the part that {DATAPACKAGE} lists", _SAME_SOURCE)
                return None
            file = ParquetFile.open(path)
        except FileNotFoundError:
            self.mark_unreadable(path, f"{display_path(path)} is missing")
        except (OSError, UnreadableFileError) as error:
            self.mark_unreadable(path, _not_parquet(error))
        else:
            self._check_build(file, listed)
            if listed.rows not in (None, file.num_rows):
                self._report("", f"it has {file.num_rows:,} rows, but {listed.rows:,} by {DATAPACKAGE}", path=path)
            return file
        return None

    def _check_build(self, file: ParquetFile, listed: DataFile) -> None:
        build = _build(file.schema)
        if build is None:
            self._report("", "its footer names no build", _SAME_SOURCE, path=file.path)
        elif listed.build not in (None, build):
            self.is_of_build = False
            self._report("", f"the table is of another build than {DATAPACKAGE}", _SAME_SOURCE, path=file.path)

    def _column_types(self, schema: pa.Schema) -> dict[str, pa.DataType]:
        """Return the valid columns of a file with the types to read them as, and report the others."""
        types = {}
        for number, column in enumerate(self.spec.columns, start=1):
            where = f"{self.spec.name}.{column.name}"
            if (times := schema.names.count(column.name)) != 1:
                self._report(where, "the column appears twice" if times else "the column is missing", column=number)
                continue
            type_ = schema.field(column.name).type
            if column.kind == "unknown":
                types[column.name] = type_
            elif _ACCEPTED[column.data_type](type_):
                types[column.name] = _ARROW_TYPES[column.data_type]
            else:
                due = _ARROW_TYPES[column.data_type]
                self._report(where, f"the column holds {type_}, not {due}", column=number)
        for name in sorted(set(schema.names) - set(self.spec.names)):
            self._report(f"{self.spec.name}.{shorten(name)}", "the data package has no such column")
        return types


def _not_parquet(error: Exception) -> str:
    return f"it cannot be read as Parquet: {shorten(str(error))}"


def _build(schema: pa.Schema) -> str | None:
    """Return the build that the footer of a file names, if it does."""
    try:
        build = file_metadata(schema)["build"]
    except (LookupError, TypeError, ValueError):
        return None
    return build if isinstance(build, str) else None


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _is_text(type_: pa.DataType) -> bool:
    return any(is_kind(type_) for is_kind in (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view))


# ── Rows ──────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Violation:
    """A rule that rows of a table break.

    Attributes:
        columns: The columns that the rule is about.
        count: How many rows break it.
        samples: Of the first of them, the row number, the cells of `columns`, and those of the table's key.
        message: The message for one row, given its cells.
        summary: The message for the rows that are only counted.
        hint: The hint for one row, given its cells.
    """

    columns: tuple[str, ...]
    count: int
    samples: list[list[str | None]]
    message: Callable[[str], str]
    summary: str
    hint: Callable[[str], str] = lambda _: ""

    def problems(self, table: _OpenTable) -> Iterator[Problem]:
        """Yield a problem for each of the first rows, and one for all others."""
        spec, names = table.spec, ", ".join(self.columns)
        column = 1 + min(spec.names.index(name) for name in self.columns)
        for row, *cells in self.samples[:MAX_ROWS_PER_PROBLEM]:
            texts = [shorten(cell or "") for cell in cells]
            value, key = ", ".join(texts[: len(self.columns)]), texts[len(self.columns) :]
            line = int(row or 0) + 1
            record = ", ".join(key) if key and all(key) else f"row {line}"
            where = f"{spec.name}[{record}].{names}"
            yield Problem(table.file, line, column, where, self.message(value), self.hint(value))
        if (left := self.count - MAX_ROWS_PER_PROBLEM) > 0:
            line = int(self.samples[MAX_ROWS_PER_PROBLEM][0] or 0) + 1
            summary = f"{pluralize(left, 'more row')} {self.summary}"
            yield Problem(table.file, line, column, f"{spec.name}.{names}", summary)


@dataclass(frozen=True)
class _CellRule:
    """A rule for the cells of a column, which an empty cell breaks only if it says so.

    Attributes:
        limit: What the column demands; nothing if the rule does not apply to it.
        broken: The SQL condition that a cell breaks the rule.
        message: The message for one row.
        summary: The message for many rows.
        hint: The hint, given the cell and the column.
    """

    limit: Callable[[Column], Any]
    broken: str
    message: str
    summary: str
    hint: Callable[[str, Column], str] = lambda _value, _column: ""


_CELL_RULES = (
    _CellRule(
        lambda column: not column.nullable or None,
        "{cell} IS NULL",
        "{column.name} is empty, and must not be",
        "in which {column.name} is empty",
    ),
    _CellRule(
        lambda column: list(column.vocabulary) or None,
        "NOT list_contains({limit}, {cell})",
        "'{value}' is not a value of {column.name}",
        "with other values of {column.name}",
        lambda value, column: options_hint(value, column.vocabulary),
    ),
    _CellRule(
        lambda column: column.pattern and column.pattern.pattern,
        "NOT regexp_full_match({cell}, {limit})",
        "'{value}' does not match the pattern of {column.name}",
        "whose {column.name} does not match its pattern",
        lambda _, column: f"it has to match {shorten(column.pattern.pattern if column.pattern else '')}",
    ),
    _CellRule(
        lambda column: column.minimum,
        "{cell} < {limit}",
        "{value} is less than {column.minimum}",
        "whose {column.name} is less than {column.minimum}",
    ),
)


def _cell_violations(session: RowSession, table: _OpenTable) -> list[_Violation]:
    """Return the rules that cells break, of each cell the first; this reads all rows and so finds broken files."""
    names = tuple(column.name for column in table.spec.columns if table.has((column.name,)))
    if not table.is_readable or not names:
        return []
    checks: list[tuple[Column, _CellRule]] = []
    parameters, cases, aggregates = {}, ["*"], ["count(*)"]
    for index, name in enumerate(names):
        column, branches = table.spec[name], []
        for rule in _CELL_RULES:
            if (limit := rule.limit(column)) is None:
                continue
            number = len(checks)
            if "{limit}" in rule.broken:
                parameters[f"limit{number}"] = limit
            branches.append(f"WHEN {rule.broken.format(cell=f'c{index}', limit=f'$limit{number}')} THEN {number}")
            aggregates.append(_sample((name, *_key(table)), names, f"broken{index} = {number}"))
            checks.append((column, rule))
        if branches:
            cases.append(f"CASE {' '.join(branches)} END AS broken{index}")
    sql = f"SELECT {', '.join(aggregates)} FROM (SELECT {', '.join(cases)} FROM rows)"  # noqa: S608 (values are bound)
    try:
        [(_, *found)] = session.query(sql, parameters, rows=table.rows.select(names))
    except UnreadableFileError as error:
        table.problems.clear()
        table.mark_unreadable(error.path, _not_parquet(error))
        return []
    results = zip(checks, found[::2], found[1::2], strict=True)
    return [_cell_violation(*check, count, samples) for check, count, samples in results if count]


def _cell_violation(column: Column, rule: _CellRule, count: int, samples: list[list[str | None]]) -> _Violation:
    return _Violation(
        (column.name,),
        count,
        samples,
        lambda value: rule.message.format(value=value, column=column),
        rule.summary.format(column=column),
        lambda value: rule.hint(value, column),
    )


@dataclass(frozen=True)
class _RowRule:
    """A rule for rows that have no empty cell in `columns`.

    Attributes:
        columns: The columns that the rule is about: c0, c1 … in `broken`.
        broken: The SQL that follows a WHERE clause and selects the rows that break the rule.
        message: The message for one row, given its cells.
        summary: The message for many rows.
        sources: Further rows that `broken` queries, by name.
    """

    columns: tuple[str, ...]
    broken: str
    message: Callable[[str], str]
    summary: str
    sources: Mapping[str, ParquetFiles] = field(default_factory=dict)


def _key_rules(table: _OpenTable) -> Iterator[_RowRule]:
    """Yield a rule for the primary key, and for each other column whose values are distinct."""
    spec = table.spec
    unique = [(column.name,) for column in spec.columns if column.unique and (column.name,) != spec.key]
    yield from (_unique_rule(spec, columns) for columns in (spec.key, *unique) if columns and table.has(columns))


def _unique_rule(spec: TableSpec, columns: tuple[str, ...]) -> _RowRule:
    message = f"another row of {spec.name} has the same {', '.join(columns)}"
    cells = ", ".join(f"c{index}" for index in range(len(columns)))
    repeats = f"QUALIFY row_number() OVER (PARTITION BY {cells} ORDER BY row) > 1"
    return _RowRule(columns, repeats, lambda _: message, f"in which {message}")


def _foreign_key_rules(table: _OpenTable, tables: Mapping[str, _OpenTable]) -> Iterator[_RowRule]:
    """Yield a rule for each foreign key, unless a table is unreadable or of another build."""
    for key in table.spec.foreign_keys:
        target = tables[key.table]
        is_complete = table.is_of_build and target.is_of_build and target.is_readable
        if is_complete and table.has(key.columns) and target.has(key.target):
            yield _foreign_key_rule(key, target.rows.select(key.target))


def _foreign_key_rule(key: ForeignKey, target: ParquetFiles) -> _RowRule:
    equal = " AND ".join(f"target.c{index} = rows.c{index}" for index in range(len(key.columns)))
    return _RowRule(
        key.columns,
        f"AND NOT EXISTS (SELECT 1 FROM target WHERE {equal})",  # noqa: S608 (names of ours)
        lambda value: f"'{value}' is not in {key.table}",
        f"whose {', '.join(key.columns)} is not in {key.table}",
        {"target": target},
    )


def _row_violation(session: RowSession, table: _OpenTable, rule: _RowRule) -> _Violation | None:
    """Return the rows that break a rule, if there are any."""
    wanted = (*rule.columns, *_key(table))
    names = tuple(dict.fromkeys(wanted))
    filled = " AND ".join(f"c{index} IS NOT NULL" for index in range(len(rule.columns)))
    sample = _sample(wanted, names, "true")
    sql = f"SELECT {sample} FROM (SELECT * FROM rows WHERE {filled} {rule.broken})"  # noqa: S608 (names of ours)
    [(count, samples)] = session.query(sql, {}, rows=table.rows.select(names), **rule.sources)
    return _Violation(rule.columns, count, samples, rule.message, rule.summary) if count else None


def _key(table: _OpenTable) -> tuple[str, ...]:
    """Return the columns that name a row in a problem; none if they are not valid."""
    return table.spec.key if table.has(table.spec.key) else ()


def _sample(columns: tuple[str, ...], names: tuple[str, ...], condition: str) -> str:
    """Return the SQL aggregates of the rows that meet a condition: their number, and cells of the first ones.

    Args:
        columns: The columns whose cells are wanted.
        names: The columns of the view, in order.
        condition: An SQL condition.
    """
    cells = ", ".join(f"left(c{names.index(name)}::VARCHAR, {MAX_SHOWN + 1})" for name in columns)
    where = f"FILTER (WHERE {condition})"
    return f"count(*) {where}, arg_min([row::VARCHAR, {cells}], row, {MAX_ROWS_PER_PROBLEM + 1}) {where}"
