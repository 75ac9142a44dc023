"""Markdown pages as the tests read them: blocks of code with the answers shown beneath, links, anchors."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[2]

# A paragraph that ends in a path and a colon says where the block beneath it belongs.
SAVED_AS = re.compile(r"(?P<added>at the end of )?`(?P<path>[^`\s]+)`(?: add)?:\Z", re.IGNORECASE)


@dataclass(frozen=True)
class Block:
    """A block of code, where it stands, and what the page shows beneath it as the answer to it.

    Lines count from 1: `line` is that of the block's fence, `answer_line` that of the answer's. `path` is the
    file that the page says the block is, or is `added` to.
    """

    heading: str
    line: int
    language: str
    code: str
    path: str | None = None
    added: bool = False
    answer: str | None = None
    answer_line: int = 0


@dataclass(frozen=True)
class Page:
    """A Markdown file, read: blocks in order, links with their lines, and what can be linked to in it."""

    path: Path
    blocks: tuple[Block, ...]
    links: tuple[tuple[int, str], ...]
    anchors: frozenset[str]

    def code(self, language: str) -> list[str]:
        """Return the blocks of a language, as text."""
        return [block.code for block in self.blocks if block.language == language]


@cache
def page(path: Path) -> Page:
    """Read a page."""
    text = path.read_text(encoding="utf-8")
    if text.startswith("---\n"):  # what the hub reads at the head of the data card is no Markdown
        header, body = text[4:].split("\n---\n", 1)
        text = "\n" * (header.count("\n") + 3) + body
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(text)
    return Page(path, tuple(_blocks(tokens)), tuple(_links(tokens)), frozenset(_anchors(tokens)))


def page_at(name: str) -> Page:
    """Read the page at this place in the repository."""
    return page(ROOT / name)


def pages() -> list[Page]:
    """Return every page of the repository."""
    folders = (".", "benchmarks", "dataset", "docs", "docs/tools", "seeds")
    return [page(path) for folder in folders for path in sorted((ROOT / folder).glob("*.md"))]


def _blocks(tokens) -> Iterator[Block]:
    """Yield each block with a language, and the one without that follows, if any, as its answer."""
    heading, paragraph, block = "", "", None
    for opened, token in pairwise(tokens):
        if token.type == "inline":
            heading, paragraph = (token.content if opened.type == "heading_open" else heading), token.content
        elif token.type == "fence" and token.info:
            if block is not None:
                yield block
            saved = SAVED_AS.search(paragraph)
            path, added = (saved["path"], bool(saved["added"])) if saved else (None, False)
            block = Block(heading, token.map[0] + 1, token.info, token.content, path, added)
            paragraph = ""
        elif token.type == "fence" and block is not None:
            yield replace(block, answer=token.content, answer_line=token.map[0] + 1)
            block = None
    if block is not None:
        yield block


def _links(tokens) -> Iterator[tuple[int, str]]:
    for token in tokens:
        for child in token.children or ():
            if target := child.attrGet("href") or child.attrGet("src"):
                yield token.map[0] + 1, target


def _anchors(tokens) -> Iterator[str]:
    """Name the headings as GitHub does: lower case, no punctuation, hyphens for spaces, a number from the second on."""
    seen: dict[str, int] = {}
    for opened, token in pairwise(tokens):
        if opened.type == "heading_open":
            shown = "".join(child.content for child in token.children if child.type in {"text", "code_inline"})
            slug = re.sub(r"[^\w\- ]", "", shown.strip().lower()).replace(" ", "-")
            yield f"{slug}-{seen[slug]}" if slug in seen else slug
            seen[slug] = seen.get(slug, 0) + 1
