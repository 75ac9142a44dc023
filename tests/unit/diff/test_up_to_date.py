"""Differences between the dataset on disk and a build."""

import hashlib
import io
import json
import shutil
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stancebook.build.pipeline import build_tables
from stancebook.dataset.package_json import signed
from stancebook.diff.up_to_date import list_differences
from stancebook.schema.columns import foreign_key
from tests.dataset_files import held, lay, rendered, written
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
    write,
)


def differences(files, old, max_rows=20):
    """Return the differences between the files of a build and a folder."""
    with tempfile.TemporaryDirectory() as new:
        return list_differences(lay(files, Path(new)), old, max_rows)


@pytest.fixture
def old(letters, tmp_path):
    """A folder with the dataset of the sample contract."""
    return written(build_tables(LETTERS, letters), tmp_path / "dataset")


@pytest.fixture
def differences_of(old, tmp_path):
    """Return a function that compares the dataset with a build of other sources or another contract."""

    def compare(*replacements, of=LETTERS):
        annotations = ANNOTATIONS
        for before, after in replacements:
            assert before in annotations
            annotations = annotations.replace(before, after)
        lines = differences(rendered(build_tables(of, write(tmp_path, annotations))), old)
        return [line for line in lines if not line.startswith(("datapackage.json", "README.md"))]

    return compare


def test_up_to_date_dataset_has_no_differences(differences_of):
    """A dataset that equals the build has no differences."""
    assert differences_of() == []


def test_added_and_removed_rows_are_named_by_key(differences_of):
    """Added and removed rows are listed by their keys."""
    lines = differences_of(("id: c02", "id: c03"))
    assert [line for line in lines if line.startswith("claims")] == [
        "claims.parquet: 1 row added",
        "claims.parquet:   + bridge#c03",
        "claims.parquet: 1 row removed",
        "claims.parquet:   - bridge#c02",
    ]


def test_changed_row_has_both_values(differences_of):
    """A changed row is listed with the cells before and after."""
    lines = differences_of(("strength: fair", "strength: strong"), ("    answers_id: c01\n", ""))
    assert [line for line in lines if line.startswith("claims")] == [
        "claims.parquet: 2 rows changed",
        "claims.parquet:   ~ bridge#c01: strength 'fair' → 'strong'",
        "claims.parquet:   ~ bridge#c02: answers_id 'bridge#c01' → empty",
    ]


def test_composite_key_is_listed_in_full(differences_of):
    """A row with a key of several columns is listed by all of them."""
    lines = differences_of(("{person_id: berta}", "{person_id: berta}\n      - {person_id: falk}"))
    assert "witnesses.parquet:   + bridge#c01, falk" in lines


def test_unchanged_table_is_not_listed(differences_of):
    """A table of another build with the same rows is not listed if others differ."""
    assert not any("people.parquet" in line for line in differences_of(("strength: fair", "strength: weak")))


def test_change_outside_of_rows_is_one_line(differences_of):
    """Sources that changed in something that no row holds are one difference."""
    [line] = differences_of(("strength: fair", "strength: fair  # on second thought, fair"))
    assert line.startswith("all tables: the same content, but of another build")


def test_single_table_of_another_build_is_named(differences_of, old, tmp_path):
    """A single table of another build is named."""
    [table] = [name for name in rendered(build_tables(LETTERS, write(tmp_path))) if name.startswith("people")]
    changed = ANNOTATIONS.replace("strength: fair", "strength: fair  # on second thought, fair")
    (old / table).write_bytes(rendered(build_tables(LETTERS, write(tmp_path, changed)))[table])
    assert differences_of() == [
        "people.parquet: the same content, but of another build: something changed in the sources that is in no row"
    ]


def test_listed_rows_are_limited_by_argument(differences_of, old, letters):
    """As many rows are listed as `max_rows` says."""
    differences_of(("strength: fair", "strength: strong"), ("    answers_id: c01\n", ""))
    lines = differences(rendered(build_tables(LETTERS, letters)), old, max_rows=1)
    assert [line for line in lines if line.startswith("claims")] == [
        "claims.parquet: 2 rows changed",
        "claims.parquet:   ~ bridge#c01: strength 'fair' → 'strong'",
        "claims.parquet:   … and 1 more",
    ]


def test_further_rows_are_counted(differences_of):
    """Rows beyond the listed ones are counted."""
    more = "".join(f"\n  - {{id: d{n}, person_id: otto, when_edtf: {1800 + n}, quote: rope}}" for n in range(23))
    lines = differences_of(("the rope was old\n", f"the rope was old{more}\n"))
    listed = [line for line in lines if line.startswith("claims.parquet: ")]
    assert listed[0] == "claims.parquet: 23 rows added"
    assert len(listed) == 22
    assert listed[-1] == "claims.parquet:   … and 3 more"


def test_changed_columns_are_listed(differences_of):
    """Added and changed columns are listed without their cells."""

    class Others(Claims):
        """One thing that somebody in a letter says is so."""

        person_id: str = foreign_key("people", "Who says it.")
        rumour_of_id: str = foreign_key("people", "From whom.", nullable=True)

    Others.__name__ = "Claims"
    lines = differences_of(of=contract(People, Letters, Others, Witnesses, Tallies))
    assert "claims.parquet: column rumour_of_id added" in lines
    assert "claims.parquet: column person_id: description 'Who says so.' → 'Who says it.'" in lines
    assert not [line for line in lines if line.startswith("claims") and "row" in line]


def test_removed_column_is_listed(old):
    """A removed column is listed."""
    files = held(old)
    table = pq.read_table(old / "claims.parquet")
    sink = io.BytesIO()
    pq.write_table(table.drop_columns(["strength"]), sink)
    assert differences({**files, "claims.parquet": sink.getvalue()}, old) == ["claims.parquet: column strength removed"]


def test_changed_primary_key_is_listed(old, tmp_path):
    """A changed primary key is a difference."""
    files = held(old)
    lines = differences({**files, "claims.parquet": files["witnesses.parquet"]}, old)
    assert "claims.parquet: the primary key was claim_id and is now claim_id, person_id: rows are not compared" in lines


def digest(data):
    return hashlib.sha256(data).hexdigest().encode()


@pytest.mark.parametrize("name", ["datapackage.json", "croissant.json"])
def test_true_digest_is_no_difference(name, old):
    """A digest in a descriptor that is true of the file on disk is no difference, nor is a size."""
    files = held(old)
    pq.write_table(pq.read_table(old / "claims.parquet"), old / "claims.parquet", compression="none")
    before, after = files["claims.parquet"], (old / "claims.parquet").read_bytes()
    changed = files[name].replace(digest(before), digest(after))
    changed = changed.replace(b'"size": %d' % len(before), b'"size": %d' % len(after))
    if name == "datapackage.json":
        changed = json.dumps(signed(json.loads(changed)), ensure_ascii=False, indent=2).encode() + b"\n"
    (old / name).write_bytes(changed)
    assert (old / name).read_bytes() != files[name]
    assert differences(files, old) == []


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("datapackage.json", "datapackage.json: differs in resources"),
        ("croissant.json", "croissant.json: differs in distribution"),
    ],
)
def test_wrong_digest_is_listed(name, line, old):
    """A digest in a descriptor that is true of no file is a difference."""
    files = held(old)
    (old / name).write_bytes(files[name].replace(digest(files["claims.parquet"]), b"0" * 64))
    assert differences(files, old) == [line]


def test_wrong_digest_of_the_data_package_is_listed(old):
    """A data package that does not have the digest that it states is a difference."""
    files = held(old)
    own = json.loads(files["datapackage.json"])["stancebook"]["digest"].encode()
    (old / "datapackage.json").write_bytes(files["datapackage.json"].replace(own, b"0" * 64))
    assert differences(files, old) == ["datapackage.json: states a digest that its content does not have"]


def test_other_encoding_of_rows_is_no_difference(old):
    """The same rows in other bytes are no difference."""
    files = held(old)
    pq.write_table(pq.read_table(old / "claims.parquet"), old / "claims.parquet", compression="none")
    assert (old / "claims.parquet").read_bytes() != files["claims.parquet"]
    assert differences(files, old) == []


# ── Tables in parts ──────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def cut(old, tmp_path):
    """Return a function that compares a dataset in parts with a build of other sources."""
    more = "".join(f"\n  - {{id: d{n}, person_id: otto, when_edtf: {1800 + n}, quote: rope}}" for n in range(6))
    annotations = ANNOTATIONS.replace("the rope was old\n", f"the rope was old{more}\n")

    def write_dataset(name, text, cuts):
        return write_in_parts(
            build_tables(LETTERS, write(tmp_path / f"{name} seeds", text)), tmp_path / name, {"claims": cuts}
        )

    def compare(*replacements, cuts=(2, 4, 6), damage=lambda _: None, one_file=False):
        changed = annotations
        for before, after in replacements:
            assert before in changed
            changed = changed.replace(before, after)
        before = write_dataset("before", annotations, (2, 4, 6))
        if one_file:
            before = written(
                build_tables(LETTERS, write(tmp_path / "one_file seeds", annotations)), tmp_path / "one_file"
            )
        damage(before)
        return list_differences(write_dataset("after", changed, cuts), before, max_rows=20)

    return compare


def of_claims(lines):
    return [line.removeprefix("claims.parquet: ") for line in lines if line.startswith("claims.parquet")]


def test_up_to_date_parts_have_no_differences(cut):
    """A dataset in parts that equals the build has no differences."""
    assert cut() == []


def test_rows_of_parts_are_compared_by_key(cut):
    """Rows of tables in parts are listed like those of tables in one file."""
    replacements = ("strength: fair", "strength: strong"), ("id: d3", "id: d33")
    lines = cut(*replacements)
    assert of_claims(lines) == [
        "1 row added",
        "  + bridge#d33",
        "1 row changed",
        "  ~ bridge#c01: strength 'fair' → 'strong'",
        "1 row removed",
        "  - bridge#d3",
    ]
    assert "datapackage.json: differs in resources" not in lines  # every digest is true of its part


@pytest.mark.parametrize("other", [{"cuts": (3, 6)}, {"one_file": True}], ids=["other parts", "one file"])
def test_same_rows_in_other_files_are_equal(other, cut):
    """The same rows in other parts, or in one file, are no difference of the table."""
    lines = cut(**other)
    assert of_claims(lines) == []
    assert "datapackage.json: differs in resources" in lines


def test_change_outside_of_rows_leaves_parts_equal(cut):
    """Sources that changed in no row leave the parts of a table equal."""
    lines = cut(("strength: fair", "strength: fair  # on second thought, fair"))
    assert of_claims(lines) == []
    assert [line for line in lines if "of another build" in line]


@pytest.mark.parametrize(
    ("damage", "lines"),
    [
        (lambda folder: (folder / "part-00002.parquet").unlink(), ["2 rows added", "  + bridge#d2", "  + bridge#d3"]),
        (lambda folder: (folder / "part-00001.parquet").write_bytes(b""), ["is not a table that a build wrote"]),
        (
            lambda folder: shutil.copy(folder.parent / "people.parquet", folder / "part-00001.parquet"),
            ["is not a table that a build wrote"],
        ),
        (
            lambda folder: (folder / "part-00000.parquet").rename(folder / "part-00009.parquet"),
            ["rows or columns repeat, are in another order or have other types"],
        ),
        (
            lambda folder: shutil.copy(folder / "part-00000.parquet", folder / "part-00009.parquet"),
            ["2 rows removed", "  - bridge#c01", "  - bridge#c02"],
        ),
    ],
    ids=["missing", "empty", "of another table", "in another order", "twice"],
)
def test_damaged_part_is_reported(damage, lines, cut):
    """A part that is missing, broken, foreign, moved or repeated is a difference."""
    assert of_claims(cut(damage=lambda folder: damage(folder / "claims.parquet"))) == lines


def test_unknown_file_among_parts_is_listed(cut):
    """A file in the folder of a table that is not a part of it is a difference."""
    lines = cut(damage=lambda folder: (folder / "claims.parquet/notes.txt").touch())
    assert lines == ["claims.parquet/notes.txt: not written by a build"]


# ── Files ─────────────────────────────────────────────────────────────────────────────────────────


def test_missing_and_unknown_files_are_listed(differences_of, old):
    """Missing files, and files that no build writes, are differences."""
    (old / "people.parquet").rename(old / "notes.txt")
    assert differences_of() == ["notes.txt: not written by a build", "people.parquet: missing"]


def test_missing_folder_is_one_difference(differences_of, old):
    """A missing folder is the only difference."""
    old.rename(old.with_name("elsewhere"))
    assert differences_of() == ["there is no dataset"]


@pytest.mark.parametrize("data", [b"", b"PAR1 and then nothing"])
def test_unreadable_table_is_reported(data, differences_of, old):
    """A table that is not Parquet is a difference."""
    (old / "people.parquet").write_bytes(data)
    assert differences_of() == ["people.parquet: is not a table that a build wrote"]


def test_table_of_other_program_is_reported(differences_of, old):
    """A table that another program wrote is a difference."""
    pq.read_table(old / "people.parquet").to_pandas().to_parquet(old / "people.parquet")
    assert differences_of() == ["people.parquet: is not a table that a build wrote"]


def test_json_difference_is_named_by_keys(old):
    """Differences of a JSON file are listed by its top-level keys."""
    files = held(old)
    package = json.loads(files["datapackage.json"])
    (old / "datapackage.json").write_text(json.dumps({**package, "title": "Post", "more": 1}), encoding="utf-8")
    assert differences(files, old) == ["datapackage.json: differs in title, more"]


@pytest.mark.parametrize(
    ("data", "line"),
    [(data, "datapackage.json: is not a JSON object") for data in (b"{", b"\xff", b"[" * 100_000)],
)
def test_invalid_json_is_reported(data, line, old):
    """A descriptor that is not JSON is a difference."""
    files = held(old)
    (old / "datapackage.json").write_bytes(data)
    assert differences(files, old) == [line]


def test_json_layout_is_a_difference(old):
    """The same JSON in another layout is a difference."""
    files = held(old)
    (old / "datapackage.json").write_text(json.dumps(json.loads(files["datapackage.json"])), encoding="utf-8")
    assert differences(files, old) == ["datapackage.json: the layout differs"]


def test_changed_data_card_is_reported(old):
    """A changed data card is a difference."""
    files = held(old)
    (old / "README.md").write_bytes(b"# Letters\n")
    assert differences(files, old) == ["README.md: the text differs"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda t: t.take(list(range(t.num_rows))[::-1]),
        lambda t: t.take([0, *range(t.num_rows)]),
        lambda t: t.select(t.column_names[::-1]),
        lambda t: t.replace_schema_metadata({**t.schema.metadata, b"description": b"other"}),
        lambda t: t.set_column(0, t.field(0).with_type(pa.large_string()), t.column(0).cast(pa.large_string())),
        lambda t: t.append_column(t.field(0), t.column(0)),
        lambda t: t.replace_schema_metadata({**t.schema.metadata, b"stancebook": b"[]"}),
        lambda t: t.set_column(1, "actor_id", pa.array([[1]] * t.num_rows)),
    ],
    ids=[
        "rows in another order",
        "a row twice",
        "columns in another order",
        "another description",
        "another type of text",
        "a column twice",
        "no facts in the footer",
        "lists in a column",
    ],
)
def test_unusual_table_is_a_difference(damage, files, tmp_path):
    """A table with the same rows in a form that no build writes is a difference."""
    lay(files, tmp_path)
    pq.write_table(damage(pq.read_table(tmp_path / "mentions.parquet")), tmp_path / "mentions.parquet")
    assert differences(files, tmp_path) != []


def test_json_of_another_type_is_reported(files, tmp_path):
    """A descriptor that is a JSON list is a difference."""
    lay(files, tmp_path)
    (tmp_path / "datapackage.json").write_text("[]", encoding="utf-8")
    assert len(differences(files, tmp_path)) == 1


def test_folder_in_place_of_file_is_reported(files, tmp_path):
    """A folder in place of the file of a table is a difference."""
    lay(files, tmp_path)
    (tmp_path / "mentions.parquet").unlink()
    (tmp_path / "mentions.parquet").mkdir()
    assert len(differences(files, tmp_path)) == 1
