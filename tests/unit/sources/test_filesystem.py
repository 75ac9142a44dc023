"""Sources in S3, on a local test server, and in fsspec's file system in memory."""

from pathlib import Path

import fsspec
import pytest

from schemas import CONTRACT
from stancebook.cli.main import main
from stancebook.parallel.cache import fingerprint_sources
from stancebook.parallel.chunking import ChunkPolicy
from stancebook.sources.corpus import load_corpus
from stancebook.sources.discovery import MAX_FILE_BYTES, discover
from stancebook.sources.filesystem import UNKNOWN_MTIME_NS, RemoteFolder, UnreadableError
from tests.dataset_files import held

pytestmark = pytest.mark.xdist_group("s3")

PROJECT = Path(__file__).parents[2] / "project"


@pytest.fixture
def s3(store):
    """An S3 server with the sources of the minimal project in a bucket."""
    if not store.exists("news/seeds"):
        store.put(f"{PROJECT}/seeds/", "news/seeds/", recursive=True)
    return store


@pytest.fixture
def memory():
    """fsspec's file system in memory, empty."""
    store = fsspec.filesystem("memory")
    store.store.clear()
    store.pseudo_dirs[:] = [""]
    return store


def problems(url):
    return [(problem.file, problem.message) for problem in load_corpus(url).problems]


# ── S3 ────────────────────────────────────────────────────────────────────────────────────────────


def test_s3_sources_build_the_same_dataset(s3, tmp_path, outcome):
    """Sources in S3 give the same dataset as on the disk."""
    for name, seeds in {"remote": "s3://news/seeds/", "local": f"{PROJECT}/seeds"}.items():
        arguments = ["--seeds", seeds, "--out", str(tmp_path / name)]
        status, output, _ = outcome(
            lambda arguments=arguments: main(["build", *arguments], root=PROJECT, contract=lambda: CONTRACT)
        )
        assert status == 0, output
        assert f" in {seeds.rstrip('/')}/\n" in output or name == "local"
    assert held(tmp_path / "remote") == held(tmp_path / "local")


def test_s3_change_is_detected_by_version(s3):
    """A change in S3 is detected by the version of the file."""
    before = discover("s3://news/seeds")
    assert (
        fingerprint_sources(before, ChunkPolicy())
        == fingerprint_sources(discover("s3://news/seeds"), ChunkPolicy())
        != ""
    )
    text = s3.cat("news/seeds/documents/river-talks.txt")
    s3.pipe("news/seeds/documents/river-talks.txt", text[:-2] + b"!\n")
    assert fingerprint_sources(before, ChunkPolicy()) != fingerprint_sources(discover("s3://news/seeds"), ChunkPolicy())
    s3.pipe("news/seeds/documents/river-talks.txt", text)
    assert fingerprint_sources(before, ChunkPolicy()) == fingerprint_sources(discover("s3://news/seeds"), ChunkPolicy())


def test_s3_files_are_limited_and_may_be_empty(s3):
    """In S3, too, files have a limit, and empty ones can be read."""
    s3.pipe({"news/odd/documents/a.txt": b"", "news/odd/documents/a.yaml": b" " * (MAX_FILE_BYTES[".yaml"] + 1)})
    assert problems("s3://news/odd") == [("s3://news/odd/documents/a.yaml", "is larger than 4 MiB")]
    assert RemoteFolder("s3://news/odd").read_bytes("documents/a.txt", 10) == b""
    with pytest.raises(UnreadableError, match="is larger than 0 MiB"):
        RemoteFolder("s3://news/odd").read_bytes("documents/a.yaml", 10)


def test_unreachable_store_is_a_problem(s3, monkeypatch):
    """A missing folder in a store, and a store without access, are problems."""
    assert problems("s3://news/nothing") == [("s3://news/nothing", "does not exist")]
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    messages = [message for _, message in problems("s3://others/seeds")]
    assert len(messages) == 1
    assert messages[0].startswith(("does not exist", "cannot be read ("))


# ── Other stores ─────────────────────────────────────────────────────────────────


def test_store_without_versions_is_always_reread(memory):
    """Files of a store without versions never count as unchanged."""
    memory.pipe({"/seeds/documents/a.txt": b"text", "/seeds/documents/a.yaml": b"k: v", "/seeds/.hidden/x": b""})
    listing = discover("memory://seeds")
    assert [(entry.name, entry.size, entry.mtime_ns) for entry in listing.documents[0][1:]] == [
        ("documents/a.txt", 4, UNKNOWN_MTIME_NS),
        ("documents/a.yaml", 4, UNKNOWN_MTIME_NS),
    ]
    assert fingerprint_sources(listing, ChunkPolicy()) == ""


def test_unknown_protocol_is_a_problem():
    """An unknown protocol is a problem."""
    assert problems("nowhere://seeds") == [("nowhere://seeds", "cannot be read (Protocol not known: nowhere)")]


def test_keys_that_are_no_file_names_are_ignored(memory):
    """Keys of a store that are no file names are not read."""
    memory.pipe({"/seeds/documents/a.txt": b"text", "/seeds/documents/a.yaml": b"k: v", "/seeds/documents//b.txt": b""})
    assert all("documents/" in file for file, _ in problems("memory://seeds"))
    assert [pair.doc_id for pair in load_corpus("memory://seeds").documents] == ["a"]


def test_remote_sources_cannot_be_watched(outcome):
    """Watching sources in a store is a usage error."""
    status, _, err = outcome(
        lambda: main(["watch", "--seeds", "s3://news/seeds"], root=PROJECT, contract=lambda: CONTRACT)
    )
    assert status == 2
    assert "watch needs seeds in a folder of this machine" in err
