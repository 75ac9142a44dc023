"""The base class of column types: a column of text, and what depends on its type."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from stancebook.problems import shorten

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    from pandera.pandas import Check

Value = str | int | float | dt.date | dt.datetime

FilledBy = Literal[
    "coder", "pinned", "engine", "paragraph_number", "sentence_number", "edtf_lower", "edtf_upper", "function"
]
# For each way to number the place of a passage, the column of the table of sentences that has the number.
PLACE_NUMBERS: Mapping[FilledBy, str] = {"paragraph_number": "paragraph", "sentence_number": "sentence"}

_SLUG = r"[a-z0-9]+(?:-[a-z0-9]+)*"


@dataclass(frozen=True)
class Pattern:
    """A regular expression (RE2 syntax) that a text must match from end to end, and a description for readers."""

    pattern: str
    description: str

    def matches(self, text: str) -> bool:
        """Return whether a text matches from end to end."""
        return re.fullmatch(self.pattern, text) is not None


SLUG = Pattern(_SLUG, "lower-case letters a-z and digits, words joined by single hyphens, such as 'river-talks'")
KEY = Pattern(rf"{_SLUG}(?:/{_SLUG})*(?:#{_SLUG})?", "a slug; of a document, its path; of a passage, 'document#slug'")


@dataclass(frozen=True)
class CellRule:
    """A condition that the cells of a stored column must meet.

    Attributes:
        broken: The SQL condition of DuckDB for a cell that does not meet it, on `{cell}` and `{limit}`.
        message: What is wrong with a cell, given as text.
        summary: The end of a sentence about the rows with such cells, such as `in which stance is empty`.
        hint: How to correct a cell, given as text.
        limit: The value of `{limit}`.
        of_builds: Whether it is a rule for what a build writes; other programs may follow other conventions.
    """

    broken: str
    message: Callable[[str], str]
    summary: str
    hint: Callable[[str], str] = lambda _: ""
    limit: Any = None
    of_builds: bool = False


@dataclass(frozen=True)
class Column:
    """One column of a table: compiled from a model, or read from a data package. Its class is its type.

    Attributes:
        description: What a cell means, for coders and readers; empty where a data package does not say.
        title: The heading readers see.
        unit: What a number counts.
        nullable: Whether a cell may be empty.
        unique: Whether the values are distinct although the column is not the primary key.
        filled_by: Who fills it: a coder (`coder`), the engine from the sources (`engine`), the engine unless a coder
            overrides it (`pinned`), the engine from the place of a passage (`paragraph_number`, `sentence_number`), the
            bounds of the EDTF column `bound_of` (`edtf_lower`, `edtf_upper`), or the contract's function `compute`
            (`function`), which sees what a `Rule` sees, and of other documents no computed columns.
        target: The table a foreign key refers to, by its column `target_key`.
        vocabulary: Each allowed value with its definition, in order; `ordered` if that order is a scale.
        default: The column whose value is used where a coder gives none.
        minimum: The smallest value allowed.
        maximum: The greatest value allowed.
        withheld: Whether cells were left out of a release because they have words of the texts.
        kind: The name of the type, in messages.
        storage: The name of the type in the metadata of Parquet files.
        data_type: The name of the type in a data package.
        croissant_type: The type in a Croissant description.
        sqlite_type: The type in a SQLite database.
        json_types: The types of JSON and YAML as which an editor may read a cell.
        written_as: What coders write, if the type alone decides it.
        limit_types: The Python types of `minimum` and `maximum`; none if the type has no limits.
        missing_values: Further texts as which tools that turn Parquet into text see an empty cell.
        annotation_name: The annotation of such a column in a model.
    """

    description: str
    name: str = ""
    title: str = ""
    unit: str = ""
    nullable: bool = False
    unique: bool = False
    filled_by: FilledBy = "coder"
    target: str | None = None
    target_key: str | None = None
    symmetric: bool = False
    vocabulary: Mapping[str, str] = field(default_factory=dict)
    ordered: bool = False
    default: str | None = None
    pattern: Pattern | None = None
    minimum: float | None = None
    maximum: float | None = None
    bound_of: str | None = None
    withheld: bool = False
    compute: Callable[[Mapping[str, pd.DataFrame]], pd.Series[Any]] | None = None

    kind: ClassVar[str]
    storage: ClassVar[str] = "string"
    data_type: ClassVar[str] = "string"
    croissant_type: ClassVar[str] = "sc:Text"
    sqlite_type: ClassVar[str] = "TEXT"
    json_types: ClassVar[tuple[str, ...]] = ("string", "number", "boolean")
    written_as: ClassVar[Pattern | None] = None
    limit_types: ClassVar[tuple[type, ...]] = ()
    missing_values: ClassVar[tuple[str, ...]] = ()
    annotation_name: ClassVar[str] = "str"

    @property
    def may_be_given(self) -> bool:
        """Whether a coder may write it."""
        return self.filled_by in ("coder", "pinned")

    @property
    def must_be_given(self) -> bool:
        """Whether a record without it is incomplete."""
        return self.filled_by == "coder" and not self.nullable and self.default is None

    @property
    def limits(self) -> list[tuple[str, float, str]]:
        """Each limit that is given: the comparison that holds, the limit, and words for a value beyond it."""
        limits = ((">=", self.minimum, "is less than"), ("<=", self.maximum, "is more than"))
        return [(compare, limit, f"{words} {limit}") for compare, limit, words in limits if limit is not None]

    @property
    def annotation(self) -> Any:
        """The type that a model annotates the column with."""
        return str

    @property
    def pandas_dtype(self) -> Any:
        """The pandas dtype, in a new frame as in a loaded one."""
        return "str"

    @property
    def arrow_type(self) -> pa.DataType:
        """The Arrow type, in memory as in Parquet files."""
        import pyarrow as pa

        return pa.string()

    def parse(self, text: str) -> Value:
        """Parse a cell as a coder writes it.

        Args:
            text: The text of the cell, without white space around it.

        Raises:
            CellError: The text does not fit the column.
        """
        return text

    def doubt(self, text: str) -> tuple[str, str] | None:  # noqa: ARG002 (types that doubt nothing)
        """Return what is doubtful about a cell that fits the column, as a message and a hint; None if nothing is.

        Args:
            text: The text of the cell, without white space around it.
        """
        return None

    def to_pandas(self, cells: pa.ChunkedArray) -> pd.Series[Any]:
        """Convert cells of the Arrow type to a series; no cell becomes a Python object on the way."""
        import pandas as pd

        dtype = pd.api.types.pandas_dtype(self.pandas_dtype)
        series: pd.Series[Any] = cells.to_pandas(types_mapper=lambda _: dtype)
        return series

    def to_arrow(self, cells: pd.Series[Any]) -> pa.ChunkedArray:
        """Convert a series to cells of the Arrow type."""
        import pyarrow as pa

        array = pa.array(cells, from_pandas=True)
        return (array if isinstance(array, pa.ChunkedArray) else pa.chunked_array([array])).cast(self.arrow_type)

    def to_bytes(self, cells: pa.ChunkedArray) -> Iterator[Any]:
        """Yield cells as bytes that identify them.

        First a byte for each cell, 1 if it has a value. Then eight bytes a cell: its number, 0 for an empty one; or the
        length of its text, and then all texts.
        """
        import pyarrow as pa
        import pyarrow.compute as pc

        yield pc.is_valid(cells).cast(pa.uint8()).to_numpy()
        yield from self._value_bytes(cells)

    def _value_bytes(self, cells: pa.ChunkedArray) -> Iterator[Any]:
        import pyarrow as pa
        import pyarrow.compute as pc

        texts = pc.fill_null(cells, "")
        yield pc.binary_length(texts).to_numpy().astype("<i8")
        for chunk in texts.chunks:
            yield pc.binary_join(pa.ListArray.from_arrays([0, len(chunk)], chunk), "")[0].as_buffer()

    def stored_facts(self) -> dict[str, Any]:
        """Return what the metadata of a Parquet file says of the column, for `column_from_facts`."""
        return {"name": self.name, "storage": self.storage}

    def accepts(self, type_: pa.DataType) -> bool:
        """Return whether a file that another program wrote may hold the column as this Arrow type."""
        import pyarrow.types as pat

        values = type_.value_type if pat.is_dictionary(type_) else type_
        return any(is_text(values) for is_text in (pat.is_string, pat.is_large_string, pat.is_string_view))

    def csv_cells(self, cells: pa.Array) -> pa.Array:
        """Convert cells to what is written into a CSV file."""
        return cells

    def sqlite_cells(self, cells: pa.Array) -> pa.Array:
        """Convert cells to what a SQLite database stores."""
        return cells

    def sqlite_checks(self, name: str) -> Iterator[str]:
        """Yield the conditions of a SQLite column, given its quoted name; SQLite has no regular expressions."""
        if self.vocabulary:
            values = ", ".join("'" + value.replace("'", "''") + "'" for value in self.vocabulary)
            yield f"{name} IN ({values})"
        yield from (f"{name} {compare} {limit}" for compare, limit, _ in self.limits)

    def field_settings(self) -> dict[str, Any]:
        """Return the arguments of `pandera.Field` that the type adds."""
        settings: dict[str, Any] = {}
        if self.pattern is not None:
            settings["str_matches"] = rf"(?:{self.pattern.pattern})\Z"
        limits = {"ge": self.minimum, "le": self.maximum}
        return settings | {name: limit for name, limit in limits.items() if limit is not None}

    def pandera_checks(self) -> Iterator[Check]:
        """Yield what the column demands of a frame beyond its dtype, which includes a vocabulary."""
        from pandera.pandas import Check

        if self.pattern is not None:
            pattern = self.pattern.pattern
            yield Check(
                partial(_matches, pattern=pattern),
                name="str_matches",
                error=f"str_matches({pattern!r})",
                statistics={"pattern": pattern},
            )
        if self.minimum is not None:
            yield Check.ge(self.minimum)
        if self.maximum is not None:
            yield Check.le(self.maximum)

    def cell_rules(self) -> Iterator[CellRule]:
        """Yield the rules for stored cells; a cell that breaks several is reported for the first."""
        from stancebook.suggestions import options_hint

        name = self.name
        is_text = self.data_type == "string"
        if not self.nullable:
            message = f"{name} is empty, and must not be"
            broken = "{cell} IS NULL OR {cell} = ''" if is_text else "{cell} IS NULL"
            yield CellRule(broken, lambda _: message, f"in which {name} is empty")
        elif is_text:
            blank = f"{name} is a text without characters; an empty cell has no value at all"
            summary = f"in which {name} is a text without characters"
            yield CellRule("{cell} = ''", lambda _: blank, summary, of_builds=True)
        if self.vocabulary:
            yield CellRule(
                "NOT list_contains({limit}, {cell})",
                lambda value: f"'{value}' is not a value of {name}",
                f"with other values of {name}",
                lambda value: options_hint(value, self.vocabulary),
                list(self.vocabulary),
            )
        if self.pattern is not None:
            hint = f"it has to match {shorten(self.pattern.pattern)}"
            yield CellRule(
                "NOT regexp_full_match({cell}, {limit})",
                lambda value: f"'{value}' does not match the pattern of {name}",
                f"whose {name} does not match its pattern",
                lambda _: hint,
                self.pattern.pattern,
            )
        yield from (_limit_rule(name, *limit) for limit in self.limits)


def _limit_rule(name: str, compare: str, limit: float, words: str) -> CellRule:
    broken = f"NOT {{cell}} {compare} {{limit}}"
    return CellRule(broken, lambda value: f"{value} {words}", f"whose {name} {words}", limit=limit)


def _matches(texts: pd.Series[Any], pattern: str) -> pd.Series[bool]:
    """Return which texts match a pattern completely; by RE2, because a pattern from a file may stall `re`."""
    import pandas as pd
    import pyarrow as pa
    import pyarrow.compute as pc

    matches = pc.match_substring_regex(pa.Array.from_pandas(texts, type=pa.string()), rf"\A(?:{pattern})\z")
    return pd.Series(matches.to_pylist(), texts.index)


def integer_bytes(cells: pa.ChunkedArray) -> Any:
    """Return numbers as eight bytes each, 0 for an empty cell."""
    import pyarrow.compute as pc

    return pc.fill_null(cells, 0).to_numpy().astype("<i8")
