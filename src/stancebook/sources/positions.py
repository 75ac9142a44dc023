"""Positions in a file, and where in it the characters of a scalar are, which escapes, folding and indentation shift."""

import re
from dataclasses import dataclass

_SPACES = " \t\r\n"
_FOLD = r"[ \t]*(?:\r?\n[ \t]*)+"  # line breaks, of which one becomes a space, and others stay
_ESCAPED_BREAK = r"\\\r?\n[ \t]*(?:\r?\n[ \t]*)*"  # a line break that joins two lines
_SURROGATE_PAIR = r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
_ESCAPE = rf"{_SURROGATE_PAIR}|\\u[0-9a-fA-F]{{4}}|\\U[0-9a-fA-F]{{8}}|\\x[0-9a-fA-F]{{2}}|\\[\s\S]"
_TOKENS = {
    '"': re.compile(rf"({_FOLD})|({_ESCAPED_BREAK})|{_ESCAPE}|[\s\S]"),
    "'": re.compile(rf"({_FOLD})|(?!)()|''|[\s\S]"),
    "": re.compile(rf"({_FOLD})|(?!)()|[\s\S]"),
}


Position = tuple[int, int]  # line and column, from 1


def line_and_column(text: str, offset: int) -> Position:
    """Return the line and the column of an offset in a text, both from 1."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


@dataclass(frozen=True, slots=True)
class WrittenScalar:
    """A scalar as it is written.

    Attributes:
        file_text: The text of the file.
        start: The offset at which the scalar starts, with its quotation mark or the `|` or `>` of a block.
        end: The offset after its end.
        style: That mark; empty for plain text.
    """

    file_text: str
    start: int
    end: int
    style: str = ""

    @property
    def is_block(self) -> bool:
        """Whether it is a YAML block after `|`."""
        return self.style == "|"

    def offset_in_file(self, text: str, offset: int) -> int:
        """Return where a character is in the file.

        Args:
            text: The text of the scalar, after parsing.
            offset: The offset of the character in this text.
        """
        offsets = self._offsets(text)
        return offsets[min(offset, len(offsets) - 1)] if offsets else self.start

    def _offsets(self, text: str) -> list[int]:
        if self.style in _TOKENS:
            quotes = len(self.style)
            offsets = _flow_offsets(self.file_text, self.start + quotes, self.end - quotes, _TOKENS[self.style])
            if len(offsets) == len(text):
                return offsets
        return _aligned_offsets(self.file_text, self.start, self.end, self.style, text)


def _flow_offsets(written: str, start: int, end: int, tokens: re.Pattern[str]) -> list[int]:
    """Return the offset of each character of a scalar that is not a block."""
    offsets: list[int] = []
    for token in tokens.finditer(written, start, end):
        fold, escaped_break = token[1], token[2]
        if fold:
            offsets += [token.start()] * max(fold.count("\n") - 1, 1)
        elif escaped_break:
            offsets += [token.start()] * (escaped_break.count("\n") - 1)
        else:
            offsets.append(token.start())
    return offsets


def _aligned_offsets(written: str, start: int, end: int, style: str, text: str) -> list[int]:
    """Return the offset of each character of a text without escapes; only white space may differ."""
    offset = written.find("\n", start, end) + 1 if style in ("|", ">") else start
    offsets: list[int] = []
    for character in text:
        if character not in _SPACES:
            offset = max(written.find(character, offset, end), offset)
        offsets.append(min(offset, max(end - 1, start)))
        if character not in _SPACES or written[offset : offset + 1] in (" ", "\t", "\r", "\n"):
            offset += 1
    return offsets
