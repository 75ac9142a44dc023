"""Whatever is done between builds, each gives what a first one would, byte for byte, and does no more than it must."""

import os
import shutil
import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stancebook.dataset.reader import load
from tests.dataset_files import held
from tests.unit.parallel.sample_corpora import PEOPLE, annotations, claim, letter
from tests.unit.parallel.sandbox import HOUSE, Desk, Killed

IDS = ("a", "b", "c/d", "e", "f", "g")
SAID = (
    [claim(0)],
    [claim(0, person_id="falk")],  # as long as the one before
    [claim(0, witnesses=["berta"]), claim(1, strength="weak")],
    [claim(0, answers_id="a#c00")],
    [claim(0, echoes_id="e#c00"), claim(1, answers_id="c00")],
    [claim(0, person_id="nobody")],
    [],
)
CODEBOOKS = (
    PEOPLE,
    PEOPLE + "  # a remark\n",
    PEOPLE + "  - {person_id: ida, name: Ida}\n",
    PEOPLE.replace("Mr Falk", "Dr Falk"),
    PEOPLE.replace("FA1", "XX"),
)
HOUSES = (
    HOUSE,
    HOUSE.replace("1.0.0", "1.0.1"),
    HOUSE.replace('version="1.0.0"', "rules=LINKED_LETTERS.rules[1:]"),
    HOUSE.replace('version="1.0.0"', "models=LINKED_LETTERS.models[:-1]"),
)


@pytest.fixture
def desk(tmp_path) -> Desk:
    return laid(tmp_path)


def laid(folder) -> Desk:
    desk = Desk(folder)
    for number, doc_id in enumerate(IDS):
        desk.add(doc_id, number, claim(0))
    return desk


# ── What is done between builds ───────────────────────────────────────────────────────────────────


def documents(desk):
    return sorted(path.relative_to(desk.seeds / "documents").with_suffix("") for path in desk.seeds.rglob("*/*.txt"))


def some(desk, draw):
    return draw(st.sampled_from(documents(desk)))


def new(desk, draw):
    return draw(st.sampled_from(sorted({*IDS, "aa", "c/e", "h"} - set(map(str, documents(desk))))))


def edit(desk, draw):
    desk.write(f"seeds/documents/{some(desk, draw)}.yaml", annotations(draw(st.sampled_from(SAID))))


def edit_a_text(desk, draw):
    desk.write(f"seeds/documents/{some(desk, draw)}.txt", letter(draw(st.integers(10, 99))))


def edit_the_codebook(desk, draw):
    desk.write("seeds/codebook/people.yaml", draw(st.sampled_from(CODEBOOKS)))


def edit_the_contract(desk, draw):
    desk.write("house.py", draw(st.sampled_from(HOUSES)))


def touch(desk, draw):
    desk.touch(f"seeds/documents/{some(desk, draw)}.txt")


def add(desk, draw):
    desk.add(new(desk, draw), draw(st.integers(10, 99)), *draw(st.sampled_from(SAID)))


def delete(desk, draw):
    doc_id = some(desk, draw)
    for end in draw(st.sampled_from([(".txt", ".yaml")] * 5 + [(".txt",)])):
        (desk.seeds / f"documents/{doc_id}{end}").unlink()


def rename(desk, draw):
    old, to = some(desk, draw), new(desk, draw)
    for path in (desk.seeds / "documents").glob(f"{old}.*"):
        path.rename(desk.seeds / f"documents/{to}{path.suffix}")


def swap(desk, draw):
    """Let two documents change their names; whatever else is told of their files stays."""
    one, other = some(desk, draw), some(desk, draw)
    for end in (".txt", ".yaml"):
        first, second, aside = (desk.seeds / f"documents/{name}{end}" for name in (one, other, "aside"))
        if first.exists() and second.exists() and first != second:
            first.rename(aside)
            second.rename(first)
            aside.rename(second)


def lose_the_memo(desk, draw):
    (desk.folder / ".dataset.cache").unlink(missing_ok=True)


def garble_the_memo(desk, draw):
    memo = desk.folder / ".dataset.cache"
    if memo.exists():
        data = memo.read_bytes()
        memo.write_bytes(data[: int(draw(st.floats(0, 1, exclude_max=True)) * len(data))])


def spoil_the_dataset(desk, draw):
    files = sorted(path for path in desk.out.rglob("*.*") if path.is_file())
    if files:
        path = draw(st.sampled_from(files))
        draw(st.sampled_from([lambda: path.write_bytes(b"spoilt"), path.unlink, lambda: shutil.rmtree(desk.out)]))()


def kill_a_build(desk, draw):
    edit(desk, draw)
    desk.killed_after = draw(st.sampled_from([0, 1, "published"]))
    with suppress(Killed):
        desk.build()
    desk.killed_after = None


def files(desk):
    """What lies in the dataset's folder."""
    paths = (path for path in desk.out.rglob("*") if path.is_file())
    return {path.relative_to(desk.out).as_posix(): path.read_bytes() for path in paths}


STEPS = (
    *(edit, edit, edit_a_text, edit_the_codebook, edit_the_contract, touch, add, delete, rename, swap),
    *(lose_the_memo, garble_the_memo, spoil_the_dataset, kill_a_build),
)


@pytest.mark.proof
@given(data=st.data())
@settings(max_examples=7)  # of some four builds each
def test_after_any_row_of_steps_the_dataset_is_the_one_that_a_first_build_gives(data, tmp_path_factory):
    desk = laid(tmp_path_factory.mktemp("desk"))
    desk.build()
    for step in data.draw(st.lists(st.sampled_from(STEPS), min_size=1, max_size=4)):
        step(desk, data.draw)
        before = files(desk)
        status = desk.build()
        expected = desk.full()
        assert status == (expected is None)
        assert files(desk) == (expected or before)
    assert {path.name for path in desk.folder.glob(".*")} <= {".dataset.lock", ".dataset.cache"}


# ── What is not done ──────────────────────────────────────────────────────────────────────────────


def inodes(desk):
    """What the file system knows the files of the dataset by."""
    return {
        path.relative_to(desk.out).as_posix(): (seen.st_ino, seen.st_mtime_ns)
        for path in desk.out.rglob("*.*")
        if path.is_file()
        for seen in [path.stat()]
    }


def test_where_nothing_changed_nothing_is_done_and_no_file_is_touched(desk, capsys):
    desk.build()
    first, before = capsys.readouterr().out, inodes(desk)
    assert desk.build() == 0
    assert desk.worked == []
    assert inodes(desk) == before
    assert capsys.readouterr().out == first.replace("wrote    ", "unchanged ")


def test_where_one_document_changed_its_chunk_alone_is_built_and_all_other_parts_are_the_same_files(desk):
    desk.add("g", 6, claim(0, person_id="falk"))
    desk.build()
    before = inodes(desk)
    desk.add("a", 0, claim(0, person_id="otto", strength="fair"))
    desk.build()
    assert desk.worked == [["a", "b", "c/d"]]
    changed = {name for name, seen in inodes(desk).items() if before[name] != seen}
    assert {name for name in changed if "/" in name} == {
        "letters.parquet/part-00000.parquet",
        "claims.parquet/part-00000.parquet",
    }
    assert "people.parquet" in changed  # it is one file, and says of which build


def test_derived_rows_are_made_anew_where_what_they_read_changed(desk):
    desk.add("g", 6, claim(0, person_id="falk"))
    desk.build()
    before = inodes(desk)
    desk.add("a", 0, claim(0), claim(1))
    desk.build()
    changed = {name for name, seen in inodes(desk).items() if before[name] != seen}
    threads = {name for name in changed if name.startswith("threads.parquet/")}
    assert threads == {"threads.parquet/part-00001.parquet"}  # of Otto, not of Falk


def test_a_chunk_before_all_others_moves_their_parts_and_writes_them_not(desk):
    desk.build()
    before = [inodes(desk)[f"claims.parquet/part-0000{number}.parquet"] for number in range(4)]
    for number in range(3):
        desk.add(f"0-{number}", 10 + number, claim(0))
    desk.build()
    assert desk.worked == [["0-0", "0-1", "0-2"]]
    assert [inodes(desk)[f"claims.parquet/part-0000{number}.parquet"] for number in range(1, 5)] == before


def test_documents_beside_which_a_chunk_was_built_are_looked_at_too(desk):
    desk.add("a", 0, claim(0, answers_id="g#c00"))
    desk.build()
    desk.add("g", 6, claim(0), claim(1))
    desk.build()
    assert [chunk for chunk in desk.worked if "a" in chunk] == [["a", "b", "c/d"]]
    assert held(desk.out) == desk.full()


@pytest.mark.parametrize("change", [edit_the_codebook, edit_the_contract], ids=["codebook", "contract"])
def test_what_all_depend_on_builds_all_anew(change, desk):
    desk.build()
    change(desk, lambda _: {edit_the_codebook: CODEBOOKS[3], edit_the_contract: HOUSES[1]}[change])
    desk.build()
    assert sorted(doc_id for chunk in desk.worked for doc_id in chunk) == sorted(IDS)


def test_warnings_are_told_as_whoever_builds_would_name_their_files(desk, monkeypatch, capsys):
    desk.add("a", 0, claim(0, strength="weak"))
    for folder, place in ((desk.folder, "seeds/documents/a.yaml:9:15"), (desk.seeds, "documents/a.yaml:9:15")):
        monkeypatch.chdir(folder)
        desk.build()
        assert f"{place}: warning: claims[c00].strength: This is hearsay." in capsys.readouterr().out.splitlines()
    desk.build()
    assert desk.worked == []


def test_a_table_that_has_lost_its_parts_is_written_anew(desk):
    desk.build()
    (desk.out / "tallies.parquet/part-00000.parquet").unlink()
    assert desk.build() == 0
    assert held(desk.out) == desk.full()


def test_with_problems_the_memo_of_what_was_written_stays(desk):
    desk.build()
    desk.write("seeds/documents/b.yaml", "no letter")
    assert desk.build() == 1
    desk.add("b", 1, claim(0))
    desk.build()
    assert desk.worked == [["a", "b", "c/d"]]


# ── What is believed ──────────────────────────────────────────────────────────────────────────────

OTTO, FALK = annotations([claim(0, person_id="otto")]), annotations([claim(0, person_id="falk")])


def test_a_file_of_the_same_size_and_time_is_passed_over_but_for_verify(desk):
    desk.build()
    seen = (desk.seeds / "documents/b.yaml").stat()
    desk.write("seeds/documents/b.yaml", FALK)
    os.utime(desk.seeds / "documents/b.yaml", ns=(seen.st_mtime_ns, seen.st_mtime_ns))
    desk.build()
    assert desk.worked == []
    assert desk.build("--no-cache") == 0
    assert len(desk.worked) == 4
    assert persons(desk) == ["falk", "otto"]
    desk.build()
    assert desk.worked == []


def persons(desk):
    return sorted(set(load("claims", path=desk.out)["person_id"]))


@pytest.mark.parametrize("ago", [0, 1.5, -60], ids=["now", "a moment ago", "in a minute"])
def test_a_time_that_could_hide_a_further_change_is_not_believed(ago, desk):
    at = time.time() - ago
    for text in (OTTO, FALK):
        desk.write("seeds/documents/b.yaml", text)
        os.utime(desk.seeds / "documents/b.yaml", (at, at))
        desk.build()
        assert ["a", "b", "c/d"] in desk.worked
    assert persons(desk) == ["falk", "otto"]
    assert len(desk.worked) == 1


SHOW_WHAT_WAS_IMPORTED = """
import runpy, sys
try:
    runpy.run_path("build.py", run_name="__main__")
finally:
    print(*sorted({"pandas", "pyarrow", "duckdb", "yaml", "house"} & sys.modules.keys()), file=sys.stderr)
"""


def test_where_nothing_changed_no_table_is_even_thought_of(desk):
    for verb, imported in (("wrote", "duckdb house pandas pyarrow yaml\n"), ("unchanged", "\n")):
        process = desk.start("-c", SHOW_WHAT_WAS_IMPORTED)
        out, err = process.communicate()
        assert (process.returncode, err) == (0, imported)
        assert f"{verb}    dataset/" in out
