"""What docs/query.md shows is what happens: every block is run, and every answer is the one shown."""

import contextlib
import io
import os
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing

import duckdb
import frictionless
import pytest

from stancebook.cli.dataset_commands import main
from tests.docs.docs_runner import plain, printed
from tests.docs.pages import ROOT, page_at
from tests.unit.dataset_parts import write_in_parts

PAGE = page_at("docs/query.md")


@pytest.fixture(scope="module")
def in_parts(article, tmp_path_factory):
    """A folder with the same dataset, every table a folder of parts of thirty rows."""
    folder = tmp_path_factory.mktemp("query-in-parts")
    (folder / "dataset").mkdir()
    cuts = {name: range(30, len(frame), 30) for name, frame in article.frames.items()}
    write_in_parts(article, folder / "dataset", cuts)
    return folder


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    """A folder with the dataset as in a checkout, and the exports that the page makes."""
    folder = tmp_path_factory.mktemp("query")
    (folder / "dataset").symlink_to(ROOT / "dataset")
    with contextlib.chdir(folder), contextlib.redirect_stdout(io.StringIO()):
        for commands in PAGE.code("sh"):
            program, *arguments = shlex.split(commands)
            assert (program, main(arguments)) == ("stancebook", 0)
    return folder


def in_a_process_of_its_own(code):
    """Return what a program prints that may fetch nothing; the hub's library asks for that as it is imported."""
    offline = {"HF_HUB_OFFLINE": "1", "HF_HOME": "hub", "HF_DATASETS_DISABLE_PROGRESS_BARS": "1"}
    return subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **offline}, check=True, capture_output=True, text=True
    ).stdout


def in_sqlite(query):
    """Return rows as the sqlite3 command line shows them."""
    with closing(sqlite3.connect("stancebook.db")) as database:
        return "\n".join("|".join(map(str, row)) for row in database.execute(query))


def in_r(script):
    if shutil.which("Rscript") is None:
        pytest.skip("R is not installed here")
    for package in re.findall(r"(?:library\(|\b)(arrow|DBI|RSQLite)\b", script):
        if not has_r(f'library("{package}")'):
            pytest.skip(f"R has no package {package} here")
    return subprocess.run(
        ["Rscript", "--vanilla", "-"], input=script, check=True, capture_output=True, text=True
    ).stdout


def has_r(line):
    return subprocess.run(["Rscript", "--vanilla", "-e", line], capture_output=True, check=False).returncode == 0


RUN = {
    ("DuckDB", "sql"): lambda query: str(duckdb.sql(query)),
    ("Hugging Face datasets", "python"): in_a_process_of_its_own,
    ("SQLite", "sql"): in_sqlite,
    ("R", "r"): in_r,
}


@pytest.mark.parametrize(
    "recipe", [block for block in PAGE.blocks if block.language != "sh"], ids=lambda block: block.heading
)
def test_a_recipe_gives_the_answer_shown(recipe, workspace, monkeypatch):
    monkeypatch.chdir(workspace)
    run = printed if recipe.language == "python" else None
    run = RUN.get((recipe.heading, recipe.language), run)
    assert plain(run(recipe.code)) == plain(recipe.answer or "no answer is shown")


@pytest.mark.parametrize(
    "recipe",
    [block for block in PAGE.blocks if re.search("""["']dataset""", block.code) and block.language != "r"],
    ids=lambda block: block.heading,
)
def test_a_recipe_gives_the_same_answer_where_tables_are_folders(recipe, in_parts, monkeypatch):
    test_a_recipe_gives_the_answer_shown(recipe, in_parts, monkeypatch)


def test_the_csv_export_is_as_the_page_says(workspace):
    assert frictionless.Package(str(workspace / "csv/datapackage.json")).validate().valid
    for path in (workspace / "csv").glob("*.csv"):
        text = path.read_bytes().decode("utf-8")
        assert text.count("\r\n") > 1
        assert not re.search(r'(^|,)""(,|\r)', text)
