"""Export of a validated dataset to one SQLite database, whose constraints enforce its data package.

Dates are ISO text, since SQLite has no type for them. Four tables, whose names start with an underscore, describe the
others.
"""

from __future__ import annotations

import atexit
import os
import sqlite3
import stat
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path

from stancebook.dataset.descriptor import Package
from stancebook.dataset.parquet_files import RowSource
from stancebook.exceptions import PublishError
from stancebook.schema.column_types import Column
from stancebook.schema.spec import TableSpec

APPLICATION_ID = int.from_bytes(b"Stbk")  # in the header of every exported file

_BATCH_ROWS = 10_000
_HEADER_BYTES = 100
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
    """Write a database of all tables; if that fails, an earlier file is unchanged.

    Args:
        package: The descriptor of the dataset.
        tables: The tables of a validation without errors, by name.
        file: The database to write; an earlier export is replaced.

    Raises:
        PublishError: The file is not an earlier export, or holds more than an export, or SQLite refuses the tables.
    """
    file = file.resolve()
    _refuse_foreign(file)
    _release(file)
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{file.name}.new-", dir=file.parent)
    new = Path(name)
    atexit.register(new.unlink, missing_ok=True)  # a signal may end the process
    try:
        with closing(sqlite3.connect(new, isolation_level=None)) as database:
            _fill(database, package, tables)
        os.fsync(handle)
        new.chmod(0o644)
        for sidecar in _sidecars(file):  # of the file that is replaced: SQLite would apply them to the new one
            sidecar.unlink(missing_ok=True)
        new.replace(file)
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
            raise PublishError(
                f"{file} cannot be written: the disk is full. Make room, or name another file."
            ) from error
        raise PublishError(f"SQLite does not accept these tables: {error}.") from error
    finally:
        os.close(handle)
        new.unlink(missing_ok=True)
        atexit.unregister(new.unlink)


def _fill(database: sqlite3.Connection, package: Package, tables: Mapping[str, RowSource]) -> None:
    """Write everything in one transaction, which checks the foreign keys at its end: they may form cycles."""
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
    for name, rows in _description_rows(package).items():
        _insert(database, name, rows)
    for spec in package.tables.values():
        database.execute(_create_table(spec))
        for index in _create_indices(spec):  # before the rows: each is looked up by the rows that refer to it
            database.execute(index)
    for name, spec in package.tables.items():
        for batch in tables[name].to_batches(max_chunksize=_BATCH_ROWS):
            cells = (column.sqlite_cells(batch[column.name]).to_pylist() for column in spec.columns)
            _insert(database, name, zip(*cells, strict=True))
    database.execute("COMMIT")


def _insert(database: sqlite3.Connection, table: str, rows: Iterable[tuple[object, ...]]) -> None:
    rows = iter(rows)
    if first := next(rows, None):
        insert = f"INSERT INTO {_identifier(table)} VALUES ({', '.join('?' * len(first))})"  # noqa: S608 (it is quoted)
        database.execute(insert, first)
        database.executemany(insert, rows)


# ── Constraints ───────────────────────────────────────────────────────────────────────────────────


def _create_table(spec: TableSpec) -> str:
    lines = [" ".join(_declaration(column, spec.key)) for column in spec.columns]
    if spec.key:
        lines.append(f"PRIMARY KEY ({_identifiers(spec.key)})")
    for key in spec.foreign_keys:
        target = f"{_identifier(key.table)} ({_identifiers(key.target)})"
        lines.append(f"FOREIGN KEY ({_identifiers(key.columns)}) REFERENCES {target} DEFERRABLE INITIALLY DEFERRED")
    return f"CREATE TABLE {_identifier(spec.name)} (\n  " + ",\n  ".join(lines) + f"\n){_STRICT}"


def _declaration(column: Column, key: tuple[str, ...]) -> Iterator[str]:
    """Yield the words that declare a column."""
    name = _identifier(column.name)
    yield name
    yield column.sqlite_type
    if not column.nullable:
        yield "NOT NULL"
    if column.unique and key != (column.name,):
        yield "UNIQUE"
    yield from (f"CHECK ({condition})" for condition in column.sqlite_checks(name))


def _create_indices(spec: TableSpec) -> Iterator[str]:
    """Yield an index for the columns of each foreign key."""
    for columns in dict.fromkeys(key.columns for key in spec.foreign_keys):
        index = _identifier(f"{spec.name}.{', '.join(columns)}")
        yield f"CREATE INDEX {index} ON {_identifier(spec.name)} ({_identifiers(columns)})"


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _identifiers(names: Iterable[str]) -> str:
    return ", ".join(map(_identifier, names))


# ── Description ───────────────────────────────────────────────────────────────────────────────────


def _description_rows(package: Package) -> dict[str, list[tuple[object, ...]]]:
    """Return the rows of the tables that describe the others; `rank` counts the values of a vocabulary from 1."""
    facts = {key: value for key, value in package.descriptor.items() if isinstance(value, str)}
    tables = package.tables.values()
    columns = [(spec.name, column) for spec in tables for column in spec.columns]
    return {
        "_dataset": list((facts | ({"build": package.build} if package.build else {})).items()),
        "_tables": [(spec.name, spec.title or None, spec.description or None) for spec in tables],
        "_columns": [
            (table, column.name, column.title or None, column.description or None) for table, column in columns
        ],
        "_values": [
            (table, column.name, value, rank, definition or None)
            for table, column in columns
            for rank, (value, definition) in enumerate(column.vocabulary.items(), start=1)
        ],
    }


# ── Files of others ───────────────────────────────────────────────────────────────────────────────


def _refuse_foreign(file: Path) -> None:
    """Raise `PublishError` if something exists that is not an export; SQLite opens only what is one."""
    try:
        mode = file.stat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISREG(mode):
        kind = "a folder" if stat.S_ISDIR(mode) else "not a file"
        raise PublishError(f"{file} is {kind}; name a file.")
    with file.open("rb") as opened:
        header = opened.read(_HEADER_BYTES)
    if not header.startswith(b"SQLite format 3\0") or header[68:72] != APPLICATION_ID.to_bytes(4):
        raise PublishError(f"{file} exists and is not an export. Move it, or name another file.")


def _release(file: Path) -> None:
    """Let SQLite finish what the sidecar files of an earlier export hold; raise `PublishError` if it is in use.

    A program that ended without closing the database left them behind; what they hold counts. `journal_mode = DELETE`
    writes it into the database and removes them, and fails while another program has the database open.
    """
    if not file.exists():
        return
    try:
        with closing(
            sqlite3.connect(f"{file.as_uri()}?mode=rw", uri=True, timeout=0, isolation_level=None)
        ) as database:
            database.execute("PRAGMA journal_mode = DELETE")
            database.execute("BEGIN EXCLUSIVE")
            tables = database.execute("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')").fetchall()
            exported = {*database.execute('SELECT "name" FROM "_tables"'), *((name,) for name in _DESCRIPTION)}
            database.execute("ROLLBACK")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise PublishError(f"{file} is open in another program. Close it there first.") from error
        raise PublishError(f"{file} cannot be replaced: {error}. Move it, or name another file.") from error
    except sqlite3.Error as error:
        raise PublishError(f"{file} is damaged ({error}). Move it, or name another file.") from error
    if added := sorted(name for (name,) in {*tables} - exported if not name.startswith("sqlite_")):
        raise PublishError(
            f"{file} holds {', '.join(added[:5])}, which an export would remove. Move it, or name another file."
        )


def _sidecars(file: Path) -> list[Path]:
    """Return the files in which SQLite keeps changes of a database until they are complete."""
    return [Path(f"{file}{end}") for end in ("-journal", "-wal", "-shm")]
