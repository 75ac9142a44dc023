"""Pages have links that resolve and examples whose output is current."""

import ast
import re
from dataclasses import fields
from pathlib import Path
from urllib.parse import unquote

import pytest
import yaml

from stancebook.problems import Problem
from tests.docs.docs_runner import EXECUTED_PAGES, run_page, stripped_lines
from tests.docs.pages import ROOT, Block, page_at, pages
from tests.docs.pages import page as read_page

PAGES = pages()
NAMES = [str(page.path.relative_to(ROOT)) for page in PAGES]
MANUAL = [page for page in PAGES if page.path.is_relative_to(ROOT / "docs")]

# Pages whose blocks another test module runs.
TESTED_SEPARATELY = {
    "docs/cluster.md": "unit/parallel/test_dask_executor.py",
    "docs/continuous-integration.md": "test_continuous_integration.py",
    "docs/first-text-in-the-browser.md": "browser/test_desk_coding.py",
}
# Pages that take long to run.
SLOW_PAGES = dict.fromkeys(
    ["docs/own-corpus.md", "docs/large.md", "docs/from-0.1-to-0.2.md", "docs/query.md"], pytest.mark.proof
)


def target(source: Path, link: str) -> tuple[Path, str]:
    """Return the file and the anchor that a link within the repository leads to."""
    path, _, anchor = unquote(link).partition("#")
    return ((source.parent / path).resolve() if path else source), anchor


def internal(links):
    """Return the links within the repository, with their lines."""
    return [(line, link) for line, link in links if not re.match(r"[a-z]+:", link)]


# ── Links ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_internal_links_resolve(page):
    """Every link within the repository leads to a file, and its anchor to a heading."""
    for line, link in internal(page.links):
        path, anchor = target(page.path, link)
        assert path.exists(), f"{page.path}:{line}: {link}"
        assert not anchor or anchor in read_page(path).anchors, f"{page.path}:{line}: {link}"


def test_pages_are_two_clicks_from_the_readme():
    """Every page is reached from the README by at most two links."""
    reached = {ROOT / "README.md"}
    for _click in range(2):
        opened = [read_page(path) for path in reached if path.suffix == ".md"]
        reached |= {target(page.path, link)[0] for page in opened for _, link in internal(page.links)}
    assert {page.path for page in PAGES} <= reached


# ── Examples ──────────────────────────────────────────────────────────────────────────────────────


def test_every_page_of_the_manual_is_tested():
    """Every page in docs/ is executed here or by another test module."""
    manual = {str(page.path.relative_to(ROOT)) for page in MANUAL}
    assert manual == {*EXECUTED_PAGES, *TESTED_SEPARATELY} - {"README.md"}


@pytest.mark.parametrize("name", [pytest.param(name, marks=SLOW_PAGES.get(name, ())) for name in EXECUTED_PAGES])
def test_output_on_a_page_is_current(name, tmp_path, monkeypatch):
    """The commands of a page print the output that the page shows."""
    monkeypatch.setenv("COLUMNS", "80")  # help is laid out for a terminal
    executed = list(run_page(page_at(name), tmp_path))
    assert executed
    for block, output in executed:
        if block.answer is not None or name != "README.md":  # the README shows only the output that explains something
            assert stripped_lines(output) == stripped_lines(block.answer or ""), f"{name}:{block.line}"


@pytest.mark.parametrize("page", MANUAL, ids=lambda page: page.path.name)
def test_blocks_have_a_known_language_and_parse(page):
    """Every block has one of the languages of the manual; Python and YAML parse."""
    parsers = {"python": ast.parse, "yaml": yaml.safe_load}
    for block in page.blocks:
        assert block.language in {
            "python",
            "yaml",
            "sh",
            "sql",
            "r",
            "diff",
            "text",
            "toml",
            "html",
            "json",
            "{eval-rst}",
        }, block.line
        if block.language in parsers:
            parsers[block.language](block.code)


def test_fields_of_a_problem_are_documented():
    """The table of docs/commands.md lists the fields of `Problem` in their order."""
    text = (ROOT / "docs/commands.md").read_text(encoding="utf-8")
    section = text.split("## Problems as JSON\n")[1].split("\n## ")[0]
    cells = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    assert re.findall(r"`(\w+)`", " ".join(cells)) == [field.name for field in fields(Problem) if field.compare]


# ── Reading of pages ──────────────────────────────────────────────────────────────────────────────


def write_page(folder, text):
    """Write a page and read it."""
    (folder / "page.md").write_text(text, encoding="utf-8")
    return read_page(folder / "page.md")


def test_block_without_language_is_output(tmp_path):
    """A block without a language is the expected output of the block before it."""
    text = "# A\n\n```sh\nls\n```\n\nIt says:\n\n```\nseeds\n```\n\n```sh\ncd\n```\n"
    assert write_page(tmp_path, text).blocks == (
        Block("A", 3, "sh", "ls\n", answer="seeds\n", answer_line=9),
        Block("A", 13, "sh", "cd\n"),
    )


def test_path_before_a_block_names_its_file(tmp_path):
    """A path and a colon before a block say to which file it is written or appended."""
    block = "\n\n```yaml\na: 1\n```\n\n"
    text = f"Save as `a.yaml`:{block}At the end of `a.yaml` add:{block}`a.yaml`: no.{block}"
    assert [(block.path, block.added) for block in write_page(tmp_path, text).blocks] == [
        ("a.yaml", False),
        ("a.yaml", True),
        (None, False),
    ]


def test_anchors_are_those_of_github(tmp_path):
    """Headings have the anchors that GitHub gives them."""
    text = "# What it is, *really*\n\n## `build.py`\n\n## A – b\n\n## A – b\n\n### snake_case\n"
    assert write_page(tmp_path, text).anchors == {"what-it-is-really", "buildpy", "a--b", "a--b-1", "snake_case"}
