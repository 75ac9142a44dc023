"""Nested records as texts that people can read and write in a tool: `actor_id: northmark; role: party`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from stancebook.exchange.project import Values

_QUOTED = r'"(?:[^"\\]|\\.)*+"'
_PAIR = re.compile(rf'\s*+(\w+)\s*+:\s*+({_QUOTED}|[^;"\r\n][^;\r\n]*)?\s*+(?:;|$)')
_NEEDS_QUOTES = re.compile(r'^"|[;\r\n]')


def format_record(values: Values) -> str:
    """Return the cells of a record as a text; in quotation marks, as in JSON, where they would be misread."""
    return "; ".join(
        f"{key}: {json.dumps(value, ensure_ascii=False) if _NEEDS_QUOTES.search(value) else value}"
        for key, value in values.items()
    )


def parse_record(text: str) -> dict[str, str]:
    """Return the cells of a record that is written as a text.

    Raises:
        ValueError: It is not written so.
    """
    found: dict[str, str] = {}
    position = 0
    while text[position:].strip():
        pair = _PAIR.match(text, position)
        if pair is None or pair[1] in found:
            raise ValueError(text)
        value = (pair[2] or "").strip()
        found[pair[1]] = json.loads(value, strict=False) if value.startswith('"') else value
        position = pair.end()
    return found


def record_hint(keys: Iterable[str]) -> str:
    """Return a hint on how a record with some keys is written."""
    return f"write it as '{'; '.join(f'{key}: …' for key in keys)}'"
