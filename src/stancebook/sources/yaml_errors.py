"""Translate libyaml's errors: what is wrong, where to fix it, and how.

libyaml reports what it expected where it stopped. The mistake is often elsewhere: in the line before, where a quotation
mark was opened, or where a dash is missing. The last event before the error shows which it is.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import yaml

from stancebook.sources.nodes import SyntaxErrorContext, SyntaxProblem

COMMENT = re.compile(r"[ \t]+#")
LOST_TO_A_COMMENT = "the text after ' #' is a comment to YAML and would be lost"
PROTECT_FROM_COMMENT = "put it in quotation marks, or move the comment to the line above"
_USE_A_BLOCK = "put the text into a block: 'key: |-' and the text indented on the next line"
_KEY_FIRST = re.compile(r"[ \t]*(?:- +)?[\w-]+:(?:[ \t]|$)")
_QUOTED = re.compile(r""" "(?:[^"\\\n]|\\.)*" | '[^'\n]*' """, re.VERBOSE)
_COMMENT_WITH_MARKS = re.compile(r"(?<=[ \t,{\[])(#).*[,}\]]")
_ODD_INDENT = re.compile("^ *([\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000\ufeff])", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class YamlErrorContext(SyntaxErrorContext):
    """Where and why libyaml stopped.

    Attributes:
        reason: libyaml's message.
        start: Where the construct that it was reading starts.
        last_event: The last event before the error.
        closed_start: Where the last mapping or sequence that has ended starts, if there is one.
    """

    reason: str
    start: int
    last_event: Any
    closed_start: int | None

    @property
    def rest(self) -> str:
        """The rest of that line."""
        return self.text[self.offset : _end_of_line(self.text, self.offset)]

    @property
    def last_scalar(self) -> Any:
        """The last event if it is a scalar, else None."""
        return self.last_event if isinstance(self.last_event, yaml.ScalarEvent) else None


def diagnose(text: str, error: yaml.MarkedYAMLError, last_event: Any, closed_start: int | None) -> SyntaxProblem:
    """Return what to fix where libyaml reports an error.

    Args:
        text: The text of the file.
        error: libyaml's error.
        last_event: The last event before it.
        closed_start: The offset at which the last mapping or sequence that has ended starts, if there is one.
    """
    offset = error.problem_mark.index if error.problem_mark else len(text)
    start = error.context_mark.index if error.context_mark else offset
    context = YamlErrorContext(text, offset, error.problem or "", start, last_event, closed_start)
    if space := _ODD_INDENT.search(text, _start_of_line(text, min(offset, start)), _end_of_line(text, offset)):
        name = unicodedata.name(space[1], "another kind of space").lower()
        message = f"a {name} (U+{ord(space[1]):04X}) is in the indentation"
        return SyntaxProblem(space.start(1), message, "indent with spaces")
    if "flow" in (error.context or "") and (comment := _comment_in_brackets(context)):
        return comment
    for part, translate in _TRANSLATIONS:
        if part in context.reason:
            return translate(context)
    reason = " ".join(part for part in (error.problem, error.context) if part)
    return SyntaxProblem(offset, f"this is not YAML: {reason}", _USE_A_BLOCK)


# ── Translations of libyaml's messages ────────────────────────────────────────────────────────────


def _tab(context: YamlErrorContext) -> SyntaxProblem:
    return context.problem("a tab is in the indentation", "indent with spaces")


def _cannot_start(context: YamlErrorContext) -> SyntaxProblem:
    offset = min(context.offset, context.start)
    if context.text[offset : offset + 1] == "\t":
        return _tab(context)
    return SyntaxProblem(offset, f"plain text cannot start with {context.text[offset : offset + 1]!r}", _USE_A_BLOCK)


def _colon(context: YamlErrorContext) -> SyntaxProblem:
    scalar = context.last_scalar
    if scalar is not None and scalar.start_mark.line < scalar.end_mark.line:
        start = scalar.start_mark.index
        before = context.text[_start_of_line(context.text, start) : start]
        if not before.strip(" -"):
            return _no_colon(context, start)
        line = _start_of_line(context.text, context.offset)
        if _KEY_FIRST.match(context.text, line):
            return _indentation(context, _first_of_line(context.text, line))
    return context.problem("a ':' in plain text starts another value", _USE_A_BLOCK)


def _no_colon(context: YamlErrorContext, offset: int) -> SyntaxProblem:
    line = context.text[offset : _end_of_line(context.text, offset)]
    if glued := re.match(r"[\w-]+:(?=\S)", line):
        return SyntaxProblem(offset + glued.end(), "a space is missing after the ':'", "write it as 'key: value'")
    hint = "write it as 'key: value'; a text that continues the line above is indented deeper than its key"
    return SyntaxProblem(offset, "this line has no key, or no ': ' after it", hint)


def _no_key(context: YamlErrorContext) -> SyntaxProblem:
    scalar = context.last_scalar
    if scalar is not None and scalar.style in ("|", ">") and not scalar.value.strip():
        message = f"the text after '{scalar.style}' is not indented"
        return SyntaxProblem(context.start, message, "indent each of its lines deeper than the key")
    return _no_colon(context, context.start)


def _misplaced(context: YamlErrorContext) -> SyntaxProblem:
    """Diagnose a line, or the rest of one, that fits no open collection."""
    within_line = _first_of_line(context.text, context.offset) != context.offset
    if within_line and context.character and context.character in "}]":
        message = f"this '{context.character}' closes nothing"
        return context.problem(message, "delete it, or open what it closes")
    last = context.last_event
    if within_line and isinstance(last, yaml.AliasEvent) and last.start_mark:
        return _cannot_start(replace(context, start=last.start_mark.index))
    scalar = context.last_scalar
    if (
        scalar is not None
        and scalar.style in ("'", '"')
        and not context.text[scalar.end_mark.index : context.offset].strip()
    ):
        return _text_after_quote(context, scalar)
    if within_line:
        return context.problem("text follows the closing bracket", _USE_A_BLOCK)
    if scalar is not None and not scalar.style and COMMENT.match(context.text, scalar.end_mark.index):
        return SyntaxProblem(scalar.start_mark.index, LOST_TO_A_COMMENT, _USE_A_BLOCK)
    return _misplaced_line(context)


def _text_after_quote(context: YamlErrorContext, scalar: Any) -> SyntaxProblem:
    start, line = scalar.start_mark.index, context.line_of(scalar.end_mark.index)
    several_lines = context.line_of(start) < line
    where = f"closed in line {line}, and text follows it" if several_lines else "closed before the text ends"
    return SyntaxProblem(start, f"the quotation mark opened here is {where}", _USE_A_BLOCK)


def _misplaced_line(context: YamlErrorContext) -> SyntaxProblem:
    if re.match(r"-\S", context.rest):
        return context.problem("a space is missing after the '-'", "write it as '- key: value'")
    column, closed = _column_of(context.text, context.offset), context.closed_start
    if context.rest.startswith("- ") and isinstance(context.last_event, yaml.MappingEndEvent) and closed is not None:
        start = _start_of_line(context.text, closed)
        if closed - start > column and not context.text[start:closed].strip():
            message = "a '- ' is missing before this record"
            return SyntaxProblem(closed, message, "each record of a list starts with '- '")
    if context.reason.endswith("'-' indicator") and _column_of(context.text, context.start) == column:
        message = "a '- ' is missing here, or the line is not indented enough"
        hint = "each record of a list starts with '- ', and its other keys are aligned with the first one"
        return context.problem(message, hint)
    return _indentation(context, context.offset)


def _indentation(context: YamlErrorContext, offset: int) -> SyntaxProblem:
    what = "this '- '" if context.text.startswith("- ", offset) else "this line"
    hint = "indent it like its neighbours: keys of a record below each other, '- ' below '- '"
    return SyntaxProblem(offset, f"{what} is not aligned with any line above it", hint)


def _never_closed(context: YamlErrorContext) -> SyntaxProblem:
    opened = context.text[context.start : context.start + 1]
    return SyntaxProblem(context.start, f"this {opened!r} is never closed", f"close it, or {_USE_A_BLOCK}")


def _in_brackets(context: YamlErrorContext) -> SyntaxProblem:
    if context.line_of(context.start) != context.line_of(context.offset):
        return _never_closed(context)
    closing = {"{": "}", "[": "]"}[context.text[context.start]]
    return context.problem(f"a ',' or '{closing}' is missing before this", "separate the parts by ', '")


def _comment_in_brackets(context: YamlErrorContext) -> SyntaxProblem | None:
    """Diagnose a comment that hides a ',' or the closing bracket."""
    end_mark = context.last_event.end_mark if context.last_event else None
    start = min(context.start, end_mark.index) if end_mark else context.start
    written = _QUOTED.sub(lambda quoted: "_" * len(quoted[0]), context.text[start : context.offset])
    found = _COMMENT_WITH_MARKS.search(written)
    return SyntaxProblem(start + found.start(1), LOST_TO_A_COMMENT, PROTECT_FROM_COMMENT) if found else None


def _escape(context: YamlErrorContext) -> SyntaxProblem:
    message = "a backslash between double quotation marks starts an escape that YAML does not know"
    return context.problem(message, f"use single quotation marks, or {_USE_A_BLOCK}")


def _block_header(context: YamlErrorContext) -> SyntaxProblem:
    mark = context.text[context.start]
    return SyntaxProblem(context.start, f"the text after '{mark}' must start on the next line", _USE_A_BLOCK)


def _list_after_key(context: YamlErrorContext) -> SyntaxProblem:
    hint = f"start a list on the next line; for a text, {_USE_A_BLOCK}"
    return context.problem("a '- ' is not allowed here", hint)


def _after_the_end(context: YamlErrorContext) -> SyntaxProblem:
    last = context.last_event
    if isinstance(last, yaml.DocumentEndEvent) and last.explicit and last.start_mark:
        return SyntaxProblem(last.start_mark.index, "'...' ends the document here, and the file goes on", "remove it")
    return _misplaced(context)


# Parts of libyaml's messages, and their translations; the first match counts.
_TRANSLATIONS: tuple[tuple[str, Callable[[YamlErrorContext], SyntaxProblem]], ...] = (
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
    ("block sequence entries are not allowed", _list_after_key),
    ("mapping keys are not allowed", _cannot_start),
    ("did not find expected node content", _cannot_start),
    ("did not find expected <document start>", _after_the_end),
)


# ── Lines ─────────────────────────────────────────────────────────────────────────────────────────


def _start_of_line(text: str, offset: int) -> int:
    return text.rfind("\n", 0, offset) + 1


def _end_of_line(text: str, offset: int) -> int:
    end = text.find("\n", offset)
    return len(text) if end < 0 else end


def _first_of_line(text: str, offset: int) -> int:
    """Return the offset of the first character of a line that is not white space."""
    start = _start_of_line(text, offset)
    line = text[start : _end_of_line(text, offset)]
    return start + len(line) - len(line.lstrip())


def _column_of(text: str, offset: int) -> int:
    return offset - _start_of_line(text, offset)
