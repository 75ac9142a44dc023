"""A text is coded from nothing in the desk's page, with the keyboard alone and with the mouse."""

import re
import shutil
from pathlib import Path

import pytest

from schemas import CONTRACT
from stancebook.build.pipeline import build_tables
from tests.browser.desks import fill, fill_by_keys, select, select_by_keys

pytestmark = pytest.mark.xdist_group("browser")

PAGE = Path(__file__).parents[2] / "docs/first-text.md"
STATEMENT = {
    "speaker_id": "anna-hale",
    "attribution": "partial",
    "source": "spokesperson",
    "act": "offer",
    "summary": "Northmark is ready to meet Southmark without preconditions.",
    "confidence": "high",
    "holder_id": "northmark",
    "issue_id": "direct-talks",
    "stance": "supports",
    "asserted_change": "softened",
    "quoted_words": "without preconditions",
    "date_text": "on Tuesday",
    "date_edtf": "2031-04-01",
}
QUOTE = "said on Tuesday that Northmark was ready to meet Southmark “without preconditions”"


def block(start):
    """Return the code block of docs/first-text.md that starts with some words."""
    [found] = re.findall(
        rf"^```\w+\n({re.escape(start)}.*?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )[:1]
    return found


@pytest.fixture
def uncoded(project, desk):
    """Return a desk with the text and the codebook of docs/first-text.md, and a document without rows."""
    seeds = project / "seeds"
    shutil.rmtree(seeds / "codebook")
    (seeds / "codebook").mkdir()
    (seeds / "codebook/actors.yaml").write_text(block("actors:"), encoding="utf-8")
    (seeds / "codebook/issues.yaml").write_text(block("issues:"), encoding="utf-8")
    (seeds / "documents/river-talks.txt").write_text(block("# Northmark"), encoding="utf-8")
    head = block("# yaml-language-server") + block("  url:")
    (seeds / "documents/river-talks.yaml").write_text(head, encoding="utf-8")
    return desk


EXPECTED = """
statements:
  - id: s01
    speaker_id: anna-hale
    holder_id: northmark
    issue_id: direct-talks
    stance: supports
    asserted_change: softened
    attribution: partial
    source: spokesperson
    act: offer
    quoted_words: without preconditions
    summary: Northmark is ready to meet Southmark without preconditions.
    date_text: on Tuesday
    date_edtf: 2031-04-01
    confidence: high
    quote: said on Tuesday that Northmark was ready to meet Southmark “without preconditions”
"""


def built(desk):
    """Return the errors of the build of what the desk left."""
    return [
        str(problem) for problem in build_tables(CONTRACT, desk.root / "seeds").problems if problem.level == "error"
    ]


def test_row_is_coded_with_the_keyboard_alone(uncoded, page):
    """From the text to the saved file without the mouse: the file is as if it was typed by hand, and builds."""
    uncoded.open(page)
    before = uncoded.annotations.read_text(encoding="utf-8")
    press = page.keyboard.press
    select_by_keys(page, QUOTE)
    press("s")
    page.wait_for_selector("#form:not([hidden])")
    assert page.text_content("#form-quote") == QUOTE
    fill_by_keys(page, STATEMENT)
    press("Control+Enter")
    page.wait_for_selector("#form", state="hidden")
    press("Control+s")
    page.wait_for_selector("#state[data-kind=good]")
    assert uncoded.annotations.read_text(encoding="utf-8") == before + EXPECTED
    assert built(uncoded) == []


def test_row_is_coded_with_the_mouse(uncoded, page):
    """The same row, by the mouse: words are selected, buttons pressed, phrases taken from the text."""
    uncoded.open(page)
    before = uncoded.annotations.read_text(encoding="utf-8")
    select(page, QUOTE)
    page.get_by_role("button", name="statements").click()
    taken = ("quoted_words", "date_text")
    fill(page, {key: value for key, value in STATEMENT.items() if key not in taken})
    for key in taken:
        page.locator(f"[data-key={key}] button.take").click()
        select(page, STATEMENT[key])
        page.locator(f"[data-key={key}] input:focus").wait_for()
        assert page.locator(f"[data-key={key}] input").input_value() == STATEMENT[key]
    page.locator("#verdict[data-kind=good]").wait_for()
    page.get_by_role("button", name="Apply").click()
    page.wait_for_selector("#form", state="hidden")
    page.get_by_role("button", name="Save").click()
    page.wait_for_selector("#state[data-kind=good]")
    assert uncoded.annotations.read_text(encoding="utf-8") == before + EXPECTED
    assert built(uncoded) == []
