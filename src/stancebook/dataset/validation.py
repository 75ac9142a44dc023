"""A dataset on disk, validated against its own data package."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from stancebook.dataset.descriptor import DataFile, Package
from stancebook.dataset.duckdb_session import RowSession, row_session
from stancebook.dataset.layout import DATAPACKAGE, table_file
from stancebook.dataset.parquet import file_metadata
from stancebook.dataset.parquet_files import ParquetFile, ParquetFiles, UnreadableFileError
from stancebook.problems import MAX_SHOWN, Problem, display_path, errors_in, pluralize, shorten
from stancebook.schema.column_types import CellRule, UnknownColumn
from stancebook.schema.spec import ForeignKey, TableSpec

MAX_ROWS_PER_PROBLEM = 10  # rows that break one rule and are reported one by one; the others are counted

_SAME_SOURCE = "take all files from one place"


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
        cell_problems = {name: _cell_problems(session, table) for name, table in tables.items()}
        for name, table in tables.items():
            problems += table.problems
            if table.is_readable:
                problems += cell_problems[name]
                for rule in _row_rules(table, tables):
                    problems += _row_problems(session, table, rule)
    readable = {name: table.rows for name, table in tables.items() if table.is_readable}
    return ValidationResult(readable, sorted(set(problems)))


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

    @property
    def key(self) -> tuple[str, ...]:
        """The columns that name a row in a problem: the primary key, if it is valid."""
        return self.spec.key if self.has(self.spec.key) else ()

    def has(self, columns: tuple[str, ...]) -> bool:
        """Return whether columns are valid and of a type that this version knows."""
        known = {column.name for column in self.spec.columns if not isinstance(column, UnknownColumn)}
        return set(columns) <= known & set(self.rows.schema.names)

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
            if not column.accepts(type_):
                self._report(where, f"the column holds {type_}, not {column.arrow_type}", column=number)
                continue
            types[column.name] = type_ if isinstance(column, UnknownColumn) else column.arrow_type
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


# ── Rows ──────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Rule(CellRule):
    """A rule that rows of a table may break; of one about several cells, `broken` is what follows a WHERE clause.

    Attributes:
        columns: The columns that the rule is about; a query for several names them c0, c1 …
        sources: Further rows that `broken` queries, by name.
    """

    columns: tuple[str, ...] = ()
    sources: Mapping[str, ParquetFiles] = field(default_factory=dict)


def _row_rules(table: _OpenTable, tables: Mapping[str, _OpenTable]) -> Iterator[_Rule]:
    """Yield the rules for keys; foreign keys are not checked if a table is unreadable or of another build."""
    spec = table.spec
    unique = [(column.name,) for column in spec.columns if column.unique and (column.name,) != spec.key]
    yield from (_unique_rule(spec, columns) for columns in (spec.key, *unique) if columns and table.has(columns))
    for key in spec.foreign_keys:
        target = tables[key.table]
        is_complete = table.is_of_build and target.is_of_build and target.is_readable
        if is_complete and table.has(key.columns) and target.has(key.target):
            yield _foreign_key_rule(key, target.rows.select(key.target))


def _unique_rule(spec: TableSpec, columns: tuple[str, ...]) -> _Rule:
    message = f"another row of {spec.name} has the same {', '.join(columns)}"
    cells = ", ".join(f"c{index}" for index in range(len(columns)))
    repeats = f"QUALIFY row_number() OVER (PARTITION BY {cells} ORDER BY row) > 1"
    return _Rule(repeats, lambda _: message, f"in which {message}", columns=columns)


def _foreign_key_rule(key: ForeignKey, target: ParquetFiles) -> _Rule:
    equal = " AND ".join(f"target.c{index} = rows.c{index}" for index in range(len(key.columns)))
    dangling = f"AND NOT EXISTS (SELECT 1 FROM target WHERE {equal})"  # noqa: S608 (fixed names)
    summary = f"whose {', '.join(key.columns)} is not in {key.table}"
    return _Rule(
        dangling,
        lambda value: f"'{value}' is not in {key.table}",
        summary,
        columns=key.columns,
        sources={"target": target},
    )


def _cell_problems(session: RowSession, table: _OpenTable) -> list[Problem]:
    """Return the problems of cells; this reads all rows, and so finds a broken file, which makes a table unreadable."""
    names = tuple(column.name for column in table.spec.columns if table.has((column.name,)))
    if not table.is_readable or not names:
        return []
    rules: list[_Rule] = []
    parameters, cases, samples = {}, ["*"], ["count(*)"]
    for index, name in enumerate(names):
        branches = []
        for rule in table.spec[name].cell_rules():
            number = len(rules)
            if rule.limit is not None:
                parameters[f"limit{number}"] = rule.limit
            branches.append(f"WHEN {rule.broken.format(cell=f'c{index}', limit=f'$limit{number}')} THEN {number}")
            rules.append(_Rule(**vars(rule), columns=(name,)))
            samples.append(_sample(table, rules[-1], names, f"broken{index} = {number}"))
        if branches:
            cases.append(f"CASE {' '.join(branches)} END AS broken{index}")
    sql = f"SELECT {', '.join(samples)} FROM (SELECT {', '.join(cases)} FROM rows)"  # noqa: S608 (values are bound)
    try:
        [(_, *found)] = session.query(sql, parameters, rows=table.rows.select(names))
    except UnreadableFileError as error:
        table.problems.clear()
        table.mark_unreadable(error.path, _not_parquet(error))
        return []
    results = zip(rules, found[::2], found[1::2], strict=True)
    return [problem for result in results for problem in _rule_problems(table, *result)]


def _row_problems(session: RowSession, table: _OpenTable, rule: _Rule) -> Iterator[Problem]:
    """Yield the problems of rows that break a rule and have no empty cell in its columns."""
    names = tuple(dict.fromkeys([*rule.columns, *table.key]))
    filled = " AND ".join(f"c{index} IS NOT NULL" for index in range(len(rule.columns)))
    sample = _sample(table, rule, names, "true")
    sql = f"SELECT {sample} FROM (SELECT * FROM rows WHERE {filled} {rule.broken})"  # noqa: S608 (fixed names)
    [(count, samples)] = session.query(sql, {}, rows=table.rows.select(names), **rule.sources)
    yield from _rule_problems(table, rule, count, samples)


def _sample(table: _OpenTable, rule: _Rule, names: tuple[str, ...], condition: str) -> str:
    """Return SQL for the number of rows that meet a condition, and of the first ones, row number and cells.

    Args:
        table: The table, of whose primary key the cells are selected too.
        rule: The rule whose columns are selected.
        names: The columns of the view, in order.
        condition: An SQL condition.
    """
    indices = [names.index(name) for name in (*rule.columns, *table.key)]
    cells = ", ".join(f"left(c{index}::VARCHAR, {MAX_SHOWN + 1})" for index in indices)
    where = f"FILTER (WHERE {condition})"
    return f"count(*) {where}, arg_min([row::VARCHAR, {cells}], row, {MAX_ROWS_PER_PROBLEM + 1}) {where}"


def _rule_problems(
    table: _OpenTable, rule: _Rule, count: int, samples: list[list[str | None]] | None
) -> Iterator[Problem]:
    """Yield a problem for each of the first rows that break a rule, and one for all others."""
    spec, names = table.spec, ", ".join(rule.columns)
    column = 1 + min(spec.names.index(name) for name in rule.columns)
    for number, (row, *cells) in enumerate(samples or ()):
        line = int(row or 0) + 1
        if number == MAX_ROWS_PER_PROBLEM:
            summary = f"{pluralize(count - number, 'more row')} {rule.summary}"
            yield Problem(table.file, line, column, f"{spec.name}.{names}", summary)
            return
        texts = [shorten(cell or "") for cell in cells]
        value, key = ", ".join(texts[: len(rule.columns)]), texts[len(rule.columns) :]
        record = ", ".join(key) if key and all(key) else f"row {line}"
        yield Problem(table.file, line, column, f"{spec.name}[{record}].{names}", rule.message(value), rule.hint(value))
