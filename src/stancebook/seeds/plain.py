"""YAML of the plainest shapes → its texts, at a glance; any other is in doubt.

`tree.py` reads any file, knows where everything stands and tells what is wrong. Most files are in order and written
in few shapes, and one regular expression takes those apart six times as fast. What is rare, or may be a slip, is not
weighed here: only what `tree.py` reads to the same texts, and has nothing to say of, is taken. Tests hold the two
against each other.
"""

import re
from typing import Union

from stancebook.seeds.tree import ABSENT, LIKE_A_KEY

Value = Union[str, "Plain", list["Plain"], None]
Plain = dict[str, Value]

# What YAML refuses, takes for a line break, or lets pass in some places only.
_ODD = re.compile("[\0-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")

# Patterns, all of them possessive: no text, however long or odd, is gone over more than a few times.
_LEAD = r"[ ]{0,20}+(?:-[ ]{1,4}+)?+"  # so few spaces that collections nest less deep than `tree.py` allows
_NOT_NULL = r"(?<![nN]ull)(?<!NULL)"
_KEY = rf"[A-Za-z_][A-Za-z0-9_-]{{0,60}}+{_NOT_NULL}"
_FIRST, _LAST = r"""[^\s\-?:,\[\]{}\#&*!|>'"%@`~]""", rf"{_NOT_NULL}(?<![ ])"
_WORDS = rf"{_FIRST}[^:\#\n]*+(?:(?::(?=[^ \n])|(?<![ ])\#)[^:\#\n]*+)*+{_LAST}"
_WORDS_IN_BRACES = rf"{_FIRST}[^:\#,?\[\]{{}}\n]*+(?:(?::(?=[^ ,?\[\]{{}}\n])|(?<![ ])\#)[^:\#,?\[\]{{}}\n]*+)*+{_LAST}"
_QUOTED = r""""[^"\\\n]*+(?:\\"[^"\\\n]*+)*+"|'[^'\n]*+(?:''[^'\n]*+)*+'"""
_ENTRY = rf"({_KEY}):[ ]++({_WORDS_IN_BRACES}|{_QUOTED})"
_BETWEEN_LINES = r"(?:\n|[ ]++\n|[ ]*+\#.*\n)*+"


def _some(pattern: str) -> str:
    """Return a pattern of one or more, parted by commas; after a comma the line may end."""
    one = re.sub(r"\((?!\?)", "(?:", pattern)
    return rf"[ ]*+{one}[ ]*+(?:,[ \n]*+{one}[ ]*+)*+"


_ROW = rf"\{{{_some(_ENTRY)}\}}"
_ROWS = rf"\[(?:{_some(_ROW)})?\]"
_EACH_ENTRY, _EACH_ROW = re.compile(_ENTRY), re.compile(_ROW)
_INLINE = re.compile(rf"({_QUOTED})|({_ROW})|({_ROWS})|({_WORDS})")
_HEAD = re.compile(rf"{_BETWEEN_LINES}(?:---\n{_BETWEEN_LINES})?")

# A line and those that belong to it. Its groups: what leads to it; its key; words, or the style, the lines and the
# indentation of a block, or anything else that is written there, or what leads to the next line.
_LINE = re.compile(
    rf"""
    ({_LEAD}) (?: ({_KEY}): (?: [ ]++ | (?=\n) ) )?+
    (?: ({_WORDS}) \n
      | ([|>]-?) \n ( ([ ]++) \S.*\n (?: \6.*\n | \n )*+ ) (?! [ ]+\n )
      | ([^ \n].* (?: (?<=,) \n[ ]++ [^ \n].* )*+ ) \n
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


def plain(text: str) -> Plain | None:
    """Return what a file holds, keys in the order written, or None where anything in it is in doubt.

    A value is text as typed, a mapping, a list of mappings, or None where it is absent: null, ~ or nothing.
    """
    text = text.removeprefix("\ufeff")
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    if _ODD.search(text):
        return None
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
    for lead, key, words, style, block, indent, other, inner in _LINE.findall(text):
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
                within.append(_item(other))
                continue
        if not key or key in record:
            raise _DoubtError
        if words:
            record[key] = words
        elif inner and (opened := _opened(inner, here)) is not None:
            record[key] = around[inner] = opened
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
    quoted, row, rows, words = found.groups()
    if row:
        return _row(row)
    if rows:
        return [_row(each) for each in _EACH_ROW.findall(rows)]
    return words or _unquoted(quoted)


def _item(written: str) -> Plain:
    """Return the mapping between braces that is an item of a list."""
    row = _inline(written)
    if isinstance(row, dict):
        return row
    raise _DoubtError


def _row(written: str) -> Plain:
    """Return the mapping that stands between braces; `written` is known to be one."""
    entries = _EACH_ENTRY.findall(written)
    row: Plain = dict(entries)
    if len(row) < len(entries):
        raise _DoubtError
    if '"' in written or "'" in written:
        row.update((key, _unquoted(value)) for key, value in entries if value[0] in "\"'")
    return row


def _unquoted(written: str) -> str:
    """Return the text that stands between quotation marks; white space alone is in doubt."""
    text = written[1:-1]
    text = text.replace("''", "'") if written[0] == "'" else text.replace('\\"', '"')
    if not text.strip():
        raise _DoubtError
    return text
