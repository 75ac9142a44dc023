"""An EDTF expression → the days it covers, strictly."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
from functools import lru_cache
from typing import Any

from edtf import EDTFObject, parse_edtf
from edtf.parser.parser_classes import (
    Date,
    Interval,
    Level1Interval,
    UncertainOrApproximate,
    Unspecified,
    UnspecifiedIntervalSection,
)

Bounds = tuple[dt.date | None, dt.date | None]

_TAKEN = (Date, Interval, Level1Interval, UncertainOrApproximate, Unspecified)
_EXAMPLES = (
    "write a day as 2025-02-06, a month as 2025-02, a span as 2025-02-14/2025-02-16, an open one as ../2025-02-06"
)


class DateError(ValueError):
    """Raised where an expression is not a date; its first argument says why, its second what to write."""


@lru_cache(maxsize=4096)
def bounds(expression: str) -> Bounds:
    """Return the first and the last day an EDTF expression covers, None for an open or unknown end.

    Levels 0 and 1 of ISO 8601-2:2019 are taken, without seasons, times of day and years beyond four
    digits. `~` and `?` widen nothing. Raises `DateError`.
    """
    parsed = _parsed(expression)
    if type(parsed) not in _TAKEN or str(parsed) != expression:
        raise DateError(f"{expression!r} is EDTF beyond what is taken here (level 1, days, no seasons)", _EXAMPLES)
    ends = (parsed.lower, parsed.upper) if isinstance(parsed, Interval | Level1Interval) else (parsed, parsed)
    first, last = _day(ends[0], "lower_strict", expression), _day(ends[1], "upper_strict", expression)
    if first and last and first > last:
        raise DateError(f"{expression!r} ends before it starts", "write the earlier date first")
    return first, last


def _parsed(expression: str) -> EDTFObject:
    """Return what the library makes of an expression; whatever it stumbles over or remarks on is no date."""
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            parsed: EDTFObject = parse_edtf(expression)
            return parsed
    except Exception as fault:
        raise DateError(f"{expression!r} is not a date in EDTF", _EXAMPLES) from fault


def _day(end: EDTFObject, bound: str, expression: str) -> dt.date | None:
    if isinstance(end, UnspecifiedIntervalSection):
        return None
    if type(end) not in _TAKEN:
        raise DateError(f"{expression!r} is EDTF beyond what is taken here (level 1, days, no seasons)", _EXAMPLES)
    _check_calendar(expression)
    found: Any = getattr(end, bound)()
    try:
        return dt.date(found.tm_year, found.tm_mon, found.tm_mday)
    except ValueError as fault:
        raise DateError(f"{expression!r} names a day that no calendar has", _EXAMPLES) from fault


def _check_calendar(expression: str) -> None:
    """Refuse days that a month does not have: the grammar lets 2025-02-29 pass."""
    for part in expression.split("/"):
        digits = part.rstrip("?~%")
        if len(digits) == 10 and digits.replace("-", "").isdigit():
            try:
                dt.date.fromisoformat(digits)
            except ValueError as fault:
                raise DateError(f"{expression!r} names a day that no calendar has", _EXAMPLES) from fault
