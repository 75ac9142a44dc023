import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pytest

from stancebook import load
from stancebook.dataset.descriptor import read_package
from stancebook.dataset.sqlite import to_sqlite
from stancebook.dataset.validation import validate_dataset
from stancebook.exceptions import PublishError

OLD = Path(__file__).parents[2] / "datasets/0.1"


@pytest.fixture
def file(tmp_path):
    return tmp_path / "deep/letters.db"


def export(folder, file):
    package = read_package(folder)
    to_sqlite(package, validate_dataset(package).tables, file)


@pytest.fixture
def query(file):
    """Export the letters, and ask the database, with foreign keys on as a user may have them."""
    export(OLD, file)
    with closing(sqlite3.connect(file, isolation_level=None)) as database:
        database.execute("PRAGMA foreign_keys = ON")
        yield lambda sql, *values: database.execute(sql, values).fetchall()


# ── What is in it ─────────────────────────────────────────────────────────────────────────────────


def test_every_row_is_there_days_as_iso_text_and_empty_cells_null(query):
    for name, frame in load(path=OLD).items():
        rows = frame.astype("object").where(frame.notna(), None).to_numpy().tolist()
        shown = [tuple(str(cell)[:10] if hasattr(cell, "year") else cell for cell in row) for row in rows]
        assert query(f'SELECT * FROM "{name}"') == shown  # noqa: S608 (names of ours)
    assert query("SELECT when_start, answers_id FROM claims") == [("1901-04-29", None), (None, "bridge#c01")]


def test_every_table_of_a_dataset_with_circles_is_there(dataset, file):
    export(dataset, file)
    with closing(sqlite3.connect(file)) as database:
        for name, frame in load(path=dataset).items():
            assert database.execute(f'SELECT count(*) FROM "{name}"').fetchone() == (len(frame),)  # noqa: S608
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_keys_and_references_are_declared_and_followed_by_an_index(query):
    assert query("SELECT name FROM pragma_table_info('witnesses') WHERE pk ORDER BY pk") == [
        ("claim_id",),
        ("person_id",),
    ]
    told = query('SELECT "from", "table", "to" FROM pragma_foreign_key_list(\'claims\') ORDER BY id DESC')
    assert told == [
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
def test_the_database_itself_keeps_the_contract(query, change, constraint):
    with pytest.raises(sqlite3.IntegrityError) as refused:
        query(change)
    assert constraint in str(refused.value)


def test_it_describes_itself(query):
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


def test_names_are_quoted_whatever_they_are(tmp_path, file):
    folder = shutil.copytree(OLD, tmp_path / "letters")
    text = (folder / "datapackage.json").read_text(encoding="utf-8")
    (folder / "datapackage.json").write_text(text.replace('"name": "lives_in"', '"name": "order\\"; --"'), "utf-8")
    package = read_package(folder)
    tables = validate_dataset(read_package(OLD)).tables
    people = tables["people"].read().rename_columns(["person_id", "name", 'order"; --', "master_id"])
    to_sqlite(package, {**tables, "people": people}, file)
    with closing(sqlite3.connect(file)) as database:
        assert database.execute('SELECT "order""; --" FROM people').fetchall() == [(None,), ("FA1",), (None,)]


# ── What is not lost ──────────────────────────────────────────────────────────────────────────────


def test_an_earlier_export_is_replaced_and_nothing_is_left_beside(file):
    export(OLD, file)
    export(OLD, file)
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    assert file.stat().st_mode & 0o777 == 0o644


def test_the_old_database_survives_a_failure(file):
    export(OLD, file)
    before = file.read_bytes()
    package = read_package(OLD)
    tables = dict(validate_dataset(package).tables)
    tables["tallies"] = pa.table({"person_id": ["nobody"], "n_claims": [1]})
    with pytest.raises(PublishError, match="SQLite does not take these tables: FOREIGN KEY constraint failed"):
        to_sqlite(package, tables, file)
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir()] == [file.name]


@pytest.mark.parametrize("content", [b"", b"my notes", b"SQLite format 3\x00"], ids=["empty", "text", "cut short"])
def test_a_file_that_no_export_wrote_is_refused(file, content):
    file.parent.mkdir()
    file.write_bytes(content)
    with pytest.raises(PublishError, match="is there already, and no export wrote it"):
        export(OLD, file)
    assert file.read_bytes() == content


def test_a_database_of_another_program_is_refused(file):
    file.parent.mkdir()
    with closing(sqlite3.connect(file)) as database:
        database.execute("CREATE TABLE thesis (chapter TEXT)")
    with pytest.raises(PublishError, match="no export wrote it"):
        export(OLD, file)


def test_an_export_to_which_somebody_added_a_table_is_refused_by_its_name(file):
    export(OLD, file)
    with closing(sqlite3.connect(file)) as database:
        database.execute("CREATE TABLE my_notes (note TEXT)")
    with pytest.raises(PublishError, match="holds my_notes, which no export wrote"):
        export(OLD, file)


def test_a_database_in_use_and_a_folder_are_refused(file):
    export(OLD, file)
    Path(f"{file}-wal").touch()
    with pytest.raises(PublishError, match=r"is in use, for letters\.db-wal lies beside it"):
        export(OLD, file)
    with pytest.raises(PublishError, match="is a folder; name a file"):
        export(OLD, file.parent)


def test_a_link_is_followed_and_stays(file, tmp_path):
    export(OLD, file)
    link = tmp_path / "link.db"
    link.symlink_to(file)
    export(OLD, link)
    assert link.is_symlink()
