"""Column types: one class for each, with everything that depends on the type of a column."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from stancebook.problems import CellError, shorten
from stancebook.schema.edtf_dates import edtf_bounds, parse_day

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd
    import pyarrow as pa
    from pandera.pandas import Check

    Value = str | int | dt.date | None

FilledBy = Literal["coder", "pinned", "engine", "edtf_lower", "edtf_upper", "function"]

_SLUG = r"[a-z0-9]+(?:-[a-z0-9]+)*"
# Not allowed in raw YAML, but an escape can produce it. Verbatim cells are exempt: the text decides.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
# UTF-8 that was decoded as Windows-1252 or Latin-1: "é" becomes "Ã©", "–" becomes "â€“".
_GARBLED = re.compile("Ã[\u0080-\u00bf]|â€.|â\u0080[\u0080-\u00bf]|Â[\u0080-\u00a0©«®°·»]")
_DATE = r"[0-9X]{4}(?:-[0-9X]{2}){0,2}[?~%]?"
_END = rf"(?:{_DATE}|\.\.)?"


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
    """

    broken: str
    message: Callable[[str], str]
    summary: str
    hint: Callable[[str], str] = lambda _: ""
    limit: Any = None


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
            overrides it (`pinned`), the bounds of the EDTF column `bound_of` (`edtf_lower`, `edtf_upper`), or the
            contract's function `compute` (`function`).
        target: The table a foreign key refers to, by its column `target_key`.
        vocabulary: Each allowed value with its definition, in order; `ordered` if that order is a scale.
        default: The column whose value is used where a coder gives none.
        minimum: The smallest value allowed.
        kind: The name of the type, in messages.
        storage: The name of the type in the metadata of Parquet files.
        data_type: The name of the type in a data package.
        croissant_type: The type in a Croissant description.
        sqlite_type: The type in a SQLite database.
        json_types: The types of JSON and YAML as which an editor may read a cell.
        written_as: What coders write, if the type alone decides it.
        limit_types: The Python types of a minimum in a data package; none if the type has no limits.
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
    minimum: int | None = None
    bound_of: str | None = None
    compute: Callable[[Mapping[str, pd.DataFrame]], pd.Series[Any]] | None = None

    kind: ClassVar[str]
    storage: ClassVar[str] = "string"
    data_type: ClassVar[str] = "string"
    croissant_type: ClassVar[str] = "sc:Text"
    sqlite_type: ClassVar[str] = "TEXT"
    json_types: ClassVar[tuple[str, ...]] = ("string", "number", "boolean")
    written_as: ClassVar[Pattern | None] = None
    limit_types: ClassVar[tuple[type, ...]] = ()
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

    def sqlite_cells(self, cells: pa.Array) -> pa.Array:
        """Convert cells to what a SQLite database stores."""
        return cells

    def sqlite_checks(self, name: str) -> Iterator[str]:
        """Yield the conditions of a SQLite column, given its quoted name; SQLite has no regular expressions."""
        if self.vocabulary:
            values = ", ".join("'" + value.replace("'", "''") + "'" for value in self.vocabulary)
            yield f"{name} IN ({values})"
        if self.minimum is not None:
            yield f"{name} >= {self.minimum}"

    def field_settings(self) -> dict[str, Any]:
        """Return the arguments of `pandera.Field` that the type adds."""
        settings: dict[str, Any] = {}
        if self.pattern is not None:
            settings["str_matches"] = rf"(?:{self.pattern.pattern})\Z"
        if self.minimum is not None:
            settings["ge"] = self.minimum
        return settings

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

    def cell_rules(self) -> Iterator[CellRule]:
        """Yield the rules for stored cells; a cell that breaks several is reported for the first."""
        from stancebook.suggestions import options_hint

        name = self.name
        if not self.nullable:
            message = f"{name} is empty, and must not be"
            yield CellRule("{cell} IS NULL", lambda _: message, f"in which {name} is empty")
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
        if self.minimum is not None:
            limit = f"is less than {self.minimum}"
            yield CellRule(
                "{cell} < {limit}", lambda value: f"{value} {limit}", f"whose {name} {limit}", limit=self.minimum
            )


class PrimaryKeyColumn(Column):
    """A column that identifies a row by a slug."""

    kind = "primary_key"
    written_as = SLUG

    def parse(self, text: str) -> str:
        if not SLUG.matches(text):
            raise CellError(f"{text!r} is not a slug", SLUG.description)
        return text


class TextColumn(Column):
    """Free text."""

    kind = "text"

    def parse(self, text: str) -> str:
        if found := _CONTROL.search(text):
            raise CellError(f"{text!r} contains the character U+{ord(found[0]):04X}", "remove it: it is invisible")
        if garbled := _GARBLED.search(text):
            raise CellError(
                f"{garbled[0]!r} is what is left of a character that was saved as UTF-8 and read in another encoding",
                "type the character again, and save the file as UTF-8",
            )
        return text


class ForeignKeyColumn(TextColumn):
    """A reference to a row of a table by its key."""

    kind = "foreign_key"


class VerbatimColumn(Column):
    """Words that occur in the text of the document."""

    kind = "verbatim"


class CategoricalColumn(Column):
    """A value of a closed vocabulary.

    Files hold it as text: an Arrow dictionary comes back with its values in the order of their first rows, and an
    ordinal scale in the wrong order is worse than none.
    """

    kind = "categorical"
    storage = "category"
    annotation_name = "Category"

    @property
    def annotation(self) -> Any:
        import pandas as pd

        return pd.CategoricalDtype

    @property
    def pandas_dtype(self) -> Any:
        import pandas as pd

        return pd.CategoricalDtype(list(self.vocabulary), ordered=self.ordered)

    def parse(self, text: str) -> str:
        if text not in self.vocabulary:
            from stancebook.suggestions import options_hint

            raise CellError(f"{text!r} is not a value of {self.name}", options_hint(text, self.vocabulary))
        return text

    def to_pandas(self, cells: pa.ChunkedArray) -> pd.Series[Any]:
        import pandas as pd
        import pyarrow as pa
        import pyarrow.compute as pc

        values = pa.array(list(self.vocabulary), cells.type)
        codes = pc.fill_null(pc.index_in(cells, value_set=values), -1)
        return pd.Series(pd.Categorical.from_codes(codes.to_numpy(), dtype=self.pandas_dtype))

    def stored_facts(self) -> dict[str, Any]:
        return {**super().stored_facts(), "categories": list(self.vocabulary), "ordered": self.ordered}

    def field_settings(self) -> dict[str, Any]:
        categories = {"categories": list(self.vocabulary), "ordered": self.ordered}
        return {**super().field_settings(), "dtype_kwargs": categories}


class DateColumn(Column):
    """A calendar day."""

    kind = "date"
    storage = "date"
    data_type = "date"
    croissant_type = "sc:Date"
    json_types = ("string",)
    written_as = Pattern(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", "a day, such as '2031-04-02'")
    annotation_name = "Date"

    @property
    def annotation(self) -> Any:
        from pandera.engines.pandas_engine import DateTime

        return DateTime

    @property
    def pandas_dtype(self) -> Any:
        return "datetime64[s]"

    @property
    def arrow_type(self) -> pa.DataType:
        import pyarrow as pa

        return pa.date32()

    def parse(self, text: str) -> dt.date:
        return parse_day(text)

    def to_pandas(self, cells: pa.ChunkedArray) -> pd.Series[Any]:
        import pandas as pd
        import pyarrow as pa

        return pd.Series(cells.cast(pa.timestamp("s")).to_numpy().astype(self.pandas_dtype))

    def _value_bytes(self, cells: pa.ChunkedArray) -> Iterator[Any]:
        import pyarrow as pa

        yield _integer_bytes(cells.cast(pa.int32()))

    def accepts(self, type_: pa.DataType) -> bool:
        return bool(type_ == self.arrow_type)

    def sqlite_cells(self, cells: pa.Array) -> pa.Array:
        import pyarrow as pa

        return cells.cast(pa.string())

    def sqlite_checks(self, name: str) -> Iterator[str]:
        yield from super().sqlite_checks(name)
        yield f"{name} IS date({name}, '+0 days')"  # which turns 30 February into another day

    def pandera_checks(self) -> Iterator[Check]:
        from pandera.pandas import Check

        yield Check(_are_days, name="whole_days", error="a date has no time of day")
        yield from super().pandera_checks()


class EdtfColumn(Column):
    """A date in the Extended Date/Time Format."""

    kind = "edtf"
    json_types = ("string", "number")
    written_as = Pattern(
        rf"{_DATE}|{_END}/{_END}",
        "a date in EDTF: a day '2031-04-02', a month '2031-04', a span '2031-04-02/2031-04-05', an open one"
        " '../2031-04-02'",
    )

    def parse(self, text: str) -> str:
        edtf_bounds(text)
        return text


class IntegerColumn(Column):
    """A whole number of at most 18 digits."""

    kind = "integer"
    storage = "integer"
    data_type = "integer"
    croissant_type = "sc:Integer"
    sqlite_type = "INTEGER"
    json_types = ("integer", "string")
    written_as = Pattern(r"-?[0-9]{1,18}", "a whole number")
    limit_types = (int,)
    annotation_name = "int"

    @property
    def annotation(self) -> Any:
        return int

    @property
    def pandas_dtype(self) -> Any:
        return "int64"

    @property
    def arrow_type(self) -> pa.DataType:
        import pyarrow as pa

        return pa.int64()

    def parse(self, text: str) -> int:
        if not re.fullmatch(r"-?\d{1,18}", text, re.ASCII):
            raise CellError(f"{text!r} is not a whole number", "write digits only")
        return int(text)

    def to_pandas(self, cells: pa.ChunkedArray) -> pd.Series[Any]:
        import pandas as pd
        import pyarrow.compute as pc

        return pd.Series(pc.fill_null(cells, 0).to_numpy().astype(self.pandas_dtype))

    def _value_bytes(self, cells: pa.ChunkedArray) -> Iterator[Any]:
        yield _integer_bytes(cells)

    def accepts(self, type_: pa.DataType) -> bool:
        import pyarrow as pa

        return bool(pa.types.is_integer(type_) and type_ != pa.uint64())


class UnknownColumn(Column):
    """A column of a type that this version does not know, whose cells are not checked."""

    kind = "unknown"
    storage = "unknown"
    data_type = "unknown"
    sqlite_type = "ANY"

    @property
    def pandas_dtype(self) -> Any:
        return None

    def accepts(self, type_: pa.DataType) -> bool:
        return type_ is not None


# Of several types with one name in a file, the first is what the file says.
COLUMN_TYPES: Mapping[str, type[Column]] = {
    type_.kind: type_
    for type_ in (
        TextColumn,
        CategoricalColumn,
        DateColumn,
        IntegerColumn,
        PrimaryKeyColumn,
        ForeignKeyColumn,
        VerbatimColumn,
        EdtfColumn,
        UnknownColumn,
    )
}


def column_type(name: str) -> type[Column]:
    """Return the column type by its name in a data package; `UnknownColumn` for other names."""
    return next((type_ for type_ in COLUMN_TYPES.values() if type_.data_type == name), UnknownColumn)


def column_from_facts(facts: Mapping[str, Any]) -> Column:
    """Return a column as the metadata of a Parquet file describes it.

    Args:
        facts: The result of `stored_facts`.
    """
    type_ = next((known for known in COLUMN_TYPES.values() if known.storage == facts["storage"]), UnknownColumn)
    vocabulary = dict.fromkeys(facts.get("categories", ()), "")
    return type_("", facts["name"], vocabulary=vocabulary, ordered=facts.get("ordered", False))


def _integer_bytes(cells: pa.ChunkedArray) -> Any:
    import pyarrow.compute as pc

    return pc.fill_null(cells, 0).to_numpy().astype("<i8")


def _are_days(dates: pd.Series[Any]) -> pd.Series[bool]:
    midnight: pd.Series[bool] = dates == dates.dt.normalize()
    return midnight


def _matches(texts: pd.Series[Any], pattern: str) -> pd.Series[bool]:
    """Return which texts match a pattern completely; by RE2, because a pattern from a file may stall `re`."""
    import pandas as pd
    import pyarrow as pa
    import pyarrow.compute as pc

    matches = pc.match_substring_regex(pa.Array.from_pandas(texts, type=pa.string()), rf"\A(?:{pattern})\z")
    return pd.Series(matches.to_pylist(), texts.index)
