"""YAML of the plainest shapes → its texts, at a glance; any other is in doubt.

`tree.py` reads any file, knows where everything stands and tells what is wrong. Most files are in order and written
in few shapes, and one regular expression takes those apart seven times as fast. What is rare, or may be a slip, is not
weighed here: only what `tree.py` reads to the same texts, and has nothing to say of, is taken. Tests hold the two
against each other.
"""

import re
from typing import Union

from stancebook.sources.yaml_reader import ABSENT, LIKE_A_KEY

Value = Union[str, "Plain", list["Plain"], None]
Plain = dict[str, Value]

# Patterns, all of them possessive: no text, however long or odd, is gone over more than a few times.
_ODD = r"\0-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff"  # in no line, or a line break in disguise
_ANY = rf"[^{_ODD}]"
_LEAD = r"[ ]{0,20}+(?:-[ ]{1,4}+)?+"  # so few spaces that collections nest less deep than `tree.py` allows
_NOT_NULL = r"(?<![nN]ull)(?<!NULL)"
_KEY = rf"[A-Za-z_][A-Za-z0-9_-]{{0,60}}+{_NOT_NULL}"
_BETWEEN_LINES = rf"(?:\n|[ ]++\n|[ ]*+\#{_ANY}*+\n)*+"


def _words(marks: str) -> str:
    """Return a pattern of words without quotation marks; none of these other marks stands in them."""
    first = rf"""[^\s~\-?:,\[\]{{}}\#&*!|>'"%@`{_ODD}]"""
    more = rf"[^:\#{marks}{_ODD}]*+"
    return rf"{first}{more}(?:(?::(?=[^ {marks}{_ODD}])|(?<![ ])\#){more})*+{_NOT_NULL}(?<![ ])"


def _some(one: str) -> str:
    """Return a pattern of one or more, parted by commas; after a comma the line may end."""
    return rf"[ ]*+{one}[ ]*+(?:,[ ]*+(?:\n[ ]++)?+{one}[ ]*+)*+"


_WORDS, _WORDS_BETWEEN_BRACES = _words(""), _words(r",?\[\]{}")
_QUOTED = rf""""[^"\\{_ODD}]*+(?:\\"[^"\\{_ODD}]*+)*+"|'[^'{_ODD}]*+(?:''[^'{_ODD}]*+)*+'"""
_VALUE = rf"(?:{_WORDS_BETWEEN_BRACES}|{_QUOTED})"
_ROW = rf"\{{{_some(f'{_KEY}:[ ]++{_VALUE}')}\}}"
_ROWS = rf"\[(?:{_some(_ROW)})?\]"
_EACH_ENTRY, _EACH_ROW = re.compile(rf"({_KEY}):[ ]++({_VALUE})"), re.compile(_ROW)
_INLINE = re.compile(rf"({_QUOTED})|({_ROWS})|({_WORDS})")
_HEAD = re.compile(rf"{_BETWEEN_LINES}(?:---\n{_BETWEEN_LINES})?")

# A line and those that belong to it. Its groups: what leads to it; its key; words, or the style, the lines and the
# indentation of a block, or a mapping between braces, or whatever else, or what leads to the next line.
_LINE = re.compile(
    rf"""
    ({_LEAD}) (?: ({_KEY}): (?: [ ]++ | (?=\n) ) )?+
    (?: ({_WORDS}) \n
      | ([|>]-?) \n ( ([ ]++) (?!\s){_ANY}++\n (?: \6{_ANY}*+\n | \n )*+ ) (?! [ ]+\n )
      | ({_ROW}) [ ]*+ \n
      | ([^ {_ODD}]{_ANY}*+ (?: (?<=,) \n[ ]++ {_ANY}++ )*+ ) \n
      | \n {_BETWEEN_LINES} (?= ({_LEAD}) )
    )
    {_BETWEEN_LINES}
    | [\s\S]+
    """,
    re.VERBOSE,
)
_NOWHERE = "-"  # leads to no line


class _DoubtError(Exception):
    """Raised where a file is not of the plainest."""


def read_fast(text: str) -> Plain | None:
    """Return what a file holds, keys in the order written, or None where anything in it is in doubt.

    A value is text as typed, a mapping, a list of mappings, or None where it is absent: null, ~ or nothing.
    """
    text = text.removeprefix("\ufeff")
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    if not text.endswith("\n"):
        if "|\n" in text or ">\n" in text:  # a block whose last line would then not end either
            return None
        text += "\n"
    try:
        return _read(_HEAD.sub("", text, count=1)) or None
    except _DoubtError:
        return None


def _read(text: str) -> Plain:
    """Return the mapping that starts with the first line of a text."""
    root: Plain = {}
    around: dict[str, Plain | list[Plain]] = {"": root}  # what is open, the innermost last, by what leads to its lines
    here, record = "", root
    for lead, key, words, style, block, indent, row, other, inner in _LINE.findall(text):
        if lead != here:
            within = _left(around, lead)
            if isinstance(within, dict):
                here, record = lead, within
            elif key:
                here, record = " " * len(lead), {}
                around[here] = record
                within.append(record)
            else:
                here = _NOWHERE
                within.append(_row(row))
                continue
        if not key or key in record:
            raise _DoubtError
        if words:
            record[key] = words
        elif inner and (opened := _opened(inner, here)) is not None:
            record[key] = around[inner] = opened
        elif row:
            record[key] = _row(row)
        else:
            record[key] = _block(style, block, indent, here) if style else _inline(other)
    return root


def _left(around: dict[str, Plain | list[Plain]], lead: str) -> Plain | list[Plain]:
    """Close what is open within the mapping or the list that a line goes on with, and return that."""
    if lead not in around:
        raise _DoubtError
    while next(reversed(around)) != lead:
        around.popitem()
    return around[lead]


def _opened(lead: str, here: str) -> Plain | list[Plain] | None:
    """Return the empty mapping or list that the line after a key opens, if it does; `here` leads to the key."""
    dash = lead.find("-")
    if dash < 0:
        return {} if len(lead) > len(here) else None
    return [] if dash >= len(here) else None


def _block(style: str, lines: str, indent: str, here: str) -> str:
    """Return the text of a block whose lines are indented so; `here` leads to its key."""
    if len(indent) <= len(here) or (":" in lines and LIKE_A_KEY.search(lines)):
        raise _DoubtError
    text = lines[len(indent) :].replace(f"\n{indent}", "\n").rstrip("\n")
    if style[0] == ">":
        if "\n\n" in text or "\n " in text:
            raise _DoubtError
        text = text.replace("\n", " ")
    return text if style[1:] else f"{text}\n"


def _inline(written: str) -> Value:
    """Return the value that is written after a key, in its line or within brackets."""
    written = written.rstrip(" ")
    if written in ABSENT:
        return None
    found = _INLINE.fullmatch(written)
    if found is None:
        raise _DoubtError
    quoted, rows, words = found.groups()
    if rows:
        return [_row(each) for each in _EACH_ROW.findall(rows)]
    return words or _unquoted(quoted)


def _row(written: str) -> Plain:
    """Return the mapping that stands between braces, if one is written."""
    entries = _EACH_ENTRY.findall(written)
    row: Plain = dict(entries)
    if not entries or len(row) < len(entries):
        raise _DoubtError
    if '"' in written or "'" in written:
        for key, value in entries:
            if value[0] in "\"'":
                row[key] = _unquoted(value)
    return row


def _unquoted(written: str) -> str:
    """Return the text that stands between quotation marks; white space alone is in doubt."""
    text = written[1:-1]
    text = text.replace("''", "'") if written[0] == "'" else text.replace('\\"', '"')
    if not text.strip():
        raise _DoubtError
    return text
