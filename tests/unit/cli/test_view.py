"""The command `view`."""

import sys

import pytest

from schemas import CONTRACT
from stancebook.cli.main import main
from stancebook.web.rendering import environment


@pytest.fixture
def run(project, outcome):
    """Return a function that runs the command in the fictional project."""
    return lambda *arguments: outcome(lambda: main(["view", *arguments], root=project, contract=lambda: CONTRACT))


def test_pages_are_written(run, project):
    """The command says what it read and wrote."""
    status, out, err = run()
    assert (status, err) == (0, "")
    assert out.splitlines()[-1] == "wrote    view/: 3 pages; open view/index.html"
    assert (project / "view/river-talks.html").is_file()


def test_problems_are_shown(run, annotations, project):
    """If the sources have problems, they are listed, and nothing is written."""
    annotations.write_text(annotations.read_text("utf-8").replace("stance: opposes", "stance: opposse"), "utf-8")
    status, out, _ = run()
    assert status == 1
    assert out.splitlines()[-1] == "1 problem in 1 file. Nothing was written; view/ is unchanged."
    assert not (project / "view").exists()


def code(project, coder, change=lambda annotations: annotations):
    """Write a coding of the practice text."""
    path = project / f"seeds/codings/{coder}/river-talks.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(change((project / "seeds/documents/river-talks.yaml").read_text("utf-8")), "utf-8")


@pytest.mark.parametrize("coders", [("all",), ("cd", "ab"), ("ab", "authoritative")])
def test_codings_are_shown(run, project, coders):
    """With coders, a text that they coded has a second page."""
    code(project, "ab")
    code(project, "cd")
    names = ", ".join(("ab", "cd") if coders == ("all",) else coders)
    assert run("--coders", *coders)[1].splitlines()[-2:] == [
        f"compared 1 text that at least two of {names} coded",
        "wrote    view/: 4 pages; open view/index.html",
    ]
    assert (project / "view/river-talks.codings.html").is_file()


def test_problems_of_codings_are_shown(run, project):
    """If a coding has problems, they are listed, and nothing is written."""
    code(project, "ab")
    code(project, "cd", lambda annotations: annotations.replace("stance: opposes", "stance: opposse"))
    status, out, err = run("--coders", "all")
    assert status == 1
    assert "seeds/codings/cd/river-talks.yaml" in out + err
    assert out.splitlines()[-1] == "1 problem in 1 file. Nothing was written; view/ is unchanged."
    assert not (project / "view").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--coders", "ab"), "There is no coding to compare: put the files of each coder into seeds/codings/<coder>/."),
        (("river-talk",), "There is no document 'river-talk': one of river-talks; did you mean 'river-talks'?"),
        (("--out", "seeds/view"), "The pages would be written into or around seeds/; name another folder."),
    ],
)
def test_usage_errors(run, arguments, message):
    """An unknown document, and a folder among the sources, are usage errors."""
    status, out, err = run(*arguments)
    assert status == 2
    assert message in out + err


def test_missing_extra_is_named(run, monkeypatch):
    """Without the library for templates, the command says what to install."""
    environment.cache_clear()
    monkeypatch.setitem(sys.modules, "jinja2", None)
    status, out, err = run()
    assert status == 1
    assert 'pip install "stancebook[web]"' in out + err
