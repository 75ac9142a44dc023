"""What is no JSON → what a person did, where they would mend it, and how.

The reader knows what was due where it gave up; what stands there instead tells the rest.
"""

import re
import unicodedata
from dataclasses import dataclass

from stancebook.sources.yaml_errors import SyntaxProblem

WHITE = " \t\r\n"
_WORD = re.compile(r'[^ \t\r\n,:{}\[\]"]+')
_NUMBER_LIKE = re.compile(r"[-+.]*\d[\w.+-]*")
_COMMENT = re.compile(r"//|/\*|#")
_CLOSING = {"{": "}", "[": "]"}
_OTHER_MARKS = "'`´‘’‚‛“”„‟«»″＂"
_NOTHING = {"none", "nil", "undefined", "nan", "infinity", "-infinity", "na", "n/a", "null", "~"}

# An escape of a text: of two that make a character together, of one of them alone, or any other.
_HIGH, _LOW, _DIGIT = "[dD][89abAB]", "[dD][c-fC-F]", "[0-9a-fA-F]"
_ESCAPE = re.compile(rf"\\(?:u{_HIGH}{_DIGIT}{{2}}\\u{_LOW}{_DIGIT}{{2}}|u(?:{_HIGH}|{_LOW})({_DIGIT}{{2}})|.)")

_PAIR = '"key": "value"'
_ESCAPED = r"write a quotation mark within a text as \""


@dataclass(frozen=True, slots=True)
class JsonErrorContext:
    """Where a reader gave up: the offset, and those where the last token began, where it ended, and what is open began.

    `open` are the brackets that are not closed, the innermost last.
    """

    text: str
    at: int
    began: int
    ended: int
    open: tuple[int, ...]

    @property
    def character(self) -> str:
        """What stands where something else is due; empty at the end."""
        return self.text[self.at : self.at + 1]

    @property
    def after(self) -> str:
        """The last character of the token before."""
        return self.text[self.ended - 1 : self.ended]

    @property
    def word(self) -> str:
        """What stands there, as far as it has neither white space nor marks in it; empty before a mark."""
        found = _WORD.match(self.text, self.at)
        return found[0] if found else ""

    def line_of(self, at: int) -> int:
        """Return the number of a line, from 1."""
        return self.text.count("\n", 0, at) + 1


def no_value(halt: JsonErrorContext) -> SyntaxProblem:
    """Return what a person would mend where a value is due."""
    if slip := _anywhere(halt) or _after_a_comma(halt):
        return slip
    if not halt.open and not halt.word:
        return no_end(halt)
    if not halt.word:
        return SyntaxProblem(
            halt.at, f"a value is missing before this '{halt.character}'", "write null, or leave the key out"
        )
    if halt.word.lower() in _NOTHING:
        return SyntaxProblem(halt.at, f"{halt.word!r} is no value in JSON", "write null, or leave the key out")
    if _NUMBER_LIKE.fullmatch(halt.word):
        return SyntaxProblem(halt.at, f"{halt.word!r} is no number in JSON", f'write it as a text: "{halt.word}"')
    return SyntaxProblem(halt.at, "this text has no quotation marks", "put it between double quotation marks")


def no_key(halt: JsonErrorContext) -> SyntaxProblem:
    """Return what a person would mend where a key is due."""
    if slip := _anywhere(halt) or _after_a_comma(halt) or _unclosed(halt, "{[]"):
        return slip
    if halt.word:
        return SyntaxProblem(halt.at, "a key must stand between double quotation marks", f"write it as {_PAIR}")
    return SyntaxProblem(halt.at, f"a key is missing before this '{halt.character}'", f"write it as {_PAIR}")


def no_colon(halt: JsonErrorContext) -> SyntaxProblem:
    """Return what a person would mend where a ':' is due after a key."""
    if slip := _anywhere(halt) or (_goes_on_after_a_mark(halt) if halt.at == halt.ended else None):
        return slip
    if halt.character in ",}]":
        return SyntaxProblem(halt.began, "this key has no value", f"write it as {_PAIR}")
    return SyntaxProblem(halt.at, "a ':' is missing before this", f"write it as {_PAIR}")


def no_comma(halt: JsonErrorContext) -> SyntaxProblem:
    """Return what a person would mend where a ',' or a closing bracket is due after a value."""
    if slip := _anywhere(halt) or _goes_on_after_a_mark(halt) or _unclosed(halt, "}]"):
        return slip
    if halt.character == ":":
        hint = "a key and its value stand between '{' and '}', parted from others by ','"
        return SyntaxProblem(halt.at, "a ':' cannot stand here", hint)
    return SyntaxProblem(halt.at, "a ',' is missing before this", "separate the parts by ','")


def no_end(halt: JsonErrorContext) -> SyntaxProblem:
    """Return what a person would mend where the file should have ended."""
    if slip := _anywhere(halt):
        return slip
    if halt.character in "}]":
        return SyntaxProblem(halt.at, f"this '{halt.character}' closes nothing", "take it out, or open what it closes")
    if halt.character in "{[":
        return SyntaxProblem(
            halt.at, "a second JSON document starts here", "one file holds one document: make one of the two"
        )
    return SyntaxProblem(
        halt.at, f"the file goes on after its last '{halt.after}'", "take this out, or put it before that"
    )


def half_a_character(token: str, began: int) -> SyntaxProblem | None:
    """Return what a person would mend where an escape in a text is one of two that make a character, alone."""
    for found in _ESCAPE.finditer(token):
        if found[1]:
            return SyntaxProblem(began + found.start(), f"{found[0]} is half a character", "type the character itself")
    return None


def no_text(halt: JsonErrorContext) -> SyntaxProblem:
    """Return what a person would mend where a text is at fault whose opening mark is the last token."""
    if not halt.character:
        return SyntaxProblem(halt.began, "the quotation mark opened here is never closed", f"close it; {_ESCAPED}")
    if halt.character == "\\":
        message = "a backslash between quotation marks starts an escape that JSON does not know"
        return SyntaxProblem(halt.at, message, r"write a backslash of the text itself as \\")
    if halt.character in "\r\n":
        message = "the quotation mark opened here is not closed in its line"
        return SyntaxProblem(halt.began, message, r"close it; write a line break within a text as \n")
    name = "a tab" if halt.character == "\t" else f"the character U+{ord(halt.character):04X}"
    escape = r"\t" if halt.character == "\t" else f"\\u{ord(halt.character):04x}"
    return SyntaxProblem(halt.at, f"{name} stands in this text", f"take it out, or write it as {escape}")


# ── What stands there instead ─────────────────────────────────────────────────────────────────────


def _anywhere(halt: JsonErrorContext) -> SyntaxProblem | None:
    """Read what is out of place wherever it stands."""
    if not halt.character:
        opened = halt.open[-1]
        mark = halt.text[opened]
        return SyntaxProblem(opened, f"this '{mark}' is never closed", f"close it with '{_CLOSING[mark]}'")
    if halt.at == 0 and halt.character == "\ufeff":
        return SyntaxProblem(
            0, "a byte order mark (U+FEFF) stands before the JSON", "save the file as UTF-8 without it"
        )
    if halt.character.isspace() or unicodedata.category(halt.character) == "Cf":
        name = unicodedata.name(halt.character, "another kind of space").lower()
        return SyntaxProblem(halt.at, f"a {name} (U+{ord(halt.character):04X}) stands outside the texts", "take it out")
    if _COMMENT.match(halt.text, halt.at):
        return SyntaxProblem(halt.at, "a comment starts here, and JSON has none", "take it out")
    if halt.character in _OTHER_MARKS:
        hint = 'put texts between double quotation marks: "text"'
        return SyntaxProblem(halt.at, f"the mark {halt.character} cannot open a text in JSON", hint)
    return None


def _after_a_comma(halt: JsonErrorContext) -> SyntaxProblem | None:
    """Read a ',' after which nothing comes."""
    if halt.after == "," and halt.character in ",}]":
        message = f"nothing stands between this ',' and the '{halt.character}' after it"
        return SyntaxProblem(halt.ended - 1, message, "take the ',' out")
    return None


def _goes_on_after_a_mark(halt: JsonErrorContext) -> SyntaxProblem | None:
    """Read a quotation mark within a text, which ends it."""
    beside = halt.at == halt.ended and halt.character == '"'
    in_line = halt.word[:1] not in ("", "=", ";") and "\n" not in halt.text[halt.ended : halt.at]
    if halt.after == '"' and (beside or in_line):
        return SyntaxProblem(halt.began, "the quotation mark opened here is closed before the text ends", _ESCAPED)
    return None


def _unclosed(halt: JsonErrorContext, marks: str) -> SyntaxProblem | None:
    """Read a bracket, if it is one of some, that opens or closes where another is still open."""
    if halt.character not in marks:
        return None
    mark, line = halt.text[halt.open[-1]], halt.line_of(halt.open[-1])
    due, opened = _CLOSING[mark], f"the '{mark}' in line {line}"
    if halt.character in _CLOSING or halt.character in {_CLOSING[halt.text[at]] for at in halt.open}:
        return SyntaxProblem(halt.at, f"a '{due}' is missing before this '{halt.character}'", f"close {opened} first")
    return SyntaxProblem(halt.at, f"this '{halt.character}' closes nothing", f"expected '{due}', which closes {opened}")
