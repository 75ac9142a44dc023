"""A verified dataset → one SQLite database whose own constraints keep what the contract says.

Days are ISO text, since SQLite has no type for them. Beside the tables stand four that describe them,
under names that start with an underscore.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pyarrow as pa

from stancebook.dataset.descriptor import Column, Package, Table, Type
from stancebook.dataset.parquet_table import RowSource
from stancebook.exceptions import PublishError

APPLICATION_ID = int.from_bytes(b"Stbk")  # in the header of every file that an export wrote

_TYPES: Mapping[Type | None, str] = {"string": "TEXT", "date": "TEXT", "integer": "INTEGER", None: "ANY"}
_STRICT = " STRICT" if sqlite3.sqlite_version_info >= (3, 37) else ""
_DESCRIPTION = {
    "_dataset": 'CREATE TABLE "_dataset" ("key" TEXT PRIMARY KEY, "value" TEXT NOT NULL)',
    "_tables": 'CREATE TABLE "_tables" ("name" TEXT PRIMARY KEY, "title" TEXT, "description" TEXT)',
    "_columns": 'CREATE TABLE "_columns" ("table" TEXT, "name" TEXT, "title" TEXT, "description" TEXT,'
    ' PRIMARY KEY ("table", "name"))',
    "_values": 'CREATE TABLE "_values" ("table" TEXT, "column" TEXT, "value" TEXT, "rank" INTEGER,'
    ' "description" TEXT, PRIMARY KEY ("table", "column", "value"))',
}


def to_sqlite(package: Package, tables: Mapping[str, RowSource], file: Path) -> None:
    """Write a database of all tables, or none of it: the file that was there before survives a failure.

    `tables` are those of a verdict without errors. Raises `PublishError` where the file is not an earlier
    export, or holds more than one wrote, and where SQLite refuses something.
    """
    file = file.resolve()
    _refuse_foreign(file)
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{file.name}.new-", dir=file.parent)
    new = Path(name)
    try:
        with closing(sqlite3.connect(new, isolation_level=None)) as database:
            _fill(database, package, tables)
        os.fsync(handle)
        new.chmod(0o644)
        new.replace(file)
    except sqlite3.Error as fault:
        raise PublishError(f"SQLite does not take these tables: {fault}.") from fault
    finally:
        os.close(handle)
        new.unlink(missing_ok=True)


def _fill(database: sqlite3.Connection, package: Package, tables: Mapping[str, RowSource]) -> None:
    """Write everything in one transaction; the references, which may run in circles, are checked at its end."""
    for pragma in (
        "journal_mode = OFF",
        "synchronous = OFF",
        "foreign_keys = ON",
        f"application_id = {APPLICATION_ID}",
    ):
        database.execute(f"PRAGMA {pragma}")
    database.execute("BEGIN")
    for statement in _DESCRIPTION.values():
        database.execute(statement + _STRICT)
    for name, rows in _described(package).items():
        _insert(database, name, rows)
    for table in package.tables.values():
        database.execute(_create(table))
        for index in _indices(table):  # before the rows: each new row is looked for among those that wait for it
            database.execute(index)
    for table in package.tables.values():
        for batch in tables[table.name].to_batches(max_chunksize=10_000):
            _insert(database, table.name, zip(*map(_cells, batch.columns), strict=True))
    database.execute("COMMIT")


def _insert(database: sqlite3.Connection, table: str, rows: Iterable[tuple[object, ...]]) -> None:
    rows = iter(rows)
    if first := next(rows, None):
        insert = f"INSERT INTO {_quoted(table)} VALUES ({', '.join('?' * len(first))})"  # noqa: S608 (it is quoted)
        database.execute(insert, first)
        database.executemany(insert, rows)


def _cells(column: pa.Array) -> list[object]:
    cells: list[object] = (column.cast(pa.string()) if column.type == pa.date32() else column).to_pylist()
    return cells


# ── What the tables must hold ─────────────────────────────────────────────────────────────────────


def _create(table: Table) -> str:
    lines = [" ".join(_column(column, table.key)) for column in table.columns.values()]
    if table.key:
        lines.append(f"PRIMARY KEY ({_list(table.key)})")
    for reference in table.references:
        target = f"{_quoted(reference.table)} ({_list(reference.target)})"
        lines.append(f"FOREIGN KEY ({_list(reference.columns)}) REFERENCES {target} DEFERRABLE INITIALLY DEFERRED")
    return f"CREATE TABLE {_quoted(table.name)} (\n  " + ",\n  ".join(lines) + f"\n){_STRICT}"


def _column(column: Column, key: tuple[str, ...]) -> Iterator[str]:
    """Yield the words that declare a column; its pattern is not among them, for SQLite matches none."""
    name = _quoted(column.name)
    yield name
    yield _TYPES[column.type]
    if column.required:
        yield "NOT NULL"
    if column.unique and key != (column.name,):
        yield "UNIQUE"
    if column.vocabulary:
        yield f"CHECK ({name} IN ({', '.join(map(_text, column.vocabulary))}))"
    if column.minimum is not None:
        yield f"CHECK ({name} >= {column.minimum})"
    if column.type == "date":
        yield f"CHECK ({name} IS date({name}, '+0 days'))"  # which makes a day of the 30th of February


def _indices(table: Table) -> Iterator[str]:
    """Yield an index for the columns of each reference."""
    for columns in dict.fromkeys(reference.columns for reference in table.references):
        index = _quoted(f"{table.name}.{', '.join(columns)}")
        yield f"CREATE INDEX {index} ON {_quoted(table.name)} ({_list(columns)})"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _list(names: Iterable[str]) -> str:
    return ", ".join(map(_quoted, names))


# ── What describes them ───────────────────────────────────────────────────────────────────────────


def _described(package: Package) -> dict[str, list[tuple[object, ...]]]:
    """Return the rows of the tables that describe the others; `rank` counts the values of a vocabulary from 1."""
    facts = {key: value for key, value in package.descriptor.items() if isinstance(value, str)}
    columns = [(table, column) for table in package.tables.values() for column in table.columns.values()]
    return {
        "_dataset": list((facts | ({"build": package.build} if package.build else {})).items()),
        "_tables": [(table.name, table.title, table.description) for table in package.tables.values()],
        "_columns": [(table.name, column.name, column.title, column.description) for table, column in columns],
        "_values": [
            (table.name, column.name, value, rank, meaning)
            for table, column in columns
            for rank, (value, meaning) in enumerate(column.vocabulary.items(), start=1)
        ],
    }


# ── What must not be lost ─────────────────────────────────────────────────────────────────────────


def _refuse_foreign(file: Path) -> None:
    """Raise unless the file is not there, or is an earlier export as it was written and not in use."""
    if not file.exists():
        return
    if not file.is_file():
        raise PublishError(f"{file} is a folder; name a file.")
    if in_use := [beside.name for mark in ("-wal", "-journal") if (beside := Path(f"{file}{mark}")).exists()]:
        raise PublishError(f"{file} is in use, for {in_use[0]} lies beside it. Close it first.")
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as database:
            [(application,)] = database.execute("PRAGMA application_id")
            names = {
                name for (name,) in database.execute("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')")
            }
            written = {name for (name,) in database.execute('SELECT "name" FROM "_tables"')} | set(_DESCRIPTION)
    except sqlite3.Error:
        application, names, written = 0, set(), set()
    if application != APPLICATION_ID:
        raise PublishError(f"{file} is there already, and no export wrote it. Move it elsewhere, or name another file.")
    if added := sorted(name for name in names - written if not name.startswith("sqlite_")):
        raise PublishError(
            f"{file} holds {', '.join(added[:5])}, which no export wrote and this one would remove."
            " Move it elsewhere, or name another file."
        )
