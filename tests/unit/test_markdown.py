"""Text as data in Markdown: a real parser shows it with its own characters, and finds no markup in it."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.mdit import create_md_parser

from stancebook.markdown import escape_markdown, inline_text, markdown_link

COMMONMARK = MarkdownIt("commonmark").enable(["table", "strikethrough"])
MYST = create_md_parser(MdParserConfig(), RendererHTML)  # as of the site

HOSTILE = [
    "<script>alert(1)</script>",
    "Kremlin <img src=x onerror=alert(1)> spokesman",
    "<!-- hidden",
    "<https://example.org>",
    "[click](javascript:alert(1))",
    "![](javascript:alert(1))",
    "[a][b]",
    "[^1]",
    "[x]: /y",
    "# heading",
    "- list",
    "+ list",
    "1. list",
    "12) list",
    "***",
    "---",
    "===",
    "```{literalinclude} ../../etc/os-release",
    "{raw}`html <b>`",
    "```mermaid",
    ":::{note}",
    "(target)=",
    "% comment",
    "+++",
    "{{ page }} {% if %} ${{ secrets.X }}",
    "$x^2$ and $$y$$",
    "a | b \\| c",
    "a\\",
    "`code` ``more``",
    "*a* _b_ **c** __d__ ~~e~~",
    "&lt;b&gt; &#60; &amp;amp;",
    "https://example.org www.example.org",
    "> quote",
    "|a|b|\n|-|-|",
    "a\n\n<b>c</b>\n\n```{raw} html\n<i>\n```",
    "trailing  \nbreak",
]
TEXTS = st.one_of(
    st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])),
    st.lists(st.sampled_from([*HOSTILE, "a", " ", "\n", "\\", "`", "|", "<", "[", "]", "(", ")"])).map("".join),
)
ADDRESSES = st.text(alphabet="ab/?=&%.:_-*()[]<>|\\`#~", max_size=20).map("https://example.org/".__add__)


def shown(parser, markdown):
    """Return the text that a parser finds in a page, whose inlines must be nothing but text."""
    found = []
    for token in parser.parse(markdown):
        found += token.children or []
        assert token.type.removesuffix("_open").removesuffix("_close") in ("paragraph", "inline", *TABLE), token
    assert {child.type for child in found} <= {"text"}, found
    return "".join(child.content for child in found)


TABLE = ("table", "thead", "tbody", "tr", "th", "td")


def words(text):
    """Return a text without its white space, which a page does not keep in full."""
    return "".join(char for char in text if not char.isspace())


@pytest.mark.parametrize("parser", [COMMONMARK, MYST], ids=["commonmark", "myst"])
@pytest.mark.parametrize("text", HOSTILE)
def test_markup_is_shown_as_text(parser, text):
    """Each kind of markup is text in a paragraph and in a cell of a table."""
    assert words(shown(parser, escape_markdown(text))) == words(text)
    assert words(shown(parser, f"| x |\n|---|\n| {escape_markdown(text)} |")) == "x" + words(text)


@given(TEXTS)
@example("a\\|b")
@example("\\")
def test_any_text_is_shown_as_it_is(text):
    """Rendered text has the characters of the text, but for line breaks and runs of spaces."""
    for parser in (COMMONMARK, MYST):
        assert words(shown(parser, escape_markdown(text))) == words(text)


@given(TEXTS)
def test_escaped_text_is_one_line(text):
    """A text cannot end its line."""
    assert len(escape_markdown(text).splitlines()) <= 1


@given(TEXTS.filter(words), ADDRESSES)
def test_link_has_its_words_and_address(text, address):
    """A link of the web has the words and the address that were given, and is one link."""
    [paragraph] = [token.children for token in COMMONMARK.parse(markdown_link(text, address)) if token.children]
    opening, *inner, closing = paragraph
    assert (opening.type, closing.type) == ("link_open", "link_close")
    assert opening.attrGet("href") == COMMONMARK.normalizeLink(address)
    assert words("".join(child.content for child in inner)) == words(text)


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd", "//example.org", ""]
)
def test_other_address_is_no_link(address):
    """An address that is not one of the web is no link."""
    assert markdown_link("a [b]", address) == "a \\[b\\]"


# ── Words of a line ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("**Talks** on the *river* __open__ _now_", "Talks on the river open now"),
        ("[U.S.](https://example.org) and ![a flag](flag.png) [others](#)", "U.S. and a flag others"),
        ('[**Talks**](/a "A title")', "Talks"),
        ("`snake_case` and snake_case", "snake_case and snake_case"),
        ("R&amp;D, 5 * 3 * 2, a_b_c", "R&D, 5 * 3 * 2, a_b_c"),
        ("1\\. \\*No\\* emphasis", "1. *No* emphasis"),
        ("***Both***", "Both"),
        ("  two   spaces ", "two spaces"),
        ("[broken](", "[broken]("),
        ("", ""),
    ],
)
def test_inline_text_is_what_readers_see(line, words):
    """The words of a line of Markdown are without emphasis, code marks, addresses and escapes."""
    assert inline_text(line) == words


@given(TEXTS)
def test_inline_text_of_escaped_text_is_the_text(text):
    """Escaped text has the words of the text."""
    assert words(inline_text(escape_markdown(text))) == words(text)
