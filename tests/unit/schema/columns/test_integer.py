import pandas as pd
import pyarrow as pa
import pytest

import stancebook as sb
from stancebook.diff.semver import Bump, required_bump
from stancebook.diff.tables import diff_datasets, open_baseline, open_new
from stancebook.problems import CellError
from stancebook.schema.column_types import IntegerColumn
from stancebook.schema.dataframes import cast_column, frame_from_columns
from tests.unit.schema.columns.typed_datasets import (
    assert_tools_accept,
    build,
    change_cells,
    contract_with,
    exported,
    field_of,
    problems_of,
)

OPTIONAL = IntegerColumn("A count.", "carts", nullable=True)


def columns(*, nullable=True):
    return {
        "boats": (int, sb.integer("A count.", maximum=9)),
        "carts": (int, sb.integer("A count.", nullable=nullable, minimum=0, maximum=2**60)),
    }


@pytest.mark.parametrize(
    ("text", "hint"),
    [("1.0", ""), ("1e3", ""), ("0x10", ""), ("1_000", ""), ("", ""), ("1" * 19, ""), ("١٢", ": 12")],
)
def test_integer_refuses(text, hint):
    """Anything but at most 18 digits of ASCII is refused."""
    with pytest.raises(CellError) as refusal:
        OPTIONAL.parse(text)
    assert refusal.value.args == (f"{text!r} is not a whole number", f"write digits only{hint}")


def test_optional_integer_in_every_format(tmp_path):
    """A nullable integer is Int64 in pandas, and stays a whole number beyond what a float can hold."""
    contract = contract_with(columns)
    records = [{"boats": 9, "carts": 2**53 + 1}, {"boats": "-3"}, {"boats": 0, "carts": "0"}]
    dataset = build(contract, tmp_path, records)
    assert_tools_accept(contract, dataset, tmp_path)
    frame = dataset["readings"]
    assert (frame["boats"].dtype, frame["carts"].dtype) == ("int64", "Int64")
    assert frame["carts"].tolist() == [2**53 + 1, pd.NA, 0]
    assert dataset["marks"].dtypes[["boats", "carts"]].tolist() == ["int64", "Int64"]
    assert field_of(dataset, "carts")["missingValues"] == ["", "nan"]
    assert field_of(dataset, "carts")["constraints"] == {"minimum": 0, "maximum": 2**60}
    lines, rows = exported(dataset, tmp_path)
    assert [line.split(",")[2] for line in lines[1:]] == [str(2**53 + 1), "", "0"]
    assert [row["carts"] for row in rows] == [2**53 + 1, None, 0]
    assert dataset.load("readings", columns=["carts"], filters=[("carts", ">", 0)])["carts"].dtype == "Int64"


def test_optional_integer_without_any_value(tmp_path):
    """A column of empty cells keeps its type."""
    contract = contract_with(columns)
    dataset = build(contract, tmp_path, [{"boats": 1}, {"boats": 2}])
    assert_tools_accept(contract, dataset, tmp_path)
    assert dataset["readings"]["carts"].dtype == "Int64"


def test_integer_beyond_limits_is_refused(tmp_path):
    """An integer below the minimum or above the maximum is a problem, and an empty one is none."""
    records = [{"boats": 10}, {"boats": 1, "carts": "-1"}]
    messages = [message for message, _ in problems_of(contract_with(columns), tmp_path, records)]
    assert messages == ["10 is more than 9", "-1 is less than 0"]


def test_validation_finds_integer_above_maximum(tmp_path):
    """An integer in a file that exceeds the maximum of its data package is found."""
    dataset = build(contract_with(columns), tmp_path, [{"boats": 1}])
    change_cells(dataset, "boats", pa.array([12]))
    assert [problem.message for problem in dataset.validate()] == ["12 is more than 9"]


def test_empty_integer_is_listed_and_nullability_is_major(tmp_path):
    """A cell that becomes empty is listed; a column that may become empty is a major change."""
    required = contract_with(lambda: columns(nullable=False))
    old = build(required, tmp_path / "old", [{"boats": 1, "carts": 5}])
    new = build(contract_with(columns), tmp_path / "new", [{"boats": 1}])
    [changes, _] = diff_datasets(open_baseline(old.path), open_new(new.path))
    assert list(changes.lines(5)) == ["column carts: required yes → no", "1 row changed", "  ~ d00: carts 5 → empty"]
    assert required_bump([changes]).bump is Bump.MAJOR


@pytest.mark.parametrize("values", [[1, None], [1.0, float("nan")], pd.Series([1, pd.NA], dtype="Int64"), ["1", None]])
def test_computed_integers_are_cast(values):
    """What a function returns becomes Int64, with its gaps."""
    series = cast_column(values, OPTIONAL)
    assert series.dtype == "Int64"
    assert series.tolist() == [1, pd.NA]


def test_computed_fraction_is_refused():
    """A fraction is not cut to a whole number."""
    with pytest.raises(sb.ContractError, match=r"carts holds values that are no integer: .*1\.5"):
        cast_column([1.5], OPTIONAL)


def test_missing_required_integer_is_zero():
    """A missing cell of a required integer is 0, because a problem has reported it."""
    assert frame_from_columns([IntegerColumn("A count.", "boats")], {"boats": [None, 3]})["boats"].tolist() == [0, 3]
