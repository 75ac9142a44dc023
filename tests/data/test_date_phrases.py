"""Weekdays, months and years that phrases name are found, and compared with dates."""

import datetime as dt

import pandas as pd
import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from schemas.date_inflections import MONTHS, WEEKDAYS
from schemas.date_phrases import DateWords, date_words, fits_dates

THURSDAY, FEBRUARY = 3, 2
DAY = dt.date(2025, 2, 6)  # a Thursday
LANGUAGES = [
    "ar",
    "cs",
    "de",
    "el",
    "en",
    "es",
    "fa",
    "fi",
    "fr",
    "he",
    "hi",
    "it",
    "ja",
    "ko",
    "pl",
    "ru",
    "sv",
    "th",
    "tr",
]


@pytest.mark.parametrize(
    ("phrase", "language"),
    [
        ("on Thursday, Feb. 6, 2025", "en"),
        ("THURSDAY, on Thursday 6 Feb 2025", "en-GB"),
        ("am Donnerstag, dem 6. Februar 2025", "de"),
        ("le jeudi 6 février 2025", "fr"),
        ("в четверг, 6 февраля 2025 года", "ru"),
        ("czwartek, 6 lutego 2025", "pl"),
        ("2025年2月6日木曜日", "ja"),
        ("2025年二月6日星期四", "zh-Hans"),
        ("2025년 2월 6일 목요일", "ko"),
        ("ביום חמישי, 6 בפברואר 2025", "he"),
        ("بالخميس 6 فبراير ٢٠٢٥", "ar"),
    ],
)
def test_names_in_many_languages_are_found(phrase, language):
    """Names of days and months are found in full, and abbreviated next to a number, with years in any digits."""
    words = date_words(phrase, language)
    assert (words.weekdays, words.months, words.years) == ({THURSDAY}, {FEBRUARY}, {2025})


@pytest.mark.parametrize(
    ("phrase", "language"),
    [
        ("he may march on", "en"),
        ("So weit", "de"),
        ("in the 1990s", "en"),
        ("the 1990’s", "en"),
        ("at 1430 GMT", "en"),
        ("1,800 people at 20:25", "en"),
        ("Thursday", "fr"),
        ("Thursday", "no-language"),
        ("", "en"),
    ],
)
def test_other_words_and_numbers_name_nothing(phrase, language):
    """Words that only look like names, decades, hours and sums are no days, months or years."""
    words = date_words(phrase, language)
    assert words == DateWords(frozenset(), frozenset(), frozenset())


@pytest.mark.parametrize(
    ("phrase", "language"),
    [
        ("ve čtvrtek v únoru", "cs"),
        ("am Donnerstagabend im Februar", "de"),
        ("την Πέμπτη, τον Φεβρουάριο", "el"),
        ("torstaina helmikuussa", "fi"),
        ("csütörtökön, februárban", "hu"),
        ("w czwartek, w lutym", "pl"),
        ("по четвергам в феврале", "ru"),
        ("у четвртак у фебруару", "sr"),
        ("у четвер у лютому", "uk"),
        ("Torstain kokous, helmikuun alussa", "fi"),
    ],
)
def test_inflected_names_are_found(phrase, language):
    """Names of days and months are found in forms that CLDR does not have."""
    words = date_words(phrase, language)
    assert (words.weekdays, words.months) == ({THURSDAY}, {FEBRUARY})


@pytest.mark.parametrize(
    ("phrase", "language"),
    [
        ("i torsdags", "sv"),
        ("i torsdags", "da"),
        ("donderdagmiddag", "nl"),
        ("ketvirtadienį", "lt"),
        ("ceturtdien", "lv"),
        ("neljapäeval", "et"),
        ("u četvrtak", "hr"),
        ("vo štvrtok", "sk"),
        ("perşembe günü", "tr"),
        ("vào thứ Năm", "vi"),
    ],
)
def test_inflected_weekdays_are_found(phrase, language):
    """Names of days are found in forms that CLDR does not have."""
    assert date_words(phrase, language).weekdays == {THURSDAY}


@pytest.mark.parametrize(
    ("phrase", "language"),
    [
        ("среди дня", "ru"),
        ("uprostřed", "cs"),
        ("majątek", "pl"),
        ("minggu lalu", "id"),
        ("pazar", "tr"),
        ("tuần thứ hai", "vi"),
    ],
)
def test_words_like_inflected_names_name_nothing(phrase, language):
    """Words that start like names of days and months are none."""
    assert date_words(phrase, language) == DateWords(frozenset(), frozenset(), frozenset())


@pytest.mark.parametrize(
    ("phrase", "language"),
    [
        ("the day before Thursday", "en"),
        ("a year after the accord of February 2025", "en"),
        ("am Tag nach Donnerstag", "de"),
        ("la veille de jeudi", "fr"),
        ("накануне четверга", "ru"),
    ],
)
def test_name_after_before_or_after_is_another_date(phrase, language):
    """A day, month or year after a word such as "before" is not that of the date."""
    assert date_words(phrase, language) == DateWords(frozenset(), frozenset(), frozenset())


def test_name_before_such_a_word_is_found():
    """A day that stands before a word such as "after" is found."""
    assert date_words("on Thursday after lunch", "en").weekdays == {THURSDAY}


@pytest.mark.parametrize("language", [*WEEKDAYS, *MONTHS])
def test_inflected_forms_are_those_of_one_number(language):
    """CLDR's full name of each day and month is taken for no other one."""
    locale = Locale.parse(language)
    for number, name in locale.days["format"]["wide"].items():
        assert date_words(name, language).weekdays == {number}
    for number, name in locale.months["format"]["wide"].items():
        assert date_words(name, language).months <= {number}


def test_longer_name_hides_the_shorter_in_it():
    """The twelfth month of Chinese has the name of the second in it, and is only the twelfth."""
    assert date_words("十二月", "zh").months == date_words("12月", "ja").months == {12}


@given(st.sampled_from(LANGUAGES), st.dates(dt.date(1600, 1, 1), dt.date(2100, 1, 1)))
def test_full_name_of_a_day_fits_only_its_weekday(language, day):
    """In every language, the name of a day's weekday fits the day, and no other day of the week before."""
    phrase = Locale.parse(language).days["format"]["wide"][day.weekday()]
    words = date_words(phrase, language)
    assert words.may_be_in(day, day)
    assert not any(words.may_be_in(day - dt.timedelta(n), day - dt.timedelta(n)) for n in range(1, 7))


@given(st.dates(dt.date(1600, 1, 1), dt.date(2100, 1, 1)), st.integers(0, 800))
def test_words_of_a_day_in_a_span_fit_the_span(first, days):
    """A span with a day fits all words for the day."""
    day = first + dt.timedelta(days)
    words = date_words(f"{day:%A}, {day.day} {day:%B} {day.year}", "en")
    assert words.may_be_in(first, day)
    assert words.may_be_in(day, day + dt.timedelta(days))


@pytest.mark.parametrize(
    ("phrase", "first", "last", "fits"),
    [
        ("on Thursday", DAY, DAY, True),
        ("on Friday", DAY, DAY, False),
        ("between Monday and Wednesday", dt.date(2025, 2, 3), dt.date(2025, 2, 5), True),
        ("in March", DAY, dt.date(2025, 2, 28), False),
        ("in January", dt.date(2024, 12, 31), dt.date(2025, 1, 1), True),
        ("in 2024", DAY, DAY, False),
        ("in 2024", None, DAY, True),
        ("in 2024", DAY, None, True),
        (None, DAY, DAY, True),
        ("yesterday", DAY, DAY, True),
    ],
)
def test_open_dates_and_other_words_fit_anything(phrase, first, last, fits):
    """A phrase conflicts only with a closed date that has none of the days, months or years that it names."""
    dates = pd.DataFrame({"first": [first], "last": [last]}, dtype="datetime64[s]")
    assert list(fits_dates(pd.Series([phrase], dtype="str"), pd.Series(["en"]), dates)) == [fits]
