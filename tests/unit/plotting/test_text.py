import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from stancebook import plotting
from stancebook.plotting.text import wrap_label
from tests.unit.plotting.sample_figures import DAY


def test_names_sort_without_case_and_accents():
    """Names with accents sort among names without."""
    names = ["Zeta", "Île-Verte", "ida", "Ivory", "Árbor", "Arbour"]
    assert sorted(names, key=plotting.sort_key) == ["Árbor", "Arbour", "ida", "Île-Verte", "Ivory", "Zeta"]


def test_numbers_and_codes_read_as_text():
    """Codes become words, and numbers agree with their nouns."""
    assert plotting.humanize("on_record") == "on record"
    assert plotting.pluralize(1, "party", "parties") == "1 party"
    assert plotting.pluralize(1200, "party", "parties") == "1,200 parties"
    assert plotting.count_or_none(0) == "none"
    assert plotting.basis_note({"document": 2, "coder": 1}) == "Basis: 2 documents, 1 coder."


def test_words_are_joined_as_list():
    """The last word of a list follows an `and`; words beyond the limit are counted."""
    assert plotting.join_words([]) == "none"
    assert plotting.join_words(["a"]) == "a"
    assert plotting.join_words("abc") == "a, b and c"
    assert plotting.join_words("abcde", limit=3) == "a, b, c and 2 more"
    assert plotting.join_words(["Delta, 1999", "b", "c"]) == "Delta, 1999; b and c"


def test_wrapped_label_keeps_line_breaks():
    """A label is broken at spaces; its own line breaks stay, and so do long words."""
    assert wrap_label("one two\nthree", 4) == "one\ntwo\nthree"
    assert wrap_label("Port-Étoile", 4) == "Port-Étoile"


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        (DAY, DAY, "2031-05-17"),
        (pd.NaT, DAY, "open to 2031-05-17"),
        (DAY, pd.NaT, "2031-05-17 to open"),
        (pd.NaT, pd.NaT, "undated"),
    ],
)
def test_period_names_open_ends(start, end, words):
    """A missing end of a period is called open."""
    assert plotting.format_period(start, end) == words


def test_quote_keeps_words_and_drops_links():
    """A quote keeps its words: links are reduced to theirs, other markup is escaped, and a long quote is cut."""
    assert (
        plotting.format_quote('He [ruled\n out](#) "it" *now*', "doc#s1") == '«He ruled out "it" \\*now\\*» (`doc#s1`)'
    )
    assert plotting.format_quote("[U.S. support] stays", "s2") == "«\\[U.S. support\\] stays» (`s2`)"
    assert plotting.format_quote("so many words that few are shown", "s3", max_chars=15) == "«so many words …» (`s3`)"


VIEW = "https://example.org/view"
PAGE = f"{VIEW}/doc.html#statements.s1"


def test_quote_links_its_row():
    """The id of a row is a link to its page; where the page is not below the address, or none is given, only the id."""
    quote = plotting.format_quote("No.", "doc#s1", url=PAGE)
    for links_below in (VIEW, f"{VIEW}/"):
        assert plotting.Markdown(quote, links_below).text == f"«No.» ([`doc#s1` ↗]({PAGE}))"
    for links_below in ("", "https://example.org/vie", "https://example.com/view", PAGE):
        assert plotting.Markdown(quote, links_below).text == "«No.» (`doc#s1`)"


@pytest.mark.parametrize(
    ("row_id", "url"),
    [
        ("doc#s1", ""),
        ("doc#s1", "javascript:alert(1)"),
        ("doc#s1", "doc.html"),
        ("doc#s1", f"{VIEW}/a) [b](c"),
        ("doc#s1", f"{VIEW}/<b>"),
        ("a`](b)", PAGE),
    ],
)
def test_quote_links_only_plain_addresses(row_id, url):
    """What is no address of the web, or has characters of markup, is no link."""
    assert plotting.format_quote("No.", row_id, url=url) == f"«No.» (`{row_id}`)"


def test_long_bullet_list_counts_rest():
    """Items beyond the limit are counted in a last bullet."""
    assert plotting.bullet_list(["a", "b"], 2) == "- a\n- b"
    assert plotting.bullet_list(["a", "b", "c"], 2) == "- a\n- b\n- … and 1 more"
    assert plotting.bullet_list([], 2) == ""


def test_markdown_table_has_header_and_rows():
    """A table has a header, a rule and a line for each row."""
    assert plotting.markdown_table(["who", "n"], [["a", "1"], ["b", "2"]]) == (
        "| who | n |\n| --- | :---: |\n| a | 1 |\n| b | 2 |"
    )


def test_cells_of_markdown_table_are_text():
    """The cells of a table show their own characters."""
    assert plotting.markdown_table(["a|b"], [["<i>"]]) == "| a\\|b |\n| --- |\n| \\<i\\> |"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("**a** *b* `c` | d", "**a** *b* `c` | d"),
        ("<img src=x>", "\\<img src=x>"),
        ("[a](javascript:b)", "\\[a\\](javascript:b)"),
        ("already \\<b\\> and \\\\<b>", "already \\<b\\> and \\\\\\<b>"),
        ("https://example.org and www.example.org", "https\\://example.org and www\\.example.org"),
        ("$5 &lt; AT&T", "\\$5 \\&lt; AT&T"),
    ],
)
def test_displayed_markdown_has_no_active_markup(text, shown):
    """HTML, links and formulas are shown as they are written; emphasis, code and tables are kept."""
    displayed = plotting.Markdown(text)
    assert displayed._repr_markdown_() == shown
    assert repr(displayed) == "<Markdown>"


@given(st.text(alphabet="a<>`\\[]()! \n*_&#;$", max_size=30))
def test_displayed_markdown_has_neither_html_nor_links(text):
    """A parser finds no HTML, link or image in any text."""
    tokens = MarkdownIt("commonmark").parse(plotting.Markdown(text)._repr_markdown_())
    found = {child.type for token in tokens for child in [token, *(token.children or [])]}
    assert not found & {"html_block", "html_inline", "link_open", "image"}


LOOKALIKES = [
    f"[`doc#s1` ↗]({PAGE})",
    f"[a]({PAGE})<!-- 0 -->",
    f"<{PAGE}>",
    PAGE,
    "[",
    "](",
    "`",
    "``",
    "\\",
    "<!--",
    "a ",
]


@given(*[st.lists(st.sampled_from(LOOKALIKES), max_size=4).map("".join)] * 3)
def test_only_links_of_quotes_are_links(before, quote, after):
    """No text that looks like a link to a page is one before, in or after a quote with a link."""
    made = plotting.format_quote(quote, "doc#s9", url=f"{VIEW}/doc.html#events.s9")
    shown = plotting.Markdown(f"{before} {made} {after}", links_below=VIEW).text
    tokens = [child for token in MarkdownIt("commonmark").parse(shown) for child in [token, *(token.children or [])]]
    assert not {token.type for token in tokens} & {"html_block", "html_inline", "image"}
    assert {token.attrGet("href") for token in tokens if token.type == "link_open"} <= {f"{VIEW}/doc.html#events.s9"}
