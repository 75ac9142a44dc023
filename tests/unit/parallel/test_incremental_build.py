"""Incremental builds give byte for byte what a first build gives, and do no more than needed."""

import os
import shutil
import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stancebook.dataset.reader import load
from tests.dataset_files import held
from tests.unit.parallel.sample_corpora import PEOPLE, SHAPES, annotations, claim, letter
from tests.unit.parallel.workspace import CONTRACT_SOURCE, Killed, Workspace

IDS = ("a", "b", "c/d", "e", "f", "g")
CLAIMS = (
    [claim(0)],
    [claim(0, person_id="falk")],  # of the same length as the one before
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
CONTRACTS = (
    CONTRACT_SOURCE,
    CONTRACT_SOURCE.replace("1.0.0", "1.0.1"),
    CONTRACT_SOURCE.replace('version="1.0.0"', "rules=LINKED_LETTERS.rules[1:]"),
    CONTRACT_SOURCE.replace('version="1.0.0"', "models=LINKED_LETTERS.models[:-2]"),
)


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    return new_workspace(tmp_path)


def new_workspace(folder) -> Workspace:
    workspace = Workspace(folder)
    for number, doc_id in enumerate(IDS):
        workspace.add(doc_id, number, claim(0))
    return workspace


# ── Changes between builds ───────────────────────────────────────────────────────────────────


def documents(workspace):
    return sorted(
        path.relative_to(workspace.seeds / "documents").with_suffix("") for path in workspace.seeds.rglob("*/*.txt")
    )


def any_document(workspace, draw):
    return draw(st.sampled_from(documents(workspace)))


def new(workspace, draw):
    return draw(st.sampled_from(sorted({*IDS, "aa", "c/e", "h"} - set(map(str, documents(workspace))))))


def edit(workspace, draw):
    workspace.write(f"seeds/documents/{any_document(workspace, draw)}.yaml", annotations(draw(st.sampled_from(CLAIMS))))


def edit_text(workspace, draw):
    workspace.write(f"seeds/documents/{any_document(workspace, draw)}.txt", letter(draw(st.integers(10, 99))))


def edit_codebook(workspace, draw):
    workspace.write("seeds/codebook/people.yaml", draw(st.sampled_from(CODEBOOKS)))


def edit_contract(workspace, draw):
    workspace.write("letters_contract.py", draw(st.sampled_from(CONTRACTS)))


def touch(workspace, draw):
    workspace.touch(f"seeds/documents/{any_document(workspace, draw)}.txt")


def add(workspace, draw):
    workspace.add(new(workspace, draw), draw(st.integers(10, 99)), *draw(st.sampled_from(CLAIMS)))


def delete(workspace, draw):
    doc_id = any_document(workspace, draw)
    for end in draw(st.sampled_from([(".txt", ".yaml")] * 5 + [(".txt",)])):
        (workspace.seeds / f"documents/{doc_id}{end}").unlink()


def rename(workspace, draw):
    old, to = any_document(workspace, draw), new(workspace, draw)
    for path in (workspace.seeds / "documents").glob(f"{old}.*"):
        path.rename(workspace.seeds / f"documents/{to}{path.suffix}")


def swap(workspace, draw):
    """Swap the names of two documents, without other changes to their files."""
    one, other = any_document(workspace, draw), any_document(workspace, draw)
    for end in (".txt", ".yaml"):
        first, second, aside = (workspace.seeds / f"documents/{name}{end}" for name in (one, other, "aside"))
        if first.exists() and second.exists() and first != second:
            first.rename(aside)
            second.rename(first)
            aside.rename(second)


def delete_cache(workspace, draw):
    shutil.rmtree(workspace.folder / ".dataset.cache", ignore_errors=True)


def truncate_cache(workspace, draw):
    files = sorted((workspace.folder / ".dataset.cache").glob("*"))
    if files:
        cache = draw(st.sampled_from(files))
        data = cache.read_bytes()
        cache.write_bytes(data[: int(draw(st.floats(0, 1, exclude_max=True)) * len(data))])


def damage_dataset(workspace, draw):
    files = sorted(path for path in workspace.out.rglob("*.*") if path.is_file())
    if files:
        path = draw(st.sampled_from(files))
        draw(
            st.sampled_from([lambda: path.write_bytes(b"damaged"), path.unlink, lambda: shutil.rmtree(workspace.out)])
        )()


def kill_build(workspace, draw):
    edit(workspace, draw)
    workspace.kill_before = draw(st.sampled_from([0, 1, "cache"]))
    with suppress(Killed):
        workspace.build()
    workspace.kill_before = None


def files(workspace):
    """Return the files in the dataset's folder."""
    paths = (path for path in workspace.out.rglob("*") if path.is_file())
    return {path.relative_to(workspace.out).as_posix(): path.read_bytes() for path in paths}


STEPS = (
    *(edit, edit, edit_text, edit_codebook, edit_contract, touch, add, delete, rename, swap),
    *(delete_cache, truncate_cache, damage_dataset, kill_build),
)


@pytest.mark.proof
@given(data=st.data())
@settings(max_examples=7)  # about four builds each
def test_any_changes_give_the_dataset_of_a_first_build(data, tmp_path_factory):
    """After any sequence of changes, a build gives byte for byte what a first build gives."""
    workspace = new_workspace(tmp_path_factory.mktemp("workspace"))
    workspace.build()
    for step in data.draw(st.lists(st.sampled_from(STEPS), min_size=1, max_size=4)):
        step(workspace, data.draw)
        before = files(workspace)
        status = workspace.build()
        expected = workspace.build_from_scratch()
        assert status == (expected is None)
        assert files(workspace) == (expected or before)
    assert {path.name for path in workspace.folder.glob(".*")} <= {".dataset.lock", ".dataset.cache"}


# ── What is reused ──────────────────────────────────────────────────────────────────────────────


def inodes(workspace):
    """Return inode and mtime of each file of the dataset."""
    return {
        path.relative_to(workspace.out).as_posix(): (status.st_ino, status.st_mtime_ns)
        for path in workspace.out.rglob("*.*")
        if path.is_file()
        for status in [path.stat()]
    }


def test_unchanged_seeds_build_nothing(workspace, capsys):
    """If nothing has changed, no chunk is built and no file is touched."""
    workspace.build()
    first, before = capsys.readouterr().out, inodes(workspace)
    assert workspace.build() == 0
    assert workspace.built_chunks == []
    assert inodes(workspace) == before
    assert capsys.readouterr().out == first.replace("wrote    ", "unchanged ")


def test_changed_document_rebuilds_its_chunk_only(workspace):
    """If one document has changed, its chunk is built and all other parts are the same files."""
    workspace.add("g", 6, claim(0, person_id="falk"))
    workspace.build()
    before = inodes(workspace)
    workspace.add("a", 0, claim(0, person_id="otto", strength="fair"))
    workspace.build()
    assert workspace.built_chunks == [["a", "b", "c/d"]]
    changed = {name for name, inode in inodes(workspace).items() if before[name] != inode}
    assert {name for name in changed if "/" in name} == {"claims.parquet/part-00000.parquet"}
    assert "people.parquet" in changed  # a table in one file stores the digest of its build


def test_changed_inputs_rebuild_their_partition_only(workspace):
    """Only partitions of derived tables whose inputs have changed are derived again."""
    workspace.add("g", 6, claim(0, person_id="falk"))
    workspace.build()
    before = inodes(workspace)
    workspace.add("a", 0, claim(0), claim(1))
    workspace.build()
    changed = {name for name, inode in inodes(workspace).items() if before[name] != inode}
    threads = {name for name in changed if name.startswith("threads.parquet/")}
    assert threads == {"threads.parquet/part-00001.parquet"}  # Otto's, not Falk's


def test_new_first_chunk_renames_other_parts(workspace):
    """A new chunk in front changes the numbers of other parts, not their files."""
    workspace.build()
    before = [inodes(workspace)[f"claims.parquet/part-0000{number}.parquet"] for number in range(4)]
    for number in range(3):
        workspace.add(f"0-{number}", 10 + number, claim(0))
    workspace.build()
    assert workspace.built_chunks == [["0-0", "0-1", "0-2"]]
    assert [inodes(workspace)[f"claims.parquet/part-0000{number}.parquet"] for number in range(1, 5)] == before


@pytest.mark.parametrize(
    ("changed", "checked"),
    [
        ([claim(0), claim(1)], [["g"]]),
        ([claim(0, strength="fair")], [["a", "b", "c/d"], ["g"]]),
        ([claim(0, echoes_id="e#c00")], [["a", "b", "c/d"], ["e"], ["g"]]),
    ],
    ids=["another record", "the record", "a reference"],
)
def test_changed_linked_record_is_checked(changed, checked, workspace):
    """A chunk is checked again, without being read, if a record that its rows refer to has changed."""
    workspace.add("a", 0, claim(0, answers_id="g#c00"))
    workspace.build()
    workspace.add("g", 5, *changed)
    workspace.build()
    assert [chunk for chunk in workspace.built_chunks if "a" in chunk] == []
    assert workspace.checked_chunks == checked
    assert held(workspace.out) == workspace.build_from_scratch()


def test_chunk_no_longer_linked_is_read_again(workspace):
    """A chunk to which no other refers any more is built as if none ever had."""
    workspace.add("a", 0, claim(0, answers_id="g#c00"))
    workspace.build()
    workspace.add("a", 0, claim(0))
    workspace.build()
    assert workspace.built_chunks == [["a", "b", "c/d"], ["g"]]
    assert held(workspace.out) == workspace.build_from_scratch()


QUICK = {("chain", "a"), ("hub", "a"), ("dense", "e")}


@pytest.mark.parametrize(
    ("shape", "changed"),
    [
        pytest.param(shape, doc_id, marks=() if (shape, doc_id) in QUICK else pytest.mark.proof)
        for shape in SHAPES
        for doc_id in "ae"
    ],
)
def test_change_in_linked_documents_is_noticed(shape, changed, workspace):
    """After a change of a document that others are linked to, a build gives what a first build gives."""
    for number, claims in enumerate(SHAPES[shape](IDS)):
        workspace.add(IDS[number], number, *claims)
    assert workspace.build() == 0
    claims = SHAPES[shape](IDS)[IDS.index(changed)]
    workspace.add(changed, IDS.index(changed), {**claims[0], "strength": "weak"}, *claims[1:])
    assert workspace.build() == 0
    assert held(workspace.out) == workspace.build_from_scratch()


@pytest.mark.parametrize("change", [edit_codebook, edit_contract], ids=["codebook", "contract"])
def test_changed_codebook_or_contract_rebuilds_all(change, workspace):
    """A changed codebook or contract rebuilds every chunk."""
    workspace.build()
    change(workspace, lambda _: {edit_codebook: CODEBOOKS[3], edit_contract: CONTRACTS[1]}[change])
    workspace.build()
    assert sorted(doc_id for chunk in workspace.built_chunks for doc_id in chunk) == sorted(IDS)


def test_warnings_name_files_from_working_directory(workspace, monkeypatch, capsys):
    """Warnings of unchanged seeds name files relative to the current working directory."""
    workspace.add("a", 0, claim(0, strength="weak"))
    for folder, place in (
        (workspace.folder, "seeds/documents/a.yaml:9:15"),
        (workspace.seeds, "documents/a.yaml:9:15"),
    ):
        monkeypatch.chdir(folder)
        workspace.build()
        assert f"{place}: warning: claims[c00].strength: This is hearsay." in capsys.readouterr().out.splitlines()
    workspace.build()
    assert workspace.built_chunks == []


def test_deleted_part_is_written_again(workspace):
    """A part that was deleted from the dataset is written again."""
    workspace.build()
    (workspace.out / "claims.parquet/part-00000.parquet").unlink()
    assert workspace.build() == 0
    assert held(workspace.out) == workspace.build_from_scratch()


def test_failed_build_keeps_the_cache(workspace):
    """A build with problems leaves the cache of the published dataset."""
    workspace.build()
    workspace.write("seeds/documents/b.yaml", "no letter")
    assert workspace.build() == 1
    workspace.add("b", 1, claim(0))
    workspace.build()
    assert workspace.built_chunks == [["a", "b", "c/d"]]


# ── What is trusted ──────────────────────────────────────────────────────────────────────────────

OTTO, FALK = annotations([claim(0, person_id="otto")]), annotations([claim(0, person_id="falk")])


def test_no_cache_ignores_size_and_mtime(workspace):
    """A changed file of the same size and mtime is noticed with --no-cache only."""
    workspace.build()
    status = (workspace.seeds / "documents/b.yaml").stat()
    workspace.write("seeds/documents/b.yaml", FALK)
    os.utime(workspace.seeds / "documents/b.yaml", ns=(status.st_mtime_ns, status.st_mtime_ns))
    workspace.build()
    assert workspace.built_chunks == []
    assert workspace.build("--no-cache") == 0
    assert len(workspace.built_chunks) == 4
    assert persons(workspace) == ["falk", "otto"]
    workspace.build()
    assert workspace.built_chunks == []


def persons(workspace):
    return sorted(set(load("claims", path=workspace.out)["person_id"]))


@pytest.mark.parametrize("ago", [0, 1.5, -60], ids=["now", "just now", "in a minute"])
def test_recent_mtime_is_not_trusted(ago, workspace):
    """A file modified around the time of the build is read again by the next one."""
    at = time.time() - ago
    for text in (OTTO, FALK):
        workspace.write("seeds/documents/b.yaml", text)
        os.utime(workspace.seeds / "documents/b.yaml", (at, at))
        workspace.build()
        assert ["a", "b", "c/d"] in workspace.built_chunks
    assert persons(workspace) == ["falk", "otto"]
    assert len(workspace.built_chunks) == 1


PRINT_IMPORTS = """
import runpy, sys
try:
    runpy.run_path("build.py", run_name="__main__")
finally:
    print(*sorted({"pandas", "pyarrow", "duckdb", "yaml", "letters_contract"} & sys.modules.keys()), file=sys.stderr)
"""


def test_unchanged_seeds_import_nothing_heavy(workspace):
    """If nothing has changed, a build imports neither pandas nor the contract."""
    for verb, imported in (("wrote   ", "duckdb letters_contract pandas pyarrow yaml\n"), ("unchanged", "\n")):
        process = workspace.start("-c", PRINT_IMPORTS)
        out, err = process.communicate()
        assert (process.returncode, err) == (0, imported)
        assert f"{verb} dataset/" in out
