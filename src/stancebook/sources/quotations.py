"""Find the quotations in a text: the words between quotation marks, in any language."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from stancebook.sources.quotation_marks import (
    APOSTROPHES,
    CLOSING_MARKS,
    CLOSING_ONLY,
    GERSHAYIM,
    GUILLEMETS,
    INCHES,
    MARKS,
    OPENING_ONLY,
    marks_of,
    marks_that_only_open,
)

_MAX_DEPTH = 8  # of quotations within quotations
_MAX_INDENTATION = 16
_RUN = re.compile(f"[{re.escape(MARKS)}]+")
_LINE_END, _BLANK_LINE = re.compile("\n"), re.compile(r"\n[^\S\n]*\n")
_MAX_PARAGRAPH = 20_000  # characters
# Marks typed with two others.
_TYPED = re.compile(r",,(?=\w)|<<|>>")
_TYPED_AS = {",,": "„„", "<<": "««", ">>": "»»"}
_NO_BREAK_SPACES = "\u00a0\u202f\u2007\u2060\ufeff"  # they attach a mark to the words that it encloses
_BEFORE_OPENING = "([{<¿¡/–—―‒‐-־'’"  # with the apostrophe of an article: l'«affaire»
_AFTER_CLOSING = ")]}>,.;:!?…/–—―‒‐-־、。，．！？；：・）】〉》،؛؟۔।॥።၊။"
_DECADE = re.compile(r"\d\ds\b")
# Words and years that often begin with an apostrophe.
_ELISION = re.compile(
    r"\d\d(?![\w.,%]\d|\s*%|\s+per\b)\b|(?:tis|twas|twere|twill|em|til|till|cause|cos|bout|round|n|s|t|er|im)\b",
    re.IGNORECASE,
)
_ROCK_N_ROLL = re.compile(rf"[{APOSTROPHES}]n[{APOSTROPHES}]")
_ARTICLE = re.compile("(?<=\\w)['’](?=[«“„‹])")
_HEBREW = re.compile("[\u05d0-\u05ea\u05b0-\u05c7]+")
_HEBREW_PREFIX = re.compile("(?<![\u05d0-\u05ea\u05b0-\u05c7])[הוכלבמש]{1,2}\\Z")
_FIRST_HEBREW, _FIRST_WITHOUT = "\u05b0", "\u0e00"
_SIBILANTS = frozenset("sSxzß")  # after which a genitive has only an apostrophe
# Scripts whose words are not parted by spaces, or take suffixes directly after a quotation: no apostrophes in there.
_WITHOUT_APOSTROPHES = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u2e80-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff"
    "\uff66-\uffdc\U00020000-\U0003ffff]"
)


class Quotation(NamedTuple):
    """Offsets in Unicode code points: `text[start:end]` is a quotation, or one paragraph of it, with its marks."""

    start: int
    end: int


def find_quotations(text: str, language: str) -> list[Quotation]:
    """Find the quotations in a text.

    All pairs of marks are found in all languages, within each other too. Apostrophes, decades such as '90s, marks of
    inches, feet, minutes and seconds, and Hebrew acronyms are no quotation marks. Of a quotation over several
    paragraphs, each opened and only the last closed, every paragraph is a quotation. Marks without a partner are
    ignored.

    Args:
        text: The text.
        language: Its language, as a tag of BCP 47. It decides which way a mark faces where its neighbours do not.

    Returns:
        The quotations in the order of their starts.
    """
    if any(typed in text for typed in _TYPED_AS):
        text = _TYPED.sub(lambda match: _TYPED_AS[match[0]], text)
    return sorted(_Finder(text, language).find())


class _Mark(NamedTuple):
    """A quotation mark.

    Attributes:
        text: The mark.
        offset: Where it is.
        before: The character before it and the marks next to it; "" at the start of the text.
        after: The character after it and the marks next to it; "" at the end of the text.
        follows_space: Whether it stands where an opening mark stands: after a space, a dash or an opening bracket.
        precedes_space: Whether it stands where a closing mark stands: before a space, a dash or punctuation.
    """

    text: str
    offset: int
    before: str
    after: str
    follows_space: bool
    precedes_space: bool

    @property
    def is_doubtful(self) -> bool:
        """Whether it may be a mark of inches or feet, or the apostrophe of a genitive: 12" guns, the workers' claim."""
        number = self.text in INCHES and self.before.isdigit()
        return number or (self.text in APOSTROPHES and self.before in _SIBILANTS and self.after == " ")


@dataclass(frozen=True, slots=True)
class _Opened:
    """A quotation that is not closed yet; if it is doubtful, only a mark that is not may close it."""

    mark: str
    start: int
    is_doubtful: bool


@dataclass(slots=True)
class _Finder:
    """Reads a text from mark to mark."""

    text: str
    language: str
    opened: list[_Opened] = field(default_factory=list)
    found: list[Quotation] = field(default_factory=list)
    extensible: str = ""  # the doubtful mark that closed the last quotation, if nothing was opened since

    def find(self) -> list[Quotation]:
        only_opening = marks_that_only_open(self.language)
        for mark in self.marks():
            if mark.follows_space and self.opened and mark.before.isspace() and self.is_continuation(mark):
                continue
            faces = mark.precedes_space - mark.follows_space
            if mark.text in CLOSING_ONLY or (faces > 0 and mark.text not in OPENING_ONLY):
                self.close(mark)
            elif mark.text in OPENING_ONLY or faces < 0:
                self.open(mark)
            elif mark.text not in only_opening and self.position_accepting(mark.text) is not None:
                self.close(mark)
            elif self.may_open(mark):
                self.open(mark)
        return self.found

    def marks(self) -> Iterator[_Mark]:
        """Yield what may be quotation marks, from left to right."""
        text = self.text
        for run in _RUN.finditer(text):
            start, end = run.span()
            if end - start > 1:
                start += _ARTICLE.match(text, start) is not None
            before, after = text[start - 1 : start], text[end : end + 1]
            in_word = _is_letter_with_apostrophes(before) and _is_letter_with_apostrophes(after)
            if in_word and end - start == 1 and text[start] in APOSTROPHES:
                continue
            in_acronym = in_word and before >= _FIRST_HEBREW and self.is_in_hebrew_acronym(start, end)
            follows_space = _is_space(before) or before in _BEFORE_OPENING
            precedes_space = _is_space(after) or after in _AFTER_CLOSING
            for offset in range(start, end):
                character = text[offset]
                if character in APOSTROPHES and (in_word or self.is_rock_n_roll(offset)):
                    continue
                if not (in_acronym and character in GERSHAYIM):
                    yield _Mark(character, offset, before, after, follows_space, precedes_space)

    def is_rock_n_roll(self, offset: int) -> bool:
        """Return whether an apostrophe is one of those around an "n"."""
        return any(_ROCK_N_ROLL.match(self.text, start) for start in (offset, offset - 2) if start >= 0)

    def is_in_hebrew_acronym(self, start: int, end: int) -> bool:
        """Return whether marks are within a Hebrew word, and not between a prefix and what it is attached to."""
        after = _HEBREW.match(self.text, end)
        if after is None or not _HEBREW.match(self.text[start - 1 : start]):
            return False
        is_prefix = _HEBREW_PREFIX.search(self.text, max(start - 3, 0), start)
        return after.end() - end == 1 or not is_prefix

    def position_accepting(self, mark: str) -> int | None:
        """Return the position of the innermost quotation that a mark can close."""
        accepting = [i for i, opened in enumerate(self.opened) if mark in CLOSING_MARKS[opened.mark]]
        return max(accepting, key=lambda i: (not self.opened[i].is_doubtful, i), default=None)

    def is_continuation(self, mark: _Mark) -> bool:
        """Continue a quotation of the paragraph before, if the mark opens a paragraph."""
        start = mark.offset
        line = self.text.rfind("\n", max(start - _MAX_INDENTATION, 0), start) + 1
        if not line or self.text[line:start].strip() or (mark.precedes_space and mark.text not in GUILLEMETS):
            return False
        family = GUILLEMETS if mark.text in GUILLEMETS else mark.text
        position = max((i for i, opened in enumerate(self.opened) if opened.mark in family), default=None)
        if position is None or line - self.opened[position].start > _MAX_PARAGRAPH:
            return False
        opened = self.opened[position]
        paragraph, space = _split_space(self.text[opened.start : line])
        separator = _BLANK_LINE if _BLANK_LINE.search(space) else _LINE_END
        if separator.search(paragraph):
            return False
        self.found.append(Quotation(opened.start, opened.start + len(paragraph)))
        self.opened[position:] = [replace(opened, start=start)]
        self.extensible = ""
        return True

    def may_open(self, mark: _Mark) -> bool:
        """Return whether a mark may open a quotation where its neighbours do not say so."""
        if mark.text in APOSTROPHES:
            return not _is_letter_with_apostrophes(mark.before) and not _is_space(mark.after)
        return not (mark.before.isdigit() and mark.text in INCHES)

    def open(self, mark: _Mark) -> None:
        """Open a quotation, unless the mark is an apostrophe."""
        is_doubtful = False
        if mark.text in APOSTROPHES:
            elision = _ELISION.match(self.text, mark.offset + 1)
            if _DECADE.match(self.text, mark.offset + 1) or (mark.text == "’" and elision and elision[0].isdigit()):
                return
            is_doubtful = bool(elision) or (mark.text == "’" and "’" not in marks_of(self.language)[::2])
        if CLOSING_MARKS[mark.text][0] == mark.text:
            if is_doubtful and any(opened.mark == mark.text for opened in self.opened):
                return
            # The same mark opens and closes: one that is still open has lost its partner.
            self.opened = [opened for opened in self.opened if opened.mark != mark.text]
        self.opened.append(_Opened(mark.text, mark.offset, is_doubtful))
        del self.opened[:-_MAX_DEPTH]
        self.extensible = ""

    def close(self, mark: _Mark) -> None:
        """Close a quotation; if the mark closes none, the last one may have been closed too early."""
        position = self.position_accepting(mark.text)
        if position is None:
            if mark.text == self.extensible and not mark.is_doubtful:
                self.found[-1] = self.found[-1]._replace(end=mark.offset + 1)
                self.extensible = ""
            return
        opened = self.opened[position]
        if mark.is_doubtful and (opened.is_doubtful or position < len(self.opened) - 1):
            return
        self.found.append(Quotation(opened.start, mark.offset + 1))
        del self.opened[position:]
        self.extensible = mark.text if mark.is_doubtful else ""


def _split_space(text: str) -> tuple[str, str]:
    """Return a text without the white space at its end, and that."""
    words = text.rstrip()
    return words, text[len(words) :]


def _is_letter_with_apostrophes(character: str) -> bool:
    return character.isalnum() and (character < _FIRST_WITHOUT or not _WITHOUT_APOSTROPHES.match(character))


def _is_space(character: str) -> bool:
    return character in " \n" or (character.isspace() and character not in _NO_BREAK_SPACES)
