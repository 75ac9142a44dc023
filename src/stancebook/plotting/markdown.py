"""What a cell says in Markdown."""

import re
import textwrap
from collections.abc import Iterable, Sequence


def passage(text: str, row: str, most: int = 400) -> str:
    """Return a quoted passage with the id of its row: on one line, links as words, all else as it was written."""
    words = re.sub(r"\[([^\[\]]+)\]\([^()\s]*\)", r"\1", " ".join(text.split()))
    words = textwrap.shorten(words, most, placeholder=" …")
    return "«" + re.sub(r"([\\`*_\[\]<>|$#~])", r"\\\1", words) + f"» (`{row}`)"


def bullets(items: Sequence[str], most: int) -> str:
    """Return items as a list, each on a line; beyond `most` their number only."""
    shown = [*items[:most], *([f"… and {len(items) - most:,} more"] if len(items) > most else [])]
    return "\n".join(f"- {item}" for item in shown)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table, all of whose columns but the first are centred."""
    rule = ["---", *[":---:"] * (len(head) - 1)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, rule, *rows))
