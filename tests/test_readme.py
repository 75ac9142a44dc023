"""What the README shows is what happens."""

import contextlib
import io
import re
from pathlib import Path

import duckdb

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language):
    found = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    return [text for name, text in found if name == language]


def test_the_first_lines_print_the_rows_shown():
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(blocks("python")[0], {})  # noqa: S102 (it is our own README)
    assert printed.getvalue() == blocks("")[0]


def test_the_other_python_runs():
    exec(blocks("python")[1], {})  # noqa: S102


def test_the_sql_gives_rows(monkeypatch):
    monkeypatch.chdir(ROOT)
    [query] = blocks("sql")
    assert duckdb.sql(query).fetchall()


def test_every_room_it_names_is_there():
    for path in re.findall(r"\]\(([^)#:]+?)(?:#[^)]*)?\)", README):
        assert (ROOT / path).exists(), path
