from copy import deepcopy
from dataclasses import replace
from itertools import count

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stancebook.build.pipeline import build_tables
from stancebook.dataset.descriptor import Column, Table, parse_descriptor
from stancebook.diff.changes import Change
from stancebook.diff.semver import required_bump
from stancebook.diff.tables import DatasetVersion, diff_datasets, diff_table, open_baseline, open_new
from stancebook.exceptions import DatasetError
from stancebook.schema.columns import foreign_key, integer, primary_key
from stancebook.schema.models import Derived
from tests.dataset_files import written
from tests.unit.dataset_parts import write_in_parts
from tests.unit.sample_contract import (
    ANNOTATIONS,
    LETTERS,
    Claims,
    Letters,
    People,
    Tallies,
    Witnesses,
    contract,
    count_claims,
    write,
)


@pytest.fixture
def made(tmp_path):
    """Build the letters, or seeds and contracts that differ from them."""

    numbers = count()

    def call(*replacements, of=LETTERS):
        annotations = ANNOTATIONS
        for before, after in replacements:
            assert before in annotations
            annotations = annotations.replace(before, after)
        return open_new(written(build_tables(of, write(tmp_path, annotations)), tmp_path / f"made-{next(numbers)}"))

    return call


def lines(changes, limit=20):
    return {table.table: list(table.lines(limit)) for table in changes}


# ── Rows ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_dataset_does_not_differ_from_itself(made):
    assert diff_datasets(made(), made()) == []


def test_rows_that_came_went_and_changed_are_told_by_key_with_both_values(made):
    after = made(("id: c02", "id: c03"), ("strength: fair", "strength: strong"), ("    when_text: on Monday\n", ""))
    assert lines(diff_datasets(made(), after)) == {
        "claims": [
            "1 row added",
            "  + bridge#c03",
            "1 row changed",
            "  ~ bridge#c01: strength 'fair' → 'strong', when_text 'on Monday' → empty",
            "1 row removed",
            "  - bridge#c02",
        ]
    }


def test_as_many_rows_of_each_kind_are_told_as_asked_for(made):
    after = made(("id: c01", "id: c04"), ("id: c02", "id: c03"))
    assert lines(diff_datasets(made(), after), limit=1)["claims"] == [
        "2 rows added",
        "  + bridge#c03",
        "  … and 1 more",
        "2 rows removed",
        "  - bridge#c01",
        "  … and 1 more",
    ]


PROMISED = Table(
    "ropes",
    {"rope": Column("rope", "string"), "colour": Column("colour", "string"), "metres": Column("metres", "integer")},
    key=("rope",),
)
ROPES = st.dictionaries(
    st.text("ab", max_size=3), st.tuples(st.none() | st.text("xy", max_size=1), st.none() | st.integers(0, 2))
)


def ropes(rows):
    arrays = [list(rows), [colour for colour, _ in rows.values()], [metres for _, metres in rows.values()]]
    return pa.table(
        [pa.array(arrays[0], pa.string()), pa.array(arrays[1], pa.string()), pa.array(arrays[2], pa.int64())],
        names=list(PROMISED.columns),
    )


@given(ROPES, ROPES)
def test_whoever_makes_the_changes_told_to_the_older_rows_has_the_newer_ones(before, after):
    rows = diff_table(PROMISED, PROMISED, [(ropes(before), ropes(after))]).rows
    made = {name: list(cells) for name, cells in before.items() if name not in rows.removed}
    for name, cells in rows.changed:
        for cell in cells:
            place = list(PROMISED.columns).index(cell.column) - 1
            assert made[name][place] == cell.before
            assert cell.before != cell.after
            made[name][place] = cell.after
    made |= {name: list(after[name]) for name in rows.added}
    assert made == {name: list(cells) for name, cells in after.items()}
    assert bool(rows) == (before != after)


def test_cells_that_read_the_same_are_no_change_where_the_type_of_the_column_is():
    dated = replace(PROMISED, columns={**PROMISED.columns, "metres": Column("metres", "string")})
    before, after = ropes({"a": ("x", 1), "b": ("x", 2)}), ropes({"a": ("x", 1), "b": ("x", 3)})
    after = after.set_column(2, "metres", after["metres"].cast(pa.string()))
    told = diff_table(PROMISED, dated, [(before, after)])
    assert list(told.lines(20)) == [
        "column metres: type 'integer' → 'string'",
        "1 row changed",
        "  ~ b: metres '2' → '3'",
    ]


# ── What is promised ──────────────────────────────────────────────────────────────────────────────


def test_columns_of_models_that_came_or_went_are_told_without_their_cells(made):
    class Others(Claims):
        """One thing that somebody in a letter says is so."""

        person_id: str = foreign_key("people", "Who says it.")
        rumour_of_id: str = foreign_key("people", "From whom.", nullable=True)

    Others.__name__ = "Claims"
    others = made(of=contract(People, Letters, Others, Witnesses, Tallies))
    assert lines(diff_datasets(made(), others)) == {
        "claims": ["column person_id: description 'Who says so.' → 'Who says it.'", "column rumour_of_id added"]
    }
    assert lines(diff_datasets(others, made())) == {
        "claims": ["column person_id: description 'Who says it.' → 'Who says so.'", "column rumour_of_id removed"]
    }


def test_tables_that_came_or_went_are_told_with_the_number_of_their_rows(made):
    without = made(of=contract(People, Letters, Claims, Witnesses))
    assert lines(diff_datasets(without, made())) == {"tallies": ["table added, with 3 rows"]}
    assert lines(diff_datasets(made(), without)) == {"tallies": ["table removed, with 3 rows"]}


def test_rows_are_not_held_against_each_other_where_the_key_is_another(made):
    class Others(Derived, derive=count_claims, key=("person_id", "n_claims"), inputs={"claims": ["person_id"]}):
        """How much one person claims."""

        person_id: str = foreign_key("people", "The person.")
        n_claims: int = integer("How many claims the person makes.", minimum=0)

    Others.__name__ = "Tallies"
    others = made(
        ("id: c02\n    person_id: falk", "id: c02\n    person_id: otto"),
        of=contract(People, Letters, Claims, Witnesses, Others),
    )
    assert lines(diff_datasets(made(), others))["tallies"] == ["the key was person_id, and is person_id, n_claims"]


def test_what_is_said_for_the_first_time_is_told_in_one_line_a_kind(made):
    class Others(People):
        """One person who writes or is written of."""

        person_id: str = primary_key("Slug of the person.", title="The person's slug")

    Others.__name__ = "People"
    after = made(of=contract(Others, Letters, Claims, Witnesses, Tallies))
    before = deepcopy(dict(made().package.descriptor))
    for field in before["resources"][0]["schema"]["fields"]:
        del field["title"]
    assert lines(diff_datasets(reread(made(), before), after)) == {
        "people": ["title said for the first time: person_id, name, lives_in, master_id"]
    }


def reread(dataset, descriptor):
    """Return the same rows under another data package."""
    return DatasetVersion(parse_descriptor(descriptor, dataset.package.folder))


def test_long_texts_are_cut_down_to_where_they_differ():
    before = f"{'The rope was old. ' * 9}It held the bridge. {'And that is that. ' * 9}"
    assert str(Change("table", "description", before=before, after=before.replace("held", "bore"))) == (
        "description '…he rope was old. It held the bridge. And tha…'"
        " → '…he rope was old. It bore the bridge. And tha…'"
    )
    assert str(Change("table", "description", before="x" * 90, after="y" * 900)) == (
        f"description '{'x' * 90}' → '{'y' * 80} … {'y' * 20}'"
    )


def test_what_a_terminal_would_obey_is_shown_and_not_obeyed():
    rows = diff_table(PROMISED, PROMISED, [(ropes({}), ropes({"\x1b[2J\n": ("x", 1)}))])
    assert list(rows.lines(1)) == ["1 row added", "  + \\x1b[2J\\n"]


def test_nor_is_it_obeyed_in_an_older_dataset_of_unknown_origin(made):
    before = deepcopy(dict(made().package.descriptor)) | {"version": "\x1b[2J"}
    [claims] = [each for each in before["resources"] if each["path"] == "claims.parquet"]
    [strength] = [each for each in claims["schema"]["fields"] if each["name"] == "strength"]
    strength["categories"].append({"value": "\x1b[2J", "description": "\x1b[2J"})
    strange = reread(made(), before)
    [told] = diff_datasets(strange, made())
    assert list(told.lines(1)) == ["column strength value \\x1b[2J removed"]
    assert "\x1b" not in "".join([strange.version, *required_bump([told]).reasons])


# ── Tables in parts ──────────────────────────────────────────────────────────────────────────────────


def test_a_dataset_in_parts_is_compared_as_one_in_files_is(made, tmp_path):
    annotations = ANNOTATIONS.replace("id: c02", "id: c03").replace("strength: fair", "strength: strong")
    built = build_tables(LETTERS, write(tmp_path, annotations))
    parts = open_baseline(write_in_parts(built, tmp_path / "parts", {"claims": [1], "people": []}))
    whole = made(("id: c02", "id: c03"), ("strength: fair", "strength: strong"))
    assert diff_datasets(parts, whole) == diff_datasets(whole, parts) == []
    assert lines(diff_datasets(made(), parts)) == lines(diff_datasets(made(), whole)) != {}


def test_of_a_table_in_parts_that_came_or_went_the_rows_are_counted(made, tmp_path):
    parts = open_new(write_in_parts(build_tables(LETTERS, write(tmp_path)), tmp_path / "parts", {"tallies": [1]}))
    without = made(of=contract(People, Letters, Claims, Witnesses))
    assert lines(diff_datasets(without, parts)) == {"tallies": ["table added, with 3 rows"]}
    assert lines(diff_datasets(parts, without)) == {"tallies": ["table removed, with 3 rows"]}


# ── Older datasets ────────────────────────────────────────────────────────────────────────────────


def test_a_dataset_of_the_first_version_can_be_compared(made, request):
    before = open_baseline(request.config.rootpath / "tests/datasets/0.1")
    assert before.version == "1.0.0"
    assert [
        name for name, told in lines(diff_datasets(before, made())).items() if any("row" in line for line in told)
    ] == []


def test_a_dataset_that_breaks_its_own_contract_is_not_compared(made, letters, tmp_path):
    folder = tmp_path / "dataset"
    written(build_tables(LETTERS, letters), folder)
    assert open_baseline(folder).package.tables.keys() == LETTERS.tables.keys()
    (folder / "people.parquet").unlink()
    (folder / "claims.parquet").write_bytes(b"")
    with pytest.raises(
        DatasetError, match=r"is not what its own contract says \(claims.parquet:1:1: .*, and 1 problem more\)"
    ):
        open_baseline(folder)
