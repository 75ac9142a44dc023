"""Slips with dates: days that are none, other notations, typing errors that are days too."""

import re
from random import Random

from tests.mutations.fault import fault
from tests.mutations.seeds import Edit, Mutant, Seeds, Value

FIRST_CENTURY = "the build warns and does not refuse: the first century had years too"
A_DAY_TOO = "the slip is a date too, and contradicts no other: only a second reader can tell"


def is_date(value: Value) -> bool:
    return value.kind == "edtf"


def is_single_day(value: Value) -> bool:
    return value.kind in ("edtf", "date") and re.fullmatch(r"\d{4}-\d\d-\d\d", value.text) is not None


def is_closed_interval(value: Value) -> bool:
    return is_date(value) and re.fullmatch(r"\d{4}.*/\d{4}.*", value.text) is not None


def _retyped(seeds: Seeds, value: Value, text: str) -> Mutant:
    """Return a mutant with another date, which can be fixed in other keys of its record as well."""
    return seeds.retyped(value, text, also=value.record.values.values())


@fault("date", "wrote 31 February")
def day_of_no_calendar(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(lambda v: "-02-" in v.text and v.kind in ("edtf", "date")))
    return seeds.retyped(
        value, re.sub(r"-02-\d\d", rng.choice(["-02-31", "-02-30", "-02-29", "-13-01"]), value.text, count=1)
    )


@fault("date", "wrote a day without its zeros: 2025-2-6")
def day_without_zeros(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(is_single_day))
    return seeds.retyped(value, value.text.replace("-0", "-"))


@fault("date", "wrote a day in another notation")
def day_in_another_notation(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(is_single_day))
    year, month, day = value.text.split("-")
    notations = [
        f"{day}.{month}.{year}",
        f"{month}/{day}/{year}",
        f"{year}/{month}/{day}",
        f"{year}{month}{day}",
        f"{day} Feb {year}",
        f"{year}-{month}-{day}T00:00:00",
        f"{year}–{month}–{day}",
    ]
    return seeds.retyped(value, rng.choice(notations))


@fault("date", "wrote the later end of an interval first")
def interval_reversed(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(is_closed_interval))
    return seeds.retyped(value, "/".join(reversed(value.text.split("/"))))


@fault("date", "wrote an interval with another mark between its ends")
def interval_by_another_mark(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(is_closed_interval))
    return seeds.retyped(value, value.text.replace("/", rng.choice([" - ", "–", " to ", "..", "//"])))


@fault("date", "wrote a season")
def season(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(is_date))
    return seeds.retyped(value, rng.choice(["2025-21", "2024-24", "2024-21/2024-23"]))


@fault("date", "wrote a date in words")
def date_in_words(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(is_date))
    return seeds.retyped(
        value, rng.choice(["late 2024", "Feb. 5", "last week", "unknown", "2025-02-0X?", "202X-02-06"])
    )


@fault("date", "typed a year to come", survives_because=A_DAY_TOO)
def year_to_come(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(lambda v: is_date(v) and v.text[:2] == "20"))
    return _retyped(seeds, value, re.sub(r"^20\d\d", "2052", value.text))


@fault("date", "left out the century of a year", survives_because=FIRST_CENTURY)
def century_left_out(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(lambda v: v.kind in ("edtf", "date") and v.text[:2] == "20"))
    return _retyped(seeds, value, f"00{value.text[2:]}")


@fault("date", "typed a year long past", survives_because=A_DAY_TOO)
def year_long_past(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(lambda v: is_date(v) and v.text[:2] == "20"))
    return _retyped(seeds, value, re.sub(r"20\d\d", "1925", value.text))


@fault("date", "took last year's number, as one does in January", survives_because=A_DAY_TOO)
def year_before(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(lambda v: is_single_day(v) and is_date(v)))
    return _retyped(seeds, value, value.text.replace("2025", "2024"))


@fault("date", "swapped month and day", survives_because=A_DAY_TOO)
def month_and_day_swapped(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(lambda v: is_single_day(v) and is_date(v)))
    year, month, day = value.text.split("-")
    return _retyped(seeds, value, f"{year}-{day}-{month}")


@fault("date", "was a day off", survives_because=A_DAY_TOO)
def a_day_off(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(lambda v: is_single_day(v) and is_date(v)))
    return _retyped(seeds, value, value.text[:-2] + f"{int(value.text[-2:]) + rng.choice([-1, 1]):02}")


@fault("date", "forgot the slash and the second end of an interval", survives_because=A_DAY_TOO)
def interval_end_forgotten(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(is_closed_interval))
    return _retyped(seeds, value, value.text.split("/")[0])


@fault("date", "forgot the second end of an interval, not the slash")
def interval_left_open(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(is_closed_interval))
    return _retyped(seeds, value, value.text.split("/")[0] + "/")


@fault("date", "typed another day of publication", survives_because=A_DAY_TOO)
def published_another_day(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(lambda v: v.key == "published"))
    return seeds.retyped(value, rng.choice(["2025-01-06", "2024-02-06", "2025-02-05", "2025-06-02", "2035-02-06"]))


@fault("date", "deleted the date and kept the words that date")
def date_deleted(seeds: Seeds, rng: Random) -> Mutant:
    value = rng.choice(seeds.values_where(lambda v: v.key == "date_edtf" and "date_text" in v.record.values))
    return seeds.edited(value.record.file, Edit(*seeds.lines(value), ""), also=[value.record.values["date_text"]])
