"""What the README shows is what happens."""

import duckdb

from tests.docs.docs_runner import plain, printed
from tests.docs.pages import ROOT, page_at

README = page_at("README.md")


def test_the_first_lines_print_the_rows_shown():
    first = next(block for block in README.blocks if block.language == "python")
    assert plain(printed(first.code)) == plain(first.answer)


def test_the_other_python_runs():
    for code in README.code("python")[1:]:
        printed(code)


def test_the_sql_gives_rows(monkeypatch):
    monkeypatch.chdir(ROOT)
    [query] = README.code("sql")
    assert duckdb.sql(query).fetchall()
