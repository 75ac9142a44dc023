"""Extract the text of a Word file (.docx): one paragraph for each of its paragraphs."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

from stancebook.problems import pluralize
from stancebook.starter.extracted import Extracted, ExtractionError, Fact

MAX_UNPACKED_BYTES = 128 << 20
_COMPOUND_FILE = b"\xd0\xcf\x11\xe0"  # how old Word files start, and those with a password
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = (
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"  # repeats a drawing for old programs
)
# What is no text of a paragraph: the paragraphs of a text box in it, repeated ones, and text that was moved away.
_APART = (f"{_WORD}p", _FALLBACK, f"{_WORD}moveFrom")
_WHITE_SPACE = {f"{_WORD}tab": "\t", f"{_WORD}br": "\n", f"{_WORD}cr": "\n", f"{_WORD}noBreakHyphen": "\u2011"}
# Parts of the file that are no part of its running text, by how Word names them.
_OTHER_PARTS = {"footnotes": f"{_WORD}footnote", "endnotes": f"{_WORD}endnote", "comments": f"{_WORD}comment"}


def extract_word_file(data: bytes) -> Extracted:
    """Extract the text of a Word file, tables and tracked insertions included.

    Args:
        data: Its content.

    Raises:
        ExtractionError: It is damaged, has a password, or has no text.
    """
    import docx
    from lxml import etree

    _refuse_other_files(data)
    try:
        document = docx.Document(io.BytesIO(data))
        parts = {part.partname.rpartition("/")[2]: part.blob for part in document.part.package.iter_parts()}
        others = {name: etree.fromstring(parts[f"{name}.xml"]) for name in _OTHER_PARTS if f"{name}.xml" in parts}
    except Exception as error:  # what the library raises for a damaged file is of many kinds
        raise ExtractionError("is damaged, or is no Word file: open it in Word, and save it again as .docx") from error
    paragraphs = (
        "".join(_pieces(paragraph))
        for paragraph in document.element.body.iter(f"{_WORD}p")
        if next(paragraph.iterancestors(_FALLBACK), None) is None
    )
    text = "\n\n".join(filter(str.strip, paragraphs))
    if not text:
        raise ExtractionError("has no text; pictures of text need a program for text recognition first")
    return Extracted(f"{text}\n".encode(), facts=tuple(_facts(document)), remarks=tuple(_left_out(others)))


def _facts(document: Any) -> Iterator[Fact]:
    """Yield the properties that a file has; of a file without any, the library would make up a title."""
    from docx.opc.constants import RELATIONSHIP_TYPE

    kinds = {relationship.reltype for relationship in document.part.package.rels.values()}
    if RELATIONSHIP_TYPE.CORE_PROPERTIES not in kinds:
        return
    known = document.core_properties
    for label, value in (("Title", known.title), ("Author", known.author), ("Language", known.language)):
        yield Fact(label.lower(), value or "", f"the property {label} of the file")


def _refuse_other_files(data: bytes) -> None:
    if data.startswith(_COMPOUND_FILE):
        raise ExtractionError(
            "is an old Word file, or has a password: open it in Word, and save it as .docx without one"
        )
    try:
        unpacked = sum(entry.file_size for entry in zipfile.ZipFile(io.BytesIO(data)).infolist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise ExtractionError("is damaged, or is no Word file: open it in Word, and save it again as .docx") from error
    if unpacked > MAX_UNPACKED_BYTES:
        raise ExtractionError(f"unpacks to {unpacked >> 20:,} MB, which no text needs; save its text as .txt")


def _pieces(element: Any) -> Iterator[str]:
    """Yield the texts of a paragraph, or of an element in it, in order."""
    for child in element:
        if child.tag == f"{_WORD}t":
            yield child.text or ""
        elif child.tag in _WHITE_SPACE:
            yield _WHITE_SPACE[child.tag]
        elif child.tag not in _APART:
            yield from _pieces(child)


def _left_out(others: dict[str, Any]) -> Iterator[str]:
    for name, root in others.items():
        texts = ("".join(element.itertext(f"{_WORD}t")).strip() for element in root.iter(_OTHER_PARTS[name]))
        if number := sum(map(bool, texts)):
            yield f"left out: {pluralize(number, name.removesuffix('s'))}"
