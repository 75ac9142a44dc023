"""Decode a file whose encoding is not known: never by a guess."""

from __future__ import annotations

import codecs

from stancebook.starter.extracted import ExtractionError

# The longer marks first: that of UTF-32 starts with that of UTF-16.
_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
# What a page states, and browsers read instead: https://encoding.spec.whatwg.org/#names-and-labels
_AS_BROWSERS = {"ascii": "cp1252", "iso8859-1": "cp1252", "iso8859-9": "cp1254", "gb2312": "gb18030", "gbk": "gb18030"}
_CANDIDATES = ("windows-1252", "windows-1250", "windows-1251", "windows-1256", "gb18030", "shift_jis")
_SHOWN = 15  # characters before and after a byte that is not UTF-8


def decode(data: bytes, encoding: str = "", declared: str = "") -> tuple[str, str]:
    """Decode a file.

    Args:
        data: Its content.
        encoding: The encoding that a person gives, which decides; empty if none is given.
        declared: The encoding that the file itself states, for what is not in UTF-8; empty if it states none.

    Returns:
        The text, and a remark if the file was not in UTF-8; else an empty one.

    Raises:
        ExtractionError: It is not in the encoding given, or in none that is known; the sentence says what to give.
    """
    if encoding:
        return _decoded(data, encoding, "as --encoding says")
    for mark, name in _MARKS.items():
        if data.startswith(mark):
            return _decoded(data, name, "by its byte order mark")
    try:
        return data.decode(), ""
    except UnicodeDecodeError as error:
        if declared:
            return _decoded(data, _as_browsers(declared), "as the file says")
        line = data.count(b"\n", 0, error.start) + 1
        readings = "; ".join(_readings(data, error.start))
        raise ExtractionError(
            f"is not in UTF-8 (byte 0x{data[error.start]:02x} in line {line}). Save it as UTF-8, or give --encoding."
            f" {readings or 'None of the usual ones fits'}"
        ) from error


def _decoded(data: bytes, encoding: str, reason: str) -> tuple[str, str]:
    try:
        name = codecs.lookup(encoding).name
        return data.decode(encoding), "" if name == "utf-8" else f"converted from {name} to UTF-8, {reason}"
    except LookupError as error:
        raise ExtractionError(f"cannot be decoded: {encoding!r} is no encoding; write one such as utf-16") from error
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ExtractionError(f"is not in {encoding}, {reason}: line {line} has other bytes") from error


def _as_browsers(encoding: str) -> str:
    try:
        return _AS_BROWSERS.get(codecs.lookup(encoding).name, encoding)
    except LookupError:
        return encoding


def _readings(data: bytes, offset: int) -> list[str]:
    """Return how the words around an offset read in the usual encodings, one for each reading."""
    start = data.rfind(b"\n", 0, offset) + 1
    before, after = data[start:offset], data[offset:].partition(b"\n")[0]
    found: dict[str, str] = {}
    for encoding in _CANDIDATES:
        try:
            words = before.decode(encoding)[-_SHOWN:] + after.decode(encoding)[:_SHOWN]
        except UnicodeDecodeError:
            continue
        if words.strip().isprintable():
            found.setdefault(words.strip(), encoding)
    return [f"{encoding} reads {words!r}" for words, encoding in found.items()]
