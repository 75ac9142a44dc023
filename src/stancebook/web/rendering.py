"""HTML of texts, rows and whole pages. Everything that is written by others is escaped."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cache
from html import escape
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote as percent_encode

from stancebook.web.addresses import page_name
from stancebook.web.items import Field, Item, values_by_filter
from stancebook.web.segments import Segment, Span, assign_lanes, cut_blocks, cut_segments

if TYPE_CHECKING:
    from jinja2 import Environment

LINE_STYLES = 4  # of coders, in the style sheet
MAX_LANES = 10  # rows of one passage that are drawn apart; the last lane stands for all others
STATIC = Path(__file__).with_name("static")
_TEMPLATES = Path(__file__).with_name("templates")
_FRAGMENT_WORDS = 5
# Control characters that browsers do not show; a text is shown exactly as it is.
_CONTROL = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_RIGHT_TO_LEFT = {"ar", "arc", "ckb", "dv", "fa", "he", "ks", "nqo", "ps", "sd", "syr", "ug", "ur", "yi"}


def text_blocks(
    text: str, items: Sequence[Item], uncovered: Sequence[Span] = (), nothing_here: Sequence[Span] = ()
) -> list[tuple[str, str]]:
    """Return the ID and the HTML of each block of a text.

    The text content of all blocks together is the text. Each row is an underline in a lane of its own; of several
    coders, the lanes of each are together.

    Args:
        text: The text of a document.
        items: Its rows; those without a passage are left out.
        uncovered: Start and end of the passages that no row covers.
        nothing_here: Start and end of the passages that were read and hold nothing to code.
    """
    placed = [item for item in items if item.start is not None]
    spans = [(item.start or 0, item.end or 0) for item in placed]
    lanes = assign_lanes(spans, [item.coder.number if item.coder else 0 for item in placed])
    everything = [*spans, *uncovered, *nothing_here]
    writer = _BlockWriter(text, placed, lanes, len(uncovered))
    blocks = cut_blocks(text)
    pieces = zip(blocks, cut_segments(blocks, everything), strict=True)
    return [(f"b{number}", writer.block(number, span, segments)) for number, (span, segments) in enumerate(pieces)]


class _BlockWriter:
    """Writes the blocks of one text; rows are numbered first, then uncovered passages, then those with nothing."""

    def __init__(self, text: str, items: Sequence[Item], lanes: Sequence[int], uncovered: int) -> None:
        self._text, self._items, self._lanes, self._uncovered = text, items, lanes, uncovered

    def block(self, number: int, span: Span, segments: Sequence[Segment]) -> str:
        """Return the HTML of a block."""
        count = len(self._items)
        lanes = (self._lanes[row] for segment in segments for row in segment.rows if row < count)
        depth = min(1 + max(lanes, default=-1), MAX_LANES)
        content = "".join(map(self._segment, segments))
        return (
            f'<span class="block d{depth}" id="b{number}" data-start="{span[0]}" data-end="{span[1]}">{content}</span>'
        )

    def _segment(self, segment: Segment) -> str:
        text = _escape_text(self._text[segment.start : segment.end])
        count = len(self._items)
        rows = [row for row in segment.rows if row < count]
        marks = [row - count for row in segment.rows if row >= count]
        if rows:
            text = self._underlined(text, rows, [row for row in segment.starting if row < count])
        for mark in marks:
            kind, name = ("uncovered", f"u{mark}") if mark < self._uncovered else ("nothing", f"n{mark}")
            anchor = f' id="{name}"' if mark + count in segment.starting else ""
            text = f'<span class="{kind}" data-passage="{name}"{anchor}>{text}</span>'
        return text

    def _underlined(self, text: str, rows: Sequence[int], starting: Sequence[int]) -> str:
        beyond = [row for row in rows if self._lanes[row] >= MAX_LANES - 1]
        crowded = len(beyond) > 1 or any(self._lanes[row] >= MAX_LANES for row in beyond)
        drawn = [row for row in rows if not (crowded and row in beyond)]
        # Rows that are drawn come first: scripts find the class of each by its number.
        addresses = escape(" ".join(self._items[row].address for row in [*drawn, *(beyond if crowded else [])]))
        classes = ["seg", *(f"l{self._lanes[row]}t{self._items[row].mark.hue}" for row in drawn)]
        classes += [f"l{self._lanes[row]}c{coder}" for row in drawn if (coder := self._style(row))]
        more = f' data-more="+{len(beyond)}"' if crowded else ""
        if crowded:
            classes.append("more")
        first = ""
        if starting:
            classes.append("first")
            ids = escape(" ".join(f"{_coder_letter(self._items[row])}{self._items[row].id}" for row in starting))
            first = f' data-letters="{escape(self._letters(starting))}" data-ids="{ids}"'
        segment = f'<span class="{" ".join(classes)}" data-r="{addresses}"{more}{first}>{text}</span>'
        for row in reversed(starting):
            segment = f'<span class="place" id="p.{escape(self._items[row].address)}">{segment}</span>'
        return segment

    def _style(self, row: int) -> int:
        """Return the style of the line of a row, from 1; 0 for the first coder's, and without coders."""
        coder = self._items[row].coder
        return (coder.number - 1) % LINE_STYLES if coder else 0

    def _letters(self, rows: Sequence[int]) -> str:
        """Return the letters of the tables of some rows, each with those of its coders."""
        found: dict[str, dict[str, None]] = {}
        for row in rows:
            found.setdefault(self._items[row].mark.letter, {})[_coder_letter(self._items[row])] = None
        has_coders = any(self._items[row].coder for row in rows)
        return (" " if has_coders else "").join(f"{letter}{''.join(coders)}" for letter, coders in found.items())


def _coder_letter(item: Item) -> str:
    return item.coder.letter if item.coder else ""


def item_html(item: Item, base: str = "", source: str = "") -> str:
    """Return the HTML of a row with its nested rows.

    Args:
        item: The row.
        base: The way from its page to the folder of the pages, such as `../`.
        source: The address of the text on the web; the row then links to its passage there.
    """
    address = escape(item.address)
    values = escape(json.dumps(values_by_filter(item), ensure_ascii=False))
    place = "" if item.start is None else f' data-start="{item.start}" data-end="{item.end}"'
    quote = quote_html(item)
    if item.quote and is_web_address(source):
        link = escape(f"{source.partition('#')[0]}#:~:text={text_fragment(item.quote)}")
        quote += f'<p class="source"><a rel="noopener noreferrer" href="{link}">in the source</a></p>'
    repeated = item.label in (item.id, " ".join(item.quote.split()))
    label = "" if repeated else f'<p class="label" dir="auto">{escape(item.label)}</p>'
    return (
        f'<article class="row t{item.mark.hue}" id="{address}" tabindex="-1" data-table="{escape(item.table)}"{place}'
        f' data-values="{values}" aria-labelledby="h.{address}">'
        f'<h3 id="h.{address}"><span class="letter" aria-hidden="true">{escape(item.mark.letter)}</span> '
        f'<a href="#{address}">{escape(item.id)}</a> <span class="table">{escape(item.mark.title)}</span></h3>'
        f"{label}{quote}{_fields(item, base, without=item.label_column)}{_children(item, base)}</article>"
    )


def quote_html(item: Item) -> str:
    """Return the HTML of the passage of a row, which leads to its place in the text; empty if it has none."""
    if not item.quote:
        return ""
    words = _escape_text(item.quote)
    linked = f'<a class="to-place" href="#p.{escape(item.address)}">{words}</a>'
    return f'<blockquote dir="auto">{words if item.start is None else linked}</blockquote>'


def _children(item: Item, base: str) -> str:
    groups = (list(group) for _, group in groupby(item.children, key=lambda child: child.table))
    return "".join(f"<h4>{escape(rows[0].mark.title)}</h4>{nested_html(rows, base)}" for rows in groups)


def nested_html(rows: Sequence[Item], base: str = "") -> str:
    """Return the HTML of rows that are nested in one list; empty if there are none."""
    entries = "".join(f"<li>{_fields(row, base)}{_children(row, base)}</li>" for row in rows)
    return f'<ul class="nested">{entries}</ul>' if rows else ""


def _fields(item: Item, base: str, without: str = "") -> str:
    pairs = [
        f"<div><dt>{escape(field.title)}</dt><dd>{field_html(field, item, base)}</dd></div>"
        for field in item.fields
        if field.name != without or field.shown != item.label
    ]
    return f'<dl class="fields">{"".join(pairs)}</dl>' if pairs else ""


def field_html(field: Field, item: Item, base: str = "") -> str:
    """Return the HTML of a cell of a row: what is shown of it, with the links that it has."""
    shown = f"<bdi>{_escape_text(field.shown)}</bdi>"
    if field.target:
        page = base + page_name(field.page) if field.page else ""
        return f'<a class="reference" href="{escape(page)}#{escape(field.target)}">{shown}</a>'
    if field.definition:
        return f'<a class="value" href="#{escape(definition_id(item.table, field.name, field.value))}">{shown}</a>'
    if is_web_address(field.value):
        return f'<a rel="noopener noreferrer" href="{escape(field.value)}">{shown}</a>'
    return shown


def is_web_address(text: str) -> bool:
    """Return whether a text is an address that a page may link to."""
    return re.fullmatch(r"https?://[^\s]+", text) is not None


def text_fragment(quote: str) -> str:
    """Return the text directive of an address that leads to a passage: all of a short one, both ends of a long one."""
    words = quote.split()
    long = len(words) > 2 * _FRAGMENT_WORDS
    parts = [words[:_FRAGMENT_WORDS], words[-_FRAGMENT_WORDS:]] if long else [words]
    return ",".join(percent_encode(" ".join(part), safe="").replace("-", "%2D") for part in parts)


def definition_id(table: str, column: str, value: str) -> str:
    """Return the address of the definition of a value, without white space and other characters of addresses."""
    return re.sub(r"[^\w.-]", lambda found: f"_{ord(found[0]):x}_", f"d.{table}.{column}.{value}")


def _escape_text(text: str) -> str:
    """Escape a text; a carriage return stays one, and a control character is shown by its code."""
    escaped = escape(text, quote=False).replace("\r", "&#13;")
    return _CONTROL.sub(
        lambda found: f'<span class="control" data-code="U+{ord(found[0]):04X}">{found[0]}</span>', escaped
    )


def direction(language: str) -> str:
    """Return the direction of a text by the tag of its language: `ltr` or `rtl`."""
    parts = language.lower().split("-")
    scripts = {"arab", "hebr", "thaa", "syrc", "nkoo", "adlm"}
    written = next((part for part in parts[1:] if len(part) == 4 and part.isalpha()), None)
    is_rtl = written in scripts if written else parts[0] in _RIGHT_TO_LEFT
    return "rtl" if is_rtl else "ltr"


@cache
def environment() -> Environment:
    """Return the templates of pages, which escape everything by default."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip


def render(template: str, **values: Any) -> str:
    """Return a page.

    Args:
        template: The file of its template.
        values: What the template shows.
    """
    return environment().get_template(template).render(**values)
