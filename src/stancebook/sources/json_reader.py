"""Parse JSON to the same tree as YAML, diagnose syntax errors, and read valid files fast without positions.

The reader accepts what the standard library's `json` accepts, but no duplicate keys and no `NaN`. The messages of
`json.JSONDecodeError` name what was expected where it stopped, not the mistake: hence the diagnoses below.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, NoReturn, TypeVar

from stancebook.problems import Problem
from stancebook.sources.nodes import (
    MAX_DEPTH,
    TOO_DEEP,
    Mapping,
    Node,
    PlainMapping,
    Scalar,
    Sequence,
    SyntaxErrorContext,
    SyntaxProblem,
    TreeReader,
)
from stancebook.sources.positions import WrittenScalar

_Collection = TypeVar("_Collection", Mapping, Sequence)

_WHITE_SPACE = " \t\r\n"
_NO_VALUES = ("", "}", "]", ",", ":")  # tokens that start no value
_STRING_INNER = r"""(?:[^"\\\x00-\x1f]++|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+"""
_LITERAL = r"(?:true|false|null|-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?)(?![\w.+-])"
# A mark, a string with its quotation marks, or a literal; or only the white space before something else.
TOKEN = re.compile(rf"""[{_WHITE_SPACE}]*+(?:([{{}}\[\],:])|("{_STRING_INNER}")|({_LITERAL}))?""", re.ASCII)
_VALID_STRING_START = re.compile(f'"{_STRING_INNER}')


def parse_json(text: str, file: str) -> tuple[Node | None, list[Problem]]:
    """Parse a JSON text.

    Args:
        text: The text of the file.
        file: Its path as displayed in problems.

    Returns:
        The root, None if there is none or the syntax is wrong; and the problems. Numbers, true and false are scalars
        with the text that was typed.
    """
    reader = _JsonReader(text, file)
    return reader.read(), reader.problems


def decode_string(lexeme: str) -> str:
    """Return the text of a valid JSON string, given with its quotation marks."""
    text: str = json.loads(lexeme)
    return text


class _JsonSyntaxError(Exception):
    """Raised at the first syntax error; its argument is the `SyntaxProblem`."""


class _JsonReader(TreeReader):
    """Reads one text, token by token, to its end or to the first syntax error."""

    def __init__(self, text: str, file: str) -> None:
        super().__init__(text, file)
        self.lexeme = ""  # the current token; empty at the end, and where there is no valid one
        self.start = self.end = 0  # its offsets
        self.previous_start = self.previous_end = 0  # those of the token before
        self.open: list[int] = []  # offsets of the brackets that are not closed yet

    def read(self) -> Node | None:
        """Return the root, or None if there is none."""
        self.advance()
        if self.start == len(self.text):
            return None
        try:
            root = self.value()
            if self.start < len(self.text):
                self.fail(_expected_end)
        except _JsonSyntaxError as error:
            [syntax] = error.args
            self.report(self.position(syntax.offset), syntax.message, syntax.hint)
            return None
        return root

    def advance(self) -> None:
        """Read the next token."""
        self.previous_start, self.previous_end = self.start, self.end
        if found := TOKEN.match(self.text, self.end):  # always true
            self.lexeme = found[found.lastindex] if found.lastindex else ""
            self.end = found.end()
            self.start = self.end - len(self.lexeme)

    def value(self) -> Node:
        lexeme, position = self.lexeme, self.position(self.start)
        if lexeme == "{":
            return self.collection(Mapping(*position), self.entry, "}")
        if lexeme == "[":
            return self.collection(Sequence(*position), self.item, "]")
        if lexeme[:1] == '"':
            return self.string()
        if lexeme in _NO_VALUES:
            self.fail(_expected_value)
        self.advance()
        return Scalar(*position, lexeme, lexeme == "null")

    def collection(self, node: _Collection, read_item: Callable[[_Collection], None], closing: str) -> _Collection:
        """Read a mapping or a list up to its closing bracket."""
        self.open.append(self.start)
        if len(self.open) > MAX_DEPTH:
            raise _JsonSyntaxError(SyntaxProblem(self.start, *TOO_DEEP))
        self.advance()
        if self.lexeme != closing:
            read_item(node)
            while self.lexeme == ",":
                self.advance()
                read_item(node)
            if self.lexeme != closing:
                self.fail(_expected_comma)
        self.open.pop()
        self.advance()
        return node

    def item(self, parent: Sequence) -> None:
        parent.items.append(self.value())

    def entry(self, parent: Mapping) -> None:
        if self.lexeme[:1] != '"':
            self.fail(_expected_key)
        key = self.string()
        if self.lexeme != ":":
            self.fail(_expected_colon)
        self.advance()
        value = self.value()
        if key.text not in parent.keys:
            parent.keys[key.text], parent.values[key.text] = key, value
        else:
            self.report_repeated_key(key, parent, "}, {", nested=len(self.open) > 1)

    def string(self) -> Scalar:
        lexeme, start = self.lexeme, self.start
        self.advance()
        written = WrittenScalar(self.text, start, start + len(lexeme), '"')
        if "\\" not in lexeme:
            return Scalar(*self.position(start), lexeme[1:-1], written=written)
        if problem := _lone_surrogate(lexeme, start):
            raise _JsonSyntaxError(problem)
        return Scalar(*self.position(start), decode_string(lexeme), written=written)

    def fail(self, diagnose: Callable[["JsonErrorContext"], SyntaxProblem]) -> NoReturn:
        """Raise the diagnosis of a syntax error at the current token."""
        context = JsonErrorContext(self.text, self.start, self.previous_start, self.previous_end, tuple(self.open))
        if not self.lexeme and (valid := _VALID_STRING_START.match(self.text, self.start)):
            raise _JsonSyntaxError(_invalid_string(replace(context, offset=valid.end(), previous_start=self.start)))
        raise _JsonSyntaxError(diagnose(context))


# ── Fast reader ───────────────────────────────────────────────────────────────────────────────────

_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")
_SPACES_BEFORE_COLON = (" :", "\n:", "\t:", "\r:")
_MAX_FAST_DEPTH = 8  # of mappings, with lists between them: far fewer than `parse_json` accepts


def read_fast(text: str) -> PlainMapping | None:
    """Read a JSON text without positions.

    Returns:
        The root's values in the order written, as `parse_json` reads them; None if `parse_json` would report anything,
        or if there is a blank string or a list of anything but mappings.
    """
    try:
        root = json.loads(text, parse_int=str, parse_float=str, parse_constant=_give_up)
        if type(root) is not dict or not root:
            return None
        # Of two equal keys only the last is read, so fewer are read than written; each is written with '":' after it.
        if _read_keys(root, 1) != text.count('":') or any(mark in text for mark in _SPACES_BEFORE_COLON):
            json.loads(text, object_pairs_hook=_distinct_pairs)
        if _SURROGATE_ESCAPE.search(text):
            json.dumps(root, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return root


def _read_keys(mapping: PlainMapping, depth: int) -> int:
    """Replace booleans by their text, check nested values, and return the number of keys."""
    values: Iterable[Any] = mapping.values()
    keys = len(mapping)
    if depth > _MAX_FAST_DEPTH:
        _give_up()
    if {*map(type, values)} == {str}:
        return keys if all(map(str.strip, values)) else _give_up()
    for key, value in mapping.items():
        if isinstance(value, bool):
            mapping[key] = "true" if value else "false"
        elif isinstance(value, str):
            keys += 0 if value.strip() else _give_up()
        elif value is not None:
            for nested in value if isinstance(value, list) else [value]:
                keys += _read_keys(nested, depth + 1) if type(nested) is dict else _give_up()
    return keys


def _distinct_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    mapping = dict(pairs)
    return mapping if len(mapping) == len(pairs) else _give_up()


def _give_up(*_: object) -> NoReturn:
    raise ValueError


# ── Diagnosis of syntax errors ────────────────────────────────────────────────────────────────────

_WORD = re.compile(r'[^ \t\r\n,:{}\[\]"]+')
_LIKE_A_NUMBER = re.compile(r"[-+.]*\d[\w.+-]*")
_COMMENT = re.compile(r"//|/\*|#")
_CLOSING = {"{": "}", "[": "]"}
_OTHER_QUOTES = "'`´‘’‚‛“”„‟«»″＂"
_OTHER_NULLS = {"none", "nil", "undefined", "nan", "infinity", "-infinity", "na", "n/a", "null", "~"}

# An escape in a string: a surrogate pair, a lone surrogate (group 1), or any other.
_HIGH, _LOW, _DIGIT = "[dD][89abAB]", "[dD][c-fC-F]", "[0-9a-fA-F]"
_ESCAPE = re.compile(rf"\\(?:u{_HIGH}{_DIGIT}{{2}}\\u{_LOW}{_DIGIT}{{2}}|u(?:{_HIGH}|{_LOW})({_DIGIT}{{2}})|.)")

_WRITE_A_PAIR = 'write it as "key": "value"'
_ESCAPE_QUOTES = r"write a quotation mark within a text as \""


@dataclass(frozen=True, slots=True)
class JsonErrorContext(SyntaxErrorContext):
    """Where something else was expected.

    Attributes:
        previous_start: Where the token before starts.
        previous_end: Where it ends.
        open: The offsets of brackets that are not closed, the innermost last.
    """

    previous_start: int
    previous_end: int
    open: tuple[int, ...]

    @property
    def previous_character(self) -> str:
        """The last character of the token before."""
        return self.text[self.previous_end - 1 : self.previous_end]

    @property
    def word(self) -> str:
        """The characters at the offset up to white space or a mark of JSON."""
        found = _WORD.match(self.text, self.offset)
        return found[0] if found else ""


def _expected_value(context: JsonErrorContext) -> SyntaxProblem:
    if problem := _out_of_place(context) or _trailing_comma(context):
        return problem
    word = context.word
    if not word and not context.open:
        return _expected_end(context)
    if not word:
        message = f"a value is missing before this '{context.character}'"
        return context.problem(message, "write null, or leave the key out")
    if word.lower() in _OTHER_NULLS:
        return context.problem(f"{word!r} is no value in JSON", "write null, or leave the key out")
    if _LIKE_A_NUMBER.fullmatch(word):
        return context.problem(f"{word!r} is no number in JSON", f'write it as a text: "{word}"')
    return context.problem("this text has no quotation marks", "put it between double quotation marks")


def _expected_key(context: JsonErrorContext) -> SyntaxProblem:
    if problem := _out_of_place(context) or _trailing_comma(context) or _unclosed(context, "{[]"):
        return problem
    if context.word:
        return context.problem("a key must be between double quotation marks", _WRITE_A_PAIR)
    return context.problem(f"a key is missing before this '{context.character}'", _WRITE_A_PAIR)


def _expected_colon(context: JsonErrorContext) -> SyntaxProblem:
    glued = context.offset == context.previous_end
    if problem := _out_of_place(context) or (_text_after_quote(context) if glued else None):
        return problem
    if context.character in ",}]":
        return SyntaxProblem(context.previous_start, "this key has no value", _WRITE_A_PAIR)
    return context.problem("a ':' is missing before this", _WRITE_A_PAIR)


def _expected_comma(context: JsonErrorContext) -> SyntaxProblem:
    if problem := _out_of_place(context) or _text_after_quote(context) or _unclosed(context, "}]"):
        return problem
    if context.character == ":":
        hint = "a key and its value are between '{' and '}', separated from others by ','"
        return context.problem("a ':' is not allowed here", hint)
    return context.problem("a ',' is missing before this", "separate the parts by ','")


def _expected_end(context: JsonErrorContext) -> SyntaxProblem:
    if problem := _out_of_place(context):
        return problem
    if context.character in "}]":
        return context.problem(f"this '{context.character}' closes nothing", "delete it, or open what it closes")
    if context.character in "{[":
        hint = "one file holds one document: merge the two"
        return context.problem("a second JSON document starts here", hint)
    message = f"the file goes on after its last '{context.previous_character}'"
    return context.problem(message, "delete this, or move it before that")


def _lone_surrogate(lexeme: str, start: int) -> SyntaxProblem | None:
    """Diagnose an escape that is half of a surrogate pair."""
    for found in _ESCAPE.finditer(lexeme):
        if found[1]:
            return SyntaxProblem(start + found.start(), f"{found[0]} is half a character", "type the character itself")
    return None


def _invalid_string(context: JsonErrorContext) -> SyntaxProblem:
    """Diagnose a string that starts at the previous token and is invalid from the offset on."""
    character, start = context.character, context.previous_start
    if not character:
        return SyntaxProblem(start, "the quotation mark opened here is never closed", f"close it; {_ESCAPE_QUOTES}")
    if character == "\\":
        message = "a backslash between quotation marks starts an escape that JSON does not know"
        return context.problem(message, r"write a backslash of the text itself as \\")
    if character in "\r\n":
        message = "the quotation mark opened here is not closed in its line"
        return SyntaxProblem(start, message, r"close it; write a line break within a text as \n")
    name = "a tab" if character == "\t" else f"the character U+{ord(character):04X}"
    escape = r"\t" if character == "\t" else f"\\u{ord(character):04x}"
    return context.problem(f"{name} is not allowed in a text", f"delete it, or write it as {escape}")


def _out_of_place(context: JsonErrorContext) -> SyntaxProblem | None:
    """Diagnose what is not allowed anywhere outside of strings."""
    character = context.character
    if not character:
        opened = context.open[-1]
        mark = context.text[opened]
        return SyntaxProblem(opened, f"this '{mark}' is never closed", f"close it with '{_CLOSING[mark]}'")
    if context.offset == 0 and character == "\ufeff":
        message = "a byte order mark (U+FEFF) comes before the JSON"
        return context.problem(message, "save the file as UTF-8 without it")
    if character.isspace() or unicodedata.category(character) == "Cf":
        name = unicodedata.name(character, "another kind of space").lower()
        return context.problem(f"a {name} (U+{ord(character):04X}) is outside of the texts", "delete it")
    if _COMMENT.match(context.text, context.offset):
        return context.problem("a comment starts here, and JSON has none", "delete it")
    if character in _OTHER_QUOTES:
        hint = 'put texts between double quotation marks: "text"'
        return context.problem(f"the mark {character} cannot open a text in JSON", hint)
    return None


def _trailing_comma(context: JsonErrorContext) -> SyntaxProblem | None:
    if context.previous_character == "," and context.character in ",}]":
        message = f"there is nothing between this ',' and the '{context.character}' after it"
        return SyntaxProblem(context.previous_end - 1, message, "delete the ','")
    return None


def _text_after_quote(context: JsonErrorContext) -> SyntaxProblem | None:
    """Diagnose a quotation mark within a text, which ends it."""
    glued = context.offset == context.previous_end and context.character == '"'
    in_line = context.word[:1] not in ("", "=", ";") and "\n" not in context.text[context.previous_end : context.offset]
    if context.previous_character == '"' and (glued or in_line):
        message = "the quotation mark opened here is closed before the text ends"
        return SyntaxProblem(context.previous_start, message, _ESCAPE_QUOTES)
    return None


def _unclosed(context: JsonErrorContext, marks: str) -> SyntaxProblem | None:
    """Diagnose one of these brackets where another one is still open."""
    character = context.character
    if character not in marks:
        return None
    mark, line = context.text[context.open[-1]], context.line_of(context.open[-1])
    closing, opened = _CLOSING[mark], f"the '{mark}' in line {line}"
    if character in _CLOSING or character in {_CLOSING[context.text[offset]] for offset in context.open}:
        return context.problem(f"a '{closing}' is missing before this '{character}'", f"close {opened} first")
    return context.problem(f"this '{character}' closes nothing", f"expected '{closing}', which closes {opened}")
