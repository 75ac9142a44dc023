"""Parse EDTF dates strictly to the days that they cover, and suggest EDTF for dates in other notations."""

from __future__ import annotations

import calendar
import contextlib
import datetime as dt
import io
import re
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, Any

from stancebook.problems import CellError

if TYPE_CHECKING:
    from edtf import EDTFObject

Bounds = tuple[dt.date | None, dt.date | None]

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MONTH_OR_DAY = re.compile(r"(\d{4})-(\d\d)(?:-(\d\d))?[?~%]?", re.ASCII)
_COMMON_DATE = r"\d{4}(?:-\d\d(?:-\d\d)?)?[?~%]?"
_COMMON = re.compile(rf"{_COMMON_DATE}(?:/(?:{_COMMON_DATE}|\.\.))?|\.\./{_COMMON_DATE}", re.ASCII)
_SHORT_YEAR = re.compile(r"\d\d?[-./]\d\d?[-./]\d\d?", re.ASCII)
_SEASONS = range(21, 42)

_DAY_EXAMPLE = "write a day as 2025-02-06"
_EXAMPLES = (
    "write a day as 2025-02-06, a month as 2025-02, a span as 2025-02-14/2025-02-16, an open one as ../2025-02-06"
)


@lru_cache(maxsize=4096)
def edtf_bounds(expression: str) -> Bounds:
    """Return the first and the last day that an EDTF expression covers.

    Args:
        expression: A date of level 0 or 1 of ISO 8601-2:2019, without seasons, times of day and years of more than four
            digits. An open end is `..`, never left out, since that may be an omission. `~` and `?` do not change the
            days.

    Returns:
        The two days; None for an open end.

    Raises:
        CellError: The expression is not such a date. If it is a date in another notation, the hint has its EDTF.
    """
    if (bounds := fast_bounds(expression)) is not None:
        return bounds
    try:
        return library_bounds(expression)
    except CellError as error:
        message, hint = error.args
        suggestions = [suggestion for suggestion in suggest_dates(expression) if _is_date(suggestion)]
        raise CellError(message, _suggestion_hint(suggestions) or hint) from error


def parse_day(written: str) -> dt.date:
    """Return the day that is written as YYYY-MM-DD.

    Raises:
        CellError: It is not written so, or is not in the calendar. If it is a day in another notation, the hint
            has the right one.
    """
    if not _DAY.fullmatch(written):
        days = [suggestion for suggestion in suggest_dates(written) if _DAY.fullmatch(suggestion)]
        hint = _suggestion_hint([day for day in days if _is_date(day)]) or _hint(written, _DAY_EXAMPLE)
        raise CellError(f"{written!r} is not a day", hint)
    _check_calendar(written)
    return dt.date.fromisoformat(written)


def fast_bounds(expression: str) -> Bounds | None:
    """Return the bounds of an expression of a common form, or None if the library has to parse it.

    The library needs a fifth of a second for its import and milliseconds for an expression.
    """
    if not _COMMON.fullmatch(expression):
        return None
    start, _, end = expression.partition("/")
    try:
        first, last = _first_or_last_day(start, 0), _first_or_last_day(end or start, 1)
    except ValueError:
        return None
    return None if (first and last and first > last) or not (first or last) else (first, last)


def library_bounds(expression: str) -> Bounds:
    """Return the bounds of an expression by the edtf library; raise `CellError` if it is not supported."""
    from edtf.parser import parser_classes as edtf

    supported = (edtf.Date, edtf.Interval, edtf.Level1Interval, edtf.UncertainOrApproximate, edtf.Unspecified)

    def bound(end: EDTFObject, method: str) -> dt.date | None:
        if isinstance(end, edtf.UnspecifiedIntervalSection):
            return None
        if type(end) not in supported:
            raise _unsupported(expression)
        found: Any = getattr(end, method)()
        try:
            return dt.date(found.tm_year, found.tm_mon, found.tm_mday)
        except ValueError as error:
            raise CellError(f"{expression!r} names a day that no calendar has", _EXAMPLES) from error

    _check_calendar(expression)
    if expression.startswith("/") or expression.endswith("/"):
        raise CellError(f"{expression!r} lacks an end", _EXAMPLES)
    parsed: Any = _parse(expression)
    if type(parsed) not in supported:
        raise _unsupported(expression)
    is_interval = isinstance(parsed, edtf.Interval | edtf.Level1Interval)
    start, end = (parsed.lower, parsed.upper) if is_interval else (parsed, parsed)
    first, last = bound(start, "lower_strict"), bound(end, "upper_strict")
    if first and last and first > last:
        later, earlier = expression.split("/")
        hint = f"write the earlier date first: {earlier}/{later}"
        raise CellError(f"{expression!r} ends before it starts", hint)
    return first, last


def _first_or_last_day(written: str, end: int) -> dt.date | None:
    """Return the first (0) or the last (1) day of a day, a month or a year; None for an open end."""
    if written == "..":
        return None
    year, *rest = map(int, written.rstrip("?~%").split("-"))
    month = rest[0] if rest else (1, 12)[end]
    first_and_last = (1, calendar.monthrange(year, month)[1])
    return dt.date(year, month, rest[1] if len(rest) == 2 else first_and_last[end])


def _parse(expression: str) -> EDTFObject:
    """Parse an expression with the library, which raises various errors, prints warnings, and may parse a part only."""
    from edtf import parse_edtf

    try:
        with contextlib.redirect_stdout(io.StringIO()):
            parsed: EDTFObject = parse_edtf(expression)
    except Exception as error:
        raise _not_a_date(expression) from error
    if str(parsed) != expression:
        raise _not_a_date(expression)
    return parsed


def _check_calendar(expression: str) -> None:
    """Refuse seasons, and months and days that no calendar has: the library's grammar accepts some of them."""
    for part in expression.split("/"):
        if found := _MONTH_OR_DAY.fullmatch(part):
            year, month, day_of_month = (int(number or 1) for number in found.groups())
            if month in _SEASONS and found[3] is None:
                hint = f"write its first and its last month, as in {found[1]}-03/{found[1]}-05"
                raise CellError(f"{expression!r} names a season, and seasons are not supported", hint)
            if not year or not 1 <= month <= 12:
                hint = "write the year, then the month from 01 to 12, then the day, as in 2025-02-06"
                raise CellError(f"{expression!r} names a month that no calendar has", hint)
            last = calendar.monthrange(year, month)[1]
            if not 1 <= day_of_month <= last:
                hint = f"{calendar.month_name[month]} {year} ends on {found[1]}-{found[2]}-{last}"
                raise CellError(f"{expression!r} names a day that no calendar has", hint)


def _is_date(expression: str) -> bool:
    try:
        library_bounds(expression)
    except CellError:
        return False
    return True


def _not_a_date(expression: str) -> CellError:
    return CellError(f"{expression!r} is not a date in EDTF", _hint(expression, _EXAMPLES))


def _unsupported(expression: str) -> CellError:
    message = f"{expression!r} is EDTF that is not supported: only days, months, years and spans are"
    return CellError(message, _EXAMPLES)


def _hint(written: str, otherwise: str) -> str:
    if _SHORT_YEAR.fullmatch(written):
        return "write the year first and with all four digits, as in 2025-02-06"
    return otherwise


def _suggestion_hint(suggestions: list[str]) -> str:
    if len(suggestions) > 1:
        return f"write the year first, then the month: {' or '.join(suggestions)}, whichever is meant"
    return f"write it as {suggestions[0]}" if suggestions else ""


# ── Other notations ───────────────────────────────────────────────────────────────────────────────

# How people write dates, by their EDTF, with spaces for all separators. If two match, both are suggested.
_NOTATIONS = {
    "%Y-%m-%d": ("%Y %m %d", "%d %m %Y", "%m %d %Y", "%d %B %Y", "%B %d %Y", "%d %b %Y", "%b %d %Y"),
    "%Y-%m": ("%Y %m", "%m %Y", "%B %Y", "%b %Y"),
    "%Y": ("%Y",),
}
_SEPARATOR = re.compile(r"[-‐-―−./]")  # a hyphen, any dash, a minus sign, a full stop, a slash
_TIME_OF_DAY = re.compile(r"[T ]\d{1,2}:\d\d.*")
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)")
_BETWEEN_DATES = re.compile(r"(?:\s*(?:/|[–—]|\.{2,}|…|\bto\b|\bopen\b|\bunknown\b|\s-\s)\s*)+")
_ABBREVIATED_END = re.compile(r"\d\d(?:-\d\d)?")


def suggest_dates(written: str) -> list[str]:
    """Return EDTF expressions that a date or a span in another notation may mean.

    Args:
        written: A date, or two with a word or mark between them, such as `6 February 2025 to 2025-03`.

    Returns:
        The expressions, the most likely first; none if it is not a date. Their days are in the calendar, but spans may
        end before they start.
    """
    if dates := _suggest_single(written):
        return dates
    start, *rest = _BETWEEN_DATES.split(written.strip())
    if len(rest) != 1 or start == rest[0]:
        return []
    end = rest[0]
    if _ABBREVIATED_END.fullmatch(end):  # 2025-02-14/16: the start has what the end leaves out
        end = start[: -len(end)] + end
    starts, ends = (_suggest_single(part) if part else [".."] for part in (start, end))
    return [f"{first}/{last}" for first, last in product(starts, ends)]


def _suggest_single(written: str) -> list[str]:
    dated = _TIME_OF_DAY.sub("", written.strip())
    unqualified, qualifier = dated.strip("?~%"), "".join(sign for sign in dated if sign in "?~%")
    if len(set(_SEPARATOR.findall(unqualified))) > 1:
        return []
    spaced = " ".join(re.sub(r"[^\w]", " ", _COMPACT.sub(r"\1 \2 \3", unqualified)).split())
    dates = (_convert(spaced, notation, edtf) for edtf, notations in _NOTATIONS.items() for notation in notations)
    return list(dict.fromkeys(f"{date}{qualifier}" for date in dates if date))


def _convert(written: str, notation: str, edtf: str) -> str:
    try:
        return dt.datetime.strptime(written, notation).strftime(edtf)  # noqa: DTZ007 (a day has no time zone)
    except ValueError:
        return ""
