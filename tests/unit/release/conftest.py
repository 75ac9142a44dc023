"""A fictional project that can be released, and its releases."""

import contextlib
import io
import shutil
from pathlib import Path

import pytest

from stancebook.cli.main import main
from stancebook.release.folder import ReleaseResult, TextPolicy, write_release
from stancebook.release.project_files import read_project_files
from stancebook.sources.corpus import text_reader
from tests.fictional_contract import FICTIONAL

CITATION = """\
cff-version: 1.2.0
message: Please cite it as below.
title: River talks
type: dataset
version: 1.2.0
date-released: "2031-04-05"
license: [Apache-2.0, CC-BY-4.0]
doi: 10.1234/river
authors:
  - given-names: Jo
    family-names: Vale
    orcid: https://orcid.org/0000-0002-1825-0097
    affiliation: University of Northmark
  - name: Port League
"""
# A proposition of the codebook, and in its place one with words of the text, in other case and punctuation.
PLAIN = "Northmark hands the island over to Southmark."
COPIED = "THE TALKS, BROKERED BY; THE PORT LÉAGUE: may resume (on April 10)!"
CHANGELOG = "# Changes\n\n## 1.2.0 – 2031-04-05\n\n- The first text.\n"


def lay_project(folder: Path) -> Path:
    """Write the files of a project, besides its sources, that a release takes along."""
    files = {"CITATION.cff": CITATION, "CHANGELOG.md": CHANGELOG, "LICENSE": "All may copy it.\n"}
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def run_in(folder: Path, *argv: str, contract=FICTIONAL) -> tuple[int, str]:
    """Run the command line in the project of a folder; return the exit status and what it prints."""
    printed = io.StringIO()
    with contextlib.chdir(folder), contextlib.redirect_stdout(printed):
        status = main([*argv], root=Path(), contract=lambda: contract)
    return status, printed.getvalue()


@pytest.fixture
def releasable(project) -> Path:
    """Return a copy of the minimal project that can be released, which is the working folder."""
    return lay_project(project)


@pytest.fixture(scope="session")
def project_folder(tmp_path_factory) -> Path:
    """Return a copy of the minimal project with a release of it, and one without text; read only."""
    folder = lay_project(tmp_path_factory.mktemp("releases"))
    shutil.copytree(Path(__file__).parents[2] / "project/seeds", folder / "seeds")
    issues = folder / "seeds/codebook/issues.yaml"
    issues.write_text(issues.read_text(encoding="utf-8").replace(PLAIN, f'"{COPIED}"'), encoding="utf-8")
    assert run_in(folder, "build")[0] == 0
    release_in(folder, "release")
    release_in(folder, "without", without_text(folder))
    return folder


def release_in(folder: Path, name: str, policy: TextPolicy | None = None) -> ReleaseResult:
    """Release the dataset that was built in a folder."""
    files = read_project_files(folder, FICTIONAL, None)
    return write_release(folder / "dataset", folder / name, FICTIONAL, files, policy)


def without_text(folder: Path, *, all_free_text: bool = False) -> TextPolicy:
    """Return the policy that withholds the words of the texts in a folder."""
    return TextPolicy(text_reader(folder / "seeds"), all_free_text)


@pytest.fixture
def complete(project_folder) -> Path:
    """Return a complete release; read only."""
    return project_folder / "release"


@pytest.fixture
def without(project_folder) -> Path:
    """Return a release without text; read only."""
    return project_folder / "without"
