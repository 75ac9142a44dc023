"""Extract the text of a web page: one paragraph for each of its blocks, and what its metadata says."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from stancebook.starter.encodings import decode
from stancebook.starter.extracted import Extracted, ExtractionError, Fact

# https://html.spec.whatwg.org/multipage/grouping-content.html and the like: what starts a paragraph of its own
_BLOCKS = frozenset(
    re.findall(
        r"\w+",
        """
        address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption figure
        footer form h1 h2 h3 h4 h5 h6 header hgroup hr legend li main menu nav ol p pre section summary table tbody
        tfoot thead tr ul
        """,
    )
)
# What is no text of a report: controls, and ways to other pages.
_LEFT_OUT = frozenset(
    re.findall(
        r"\w+",
        """
        aside audio button canvas datalist dialog footer head iframe math menu nav noscript object script select style
        svg template textarea video
        """,
    )
)
_CHARSET = re.compile(rb"<meta[^>]*?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_WHITE_SPACE = re.compile(r"[ \t\n\r\f]+")
_NO_TEXT = "has no text in it: save a page that a program fills from the browser once it is there, or its text as .txt"
_HEAD_BYTES = 4096  # in which a page states its encoding

# Where a page states a property, the usual place first: the attributes of `meta`, of which one has the name.
_META: dict[str, tuple[str, ...]] = {
    "title": ("og:title", "dc.title", "twitter:title"),
    "author": ("author", "article:author", "dc.creator", "parsely-author"),
    "publisher": ("og:site_name", "dc.publisher", "application-name"),
    "published": ("article:published_time", "datepublished", "dc.date", "dcterms.created", "date", "parsely-pub-date"),
    "url": ("og:url",),
    "language": ("og:locale",),
}


def extract_web_page(data: bytes, encoding: str = "") -> Extracted:
    """Extract the text of a web page.

    The text is that of the longest `<article>`, else of `<main>`, else of all the page, without navigation, asides and
    footers. It is not rearranged, and nothing else is left out.

    Args:
        data: The page.
        encoding: Its encoding, if a person gives it.

    Raises:
        ExtractionError: It has no text, or its encoding is not known.
    """
    from lxml import etree, html

    declared = _CHARSET.search(data[:_HEAD_BYTES])
    text, remark = decode(data, encoding, declared[1].decode() if declared else "")
    parser = html.HTMLParser(encoding="utf-8", huge_tree=True)  # the size of the page is limited, and its depth to 2048
    try:
        page = html.document_fromstring(text.encode(), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError) as error:
        raise ExtractionError(_NO_TEXT) from error
    if any("depth" in problem.message for problem in parser.error_log):
        raise ExtractionError("is nested too deeply to be read: save the text of the page as .txt")
    source, root = _main_part(page)
    paragraphs = [*_paragraphs(root)]
    if not paragraphs:
        raise ExtractionError(_NO_TEXT)
    content = "\n\n".join(paragraphs)
    remarks = (remark, f"taken from {source}, without navigation, asides and footers")
    return Extracted(
        f"{content}\n".encode(errors="replace"), facts=tuple(_facts(page)), remarks=tuple(filter(None, remarks))
    )


# ── Text ──────────────────────────────────────────────────────────────────────────────────────────


def _main_part(page: Any) -> tuple[str, Any]:
    """Return the part of a page with its text, with words for it."""
    articles = [element for element in page.iter("article") if next(element.iterancestors("article"), None) is None]
    if articles:
        longest = max(articles, key=lambda element: sum(map(len, _paragraphs(element))))
        return f"the longest of {len(articles)} <article>" if len(articles) > 1 else "its <article>", longest
    main = next(page.iter("main"), None)
    return ("its <main>", main) if main is not None else ("all the page", page)


def _paragraphs(root: Any) -> Iterator[str]:
    """Yield the texts of the blocks of an element, each with its white space as a browser shows it."""
    block: list[str] = []
    for piece in (*_pieces(root), None):
        if piece is not None:
            block.append(piece)
            continue
        lines = "".join(block).split("\v")
        shown = (_WHITE_SPACE.sub(" ", line).strip(" ") for line in lines)
        if text := "\n".join(filter(str.strip, shown)):  # a line of no-break spaces alone is no line
            yield text
        block = []


def _pieces(root: Any) -> Iterator[str | None]:
    """Yield the texts of an element in order, a vertical tab for a line break, and None where a block starts or ends.

    It is not recursive: the elements of a page may be nested deeper than the interpreter's stack.
    """
    pending: list[Any] = [root]
    while pending:
        item = pending.pop()
        if not hasattr(item, "tag"):
            yield item
            continue
        is_shown = isinstance(item.tag, str) and item.tag not in _LEFT_OUT and "hidden" not in item.attrib
        inside: list[Any] = []
        if is_shown:
            inside = [item.text or ""]
            for child in item:
                inside += [child, child.tail or ""]
        if item.tag in _BLOCKS:
            inside = [None, *inside, None]
        elif item.tag == "br":
            inside = ["\v"]
        elif item.tag in ("td", "th"):
            inside.append(" ")
        pending += reversed(inside)


# ── Metadata ──────────────────────────────────────────────────────────────────────────────────────


def _facts(page: Any) -> Iterator[Fact]:
    """Yield what a page says of itself: by its own elements, then by data for search engines, then by its heading."""
    stated = _meta(page)
    for canonical in page.xpath("//link[@rel='canonical']/@href"):
        yield Fact("url", canonical, 'its <link rel="canonical">')
    language = page.get("lang") or page.get("{http://www.w3.org/XML/1998/namespace}lang") or ""
    yield Fact("language", language, "its <html lang>")
    for name, keys in _META.items():
        for key in keys:
            if key in stated:
                value = stated[key].replace("_", "-") if name == "language" else stated[key]  # en_GB, a locale
                yield Fact(name, value, f"its <meta> {key}")
    for article in _linked_data(page):
        yield from _article_facts(article)
    headings = [" ".join(element.itertext()) for element in page.iter("h1")]
    if len(headings) == 1:
        yield Fact("title", headings[0], "its only <h1>")
    for title in page.xpath("//head/title/text()"):
        yield Fact("title", title, "its <title>")


def _meta(page: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in page.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or ""
        if content := element.get("content"):
            found.setdefault(name.lower(), content)
    return found


def _linked_data(page: Any) -> Iterator[dict[str, Any]]:
    """Yield the descriptions of an article in JSON-LD: https://schema.org/Article."""
    for script in page.xpath("//script[@type='application/ld+json']/text()"):
        try:
            pending = [json.loads(script)]
        except (ValueError, RecursionError):
            continue
        while pending:
            item = pending.pop(0)
            if isinstance(item, list):
                pending += item
            elif isinstance(item, dict):
                pending.append(item.get("@graph"))
                if "datePublished" in item:
                    yield item


def _article_facts(article: dict[str, Any]) -> Iterator[Fact]:
    origin = "its JSON-LD"
    yield Fact("title", _words(article.get("headline")), f"{origin} headline")
    yield Fact("author", _words(article.get("author")), f"{origin} author")
    yield Fact("publisher", _words(article.get("publisher")), f"{origin} publisher")
    yield Fact("published", _words(article.get("datePublished")), f"{origin} datePublished")
    yield Fact("language", _words(article.get("inLanguage")), f"{origin} inLanguage")


def _words(value: Any) -> str:
    """Return a value of JSON-LD as text: a text itself, the name of a thing, or those of a list."""
    if isinstance(value, dict):
        value = value.get("name")
    if isinstance(value, list):
        return ", ".join(filter(None, map(_words, value)))
    return value if isinstance(value, str) else ""
