"""What libyaml stumbled over → what a person did, where they would mend it, and how.

libyaml tells what it expected where it gave up. The slip is often elsewhere: in the line before, where
a quotation mark was opened, where a dash is missing. The last event before the fault tells which.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import yaml

_IN_A_BLOCK = "put the text into a block: 'key: |-' and the text indented on the next line"
_KEY_FIRST = re.compile(r"[ \t]*(?:- +)?[\w-]+:(?:[ \t]|$)")
_ODD_INDENT = re.compile("^ *([\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000\ufeff])", re.MULTILINE)
COMMENT = re.compile(r"[ \t]+#")
LOST_TO_A_COMMENT = "the text after ' #' is a comment to YAML and would be lost"


@dataclass(frozen=True, slots=True)
class SyntaxProblem:
    """A slip in YAML: the offset in the text where it is mended, what is wrong, and what would be right."""

    at: int
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class YamlErrorContext:
    """Where libyaml gave up: its words, the offset, where what it was reading began, and the last event before.

    `closed` is the offset where the last mapping or list that had ended by then began, if any had.
    """

    text: str
    words: str
    at: int
    began: int
    last: Any
    closed: int | None

    @property
    def character(self) -> str:
        """The character it gave up at; empty at the end."""
        return self.text[self.at : self.at + 1]

    @property
    def rest(self) -> str:
        """What is left of that line."""
        return self.text[self.at : _end_of_line(self.text, self.at)]

    @property
    def value(self) -> Any:
        """The last event, if it was a scalar; else None."""
        return self.last if isinstance(self.last, yaml.ScalarEvent) else None

    def line_of(self, at: int) -> int:
        """Return the number of a line, from 1."""
        return self.text.count("\n", 0, at) + 1


def diagnose(text: str, fault: yaml.MarkedYAMLError, last: Any, closed: int | None) -> SyntaxProblem:
    """Return what a person would mend where libyaml gave up on a text."""
    at = fault.problem_mark.index if fault.problem_mark else len(text)
    began = fault.context_mark.index if fault.context_mark else at
    stumble = YamlErrorContext(text, fault.problem or "", at, began, last, closed)
    if space := _ODD_INDENT.search(text, _start_of_line(text, min(at, began)), _end_of_line(text, at)):
        name = unicodedata.name(space[1], "another kind of space").lower()
        return SyntaxProblem(
            space.start(1), f"a {name} (U+{ord(space[1]):04X}) stands in the indentation", "indent with spaces"
        )
    for words, read in _READINGS:
        if words in stumble.words:
            return read(stumble)
    told = " ".join(part for part in (fault.problem, fault.context) if part)
    return SyntaxProblem(at, f"this is not YAML: {told}", _IN_A_BLOCK)


# ── Readings of what libyaml says ─────────────────────────────────────────────────────────────────


def _tab(stumble: YamlErrorContext) -> SyntaxProblem:
    return SyntaxProblem(stumble.at, "a tab stands in the indentation", "indent with spaces")


def _cannot_start(stumble: YamlErrorContext) -> SyntaxProblem:
    at = min(stumble.at, stumble.began)
    if stumble.text[at : at + 1] == "\t":
        return _tab(stumble)
    return SyntaxProblem(at, f"plain text cannot start with {stumble.text[at : at + 1]!r}", _IN_A_BLOCK)


def _colon(stumble: YamlErrorContext) -> SyntaxProblem:
    value = stumble.value
    if value is not None and value.start_mark.line < value.end_mark.line:
        start = value.start_mark.index
        before = stumble.text[_start_of_line(stumble.text, start) : start]
        if not before.strip(" -"):
            return _no_colon(stumble, start)
        line = _start_of_line(stumble.text, stumble.at)
        if _KEY_FIRST.match(stumble.text, line):
            return _indentation(stumble, _first_of_line(stumble.text, line))
    return SyntaxProblem(stumble.at, "a ':' in plain text starts another value", _IN_A_BLOCK)


def _no_colon(stumble: YamlErrorContext, at: int) -> SyntaxProblem:
    line = stumble.text[at : _end_of_line(stumble.text, at)]
    if glued := re.match(r"[\w-]+:(?=\S)", line):
        return SyntaxProblem(at + glued.end(), "a space is missing after the ':'", "write it as 'key: value'")
    return SyntaxProblem(
        at,
        "this line has no key, or no ': ' after it",
        "write it as 'key: value'; a text that goes on from the line above is indented deeper than its key",
    )


def _no_key(stumble: YamlErrorContext) -> SyntaxProblem:
    value = stumble.value
    if value is not None and value.style in ("|", ">") and not value.value.strip():
        return SyntaxProblem(
            stumble.began,
            f"the text after '{value.style}' is not indented",
            "indent each of its lines deeper than the key",
        )
    return _no_colon(stumble, stumble.began)


def _misplaced(stumble: YamlErrorContext) -> SyntaxProblem:
    """Read a line, or the rest of one, that fits nothing that is open."""
    goes_on = _first_of_line(stumble.text, stumble.at) != stumble.at
    if goes_on and stumble.character and stumble.character in "}]":
        return SyntaxProblem(
            stumble.at, f"this '{stumble.character}' closes nothing", "take it out, or open what it closes"
        )
    if goes_on and isinstance(stumble.last, yaml.AliasEvent) and stumble.last.start_mark:
        return _cannot_start(replace(stumble, began=stumble.last.start_mark.index))
    value = stumble.value
    if value is not None and value.style in ("'", '"') and not stumble.text[value.end_mark.index : stumble.at].strip():
        return _goes_on_after_a_mark(stumble, value)
    if goes_on:
        return SyntaxProblem(stumble.at, "text goes on after the closing bracket", _IN_A_BLOCK)
    if value is not None and not value.style and COMMENT.match(stumble.text, value.end_mark.index):
        return SyntaxProblem(value.start_mark.index, LOST_TO_A_COMMENT, _IN_A_BLOCK)
    return _misplaced_line(stumble)


def _goes_on_after_a_mark(stumble: YamlErrorContext, value: Any) -> SyntaxProblem:
    start, line = value.start_mark.index, stumble.line_of(value.end_mark.index)
    over_lines = stumble.line_of(start) < line
    where = f"closed in line {line}, and text goes on after it" if over_lines else "closed before the text ends"
    return SyntaxProblem(start, f"the quotation mark opened here is {where}", _IN_A_BLOCK)


def _misplaced_line(stumble: YamlErrorContext) -> SyntaxProblem:
    if re.match(r"-\S", stumble.rest):
        return SyntaxProblem(stumble.at, "a space is missing after the '-'", "write it as '- key: value'")
    column = _column_of(stumble.text, stumble.at)
    if stumble.rest.startswith("- ") and isinstance(stumble.last, yaml.MappingEndEvent) and stumble.closed is not None:
        start = _start_of_line(stumble.text, stumble.closed)
        if stumble.closed - start > column and not stumble.text[start : stumble.closed].strip():
            return SyntaxProblem(
                stumble.closed, "a '- ' is missing before this record", "each record of a list starts with '- '"
            )
    if stumble.words.endswith("'-' indicator") and _column_of(stumble.text, stumble.began) == column:
        return SyntaxProblem(
            stumble.at,
            "a '- ' is missing here, or the line is not indented enough",
            "each record of a list starts with '- ', and its other keys stand under the first one",
        )
    return _indentation(stumble, stumble.at)


def _indentation(stumble: YamlErrorContext, at: int) -> SyntaxProblem:
    what = "this '- '" if stumble.text.startswith("- ", at) else "this line"
    return SyntaxProblem(
        at,
        f"{what} is not in line with any above it",
        "indent it as its neighbours are: keys of a record under each other, '- ' under '- '",
    )


def _never_closed(stumble: YamlErrorContext) -> SyntaxProblem:
    opened = stumble.text[stumble.began : stumble.began + 1]
    return SyntaxProblem(stumble.began, f"this {opened!r} is never closed", f"close it, or {_IN_A_BLOCK}")


def _in_brackets(stumble: YamlErrorContext) -> SyntaxProblem:
    if stumble.line_of(stumble.began) != stumble.line_of(stumble.at):
        return _never_closed(stumble)
    closing = {"{": "}", "[": "]"}[stumble.text[stumble.began]]
    return SyntaxProblem(stumble.at, f"a ',' or '{closing}' is missing before this", "separate the parts by ', '")


def _escape(stumble: YamlErrorContext) -> SyntaxProblem:
    return SyntaxProblem(
        stumble.at,
        "a backslash between double quotation marks starts an escape that YAML does not know",
        f"use single quotation marks, or {_IN_A_BLOCK}",
    )


def _block_header(stumble: YamlErrorContext) -> SyntaxProblem:
    mark = stumble.text[stumble.began]
    return SyntaxProblem(stumble.began, f"the text after '{mark}' must start on the next line", _IN_A_BLOCK)


def _list_beside_key(stumble: YamlErrorContext) -> SyntaxProblem:
    return SyntaxProblem(
        stumble.at, "a '- ' cannot stand here", f"start a list on the next line; for a text, {_IN_A_BLOCK}"
    )


def _after_the_end(stumble: YamlErrorContext) -> SyntaxProblem:
    if isinstance(stumble.last, yaml.DocumentEndEvent) and stumble.last.explicit and stumble.last.start_mark:
        return SyntaxProblem(
            stumble.last.start_mark.index, "'...' ends the document here, and the file goes on", "remove it"
        )
    return _misplaced(stumble)


# What libyaml says, or a part of it, and who reads it; the first that fits.
_READINGS: tuple[tuple[str, Callable[[YamlErrorContext], SyntaxProblem]], ...] = (
    ("found a tab character", _tab),
    ("cannot start any token", _cannot_start),
    ("mapping values are not allowed", _colon),
    ("could not find expected ':'", _no_key),
    ("did not find expected '-' indicator", _misplaced),
    ("did not find expected key", _misplaced),
    ("did not find expected ',' or", _in_brackets),
    ("found unexpected end of stream", _never_closed),
    ("found unknown escape character", _escape),
    ("did not find expected hexdecimal number", _escape),
    ("did not find expected alphabetic or numeric character", _cannot_start),
    ("did not find expected comment or line break", _block_header),
    ("block sequence entries are not allowed", _list_beside_key),
    ("mapping keys are not allowed", _cannot_start),
    ("did not find expected node content", _cannot_start),
    ("did not find expected <document start>", _after_the_end),
)


# ── Lines ─────────────────────────────────────────────────────────────────────────────────────────


def _start_of_line(text: str, at: int) -> int:
    return text.rfind("\n", 0, at) + 1


def _end_of_line(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _first_of_line(text: str, at: int) -> int:
    """Return the offset of the first character of a line that is not white space."""
    start = _start_of_line(text, at)
    line = text[start : _end_of_line(text, at)]
    return start + len(line) - len(line.lstrip())


def _column_of(text: str, at: int) -> int:
    return at - _start_of_line(text, at)
