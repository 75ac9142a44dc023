import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stancebook.sources.edtf_dates import suggest_dates

DAYS = st.dates(dt.date(1000, 1, 1), dt.date(9999, 12, 31))


@given(DAYS, st.sampled_from(["%d %B %Y", "%B %d, %Y", "%d. %b %Y", "%Y/%m/%d", "%Y%m%d", "%Y-%m-%dT%H:%M:%SZ"]))
def test_a_day_with_its_year_first_or_its_month_in_words_has_one_reading(day, notation):
    assert suggest_dates(day.strftime(notation)) == [day.isoformat()]


@given(DAYS, st.sampled_from(["%d.%m.%Y", "%m/%d/%Y", "%d-%m-%Y"]))
def test_a_day_with_its_year_last_has_a_second_reading_where_both_numbers_could_be_the_month(day, notation):
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
def test_what_can_be_meant_in_one_way_is_read_in_that_way(written, read):
    assert suggest_dates(written) == [read]


@pytest.mark.parametrize(
    "written",
    ["", "/", "..", "spring 2025", "next week", "06.02.25", "2025-02-31", "2025-13-01", "1 to 3 to 2025", "–"],
)
def test_what_is_no_date_has_no_reading(written):
    assert suggest_dates(written) == []
