"""The pages of this repository: what they show is what happens, and what they link to is there."""

import ast
import re
from dataclasses import fields
from pathlib import Path
from urllib.parse import unquote

import pytest
import yaml

from stancebook.problems import Problem
from tests.docs.docs_runner import EXECUTED_PAGES, run_page, stripped_lines
from tests.docs.pages import ROOT, Block, page, page_at, pages

PAGES = pages()
NAMES = [str(each.path.relative_to(ROOT)) for each in PAGES]
MANUAL = [each for each in PAGES if each.path.parent == ROOT / "docs"]

# Pages whose blocks another module of tests runs.
ELSEWHERE = {
    "docs/cluster.md": "unit/parallel/test_dask_executor.py",
    "docs/continuous-integration.md": "test_continuous_integration.py",
}


def target(source: Path, link: str) -> tuple[Path, str]:
    """Return the file and the anchor that a link within the repository leads to."""
    path, _, anchor = unquote(link).partition("#")
    return ((source.parent / path).resolve() if path else source), anchor


def inner(links):
    return [(line, link) for line, link in links if not re.match(r"[a-z]+:", link)]


# ── Links ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("each", PAGES, ids=NAMES)
def test_every_link_leads_to_a_file_and_every_anchor_to_a_heading(each):
    for line, link in inner(each.links):
        path, anchor = target(each.path, link)
        assert path.exists(), f"{each.path}:{line}: {link}"
        assert not anchor or anchor in page(path).anchors, f"{each.path}:{line}: {link}"


def test_every_page_is_two_clicks_from_the_readme():
    reached = {ROOT / "README.md"}
    for _click in range(2):
        opened = [page(path) for path in reached if path.suffix == ".md"]
        reached |= {target(each.path, link)[0] for each in opened for _, link in inner(each.links)}
    assert {each.path for each in PAGES} <= reached


# ── What they show ────────────────────────────────────────────────────────────────────────────────


def test_every_page_of_the_manual_is_done_by_a_test():
    assert {str(each.path.relative_to(ROOT)) for each in MANUAL} == {*EXECUTED_PAGES, *ELSEWHERE} - {"README.md"}


@pytest.mark.parametrize("name", EXECUTED_PAGES)
def test_what_a_page_shows_is_what_happens(name, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")  # help is laid out for a terminal
    done = list(run_page(page_at(name), tmp_path))
    assert done
    for block, output in done:
        if block.answer is not None or name != "README.md":  # the README shows only the output that explains something
            assert stripped_lines(output) == stripped_lines(block.answer or ""), f"{name}:{block.line}"


@pytest.mark.parametrize("each", MANUAL, ids=lambda each: each.path.name)
def test_every_block_is_of_a_language_that_can_be_read(each):
    reads = {"python": ast.parse, "yaml": yaml.safe_load}
    for block in each.blocks:
        assert block.language in {"python", "yaml", "sh", "sql", "r", "diff", "text", "toml", "{eval-rst}"}, block.line
        if block.language in reads:
            reads[block.language](block.code)


def test_the_fields_of_a_problem_are_all_explained():
    text = (ROOT / "docs/commands.md").read_text(encoding="utf-8")
    section = text.split("## Problems as JSON\n")[1].split("\n## ")[0]
    cells = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    assert re.findall(r"`(\w+)`", " ".join(cells)) == [field.name for field in fields(Problem) if field.compare]


# ── How they are read ─────────────────────────────────────────────────────────────────────────────


def written(folder, text):
    (folder / "page.md").write_text(text, encoding="utf-8")
    return page(folder / "page.md")


def test_a_block_without_a_language_is_the_answer_to_the_one_before(tmp_path):
    text = "# A\n\n```sh\nls\n```\n\nIt says:\n\n```\nseeds\n```\n\n```sh\ncd\n```\n"
    assert written(tmp_path, text).blocks == (
        Block("A", 3, "sh", "ls\n", answer="seeds\n", answer_line=9),
        Block("A", 13, "sh", "cd\n"),
    )


def test_a_path_and_a_colon_say_which_file_a_block_is(tmp_path):
    block = "\n\n```yaml\na: 1\n```\n\n"
    text = f"Save as `a.yaml`:{block}At the end of `a.yaml` add:{block}`a.yaml`: no.{block}"
    assert [(block.path, block.added) for block in written(tmp_path, text).blocks] == [
        ("a.yaml", False),
        ("a.yaml", True),
        (None, False),
    ]


def test_headings_are_linked_to_as_on_github(tmp_path):
    text = "# What it is, *really*\n\n## `build.py`\n\n## A – b\n\n## A – b\n\n### snake_case\n"
    assert written(tmp_path, text).anchors == {"what-it-is-really", "buildpy", "a--b", "a--b-1", "snake_case"}
