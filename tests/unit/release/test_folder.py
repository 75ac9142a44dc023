"""A release replaces an earlier one, completely or not at all, and nothing else."""

import json
import shutil

import pytest

from stancebook import PublishError
from stancebook.release import folder as release_folder
from stancebook.release.checksums import changed_files
from tests.dataset_files import held
from tests.unit.release.conftest import release_in, run_in, without_text

pytestmark = pytest.mark.xdist_group("release")  # which share releases that take seconds


@pytest.fixture
def releases(project_folder, tmp_path):
    """A copy of the project with its releases that a test may change."""
    return shutil.copytree(project_folder, tmp_path / "project")


def test_complete_release_holds_the_dataset(project_folder):
    """The files of the dataset are in a complete release as they are."""
    release = held(project_folder / "release")
    assert held(project_folder / "dataset").items() <= release.items()
    assert changed_files(project_folder / "release") == []


def test_same_release_changes_nothing(releases):
    """The same dataset gives the same bytes: a second release says that nothing changed."""
    assert not release_in(releases, "release").changed
    assert not release_in(releases, "without", without_text(releases)).changed


def test_release_says_what_is_left_to_do(releasable):
    """A dataset that is not what is released, and open decisions, are named after what was written."""
    assert "differs" not in run_in(releasable, "release")[1]
    run_in(releasable, "build")
    assert "differs" not in run_in(releasable, "release")[1]
    with (releasable / "seeds/documents/river-talks.yaml").open("a", encoding="utf-8") as annotations:
        annotations.write("\ndecisions:\n  - {row: statements.s01, decision: open}\n")
    assert run_in(releasable, "release")[1].endswith(
        "differs  dataset/ is not what is released: run `stancebook build`, and commit what it writes\n"
        "open     1 decision: settle what coders differ in, and release again\n"
    )


def test_release_replaces_another_one(releases):
    """A release of another kind, with other files, is replaced completely."""
    release_in(releases, "release", without_text(releases))
    assert held(releases / "release") == held(releases / "without")
    release_in(releases, "without")
    assert not (releases / "without/restore").exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda folder: (folder / "README.md").write_text("Mine.", encoding="utf-8"), "README.md differs"),
        (lambda folder: (folder / "notes.txt").write_text("Mine.", encoding="utf-8"), "notes.txt differs"),
        (lambda folder: (folder / "CITATION.cff").unlink(), "CITATION.cff differs"),
        (lambda folder: (folder / "SHA256SUMS").unlink(), "is not a release"),
    ],
    ids=["changed", "added", "removed", "no checksums"],
)
def test_changed_release_is_never_replaced(releases, change, message):
    """A release that somebody changed, and any other folder, is refused and stays."""
    change(releases / "release")
    before = held(releases / "release")
    with pytest.raises(PublishError, match=message):
        release_in(releases, "release")
    assert held(releases / "release") == before


def test_empty_folder_is_filled(releases):
    """A release can be written into an empty folder."""
    (releases / "new").mkdir()
    assert release_in(releases, "new").changed


def test_failure_leaves_the_old_release(releases, monkeypatch):
    """If anything fails, the old release is unchanged and nothing is left next to it."""

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(release_folder, "write_deposit_metadata", fail)
    before, names = held(releases / "release"), sorted(path.name for path in releases.iterdir())
    with pytest.raises(PublishError, match="No space left"):
        release_in(releases, "release")
    assert held(releases / "release") == before
    assert sorted(path.name for path in releases.iterdir()) == names


def test_release_into_the_dataset_is_a_usage_error(releasable):
    """A folder among the sources or the dataset is no place for a release."""
    status, out = run_in(releasable, "release", "--out", "seeds/release")
    assert status == 2
    assert "The release would be written into or around seeds/" in out


def test_problems_stop_a_release_before_it_is_built(releasable):
    """Problems of the project's files are reported, and nothing is built or written."""
    (releasable / "CHANGELOG.md").unlink()
    status, out = run_in(releasable, "release")
    assert status == 1
    assert out.startswith("CHANGELOG.md:1:1: is missing")
    assert out.endswith("1 problem in 1 file. Nothing was written; release/ is unchanged.\n")


def test_problems_of_the_texts_stop_a_release(releasable):
    """A text with a problem is reported as by a build."""
    path = releasable / "seeds/documents/river-talks.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("stance: opposes", "stance: oposes"), encoding="utf-8")
    status, out = run_in(releasable, "release")
    assert status == 1
    assert "'oposes' is not a value of stance" in out
    assert not (releasable / "release").exists()


def test_authors_without_orcid_or_family_name(releases):
    """A body is an organization in all metadata; a person has no empty properties."""
    crate = json.loads((releases / "release/ro-crate-metadata.json").read_bytes())
    authors = {entity["name"]: entity for entity in crate["@graph"] if entity["@type"] in ("Person", "Organization")}
    assert authors["Port League"] == {"@id": "#Port-League", "@type": "Organization", "name": "Port League"}
    assert "" not in authors["Jo Vale"].values()
