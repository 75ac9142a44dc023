"""Datasets of git revisions, read from real repositories."""

import os
import subprocess
from pathlib import Path

import pytest

from stancebook.diff.git import baseline_dataset
from stancebook.exceptions import DatasetError, UnknownRevisionError
from tests.dataset_files import held


@pytest.fixture
def git(tmp_path, monkeypatch):
    """A repository with one empty commit, independent of the configuration of this machine."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"):
        monkeypatch.setenv(name, os.devnull)
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "Anna Hale")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "anna.hale@example.org")

    def call(*arguments):
        process = subprocess.run(["git", "-C", tmp_path, *arguments], check=True, capture_output=True, text=True)
        return process.stdout.strip()

    call("init", "--quiet", "--initial-branch", "main")
    call("commit", "--quiet", "--allow-empty", "--message", "Nothing yet")
    monkeypatch.chdir(tmp_path)
    return call


@pytest.fixture
def committed(git, tmp_path):
    """Return a function that writes files of the dataset, commits all, and returns the commit."""

    def call(**files):
        (tmp_path / "dataset").mkdir(exist_ok=True)
        for name, data in files.items():
            (tmp_path / "dataset" / name.replace("_", ".")).write_bytes(data)
        git("add", "--all")
        git("commit", "--quiet", "--message", "A dataset")
        return git("rev-parse", "HEAD")

    return call


OUT = Path("dataset")


def read(name, out=OUT):
    with baseline_dataset(name, out) as old:
        return held(old.folder)


FIRST = {"datapackage.json": b"{}", "claims.parquet": b"one\r\n\0"}


@pytest.fixture
def history(git, committed):
    """Two commits with a dataset, the first of them tagged, and changes that are not committed."""
    first = committed(datapackage_json=b"{}", claims_parquet=b"one\r\n\0")
    git("tag", "v0.1.0")
    git("tag", "--annotate", "v0.1.0-annotated", "--message", "The first", "v0.1.0")
    committed(claims_parquet=b"two", notes_txt=b"")
    (OUT / "claims.parquet").write_bytes(b"three")
    return first


@pytest.mark.parametrize("name", ["v0.1.0", "v0.1.0-annotated", "HEAD~1", "main^", "refs/tags/v0.1.0", "main@{1}"])
def test_revision_gives_committed_bytes(name, history):
    """A revision gives the files of the dataset, byte for byte as committed."""
    assert read(name) == FIRST


def test_commit_id_is_a_revision(history):
    """A commit is found by its full or short id."""
    assert read(history) == read(history[:8]) == FIRST


def test_other_entries_are_not_extracted(history, git):
    """Links and folders that are not of a dataset are not extracted."""
    (OUT / "linked.parquet").symlink_to("claims.parquet")
    (OUT / "folder.parquet").mkdir()
    (OUT / "folder.parquet/file").touch()
    git("add", "--all")
    git("commit", "--quiet", "--message", "Strange things")
    assert read("main") == {"datapackage.json": b"{}", "claims.parquet": b"three"}


def test_parts_are_extracted_into_their_folder(history, git):
    """The parts of a table are extracted into a folder, and nothing else from it."""
    for name in ("part-00000.parquet", "part-00001.parquet", "notes.parquet", "part-00002.parquet/part-00000.parquet"):
        (OUT / "statements.parquet" / name).parent.mkdir(parents=True, exist_ok=True)
        (OUT / "statements.parquet" / name).write_bytes(name.encode() * 300_000)
    git("add", "--all")
    git("commit", "--quiet", "--message", "A large table")
    parts = {
        f"statements.parquet/{name}": name.encode() * 300_000 for name in ("part-00000.parquet", "part-00001.parquet")
    }
    assert read("main") == {"datapackage.json": b"{}", "claims.parquet": b"three", **parts}


def test_path_outside_the_folder_is_refused(history, git, tmp_path):
    """A forged tree with the name .. is refused."""
    blob = git("rev-parse", "HEAD:dataset/claims.parquet")
    package = git("rev-parse", "HEAD:dataset/datapackage.json")

    def tree(*entries):
        lines = "".join(f"{entry}\n" for entry in entries)
        return subprocess.run(
            ["git", "-C", tmp_path, "mktree"], input=lines, check=True, capture_output=True, text=True
        ).stdout.strip()

    inner = tree(f"100644 blob {blob}\tpart-00000.parquet")
    dataset = tree(f"040000 tree {inner}\t..", f"100644 blob {package}\tdatapackage.json")
    commit = git("commit-tree", "-m", "Outside", tree(f"040000 tree {dataset}\tdataset"))
    with pytest.raises(DatasetError, match="git cannot read the dataset of"):
        read(commit)


def test_repository_is_unchanged(history, git, tmp_path):
    """Reading a revision changes neither work tree, index nor references."""
    before = git("status", "--porcelain"), (tmp_path / ".git/index").read_bytes(), git("for-each-ref")
    with baseline_dataset("v0.1.0", OUT) as old:
        folder = old.folder
        assert folder.is_dir()
    assert not folder.exists()
    assert before == (git("status", "--porcelain"), (tmp_path / ".git/index").read_bytes(), git("for-each-ref"))
    assert (OUT / "claims.parquet").read_bytes() == b"three"


def test_filters_and_attributes_are_ignored(git, committed, tmp_path):
    """No filter runs and no attribute of the repository omits a file."""
    git("config", "filter.trap.smudge", f"touch {tmp_path}/sprung")
    git("config", "filter.trap.clean", "cat")
    (tmp_path / ".gitattributes").write_text("*.parquet filter=trap\n*.json export-ignore\n", encoding="utf-8")
    committed(datapackage_json=b"{}", claims_parquet=b"one")
    assert read("main") == {"datapackage.json": b"{}", "claims.parquet": b"one"}
    assert not (tmp_path / "sprung").exists()


def test_folder_precedes_revision_of_same_name(history, git, tmp_path):
    """A name is a folder if there is one, and else a revision."""
    git("branch", "older", "v0.1.0")
    (tmp_path / "older").mkdir()
    with pytest.raises(DatasetError, match=r"older/ has no datapackage.json.*refs/heads/older"):
        read("older")
    (tmp_path / "older/datapackage.json").write_bytes(b"{}")
    assert read("older") == {"datapackage.json": b"{}"}
    assert read("refs/heads/older") == FIRST


def test_nested_dataset_is_read_from_any_folder(history, git, tmp_path, monkeypatch):
    """A dataset below the root of the repository is read from any working directory."""
    (tmp_path / "talks/tables").mkdir(parents=True)
    git("mv", "dataset/datapackage.json", "talks/tables")
    git("commit", "--quiet", "--message", "Moved", "--", "talks", "dataset/datapackage.json")
    monkeypatch.chdir("/")
    assert read("main", tmp_path / "talks/tables") == {"datapackage.json": b"{}"}


def test_dataset_may_be_missing_from_work_tree(history, git):
    """A revision is read although the work tree has no dataset."""
    git("rm", "-r", "--force", "--quiet", "dataset")
    assert not OUT.exists()
    assert read("v0.1.0") == FIRST


@pytest.mark.parametrize(
    "name",
    ["v0.2.0", "", "--output=sprung", "-h", "HEAD:dataset", "HEAD..main", "dataset/claims.parquet", "a b", "^main"],
)
def test_unknown_name_is_refused(name, history, tmp_path):
    """A name that is neither a folder nor a revision is refused."""
    before = sorted(tmp_path.iterdir())
    with pytest.raises(UnknownRevisionError, match="is neither a folder nor a revision of this repository"):
        read(name)
    assert sorted(tmp_path.iterdir()) == before


def test_revision_without_dataset_is_refused(git):
    """A revision that has no dataset is refused."""
    with pytest.raises(DatasetError, match="main has no dataset in dataset/"):
        read("main")


def test_folder_outside_repository_is_refused(tmp_path, monkeypatch):
    """Outside of a git repository, a revision is refused with the reason of git."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(
        UnknownRevisionError, match=r"'v0.1.0' is not a folder, and .* is not in a git repository \(fatal: .*\)"
    ):
        read("v0.1.0")


def test_missing_git_is_reported(monkeypatch, tmp_path):
    """Without git, a revision is refused because git is missing."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UnknownRevisionError, match="git, which reads revisions, is not installed"):
        read("v0.1.0")
