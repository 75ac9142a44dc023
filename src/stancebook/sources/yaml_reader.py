"""Parse YAML to a tree with positions, from libyaml's events.

Only a core of YAML is allowed: no anchors, aliases, tags, merge keys, duplicate keys or second documents.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import yaml

from stancebook.problems import Problem
from stancebook.sources.nodes import (
    MAX_DEPTH,
    TOO_DEEP,
    Mapping,
    Node,
    Position,
    Rejected,
    Scalar,
    Sequence,
    TreeReader,
)
from stancebook.sources.yaml_errors import COMMENT, diagnose

NULLS = {"", "~", "null", "Null", "NULL"}
LIKE_A_KEY = re.compile(r"^[ \t]*(?:- +)?([\w-]+):(?=[ \t]|$)", re.MULTILINE)
_YAML_ONLY_LINE_BREAKS = re.compile("[\x85\u2028\u2029]|\r(?!\n)")


def parse_yaml(text: str, file: str) -> tuple[Node | None, list[Problem]]:
    """Parse a YAML text.

    Args:
        text: The text of the file.
        file: Its path as displayed in problems.

    Returns:
        The root, None if there is none or the syntax is wrong; and the problems.
    """
    reader = _YamlReader(text.removeprefix("\ufeff"), file)
    return reader.read(), reader.problems


@dataclass(slots=True)
class _OpenCollection:
    """A collection that has not ended, the offset of its start, and the key whose value comes next in a mapping."""

    node: Mapping | Sequence
    start: int
    key: Scalar | None = None


class _YamlReader(TreeReader):
    """Builds one tree from events, with a stack of open collections."""

    def __init__(self, text: str, file: str) -> None:
        super().__init__(text, file)
        self.root: Node | None = None
        self.open: list[_OpenCollection] = []
        self.stopped = False
        # For the diagnosis of errors: the previous event, and the start of the collection that ended last.
        self.last_event: Any = None
        self.closed_start: int | None = None
        # libyaml counts line breaks that editors do not count; positions are then computed from offsets.
        self.has_odd_breaks = _YAML_ONLY_LINE_BREAKS.search(text) is not None

    def read(self) -> Node | None:
        """Return the root; None if there is none, if the syntax is wrong, or if a second document follows."""
        handlers: dict[type, Callable[[Any], None]] = {
            yaml.ScalarEvent: self.on_scalar,
            yaml.MappingStartEvent: self.on_start,
            yaml.SequenceStartEvent: self.on_start,
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
                if self.stopped:
                    return None
                self.last_event = event
        except yaml.reader.ReaderError as error:
            # PyYAML's position is in bytes, not characters.
            offset = len(self.text.encode()[: error.position].decode(errors="ignore"))
            code_point = ord(error.character) if isinstance(error.character, str) else error.character
            message = f"the character U+{code_point:04X} is not allowed in YAML"
            self.report(self.position(offset), message, "delete it, or type it as text")
            return None
        except yaml.MarkedYAMLError as error:
            syntax = diagnose(self.text, error, self.last_event, self.closed_start)
            position = self.position(syntax.offset)
            self.drop_problems({position})
            self.report(position, syntax.message, syntax.hint)
            return None
        return self.root

    def on_document(self, event: Any) -> None:
        if self.root is not None:
            self.refuse(event, "a second YAML document starts here", "one file holds one document: remove the '---'")
            self.stopped = True

    def on_scalar(self, event: Any) -> None:
        if event.anchor is not None or event.tag is not None:
            self.add(self.refuse_anchor_or_tag(event))
            return
        unquoted = not event.style
        scalar = Scalar(
            *self.start_of(event),
            event.value,
            absent=unquoted and event.value in NULLS,
            cut=unquoted and COMMENT.match(self.text, event.end_mark.index) is not None,
        )
        if event.start_mark.line != event.end_mark.line:
            self.read_lines(scalar, event)
        self.add(scalar)

    def read_lines(self, scalar: Scalar, event: Any) -> None:
        """Set the indentation of a scalar of several lines, and the lines that look like keys."""
        second_line = self.text.find("\n", event.start_mark.index) + 1
        lines = self.text[second_line : event.end_mark.index]
        if event.style == "|":
            content = next((line for line in lines.split("\n") if line.strip()), "")
            scalar.indent = len(content) - len(content.lstrip(" "))
        scalar.swallowed = tuple(
            Scalar(*self.position(second_line + found.start(1)), found[1]) for found in LIKE_A_KEY.finditer(lines)
        )

    def on_start(self, event: Any) -> None:
        node: Mapping | Sequence = Sequence(*self.start_of(event))
        if isinstance(event, yaml.MappingStartEvent):
            node = Mapping(*self.start_of(event), flow=bool(event.flow_style))
        self.add(node)
        if event.anchor is not None or event.tag is not None:
            self.refuse_anchor_or_tag(event)
        self.open.append(_OpenCollection(node, event.start_mark.index))

    def on_end(self, event: Any) -> None:  # noqa: ARG002 (all handlers take the event)
        self.closed_start = self.open.pop().start

    def on_alias(self, event: Any) -> None:
        key = self.open[-1].key if self.open else None
        if key is not None and key.absent:  # the key was refused already: one mistake, one problem
            self.add(Rejected(*self.start_of(event)))
        else:
            message = f"the alias *{event.anchor} is not allowed"
            self.add(self.refuse(event, message, "write the value out in full"))

    def add(self, node: Node) -> None:
        """Add a node to the innermost open collection, or make it the root."""
        if not self.open:
            self.root = self.root or node
            return
        innermost = self.open[-1]
        parent, key = innermost.node, innermost.key
        if isinstance(parent, Sequence):
            parent.items.append(node)
        elif key is None:
            innermost.key = self.checked_key(node)
        else:
            innermost.key = None
            if key.text in parent.keys:
                self.report_repeated_key(key, parent, "- ", nested=len(self.open) > 1)
            elif key.absent:
                parent.complete = False
            else:
                parent.keys[key.text] = key
                parent.values[key.text] = node

    def checked_key(self, node: Node) -> Scalar:
        """Return a mapping's key; a key that is refused is absent, and is dropped with its value."""
        position = node.line, node.column
        if not isinstance(node, Scalar):
            if not isinstance(node, Rejected):
                self.report(position, "a key must be a single word", "write it as 'key: value'")
            return Scalar(*position, "", absent=True)
        if node.absent:
            self.report(position, "a key is missing here", "write it as 'key: value'")
        elif node.text == "<<":
            self.report(position, "the merge key '<<' is not allowed", "write the keys out in full")
            node.absent = True
        return node

    def refuse_anchor_or_tag(self, event: Any) -> Rejected:
        if event.anchor is not None:
            message = f"the anchor &{event.anchor} is not allowed"
            return self.refuse(event, message, "remove it, and write values in full")
        tag = event.tag.replace("tag:yaml.org,2002:", "!!")
        return self.refuse(event, f"the tag {tag} is not allowed", "remove it: the schema decides the type")

    def refuse_depth(self, event: Any) -> None:
        """Stop at collections that nest too deep, and report nothing else about them."""
        self.drop_problems({(collection.node.line, collection.node.column) for collection in self.open})
        self.refuse(event, *TOO_DEEP)
        self.stopped = True

    def refuse(self, event: Any, message: str, hint: str) -> Rejected:
        position = self.start_of(event)
        self.report(position, message, hint)
        return Rejected(*position)

    def drop_problems(self, positions: set[Position]) -> None:
        """Remove the problems at positions where another one says more."""
        self.problems = [problem for problem in self.problems if (problem.line, problem.column) not in positions]

    def start_of(self, event: Any) -> Position:
        mark = event.start_mark
        return self.position(mark.index) if self.has_odd_breaks else (mark.line + 1, mark.column + 1)
