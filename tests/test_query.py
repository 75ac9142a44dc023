"""What docs/query.md shows is what happens: every block is run, and every answer is the one shown."""

import contextlib
import io
import re
import shlex
import shutil
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import duckdb
import frictionless
import pytest

from stancebook.command import main

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/query.md").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Recipe:
    """A block of code under a heading, and the answer that the page shows beneath it."""

    heading: str
    language: str
    code: str
    answer: str | None


def recipes():
    for section in re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]:
        heading = section.partition("\n")[0]
        blocks = re.findall(r"^```(\w*)\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
        for (language, code), following in zip(blocks, [*blocks[1:], ("end", "")], strict=True):
            if language:
                yield Recipe(heading, language, code, following[1] if following[0] == "" else None)


RECIPES = list(recipes())


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    """A folder with the dataset as in a checkout, and the exports that the page makes."""
    folder = tmp_path_factory.mktemp("query")
    (folder / "dataset").symlink_to(ROOT / "dataset")
    with contextlib.chdir(folder), contextlib.redirect_stdout(io.StringIO()):
        for recipe in RECIPES:
            if recipe.language == "sh":
                program, *arguments = shlex.split(recipe.code)
                assert (program, main(arguments)) == ("stancebook", 0)
    return folder


def lines(text):
    return [line.rstrip() for line in text.strip().splitlines()]


def python(code):
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(code, {})  # noqa: S102 (it is our own page)
    return printed.getvalue()


def in_sqlite(query):
    """Return rows as the sqlite3 command line shows them."""
    with closing(sqlite3.connect("stancebook.db")) as database:
        return "\n".join("|".join(map(str, row)) for row in database.execute(query))


def in_r(script):
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
    ("SQLite", "sql"): in_sqlite,
    ("R", "r"): in_r,
}


@pytest.mark.parametrize("recipe", [each for each in RECIPES if each.language != "sh"], ids=lambda each: each.heading)
def test_a_recipe_gives_the_answer_shown(recipe, workspace, monkeypatch):
    if recipe.language == "r" and shutil.which("Rscript") is None:
        pytest.skip("R is not installed here")
    monkeypatch.chdir(workspace)
    run = python if recipe.language == "python" else RUN[recipe.heading, recipe.language]
    assert lines(run(recipe.code)) == lines(recipe.answer or "no answer is shown")


def test_the_csv_export_is_as_the_page_says(workspace):
    assert frictionless.Package(str(workspace / "csv/datapackage.json")).validate().valid
    for path in (workspace / "csv").glob("*.csv"):
        text = path.read_bytes().decode("utf-8")
        assert text.count("\r\n") > 1
        assert not re.search(r'(^|,)""(,|\r)', text)


def test_every_link_leads_somewhere():
    for path in re.findall(r"\]\(([^)#:]+?)(?:#[^)]*)?\)", PAGE):
        assert (ROOT / "docs" / path).exists(), path
