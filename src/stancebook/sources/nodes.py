"""The tree that YAML and JSON files are parsed to: scalars, mappings and sequences with their positions."""

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from typing import Union

from stancebook.problems import Level, Problem
from stancebook.sources.positions import Position, WrittenScalar, line_and_column

# Collections within each other. A record with nested lists needs five, and libyaml's time grows with the square.
MAX_DEPTH = 32
TOO_DEEP = ("collections nest too deep here", "a file holds lists of records, and records hold values")


# What the fast readers return: values without positions.
PlainValue = Union[str, "PlainMapping", list["PlainMapping"], None]
PlainMapping = dict[str, PlainValue]


@dataclass(slots=True)
class Node:
    """Any value, at the line and column (from 1) where it starts."""

    line: int
    column: int


@dataclass(slots=True)
class Scalar(Node):
    """A single value.

    Attributes:
        text: The text as typed, without quotation marks and indentation. Types never come from YAML or JSON.
        absent: Whether it is null, `~` or empty.
        comment: A YAML comment before or after it, which may have been meant as text.
        swallowed: Lines after the first that look like `key:`, as scalars of these keys.
        written: How it is written in the file, for the positions of its characters.
    """

    text: str
    absent: bool = False
    comment: Node | None = None
    swallowed: tuple["Scalar", ...] = ()
    written: WrittenScalar | None = None

    def position_at(self, offset: int | None) -> Node:
        """Return the position of a character of the text; without an offset, of the scalar or the block's text."""
        if self.written is None or (offset is None and not self.written.is_block):
            return self
        written = self.written
        return Node(*line_and_column(written.file_text, written.offset_in_file(self.text, offset or 0)))


@dataclass(slots=True)
class Mapping(Node):
    """Keys and values in the order written.

    Attributes:
        keys: The keys with their positions.
        values: The values by key.
        complete: False if a key or value was refused.
        restarted: Whether the first key is repeated, so that a second record probably starts in this one.
        flow: Whether it is written between braces in YAML.
    """

    keys: dict[str, Scalar] = field(default_factory=dict)
    values: dict[str, Node] = field(default_factory=dict)
    complete: bool = True
    restarted: bool = False
    flow: bool = False


@dataclass(slots=True)
class Sequence(Node):
    """Values in the order written."""

    items: list[Node] = field(default_factory=list)


@dataclass(slots=True)
class Rejected(Node):
    """Takes the place of a value that was refused; a problem has reported why."""


@dataclass(frozen=True, slots=True)
class SyntaxProblem:
    """A syntax error: the offset in the text where it is fixed, what is wrong, and how to fix it."""

    offset: int
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class SyntaxErrorContext:
    """Where a reader found a syntax error: the text, and the offset at which it stopped."""

    text: str
    offset: int

    @property
    def character(self) -> str:
        """The character at the offset; empty at the end of the text."""
        return self.text[self.offset : self.offset + 1]

    def line_of(self, offset: int) -> int:
        """Return the line of an offset, from 1."""
        return self.text.count("\n", 0, offset) + 1

    def problem(self, message: str, hint: str) -> SyntaxProblem:
        """Return a syntax problem at the offset."""
        return SyntaxProblem(self.offset, message, hint)


class TreeReader:
    """Base of the readers: one file's text, its lines, and the problems found in it."""

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self.problems: list[Problem] = []

    def report(self, position: Position, message: str, hint: str, level: Level = "error") -> None:
        """Add a problem of the file."""
        self.problems.append(Problem(self.file, *position, "", message, hint, level))

    def report_repeated_key(self, key: Scalar, parent: Mapping, separator: str, *, nested: bool) -> None:
        """Report a key that its mapping already has.

        If it is the first key of a record, the separator of two records is missing, and later repeats follow from that.

        Args:
            key: The second occurrence.
            parent: The mapping, which is marked as incomplete.
            separator: What starts the next record in this format.
            nested: Whether the mapping is a record, not the root.
        """
        parent.complete = False
        if parent.restarted:
            return
        parent.restarted = nested and key.text == next(iter(parent.keys))
        hint = f"it is first given in line {parent.keys[key.text].line}; keep one of the two"
        if parent.restarted:
            hint = f"{hint}, or put '{separator}' before it if a record starts here"
        self.report((key.line, key.column), f"the key '{key.text}' is given twice", hint)

    def position(self, offset: int) -> Position:
        """Return the line and column of an offset in the text."""
        line = bisect_right(self.line_starts, offset)
        return line, offset - self.line_starts[line - 1] + 1

    @cached_property
    def line_starts(self) -> list[int]:
        """The offsets of the starts of lines."""
        return [0, *(found.end() for found in re.finditer("\n", self.text))]
