"""The dataset is what the seeds give, its rows rest on their passages, and the notebooks run on it."""

import contextlib
import io
import json
from pathlib import Path

import pytest

import stancebook
from schemas import CONTRACT
from stancebook.cli.main import main

ROOT = Path(__file__).parents[1]


def run(*command):
    """Run a command of `stancebook` in this project; return its exit status and what it prints."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        status = main(command, root=ROOT)
    return status, output.getvalue()


def test_dataset_is_what_the_seeds_give():
    """The seeds have no problems, and the committed dataset is up to date: if not, run `make`."""
    status, output = run("build", "--check")
    assert status == 0, output


def test_dataset_is_valid():
    """The dataset is valid against its own schema, and every quote is in its text."""
    status, output = run("validate", str(ROOT / "dataset"), "--seeds", str(ROOT / "seeds"))
    assert status == 0, output


def test_dataset_has_every_document():
    """The dataset has one row for each text."""
    rows = stancebook.load(CONTRACT.document.name, path=ROOT / "dataset")
    assert len(rows) == len(list((ROOT / "seeds/documents").rglob("*.txt")))


@pytest.mark.parametrize("notebook", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.name)
def test_notebook_runs(notebook, monkeypatch):
    """The code of a notebook runs from top to bottom."""
    monkeypatch.chdir(notebook.parent)
    names = {"display": print}
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            exec("".join(cell["source"]), names)
