"""Words for days, months and years in texts, compared with the dates that they are coded as."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import pandas as pd

from schemas.date_inflections import BEFORE_AND_AFTER, MONTHS, WEEKDAYS

# A number of four digits is a year unless it goes on, is a decade, or is a time of day.
_YEAR = re.compile(r"(?<![\d.,:])\d{4}(?!\d|[A-Za-z]|['’]s|[.,:]\d|\s*(?:h|hours|hrs|Uhr|GMT|UTC)\b)")
_YEARS = range(1500, 2200)
# Scripts without spaces between words, or in which a preposition is written as a part of the next word.
_JOINED_SCRIPTS = re.compile(
    "[\u0590-\u06ff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
)
_SHORTEST_ABBREVIATION = 3


@dataclass(frozen=True)
class DateWords:
    """What words say of a date; empty where they say nothing.

    Attributes:
        weekdays: Numbers of days of the week, 0 for Monday.
        months: Numbers of months, 1 for January.
        years: Years.
    """

    weekdays: frozenset[int]
    months: frozenset[int]
    years: frozenset[int]

    def may_be_in(self, first: date, last: date) -> bool:
        """Return whether a span has one of the days of the week, one of the months and one of the years, if any."""
        days = (first + timedelta(number) for number in range(min((last - first).days + 1, 7)))
        months = (month % 12 + 1 for month in range(first.year * 12 + first.month - 1, last.year * 12 + last.month))
        return (
            (not self.weekdays or any(day.weekday() in self.weekdays for day in days))
            and (not self.months or any(month in self.months for month in months))
            and (not self.years or any(first.year <= year <= last.year for year in self.years))
        )


def fits_dates(phrases: "pd.Series[str]", languages: "pd.Series[str]", dates: pd.DataFrame) -> "pd.Series[bool]":
    """Return for which phrases the date may be what they say, as far as they name weekdays, months and years.

    Args:
        phrases: Words for dates; may be empty.
        languages: The BCP 47 tags of their languages.
        dates: The first and the last day of each date, in two columns; empty where it is open.

    Returns:
        False where a phrase names only other weekdays, months or years than the date has.
    """
    rows = zip(phrases, languages, *(dates[name] for name in dates), strict=True)
    fits = [
        bool(pd.isna([phrase, first, last]).any()) or date_words(phrase, str(language)).may_be_in(first, last)
        for phrase, language, first, last in rows
    ]
    return pd.Series(fits, phrases.index, dtype=bool)


@lru_cache(maxsize=4096)
def date_words(phrase: str, language: str) -> DateWords:
    """Return the days of the week, the months and the years that a phrase names.

    Args:
        phrase: Words of a text, such as `last Thursday` or `im Februar 2025`.
        language: The BCP 47 tag of their language. Names are those of Unicode's CLDR, with inflected forms of some
            languages.

    Returns:
        What the phrase names; without what follows a word such as "before" or "after".
    """
    weekdays, months, relation = _date_names(language)
    phrase = phrase[: found.start()] if (found := relation.search(phrase)) else phrase
    years = (int(match[0]) for match in _YEAR.finditer(phrase))
    return DateWords(weekdays.find(phrase), months.find(phrase), frozenset(year for year in years if year in _YEARS))


@dataclass(frozen=True)
class _DateNames:
    """The days of the week, or the months.

    Attributes:
        pattern: A pattern of their names.
        numbers: Their numbers by name in lower case.
        inflected: Patterns of other forms, in the order of the numbers.
        first: The first number: 0 of days, 1 of months.
    """

    pattern: "re.Pattern[str]"
    numbers: Mapping[str, int]
    inflected: "tuple[re.Pattern[str], ...]"
    first: int

    def find(self, phrase: str) -> frozenset[int]:
        """Return the numbers of the names in a phrase."""
        numbers = {self.numbers[match[0].lower()] for match in self.pattern.finditer(phrase)}
        numbers.update(number for number, form in enumerate(self.inflected, self.first) if form.search(phrase))
        return frozenset(numbers)


@lru_cache(maxsize=64)
def _date_names(language: str) -> tuple[_DateNames, _DateNames, "re.Pattern[str]"]:
    """Return the days of the week and the months in a language, and a pattern of its words for before and after."""
    from babel import Locale, UnknownLocaleError

    primary = language.partition("-")[0]
    relations = "|".join(BEFORE_AND_AFTER.get(primary, "").split())
    relation = re.compile(rf"(?<![\w-])(?:{relations})(?![\w-])" if relations else r"(?!)", re.IGNORECASE)
    try:
        locale = Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return _compile({}), _compile({}), relation
    weekdays = _compile(locale.days, WEEKDAYS.get(primary, ""))
    return weekdays, _compile(locale.months, MONTHS.get(primary, ""), first=1), relation


def _compile(forms: Mapping[str, Mapping[str, Mapping[int, str]]], inflected: str = "", first: int = 0) -> _DateNames:
    """Return the names that are known by use and width, without those that have two numbers, as `mar` has."""
    patterns, numbers = dict[str, str](), dict[str, int]()
    ambiguous = set[str]()
    for widths in forms.values():
        for width, pattern_of in (("wide", _full_name), ("abbreviated", _abbreviation)):
            for number, written in widths[width].items():
                name = written.strip(".")
                if numbers.setdefault(name.lower(), number) != number:
                    ambiguous.add(name.lower())
                patterns.setdefault(name, pattern_of(name))
    kept = sorted((name for name in patterns if name.lower() not in ambiguous), key=len, reverse=True)
    pattern = re.compile("|".join(patterns[name] for name in kept) or r"(?!)")
    return _DateNames(pattern, numbers, tuple(map(_inflected, inflected.split())), first)


def _inflected(start: str) -> "re.Pattern[str]":
    """Return a pattern of the words that start so; only of that one if it ends with `$`."""
    word = rf"{start[:-1]}(?!\w)" if start.endswith("$") else start
    capital = word[0].upper() + word[1:]
    return re.compile(rf"(?<!\w)(?:{word}|{capital})")


def _full_name(name: str) -> str:
    if _JOINED_SCRIPTS.search(name):
        return rf"(?<!\d){re.escape(name)}" if len(name) > 1 else r"(?!)"
    return rf"(?<!\w){_either_case(name)}(?!\w)"


def _abbreviation(name: str) -> str:
    """Return a pattern of an abbreviation, which is taken for one only before a full stop or next to a number."""
    if _JOINED_SCRIPTS.search(name):
        return _full_name(name)
    if len(name) < _SHORTEST_ABBREVIATION:
        return r"(?!)"
    return rf"(?<!\w){_either_case(name)}(?=\.|\s*\d)|(?:(?<=\d\s)|(?<=\d\.\s)){_either_case(name)}(?!\w)"


def _either_case(name: str) -> str:
    """Return a pattern of a name with its first letter as given or as a capital: `may` is no month."""
    first, rest = name[0], re.escape(name[1:])
    return rf"(?:{re.escape(first)}|{re.escape(first.upper())}){rest}"
