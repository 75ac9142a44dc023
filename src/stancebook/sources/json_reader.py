"""JSON text → the same tree as YAML gives, every value at its line and column; and at a glance, only its texts.

Taken is what the standard library's `json` takes, without duplicate keys and `NaN`. Types never come from JSON: a
number, true and false are the text that was typed, and null is a value that is absent.
"""

import json
import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from typing import Any, NoReturn, TypeVar, Union

from stancebook.problems import Problem
from stancebook.sources.json_errors import (
    WHITE,
    JsonErrorContext,
    half_a_character,
    no_colon,
    no_comma,
    no_end,
    no_key,
    no_text,
    no_value,
)
from stancebook.sources.yaml_errors import SyntaxProblem
from stancebook.sources.yaml_reader import MAX_DEPTH, TOO_DEEP, Mapping, Node, Scalar, Sequence, given_twice

Value = Union[str, "Plain", list["Plain"], None]
Plain = dict[str, Value]
Open = TypeVar("Open", Mapping, Sequence)

_MARKS = ("", "}", "]", ",", ":")  # no value begins with
_INNER = r"""(?:[^"\\\x00-\x1f]++|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+"""
_WORD = r"(?:true|false|null|-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?)(?![\w.+-])"
# A mark, a text with its quotation marks, or a word; or only the white space before what is none of them.
_TOKEN = re.compile(rf"""[{WHITE}]*+(?:([{{}}\[\],:])|("{_INNER}")|({_WORD}))?""", re.ASCII)
_UP_TO_A_FAULT = re.compile(f'"{_INNER}')


def parse_json(text: str, file: str) -> tuple[Node | None, list[Problem]]:
    """Return the root of the tree, None if there is none, and what was refused."""
    reader = _Reader(text, file)
    return reader.read(), reader.problems


class _SlipError(Exception):
    """Raised where a text is no JSON, with the slip."""

    def __init__(self, slip: SyntaxProblem) -> None:
        super().__init__(slip)
        self.slip = slip


class _Reader:
    """Reads one text, token by token, to its end or to the first slip."""

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self.problems: list[Problem] = []
        self.ahead = ""  # what comes next; empty at the end, and where that is no token
        self.at = self.end = 0  # where it begins and ends
        self.began = self.ended = 0  # where the token before it does
        self.open: list[int] = []  # where the brackets stand that are not closed yet

    def read(self) -> Node | None:
        """Return the root, or None if there is none."""
        self.go_on()
        if self.at == len(self.text):
            return None
        try:
            root = self.value()
            if self.at < len(self.text):
                self.halt(no_end)
        except _SlipError as fault:
            self.report(self.place(fault.slip.at), fault.slip.message, fault.slip.hint)
            return None
        return root

    def go_on(self) -> None:
        """Pass over a token, and look at the next."""
        self.began, self.ended = self.at, self.end
        if found := _TOKEN.match(self.text, self.end):  # which it always is
            self.ahead = found[found.lastindex] if found.lastindex else ""
            self.end = found.end()
            self.at = self.end - len(self.ahead)

    def value(self) -> Node:
        ahead, at = self.ahead, self.at
        if ahead == "{":
            return self.collection(Mapping(*self.place(at)), self.entry, "}")
        if ahead == "[":
            return self.collection(Sequence(*self.place(at)), self.item, "]")
        if ahead[:1] == '"':
            return self.string()
        if ahead in _MARKS:
            self.halt(no_value)
        self.go_on()
        return Scalar(*self.place(at), ahead, ahead == "null")

    def collection(self, node: Open, read_one: Callable[[Open], None], closing: str) -> Open:
        """Return a mapping or a list, filled with all that stands between its brackets."""
        self.open.append(self.at)
        if len(self.open) > MAX_DEPTH:
            raise _SlipError(SyntaxProblem(self.at, *TOO_DEEP))
        self.go_on()
        if self.ahead != closing:
            read_one(node)
            while self.ahead == ",":
                self.go_on()
                read_one(node)
            if self.ahead != closing:
                self.halt(no_comma)
        self.open.pop()
        self.go_on()
        return node

    def item(self, items: Sequence) -> None:
        items.items.append(self.value())

    def entry(self, entries: Mapping) -> None:
        if self.ahead[:1] != '"':
            self.halt(no_key)
        key = self.string()
        if self.ahead != ":":
            self.halt(no_colon)
        self.go_on()
        value = self.value()
        if key.text not in entries.keys:
            entries.keys[key.text], entries.values[key.text] = key, value
        elif told := given_twice(key, entries, "}, {", nested=len(self.open) > 1):
            self.report((key.line, key.column), *told)

    def string(self) -> Scalar:
        ahead, at = self.ahead, self.at
        self.go_on()
        if "\\" not in ahead:
            return Scalar(*self.place(at), ahead[1:-1])
        if slip := half_a_character(ahead, at):
            raise _SlipError(slip)
        return Scalar(*self.place(at), json.loads(ahead))

    def halt(self, reading: Callable[[JsonErrorContext], SyntaxProblem]) -> NoReturn:
        """Give up at what comes next."""
        halt = JsonErrorContext(self.text, self.at, self.began, self.ended, tuple(self.open))
        if not self.ahead and (text := _UP_TO_A_FAULT.match(self.text, self.at)):
            raise _SlipError(no_text(replace(halt, at=text.end(), began=self.at)))
        raise _SlipError(reading(halt))

    def report(self, at: tuple[int, int], message: str, hint: str) -> None:
        self.problems.append(Problem(self.file, *at, "", message, hint))

    def place(self, index: int) -> tuple[int, int]:
        line = bisect_right(self.starts, index)
        return line, index - self.starts[line - 1] + 1

    @cached_property
    def starts(self) -> list[int]:
        """The offsets at which the lines of the text start."""
        return [0, *(found.end() for found in re.finditer("\n", self.text))]


# ── At a glance ───────────────────────────────────────────────────────────────────────────────────

_HALF = re.compile(r"\\u[dD][89a-fA-F]")  # of a character, which the other half may stand beside
_LEVELS = 8  # of mappings, and of lists between them: fewer by far than `parse` takes


def read_fast(text: str) -> Plain | None:
    """Return what a file holds, keys in the order written, or None where anything in it is in doubt.

    A value is the text that `parse` gives, which is not blank, or a mapping, a list of mappings, or None where it is
    absent. `json` reads it without a look at where things stand: what `parse` has something to say of is in doubt.
    """
    try:
        hook = _Glance().mapping
        root = json.loads(text, object_pairs_hook=hook, parse_int=str, parse_float=str, parse_constant=_doubt)
        if _HALF.search(text):
            json.dumps(root, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return root if isinstance(root, dict) and root else None


class _Glance:
    """Makes mappings of their pairs, from the innermost to the outermost; raises `ValueError` at any doubt."""

    def __init__(self) -> None:
        self.levels: dict[int, int] = {}  # of the mappings that hold others: how many lie within each other

    def mapping(self, pairs: list[tuple[str, Any]]) -> Plain:
        made = dict(pairs)
        if len(made) < len(pairs):
            _doubt()
        values = made.values()
        if {*map(type, values)} != {str}:
            self.look_into(made)
        elif not all(map(str.strip, values)):
            _doubt()
        return made

    def look_into(self, made: Plain) -> None:
        within = []
        for key, value in made.items():
            if isinstance(value, bool):
                made[key] = "true" if value else "false"
            elif isinstance(value, dict):
                within.append(value)
            elif isinstance(value, list):
                within += value
            elif value is not None and not value.strip():
                _doubt()
        if {*map(type, within)} - {dict}:
            _doubt()
        self.levels[id(made)] = levels = 1 + max((self.levels.get(id(each), 1) for each in within), default=0)
        if levels > _LEVELS:
            _doubt()


def _doubt(*_: object) -> NoReturn:
    raise ValueError
