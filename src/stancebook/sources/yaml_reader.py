"""YAML text → a tree of scalars, mappings and sequences that know their lines, by libyaml's events.

Only the plain core of YAML is taken: no anchors, aliases, tags, merge keys, duplicate keys or second
documents. Types never come from YAML: every scalar is the text that was typed.
"""

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import yaml

from stancebook.problems import Problem
from stancebook.sources.yaml_errors import COMMENT, diagnose

ABSENT = {"", "~", "null", "Null", "NULL"}
_BREAKS_OF_YAML_ONLY = re.compile("[\x85\u2028\u2029]|\r(?!\n)")
MAX_DEPTH = (
    32  # collections within each other: children of a record need five, and libyaml's time grows with the square
)
LIKE_A_KEY = re.compile(r"^[ \t]*(?:- +)?([\w-]+):(?=[ \t]|$)", re.MULTILINE)
TOO_DEEP = ("collections nest too deep here", "a file holds lists of records, and records hold values")


@dataclass(slots=True)
class Node:
    """Any value, at the line and column (from 1) where it starts."""

    line: int
    column: int


@dataclass(slots=True)
class Scalar(Node):
    """A scalar as typed.

    `absent`: null, ~ or nothing. `cut`: a comment follows, which may be text that was meant. `indent`: of a
    block written after '|', by how many columns its lines are indented. `swallowed`: the lines after the
    first that read like the line of a key, each as that key, placed.
    """

    text: str
    absent: bool = False
    cut: bool = False
    indent: int = 0
    swallowed: tuple["Scalar", ...] = ()

    def place(self, at: int) -> Node:
        """Return where the character `at` of the text stands in the file, as nearly as its style allows."""
        if not self.indent:
            return self
        line = self.text.count("\n", 0, at)
        return Node(self.line + 1 + line, self.indent + at - self.text.rfind("\n", 0, at))


@dataclass(slots=True)
class Mapping(Node):
    """Keys in the order written, each with the place it stands at, and their values.

    Not `whole` if one was refused; `restarted` if its first key stands in it again; `flow` if written between braces.
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
    """Stands where YAML was refused; a problem has said why."""


def parse_yaml(text: str, file: str) -> tuple[Node | None, list[Problem]]:
    """Return the root of the tree, None if there is none, and what was refused."""
    builder = _Builder(text, file)
    return builder.build(), builder.problems


@dataclass(slots=True)
class _Open:
    """A collection that goes on, the offset at which it began, and of a mapping the key that waits for its value."""

    node: Mapping | Sequence
    began: int
    key: Scalar | None = None


def given_twice(key: Scalar, parent: Mapping, start: str, *, nested: bool) -> tuple[str, str] | None:
    """Note that a mapping has a key already, and return what to say of that, if anything.

    Where it is a record's first, the `start` of another record is missing, and the rest follows from it.
    """
    first = parent.keys[key.text]
    parent.complete = False
    if parent.restarted:
        return None
    parent.restarted = nested and key.text == next(iter(parent.keys))
    hint = f"it is first given in line {first.line}; keep one of the two"
    if parent.restarted:
        hint = f"{hint}, or put '{start}' before it if a record starts here"
    return f"the key '{key.text}' is given twice", hint


class _Builder:
    """Grows one tree on a stack of the collections that are still open."""

    def __init__(self, text: str, file: str) -> None:
        self.text = text.removeprefix("\ufeff")
        self.file = file
        self.problems: list[Problem] = []
        self.root: Node | None = None
        self.open: list[_Open] = []
        self.ended = False
        self.last: Any = None  # the event before, and where the last collection to end began: for diagnosis
        self.closed: int | None = None
        # libyaml counts breaks that no editor counts; then lines are found from the offset instead.
        self.exotic = _BREAKS_OF_YAML_ONLY.search(self.text) is not None

    def build(self) -> Node | None:
        handlers: dict[type, Callable[[Any], None]] = {
            yaml.ScalarEvent: self.on_scalar,
            yaml.MappingStartEvent: self.on_mapping,
            yaml.SequenceStartEvent: self.on_sequence,
            yaml.MappingEndEvent: self.on_end,
            yaml.SequenceEndEvent: self.on_end,
            yaml.AliasEvent: self.on_alias,
            yaml.DocumentStartEvent: self.on_document,
        }
        try:
            for event in yaml.parse(self.text, Loader=yaml.CSafeLoader):
                if handle := handlers.get(type(event)):
                    handle(event)
                if len(self.open) > MAX_DEPTH:
                    self.refuse_depth(event)
                if self.ended or len(self.open) > MAX_DEPTH:
                    return None
                self.last = event
        except yaml.reader.ReaderError as fault:
            # The reader counts bytes, not characters.
            at = self.place_of(len(self.text.encode()[: fault.position].decode(errors="ignore")))
            character = f"U+{ord(fault.character) if isinstance(fault.character, str) else fault.character:04X}"
            self.report(at, f"the character {character} may not stand in YAML", "delete it, or type it as text")
            return None
        except yaml.MarkedYAMLError as fault:
            slip = diagnose(self.text, fault, self.last, self.closed)
            place = self.place_of(slip.at)
            self.problems = [told for told in self.problems if (told.line, told.column) != place]
            self.report(place, slip.message, slip.hint)
            return None
        return self.root

    def on_document(self, event: Any) -> None:
        if self.root is not None:
            self.refuse(event, "a second YAML document starts here", "one file holds one document: remove the '---'")
            self.ended = True  # what follows may go on with what came before: neither is whole

    def on_scalar(self, event: Any) -> None:
        if event.anchor is not None or event.tag is not None:
            self.add(self.refuse_cleverness(event))
            return
        text, plain = event.value, not event.style
        line, column = self.place(event)
        absent = plain and text in ABSENT
        cut = plain and COMMENT.match(self.text, event.end_mark.index) is not None
        scalar = Scalar(line, column, text, absent, cut)
        if event.start_mark.line != event.end_mark.line:
            self.read_lines(scalar, event)
        self.add(scalar)

    def read_lines(self, scalar: Scalar, event: Any) -> None:
        """Note of a scalar over several lines how far they are indented, and which of them read like keys."""
        first, end = event.start_mark.index, event.end_mark.index
        second = self.text.find("\n", first) + 1
        lines = self.text[second:end]
        if event.style == "|":
            content = next((line for line in lines.split("\n") if line.strip()), "")
            scalar.indent = len(content) - len(content.lstrip(" "))
        scalar.swallowed = tuple(
            Scalar(*self.place_of(second + found.start(1)), found[1]) for found in LIKE_A_KEY.finditer(lines)
        )

    def on_mapping(self, event: Any) -> None:
        self.enter(Mapping(*self.place(event), flow=bool(event.flow_style)), event)

    def on_sequence(self, event: Any) -> None:
        self.enter(Sequence(*self.place(event)), event)

    def on_end(self, event: Any) -> None:  # noqa: ARG002 (handlers share their parameters)
        self.closed = self.open.pop().began

    def on_alias(self, event: Any) -> None:
        key = self.open[-1].key if self.open else None
        if key is not None and key.absent:  # the key was refused already: one mistake, one problem
            self.add(Rejected(*self.place(event)))
        else:
            message = f"the alias *{event.anchor} is not allowed"
            self.add(self.refuse(event, message, "write the value out in full"))

    def enter(self, node: Mapping | Sequence, event: Any) -> None:
        self.add(node)
        if event.anchor is not None or event.tag is not None:
            self.refuse_cleverness(event)
        self.open.append(_Open(node, event.start_mark.index))

    def add(self, node: Node) -> None:
        if not self.open:
            if self.root is None:
                self.root = node
            return
        around = self.open[-1]
        parent, key = around.node, around.key
        if isinstance(parent, Sequence):
            parent.items.append(node)
        elif key is None:
            around.key = self.key(node)
        else:
            around.key = None
            if key.text in parent.keys:
                if told := given_twice(key, parent, "- ", nested=len(self.open) > 1):
                    self.report((key.line, key.column), *told)
            elif key.absent:
                parent.complete = False
            else:
                parent.keys[key.text] = key
                parent.values[key.text] = node

    def key(self, node: Node) -> Scalar:
        """Return a mapping's key; one that is refused comes back as absent, and is dropped with its value."""
        if not isinstance(node, Scalar):
            if not isinstance(node, Rejected):
                self.report((node.line, node.column), "a key must be a single word", "write it as 'key: value'")
            return Scalar(node.line, node.column, "", absent=True)
        if node.absent:
            self.report((node.line, node.column), "a key is missing here", "write it as 'key: value'")
        elif node.text == "<<":
            self.report((node.line, node.column), "the merge key '<<' is not allowed", "write the keys out in full")
            node.absent = True
        return node

    def refuse_cleverness(self, event: Any) -> Rejected:
        if event.anchor is not None:
            message = f"the anchor &{event.anchor} is not allowed"
            return self.refuse(event, message, "remove it, and write values in full")
        tag = event.tag.replace("tag:yaml.org,2002:", "!!")
        return self.refuse(event, f"the tag {tag} is not allowed", "remove it: the schema decides the type")

    def refuse_depth(self, event: Any) -> None:
        """Report nesting without an end in sight, and nothing else of the collections that it is made of."""
        within = {(each.node.line, each.node.column) for each in self.open}
        self.problems = [problem for problem in self.problems if (problem.line, problem.column) not in within]
        self.refuse(event, *TOO_DEEP)

    def refuse(self, event: Any, message: str, hint: str) -> Rejected:
        at = self.place(event)
        self.report(at, message, hint)
        return Rejected(*at)

    def report(self, at: tuple[int, int], message: str, hint: str) -> None:
        self.problems.append(Problem(self.file, *at, "", message, hint))

    def place(self, event: Any) -> tuple[int, int]:
        mark = event.start_mark
        return self.place_of(mark.index) if self.exotic else (mark.line + 1, mark.column + 1)

    def place_of(self, index: int) -> tuple[int, int]:
        line = bisect_right(self.starts, index)
        return line, index - self.starts[line - 1] + 1

    @cached_property
    def starts(self) -> list[int]:
        """The offsets at which the lines of the text start."""
        return [0, *(found.end() for found in re.finditer("\n", self.text))]
