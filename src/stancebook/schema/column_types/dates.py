"""The column types of days, EDTF dates and moments."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from stancebook.problems import CellError
from stancebook.schema.column_types.base import Column, Pattern, integer_bytes
from stancebook.schema.edtf_dates import edtf_bounds, parse_day

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    from pandera.pandas import Check

_DATE = r"[0-9X]{4}(?:-[0-9X]{2}){0,2}[?~%]?"
_END = rf"(?:{_DATE}|\.\.)?"
_FIRST_CENTURY = re.compile(r"(?:^|/)(00[0-9X]{2})")


class _DatedColumn(Column):
    """A column of dates, which are doubtful in the first century."""

    def doubt(self, text: str) -> tuple[str, str] | None:
        if (found := _FIRST_CENTURY.search(text)) is None:
            return None
        hint = f"if the first two digits of the year are missing, write them: 20{found[1][2:]} or 19{found[1][2:]}"
        return f"{text!r} is in the first century, in the year {found[1]}", hint


class DateColumn(_DatedColumn):
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

        yield integer_bytes(cells.cast(pa.int32()))

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


class EdtfColumn(_DatedColumn):
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


class DateTimeColumn(_DatedColumn):
    """A moment, exact to the microsecond, stored in UTC."""

    kind = "datetime"
    storage = "datetime"
    data_type = "datetime"
    croissant_type = "sc:DateTime"
    json_types = ("string",)
    written_as = Pattern(
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?(?:Z|[+-][0-9]{2}:[0-9]{2})",
        "a date and time with an offset from UTC, such as '2031-04-02T10:00:00Z' or '2031-04-02T12:00:00+02:00'",
    )
    annotation_name = "DateTime"

    @property
    def annotation(self) -> Any:
        import pandas as pd

        return pd.DatetimeTZDtype

    @property
    def pandas_dtype(self) -> Any:
        return "datetime64[us, UTC]"

    @property
    def arrow_type(self) -> pa.DataType:
        import pyarrow as pa

        return pa.timestamp("us", "UTC")

    def parse(self, text: str) -> dt.datetime:
        if not self.written_as.matches(text):
            if self.written_as.matches(f"{text}Z"):
                message = f"{text!r} has no offset from UTC"
                raise CellError(message, f"add the offset: {text}Z if it is UTC, or for example {text}+02:00")
            raise CellError(f"{text!r} is not a date and time", f"write {self.written_as.description}")
        try:
            return dt.datetime.fromisoformat(text).astimezone(dt.UTC)
        except (ValueError, OverflowError) as error:
            message = f"{text!r} names a day or a time that does not exist"
            raise CellError(message, f"write {self.written_as.description}") from error

    def to_arrow(self, cells: pd.Series[Any]) -> pa.ChunkedArray:
        import pyarrow as pa

        if cells.dtype == object and any(getattr(cell, "tzinfo", dt.UTC) is None for cell in cells.dropna()):
            raise pa.ArrowInvalid("a moment has no time zone")
        return super().to_arrow(cells)

    def to_pandas(self, cells: pa.ChunkedArray) -> pd.Series[Any]:
        series: pd.Series[Any] = cells.to_pandas()
        return series

    def _value_bytes(self, cells: pa.ChunkedArray) -> Iterator[Any]:
        import pyarrow as pa

        yield integer_bytes(cells.cast(pa.int64()))

    def accepts(self, type_: pa.DataType) -> bool:
        import pyarrow as pa

        return pa.types.is_timestamp(type_) and type_.tz is not None and type_.unit != "ns"

    def csv_cells(self, cells: pa.Array) -> pa.Array:
        return datetime_texts(cells)

    def sqlite_cells(self, cells: pa.Array) -> pa.Array:
        return datetime_texts(cells)

    def sqlite_checks(self, name: str) -> Iterator[str]:
        start, end = f"substr({name}, 1, 19)", f"substr({name}, 20)"
        yield f"{start} IS strftime('%Y-%m-%dT%H:%M:%S', {start}, '+0 days')"
        yield f"{end} = 'Z' OR {end} GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'"

    def field_settings(self) -> dict[str, Any]:
        return {**super().field_settings(), "dtype_kwargs": {"unit": "us", "tz": "UTC"}}


def datetime_texts(cells: pa.Array) -> pa.Array:
    """Convert moments in UTC to RFC 3339: `2031-04-02T10:00:00Z`, with six more digits if a second is split."""
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = pc.replace_substring(cells.cast(pa.timestamp("us", "UTC")).cast(pa.string()), " ", "T")
    return pc.replace_substring(texts, ".000000Z", "Z")


def _are_days(dates: pd.Series[Any]) -> pd.Series[bool]:
    midnight: pd.Series[bool] = dates == dates.dt.normalize()
    return midnight
