"""What a build remembers is believed where it is whole, of the same things, and of settled times; else it is none."""

import json
import os
import shutil
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stancebook.build.pipeline import BuildSummary
from stancebook.parallel import cache as module
from stancebook.parallel.cache import BuildCache, contract_files, digest_code, fingerprint_files, load_cache
from stancebook.problems import Problem
from tests.dataset_files import held
from tests.unit.parallel.sample_corpora import claim
from tests.unit.parallel.sandbox import LATER, Desk

SECOND = 1_000_000_000


@pytest.fixture(autouse=True)
def unmodified(monkeypatch):
    """Let the code count as unmodified since it was imported."""
    monkeypatch.setattr(module, "_PROCESS_START_NS", LATER)


@pytest.fixture
def house(tmp_path):
    """A file of the contract."""
    (tmp_path / "house.py").write_text("CONTRACT = 1")
    return tmp_path / "house.py"


@pytest.fixture
def out(tmp_path):
    (tmp_path / "dataset").mkdir()
    (tmp_path / "dataset/claims.parquet").write_bytes(b"PAR1")
    return tmp_path / "dataset"


@pytest.fixture
def memo(house, out, tmp_path):
    sources = (str(house),)
    warnings = (
        Problem("seeds/documents/a.yaml", 3, 4, "claims[c01]", "This is hearsay.", level="warning", occurrences=2),
    )
    return BuildCache(
        dataset=out,
        seeds=os.path.realpath(tmp_path / "seeds"),
        displayed_seeds=str(tmp_path / "seeds"),
        contract_files=sources,
        code_digest=digest_code(sources),
        codebook_digest="0" * 64,
        seeds_fingerprint="1" * 64,
        summary=BuildSummary(1, 1, 2, 3, 4, {"claims": 2}),
        warnings=warnings,
        chunks=({"own": "2", "é": [None, 2**64 - 1]},),
        derived={"tallies": {"": {}}},
    )


def same(one, other):
    """Whether two memos tell the same; JSON makes lists of tuples."""
    told = [None if memo is None else json.dumps(vars(memo), default=str) for memo in (one, other)]
    return told[0] == told[1]


def test_what_is_kept_is_recalled(memo, out, tmp_path):
    memo.save()
    assert same(load_cache(tmp_path / "seeds", out), memo)
    assert sorted(path.name for path in tmp_path.glob(".*")) == [".dataset.cache"]


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "house.py").write_text("CONTRACT = 2"),
        lambda folder: (folder / "house.py").unlink(),
        lambda folder: (folder / "dataset/claims.parquet").write_bytes(b"PAR11"),
        lambda folder: os.utime(folder / "dataset/claims.parquet", (1, 1)),
        lambda folder: (folder / "dataset/claims.parquet").unlink(),
        lambda folder: (folder / "dataset/more.parquet").touch(),
        lambda folder: shutil.rmtree(folder / "dataset"),
        lambda folder: (folder / ".dataset.cache").unlink(),
        lambda folder: (folder / ".dataset.cache").write_bytes(b""),
        lambda folder: (folder / ".dataset.cache").write_bytes(b"[" * 100_000),
    ],
    ids=[
        *(
            "contract",
            "no contract",
            "dataset",
            "time of the dataset",
            "dataset without a file",
            "dataset with one more",
        ),
        *("no dataset", "no memo", "empty memo", "deep memo"),
    ],
)
def test_of_other_things_or_no_memo_nothing_is_recalled(change, memo, out, tmp_path):
    memo.save()
    change(tmp_path)
    assert load_cache(tmp_path / "seeds", out) is None


def test_the_memo_of_other_seeds_is_not_that_of_these(memo, out, tmp_path):
    memo.save()
    assert load_cache(tmp_path / "sources", out) is None


def test_a_memo_of_another_form_is_not_believed(memo, out, tmp_path, monkeypatch):
    memo.save()
    monkeypatch.setattr(module, "FORMAT_VERSION", "another")
    assert load_cache(tmp_path / "seeds", out) is None


@given(shares=st.tuples(*[st.floats(0, 1)] * 2), new=st.binary(max_size=4))
def test_a_memo_in_which_anything_is_not_as_it_was_written_is_not_believed(shares, new, tmp_path_factory):
    folder = tmp_path_factory.mktemp("memo")
    (folder / "dataset").mkdir()
    account = BuildSummary(1, 1, 2, 3, 4, {"claims": 2})
    memo = BuildCache(
        folder / "dataset", os.path.realpath(folder), "", (), digest_code(()), "0" * 64, "1" * 64, account, ()
    )
    memo.save()
    path = folder / ".dataset.cache"
    kept = path.read_bytes()
    start, end = sorted(int(share * len(kept)) for share in shares)
    changed = kept[:start] + new + kept[end:]
    path.write_bytes(changed)
    assert same(load_cache(folder, folder / "dataset"), memo if changed == kept else None)


@pytest.mark.parametrize("name", [".dataset.cache", ".dataset.cache.new"])
def test_where_something_else_stands_in_its_place_builds_do_without(name, tmp_path):
    desk = Desk(tmp_path)
    for number, doc_id in enumerate("abcd"):
        desk.add(doc_id, number, claim(0))
    (tmp_path / name).mkdir()
    for _ in range(2):
        assert desk.build() == 0
        assert len(desk.worked) == 2
        assert held(desk.out) == desk.full()
    assert {path.name for path in tmp_path.glob(".*")} == {".dataset.lock", name}


# ── What it goes by ───────────────────────────────────────────────────────────────────────────────


@given(files=st.lists(st.tuples(st.text(), st.integers(0), st.integers(0, 100 * SECOND)), max_size=4), data=st.data())
def test_files_are_the_same_where_name_size_and_time_are_and_the_time_is_settled(files, data):
    others = data.draw(st.permutations(files) | st.lists(st.sampled_from(files), max_size=4) if files else st.just([]))
    at = 102 * SECOND
    assert (fingerprint_files(files, at) == fingerprint_files(others, at)) is (files == others)


@pytest.mark.parametrize(("ago", "believed"), [(3, True), (2, True), (1.9, False), (0, False), (-5, False)])
def test_a_time_just_before_or_after_the_look_is_not_settled(ago, believed):
    assert (
        bool(fingerprint_files([("a", 1, SECOND), ("b", 1, int(100 * SECOND - ago * SECOND))], 100 * SECOND))
        is believed
    )


def test_the_code_is_that_of_the_contract_of_the_engine_and_of_what_is_installed(house, tmp_path, monkeypatch):
    def code():
        return digest_code((str(house), str(tmp_path / "schemas")))

    (tmp_path / "schemas/inner").mkdir(parents=True)
    site = tmp_path / "site-packages"
    site.mkdir()
    monkeypatch.setattr(sys, "path", [*sys.path, str(site)])
    found = [code()]
    for change in (
        lambda: house.write_text("CONTRACT = 2"),
        lambda: (tmp_path / "schemas/inner/words.md").write_text("words"),
        lambda: (tmp_path / "schemas/inner/words.md").rename(tmp_path / "schemas/words.md"),
        (site / "pandera-1.0.dist-info").mkdir,
        lambda: (site / "pandera-1.0.dist-info").rename(site / "pandera-1.1.dist-info"),
        lambda: monkeypatch.setattr(module, "_ENGINE", tmp_path / "schemas"),
        lambda: monkeypatch.setattr(sys, "version", "3.99"),
    ):
        change()
        found.append(code())
    assert len(set(found)) == len(found)
    (tmp_path / "schemas/__pycache__").mkdir()
    (tmp_path / "schemas/__pycache__/words.pyc").touch()
    assert code() == found[-1]


def test_what_the_contract_is_written_in_is_what_is_neither_library_nor_engine():
    sources = contract_files()
    assert str(Path(__file__).resolve()) in sources or str(Path(__file__).resolve().parent) in sources
    assert not [each for each in sources if "site-packages" in each or each == os.__file__]
    assert not [each for each in sources if Path(each).is_relative_to(Path(module.__file__).parents[1])]


def test_a_contract_that_was_changed_as_the_build_ran_is_not_remembered(tmp_path):
    desk = Desk(tmp_path)
    desk.add("a", 0, claim(0))
    os.utime(tmp_path / "house.py", ns=(LATER, LATER))
    desk.build()
    assert not (tmp_path / ".dataset.cache").exists()
