import calendar
import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stancebook.problems import CellError
from stancebook.schema.edtf_dates import (
    edtf_bounds,
    fast_bounds,
    library_bounds,
    parse_day,
    suggest_dates,
)

DAYS = st.dates(dt.date(1000, 1, 1), dt.date(9999, 12, 31))
QUALIFIER = st.sampled_from(["", "?", "~", "%"])


@st.composite
def dates(draw):
    """A day, month or year that holds a drawn day, and its bounds."""
    day = draw(DAYS)
    month = dt.date(day.year, day.month, calendar.monthrange(day.year, day.month)[1])
    expression, first, last = draw(
        st.sampled_from(
            [
                (day.isoformat(), day, day),
                (day.isoformat()[:7], day.replace(day=1), month),
                (str(day.year), dt.date(day.year, 1, 1), dt.date(day.year, 12, 31)),
            ]
        )
    )
    return expression + draw(QUALIFIER), first, last


@st.composite
def masked_dates(draw):
    """A month, year, decade or century that holds a drawn day, its unknown digits written as X, and its bounds."""
    day = draw(DAYS)
    month = dt.date(day.year, day.month, calendar.monthrange(day.year, day.month)[1])
    decade, century = day.year // 10, day.year // 100
    return draw(
        st.sampled_from(
            [
                (day.isoformat()[:7] + "-XX", day.replace(day=1), month),
                (f"{day.year}-XX", dt.date(day.year, 1, 1), dt.date(day.year, 12, 31)),
                (f"{day.year}-XX-XX", dt.date(day.year, 1, 1), dt.date(day.year, 12, 31)),
                (f"{decade}X", dt.date(decade * 10, 1, 1), dt.date(decade * 10 + 9, 12, 31)),
                (f"{century}XX", dt.date(century * 100, 1, 1), dt.date(century * 100 + 99, 12, 31)),
            ]
        )
    )


@given(dates() | masked_dates())
@settings(max_examples=60)
def test_bounds_of_dates(drawn):
    """A date covers exactly its days, and a qualifier does not change them."""
    expression, first, last = drawn
    assert edtf_bounds(expression) == (first, last)


@given(dates(), dates())
@settings(max_examples=50)
def test_bounds_of_spans(one, other):
    """A span is from the first day of its start to the last day of its end."""
    (start, first, _), (end, _, last) = one, other
    if first <= last:
        assert edtf_bounds(f"{start}/{end}") == (first, last)
    else:
        with pytest.raises(CellError, match="ends before it starts"):
            edtf_bounds(f"{start}/{end}")


@given(dates())
@settings(max_examples=50)
def test_open_end_is_none(drawn):
    """An open end is None."""
    expression, first, last = drawn
    assert edtf_bounds(f"{expression}/..") == (first, None)
    assert edtf_bounds(f"../{expression}") == (None, last)


@pytest.mark.parametrize(("cut", "hint"), [("2025-02/", "2025-02/.."), ("/2025-02-06", "../2025-02-06"), ("/", "")])
def test_missing_end_is_refused(cut, hint):
    """A missing end is refused, since it may be an omission."""
    with pytest.raises(CellError, match="lacks an end") as caught:
        edtf_bounds(cut)
    assert caught.value.args[1].endswith(hint)


@pytest.mark.parametrize(
    "expression",
    ["2025-02-29", "2025-02-29~", "2025-02-29/2025-03", "2025-01/2025-02-30", "2100-02-29", "2025-04-31", "0000"],
)
def test_impossible_day_is_refused(expression):
    """A day that no calendar has is refused."""
    with pytest.raises(CellError):
        edtf_bounds(expression)


@pytest.mark.parametrize(
    "expression",
    ["2025-21", "2025-21/2025-22", "2025-06-01T10:00:00Z", "Y17000", "[2025,2026]", "2025-?02", " 2025", "2025\n"],
)
def test_unsupported_edtf_is_refused(expression):
    """EDTF without bounds in days, and malformed EDTF, is refused."""
    with pytest.raises(CellError):
        edtf_bounds(expression)


NUMBERS = st.sampled_from(["0000", "0001", "1900", "2024", "9999"]), st.integers(0, 13), st.integers(0, 32)
ENDS = st.one_of(
    st.just(".."),
    st.builds("{}{}".format, NUMBERS[0], QUALIFIER),
    st.builds("{}-{:02}{}".format, NUMBERS[0], NUMBERS[1], QUALIFIER),
    st.builds("{}-{:02}-{:02}{}".format, *NUMBERS, QUALIFIER),
)


@given(ENDS | st.builds("{}/{}".format, ENDS, ENDS))
@settings(max_examples=300)
def test_fast_bounds_agree_with_library(expression):
    """The fast path gives the bounds of the library, or None."""
    found = fast_bounds(expression)
    assert found is None or found == library_bounds(expression)


def test_leap_day():
    """A leap day is valid."""
    assert edtf_bounds("2024-02-29") == (dt.date(2024, 2, 29), dt.date(2024, 2, 29))


@pytest.mark.parametrize("expression", ["../", "2025-XX/202X", "XXXX/2025-XX", "?2025S2"])
def test_library_failure_is_refused_silently(expression, capsys):
    """Where the library fails or warns, the expression is refused and nothing is printed."""
    with pytest.raises(CellError):
        edtf_bounds(expression)
    assert capsys.readouterr().out == ""


@given(st.text("0123456789-/.X?~% YTZ[]{},u", max_size=14) | st.text(max_size=8))
@settings(max_examples=60)
def test_any_text_is_a_date_or_refused(text):
    """Any text is a date, or refused with an example."""
    try:
        first, last = edtf_bounds(text)
    except CellError as error:
        message, example = error.args
        if not (message and example):
            raise
    else:
        assert first is None or last is None or first <= last


@pytest.mark.parametrize(
    ("expression", "message", "hint"),
    [
        ("2025-2-6", "'2025-2-6' is not a date in EDTF", "write it as 2025-02-06"),
        ("06.02.2025", "is not a date", "write the year first, then the month: 2025-02-06 or 2025-06-02"),
        ("25-02-06", "is not a date", "write the year first and with all four digits, as in 2025-02-06"),
        ("2025-02-06T10:00:00", "is EDTF that is not supported", "write it as 2025-02-06"),
        ("2025-02-16/2025-02-14", "ends before it starts", "write the earlier date first: 2025-02-14/2025-02-16"),
        ("2025-02-31", "names a day that no calendar has", "February 2025 ends on 2025-02-28"),
        ("2025-13-01", "names a month that no calendar has", "write the year, then the month from 01 to 12"),
        ("2025-21", "names a season", "write its first and its last month, as in 2025-03/2025-05"),
        ("in spring", "is not a date", "write a day as 2025-02-06, a month as 2025-02"),
    ],
)
def test_refusal_has_message_and_hint(expression, message, hint):
    """A refusal says what is wrong and how to write the date."""
    with pytest.raises(CellError) as refusal:
        edtf_bounds(expression)
    actual_message, actual_hint = refusal.value.args
    assert message in actual_message
    assert hint in actual_hint


def test_reversed_span_is_not_suggested():
    """A span that ends before it starts is not suggested."""
    with pytest.raises(CellError, match="is not a date") as refusal:
        edtf_bounds("2025-3-1/2025-2-1")
    assert "2025-02-01/2025-03-01" not in refusal.value.args[1]


@given(DAYS)
def test_parse_day(drawn):
    """A day in ISO format is parsed."""
    assert parse_day(drawn.isoformat()) == drawn


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("1901-5-4", "write it as 1901-05-04"),
        ("19010504", "write it as 1901-05-04"),
        ("1901-05-04T00:00", "write it as 1901-05-04"),
        ("1901-02-29", "February 1901 ends on 1901-02-28"),
        ("4/5/1901", "1901-05-04 or 1901-04-05"),
        ("4.5.01", "with all four digits"),
        ("May 1901", "write a day as 2025-02-06"),
        ("1901-05", "write a day as 2025-02-06"),
        ("1901-05-04~", "write a day as 2025-02-06"),
        ("0000-01-01", "write the year"),
    ],
)
def test_parse_day_refusal_has_hint(written, hint):
    """What is not a day is refused with a hint."""
    with pytest.raises(CellError) as refusal:
        parse_day(written)
    assert hint in refusal.value.args[1]


# ── Other notations ───────────────────────────────────────────────────────────────────────────────


@given(DAYS, st.sampled_from(["%d %B %Y", "%B %d, %Y", "%d. %b %Y", "%Y/%m/%d", "%Y%m%d", "%Y-%m-%dT%H:%M:%SZ"]))
def test_unambiguous_day_has_one_suggestion(day, notation):
    """A day with its year first or its month in words has one suggestion."""
    assert suggest_dates(day.strftime(notation)) == [day.isoformat()]


@given(DAYS, st.sampled_from(["%d.%m.%Y", "%m/%d/%Y", "%d-%m-%Y"]))
def test_ambiguous_day_has_two_suggestions(day, notation):
    """A day with its year last has two suggestions if both numbers may be the month."""
    found = suggest_dates(day.strftime(notation))
    assert day.isoformat() in found
    assert len(found) == (2 if day.day <= 12 and day.day != day.month else 1)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2025-2", "2025-02"),
        ("2/2025", "2025-02"),
        ("April 2031", "2031-04"),
        ("2025–02–06", "2025-02-06"),
        ("2025-2-6?", "2025-02-06?"),
        ("~2025-02-06", "2025-02-06~"),
        ("2025-02-14–2025-02-16", "2025-02-14/2025-02-16"),
        ("2025-02-14 / 2025-02-16", "2025-02-14/2025-02-16"),
        ("2025-02-14 to 2025-02-16", "2025-02-14/2025-02-16"),
        ("14 Feb 2025 - 16 Feb 2025", "2025-02-14/2025-02-16"),
        ("2025-02-14/16", "2025-02-14/2025-02-16"),
        ("2025-02-27/03-02", "2025-02-27/2025-03-02"),
        ("2025-02/03", "2025-02/2025-03"),
        ("2025-02-06..", "2025-02-06/.."),
        ("2025-02-06/...", "2025-02-06/.."),
        ("2025-02-06/open", "2025-02-06/.."),
        ("..2025-2-6", "../2025-02-06"),
    ],
)
def test_suggest_dates(written, read):
    """A date or a span with one meaning has one suggestion."""
    assert suggest_dates(written) == [read]


@pytest.mark.parametrize(
    "written",
    ["", "/", "..", "spring 2025", "next week", "06.02.25", "2025-02-31", "2025-13-01", "1 to 3 to 2025", "–"],
)
def test_no_date_has_no_suggestion(written):
    """What is not a date has no suggestion."""
    assert suggest_dates(written) == []
