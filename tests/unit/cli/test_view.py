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


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
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
