"""Changes between two versions of a dataset."""

import os
from copy import deepcopy
from dataclasses import replace
from itertools import count, pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stancebook.build.pipeline import build_tables
from stancebook.dataset.descriptor import parse_descriptor
from stancebook.dataset.duckdb_session import row_session
from stancebook.diff.changes import Change, RowChanges, TableChanges
from stancebook.diff.semver import required_bump
from stancebook.diff.tables import (
    DatasetVersion,
    FileDigests,
    are_equal,
    count_rows,
    diff_datasets,
    diff_rows,
    diff_table,
    open_baseline,
    open_new,
    open_rows,
)
from stancebook.exceptions import DatasetError
from stancebook.schema.column_types import IntegerColumn, TextColumn
from stancebook.schema.columns import foreign_key, integer, primary_key
from stancebook.schema.models import Derived
from stancebook.schema.spec import TableSpec
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
def build(tmp_path):
    """Return a function that builds the sample dataset, or one of other sources or another contract."""

    numbers = count()

    def call(*replacements, of=LETTERS):
        annotations = ANNOTATIONS
        for before, after in replacements:
            assert before in annotations
            annotations = annotations.replace(before, after)
        return open_new(written(build_tables(of, write(tmp_path, annotations)), tmp_path / f"build-{next(numbers)}"))

    return call


def lines(changes, limit=20):
    return {table.table: list(table.lines(limit)) for table in changes}


# ── Rows ──────────────────────────────────────────────────────────────────────────────────────────


def test_equal_datasets_have_no_changes(build):
    """A dataset does not differ from the same build."""
    assert diff_datasets(build(), build()) == []


def test_row_changes_are_listed_by_key(build):
    """Added, removed and changed rows are listed by key, with both values of a cell."""
    after = build(("id: c02", "id: c03"), ("strength: fair", "strength: strong"), ("    when_text: on Monday\n", ""))
    assert lines(diff_datasets(build(), after)) == {
        "claims": [
            "1 row added",
            "  + bridge#c03",
            "1 row changed",
            "  ~ bridge#c01: strength 'fair' → 'strong', when_text 'on Monday' → empty",
            "1 row removed",
            "  - bridge#c02",
        ]
    }


def test_listed_rows_are_limited_by_argument(build):
    """As many rows of each kind are listed as the argument says."""
    after = build(("id: c01", "id: c04"), ("id: c02", "id: c03"))
    assert lines(diff_datasets(build(), after), limit=1)["claims"] == [
        "2 rows added",
        "  + bridge#c03",
        "  … and 1 more",
        "2 rows removed",
        "  - bridge#c01",
        "  … and 1 more",
    ]


SPEC = TableSpec(
    "ropes",
    "",
    (TextColumn("", "rope"), TextColumn("", "colour"), IntegerColumn("", "metres")),
    key=("rope",),
)
ROPES = st.dictionaries(
    st.text("ab", max_size=3), st.tuples(st.none() | st.text("xy", max_size=1), st.none() | st.integers(0, 2))
)


@pytest.fixture(scope="module")
def session():
    with row_session() as opened:
        yield opened


def ropes(rows):
    arrays = [list(rows), [colour for colour, _ in rows.values()], [metres for _, metres in rows.values()]]
    return pa.table(
        [pa.array(arrays[0], pa.string()), pa.array(arrays[1], pa.string()), pa.array(arrays[2], pa.int64())],
        names=list(SPEC.names),
    )


@given(before=ROPES, after=ROPES)
def test_row_changes_turn_old_rows_into_new(before, after, session):
    """Applying the changes to the older rows gives the newer ones."""
    rows = diff_rows(session, ropes(before), ropes(after), SPEC.key)
    build = {name: list(cells) for name, cells in before.items() if name not in rows.removed}
    for name, cells in rows.changed:
        for cell in cells:
            place = list(SPEC.names).index(cell.column) - 1
            assert build[name][place] == cell.before
            assert cell.before != cell.after
            build[name][place] = cell.after
    build |= {name: list(after[name]) for name in rows.added}
    assert build == {name: list(cells) for name, cells in after.items()}
    assert bool(rows) == (before != after)


def test_changed_type_compares_cells_by_text(session):
    """Cells of a column whose type changed are compared by their text."""
    as_text = replace(SPEC, columns=(*SPEC.columns[:2], TextColumn("", "metres")))
    before, after = ropes({"a": ("x", 1), "b": ("x", 2)}), ropes({"a": ("x", 1), "b": ("x", 3)})
    after = after.set_column(2, "metres", after["metres"].cast(pa.string()))
    changes = diff_table(SPEC, as_text, diff_rows(session, before, after, SPEC.key))
    assert list(changes.lines(20)) == [
        "column metres: type 'integer' → 'string'",
        "1 row changed",
        "  ~ b: metres '2' → '3'",
    ]


# ── Files ─────────────────────────────────────────────────────────────────────────────────────────

CUTS = st.lists(st.integers(0, 6), max_size=3).map(sorted)


def write_parts(folder, rows, cuts=()):
    """Write ropes into files, cut before some of the rows."""
    folder.mkdir(parents=True)
    paths = []
    for number, (start, end) in enumerate(pairwise([0, *(min(cut, len(rows)) for cut in cuts), len(rows)])):
        paths.append(folder / f"part-{number}")
        pq.write_table(ropes(dict(rows[start:end])), paths[-1])
    return paths


@given(before=ROPES, after=ROPES, old_cuts=CUTS, new_cuts=CUTS)
@settings(max_examples=30)
def test_rows_of_differing_files_give_all_changes(before, after, old_cuts, new_cuts, session):
    """The files that differ have all rows that differ, however the tables are cut."""
    with TemporaryDirectory() as folder:
        old = write_parts(Path(folder) / "old", list(before.items()), old_cuts)
        new = write_parts(Path(folder) / "new", list(after.items()), new_cuts)
        files = FileDigests().differing_files(old, new)
        found = diff_rows(session, *open_rows(*files), SPEC.key) if any(files) else RowChanges()
    expected = diff_rows(session, ropes(before), ropes(after), SPEC.key)
    assert [set(getattr(found, kind)) for kind in ("added", "changed", "removed")] == [
        set(getattr(expected, kind)) for kind in ("added", "changed", "removed")
    ]


A, B, C, D = (("a", ("x", 1)), ("b", ("x", 1)), ("c", ("x", 1)), ("d", ("x", 1)))


def test_file_with_another_name_does_not_differ(tmp_path):
    """A file that the other side has under another name is not read."""
    old = write_parts(tmp_path / "old", [B, C, D], [1, 2])
    new = write_parts(tmp_path / "new", [A, B, C, ("d", ("x", 2))], [1, 2, 3])
    files = FileDigests().differing_files(old, new)
    assert [[path.name for path in side] for side in files] == [["part-2"], ["part-0", "part-3"]]


def test_repeated_file_differs_once(tmp_path):
    """Of a file that one side has twice and the other once, one differs."""
    new = write_parts(tmp_path / "new", [A, B], [1])
    old = [*new, *write_parts(tmp_path / "old", [A])]
    assert FileDigests().differing_files(old, new) == ([old[0]], [])


def test_hard_links_are_read_once(tmp_path, monkeypatch):
    """The digest of a file with two hard links is computed once."""
    [path] = write_parts(tmp_path / "old", [A])
    os.link(path, tmp_path / "link")
    digests = FileDigests()
    assert digests[path] == digests[tmp_path / "link"]
    monkeypatch.setattr(Path, "open", lambda *_: pytest.fail("its digest is known"))
    assert digests[tmp_path / "link"] == digests[path]


def test_rows_are_counted_from_footers(tmp_path):
    """The rows of files are counted without reading them."""
    assert count_rows(write_parts(tmp_path / "old", [A, B, C], [2])) == 3


def test_files_of_different_columns_are_refused(tmp_path):
    """The files of one version of a table have to have the same columns."""
    [path] = write_parts(tmp_path / "old", [A])
    pq.write_table(pa.table({"rope": ["b"]}), tmp_path / "other")
    with pytest.raises(DatasetError, match="holds parts of different tables"):
        open_rows([path, tmp_path / "other"], [])


@pytest.mark.parametrize(
    ("change", "equal"),
    [
        (lambda table: table, True),
        (lambda table: table.slice(1), False),
        (lambda table: table.take([1, 0]), False),
        (lambda table: pa.concat_tables([table, table]), False),
        (lambda table: table.select(["colour", "rope", "metres"]), False),
        (lambda table: table.cast(pa.schema([*list(table.schema)[:2], ("metres", pa.int32())])), False),
    ],
    ids=["same", "fewer rows", "other order", "repeated rows", "other columns", "other types"],
)
def test_equal_rows_have_same_order_and_types(change, equal, session):
    """Rows are equal if they are the same, in the same order, with the same columns and types."""
    table = ropes({"a": ("x", 1), "b": (None, None)})
    assert are_equal(session, table, change(table)) is equal


# ── Metadata ──────────────────────────────────────────────────────────────────────────────


def test_changed_columns_are_listed_without_cells(build):
    """Added and removed columns are listed without their cells."""

    class Others(Claims):
        """One thing that somebody in a letter says is so."""

        person_id: str = foreign_key("people", "Who says it.")
        rumour_of_id: str = foreign_key("people", "From whom.", nullable=True)

    Others.__name__ = "Claims"
    others = build(of=contract(People, Letters, Others, Witnesses, Tallies))
    assert lines(diff_datasets(build(), others)) == {
        "claims": ["column person_id: description 'Who says so.' → 'Who says it.'", "column rumour_of_id added"]
    }
    assert lines(diff_datasets(others, build())) == {
        "claims": ["column person_id: description 'Who says it.' → 'Who says so.'", "column rumour_of_id removed"]
    }


def test_added_and_removed_tables_have_row_counts(build):
    """Added and removed tables are listed with their number of rows."""
    without = build(of=contract(People, Letters, Claims, Witnesses))
    assert lines(diff_datasets(without, build())) == {"tallies": ["table added, with 3 rows"]}
    assert lines(diff_datasets(build(), without)) == {"tallies": ["table removed, with 3 rows"]}


def test_changed_primary_key_prevents_row_comparison(build):
    """Rows are not compared if the primary key changed."""

    class Others(Derived, derive=count_claims, key=("person_id", "n_claims"), inputs={"claims": ["person_id"]}):
        """How much one person claims."""

        person_id: str = foreign_key("people", "The person.")
        n_claims: int = integer("How many claims the person makes.", minimum=0)

    Others.__name__ = "Tallies"
    others = build(
        ("id: c02\n    person_id: falk", "id: c02\n    person_id: otto"),
        of=contract(People, Letters, Claims, Witnesses, Others),
    )
    assert lines(diff_datasets(build(), others))["tallies"] == [
        "the primary key was person_id and is now person_id, n_claims: rows are not compared"
    ]


def test_added_metadata_is_one_line_per_kind(build):
    """Added titles, descriptions, units and definitions are one line each."""

    class Others(People):
        """One person who writes or is mentioned."""

        person_id: str = primary_key("Slug of the person.", title="The person's slug")

    Others.__name__ = "People"
    after = build(of=contract(Others, Letters, Claims, Witnesses, Tallies))
    before = deepcopy(dict(build().package.descriptor))
    for field in before["resources"][0]["schema"]["fields"]:
        del field["title"]
    assert lines(diff_datasets(reread(build(), before), after)) == {
        "people": ["title added: person_id, name, lives_in, master_id"]
    }


def reread(dataset, descriptor):
    """Return the same rows under another data package."""
    return DatasetVersion(parse_descriptor(descriptor, dataset.package.folder))


def test_long_texts_are_cut_to_their_difference():
    """Of long texts, the part that differs is shown."""
    before = f"{'The rope was old. ' * 9}It held the bridge. {'And that is that. ' * 9}"
    assert str(Change("table", "description", before=before, after=before.replace("held", "bore"))) == (
        "description '…he rope was old. It held the bridge. And tha…'"
        " → '…he rope was old. It bore the bridge. And tha…'"
    )
    assert str(Change("table", "description", before="x" * 90, after="y" * 900)) == (
        f"description '{'x' * 90}' → '{'y' * 80} … {'y' * 20}'"
    )


def test_control_characters_in_keys_are_escaped(session):
    """Control characters in keys are shown as escapes."""
    changes = TableChanges("ropes", (), diff_rows(session, ropes({}), ropes({"\x1b[2J\n": ("x", 1)}), SPEC.key))
    assert list(changes.lines(1)) == ["1 row added", "  + \\x1b[2J\\n"]


def test_control_characters_in_metadata_are_escaped(build):
    """Control characters in the metadata of a foreign dataset are shown as escapes."""
    before = deepcopy(dict(build().package.descriptor)) | {"version": "\x1b[2J"}
    [claims] = [each for each in before["resources"] if each["path"] == "claims.parquet"]
    [strength] = [each for each in claims["schema"]["fields"] if each["name"] == "strength"]
    strength["categories"].append({"value": "\x1b[2J", "description": "\x1b[2J"})
    strange = reread(build(), before)
    [changes] = diff_datasets(strange, build())
    assert list(changes.lines(1)) == ["column strength value \\x1b[2J removed"]
    assert "\x1b" not in "".join([strange.version, *required_bump([changes]).reasons])


# ── Tables in parts ──────────────────────────────────────────────────────────────────────────────────


def test_parts_are_compared_like_files(build, tmp_path):
    """A dataset in parts is compared like one in files."""
    annotations = ANNOTATIONS.replace("id: c02", "id: c03").replace("strength: fair", "strength: strong")
    built = build_tables(LETTERS, write(tmp_path, annotations))
    parts = open_baseline(write_in_parts(built, tmp_path / "parts", {"claims": [1], "people": []}))
    in_files = build(("id: c02", "id: c03"), ("strength: fair", "strength: strong"))
    assert diff_datasets(parts, in_files) == diff_datasets(in_files, parts) == []
    assert lines(diff_datasets(build(), parts)) == lines(diff_datasets(build(), in_files)) != {}


def test_rows_of_added_table_in_parts_are_counted(build, tmp_path):
    """The rows of an added or removed table in parts are counted."""
    parts = open_new(write_in_parts(build_tables(LETTERS, write(tmp_path)), tmp_path / "parts", {"tallies": [1]}))
    without = build(of=contract(People, Letters, Claims, Witnesses))
    assert lines(diff_datasets(without, parts)) == {"tallies": ["table added, with 3 rows"]}
    assert lines(diff_datasets(parts, without)) == {"tallies": ["table removed, with 3 rows"]}


# ── Older datasets ────────────────────────────────────────────────────────────────────────────────


def test_dataset_of_0_1_is_compared(build, request):
    """A dataset that version 0.1 built can be compared."""
    before = open_baseline(request.config.rootpath / "tests/datasets/0.1")
    assert before.version == "1.0.0"
    changes = lines(diff_datasets(before, build()))
    assert not [line for lines_of_table in changes.values() for line in lines_of_table if "row" in line]


def test_invalid_baseline_is_refused(build, letters, tmp_path):
    """A dataset that does not match its own data package is not compared."""
    folder = tmp_path / "dataset"
    written(build_tables(LETTERS, letters), folder)
    assert open_baseline(folder).package.tables.keys() == LETTERS.tables.keys()
    (folder / "people.parquet").unlink()
    (folder / "claims.parquet").write_bytes(b"")
    with pytest.raises(
        DatasetError, match=r"does not match its own data package \(claims.parquet:1:1: .*, and 1 problem more\)"
    ):
        open_baseline(folder)
