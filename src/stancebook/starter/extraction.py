"""Extract the text of a file, and what the file itself says about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import PurePath

from stancebook.exceptions import requires_extra
from stancebook.starter.extracted import Extracted, ExtractionError

MAX_BYTES = 32 << 20  # of a file


def extract(name: str, data: bytes, encoding: str = "") -> Extracted:
    """Extract the text of a file.

    Args:
        name: The name of the file, whose extension says what it is.
        data: Its content.
        encoding: The encoding of a text or a web page, such as `windows-1252`; empty to find it.

    Raises:
        ExtractionError: It has no text, is damaged, is protected by a password, or is of another kind.
        MissingExtraError: A library for this kind of file is not installed.
    """
    extension = PurePath(name).suffix.lower()
    if extension not in _EXTRACTORS:
        hint = _SAVE_AS.get(extension, f"save it as one of {', '.join(_EXTRACTORS)}")
        raise ExtractionError(f"is no file that a text can be taken from: {hint}")
    if len(data) > MAX_BYTES:
        raise ExtractionError(f"has more than {MAX_BYTES >> 20} MB: give the part with the text")
    if not data.strip():
        raise ExtractionError("is empty")
    with requires_extra("texts"):
        extracted = _EXTRACTORS[extension](data, encoding)
    facts = (replace(fact, value=" ".join(fact.value.split())) for fact in extracted.facts)
    return replace(extracted, facts=tuple(fact for fact in facts if fact.value))


def _plain_text(data: bytes, encoding: str) -> Extracted:
    from stancebook.starter.encodings import decode

    text, remark = decode(data, encoding)
    return Extracted(text.encode() if remark else data, is_the_file=not remark, remarks=(remark,) if remark else ())


def _web_page(data: bytes, encoding: str) -> Extracted:
    from stancebook.starter.web_page import extract_web_page

    return extract_web_page(data, encoding)


def _word_file(data: bytes, _encoding: str) -> Extracted:
    from stancebook.starter.word_file import extract_word_file

    return extract_word_file(data)


def _pdf(data: bytes, _encoding: str) -> Extracted:
    from stancebook.starter.pdf import extract_pdf

    return extract_pdf(data)


_EXTRACTORS: dict[str, Callable[[bytes, str], Extracted]] = {
    ".txt": _plain_text,
    ".html": _web_page,
    ".htm": _web_page,
    ".docx": _word_file,
    ".pdf": _pdf,
}
_SAVE_AS = dict.fromkeys((".doc", ".odt", ".rtf", ".pages"), "open it, and save it as .docx or .txt")
