"""HTML of texts and rows: the text is kept, rows are drawn, and markup is shown as text."""

import re
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stancebook.build.pipeline import build_tables
from stancebook.web.addresses import CODEBOOK_PAGE, page_name, row_url
from stancebook.web.items import CodedRows, Field, Item, Mark
from stancebook.web.rendering import MAX_LANES, direction, item_html, text_blocks
from tests.unit.web.sample import LOG, SHIPS, write


def passage(number, start, end, text=""):
    """Return a row with a passage."""
    return Item("notes", f"n{number}", f"notes.n{number}", start, end, "", text[start:end], (), (), Mark("N", "N", 1))


def text_of(html):
    """Return the text content of HTML."""
    parts = []
    parser = HTMLParser()
    parser.handle_data = parts.append
    parser.feed(html)
    parser.close()
    return "".join(parts)


@given(st.text(st.sampled_from("ab<&>\"'😀\u0085\u202e字א \r\n"), min_size=1, max_size=50), st.data())
def test_text_is_kept(text, data):
    """The blocks together have the text as their content, and the segments of each row its passage."""
    starts = st.integers(0, len(text) - 1)
    pairs = starts.flatmap(lambda start: st.tuples(st.just(start), st.integers(start + 1, len(text))))
    spans = data.draw(st.lists(pairs, max_size=14))
    items = [passage(number, start, end, text) for number, (start, end) in enumerate(spans)]
    html = "".join(block for _, block in text_blocks(text, items, [(0, 1)], [(0, len(text))]))
    assert text_of(html) == text
    for item in items:
        pattern = rf'<span class="seg[^>]* data-r="(?:[^"]* )?{item.address}(?: [^"]*)?"[^>]*>(.*?)</span>'
        pieces = re.findall(pattern, re.sub(r'<span class="control"[^>]*>(.)</span>', r"\1", html), re.DOTALL)
        assert unescape("".join(pieces).replace("&#13;", "\r")) == item.quote
        assert html.count(f'id="p.{item.address}"') == 1


def test_offsets_are_code_points():
    """A block says where it starts and ends in code points."""
    (_, first), (_, second) = text_blocks("😀😀\n\nab", [])
    assert 'data-start="0" data-end="4"' in first
    assert 'data-start="4" data-end="6"' in second


def test_crowded_passage_says_how_many():
    """Ten rows are drawn apart; of more, the last lane says how many others there are."""
    items = [passage(number, 0, 5) for number in range(MAX_LANES)]
    (_, html), *_ = text_blocks("words", items)
    assert "data-more" not in html
    assert {f"l{lane}t1" for lane in range(MAX_LANES)} <= set(re.findall(r"l\dt1", html))
    (_, html), *_ = text_blocks("words", [*items, passage(10, 0, 5), passage(11, 0, 5)])
    assert 'data-more="+3"' in html
    assert f"l{MAX_LANES - 1}t1" not in html


def test_empty_text_has_no_block():
    """A text without characters has no blocks."""
    assert text_blocks("", []) == []


@pytest.fixture
def rows(tmp_path):
    """Return the rows of the ships."""
    return CodedRows(SHIPS, build_tables(SHIPS, write(tmp_path)).frames)


def test_markup_is_escaped(rows):
    """Markup in any cell, value or passage is text."""
    items = rows.document("north/first")
    html = "".join([*map(item_html, items), item_html(rows.record("north/first")), item_html(rows.entries("ships")[0])])
    html += "".join(block for _, block in text_blocks(LOG, items))
    assert not re.search(r"<b\b|<small>", html)
    assert "javascript:" not in "".join(re.findall(r'href="([^"]*)"', html))


def test_links_lead_to_pages(rows):
    """References lead to rows, entries and documents, from wherever the page is."""
    first, second = rows.document("north/first")
    links = re.findall(r'class="reference" href="([^"]*)"', item_html(first, "../"))
    assert links == ["../codebook.html#ships.ida", "../second.html#document", "../codebook.html#ships.ida"]
    assert 'href="#sightings.s1"' in item_html(second, "../")


def test_only_the_label_is_not_repeated():
    """The text that is the label is shown once; another cell with the same text is shown too."""
    item = replace(passage(1, 0, 5, "words"), label="R. Vale")
    field = Field("person", "Person", "vale", "R. Vale")
    assert "<dt>Person</dt>" in item_html(replace(item, label_column="title", fields=(field,)))
    assert "<dt>Person</dt>" not in item_html(replace(item, label_column="person", fields=(field,)))


def test_page_names_are_distinct():
    """No document has the page of the index or of the codebook."""
    assert len({page_name(name) for name in ("index", "codebook", CODEBOOK_PAGE, "a/index")}) == 4
    assert page_name("a/index") == "a/index.html"


def test_row_url():
    """The address of a row is that of its page, its table and its short ID."""
    assert row_url("https://a.org/view/", "winds", "north/first#w1") == "https://a.org/view/north/first.html#winds.w1"
    assert row_url("https://a.org/view", "ships", "ida") == "https://a.org/view/codebook.html#ships.ida"


@pytest.mark.parametrize(
    ("language", "expected"),
    [("en", "ltr"), ("ar", "rtl"), ("he-IL", "rtl"), ("az-Arab", "rtl"), ("ar-Latn", "ltr"), ("zh-Hant", "ltr")],
)
def test_direction(language, expected):
    """The direction of a text is that of its language, or of the script that its tag names."""
    assert direction(language) == expected
