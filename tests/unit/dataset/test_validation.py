"""Validation of datasets against their own data packages."""

import datetime as dt
import json
import os
import re
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stancebook import DatasetError
from stancebook.dataset.descriptor import read_package
from stancebook.dataset.duckdb_session import row_session
from stancebook.dataset.validation import validate_dataset
from stancebook.problems import as_text, groups_as_text
from tests.unit.dataset.test_descriptor import SAMPLE_PATTERNS

OLD = Path(__file__).parents[2] / "datasets/0.1"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The sample dataset as version 0.1 built it: two claims, three people, one letter, one witness."""
    monkeypatch.chdir(tmp_path)
    return shutil.copytree(OLD, tmp_path / "letters")


@pytest.fixture(scope="module")
def session():
    """A DuckDB session."""
    with row_session() as opened:
        yield opened


@pytest.fixture
def problems(folder):
    """Validate the dataset, and return all its problems as text."""
    return lambda: groups_as_text([problem] for problem in validate_dataset(read_package(folder)).problems)


@pytest.fixture
def set_cells(folder):
    """Replace the cells of a column."""

    def call(table, column, *values, type_=None):
        found = pq.read_table(folder / f"{table}.parquet")
        index = found.schema.get_field_index(column)
        field = found.schema.field(column)
        cells = pa.array(values, type=type_ or field.type)
        changed = found.set_column(index, field.with_type(cells.type).with_nullable(True), cells)
        pq.write_table(changed.replace_schema_metadata(found.schema.metadata), folder / f"{table}.parquet")

    return call


@pytest.fixture
def rewrite(folder):
    """Replace a table by what a function returns for it."""

    def call(table, change):
        pq.write_table(change(pq.read_table(folder / f"{table}.parquet")), folder / f"{table}.parquet")

    return call


@pytest.fixture
def repackage(folder):
    """Change the descriptor by a function."""

    def call(change):
        package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
        change(package)
        (folder / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")

    return call


# ── Valid ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("version", ["0.1", "0.1.0"])
def test_dataset_of_older_version_is_valid(version):
    """A dataset that an older version built has no problems."""
    assert validate_dataset(read_package(OLD.with_name(version))).problems == []


def test_built_dataset_is_valid(dataset):
    """A dataset built now has no problems, and all its tables are returned."""
    result = validate_dataset(read_package(dataset))
    assert result.problems == []
    assert list(result.tables) == list(read_package(dataset).tables)


def test_other_storage_types_are_valid(problems, set_cells):
    """Large strings, dictionaries and small integers are accepted for text and integers."""
    set_cells("people", "name", "Berta", "Mr Falk", "Otto", type_=pa.large_string())
    set_cells("claims", "strength", "fair", None, type_=pa.dictionary(pa.int8(), pa.string()))
    set_cells("claims", "char_start", 38, 66, type_=pa.int32())
    assert problems() == ""


def test_sparse_descriptor_is_checked_with_warnings(folder, repackage, set_cells):
    """What a descriptor leaves out is a warning; the rest is checked."""

    def trim(package):
        package["stancebook"] = {}
        for resource in package["resources"]:
            resource.pop("rows")
            resource["schema"] = {"fields": resource["schema"]["fields"]}

    repackage(trim)
    set_cells("people", "lives_in", None, "falkenberg", None)
    result = validate_dataset(read_package(folder))
    warnings = [problem for problem in result.problems if problem.level == "warning"]
    assert len(warnings) == 11  # the build; and rows and key of five tables
    assert as_text(result.errors) == (
        "letters/people.parquet:2:3: people[row 2].lives_in: 'falkenberg' does not match the pattern of lives_in\n"
        "    it has to match [A-Z]{2}[0-9]"
    )


# ── One mistake, one problem ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        (("people", "name", "Berta", None, "Otto"), "2:2: people[falk].name: name is empty, and must not be"),
        (
            ("claims", "strength", "fiar", None),
            "1:4: claims[bridge#c01].strength: 'fiar' is not a value of strength\n"
            "    one of weak, fair, strong; did you mean 'fair'?",
        ),
        (
            ("people", "lives_in", None, "FA1\n", None),
            "2:3: people[falk].lives_in: 'FA1\\n' does not match the pattern of lives_in\n"
            "    it has to match [A-Z]{2}[0-9]",
        ),
        (("claims", "char_start", -1, 66), "1:12: claims[bridge#c01].char_start: -1 is less than 0"),
        (("claims", "person_id", "otto", "olaf"), "2:2: claims[bridge#c02].person_id: 'olaf' is not in people"),
        (("claims", "answers_id", None, "c01"), "2:5: claims[bridge#c02].answers_id: 'c01' is not in claims"),
        (
            ("tallies", "person_id", "berta", "otto", "otto"),
            "3:1: tallies[otto].person_id: another row of tallies has the same person_id",
        ),
        (("tallies", "person_id", "berta", None, "otto"), "2:1: tallies[row 2].person_id: person_id is empty,"),
    ],
    ids=["empty", "value", "pattern", "minimum", "reference", "self-reference", "repeated key", "empty key"],
)
def test_wrong_cell_is_one_problem_at_its_row(problems, set_cells, cells, problem):
    """A cell that breaks a rule is one problem, at its row and column."""
    set_cells(*cells)
    assert problems().startswith(f"letters/{cells[0]}.parquet:{problem}")
    assert problems().count("letters/") == 1


def test_repeated_composite_key_is_one_problem(problems, rewrite, repackage):
    """A repeated key of several columns is one problem, at the first of them."""
    rewrite("witnesses", lambda table: pa.concat_tables([table, table]))
    repackage(lambda package: package["resources"][3].update(rows=2))
    assert problems() == (
        "letters/witnesses.parquet:2:1: witnesses[bridge#c01, berta].claim_id, person_id: another row of witnesses has"
        " the same claim_id, person_id"
    )


def test_composite_foreign_key_is_checked(problems, repackage):
    """A foreign key of several columns that names no row is a problem."""
    key = {
        "fields": ["claim_id", "person_id"],
        "reference": {"resource": "claims", "fields": ["claim_id", "person_id"]},
    }
    repackage(lambda package: package["resources"][3]["schema"].update(foreignKeys=[key]))
    assert problems() == (
        "letters/witnesses.parquet:1:1: witnesses[bridge#c01, berta].claim_id, person_id: 'bridge#c01, berta' is not in"
        " claims"
    )


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        (lambda f: (f / "claims.parquet").unlink(), "1:1: letters/claims.parquet is missing"),
        (lambda f: (f / "claims.parquet").write_bytes(b"PAR1 and no more"), "1:1: it cannot be read as Parquet: "),
    ],
)
def test_unreadable_file_is_the_only_problem(folder, problems, damage, problem):
    """A file that is missing or broken is reported, and no foreign key that refers to it."""
    damage(folder)
    assert problems().startswith(f"letters/claims.parquet:{problem}")
    assert len(problems().splitlines()) == 1


def test_text_that_is_not_utf8_is_reported(problems, rewrite):
    """A text that is not UTF-8 makes its file unreadable."""
    names = pa.array([b"Berta", b"\xff", b"Otto"]).view(pa.string())
    rewrite("people", lambda table: table.set_column(1, table.schema.field("name"), names))
    assert problems().startswith("letters/people.parquet:1:1: it cannot be read as Parquet: ")


def test_wrong_columns_are_reported_only_as_such(problems, rewrite):
    """Missing, extra and mistyped columns are reported, but no consequences of them."""
    when = pa.array([dt.datetime(1901, 4, 29, 12, tzinfo=dt.UTC), None])

    def change(table):
        table = table.drop_columns(["strength", "claim_id"]).append_column("mood", pa.array(["a", "b"]))
        return table.set_column(table.column_names.index("when_start"), "when_start", when)

    rewrite("claims", change)
    assert problems().splitlines() == [
        "letters/claims.parquet:1:1: claims.claim_id: the column is missing",
        "letters/claims.parquet:1:1: claims.mood: the data package has no such column",
        "letters/claims.parquet:1:4: claims.strength: the column is missing",
        "letters/claims.parquet:1:8: claims.when_start: the column holds timestamp[us, tz=UTC], not date32[day]",
    ]


def test_column_that_appears_twice_is_reported(problems, rewrite):
    """A column that appears twice is a problem."""
    rewrite("people", lambda table: table.append_column("name", table["name"]))
    assert problems() == "letters/people.parquet:1:2: people.name: the column appears twice"


def test_wrong_row_count_is_reported(problems, rewrite):
    """A table with fewer rows than the descriptor says is a problem."""
    rewrite("tallies", lambda table: table.slice(1))
    assert problems() == "letters/tallies.parquet:1:1: the table has 2 rows, but 3 by datapackage.json"


def test_table_of_another_build_is_one_problem(problems, rewrite):
    """A table of another build is reported, but neither its row count nor its foreign keys."""

    def change(table):
        facts = {**json.loads(table.schema.metadata[b"stancebook"]), "build": "another"}
        return table.slice(1).replace_schema_metadata({b"stancebook": json.dumps(facts)})

    rewrite("people", change)
    assert problems() == (
        "letters/people.parquet:1:1: the table is of another build than datapackage.json\n"
        "    build the dataset again, or take all files from one place"
    )


def test_table_without_build_is_reported(problems, rewrite):
    """A table whose footer names no build is a problem."""
    rewrite("people", lambda table: table.replace_schema_metadata(None))
    assert problems().startswith("letters/people.parquet:1:1: its footer names no build")


def test_unknown_table_is_a_warning(folder, problems):
    """A Parquet file that the descriptor does not list is a warning."""
    shutil.copy(folder / "people.parquet", folder / "people-old.parquet")
    assert problems() == "letters/people-old.parquet:1:1: warning: datapackage.json lists no such table"


# ── Large and hostile ────────────────────────────────────────────────────────────────────────


def test_many_wrong_rows_are_listed_and_counted(problems, rewrite, repackage):
    """Of many rows that break a rule, ten are listed and the others counted."""
    many = 100_000

    def change(table):
        cells = {"person_id": [f"p{number:06}" for number in range(many)], "n_claims": [-1] * many}
        return pa.table(cells).replace_schema_metadata(table.schema.metadata)

    rewrite("tallies", change)
    repackage(lambda package: package["resources"][4].update(rows=many))
    lines = problems().splitlines()
    assert len(lines) == 22
    assert lines[-2:] == [
        "letters/tallies.parquet:11:1: tallies.person_id: 99,990 more rows whose person_id is not in people",
        "letters/tallies.parquet:11:2: tallies.n_claims: 99,990 more rows whose n_claims is less than 0",
    ]


def test_one_more_wrong_row_is_singular(problems, set_cells, rewrite, repackage):
    """One row beyond the listed ones is counted as one row."""
    rewrite("tallies", lambda table: pa.concat_tables([table] * 4).slice(0, 11))
    set_cells("tallies", "person_id", *["otto"] * 11)
    repackage(lambda package: package["resources"][4].update(rows=11))
    set_cells("tallies", "n_claims", *[-1] * 11)
    assert "tallies.n_claims: 1 more row whose n_claims is less than 0" in problems()


def test_hostile_cell_is_escaped_and_cut(problems, set_cells):
    """A cell with control characters is shown escaped, on one line, and cut."""
    set_cells("people", "lives_in", None, "\x1b[2J\n" + "x" * 10_000, None)
    line = problems().splitlines()[0]
    assert "\x1b" not in line
    assert "\\x1b[2J\\n" in line
    assert len(line) < 250


def test_exponential_pattern_is_matched_in_linear_time(problems, set_cells, repackage):
    """A pattern that makes backtracking engines stall is matched at once."""
    repackage(lambda package: package["resources"][0]["schema"]["fields"][2].update(constraints={"pattern": "(a|a)*b"}))
    set_cells("people", "lives_in", None, "a" * 100_000, None)
    assert "does not match the pattern of lives_in" in problems()


@given(st.sampled_from(SAMPLE_PATTERNS), st.text("abAB01-/#\n ", max_size=6))
def test_pattern_matches_as_in_a_build(session, pattern, text):
    """DuckDB matches the patterns of models as Python does when it builds."""
    [(matches,)] = session.query("SELECT regexp_full_match($text, $pattern)", {"text": text, "pattern": pattern})
    assert matches == (re.fullmatch(pattern, text) is not None)


def test_pattern_with_alternatives_matches_whole_text(session):
    """Each alternative of a pattern has to match the whole text, and an empty cell neither matches nor fails."""
    cells = pa.table({"cell": ["ab", "a", "b", "xb", None]})
    found = session.query("SELECT regexp_full_match(c0, 'a|b') FROM cells ORDER BY row", {}, cells=cells)
    assert [matches for (matches,) in found] == [False, True, True, False, None]


def test_folder_that_is_not_utf8_is_validated(folder, set_cells):
    """A dataset in a folder whose name is not UTF-8 is validated like any other."""
    set_cells("people", "name", "Berta", None, "Otto")
    other = folder.rename(os.fsdecode(os.fsencode(folder) + b"-\xff"))
    [problem] = validate_dataset(read_package(other)).problems
    assert problem.message == "name is empty, and must not be"


def test_column_names_that_differ_by_case_are_distinct(problems, rewrite, repackage):
    """Columns whose names differ only by case, or have a quotation mark, are different columns."""

    def rename(table):
        renamed = table.rename_columns(["person_id", "Name", 'na"me', "name"])
        return renamed.replace_schema_metadata(table.schema.metadata)

    def change(package):
        for field, name in zip(package["resources"][0]["schema"]["fields"][1:], ("Name", 'na"me', "name"), strict=True):
            field["name"] = name
        del package["resources"][0]["schema"]["foreignKeys"]

    rewrite("people", rename)
    repackage(change)
    assert problems() == ""


def test_failure_of_duckdb_is_a_dataset_error(session):
    """A failure of DuckDB itself, such as a full disk, is a `DatasetError` and no traceback."""
    with pytest.raises(DatasetError, match="DuckDB cannot query these tables: "):
        session.query("SELECT no_such_column FROM cells", {}, cells=pa.table({"cell": [1]}))


def test_threads_are_limited_on_large_machines(monkeypatch):
    """On a machine with many processors, DuckDB uses no more threads than its memory limit allows."""
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    with row_session() as opened:
        assert opened.query("SELECT current_setting('threads')", {}) == [(4,)]
