import datetime as dt

import pandas as pd
import pyarrow as pa
import pytest

import stancebook as sb
from stancebook.diff.tables import diff_datasets, open_baseline, open_new
from stancebook.problems import CellError
from stancebook.schema.column_types import DateTimeColumn
from stancebook.schema.dataframes import cast_column
from tests.unit.schema.columns.typed_datasets import (
    assert_tools_accept,
    build,
    change_cells,
    contract_with,
    croissant_type,
    exported,
    field_of,
)

MOMENT = DateTimeColumn("When.", "sent", nullable=True)
TEN, EIGHT = (dt.datetime(2031, 4, 2, hour, tzinfo=dt.UTC) for hour in (10, 8))


def columns():
    return {
        "sent": (sb.DateTime, sb.datetime("When it was sent.")),
        "read": (sb.DateTime, sb.datetime("When it was read.", nullable=True)),
    }


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2031-04-02T10:00:00Z", TEN),
        ("2031-04-02T10:00:00+02:00", EIGHT),
        ("2031-04-02T10:00:00.25-00:00", TEN.replace(microsecond=250_000)),
        ("0001-01-01T00:00:00Z", dt.datetime(1, 1, 1, tzinfo=dt.UTC)),
    ],
)
def test_moment_parses(text, value):
    """A date and time with an offset is a moment in UTC."""
    assert MOMENT.parse(text) == value


def test_moment_without_offset_is_refused():
    """A time without an offset is refused with what to add."""
    with pytest.raises(CellError) as refusal:
        MOMENT.parse("2031-04-02T10:00:00")
    assert refusal.value.args == (
        "'2031-04-02T10:00:00' has no offset from UTC",
        "add the offset: 2031-04-02T10:00:00Z if it is UTC, or for example 2031-04-02T10:00:00+02:00",
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        *((text, "is not a date and time") for text in ("2031-04-02", "2031-04-02 10:00:00Z", "2031-04-02T10:00Z")),
        *((text, "is not a date and time") for text in ("2031-04-02t10:00:00z", "2031-04-02T10:00:00.1234567Z")),
        ("2031-02-30T10:00:00Z", "names a day or a time that does not exist"),
        ("2031-04-02T24:30:00Z", "names a day or a time that does not exist"),
        ("2031-04-02T10:00:00+25:00", "names a day or a time that does not exist"),
        ("0001-01-01T00:00:00+01:00", "names a day or a time that does not exist"),
    ],
)
def test_other_notations_are_refused(text, message):
    """Other notations and moments outside the calendar are refused with an example."""
    with pytest.raises(CellError) as refusal:
        MOMENT.parse(text)
    assert refusal.value.args[0] == f"{text!r} {message}"
    assert "such as '2031-04-02T10:00:00Z'" in refusal.value.args[1]


def test_moment_in_every_format(tmp_path):
    """A moment is in UTC in every file and every tool."""
    contract = contract_with(columns)
    records = [
        {"sent": "2031-04-02T10:00:00Z", "read": "2031-04-02T12:00:00.5+02:00"},
        {"sent": "9999-12-31T23:59:59.999999Z"},
        {"sent": "0001-01-01T00:00:00Z"},
    ]
    dataset = build(contract, tmp_path, records)
    assert_tools_accept(contract, dataset, tmp_path)
    frame = dataset["readings"]
    assert frame["sent"].dtype == frame["read"].dtype == "datetime64[us, UTC]"
    assert frame["sent"][0] == TEN
    assert frame["read"].isna().tolist() == [False, True, True]
    assert field_of(dataset, "sent")["type"] == "datetime"
    assert croissant_type(dataset, "sent") == "sc:DateTime"
    lines, rows = exported(dataset, tmp_path)
    texts = ["2031-04-02T10:00:00Z", "9999-12-31T23:59:59.999999Z", "0001-01-01T00:00:00Z"]
    assert [line.split(",")[1].strip('"') for line in lines[1:]] == [row["sent"] for row in rows] == texts
    assert [row["read"] for row in rows] == ["2031-04-02T10:00:00.500000Z", None, None]


def test_moment_without_any_value(tmp_path):
    """A column of empty cells keeps its type."""
    contract = contract_with(columns)
    dataset = build(contract, tmp_path, [{"sent": "2031-04-02T10:00:00Z"}])
    assert_tools_accept(contract, dataset, tmp_path)
    assert dataset["readings"]["read"].dtype == dataset["marks"]["sent"].dtype == "datetime64[us, UTC]"


@pytest.mark.parametrize("type_", [pa.timestamp("us"), pa.timestamp("ns", "UTC"), pa.string()])
def test_validation_finds_other_type(tmp_path, type_):
    """Moments without a time zone, or of another precision, are found."""
    dataset = build(contract_with(columns), tmp_path, [{"sent": "2031-04-02T10:00:00Z"}])
    change_cells(dataset, "sent", pa.array([0]).cast(type_))
    expected = f"the column holds {type_}, not timestamp[us, tz=UTC]"
    assert [problem.message for problem in dataset.validate()] == [expected]


def test_changed_moment_is_listed(tmp_path):
    """A changed moment is listed in RFC 3339."""
    old = build(contract_with(columns), tmp_path / "old", [{"sent": "2031-04-02T10:00:00Z"}])
    new = build(contract_with(columns), tmp_path / "new", [{"sent": "2031-04-02T10:00:00+02:00"}])
    [changes] = diff_datasets(open_baseline(old.path), open_new(new.path))
    assert list(changes.lines(5))[-1] == "  ~ d00: sent '2031-04-02T10:00:00Z' → '2031-04-02T08:00:00Z'"


def test_computed_moments_are_cast():
    """What a function returns becomes UTC; a moment without a time zone is refused."""
    berlin = pd.Series(pd.to_datetime(["2031-04-02T12:00:00+02:00", None]))
    assert cast_column(berlin, MOMENT).tolist() == [pd.Timestamp(TEN), pd.NaT]
    with pytest.raises(sb.ContractError, match="sent holds values that are no datetime"):
        cast_column([dt.datetime(2031, 4, 2)], MOMENT)  # noqa: DTZ001 (the mistake)
