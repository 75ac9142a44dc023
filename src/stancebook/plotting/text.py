"""Codes, numbers, dates and quotes as text and as Markdown."""

import re
import secrets
import textwrap
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import partial

import pandas as pd
from pandas.api.typing import NaTType

from stancebook.markdown import escape_markdown

# Follows the links that `format_quote` writes; another one in each process, so that no text of the data can hold it.
_LINK_MARK = f"<!-- {secrets.token_hex(8)} -->"
_LINK = rf"\[(?P<row>`[^`]+`) ↗\]\((?P<address>[^()\s]+)\){_LINK_MARK}"
# Such links; what begins HTML, other links and formulas; and anything that is escaped already.
_ACTIVE_MARKUP = re.compile(rf"{_LINK}|\\.|[<\[\]$]|&(?=#?\w+;)|:(?=//)|(?i:(?<=www)\.)", re.DOTALL)
_LINKED_ROW = re.compile(r"[\w#.:/-]+")
_LINKED_ADDRESS = re.compile(r"https?://[\w#.:/~?@!+,;=%-]+")  # without characters that are markup in a link


def sort_key(name: str) -> str:
    """Return the key that sorts names without regard to case and accents: `Île` among `I`."""
    return "".join(char for char in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(char))


def humanize(code: str) -> str:
    """Return a code as words: underscores become spaces."""
    return code.replace("_", " ")


def wrap_label(label: str, width: int) -> str:
    """Return the lines of a label broken at `width` characters, except for single long words."""
    lines = [textwrap.fill(line, width, break_long_words=False, break_on_hyphens=False) for line in label.split("\n")]
    return "\n".join(lines)


def count_or_none(number: int) -> str:
    """Return a number as text, and `none` for zero."""
    return f"{number:,}" if number else "none"


def pluralize(number: int, singular: str, plural: str | None = None) -> str:
    """Return a number with its noun.

    Args:
        number: How many there are.
        singular: The noun for one.
        plural: The noun for any other number; `singular` with an `s` if None.
    """
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def basis_note(counts: Mapping[str, int]) -> str:
    """Return the sentence on a figure's sample sizes: "Basis: 2 documents, 1 coder." for two documents and a coder."""
    return f"Basis: {', '.join(pluralize(number, noun) for noun, number in counts.items())}."


def join_words(words: Iterable[str], limit: int | None = None) -> str:
    """Return words as a list in a sentence: `a, b and c`, or `none` if there are none.

    Args:
        words: The words; semicolons separate them if one holds a comma.
        limit: How many are listed; of the others, only the number is given. No limit if None.
    """
    items = list(words)
    if limit is not None and len(items) > limit:
        items = [*items[:limit], f"{len(items) - limit:,} more"]
    separator = "; " if any("," in item for item in items) else ", "
    return " and ".join([separator.join(items[:-1]), items[-1]] if len(items) > 1 else items) or "none"


def format_period(start: pd.Timestamp | NaTType, end: pd.Timestamp | NaTType) -> str:
    """Return a span of days as text; a missing end is `open`, without both it is `undated`, and one day is a day."""
    if pd.isna(start) and pd.isna(end):
        return "undated"
    if start == end:
        return f"{start:%Y-%m-%d}"
    return " to ".join("open" if pd.isna(day) else f"{day:%Y-%m-%d}" for day in (start, end))


def format_quote(text: str, row_id: str, max_chars: int = 400, url: str = "") -> str:
    """Return a quote with the id of its row as Markdown on one line.

    The id is a link if there is an address on the web; an arrow shows it, since JupyterLab gives code in a link no
    colour. `Markdown` knows such a link from any that the data hold by a comment after it, which no reader sees.

    Args:
        text: The quoted passage, in Markdown: links are reduced to their words, all other markup is escaped.
        row_id: The key of the row that holds the quote.
        max_chars: The length after which the quote is cut, at the end of a word.
        url: The address of the row, or nothing.
    """
    words = re.sub(r"\[([^\[\]]+)\]\([^()\s]*\)", r"\1", " ".join(text.split()))
    words = textwrap.shorten(words, max_chars, placeholder=" …")
    is_link = _LINKED_ROW.fullmatch(row_id) and _LINKED_ADDRESS.fullmatch(url)
    row = f"[`{row_id}` ↗]({url}){_LINK_MARK}" if is_link else f"`{row_id}`"
    return f"«{escape_markdown(words)}» ({row})"


def bullet_list(items: Sequence[str], limit: int) -> str:
    """Return items as a Markdown list; of those beyond `limit`, only the number is given."""
    omitted = [f"… and {len(items) - limit:,} more"] if len(items) > limit else []
    return "\n".join(f"- {item}" for item in [*items[:limit], *omitted])


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table in which all columns but the first are centred; cells show their own characters."""
    rule = ["---", *[":---:"] * (len(header) - 1)]
    head, *body = [list(map(escape_markdown, cells)) for cells in (header, *rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, rule, *body))


class Markdown:
    """Markdown for display in a notebook, of emphasis, code, lists and tables only.

    HTML, links, images and formulas are shown as they are written: no name or title of the data becomes one. Only the
    links of `format_quote` to pages below one address are links; of its other links, only the id of the row is shown.
    """

    def __init__(self, text: str, links_below: str = "") -> None:
        """Take a page in Markdown, and the address of the folder to whose pages it may link; to none if it is empty."""
        self.text = _ACTIVE_MARKUP.sub(partial(_without_markup, links_below), text)

    def __repr__(self) -> str:
        return "<Markdown>"

    def _repr_markdown_(self) -> str:
        return self.text


def _without_markup(links_below: str, found: re.Match[str]) -> str:
    """Return active markup as its own characters; a link of `format_quote` as it is, or as the id of its row."""
    if found["row"]:
        is_below = links_below and found["address"].startswith(f"{links_below.rstrip('/')}/")
        return f"[{found['row']} ↗]({found['address']})" if is_below else found["row"]
    return found[0] if len(found[0]) > 1 else f"\\{found[0]}"
