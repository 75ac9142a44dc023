"""Where the keys, values and records of a file are: a tree of offsets in its text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import yaml

from stancebook.sources.json_reader import TOKEN, decode_string
from stancebook.sources.yaml_reader import NULLS, replacements

_BLOCK_STYLES = ("|", ">")
_BLANK_END = re.compile(r"(?:\r?\n[ \t]*)+\Z")


@dataclass(slots=True)
class Span:
    """A value: the offsets where it starts and after its last character, without a final line break."""

    start: int
    end: int


@dataclass(slots=True)
class ScalarSpan(Span):
    """A single value: its text, None if it is null, and its quotation mark, `|` or `>`; empty for plain text."""

    text: str | None
    style: str = ""


@dataclass(slots=True)
class Entry:
    """A key, by the offsets of its start and end, and its value."""

    start: int
    key_end: int
    value: "Layout"


@dataclass(slots=True)
class MappingSpan(Span):
    """A mapping, and whether it is written between braces."""

    flow: bool
    entries: dict[str, Entry] = field(default_factory=dict)


@dataclass(slots=True)
class SequenceSpan(Span):
    """A list, and whether it is written between brackets."""

    flow: bool
    items: list["Layout"] = field(default_factory=list)


Layout = ScalarSpan | MappingSpan | SequenceSpan


def plain_values(layout: Layout | None) -> Any:
    """Return mappings, lists, texts and None; an empty mapping for a file without values."""
    if isinstance(layout, MappingSpan):
        return {key: plain_values(entry.value) for key, entry in layout.entries.items()}
    if isinstance(layout, SequenceSpan):
        return [plain_values(item) for item in layout.items]
    return layout.text if layout else {}


def children(layout: MappingSpan | SequenceSpan) -> list[Span]:
    """Return the spans of the entries of a mapping, with their keys, or of the items of a list."""
    if isinstance(layout, SequenceSpan):
        return [Span(item.start, item.end) for item in layout.items]
    return [Span(entry.start, entry.value.end) for entry in layout.entries.values()]


# ── YAML ──────────────────────────────────────────────────────────────────────────────────────────


def yaml_layout(text: str) -> Layout | None:
    """Return the layout of a YAML text that `parse_yaml` accepts; None if it has no values.

    Args:
        text: The text, without a byte order mark.
    """
    replaced = replacements(text)
    restore = {ord(other): chr(old) for old, other in replaced.items()}
    stream = iter(yaml.parse(text.translate(replaced), Loader=yaml.CSafeLoader))
    for event in stream:
        if isinstance(event, yaml.NodeEvent):
            return _yaml_node(event, stream, text, restore)
    return None


def _yaml_node(event: Any, stream: Iterator[Any], text: str, restore: dict[int, str]) -> Layout:
    start = event.start_mark.index
    if isinstance(event, yaml.MappingStartEvent):
        mapping = MappingSpan(start, start, bool(event.flow_style))
        for key in stream:
            if isinstance(key, yaml.MappingEndEvent):
                break
            value = _yaml_node(next(stream), stream, text, restore)
            mapping.entries[_restored(key.value, restore)] = Entry(key.start_mark.index, key.end_mark.index, value)
        # libyaml ends a collection without brackets where the next one starts, after blank lines and comments.
        mapping.end = key.end_mark.index if mapping.flow else value.end
        return mapping
    if isinstance(event, yaml.SequenceStartEvent):
        sequence = SequenceSpan(start, start, bool(event.flow_style))
        for item in stream:
            if isinstance(item, yaml.SequenceEndEvent):
                break
            sequence.items.append(_yaml_node(item, stream, text, restore))
        sequence.end = item.end_mark.index if sequence.flow else sequence.items[-1].end
        return sequence
    end = event.end_mark.index
    style = event.style or ""
    if style in _BLOCK_STYLES:
        written = text[start:end]
        keeps = "+" in written.split("\n", 1)[0].split("#", 1)[0]
        end = start + len(written.removesuffix("\n").removesuffix("\r") if keeps else _BLANK_END.sub("", written))
    absent = not style and event.value in NULLS
    return ScalarSpan(start, end, None if absent else _restored(event.value, restore), style)


def _restored(value: str, restore: dict[int, str]) -> str:
    return value.translate(restore) if restore else value


def dashes(text: str, sequence: SequenceSpan) -> list[int]:
    """Return the offset of the dash of each item of a list without brackets."""
    column = sequence.start - (text.rfind("\n", 0, sequence.start) + 1)
    dash = re.compile(rf"^ {{{column}}}-(?=\s)", re.MULTILINE)
    found = [sequence.start]
    for previous, item in pairwise(sequence.items):
        if match := dash.search(text, previous.end, item.start):
            found.append(match.end() - 1)
    return found


# ── JSON ──────────────────────────────────────────────────────────────────────────────────────────


def json_layout(text: str) -> Layout | None:
    """Return the layout of a JSON text that `parse_json` accepts; None if it has no values."""
    tokens = ((found.start(found.lastindex), found[found.lastindex]) for found in _json_tokens(text))
    first = next(tokens, None)
    return _json_node(*first, tokens) if first else None


def _json_tokens(text: str) -> Iterator[Any]:
    for found in TOKEN.finditer(text):
        if found.lastindex:
            yield found


def _json_node(start: int, lexeme: str, tokens: Iterator[tuple[int, str]]) -> Layout:
    end = start + len(lexeme)
    if lexeme == "{":
        mapping = MappingSpan(start, end, flow=True)
        for offset, mark in tokens:
            if mark == "}":
                mapping.end = offset + 1
                break
            if mark != ",":
                next(tokens)  # the colon
                value = _json_node(*next(tokens), tokens)
                mapping.entries[decode_string(mark)] = Entry(offset, offset + len(mark), value)
        return mapping
    if lexeme == "[":
        sequence = SequenceSpan(start, end, flow=True)
        for offset, mark in tokens:
            if mark == "]":
                sequence.end = offset + 1
                break
            if mark != ",":
                sequence.items.append(_json_node(offset, mark, tokens))
        return sequence
    if lexeme[0] == '"':
        return ScalarSpan(start, end, decode_string(lexeme), '"')
    return ScalarSpan(start, end, None if lexeme == "null" else lexeme)
