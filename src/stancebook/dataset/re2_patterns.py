"""A pattern that came with a file, held against texts in time linear in their length.

Arrow matches by RE2 (https://github.com/google/re2/wiki/Syntax), which never backtracks: no pattern,
however it is meant, can hold a reader up. The price is that RE2 has no look-around and no back-references.
"""

import pyarrow as pa
import pyarrow.compute as pc


class PatternError(ValueError):
    """Raised where RE2 does not take a pattern; says why."""


def check(pattern: str) -> None:
    """Raise `PatternError` unless the pattern is one that can be matched."""
    for each in (pattern, _whole(pattern)):  # 'a)(b' is none, though in brackets it would look like one
        try:
            pc.match_substring_regex(pa.array(["a"]), each)
        except (pa.ArrowException, UnicodeError) as fault:
            raise PatternError(str(fault).removeprefix("Invalid regular expression: ")) from fault


def matches(texts: pa.Array, pattern: str) -> pa.Array:
    """Return for each text whether all of it is of the pattern; for an empty cell, nothing."""
    return pc.match_substring_regex(texts, _whole(pattern))


def _whole(pattern: str) -> str:
    return rf"\A(?:{pattern})\z"
