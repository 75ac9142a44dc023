"""Those who have the texts restore the complete dataset from a release without them."""

import shutil
from pathlib import Path

import pytest

from schemas import CONTRACT
from stancebook.release import restoring
from stancebook.release.folder import TextPolicy, write_release
from stancebook.release.project_files import read_project_files
from stancebook.release.restoring import restore_dataset
from tests.dataset_files import held
from tests.fictional_contract import FICTIONAL
from tests.unit.release.conftest import lay_project, run_in

pytestmark = pytest.mark.xdist_group("release")  # which share releases that take seconds


@pytest.fixture
def texts(project_folder, tmp_path) -> Path:
    """A folder with the text under another name."""
    folder = tmp_path / "texts/2031"
    folder.mkdir(parents=True)
    shutil.copyfile(project_folder / "seeds/documents/river-talks.txt", folder / "any name.txt")
    return tmp_path / "texts"


@pytest.fixture
def restore(project_folder, texts, tmp_path):
    """Return a function that restores the release without text, and returns exit status and output."""
    target = str(tmp_path / "restored")
    return lambda: run_in(project_folder, "restore", "without", "--texts", str(texts), "--out", target)


def test_restored_dataset_has_the_same_bytes(restore, project_folder, tmp_path):
    """The dataset that a build wrote comes back byte for byte, with its digest."""
    status, out = restore()
    assert status == 0
    assert out.startswith("restored without/ with the digest of the released build, and the bytes of its files\n")
    assert held(tmp_path / "restored") == held(project_folder / "dataset")


def test_restored_again_is_unchanged(restore, tmp_path):
    """A second time, nothing changes."""
    restore()
    assert "\nsame     " in restore()[1]


@pytest.mark.parametrize(
    "edited",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: f"\ufeff{text}",
        lambda text: text.rstrip(),
        lambda text: f"{text}\n\n",
    ],
    ids=["line ends", "byte order mark", "no last line break", "blank lines at the end"],
)
def test_what_editors_change_is_no_difference(restore, texts, edited):
    """A text is recognized although an editor changed its line ends, its end or its start."""
    path = texts / "2031/any name.txt"
    path.write_bytes(edited(path.read_text(encoding="utf-8")).encode())
    assert restore()[0] == 0


def test_missing_text_is_named(restore, texts, tmp_path):
    """A text that is nowhere in the folder is a problem with its digest and length, and nothing is written."""
    (texts / "2031/any name.txt").unlink()
    status, out = restore()
    assert status == 1
    assert "river-talks.txt:1:1: the text of river-talks is missing: no .txt file here has its SHA-256, " in out
    assert not (tmp_path / "restored").exists()


def test_other_text_says_where_it_differs(restore, texts):
    """Of a text of the right name that differs, the problem says which coded passage is the first that differs."""
    path = texts / "documents/river-talks.txt"
    path.parent.mkdir()
    (texts / "2031/any name.txt").rename(path)
    path.write_text(path.read_text(encoding="utf-8").replace("We will not", "We shall not"), encoding="utf-8")
    status, out = restore()
    assert status == 1
    text = path.read_text(encoding="utf-8")
    line = text[: text.index("We shall")].count("\n") + 1
    assert f"documents/river-talks.txt:{line}:1: is not the text that was coded: it has " in out
    assert "the first coded passage that differs is from character " in out
    first = next(each for each in out.splitlines() if "first coded passage" in each)
    start, end = (int(word.replace(",", "")) for word in first.split() if word[0].isdigit())
    assert start <= text.index("We shall") < end


def test_difference_between_passages(restore, texts):
    """A text that differs where nothing is coded is another one, too."""
    path = texts / "river-talks.txt"
    (texts / "2031/any name.txt").rename(path)
    path.write_text(path.read_text(encoding="utf-8") + "\nMore.", encoding="utf-8")
    assert "    no coded passage differs\n" in restore()[1]


def test_complete_release_needs_no_restoring(project_folder, texts):
    """A complete release is refused with a sentence."""
    status, out = run_in(project_folder, "restore", "release", "--texts", str(texts), "--out", str(texts.parent / "r"))
    assert (status, out) == (
        1,
        "Nothing was written. Nothing is withheld in release/: it is a complete dataset.\n",
    )


def test_folder_without_checksums_is_no_release(project_folder, texts):
    """Another folder is refused with a sentence."""
    status, out = run_in(project_folder, "restore", "seeds", "--texts", str(texts), "--out", str(texts.parent / "r"))
    assert (status, out) == (1, "Nothing was written. seeds/ is not a release: it has no SHA256SUMS.\n")


def test_damaged_release_is_refused(without, texts, tmp_path):
    """A release of which a file was changed is refused before anything is written."""
    release = shutil.copytree(without, tmp_path / "damaged")
    cells = release / "restore/cells.parquet"
    cells.write_bytes(cells.read_bytes()[:-8] + b"damaged!")
    status, out = run_in(tmp_path, "restore", "damaged", "--texts", "texts", "--out", "restored")
    assert status == 1
    assert "damaged/ is damaged or was changed: restore/cells.parquet differs" in out


def test_restored_into_its_texts_is_refused(project_folder, texts):
    """A folder among the texts is no place for the dataset."""
    status, out = run_in(project_folder, "restore", "without", "--texts", str(texts), "--out", str(texts / "new"))
    assert status == 2
    assert "would be written into or around" in out


def test_other_library_writes_valid_files(without, texts, tmp_path, monkeypatch):
    """Where the Parquet library writes other bytes, the descriptions state the digests of these files."""
    usual = restoring.write_table

    def write_with_a_trace(table, spec, build, about, file):
        usual(table, spec, build, {**about, "library": "another"}, file)

    monkeypatch.setattr(restoring, "write_table", write_with_a_trace)
    restored = restore_dataset(without, texts, tmp_path / "restored")
    assert not restored.same_bytes
    status, out = run_in(tmp_path, "validate", "restored")
    assert status == 0, out


def test_tables_in_parts_are_restored(split, tmp_path):
    """A dataset whose tables are folders of parts comes back byte for byte."""
    seeds = Path(__file__).parents[2] / "project/seeds"
    text = (seeds / "documents/river-talks.txt").read_text(encoding="utf-8")
    project = read_project_files(lay_project(tmp_path), FICTIONAL, None)
    write_release(split, tmp_path / "release", CONTRACT, project, TextPolicy(lambda _: text))
    restored = restore_dataset(tmp_path / "release", seeds, tmp_path / "restored")
    assert restored.same_bytes
    assert held(tmp_path / "restored") == held(split)
