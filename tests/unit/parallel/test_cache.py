"""The build cache is used only if it is intact and belongs to the same code, contract, seeds and dataset."""

import json
import os
import shutil
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stancebook.dataset.table_stats import BuildSummary
from stancebook.parallel import cache as cache_module
from stancebook.parallel.cache import BuildCache, contract_files, digest_code, fingerprint_files, load_cache
from stancebook.problems import Problem
from tests.dataset_files import held
from tests.unit.parallel.sample_corpora import claim
from tests.unit.parallel.workspace import LATER, Workspace

SECOND = 1_000_000_000


@pytest.fixture(autouse=True)
def unmodified(monkeypatch):
    """Let the code count as unmodified since it was imported."""
    monkeypatch.setattr(cache_module, "_PROCESS_START_NS", 2**62)


@pytest.fixture
def contract_file(tmp_path):
    """A file of the contract."""
    (tmp_path / "letters_contract.py").write_text("CONTRACT = 1")
    return tmp_path / "letters_contract.py"


@pytest.fixture
def out(tmp_path):
    (tmp_path / "dataset").mkdir()
    (tmp_path / "dataset/claims.parquet").write_bytes(b"PAR1")
    return tmp_path / "dataset"


@pytest.fixture
def chunks(tmp_path):
    """A folder with the rows of a chunk."""
    (tmp_path / "chunks").mkdir()
    (tmp_path / "chunks/claims-0.parquet").write_bytes(b"PAR1")
    return tmp_path / "chunks"


@pytest.fixture
def cache(contract_file, out, tmp_path):
    sources = (str(contract_file),)
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
        derived={"tallies": {"0" * 64: {}}},
    )


def same(first, second):
    """Compare two caches; JSON turns tuples into lists."""
    contents = [None if cache is None else json.dumps(vars(cache), default=str) for cache in (first, second)]
    return contents[0] == contents[1]


def test_saved_cache_is_loaded(cache, chunks, out, tmp_path):
    """A saved cache is loaded unchanged, and nothing else is left."""
    cache.save(chunks)
    assert same(load_cache(tmp_path / "seeds", out), cache)
    assert sorted(path.name for path in tmp_path.glob(".*")) == [".dataset.cache"]


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "letters_contract.py").write_text("CONTRACT = 2"),
        lambda folder: (folder / "letters_contract.py").unlink(),
        lambda folder: (folder / "dataset/claims.parquet").write_bytes(b"PAR11"),
        lambda folder: os.utime(folder / "dataset/claims.parquet", (1, 1)),
        lambda folder: (folder / "dataset/claims.parquet").unlink(),
        lambda folder: (folder / "dataset/more.parquet").touch(),
        lambda folder: shutil.rmtree(folder / "dataset"),
        lambda folder: shutil.rmtree(folder / ".dataset.cache"),
        lambda folder: (folder / ".dataset.cache/manifest").write_bytes(b""),
        lambda folder: (folder / ".dataset.cache/manifest").write_bytes(b"[" * 100_000),
        lambda folder: (folder / ".dataset.cache/claims-0.parquet").write_bytes(b"PAR11"),
        lambda folder: (folder / ".dataset.cache/claims-0.parquet").unlink(),
    ],
    ids=[
        *(
            "contract",
            "no contract",
            "dataset",
            "mtime of the dataset",
            "missing file of the dataset",
            "additional file of the dataset",
        ),
        *("no dataset", "no cache", "empty cache", "deep cache", "rows of a chunk", "missing rows of a chunk"),
    ],
)
def test_outdated_cache_is_ignored(change, cache, chunks, out, tmp_path):
    """A cache is ignored if the contract or the dataset has changed, or if its file is damaged."""
    cache.save(chunks)
    change(tmp_path)
    assert load_cache(tmp_path / "seeds", out) is None


def test_cache_of_other_seeds_is_ignored(cache, chunks, out, tmp_path):
    """A cache is ignored if it belongs to another folder of seeds."""
    cache.save(chunks)
    assert load_cache(tmp_path / "sources", out) is None


def test_cache_of_another_format_is_ignored(cache, chunks, out, tmp_path, monkeypatch):
    """A cache is ignored if its format version differs."""
    cache.save(chunks)
    monkeypatch.setattr(cache_module, "FORMAT_VERSION", "another")
    assert load_cache(tmp_path / "seeds", out) is None


@given(shares=st.tuples(*[st.floats(0, 1)] * 2), new=st.binary(max_size=4))
def test_corrupted_cache_is_ignored(shares, new, tmp_path_factory):
    """A cache is ignored if any of its bytes has changed."""
    folder = tmp_path_factory.mktemp("cache")
    (folder / "dataset").mkdir()
    summary = BuildSummary(1, 1, 2, 3, 4, {"claims": 2})
    cache = BuildCache(
        folder / "dataset", os.path.realpath(folder), "", (), digest_code(()), "0" * 64, "1" * 64, summary, ()
    )
    cache.save(folder / "chunks")
    path = folder / ".dataset.cache/manifest"
    saved = path.read_bytes()
    start, end = sorted(int(share * len(saved)) for share in shares)
    changed = saved[:start] + new + saved[end:]
    path.write_bytes(changed)
    assert same(load_cache(folder, folder / "dataset"), cache if changed == saved else None)


@pytest.mark.parametrize("make", [Path.touch, Path.mkdir], ids=["file", "folder"])
def test_foreign_cache_is_replaced(make, tmp_path):
    """A file or a folder in the place of the cache, such as one of an old format, is ignored and replaced."""
    workspace = Workspace(tmp_path)
    for number, doc_id in enumerate("abcd"):
        workspace.add(doc_id, number, claim(0))
    make(tmp_path / ".dataset.cache")
    for chunks in (2, 0):
        assert workspace.build() == 0
        assert len(workspace.built_chunks) == chunks
    assert {path.name for path in tmp_path.glob(".*")} == {".dataset.lock", ".dataset.cache"}
    assert held(workspace.out) == workspace.build_from_scratch()


def test_builds_work_without_a_cache(tmp_path, monkeypatch):
    """Builds that cannot save the cache give the same dataset, and leave nothing."""
    workspace = Workspace(tmp_path)
    for number, doc_id in enumerate("abcd"):
        workspace.add(doc_id, number, claim(0))

    def refuse(*_):
        raise OSError

    monkeypatch.setattr(cache_module, "replace_cache", refuse)
    for _ in range(2):
        assert workspace.build() == 0
        assert len(workspace.built_chunks) == 2
        assert held(workspace.out) == workspace.build_from_scratch()
    assert {path.name for path in tmp_path.glob(".*")} == {".dataset.lock"}


# ── Fingerprints and digests ───────────────────────────────────────────────────────────────────────────────


@given(files=st.lists(st.tuples(st.text(), st.integers(0), st.integers(0, 100 * SECOND)), max_size=4), data=st.data())
def test_fingerprint_depends_on_name_size_and_mtime(files, data):
    """Fingerprints of files are equal if and only if names, sizes and mtimes are."""
    others = data.draw(st.permutations(files) | st.lists(st.sampled_from(files), max_size=4) if files else st.just([]))
    at = 102 * SECOND
    assert (fingerprint_files(files, at) == fingerprint_files(others, at)) is (files == others)


@pytest.mark.parametrize(("ago", "trusted"), [(3, True), (2, True), (1.9, False), (0, False), (-5, False)])
def test_recent_mtime_gives_no_fingerprint(ago, trusted):
    """A file modified within two seconds of the listing, or after it, gives an empty fingerprint."""
    assert (
        bool(fingerprint_files([("a", 1, SECOND), ("b", 1, int(100 * SECOND - ago * SECOND))], 100 * SECOND)) is trusted
    )


def test_code_digest_covers_all_code(contract_file, tmp_path, monkeypatch):
    """The digest changes with the contract, the engine, the installed libraries and Python, not with compiled files."""

    def code():
        return digest_code((str(contract_file), str(tmp_path / "schemas")))

    (tmp_path / "schemas/inner").mkdir(parents=True)
    site = tmp_path / "site-packages"
    site.mkdir()
    monkeypatch.setattr(sys, "path", [*sys.path, str(site)])
    found = [code()]
    for change in (
        lambda: contract_file.write_text("CONTRACT = 2"),
        lambda: (tmp_path / "schemas/inner/words.md").write_text("words"),
        lambda: (tmp_path / "schemas/inner/words.md").rename(tmp_path / "schemas/words.md"),
        (site / "pandera-1.0.dist-info").mkdir,
        lambda: (site / "pandera-1.0.dist-info").rename(site / "pandera-1.1.dist-info"),
        lambda: monkeypatch.setattr(cache_module, "_ENGINE", tmp_path / "schemas"),
        lambda: monkeypatch.setattr(sys, "version", "3.99"),
    ):
        change()
        found.append(code())
    assert len(set(found)) == len(found)
    (tmp_path / "schemas/__pycache__").mkdir()
    (tmp_path / "schemas/__pycache__/words.pyc").touch()
    assert code() == found[-1]


def test_contract_files_exclude_libraries_and_engine():
    """The files of a contract are those of modules outside libraries and engine."""
    sources = contract_files()
    assert str(Path(__file__).resolve()) in sources or str(Path(__file__).resolve().parent) in sources
    assert not [each for each in sources if "site-packages" in each or each == os.__file__]
    assert not [each for each in sources if Path(each).is_relative_to(Path(cache_module.__file__).parents[1])]


def test_contract_modified_during_build_is_not_cached(tmp_path):
    """No cache is saved if the contract has been modified since it was imported."""
    workspace = Workspace(tmp_path)
    workspace.add("a", 0, claim(0))
    os.utime(tmp_path / "letters_contract.py", ns=(LATER, LATER))
    workspace.build()
    assert not (tmp_path / ".dataset.cache").exists()
