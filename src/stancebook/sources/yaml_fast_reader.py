"""Read common YAML shapes fast, without positions; anything else is left to `yaml_reader`.

Most files are valid and use few shapes, and one regular expression splits those seven times as fast as libyaml. Rare
syntax, and anything that may be a mistake, is refused: what is read here, `yaml_reader` reads to the same texts without
a problem. Tests compare the two.
"""

import re

from stancebook.sources.comments import may_replace_records
from stancebook.sources.nodes import PlainMapping, PlainValue
from stancebook.sources.yaml_reader import LIKE_A_KEY, NULLS

# All patterns are possessive: matching takes linear time for any text.
_UNUSUAL = r"\0-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff"  # control characters and line breaks
_ANY = rf"[^{_UNUSUAL}]"
_INDENT = r"[ ]{0,20}+(?:-[ ]{1,4}+)?+"  # so few spaces that collections nest less deep than MAX_DEPTH
_NOT_NULL = r"(?<![nN]ull)(?<!NULL)"
_KEY = rf"[A-Za-z_][A-Za-z0-9_-]{{0,60}}+{_NOT_NULL}"
_BETWEEN_LINES = rf"(?:\n|[ ]++\n|[ ]*+\#{_ANY}*+\n)*+"


def _unquoted(marks: str) -> str:
    """Return a pattern of a scalar without quotation marks, in which these marks do not occur."""
    first = rf"""[^\s~\-?:,\[\]{{}}\#&*!|>'"%@`{_UNUSUAL}]"""
    more = rf"[^:\#{marks}{_UNUSUAL}]*+"
    return rf"{first}{more}(?:(?::(?=[^ {marks}{_UNUSUAL}])|(?<![ ])\#){more})*+{_NOT_NULL}(?<![ ])"


def _comma_separated(item: str) -> str:
    """Return a pattern of one or more items; a line may end after a comma."""
    return rf"[ ]*+{item}[ ]*+(?:,[ ]*+(?:\n[ ]++)?+{item}[ ]*+)*+"


UNQUOTED, UNQUOTED_IN_BRACES = _unquoted(""), _unquoted(r",?\[\]{}")
_QUOTED = rf""""[^"\\{_UNUSUAL}]*+(?:\\"[^"\\{_UNUSUAL}]*+)*+"|'[^'{_UNUSUAL}]*+(?:''[^'{_UNUSUAL}]*+)*+'"""
_VALUE = rf"(?:{UNQUOTED_IN_BRACES}|{_QUOTED})"
_ROW = rf"\{{{_comma_separated(f'{_KEY}:[ ]++{_VALUE}')}\}}"
_ROWS = rf"\[(?:{_comma_separated(_ROW)})?\]"
_ENTRY_PATTERN, _ROW_PATTERN = re.compile(rf"({_KEY}):[ ]++({_VALUE})"), re.compile(_ROW)
_INLINE_PATTERN = re.compile(rf"({_QUOTED})|({_ROWS})|({UNQUOTED})")
_HEAD_PATTERN = re.compile(rf"{_BETWEEN_LINES}(?:---\n{_BETWEEN_LINES})?")

# A line and those that belong to it. Groups: its indentation, with a dash; its key; then an unquoted scalar, or the
# style, the lines and the indentation of a block, or a mapping between braces, or something else, or the indentation
# of the next line; and the comments and empty lines below.
_LINE_PATTERN = re.compile(
    rf"""
    ({_INDENT}) (?: ({_KEY}): (?: [ ]++ | (?=\n) ) )?+
    (?: ({UNQUOTED}) \n
      | ([|>]-?) \n ( ([ ]++) (?!\s){_ANY}++\n (?: \6{_ANY}*+\n | \n )*+ ) (?! [ ]+\n )
      | ({_ROW}) [ ]*+ \n
      | ([^ {_UNUSUAL}]{_ANY}*+ (?: (?<=,) \n[ ]++ {_ANY}++ )*+ ) \n
      | \n (?= {_BETWEEN_LINES} ({_INDENT}) )
    )
    ({_BETWEEN_LINES})
    | [\s\S]+
    """,
    re.VERBOSE,
)
_NO_LINE = "-"  # an indentation that no line has


class _UnsupportedError(Exception):
    """Raised where a file has syntax that is not read here."""


def read_fast(text: str) -> PlainMapping | None:
    """Read a YAML text without positions.

    Returns:
        The root's values in the order written: texts, mappings, lists of mappings, and None for null, `~` and nothing;
        or None if the file has any other syntax, or may have a mistake.
    """
    text = text.removeprefix("\ufeff")
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    if not text.endswith("\n"):
        if "|\n" in text or ">\n" in text:  # a final block would have no line break at its end either
            return None
        text += "\n"
    if may_replace_records(text):
        return None
    try:
        return _read(_HEAD_PATTERN.sub("", text, count=1)) or None
    except _UnsupportedError:
        return None


def _read(text: str) -> PlainMapping:
    """Return the mapping that starts in the first line of a text."""
    root: PlainMapping = {}
    open_collections: dict[str, PlainMapping | list[PlainMapping]] = {"": root}  # by indentation, the innermost last
    current, record = "", root  # the indentation of the innermost mapping, and that mapping
    lines: list[tuple[str, ...]] = _LINE_PATTERN.findall(text)
    for indent, key, unquoted, style, block, block_indent, row, other, next_indent, comments in lines:
        if indent != current:
            parent = _close_inner(open_collections, indent)
            if isinstance(parent, dict):
                current, record = indent, parent
            elif key:
                current, record = " " * len(indent), {}
                open_collections[current] = record
                parent.append(record)
            else:
                current = _NO_LINE
                parent.append(_row(row))
                continue
        if not key or key in record:
            raise _UnsupportedError
        if unquoted:
            record[key] = _before_comments(unquoted, comments, current) if comments else unquoted
        elif next_indent and (opened := _new_collection(next_indent, current)) is not None:
            record[key] = open_collections[next_indent] = opened
        elif row:
            record[key] = _row(row)
        else:
            inline = _before_comments(other, comments, current) if comments else other
            record[key] = _block(style, block, block_indent, current) if style else _inline(inline)
    return root


def _before_comments(written: str, lines: str, indent: str) -> str:
    """Return a value, unless a comment below it is indented deeper than its key and may have been meant as a part."""
    comment = lines.find("#")
    if comment - (lines.rfind("\n", 0, comment) + 1) > len(indent):
        raise _UnsupportedError
    return written


def _close_inner(
    open_collections: dict[str, PlainMapping | list[PlainMapping]], indent: str
) -> PlainMapping | list[PlainMapping]:
    """Return the open collection of an indentation, and close those within it."""
    if indent not in open_collections:
        raise _UnsupportedError
    while next(reversed(open_collections)) != indent:
        open_collections.popitem()
    return open_collections[indent]


def _new_collection(next_indent: str, indent: str) -> PlainMapping | list[PlainMapping] | None:
    """Return the empty mapping or list that the line after a key opens, or None if it opens none."""
    dash = next_indent.find("-")
    if dash < 0:
        return {} if len(next_indent) > len(indent) else None
    return [] if dash >= len(indent) else None


def _block(style: str, lines: str, block_indent: str, indent: str) -> str:
    """Return the text of a block scalar, given the indentation of its lines and of its key."""
    if len(block_indent) <= len(indent) or (":" in lines and LIKE_A_KEY.search(lines)):
        raise _UnsupportedError
    text = lines[len(block_indent) :].replace(f"\n{block_indent}", "\n").rstrip("\n")
    if style[0] == ">":
        if "\n\n" in text or "\n " in text:
            raise _UnsupportedError
        text = text.replace("\n", " ")
    return text if style[1:] else f"{text}\n"


def _inline(written: str) -> PlainValue:
    """Return the value that follows a key in its line or within brackets."""
    written = written.rstrip(" ")
    if written in NULLS:
        return None
    found = _INLINE_PATTERN.fullmatch(written)
    if found is None:
        raise _UnsupportedError
    quoted, rows, unquoted = found.groups()
    if rows:
        return [_row(row) for row in _ROW_PATTERN.findall(rows)]
    return unquoted or _unquote(quoted)


def _row(written: str) -> PlainMapping:
    """Return a mapping between braces."""
    entries = _ENTRY_PATTERN.findall(written)
    row: PlainMapping = dict(entries)
    if not entries or len(row) < len(entries):
        raise _UnsupportedError
    if '"' in written or "'" in written:
        for key, value in entries:
            if value[0] in "\"'":
                row[key] = _unquote(value)
    return row


def _unquote(written: str) -> str:
    """Return the text between quotation marks; a blank one is not supported."""
    text = written[1:-1]
    text = text.replace("''", "'") if written[0] == "'" else text.replace('\\"', '"')
    if not text.strip():
        raise _UnsupportedError
    return text
