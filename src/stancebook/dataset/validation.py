"""A dataset on disk, validated against its own data package."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from stancebook.dataset.descriptor import Package
from stancebook.dataset.duckdb_session import RowSession, row_session
from stancebook.dataset.layout import DATAPACKAGE, table_file
from stancebook.dataset.opened_table import SAME_SOURCE, OpenTable, not_parquet
from stancebook.dataset.package_json import ENGINE
from stancebook.dataset.parquet_files import BATCH_ROWS, ParquetFiles, UnreadableFileError
from stancebook.dataset.source_texts import SourceTexts, text_problems
from stancebook.dataset.table_rules import (
    DOCUMENT,
    PASSAGE,
    SENTENCE,
    TEXT_LENGTH,
    BatchRule,
    Documents,
    TableRule,
    date_rules,
    foreign_key_rule,
    has_passages,
    is_sentence_table,
    passage_rules,
    sentence_rules,
    unique_rule,
)
from stancebook.problems import MAX_SHOWN, Problem, display_path, errors_in, pluralize, shorten
from stancebook.schema.column_types import CellRule

MAX_ROWS_PER_PROBLEM = 10  # rows that break one rule and are reported one by one; the others are counted


@dataclass(frozen=True)
class ValidationResult:
    """The readable tables of a dataset, each with its valid columns, and the problems."""

    tables: Mapping[str, ParquetFiles]
    problems: list[Problem]

    @property
    def errors(self) -> list[Problem]:
        """The problems that are not warnings."""
        return errors_in(self.problems)


def validate_dataset(package: Package, texts: SourceTexts | None = None) -> ValidationResult:
    """Validate the tables of a dataset against its data package.

    Checked are the digests of the data package and of all files, columns, types, empty cells, vocabularies, patterns,
    limits, keys, references, that all files are of one build, that passages and sentences are within their texts, and
    the first and last days of dates. DuckDB does this in memory that does not grow with the tables. Files of tables
    have no lines: the `line` of a problem is the row, counted through all files of the table, and its `column` the
    place of the column, both from 1; a problem of a table, file or column is on line 1.

    Args:
        package: The descriptor of the dataset, by `read_package`.
        texts: The texts of the documents, to compare every quote with.

    Raises:
        DatasetError: A file changed while it was read.
    """
    tables = {name: OpenTable(package, spec) for name, spec in package.tables.items()}
    problems = [
        *_package_problems(package, built=any(table.built for table in tables.values())),
        *_unknown_file_problems(package),
    ]
    with row_session() as session:
        cell_problems = {name: _cell_problems(session, table) for name, table in tables.items()}
        for name, table in tables.items():
            found = [*table.problems]
            if table.is_readable:
                found += cell_problems[name]
                for rule in _row_rules(table, tables):
                    found += _row_problems(session, table, rule)
            problems += found or table.changed
    if texts is not None:
        problems += text_problems(tables, texts)
    readable = {name: table.rows for name, table in tables.items() if table.is_readable}
    return ValidationResult(readable, sorted(set(problems)))


def _package_problems(package: Package, *, built: bool) -> Iterator[Problem]:
    """Yield the problems of the data package, given whether a build wrote any of the tables."""
    file = display_path(package.folder / DATAPACKAGE)
    if package.is_unchanged is False or (built and ENGINE not in package.descriptor):
        message = "it was changed after a build wrote it: its content does not have the digest that it states"
        yield Problem(file, 1, 1, "", message, SAME_SOURCE)
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


# ── Rows ──────────────────────────────────────────────────────────────────────────────────────────


def _row_rules(table: OpenTable, tables: Mapping[str, OpenTable]) -> Iterator[TableRule]:
    """Yield the rules for rows; foreign keys are not checked if a table is unreadable or of another build."""
    spec = table.spec
    unique = [(column.name,) for column in spec.columns if column.unique and (column.name,) != spec.key]
    yield from (unique_rule(spec, columns) for columns in (spec.key, *unique) if columns and table.has(columns))
    for key in spec.foreign_keys:
        target = tables[key.table]
        is_complete = table.is_of_build and target.is_of_build and target.is_readable
        if is_complete and table.has(key.columns) and target.has(key.target):
            yield foreign_key_rule(key, target.rows.select(key.target))
    if table.has_build:
        if has_passages(spec) and table.has({*PASSAGE, *spec.key}):
            yield from passage_rules(spec, _documents(table, tables))
        if is_sentence_table(spec) and table.has(SENTENCE):
            yield from sentence_rules(_documents(table, tables))
        yield from (rule for rule in date_rules(spec) if table.has(rule.columns))


def _documents(table: OpenTable, tables: Mapping[str, OpenTable]) -> Documents | None:
    """Return the documents of a table of passages or sentences, if they can be read."""
    for key in table.spec.foreign_keys:
        target = tables[key.table]
        if key.columns == (DOCUMENT,) and key.target == (DOCUMENT,) and target.has((DOCUMENT, TEXT_LENGTH)):
            is_complete = table.is_of_build and target.is_of_build and target.is_readable
            return (key.table, target.rows.select((DOCUMENT, TEXT_LENGTH))) if is_complete else None
    return None


def _cell_problems(session: RowSession, table: OpenTable) -> list[Problem]:
    """Return the problems of cells; this reads all rows, and so finds a broken file, which makes a table unreadable."""
    names = tuple(column.name for column in table.spec.columns if table.has((column.name,)))
    if not table.is_readable or not names:
        return []
    checks = {
        index: [rule for rule in table.spec[name].cell_rules() if table.has_build or not rule.of_builds]
        for index, name in enumerate(names)
    }
    try:
        # Most columns are valid, and samples take DuckDB longer to plan than tables take to read.
        broken = _broken_columns(session, table, names, checks)
        return _broken_cells(session, table, names, {index: checks[index] for index in broken})
    except UnreadableFileError as error:
        table.problems.clear()
        table.mark_unreadable(error.path, not_parquet(error))
        return []


CellRules = Mapping[int, Sequence[CellRule]]  # by the number of the column


def _broken_columns(session: RowSession, table: OpenTable, names: tuple[str, ...], checks: CellRules) -> list[int]:
    """Return the numbers of the columns in which any cell breaks a rule."""
    sql = _Cases(checks)
    flags = ", ".join(f"bool_or({case} IS NOT NULL)" for case in sql.cases.values())
    query = f"SELECT count(*) {flags and f', {flags}'} FROM rows"  # noqa: S608 (values are bound)
    [(_, *found)] = session.query(query, sql.parameters, rows=table.rows.select(names))
    return [index for index, is_broken in zip(sql.cases, found, strict=True) if is_broken]


def _broken_cells(session: RowSession, table: OpenTable, names: tuple[str, ...], checks: CellRules) -> list[Problem]:
    """Return the problems of some columns."""
    if not checks:
        return []
    sql = _Cases(checks)
    rules = [TableRule(**vars(rule), columns=(names[index],)) for index, rule in sql.rules]
    samples = ", ".join(
        _sample(table, rule, names, f"broken{index} = {number}")
        for number, ((index, _), rule) in enumerate(zip(sql.rules, rules, strict=True))
    )
    cases = ", ".join(f"{case} AS broken{index}" for index, case in sql.cases.items())
    query = f"SELECT {samples} FROM (SELECT *, {cases} FROM rows)"  # noqa: S608 (values are bound)
    [found] = session.query(query, sql.parameters, rows=table.rows.select(names))
    results = zip(rules, found[::2], found[1::2], strict=True)
    return [problem for result in results for problem in _rule_problems(table, *result)]


class _Cases:
    """For each column with rules, SQL for the number of the rule that a cell breaks first.

    Attributes:
        rules: The rules with the numbers of their columns; the number of a rule is its place in this list.
        cases: The SQL by column.
        parameters: The values of its parameters.
    """

    def __init__(self, checks: CellRules) -> None:
        self.rules = [(index, rule) for index, rules in checks.items() for rule in rules]
        self.parameters = {
            f"limit{number}": rule.limit for number, (_, rule) in enumerate(self.rules) if rule.limit is not None
        }
        branches: dict[int, list[str]] = {}
        for number, (index, rule) in enumerate(self.rules):
            condition = rule.broken.format(cell=f"c{index}", limit=f"$limit{number}")
            branches.setdefault(index, []).append(f"WHEN {condition} THEN {number}")
        self.cases = {index: f"CASE {' '.join(each)} END" for index, each in branches.items()}


def _row_problems(session: RowSession, table: OpenTable, rule: TableRule) -> Iterator[Problem]:
    """Yield the problems of rows that break a rule and have no empty cell in its columns."""
    names = tuple(dict.fromkeys([*rule.columns, *table.key]))
    if isinstance(rule, BatchRule):
        indices = [names.index(name) for name in (*rule.columns, *table.key)]
        yield from _rule_problems(table, rule, *_broken_rows(table.rows.select(names), rule, indices))
        return
    if rule.surely_met(table.rows.select(rule.columns)):
        return
    filled = " AND ".join(f"c{index} IS NOT NULL" for index in range(len(rule.columns)))
    sample = _sample(table, rule, names, "true")
    sql = f"SELECT {sample} FROM (SELECT * FROM rows WHERE {filled} {rule.broken})"  # noqa: S608 (fixed names)
    [(count, samples)] = session.query(sql, {}, rows=table.rows.select(names), **rule.sources)
    yield from _rule_problems(table, rule, count, samples)


def _broken_rows(rows: ParquetFiles, rule: BatchRule, shown: Sequence[int]) -> tuple[int, list[list[str | None]]]:
    """Return how many rows break a rule, and of the first ones the number and the shown columns, as `_sample` does."""
    count, start, samples = 0, 0, list[list[str | None]]()
    for batch in rows.to_batches(BATCH_ROWS):
        broken = rule.find(batch)
        count += len(broken)
        for row in broken[: MAX_ROWS_PER_PROBLEM + 1 - len(samples)].tolist():
            cells = [batch[index][row].as_py() for index in shown]
            samples.append([str(start + row), *(None if cell is None else str(cell) for cell in cells)])
        start += batch.num_rows
    return count, samples


def _sample(table: OpenTable, rule: TableRule, names: tuple[str, ...], condition: str) -> str:
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
    table: OpenTable, rule: TableRule, count: int, samples: list[list[str | None]] | None
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
