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


def found(files, old, rows=20):
    """The differences between files fresh from a build and a folder."""
    with tempfile.TemporaryDirectory() as new:
        return list_differences(lay(files, Path(new)), old, rows)


@pytest.fixture
def old(letters, tmp_path):
    """A folder with the dataset of the letters."""
    return written(build_tables(LETTERS, letters), tmp_path / "dataset")


@pytest.fixture
def against(old, tmp_path):
    """Hold the dataset against what changed seeds, or another contract, give."""

    def compare(*replacements, of=LETTERS):
        annotations = ANNOTATIONS
        for before, after in replacements:
            assert before in annotations
            annotations = annotations.replace(before, after)
        lines = found(rendered(build_tables(of, write(tmp_path, annotations))), old)
        return [line for line in lines if not line.startswith(("datapackage.json", "README.md"))]

    return compare


def test_a_dataset_that_is_what_the_seeds_give_has_no_differences(against):
    assert against() == []


def test_a_row_that_came_and_one_that_went_are_named_by_their_keys(against):
    lines = against(("id: c02", "id: c03"))
    assert [line for line in lines if line.startswith("claims")] == [
        "claims.parquet: 1 row added",
        "claims.parquet:   + bridge#c03",
        "claims.parquet: 1 row removed",
        "claims.parquet:   - bridge#c02",
    ]


def test_a_row_that_changed_is_told_with_both_values(against):
    lines = against(("strength: fair", "strength: strong"), ("    answers_id: c01\n", ""))
    assert [line for line in lines if line.startswith("claims")] == [
        "claims.parquet: 2 rows changed",
        "claims.parquet:   ~ bridge#c01: strength 'fair' → 'strong'",
        "claims.parquet:   ~ bridge#c02: answers_id 'bridge#c01' → empty",
    ]


def test_a_row_of_a_key_of_several_columns_is_named_by_all_of_them(against):
    lines = against(("{person_id: berta}", "{person_id: berta}\n      - {person_id: falk}"))
    assert "witnesses.parquet:   + bridge#c01, falk" in lines


def test_tables_that_kept_their_rows_go_unnamed_where_others_did_not(against):
    assert not any("people.parquet" in line for line in against(("strength: fair", "strength: weak")))


def test_seeds_that_changed_in_no_row_are_told_in_one_line(against):
    [line] = against(("strength: fair", "strength: fair  # on second thought, fair"))
    assert line.startswith("all tables: the same content, but of another build")


def test_a_table_of_another_build_among_the_right_ones_is_named(against, old, tmp_path):
    [table] = [name for name in rendered(build_tables(LETTERS, write(tmp_path))) if name.startswith("people")]
    changed = ANNOTATIONS.replace("strength: fair", "strength: fair  # on second thought, fair")
    (old / table).write_bytes(rendered(build_tables(LETTERS, write(tmp_path, changed)))[table])
    assert against() == [
        "people.parquet: the same content, but of another build: something in the seeds that is in no row has changed"
    ]


def test_as_many_rows_are_listed_as_asked_for(against, old, letters):
    against(("strength: fair", "strength: strong"), ("    answers_id: c01\n", ""))
    lines = found(rendered(build_tables(LETTERS, letters)), old, rows=1)
    assert [line for line in lines if line.startswith("claims")] == [
        "claims.parquet: 2 rows changed",
        "claims.parquet:   ~ bridge#c01: strength 'fair' → 'strong'",
        "claims.parquet:   … and 1 more",
    ]


def test_many_rows_are_listed_in_part(against):
    more = "".join(f"\n  - {{id: d{n}, person_id: otto, when_edtf: {1800 + n}, quote: rope}}" for n in range(23))
    lines = against(("the rope was old\n", f"the rope was old{more}\n"))
    listed = [line for line in lines if line.startswith("claims.parquet: ")]
    assert listed[0] == "claims.parquet: 23 rows added"
    assert len(listed) == 22
    assert listed[-1] == "claims.parquet:   … and 3 more"


def test_columns_that_came_went_or_changed_are_named(against):
    class Others(Claims):
        """One thing that somebody in a letter says is so."""

        person_id: str = foreign_key("people", "Who says it.")
        rumour_of_id: str = foreign_key("people", "From whom.", nullable=True)

    Others.__name__ = "Claims"
    lines = against(of=contract(People, Letters, Others, Witnesses, Tallies))
    assert "claims.parquet: column rumour_of_id added" in lines
    assert "claims.parquet: column person_id: description 'Who says so.' → 'Who says it.'" in lines
    assert not [line for line in lines if line.startswith("claims") and "row" in line]


def test_a_column_that_went_is_named(old):
    files = held(old)
    table = pq.read_table(old / "claims.parquet")
    sink = io.BytesIO()
    pq.write_table(table.drop_columns(["strength"]), sink)
    assert found({**files, "claims.parquet": sink.getvalue()}, old) == ["claims.parquet: column strength removed"]


def test_another_key_is_told(old, tmp_path):
    files = held(old)
    lines = found({**files, "claims.parquet": files["witnesses.parquet"]}, old)
    assert "claims.parquet: the key was claim_id, and is claim_id, person_id" in lines


def digest(data):
    return hashlib.sha256(data).hexdigest().encode()


@pytest.mark.parametrize("name", ["datapackage.json", "croissant.json"])
def test_a_digest_that_is_true_of_the_file_beside_it_is_no_difference(name, old):
    files = held(old)
    pq.write_table(pq.read_table(old / "claims.parquet"), old / "claims.parquet", compression="none")
    before, after = files["claims.parquet"], (old / "claims.parquet").read_bytes()
    (old / name).write_bytes(files[name].replace(digest(before), digest(after)))
    assert (old / name).read_bytes() != files[name]
    assert found(files, old) == []


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("datapackage.json", "datapackage.json: differs in resources"),
        ("croissant.json", "croissant.json: differs in distribution"),
    ],
)
def test_a_digest_that_is_not_is_told(name, line, old):
    files = held(old)
    (old / name).write_bytes(files[name].replace(digest(files["claims.parquet"]), b"0" * 64))
    assert found(files, old) == [line]


def test_bytes_that_differ_by_how_they_were_written_are_no_difference(old):
    files = held(old)
    pq.write_table(pq.read_table(old / "claims.parquet"), old / "claims.parquet", compression="none")
    assert (old / "claims.parquet").read_bytes() != files["claims.parquet"]
    assert found(files, old) == []


# ── Tables in parts ──────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def cut(old, tmp_path):
    """Hold a dataset in parts, of as many claims as the letters' own and more, against what changed seeds give."""
    more = "".join(f"\n  - {{id: d{n}, person_id: otto, when_edtf: {1800 + n}, quote: rope}}" for n in range(6))
    annotations = ANNOTATIONS.replace("the rope was old\n", f"the rope was old{more}\n")

    def made(name, text, cuts):
        return write_in_parts(
            build_tables(LETTERS, write(tmp_path / f"{name} seeds", text)), tmp_path / name, {"claims": cuts}
        )

    def compare(*replacements, cuts=(2, 4, 6), spoil=lambda _: None, whole=False):
        changed = annotations
        for before, after in replacements:
            assert before in changed
            changed = changed.replace(before, after)
        before = made("before", annotations, (2, 4, 6))
        if whole:
            before = written(build_tables(LETTERS, write(tmp_path / "whole seeds", annotations)), tmp_path / "whole")
        spoil(before)
        return list_differences(made("after", changed, cuts), before, rows=20)

    return compare


def of_claims(lines):
    return [line.removeprefix("claims.parquet: ") for line in lines if line.startswith("claims.parquet")]


def test_a_dataset_in_parts_that_is_what_the_seeds_give_has_no_differences(cut):
    assert cut() == []


def test_rows_in_parts_are_told_as_those_in_one_file_are(cut):
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
    assert "datapackage.json: differs in resources" not in lines  # every digest is true of the part beside it


@pytest.mark.parametrize("other", [{"cuts": (3, 6)}, {"whole": True}], ids=["cut elsewhere", "one file"])
def test_the_same_rows_in_other_files_are_the_same_rows(other, cut):
    lines = cut(**other)
    assert of_claims(lines) == []
    assert "datapackage.json: differs in resources" in lines


def test_seeds_that_changed_in_no_row_leave_parts_as_they_were(cut):
    lines = cut(("strength: fair", "strength: fair  # on second thought, fair"))
    assert of_claims(lines) == []
    assert [line for line in lines if "of another build" in line]


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda folder: (folder / "part-00002.parquet").unlink(), ["2 rows added", "  + bridge#d2", "  + bridge#d3"]),
        (lambda folder: (folder / "part-00001.parquet").write_bytes(b""), ["is not a table that a build wrote"]),
        (
            lambda folder: shutil.copy(folder.parent / "people.parquet", folder / "part-00001.parquet"),
            ["is not a table that a build wrote"],
        ),
        (
            lambda folder: (folder / "part-00000.parquet").rename(folder / "part-00009.parquet"),
            ["rows or columns repeat, stand in another order or are kept as other types"],
        ),
        (
            lambda folder: shutil.copy(folder / "part-00000.parquet", folder / "part-00009.parquet"),
            ["2 rows removed", "  - bridge#c01", "  - bridge#c02"],
        ),
    ],
    ids=["missing", "empty", "of another table", "in another order", "twice"],
)
def test_a_part_that_is_not_as_a_build_wrote_it_is_told(spoil, told, cut):
    assert of_claims(cut(spoil=lambda folder: spoil(folder / "claims.parquet"))) == told


def test_what_is_no_part_in_a_folder_of_parts_is_named(cut):
    lines = cut(spoil=lambda folder: (folder / "claims.parquet/notes.txt").touch())
    assert lines == ["claims.parquet/notes.txt: no build writes this"]


# ── Files ─────────────────────────────────────────────────────────────────────────────────────────


def test_files_that_are_missing_or_foreign_are_named(against, old):
    (old / "people.parquet").rename(old / "notes.txt")
    assert against() == ["notes.txt: no build writes this", "people.parquet: missing"]


def test_where_there_is_no_folder_there_is_no_dataset(against, old):
    old.rename(old.with_name("elsewhere"))
    assert against() == ["there is no dataset here"]


@pytest.mark.parametrize("data", [b"", b"PAR1 and then nothing"])
def test_a_table_that_cannot_be_read_is_told(data, against, old):
    (old / "people.parquet").write_bytes(data)
    assert against() == ["people.parquet: is not a table that a build wrote"]


def test_a_table_that_another_program_wrote_is_told(against, old):
    pq.read_table(old / "people.parquet").to_pandas().to_parquet(old / "people.parquet")
    assert against() == ["people.parquet: is not a table that a build wrote"]


def test_what_differs_in_a_json_file_is_named_by_its_keys(old):
    files = held(old)
    package = json.loads(files["datapackage.json"])
    (old / "datapackage.json").write_text(json.dumps({**package, "title": "Post", "more": 1}), encoding="utf-8")
    assert found(files, old) == ["datapackage.json: differs in title, more"]


@pytest.mark.parametrize(
    ("data", "line"),
    [(b"{", "datapackage.json: is not a JSON object"), (b"\xff", "datapackage.json: is not a JSON object")],
)
def test_a_json_file_that_cannot_be_read_is_told(data, line, old):
    files = held(old)
    (old / "datapackage.json").write_bytes(data)
    assert found(files, old) == [line]


def test_a_json_file_laid_out_otherwise_is_told(old):
    files = held(old)
    (old / "datapackage.json").write_text(json.dumps(json.loads(files["datapackage.json"])), encoding="utf-8")
    assert found(files, old) == ["datapackage.json: the layout differs"]


def test_a_data_card_that_differs_is_told(old):
    files = held(old)
    (old / "README.md").write_bytes(b"# Letters\n")
    assert found(files, old) == ["README.md: the text differs"]


@pytest.mark.parametrize(
    "spoil",
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
def test_a_table_that_no_build_would_write_so_differs(spoil, files, tmp_path):
    lay(files, tmp_path)
    pq.write_table(spoil(pq.read_table(tmp_path / "mentions.parquet")), tmp_path / "mentions.parquet")
    assert found(files, tmp_path) != []


def test_json_of_another_shape_is_told(files, tmp_path):
    lay(files, tmp_path)
    (tmp_path / "datapackage.json").write_text("[]", encoding="utf-8")
    assert len(found(files, tmp_path)) == 1


def test_a_folder_in_place_of_a_file_is_told(files, tmp_path):
    lay(files, tmp_path)
    (tmp_path / "mentions.parquet").unlink()
    (tmp_path / "mentions.parquet").mkdir()
    assert len(found(files, tmp_path)) == 1
