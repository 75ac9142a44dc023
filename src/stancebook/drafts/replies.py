"""Read what a model answered: also with words around the JSON, and up to where it was cut off."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from stancebook.problems import shorten

_DECODER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)
_LISTS = ("records", "dropped", "new_codebook", "verdicts")
_START_OF_LIST = re.compile(r'"(records|verdicts)"\s*:\s*\[')
_SEPARATOR = re.compile(r"[\s,]*")


@dataclass(frozen=True)
class Answer:
    """An answer as values; numbers are texts as typed.

    Attributes:
        lists: The objects in its lists, by name.
        is_cut: Whether it ends too early; the objects up to there are complete.
        strays: How many items of its lists are no objects.
        problem: Why it is of no use; empty if it is.
    """

    lists: Mapping[str, Sequence[dict[str, Any]]]
    is_cut: bool = False
    strays: int = 0
    problem: str = ""

    def __getitem__(self, name: str) -> Sequence[dict[str, Any]]:
        return self.lists.get(name, ())


def read_answer(text: str, *, is_cut: bool = False) -> Answer:
    """Read the answer of a model.

    Args:
        text: The answer: a JSON object, perhaps between the marks of a code block or other words.
        is_cut: Whether the endpoint says that it was cut off.
    """
    if not text.strip():
        return Answer({}, problem="the answer is empty")
    start = text.find("{")
    try:
        root, _ = _DECODER.raw_decode(text, max(start, 0))
    except (ValueError, RecursionError):
        root = None
    if isinstance(root, dict) and any(isinstance(root.get(name), list) for name in _LISTS):
        listed = {name: value for name in _LISTS if isinstance(value := root.get(name), list)}
        objects = {name: [item for item in value if isinstance(item, dict)] for name, value in listed.items()}
        strays = sum(len(listed[name]) - len(objects[name]) for name in listed)
        return Answer(objects, is_cut=is_cut, strays=strays)
    if found := _START_OF_LIST.search(text):
        return Answer({found[1]: _complete_objects(text, found.end())}, is_cut=True)
    return Answer({}, problem=f"the answer is not the JSON that was asked for: {shorten(text.strip())!r}")


def _complete_objects(text: str, offset: int) -> list[dict[str, Any]]:
    """Return the objects of a list up to the first one that is cut off or damaged."""
    objects: list[dict[str, Any]] = []
    while True:
        separator = _SEPARATOR.match(text, offset)
        offset = separator.end() if separator else offset
        try:
            found, offset = _DECODER.raw_decode(text, offset)
        except (ValueError, RecursionError):
            return objects
        if not isinstance(found, dict):
            return objects
        objects.append(found)
