"""Revisions of real git repositories, made for the occasion."""

import os
import subprocess
from pathlib import Path

import pytest

from stancebook.diff.git import baseline_dataset
from stancebook.exceptions import DatasetError, UnknownRevisionError
from tests.dataset_files import held


@pytest.fixture
def git(tmp_path, monkeypatch):
    """A repository with one commit of nothing, of which git believes what it is told and nothing else."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"):
        monkeypatch.setenv(name, os.devnull)
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "Anna Hale")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "anna.hale@example.org")

    def call(*arguments):
        done = subprocess.run(["git", "-C", tmp_path, *arguments], check=True, capture_output=True, text=True)
        return done.stdout.strip()

    call("init", "--quiet", "--initial-branch", "main")
    call("commit", "--quiet", "--allow-empty", "--message", "Nothing yet")
    monkeypatch.chdir(tmp_path)
    return call


@pytest.fixture
def committed(git, tmp_path):
    """Write files and commit them; those written before stay."""

    def call(**files):
        (tmp_path / "dataset").mkdir(exist_ok=True)
        for name, data in files.items():
            (tmp_path / "dataset" / name.replace("_", ".")).write_bytes(data)
        git("add", "--all")
        git("commit", "--quiet", "--message", "A dataset")
        return git("rev-parse", "HEAD")

    return call


OUT = Path("dataset")


def read(asked, out=OUT):
    with baseline_dataset(asked, out) as old:
        return held(old.folder)


FIRST = {"datapackage.json": b"{}", "claims.parquet": b"one\r\n\0"}


@pytest.fixture
def history(git, committed):
    """Two commits with a dataset, the first one tagged; and a dataset that is not committed."""
    first = committed(datapackage_json=b"{}", claims_parquet=b"one\r\n\0")
    git("tag", "v0.1.0")
    git("tag", "--annotate", "v0.1.0-told", "--message", "The first", "v0.1.0")
    committed(claims_parquet=b"two", notes_txt=b"")
    (OUT / "claims.parquet").write_bytes(b"three")
    return first


@pytest.mark.parametrize("asked", ["v0.1.0", "v0.1.0-told", "HEAD~1", "main^", "refs/tags/v0.1.0", "main@{1}"])
def test_a_revision_gives_the_files_as_they_were_committed_byte_for_byte(asked, history):
    assert read(asked) == FIRST


def test_a_commit_may_be_named_by_its_id(history):
    assert read(history) == read(history[:8]) == FIRST


def test_what_is_no_file_of_a_dataset_is_left_where_it_is(history, git):
    (OUT / "linked.parquet").symlink_to("claims.parquet")
    (OUT / "folder.parquet").mkdir()
    (OUT / "folder.parquet/file").touch()
    git("add", "--all")
    git("commit", "--quiet", "--message", "Strange things")
    assert read("main") == {"datapackage.json": b"{}", "claims.parquet": b"three"}


def test_the_parts_of_a_table_come_in_their_folder(history, git):
    for name in ("part-00000.parquet", "part-00001.parquet", "notes.parquet", "part-00002.parquet/part-00000.parquet"):
        (OUT / "statements.parquet" / name).parent.mkdir(parents=True, exist_ok=True)
        (OUT / "statements.parquet" / name).write_bytes(name.encode() * 300_000)
    git("add", "--all")
    git("commit", "--quiet", "--message", "A large table")
    parts = {
        f"statements.parquet/{name}": name.encode() * 300_000 for name in ("part-00000.parquet", "part-00001.parquet")
    }
    assert read("main") == {"datapackage.json": b"{}", "claims.parquet": b"three", **parts}


def test_a_place_outside_of_the_dataset_that_a_revision_was_made_to_name_is_left_alone(history, git, tmp_path):
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
    assert read(commit) == {"datapackage.json": b"{}"}


def test_neither_the_work_tree_nor_the_index_nor_anything_else_is_touched(history, git, tmp_path):
    before = git("status", "--porcelain"), (tmp_path / ".git/index").read_bytes(), git("for-each-ref")
    with baseline_dataset("v0.1.0", OUT) as old:
        folder = old.folder
        assert folder.is_dir()
    assert not folder.exists()
    assert before == (git("status", "--porcelain"), (tmp_path / ".git/index").read_bytes(), git("for-each-ref"))
    assert (OUT / "claims.parquet").read_bytes() == b"three"


def test_nothing_that_a_revision_asks_for_is_run(git, committed, tmp_path):
    git("config", "filter.trap.smudge", f"touch {tmp_path}/sprung")
    git("config", "filter.trap.clean", "cat")
    (tmp_path / ".gitattributes").write_text("*.parquet filter=trap\n*.json export-ignore\n", encoding="utf-8")
    committed(datapackage_json=b"{}", claims_parquet=b"one")
    assert read("main") == {"datapackage.json": b"{}", "claims.parquet": b"one"}
    assert not (tmp_path / "sprung").exists()


def test_a_folder_goes_before_a_revision_of_its_name(history, git, tmp_path):
    git("branch", "older", "v0.1.0")
    (tmp_path / "older").mkdir()
    with pytest.raises(DatasetError, match=r"older/ is a folder without a datapackage.json.*refs/heads/older"):
        read("older")
    (tmp_path / "older/datapackage.json").write_bytes(b"{}")
    assert read("older") == {"datapackage.json": b"{}"}
    assert read("refs/heads/older") == FIRST


def test_the_dataset_may_lie_deeper_and_be_asked_for_from_elsewhere(history, git, tmp_path, monkeypatch):
    (tmp_path / "talks/tables").mkdir(parents=True)
    git("mv", "dataset/datapackage.json", "talks/tables")
    git("commit", "--quiet", "--message", "Moved", "--", "talks", "dataset/datapackage.json")
    monkeypatch.chdir("/")
    assert read("main", tmp_path / "talks/tables") == {"datapackage.json": b"{}"}


def test_the_dataset_need_not_be_there_any_more(history, git):
    git("rm", "-r", "--force", "--quiet", "dataset")
    assert not OUT.exists()
    assert read("v0.1.0") == FIRST


@pytest.mark.parametrize(
    "asked",
    ["v0.2.0", "", "--output=sprung", "-h", "HEAD:dataset", "HEAD..main", "dataset/claims.parquet", "a b", "^main"],
)
def test_what_is_neither_a_folder_nor_a_revision_is_told(asked, history, tmp_path):
    before = sorted(tmp_path.iterdir())
    with pytest.raises(UnknownRevisionError, match="is neither a folder nor a revision of the repository here"):
        read(asked)
    assert sorted(tmp_path.iterdir()) == before


def test_a_revision_without_a_dataset_is_told(git):
    with pytest.raises(DatasetError, match="main has no dataset in dataset/"):
        read("main")


def test_outside_of_a_repository_there_are_no_revisions(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(
        UnknownRevisionError, match=r"'v0.1.0' is no folder, and .* is in no git repository \(fatal: .*\)"
    ):
        read("v0.1.0")


def test_without_git_there_are_no_revisions(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UnknownRevisionError, match="git is needed, which is not installed"):
        read("v0.1.0")
