"""A date in another notation → the EDTF expressions it may stand for."""

import datetime as dt
import re
from itertools import product

# How people write dates, white space for whatever separates the parts, and how EDTF does. Where two fit,
# only the writer knows which is meant.
_NOTATIONS = (
    ("%Y %m %d", "%Y-%m-%d"),
    ("%d %m %Y", "%Y-%m-%d"),
    ("%m %d %Y", "%Y-%m-%d"),
    ("%d %B %Y", "%Y-%m-%d"),
    ("%B %d %Y", "%Y-%m-%d"),
    ("%d %b %Y", "%Y-%m-%d"),
    ("%b %d %Y", "%Y-%m-%d"),
    ("%Y %m", "%Y-%m"),
    ("%m %Y", "%Y-%m"),
    ("%B %Y", "%Y-%m"),
    ("%b %Y", "%Y-%m"),
    ("%Y", "%Y"),
)
_SEPARATOR = re.compile(r"[-‐-―−./]")  # a hyphen, any dash, a minus sign, a full stop, a slash
_TIME_OF_DAY = re.compile(r"[T ]\d{1,2}:\d\d.*")
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)")
_BETWEEN = re.compile(r"(?:\s*(?:/|[–—]|\.{2,}|…|\bto\b|\bopen\b|\bunknown\b|\s-\s)\s*)+")
_REST = re.compile(r"\d\d(?:-\d\d)?")


def suggest_dates(written: str) -> list[str]:
    """Return the EDTF expressions that a date or a span may stand for, likeliest first; none if it is no date.

    The days are in the calendar; whether a span ends before it starts is not asked.
    """
    if dates := _dates(written):
        return dates
    start, *rest = _BETWEEN.split(written.strip())
    if len(rest) != 1 or start == rest[0]:
        return []
    end = rest[0]
    if _REST.fullmatch(end):  # 2025-02-14/16: what the end leaves out, it has in common with the start
        end = start[: -len(end)] + end
    return [f"{first}/{last}" for first, last in product(_end(start), _end(end))]


def _end(written: str) -> list[str]:
    return _dates(written) if written else [".."]


def _dates(written: str) -> list[str]:
    dated = _TIME_OF_DAY.sub("", written.strip())
    plain, qualifier = dated.strip("?~%"), "".join(sign for sign in dated if sign in "?~%")
    if len(set(_SEPARATOR.findall(plain))) > 1:
        return []
    spaced = " ".join(re.sub(r"[^\w]", " ", _COMPACT.sub(r"\1 \2 \3", plain)).split())
    found = (_read(spaced, notation, edtf) for notation, edtf in _NOTATIONS)
    return list(dict.fromkeys(f"{date}{qualifier}" for date in found if date))


def _read(written: str, notation: str, edtf: str) -> str:
    try:
        return dt.datetime.strptime(written, notation).strftime(edtf)  # noqa: DTZ007 (a calendar day has no time zone)
    except ValueError:
        return ""
