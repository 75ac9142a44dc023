import datetime as dt
import json
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stancebook.dataset.descriptor import read_package
from stancebook.dataset.validation import validate_dataset
from stancebook.problems import as_text

OLD = Path(__file__).parents[2] / "datasets/0.1"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The letters as the first version built them: two claims, three people, one letter, one witness."""
    monkeypatch.chdir(tmp_path)
    return shutil.copytree(OLD, tmp_path / "letters")


@pytest.fixture
def told(folder):
    """Check the dataset, and return what is printed of its problems."""
    return lambda: as_text(validate_dataset(read_package(folder)).problems)


@pytest.fixture
def put(folder):
    """Replace cells of a table, keeping everything else of its file."""

    def call(table, column, *values, type_=None):
        found = pq.read_table(folder / f"{table}.parquet")
        place = found.schema.get_field_index(column)
        field = found.schema.field(column)
        cells = pa.array(values, type=type_ or field.type)
        changed = found.set_column(place, field.with_type(cells.type).with_nullable(True), cells)
        pq.write_table(changed.replace_schema_metadata(found.schema.metadata), folder / f"{table}.parquet")

    return call


@pytest.fixture
def rewrite(folder):
    """Replace a table by what a function makes of it."""

    def call(table, change):
        pq.write_table(change(pq.read_table(folder / f"{table}.parquet")), folder / f"{table}.parquet")

    return call


@pytest.fixture
def repackage(folder):
    """Change the data package by a function."""

    def call(change):
        package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
        change(package)
        (folder / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")

    return call


# ── Sound ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_dataset_that_the_first_version_built_is_sound(told):
    assert told() == ""


def test_so_is_what_is_built_today(dataset):
    verdict = validate_dataset(read_package(dataset))
    assert verdict.problems == []
    assert list(verdict.tables) == list(read_package(dataset).tables)


def test_other_ways_to_store_the_same_cells_are_sound(told, put):
    put("people", "name", "Berta", "Mr Falk", "Otto", type_=pa.large_string())
    put("claims", "strength", "fair", None, type_=pa.dictionary(pa.int8(), pa.string()))
    put("claims", "char_start", 48, 75, type_=pa.int32())
    assert told() == ""


def test_a_contract_that_says_less_is_warned_of_and_checked_for_the_rest(folder, repackage, put):
    def trim(package):
        package["stancebook"] = {}
        for resource in package["resources"]:
            resource.pop("rows")
            resource["schema"] = {"fields": resource["schema"]["fields"]}

    repackage(trim)
    put("people", "lives_in", None, "falkenberg", None)
    verdict = validate_dataset(read_package(folder))
    warnings = [problem for problem in verdict.problems if problem.level == "warning"]
    assert len(warnings) == 11  # the build; and rows and key of five tables
    assert as_text(verdict.errors) == (
        "letters/people.parquet:2:3: people[row 2].lives_in: 'falkenberg' is not of the form of lives_in\n"
        "    it has to match [A-Z]{2}[0-9]"
    )


# ── One fault, one problem ────────────────────────────────────────────────────────────────────────


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
            "2:3: people[falk].lives_in: 'FA1\\n' is not of the form of lives_in\n    it has to match [A-Z]{2}[0-9]",
        ),
        (("claims", "char_start", -1, 75), "1:12: claims[bridge#c01].char_start: -1 is less than 0"),
        (("claims", "person_id", "otto", "olaf"), "2:2: claims[bridge#c02].person_id: 'olaf' is not in people"),
        (("claims", "answers_id", None, "c01"), "2:5: claims[bridge#c02].answers_id: 'c01' is not in claims"),
        (
            ("tallies", "person_id", "berta", "otto", "otto"),
            "3:1: tallies[otto].person_id: the same person_id stands in another row of tallies",
        ),
        (("tallies", "person_id", "berta", None, "otto"), "2:1: tallies[row 2].person_id: person_id is empty,"),
    ],
    ids=["empty", "value", "form", "minimum", "reference", "reference to itself", "key twice", "key empty"],
)
def test_a_cell_that_is_wrong_is_told_at_its_row(told, put, cells, problem):
    put(*cells)
    assert told().startswith(f"letters/{cells[0]}.parquet:{problem}")
    assert told().count("letters/") == 1


def test_a_key_of_several_columns_is_told_once_by_its_first(told, rewrite, repackage):
    rewrite("witnesses", lambda table: pa.concat_tables([table, table]))
    repackage(lambda package: package["resources"][3].update(rows=2))
    assert told() == (
        "letters/witnesses.parquet:2:1: witnesses[bridge#c01, berta].claim_id, person_id: the same claim_id, person_id"
        " stands in another row of witnesses"
    )


def test_a_reference_by_several_columns_is_followed(told, repackage):
    key = {
        "fields": ["claim_id", "person_id"],
        "reference": {"resource": "claims", "fields": ["claim_id", "person_id"]},
    }
    repackage(lambda package: package["resources"][3]["schema"].update(foreignKeys=[key]))
    assert told() == (
        "letters/witnesses.parquet:1:1: witnesses[bridge#c01, berta].claim_id, person_id: 'bridge#c01, berta' is not in"
        " claims"
    )


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (lambda f: (f / "claims.parquet").unlink(), "1:1: letters/claims.parquet is missing"),
        (lambda f: (f / "claims.parquet").write_bytes(b"PAR1 and no more"), "1:1: it cannot be read as Parquet: "),
    ],
)
def test_a_file_that_cannot_be_read_is_told_and_what_refers_to_it_is_not(folder, told, spoil, problem):
    spoil(folder)
    assert told().startswith(f"letters/claims.parquet:{problem}")
    assert len(told().splitlines()) == 1


def test_a_text_that_is_not_unicode_is_told(told, rewrite):
    names = pa.array([b"Berta", b"\xff", b"Otto"]).view(pa.string())
    rewrite("people", lambda table: table.set_column(1, table.schema.field("name"), names))
    assert told().startswith("letters/people.parquet:1:1: it cannot be read as Parquet: ")


def test_columns_that_are_missing_extra_or_of_another_type_are_told_and_not_what_follows_from_it(told, rewrite):
    when = pa.array([dt.datetime(1901, 4, 29, 12, tzinfo=dt.UTC), None])

    def change(table):
        table = table.drop_columns(["strength", "claim_id"]).append_column("mood", pa.array(["a", "b"]))
        return table.set_column(table.column_names.index("when_start"), "when_start", when)

    rewrite("claims", change)
    assert told().splitlines() == [
        "letters/claims.parquet:1:1: claims.claim_id: the column is missing",
        "letters/claims.parquet:1:1: claims.mood: the contract has no such column",
        "letters/claims.parquet:1:4: claims.strength: the column is missing",
        "letters/claims.parquet:1:8: claims.when_start: the column holds timestamp[us, tz=UTC], not date32[day]",
    ]


def test_a_column_that_is_there_twice_is_told(told, rewrite):
    rewrite("people", lambda table: table.append_column("name", table["name"]))
    assert told() == "letters/people.parquet:1:2: people.name: the column is there more than once"


def test_rows_that_were_lost_are_told(told, rewrite):
    rewrite("tallies", lambda table: table.slice(1))
    assert told() == "letters/tallies.parquet:1:1: the table has 2 rows, and by datapackage.json it has 3"


def test_a_table_of_another_build_is_told_once(told, rewrite):
    def change(table):
        facts = {**json.loads(table.schema.metadata[b"stancebook"]), "build": "another"}
        return table.slice(1).replace_schema_metadata({b"stancebook": json.dumps(facts)})

    rewrite("people", change)
    assert told() == (
        "letters/people.parquet:1:1: the table is of another build than datapackage.json\n"
        "    take all files from one place"
    )


def test_a_table_that_no_build_wrote_is_told(told, rewrite):
    rewrite("people", lambda table: table.replace_schema_metadata(None))
    assert told().startswith("letters/people.parquet:1:1: no build wrote this file: its footer names none")


def test_a_table_that_the_contract_does_not_know_is_warned_of(folder, told):
    shutil.copy(folder / "people.parquet", folder / "people-old.parquet")
    assert told() == "letters/people-old.parquet:1:1: warning: datapackage.json names no such table"


# ── Much, long and hostile ────────────────────────────────────────────────────────────────────────


def test_a_fault_in_every_row_of_a_long_table_is_told_ten_times_and_counted(told, rewrite, repackage):
    many = 100_000

    def change(table):
        cells = {"person_id": [f"p{number:06}" for number in range(many)], "n_claims": [-1] * many}
        return pa.table(cells).replace_schema_metadata(table.schema.metadata)

    rewrite("tallies", change)
    repackage(lambda package: package["resources"][4].update(rows=many))
    lines = told().splitlines()
    assert len(lines) == 22
    assert lines[-2:] == [
        "letters/tallies.parquet:11:1: tallies.person_id: 99,990 more rows whose person_id is not in people",
        "letters/tallies.parquet:11:2: tallies.n_claims: 99,990 more rows whose n_claims is less than 0",
    ]


def test_one_row_more_is_one_row(told, put, rewrite, repackage):
    rewrite("tallies", lambda table: pa.concat_tables([table] * 4).slice(0, 11))
    put("tallies", "person_id", *["otto"] * 11)
    repackage(lambda package: package["resources"][4].update(rows=11))
    put("tallies", "n_claims", *[-1] * 11)
    assert "tallies.n_claims: 1 more row whose n_claims is less than 0" in told()


def test_what_a_file_holds_is_shown_on_one_line_and_not_for_pages(told, put):
    put("people", "lives_in", None, "\x1b[2J\n" + "x" * 10_000, None)
    line = told().splitlines()[0]
    assert "\x1b" not in line
    assert "\\x1b[2J\\n" in line
    assert len(line) < 250


def test_no_pattern_of_a_file_can_hold_the_reader_up(told, put, repackage):
    repackage(lambda package: package["resources"][0]["schema"]["fields"][2].update(constraints={"pattern": "(a|a)*b"}))
    put("people", "lives_in", None, "a" * 100_000, None)
    assert "is not of the form of lives_in" in told()
