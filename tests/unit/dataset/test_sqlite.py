"""The export to a SQLite database."""

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pytest

from stancebook import load
from stancebook.dataset.descriptor import read_package
from stancebook.dataset.exports.sqlite import to_sqlite
from stancebook.dataset.validation import validate_dataset
from stancebook.exceptions import PublishError

OLD = Path(__file__).parents[2] / "datasets/0.1"


@pytest.fixture
def file(tmp_path):
    """A database to export to, in a folder that does not exist."""
    return tmp_path / "deep/letters.db"


def export(folder, file):
    package = read_package(folder)
    to_sqlite(package, validate_dataset(package).tables, file)


@pytest.fixture
def query(file):
    """Export the sample dataset, and return a function that queries it with foreign keys enforced."""
    export(OLD, file)
    with closing(sqlite3.connect(file, isolation_level=None)) as database:
        database.execute("PRAGMA foreign_keys = ON")
        yield lambda sql, *values: database.execute(sql, values).fetchall()


# ── Content ─────────────────────────────────────────────────────────────────────────────────


def test_exported_rows_have_iso_dates_and_nulls(query):
    """Every row is exported, with dates as ISO text and empty cells as NULL."""
    for name, frame in load(path=OLD).items():
        rows = frame.astype("object").where(frame.notna(), None).to_numpy().tolist()
        shown = [tuple(str(cell)[:10] if hasattr(cell, "year") else cell for cell in row) for row in rows]
        assert query(f'SELECT * FROM "{name}"') == shown  # noqa: S608 (fixed names)
    assert query("SELECT when_start, answers_id FROM claims") == [("1901-04-29", None), (None, "bridge#c01")]


def test_dataset_with_cyclic_references_is_exported(dataset, file):
    """Tables whose foreign keys form cycles are exported and pass the checks of SQLite."""
    export(dataset, file)
    with closing(sqlite3.connect(file)) as database:
        for name, frame in load(path=dataset).items():
            assert database.execute(f'SELECT count(*) FROM "{name}"').fetchone() == (len(frame),)  # noqa: S608
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_keys_are_declared_and_indexed(query):
    """Primary and foreign keys are declared, and foreign keys have an index."""
    assert query("SELECT name FROM pragma_table_info('witnesses') WHERE pk ORDER BY pk") == [
        ("claim_id",),
        ("person_id",),
    ]
    keys = query('SELECT "from", "table", "to" FROM pragma_foreign_key_list(\'claims\') ORDER BY id DESC')
    assert keys == [
        ("person_id", "people", "person_id"),
        ("believer_id", "people", "person_id"),
        ("answers_id", "claims", "claim_id"),
        ("doc_id", "letters", "doc_id"),
    ]
    [plan] = query("EXPLAIN QUERY PLAN SELECT * FROM claims WHERE person_id = 'otto'")
    assert "claims.person_id" in plan[-1]


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("UPDATE people SET name = NULL", "NOT NULL constraint failed: people.name"),
        ("UPDATE people SET person_id = 'otto' WHERE person_id = 'falk'", "UNIQUE constraint failed: people.person_id"),
        ("UPDATE claims SET strength = 'utter'", "CHECK constraint failed"),
        ("UPDATE claims SET char_start = -1", "CHECK constraint failed"),
        ("UPDATE claims SET char_start = 'one'", "cannot store TEXT value in INTEGER column claims.char_start"),
        ("UPDATE claims SET when_start = '1901-02-30'", "CHECK constraint failed"),
        ("UPDATE claims SET when_start = 'Monday'", "CHECK constraint failed"),
        ("DELETE FROM people WHERE person_id = 'otto'", "FOREIGN KEY constraint failed"),
        ("UPDATE claims SET answers_id = 'bridge#c09'", "FOREIGN KEY constraint failed"),
    ],
)
def test_database_enforces_constraints(query, change, constraint):
    """The database refuses changes that break the constraints of the data package."""
    with pytest.raises(sqlite3.IntegrityError) as refused:
        query(change)
    assert constraint in str(refused.value)


def test_database_describes_its_tables(query):
    """Tables of the database describe the dataset, its tables, columns and values."""
    assert ("title", "Letters") in query('SELECT * FROM "_dataset"')
    assert ("build",) in query('SELECT "key" FROM "_dataset"')
    assert query("SELECT description FROM _tables WHERE name = 'people'") == [
        ("One person who writes or is written of.",)
    ]
    assert query("SELECT description FROM _columns WHERE \"table\" = 'people' AND name = 'name'") == [
        ("The name in the letters.",)
    ]
    assert query("SELECT value FROM _values WHERE \"column\" = 'strength' ORDER BY rank DESC") == [
        ("strong",),
        ("fair",),
        ("weak",),
    ]


def test_hostile_column_name_is_quoted(tmp_path, file):
    """A column name with quotation marks and SQL is quoted."""
    folder = shutil.copytree(OLD, tmp_path / "letters")
    text = (folder / "datapackage.json").read_text(encoding="utf-8")
    (folder / "datapackage.json").write_text(text.replace('"name": "lives_in"', '"name": "order\\"; --"'), "utf-8")
    package = read_package(folder)
    tables = validate_dataset(read_package(OLD)).tables
    people = pa.Table.from_batches(tables["people"].to_batches()).rename_columns(
        ["person_id", "name", 'order"; --', "master_id"]
    )
    to_sqlite(package, {**tables, "people": people}, file)
    with closing(sqlite3.connect(file)) as database:
        assert database.execute('SELECT "order""; --" FROM people').fetchall() == [(None,), ("FA1",), (None,)]


# ── Existing files ──────────────────────────────────────────────────────────────────────────────


def test_earlier_export_is_replaced(file):
    """An export replaces an earlier one and leaves no temporary file."""
    export(OLD, file)
    export(OLD, file)
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    assert file.stat().st_mode & 0o777 == 0o644


def test_failed_export_leaves_old_database(file):
    """An export that fails leaves the earlier one unchanged."""
    export(OLD, file)
    before = file.read_bytes()
    package = read_package(OLD)
    tables = dict(validate_dataset(package).tables)
    tables["tallies"] = pa.table({"person_id": ["nobody"], "n_claims": [1]})
    with pytest.raises(PublishError, match="SQLite does not accept these tables: FOREIGN KEY constraint failed"):
        to_sqlite(package, tables, file)
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir()] == [file.name]


@pytest.mark.parametrize("content", [b"", b"my notes", b"SQLite format 3\x00"], ids=["empty", "text", "cut short"])
def test_other_file_is_refused_and_unchanged(file, content):
    """A file that is not an export is refused and unchanged."""
    file.parent.mkdir()
    file.write_bytes(content)
    with pytest.raises(PublishError, match="exists and is not an export"):
        export(OLD, file)
    assert file.read_bytes() == content


def test_other_database_is_refused(file):
    """A database of another program is refused."""
    file.parent.mkdir()
    with closing(sqlite3.connect(file)) as database:
        database.execute("CREATE TABLE thesis (chapter TEXT)")
    with pytest.raises(PublishError, match="is not an export"):
        export(OLD, file)


def test_export_with_added_table_is_refused(file):
    """An export to which a table was added is refused, with the name of the table."""
    export(OLD, file)
    with closing(sqlite3.connect(file)) as database:
        database.execute("CREATE TABLE my_notes (note TEXT)")
    with pytest.raises(PublishError, match="holds my_notes, which an export would remove"):
        export(OLD, file)


@pytest.mark.parametrize("mode", ["wal", "delete"])
def test_database_open_elsewhere_is_refused(file, mode):
    """A database that another program has open is refused, and is replaced once it is closed."""
    export(OLD, file)
    with closing(sqlite3.connect(file, isolation_level=None)) as database:
        database.execute(f"PRAGMA journal_mode = {mode}")
        database.execute("BEGIN")
        database.execute("SELECT * FROM people").fetchone()
        with pytest.raises(PublishError, match=r"letters\.db is open in another program\. Close it there first\."):
            export(OLD, file)
    export(OLD, file)
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_database_in_wal_mode_is_replaced_twice(file):
    """A database that a viewer left in WAL mode is replaced, again and again, and nothing stays next to it."""
    export(OLD, file)
    for _ in range(2):
        with closing(sqlite3.connect(file)) as database:
            database.execute("PRAGMA journal_mode = WAL")
        export(OLD, file)
        export(OLD, file)
        assert [path.name for path in file.parent.iterdir()] == [file.name]


@pytest.mark.parametrize("exists", [True, False])
@pytest.mark.parametrize("content", [b"", b"no journal of anything" * 100])
def test_stale_sidecar_files_are_removed(file, content, exists):
    """Sidecar files that a killed program left are removed, and are not applied to the new database."""
    export(OLD, file)
    before = file.read_bytes()
    if not exists:
        file.unlink()
    for end in ("-wal", "-shm", "-journal"):
        Path(f"{file}{end}").write_bytes(content)
    export(OLD, file)
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    assert file.read_bytes() == before


LEAVE = """
import os, sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute(f"PRAGMA journal_mode = {sys.argv[2]}")
database.execute("PRAGMA cache_size = 1")
database.execute("BEGIN")
database.execute("CREATE TABLE my_notes (note TEXT)")
database.execute("INSERT INTO my_notes VALUES (?)", ["much" * 100_000])
if sys.argv[3] == "commit":
    database.execute("COMMIT")
os._exit(0)
"""


@pytest.mark.parametrize(("mode", "end"), [("wal", "commit"), ("wal", "kill"), ("delete", "kill")])
def test_changes_of_a_killed_program_count(file, mode, end):
    """What a program committed before it was killed is not lost: the export is refused; what it did not, is."""
    export(OLD, file)
    subprocess.run([sys.executable, "-c", LEAVE, file, mode, end], check=True)
    if end == "commit":
        with pytest.raises(PublishError, match="holds my_notes, which an export would remove"):
            export(OLD, file)
    else:
        export(OLD, file)
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_folder_pipe_and_damaged_file_are_refused(file):
    """What is no file is refused, and so is an export that is damaged."""
    export(OLD, file)
    with pytest.raises(PublishError, match="is a folder; name a file"):
        export(OLD, file.parent)
    os.mkfifo(file.with_name("pipe"))
    with pytest.raises(PublishError, match="is not a file; name a file"):
        export(OLD, file.with_name("pipe"))
    os.truncate(file, 5000)
    with pytest.raises(PublishError, match=r"is damaged \(.*\)\. Move it"):
        export(OLD, file)


def test_symlink_is_followed(file, tmp_path):
    """The export replaces the target of a symbolic link, not the link."""
    export(OLD, file)
    link = tmp_path / "link.db"
    link.symlink_to(file)
    export(OLD, link)
    assert link.is_symlink()


def test_full_disk_is_reported(dataset, in_a_mount):
    """On a full disk the export says so, and leaves nothing."""
    script = 'mount -t tmpfs -o size=40k none /mnt; "$@" || echo "status $?"; ls -A /mnt'
    command = (sys.executable, "-m", "stancebook", "export", "sqlite", "/mnt/x.db", "--from", dataset)
    *_, message, status = in_a_mount(script, *command).stdout.splitlines()
    assert (message, status) == (
        "Nothing was written. /mnt/x.db cannot be written: the disk is full. Make room, or name another file.",
        "status 1",
    )
