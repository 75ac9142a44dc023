"""Parse YAML to a tree with positions, from libyaml's events.

Only a core of YAML is allowed: no anchors, aliases, tags, merge keys, duplicate keys or second documents.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import yaml

from stancebook.problems import Problem
from stancebook.sources.comments import replaces_records
from stancebook.sources.nodes import (
    MAX_DEPTH,
    TOO_DEEP,
    Mapping,
    Node,
    Rejected,
    Scalar,
    Sequence,
    TreeReader,
)
from stancebook.sources.positions import Position, WrittenScalar
from stancebook.sources.yaml_errors import COMMENT, diagnose

NULLS = {"", "~", "null", "Null", "NULL"}
LIKE_A_KEY = re.compile(r"^[ \t]*(?:- +)?([\w-]+):(?=[ \t]|$)", re.MULTILINE)
_LONE_CARRIAGE_RETURN = re.compile("\r(?!\n)")
# Line breaks of YAML 1.1 only; libyaml reads other characters in their place, because text is pasted with them in it.
_OLD_LINE_BREAKS = re.compile("[\x85\u2028\u2029]")
_PRIVATE_USE = range(0xE000, 0xF900)
_COMMENTS = re.compile("#.*")
_BLANK_LINE = re.compile(r"\n[ \t]*\r?\n")
COMMENT_BELOW = re.compile(r"[ \t]*(?:\r?\n[ \t]*)+#")


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
        self.replaced = replacements(text)
        # The offset after the last scalar: between that and the next value are only marks of YAML and comments.
        self.scalar_end = 0
        self.list_ended = False  # whether a list has ended after that scalar
        # libyaml counts line breaks that editors do not count; positions are then computed from offsets.
        self.has_odd_breaks = _LONE_CARRIAGE_RETURN.search(text) is not None

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
            yaml.StreamEndEvent: self.check_comments,
        }
        try:
            for event in yaml.parse(self.text.translate(self.replaced), Loader=yaml.CSafeLoader):
                if handle := handlers.get(type(event)):
                    handle(event)
                if len(self.open) > MAX_DEPTH:
                    self.refuse_depth(event)
                if self.stopped:
                    return None
                self.last_event = event
        except yaml.reader.ReaderError as error:
            # PyYAML's position is in bytes, not characters.
            data = self.text.translate(self.replaced).encode()
            offset = len(data[: error.position].decode(errors="ignore"))
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
        self.check_comments(event)
        if event.anchor is not None or event.tag is not None:
            self.add(self.refuse_anchor_or_tag(event))
            return
        start, end = event.start_mark.index, event.end_mark.index
        absent = not event.style and event.value in NULLS
        scalar = Scalar(
            *self.start_of(event),
            self.restored(event.value),
            absent=absent,
            comment=self.comment_of(event),
            written=WrittenScalar(self.text, start, end, event.style or ""),
        )
        if event.start_mark.line != event.end_mark.line:
            self.read_lines(scalar, event)
        self.scalar_end, self.list_ended = end, absent
        self.add(scalar)

    def restored(self, value: str) -> str:
        """Return a value with the characters that were replaced for libyaml."""
        if not self.replaced:
            return value
        return value.translate({ord(other): chr(old) for old, other in self.replaced.items()})

    def comment_of(self, event: Any) -> Node | None:
        """Return the comment before or after a value that may have been meant as its text."""
        innermost = self.open[-1] if self.open else None
        start, end = event.start_mark.index, event.end_mark.index
        if event.style in ("|", ">") and not event.value.strip():
            offset = self.text.find(" #", start, self.text.find("\n", start))
            return Node(*self.position(offset + 1)) if offset >= 0 else None
        if event.style or innermost is None or event.value in NULLS - {""}:
            return None
        if innermost.key is not None and (offset := self.text.find("#", self.scalar_end, start)) >= 0:
            return Node(*self.position(offset))
        found = COMMENT.match(self.text, end)
        if found is None and innermost.key is not None:
            found = COMMENT_BELOW.match(self.text, end)
        if found is None:
            return None
        line, column = self.position(found.end() - 1)
        key = innermost.key
        below = "\n" in found[0]
        return Node(line, column) if not below or (key and column > key.column) else None

    def check_comments(self, event: Any) -> None:
        """Warn of a comment before a value, or before the end, that seems to replace records which were left out."""
        start, end = self.scalar_end, event.start_mark.index
        if start and "#" in self.text[start:end]:
            for comment in _COMMENTS.finditer(self.text, start, end):
                # After a blank line, a comment is rather the heading of the next list.
                ends_list = self.list_ended and not _BLANK_LINE.search(self.text, start, comment.start())
                if replaces_records(comment[0], ends_list=ends_list):
                    message = "this comment seems to replace records or keys that were left out"
                    hint = "write them out; or, if none is missing, reword the comment"
                    self.report(self.position(comment.start()), message, hint, level="warning")

    def read_lines(self, scalar: Scalar, event: Any) -> None:
        """Set the lines of a scalar that look like keys."""
        second_line = self.text.find("\n", event.start_mark.index) + 1
        lines = self.text[second_line : event.end_mark.index]
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
        closed = self.open.pop()
        self.closed_start = closed.start
        self.list_ended |= isinstance(closed.node, Sequence)

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


def replacements(text: str) -> dict[int, str]:
    """Return the characters that only YAML 1.1 reads as line breaks, each with one that is not in the text."""
    found = sorted({*_OLD_LINE_BREAKS.findall(text)})
    unused = (character for character in map(chr, _PRIVATE_USE) if character not in text)
    return {ord(character): next(unused) for character in found}
