"""Find the texts of a tool among those of a project, and the passages of its annotations in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise

from stancebook.exchange.offsets import Convention, Offsets, TextMap, first_difference, fold
from stancebook.exchange.project import CodedText, Place, ToolItem, ToolText
from stancebook.problems import Problem, shorten
from stancebook.sources.anchoring import SourceText
from stancebook.sources.positions import line_and_column
from stancebook.sources.selections import trimmed
from stancebook.suggestions import options_hint

_ELLIPSES = ("…", "...")
_CONTEXT = 20  # characters of a text that a message shows
_EXPORT_FIRST = "add the text to the project first: in the desk, or as a file in documents/ with its annotations"

Span = tuple[int, int]


class NotPlacedError(Exception):
    """Raised where a text or a passage is not found; its arguments are the message and the hint of a problem."""


def problem_at(place: Place, where: str, message: str, hint: str = "", *, warning: bool = False) -> Problem:
    """Return a problem of a tool's file."""
    level = "warning" if warning else "error"
    return Problem(place.file, place.line, place.column, where, message, hint, level)  # type: ignore[arg-type]


# ── Texts ─────────────────────────────────────────────────────────────────────────────────────────


def matching_text(text: ToolText, known: Mapping[str, CodedText], names: Mapping[str, str]) -> CodedText:
    """Return the text of the project that a text of a tool is.

    Args:
        text: The text of the tool.
        known: The texts of the project, by document.
        names: The documents of texts by their names in the tool, from a mapping file.

    Raises:
        NotPlacedError: There is none, or the one of its name differs.
    """
    doc_id = names.get(text.name, text.doc_id)
    if text.text is None:
        if doc_id in known:
            return known[doc_id]
        hint = f"{options_hint(doc_id or text.name, known)}; or name the document in a file for --map"
        raise NotPlacedError(f"'{shorten(doc_id or text.name)}' is no document of the project", hint)
    candidates = [known[doc_id]] if doc_id in known else [*known.values()]
    equal = [each for each in candidates if each.text == text.text]
    found = equal or [each for each in candidates if fold(each.text) == fold(text.text)]
    if len(found) == 1:
        return found[0]
    if found:
        raise NotPlacedError(
            f"the text is equal to {', '.join(each.doc_id for each in found)}",
            "say in a file for --map, under documents, which of them it is",
        )
    stem = text.name.rpartition(".")[0] or text.name
    named = known.get(doc_id) or known.get(stem) or known.get(text.name)
    if named is None:
        raise NotPlacedError(f"no document of the project has the text '{shorten(text.name)}'", _EXPORT_FIRST)
    ours, theirs = fold(named.text), fold(text.text)
    offset = first_difference(ours, theirs)
    line, column = line_and_column(ours, offset)
    shown = [repr(each[offset : offset + _CONTEXT]) for each in (theirs, ours)]
    raise NotPlacedError(
        f"the text differs from that of {named.doc_id} from line {line}, column {column}: {shown[0]}, not {shown[1]}",
        "annotate the exported text, or code the changed text as a document of its own",
    )


# ── Passages ──────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class PlacedText:
    """A text of a tool with that of the project.

    Attributes:
        coded: The text of the project.
        text: The text of the tool.
        conventions: How its offsets may be meant.
        hull: Whether an interrupted passage becomes the passage from its start to its end.
    """

    coded: CodedText
    text: str
    conventions: Sequence[Convention]
    hull: bool = False
    _offsets: dict[Convention, Offsets] = field(default_factory=dict)

    @cached_property
    def source(self) -> SourceText:
        """The text of the project, prepared for locating quotes."""
        return SourceText(self.coded.text, self.coded.doc_id)

    @cached_property
    def _map(self) -> TextMap:
        return TextMap(self.text, self.coded.text)

    def by_most_fitting(self, items: Iterable[ToolItem]) -> PlacedText:
        """Return the same text with the convention first in which most passages have the words of their snippets."""
        items = [item for item in items if item.snippet]

        def misfits(convention: Convention) -> int:
            return sum(not self._fits(self._spans(item, convention), item.snippet) for item in items)

        return replace(self, conventions=sorted(self.conventions, key=misfits))

    def place(self, item: ToolItem) -> tuple[Span, str]:
        """Return the passage of an annotation.

        Returns:
            The passage in the text of the project, and a warning: empty if there is nothing to say.

        Raises:
            NotPlacedError: The passage is not in the text, is interrupted, or is blank.
        """
        tried = self.conventions if item.snippet else self.conventions[:1]  # without words, none shows that it is wrong
        found = [spans for convention in tried if (spans := self._spans(item, convention))]
        fitting = [spans for spans in found if self._fits(spans, item.snippet)]
        if fitting:
            return self._joined(fitting[0]), ""
        if not item.snippet:
            raise NotPlacedError(self._outside(item), "the tool may count characters differently: see --offsets")
        words = _without_ellipsis(item.snippet)
        span = self.source.find(words, item.before, item.after) or self.source.find(words)
        passage = self._passage(found[0]) if found else ""
        if span is None:
            shown = f"the words there are {shorten(passage)!r}" if found else self._outside(item)
            hint = f"{shown}, and the words it is said to have occur in the text never, or more than once"
            raise NotPlacedError(f"the passage is not {shorten(item.snippet)!r}", hint)
        shown = f"{shorten(passage)!r}" if found else "no passage"
        doubt = f"its offsets give {shown}; it was placed by its words {shorten(item.snippet)!r}"
        return (span.start, span.end), doubt if item.spans else ""

    def _spans(self, item: ToolItem, convention: Convention) -> list[Span]:
        """Return the fragments of a passage in the text of the project; none if one is not in the text."""
        if convention not in self._offsets:
            self._offsets[convention] = Offsets(self.text, convention)
        found = []
        for start, end in item.spans:
            points = self._offsets[convention].to_points(start, end)
            if points is None:
                return []
            span = trimmed(self.coded.text, *self._map.span(*points))
            found += [span] if span[0] < span[1] else []
        return sorted(found)

    def _passage(self, spans: Sequence[Span]) -> str:
        return " ".join(self.coded.text[start:end] for start, end in spans)

    def _fits(self, spans: Sequence[Span], snippet: str) -> bool:
        """Return whether a passage has the words that the tool stores with it; only white space may differ."""
        passage, words = ("".join(text.split()) for text in (self._passage(spans), _without_ellipsis(snippet)))
        return passage.startswith(words) if snippet.rstrip().endswith(_ELLIPSES) else not words or passage == words

    def _joined(self, spans: Sequence[Span]) -> Span:
        """Return fragments as one passage, if there is only white space between them, or if that is asked for."""
        start, end = spans[0][0], max(span[1] for span in spans)
        gaps = (self.coded.text[one[1] : other[0]] for one, other in pairwise(spans))
        if not self.hull and any(map(str.strip, gaps)):
            fragments = " … ".join(self.coded.text[first:last] for first, last in spans)
            passage = shorten(self.coded.text[start:end])
            raise NotPlacedError(
                f"the passage is interrupted: {shorten(fragments)!r}",
                f"mark the whole passage {passage!r}, or two; --hull takes the whole",
            )
        return start, end

    def _outside(self, item: ToolItem) -> str:
        offsets = ", ".join(f"{start} to {end}" for start, end in item.spans)
        return f"there are no words at {offsets or 'no offsets'} of the text, which has {len(self.text):,} characters"


def _without_ellipsis(snippet: str) -> str:
    words = snippet.strip()
    for ellipsis in _ELLIPSES:
        words = words.removesuffix(ellipsis)
    return words
