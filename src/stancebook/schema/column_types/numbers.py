"""The column types of whole and decimal numbers, and of true and false."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from stancebook.problems import CellError
from stancebook.schema.column_types.base import CellRule, Column, Pattern, integer_bytes

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    from pandera.pandas import Check


class ScalarColumn(Column):
    """Base of the types whose pandas dtype depends on whether cells may be empty: such a dtype is of pandas' own."""

    def to_pandas(self, cells: pa.ChunkedArray) -> pd.Series[Any]:
        import pandas as pd
        import pyarrow as pa
        import pyarrow.compute as pc

        if self.nullable:
            return super().to_pandas(cells)
        # An empty cell is 0: a problem has reported it.
        return pd.Series(pc.fill_null(cells, pa.scalar(0).cast(cells.type)).to_numpy().astype(self.pandas_dtype))

    def stored_facts(self) -> dict[str, Any]:
        return {**super().stored_facts(), **({"nullable": True} if self.nullable else {})}


class IntegerColumn(ScalarColumn):
    """A whole number of at most 18 digits."""

    kind = "integer"
    storage = "integer"
    data_type = "integer"
    croissant_type = "sc:Integer"
    sqlite_type = "INTEGER"
    json_types = ("integer", "string")
    written_as = Pattern(r"-?[0-9]{1,18}", "a whole number")
    limit_types = (int,)
    missing_values = ("nan",)
    annotation_name = "int"

    @property
    def annotation(self) -> Any:
        return int

    @property
    def pandas_dtype(self) -> Any:
        return "Int64" if self.nullable else "int64"

    @property
    def arrow_type(self) -> pa.DataType:
        import pyarrow as pa

        return pa.int64()

    def parse(self, text: str) -> int:
        if not re.fullmatch(r"-?\d{1,18}", text, re.ASCII):
            raise CellError(f"{text!r} is not a whole number", f"write digits only{_in_ascii(text)}")
        return int(text)

    def _value_bytes(self, cells: pa.ChunkedArray) -> Iterator[Any]:
        yield integer_bytes(cells)

    def accepts(self, type_: pa.DataType) -> bool:
        import pyarrow as pa

        return bool(pa.types.is_integer(type_) and type_ != pa.uint64())


class NumberColumn(Column):
    """A finite decimal number, stored as a double."""

    kind = "number"
    storage = "number"
    data_type = "number"
    croissant_type = "sc:Float"
    sqlite_type = "REAL"
    json_types = ("number", "string")
    written_as = Pattern(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?", "a number, such as '12' or '0.5'")
    limit_types = (int, float)
    missing_values = ("nan",)
    annotation_name = "float"

    @property
    def annotation(self) -> Any:
        return float

    @property
    def pandas_dtype(self) -> Any:
        return "float64"

    @property
    def arrow_type(self) -> pa.DataType:
        import pyarrow as pa

        return pa.float64()

    def parse(self, text: str) -> float:
        if not self.written_as.matches(text):
            with_point = text.replace(",", ".")
            hint = f"write a decimal point: {with_point}" if self.written_as.matches(with_point) else ""
            hint = hint or f"write digits, with a decimal point if need be, such as 12 or 0.5{_in_ascii(text)}"
            raise CellError(f"{text!r} is not a number", hint)
        number = float(text) + 0.0  # -0 becomes 0
        digits = text.lower().partition("e")[0]
        if math.isinf(number) or (not number and digits.strip("-0.")):
            raise CellError(f"{text!r} is too {'small' if not number else 'large'} to be stored", "choose another unit")
        return number

    def to_pandas(self, cells: pa.ChunkedArray) -> pd.Series[Any]:
        import pandas as pd

        return pd.Series(cells.to_numpy().astype(self.pandas_dtype))

    def _value_bytes(self, cells: pa.ChunkedArray) -> Iterator[Any]:
        import pyarrow.compute as pc

        yield (pc.fill_null(cells, 0).to_numpy() + 0.0).astype("<f8")

    def accepts(self, type_: pa.DataType) -> bool:
        import pyarrow as pa

        return type_ in (pa.float32(), pa.float64())

    def field_settings(self) -> dict[str, Any]:
        return {**super().field_settings(), "gt": -math.inf, "lt": math.inf}

    def pandera_checks(self) -> Iterator[Check]:
        from pandera.pandas import Check

        yield from (Check.gt(-math.inf), Check.lt(math.inf))
        yield from super().pandera_checks()

    def cell_rules(self) -> Iterator[CellRule]:
        words = "is not a finite number"
        yield CellRule("NOT isfinite({cell})", lambda value: f"{value} {words}", f"whose {self.name} {words}")
        yield from super().cell_rules()


class BooleanColumn(ScalarColumn):
    """True or false."""

    kind = "boolean"
    storage = "boolean"
    data_type = "boolean"
    croissant_type = "sc:Boolean"
    sqlite_type = "INTEGER"
    json_types = ("boolean", "string")
    written_as = Pattern("true|false", "true or false")
    annotation_name = "bool"

    @property
    def annotation(self) -> Any:
        return bool

    @property
    def pandas_dtype(self) -> Any:
        return "boolean" if self.nullable else "bool"

    @property
    def arrow_type(self) -> pa.DataType:
        import pyarrow as pa

        return pa.bool_()

    def parse(self, text: str) -> bool:
        if text not in ("true", "false"):
            meant = {"yes": "true", "on": "true", "1": "true", "no": "false", "off": "false", "0": "false"}
            lower = text.lower()
            hint = meant.get(lower) or (lower if lower in ("true", "false") else "true or false")
            raise CellError(f"{text!r} is not true or false", f"write {hint}")
        return text == "true"

    def _value_bytes(self, cells: pa.ChunkedArray) -> Iterator[Any]:
        import pyarrow as pa

        yield integer_bytes(cells.cast(pa.int8()))

    def accepts(self, type_: pa.DataType) -> bool:
        return bool(type_ == self.arrow_type)

    def sqlite_cells(self, cells: pa.Array) -> pa.Array:
        import pyarrow as pa

        return cells.cast(pa.int8())

    def sqlite_checks(self, name: str) -> Iterator[str]:
        yield f"{name} IN (0, 1)"


def _in_ascii(text: str) -> str:
    """Return the end of a hint with the digits 0 to 9 of a number in other digits."""
    return f": {int(text)}" if text.isdecimal() and not text.isascii() else ""
