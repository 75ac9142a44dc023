"""Explain why a digest that a document gives of its text is not that of its text."""

import re
from hashlib import sha256

_DIGEST = re.compile(r"(?<![0-9a-fA-F])[0-9a-fA-F]{64}(?![0-9a-fA-F])")
_DIGITS = re.compile(r"[0-9a-fA-F]+")
_LENGTH = 64
# Other digests by the number of their hexadecimal digits.
_OTHER_DIGESTS = {8: "a CRC-32", 32: "an MD5", 40: "a SHA-1", 56: "a SHA-224", 96: "a SHA-384", 128: "a SHA-512"}
_BOM = "\ufeff"
_KEEP_LINE_ENDS = (
    "git may have changed them: write '*.txt -text' into .gitattributes, delete the text, and check it out again with"
    " 'git checkout'"
)


def explain_pin(typed: str, text: str) -> tuple[str, str]:
    """Return the message and the hint of a problem.

    Args:
        typed: What the document gives as the SHA-256 of its text.
        text: The text, which has another one.
    """
    digest = _digest(text)
    found = _DIGEST.search(typed)
    if found is None:
        return _explain_malformed(typed, digest)
    pin = found[0].lower()
    if pin == digest:
        return "only the SHA-256 itself is written here", f"write {digest}"
    hint = "restore the text; or check the coding against the new text, and give its SHA-256 here"
    for other, difference, way_out in _variants(text):
        if _digest(other) == pin:
            return f"the text differs from the one that was coded only in its {difference}", way_out
    if pin == _digest(""):
        return "this is the SHA-256 of an empty file", f"give that of the text: {digest}"
    message = f"the text is not the one that was coded: its SHA-256 is {digest}"
    if found[0] != typed:
        hint = f"{hint}, without anything else"
    return message, hint


def _explain_malformed(typed: str, digest: str) -> tuple[str, str]:
    hint = f"that of the text is {digest}"
    digits = re.sub(r"[\s:]", "", re.sub(r"(?i)^sha-?256[\s:=-]*", "", typed))
    if len(digits) == _LENGTH and (other := re.search("[^0-9a-fA-F]", digits)):
        return f"{other[0]!r} is no hexadecimal digit: these are 0 to 9 and a to f", hint
    if not _DIGITS.fullmatch(digits):
        return f"this is no SHA-256, which has {_LENGTH} hexadecimal digits", hint
    if len(digits) == _LENGTH:
        return "a SHA-256 is written without spaces and colons", hint
    other_digest = _OTHER_DIGESTS.get(len(digits))
    what = f"as {other_digest} has" if other_digest else f"{abs(_LENGTH - len(digits))} too "
    what += "" if other_digest else ("few" if len(digits) < _LENGTH else "many")
    return f"this has {len(digits)} digits, {what}; a SHA-256 has {_LENGTH}", hint


def _variants(text: str) -> list[tuple[str, str, str]]:
    """Return texts that tools make of a text, each with what differs and what to do."""
    lines = text.replace("\r\n", "\n")
    save = "restore the text, or check the coding and give its new SHA-256 here"
    return [
        (lines, "line ends: CR LF in place of LF", _KEEP_LINE_ENDS),
        (lines.replace("\n", "\r\n"), "line ends: LF in place of CR LF", _KEEP_LINE_ENDS),
        (text.removeprefix(_BOM), "byte order mark (U+FEFF), which is new", save),
        (_BOM + text, "byte order mark (U+FEFF), which is gone", save),
        (text + "\n", "last line end, which is gone", save),
        (text.removesuffix("\n").removesuffix("\r"), "last line end, which is new", save),
        (lines.rstrip() + "\n", "white space at its end", save),
        (lines.rstrip(), "white space at its end", save),
    ]


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
