"""The files of a project have to state what the contract states, before it is released."""

from dataclasses import replace
from pathlib import Path

import pytest

from stancebook.problems import as_text
from stancebook.release.project_files import read_project_files
from tests.fictional_contract import FICTIONAL
from tests.unit.release.conftest import CHANGELOG, CITATION, lay_project


@pytest.fixture
def problems(tmp_path, monkeypatch):
    """Return a function that changes files of a project, and returns the problems as text."""
    monkeypatch.chdir(lay_project(tmp_path))

    def of(contract=FICTIONAL, schemas=None, **files):
        names = {"citation": "CITATION.cff", "changelog": "CHANGELOG.md", "licence": "LICENSE"}
        for name, text in files.items():
            path = Path(names[name])
            path.unlink() if text is None else path.write_text(text, encoding="utf-8")
        return as_text(read_project_files(Path(), contract, schemas).problems)

    return of


def test_project_without_problems(problems):
    """Files that state what the contract states have no problems."""
    assert problems() == ""


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            {"citation": CITATION.replace("version: 1.2.0\ndate", "version: 1.1.0\ndate")},
            "CITATION.cff:5:1: version: it states 1.1.0, the contract 1.2.0\n    correct the one that is wrong",
        ),
        (
            {"citation": CITATION.replace("04-05", "04-06")},
            "CITATION.cff:6:1: date-released: it states 2031-04-06, the contract 2031-04-05\n"
            "    correct the one that is wrong",
        ),
        (
            {"citation": CITATION.replace(", CC-BY-4.0", "")},
            "CITATION.cff:7:1: license: it does not name CC-BY-4.0, the licence of the data by the contract\n"
            "    add CC-BY-4.0",
        ),
        (
            {"citation": CITATION.replace("River", "Sea")},
            "CITATION.cff:3:1: warning: title: it states 'Sea talks', the contract 'River talks'\n"
            "    the data card cites the contract",
        ),
        (
            {"citation": CITATION.replace("message: Please cite it as below.\n", "")},
            "CITATION.cff:1:1: it has no message\n    add the key message: see https://citation-file-format.github.io",
        ),
        (
            {"citation": CITATION.replace("Port League", "<your name>")},
            "CITATION.cff:9:1: warning: authors: it states 'Jo Vale, <your name>',"
            " the contract 'Jo Vale, Port League'\n"
            "    the data card cites the contract\n"
            "CITATION.cff:14:1: <your name> is still to be filled in\n    write what is meant",
        ),
        (
            {"citation": None},
            "CITATION.cff:1:1: is missing: a release says how to cite it\n"
            "    write it as https://citation-file-format.github.io says",
        ),
        (
            {"changelog": CHANGELOG.replace("1.2.0 – 2031-04-05", "Unreleased")},
            "CHANGELOG.md:3:1: it has no heading for version 1.2.0, which the contract states\n"
            "    write what changed under '## 1.2.0 – 2031-04-05'",
        ),
        (
            {"changelog": CHANGELOG.replace("04-05", "05-04")},
            "CHANGELOG.md:3:1: the heading '## 1.2.0 – 2031-05-04' does not give the day that the contract states,"
            " 2031-04-05\n    write '## 1.2.0 – 2031-04-05', or correct the contract",
        ),
        (
            {"changelog": None},
            "CHANGELOG.md:1:1: is missing: a release says what changed\n"
            "    write it, with the heading '## 1.2.0 – 2031-04-05'",
        ),
        (
            {"licence": None},
            "LICENSE:1:1: is missing: a release holds the text of its licence\n"
            "    save the text of the licence under this name",
        ),
        (
            {"licence": "© <year> <your name>, <https://example.org>\n"},
            "LICENSE:1:1: <year>, <your name> are still to be filled in\n    write what is meant",
        ),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_problem_says_where_it_is(problems, files, expected):
    """What is missing or contradicts the contract is reported with file, line and a way out."""
    assert problems(**files) == expected


def test_citation_that_is_not_yaml(problems):
    """A citation file with wrong syntax is a problem at its line."""
    assert problems(citation="title: [\n").startswith("CITATION.cff:")


def test_longer_version_is_another_one(problems):
    """A heading for version 1.2.0.1 or 11.2.0 is none for 1.2.0."""
    changelog = CHANGELOG.replace("1.2.0", "11.2.0") + "\n## 1.2.0.1\n"
    assert "no heading for version 1.2.0" in problems(changelog=changelog)


def test_contract_without_a_day(problems):
    """What the contract does not state is reported where it states its version."""
    code = Path("code")
    code.mkdir()
    (code / "about.py").write_text('NAME = "river"\nVERSION = "1.2.0"\nTITLE = "<title>"\n', encoding="utf-8")
    (code / "card.md").write_text("A line.\n\n<br> <Why these texts?>\n", encoding="utf-8")
    contract = replace(FICTIONAL, released="", title="<title>", data_card_text="<Why these texts?>")
    lines = problems(contract, code.absolute()).splitlines()
    assert lines[:2] == [
        "code/about.py:2:1: released: the contract states no released",
        "    say on which day this version is released, such as released='2031-04-02'",
    ]
    assert lines[2] == "code/about.py:3:1: <title> is still to be filled in"
    assert lines[4] == "code/card.md:3:1: <Why these texts?> is still to be filled in"
