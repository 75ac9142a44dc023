"""Text as data in Markdown pages."""

import html
import re

_WHITE_SPACE = re.compile(r"[\t-\r\x1c-\x20\x85\u2028\u2029]+")  # others, such as no-break spaces, are characters
_MARKUP = re.compile(
    r"[\\`*_{}\[\]<>#|~$^]"
    r"|&(?=#?\w+;)"  # a character reference
    r"|:(?=//)|(?i:(?<=www)\.)"  # an address, which GitHub links
    r"|^[-+=:%(]"  # at the start of a line: a list, a heading, a comment or a target of MyST
)
_MARKS = re.compile(r"[\\`*_\[&]")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_PRIVATE = 0xF0000  # a plane of code points that no text uses: escaped characters are moved there for a while
_MOVED = re.compile("[\U000f0000-\U000f007f]")
# What surrounds words that readers see: the text of a link or an image, code, emphasis.
_SPANS = (
    re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*(?:\s+\"[^\"]*\")?\)"),
    re.compile(r"(?<!`)`([^`]+)`(?!`)"),
    re.compile(r"\*\*(?=\S)([^*]+)(?<=\S)\*\*"),
    re.compile(r"\*(?=\S)([^*]+)(?<=\S)\*"),
    re.compile(r"(?<!\w)__(?=\S)([^_]+)(?<=\S)__(?!\w)"),
    re.compile(r"(?<!\w)_(?=\S)([^_]+)(?<=\S)_(?!\w)"),
)
_IN_TARGET = re.compile(r"[\\`*_\[\]()<>|]|&(?=#?\w+;)")


def escape_markdown(text: str) -> str:
    """Return Markdown that shows a text with its own characters, on one line.

    Nothing in it is markup to CommonMark, GitHub or MyST: no emphasis, code, link, address, image, HTML, directive,
    role, formula, list, heading or cell of a table.

    Args:
        text: Any text; line breaks and other runs of white space become a space.
    """
    line = _WHITE_SPACE.sub(" ", text).strip(" ")
    return re.sub(r"^(\d+)([.)])", r"\1\\\2", _MARKUP.sub(r"\\\g<0>", line))  # a numbered list


def markdown_link(text: str, address: str) -> str:
    """Return a Markdown link if the address is one of the web, else the text alone.

    Args:
        text: The words of the link, which are escaped.
        address: Where it leads.
    """
    words = escape_markdown(text)
    if not re.fullmatch(r"https?://\S+", address):
        return words
    target = _IN_TARGET.sub(r"\\\g<0>", address)
    return f"[{words}]({target})"


def inline_text(line: str) -> str:
    """Return the words of a line of Markdown as readers see them: without emphasis, code marks, addresses and escapes.

    Args:
        line: A line of Markdown, without the marks of a heading or a list.
    """
    if not _MARKS.search(line):
        return " ".join(line.split())
    line = _ESCAPE.sub(lambda escape: chr(_PRIVATE + ord(escape[1])), line)
    for span in _SPANS:
        line = span.sub(r"\1", line)
    line = re.sub(r"&#?\w+;", lambda reference: html.unescape(reference[0]), line)
    return _MOVED.sub(lambda moved: chr(ord(moved[0]) - _PRIVATE), " ".join(line.split()))
