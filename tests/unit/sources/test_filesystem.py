"""Seeds that lie elsewhere: in S3, as a server on this machine plays it, and in what fsspec keeps in memory."""

from pathlib import Path

import fsspec
import pytest

from schemas import CONTRACT
from stancebook.cli.main import main
from stancebook.parallel.cache import fingerprint_sources
from stancebook.sources.corpus import load_corpus
from stancebook.sources.discovery import MAX_FILE_BYTES, discover
from stancebook.sources.filesystem import UNKNOWN_MTIME_NS, RemoteFolder, UnreadableError
from tests.dataset_files import held

pytestmark = pytest.mark.xdist_group("s3")

PROJECT = Path(__file__).parents[2] / "project"


@pytest.fixture
def s3(store):
    """A store that is S3, with the seeds of the minimal project in a bucket."""
    if not store.exists("news/seeds"):
        store.put(f"{PROJECT}/seeds/", "news/seeds/", recursive=True)
    return store


@pytest.fixture
def memory():
    """What fsspec keeps in memory, empty."""
    store = fsspec.filesystem("memory")
    store.store.clear()
    store.pseudo_dirs[:] = [""]
    return store


def problems(url):
    return [(problem.file, problem.message) for problem in load_corpus(url).problems]


# ── S3 ────────────────────────────────────────────────────────────────────────────────────────────


def build(arguments):
    return main(["build", *arguments], root=PROJECT, contract=lambda: CONTRACT)


def test_seeds_in_s3_give_what_they_give_on_the_disk(s3, tmp_path, outcome):
    for name, seeds in {"there": "s3://news/seeds/", "here": f"{PROJECT}/seeds"}.items():
        arguments = ["--seeds", seeds, "--out", str(tmp_path / name)]
        status, output, _ = outcome(
            lambda arguments=arguments: main(["build", *arguments], root=PROJECT, contract=lambda: CONTRACT)
        )
        assert status == 0, output
        assert f" in {seeds.rstrip('/')}/\n" in output or name == "here"
    assert held(tmp_path / "there") == held(tmp_path / "here")


def test_a_change_in_s3_is_seen_by_its_version_whatever_its_size_and_time(s3):
    before = discover("s3://news/seeds")
    assert fingerprint_sources(before) == fingerprint_sources(discover("s3://news/seeds")) != ""
    text = s3.cat("news/seeds/documents/river-talks.txt")
    s3.pipe("news/seeds/documents/river-talks.txt", text[:-2] + b"!\n")
    assert fingerprint_sources(before) != fingerprint_sources(discover("s3://news/seeds"))
    s3.pipe("news/seeds/documents/river-talks.txt", text)
    assert fingerprint_sources(before) == fingerprint_sources(discover("s3://news/seeds"))


def test_in_s3_too_files_are_read_no_further_than_they_may_reach_and_empty_ones_at_all(s3):
    s3.pipe({"news/odd/documents/a.txt": b"", "news/odd/documents/a.yaml": b" " * (MAX_FILE_BYTES[".yaml"] + 1)})
    assert problems("s3://news/odd") == [("s3://news/odd/documents/a.yaml", "is larger than 4 MiB")]
    assert RemoteFolder("s3://news/odd").read_bytes("documents/a.txt", 10) == b""
    with pytest.raises(UnreadableError, match="is larger than 0 MiB"):
        RemoteFolder("s3://news/odd").read_bytes("documents/a.yaml", 10)


def test_a_store_that_is_not_there_is_a_problem(s3, monkeypatch):
    assert problems("s3://news/nothing") == [("s3://news/nothing", "does not exist")]
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    told = [message for _, message in problems("s3://others/seeds")]
    assert len(told) == 1
    assert told[0].startswith(("does not exist", "cannot be read ("))


# ── What fsspec reaches otherwise ─────────────────────────────────────────────────────────────────


def test_a_store_that_knows_no_versions_is_read_anew_each_time(memory):
    memory.pipe({"/seeds/documents/a.txt": b"text", "/seeds/documents/a.yaml": b"k: v", "/seeds/.hidden/x": b""})
    found = discover("memory://seeds")
    assert [(each.name, each.size, each.mtime_ns) for each in found.documents[0][1:]] == [
        ("documents/a.txt", 4, UNKNOWN_MTIME_NS),
        ("documents/a.yaml", 4, UNKNOWN_MTIME_NS),
    ]
    assert fingerprint_sources(found) == ""


def test_a_protocol_that_nobody_knows_is_a_problem():
    assert problems("nowhere://seeds") == [("nowhere://seeds", "cannot be read (Protocol not known: nowhere)")]


def test_names_that_no_folder_could_hold_are_not_read(memory):
    memory.pipe({"/seeds/documents/a.txt": b"text", "/seeds/documents/a.yaml": b"k: v", "/seeds/documents//b.txt": b""})
    assert all("documents/" in file for file, _ in problems("memory://seeds"))
    assert [pair.doc_id for pair in load_corpus("memory://seeds").documents] == ["a"]


def test_seeds_that_lie_elsewhere_are_not_watched(outcome):
    status, _, err = outcome(
        lambda: main(["watch", "--seeds", "s3://news/seeds"], root=PROJECT, contract=lambda: CONTRACT)
    )
    assert status == 2
    assert "watch needs seeds in a folder of this machine" in err
