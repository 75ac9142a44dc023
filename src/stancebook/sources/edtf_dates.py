"""An EDTF expression → the days it covers, strictly."""

from __future__ import annotations

import calendar
import contextlib
import datetime as dt
import io
import re
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

from stancebook.sources.date_suggestions import suggest_dates

Bounds = tuple[dt.date | None, dt.date | None]

_TAKEN = (Date, Interval, Level1Interval, UncertainOrApproximate, Unspecified)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MONTH_OR_DAY = re.compile(r"(\d{4})-(\d\d)(?:-(\d\d))?[?~%]?", re.ASCII)
_DATE = r"\d{4}(?:-\d\d(?:-\d\d)?)?[?~%]?"
_USUAL = re.compile(rf"{_DATE}(?:/(?:{_DATE}|\.\.))?|\.\./{_DATE}", re.ASCII)
_SHORT_YEAR = re.compile(r"\d\d?[-./]\d\d?[-./]\d\d?", re.ASCII)
_SEASONS = range(21, 42)

_A_DAY = "write a day as 2025-02-06"
_EXAMPLES = (
    "write a day as 2025-02-06, a month as 2025-02, a span as 2025-02-14/2025-02-16, an open one as ../2025-02-06"
)


class DateFormatError(ValueError):
    """Raised where an expression is not a date; its first argument says why, its second what to write."""


@lru_cache(maxsize=4096)
def edtf_bounds(expression: str) -> Bounds:
    """Return the first and the last day an EDTF expression covers, None for an open end.

    Levels 0 and 1 of ISO 8601-2:2019 are taken, without seasons, times of day and years beyond four
    digits; an end is open in words (`..`), for one left out may have been forgotten. `~` and `?` widen
    nothing. Raises `DateError`, which says how to write a date of another notation wherever it can be read
    as one.
    """
    if (usual := fast_bounds(expression)) is not None:
        return usual
    try:
        return covered(expression)
    except DateFormatError as fault:
        why, what = fault.args
        raise DateFormatError(
            why, _written_as([each for each in suggest_dates(expression) if _is_date(each)]) or what
        ) from fault


def parse_day(written: str) -> dt.date:
    """Return the day that is written as YYYY-MM-DD. Raises `DateError`, as `bounds` does."""
    if not _DAY.fullmatch(written):
        days = [each for each in suggest_dates(written) if _DAY.fullmatch(each) and _is_date(each)]
        raise DateFormatError(f"{written!r} is not a day", _written_as(days) or _hint(written, _A_DAY))
    _check_calendar(written)
    return dt.date.fromisoformat(written)


def fast_bounds(expression: str) -> Bounds | None:
    """Return what an expression of the most usual forms covers; None for any other, which the library reads.

    It takes the library milliseconds to read one, and a large corpus has thousands.
    """
    if not _USUAL.fullmatch(expression):
        return None
    start, _, end = expression.partition("/")
    try:
        first, last = _end(start, 0), _end(end or start, 1)
    except ValueError:
        return None
    return None if (first and last and first > last) or not (first or last) else (first, last)


def _end(written: str, end: int) -> dt.date | None:
    """Return the first or the last day of a day, a month or a year; None for an open end."""
    if written == "..":
        return None
    year, *rest = map(int, written.rstrip("?~%").split("-"))
    month = rest[0] if rest else (1, 12)[end]
    first_and_last = (1, calendar.monthrange(year, month)[1])
    return dt.date(year, month, rest[1] if len(rest) == 2 else first_and_last[end])


def _written_as(found: list[str]) -> str:
    if len(found) > 1:
        return f"write the year first, then the month: {' or '.join(found)}, whichever is meant"
    return f"write it as {found[0]}" if found else ""


def _hint(written: str, otherwise: str) -> str:
    if _SHORT_YEAR.fullmatch(written):
        return "write the year first and with all four digits, as in 2025-02-06"
    return otherwise


def _is_date(expression: str) -> bool:
    try:
        covered(expression)
    except DateFormatError:
        return False
    return True


def covered(expression: str) -> Bounds:
    """Return what the library says that an expression covers; raise `DateError` where it is none that is taken."""
    _check_calendar(expression)
    if expression.startswith("/") or expression.endswith("/"):
        raise DateFormatError(f"{expression!r} lacks an end", _EXAMPLES)
    parsed = _parsed(expression)
    if type(parsed) not in _TAKEN:
        raise _beyond(expression)
    ends = (parsed.lower, parsed.upper) if isinstance(parsed, Interval | Level1Interval) else (parsed, parsed)
    first, last = _day(ends[0], "lower_strict", expression), _day(ends[1], "upper_strict", expression)
    if first and last and first > last:
        later, earlier = expression.split("/")
        raise DateFormatError(
            f"{expression!r} ends before it starts", f"write the earlier date first: {earlier}/{later}"
        )
    return first, last


def _parsed(expression: str) -> EDTFObject:
    """Return what the library makes of an expression; whatever it stumbles over or remarks on is no date."""
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            parsed: EDTFObject = parse_edtf(expression)
    except Exception as fault:
        raise _no_date(expression) from fault
    if str(parsed) != expression:
        raise _no_date(expression)
    return parsed


def _day(end: EDTFObject, bound: str, expression: str) -> dt.date | None:
    if isinstance(end, UnspecifiedIntervalSection):
        return None
    if type(end) not in _TAKEN:
        raise _beyond(expression)
    found: Any = getattr(end, bound)()
    try:
        return dt.date(found.tm_year, found.tm_mon, found.tm_mday)
    except ValueError as fault:
        raise DateFormatError(f"{expression!r} names a day that no calendar has", _EXAMPLES) from fault


def _no_date(expression: str) -> DateFormatError:
    return DateFormatError(f"{expression!r} is not a date in EDTF", _hint(expression, _EXAMPLES))


def _beyond(expression: str) -> DateFormatError:
    return DateFormatError(
        f"{expression!r} is EDTF of a kind that is not taken: days, months, years and spans are", _EXAMPLES
    )


def _check_calendar(expression: str) -> None:
    """Refuse seasons, and months and days that no calendar has: the grammar lets some of each pass."""
    for part in expression.split("/"):
        if found := _MONTH_OR_DAY.fullmatch(part):
            year, month, day_of_month = (int(number or 1) for number in found.groups())
            if month in _SEASONS and found[3] is None:
                hint = f"write its first and its last month, as in {found[1]}-03/{found[1]}-05"
                raise DateFormatError(f"{expression!r} names a season, and seasons are not taken", hint)
            if not year or not 1 <= month <= 12:
                hint = "write the year, then the month from 01 to 12, then the day, as in 2025-02-06"
                raise DateFormatError(f"{expression!r} names a month that no calendar has", hint)
            last = calendar.monthrange(year, month)[1]
            if not 1 <= day_of_month <= last:
                hint = f"{calendar.month_name[month]} {year} ends on {found[1]}-{found[2]}-{last}"
                raise DateFormatError(f"{expression!r} names a day that no calendar has", hint)
