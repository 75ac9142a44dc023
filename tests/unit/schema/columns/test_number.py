import math

import pandas as pd
import pyarrow as pa
import pytest

import stancebook as sb
from stancebook.diff.semver import Bump, required_bump
from stancebook.diff.tables import diff_datasets, open_baseline, open_new
from stancebook.problems import CellError
from stancebook.schema.column_types import NumberColumn
from stancebook.schema.dataframes import cast_column
from tests.unit.schema.columns.typed_datasets import (
    assert_tools_accept,
    build,
    change_cells,
    contract_with,
    croissant_type,
    exported,
    field_of,
    problems_of,
)

NUMBER = NumberColumn("A length.", "length")
POINT, DIGITS = "write a decimal point: 1.5", "write digits, with a decimal point if need be, such as 12 or 0.5"


def columns(maximum=10.5):
    return {
        "length": (float, sb.number("A length.", unit="metres", minimum=0, maximum=maximum)),
        "gain": (float, sb.number("A gain.", nullable=True)),
    }


@pytest.mark.parametrize(
    ("text", "value"), [("1.5", 1.5), ("-12", -12.0), ("007", 7.0), ("2e3", 2000.0), ("1E-3", 0.001), ("-0", 0.0)]
)
def test_number_parses(text, value):
    """Digits, a decimal point and an exponent are a number; -0 is 0."""
    assert str(NUMBER.parse(text)) == str(value)


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("1,5", "is not a number", POINT),
        *(
            (text, "is not a number", DIGITS)
            for text in ("NaN", "inf", "0x10", "1_000", "1 000", ".5", "5.", "+1", "½")
        ),
        ("١٢", "is not a number", f"{DIGITS}: 12"),
        ("1e400", "is too large to be stored", "choose another unit"),
        ("1e-400", "is too small to be stored", "choose another unit"),
    ],
)
def test_number_refuses(text, message, hint):
    """Other notations are refused with what to write."""
    with pytest.raises(CellError) as refusal:
        NUMBER.parse(text)
    assert refusal.value.args == (f"{text!r} {message}", hint)


def test_number_in_every_format(tmp_path):
    """A number keeps its value and its constraints in every file and every tool."""
    contract = contract_with(columns)
    records = [{"length": 1.50, "gain": -0.1}, {"length": "2"}, {"length": "10.5"}, {"length": 1e-7, "gain": 1e300}]
    dataset = build(contract, tmp_path, records)
    assert_tools_accept(contract, dataset, tmp_path)
    frame = dataset["readings"]
    assert (frame["length"].dtype, frame["gain"].dtype) == ("float64", "float64")
    assert frame["length"].tolist() == [1.5, 2.0, 10.5, 1e-7]
    assert dataset.load("readings", engine="arrow")["gain"].to_pylist() == [-0.1, None, None, 1e300]
    constraints = {"required": True, "minimum": 0, "maximum": 10.5}
    described = {"title": "Length", "description": "A length.", "unit": "metres", "constraints": constraints}
    assert field_of(dataset, "length") == {"name": "length", "type": "number", **described}
    assert field_of(dataset, "gain")["missingValues"] == ["", "nan"]
    assert croissant_type(dataset, "length") == "sc:Float"
    lines, rows = exported(dataset, tmp_path)
    assert [float(line.split(",")[1]) for line in lines[1:]] == [row["length"] for row in rows] == [1.5, 2, 10.5, 1e-7]
    card = (dataset.path / "README.md").read_text(encoding="utf-8")
    assert "| `length` | number (metres) | A length. From 0 to 10.5. |" in card
    assert str(dataset.describe("readings", "length")) == "length (number, at least 0, at most 10.5): A length."


def test_number_without_any_value(tmp_path):
    """A column of empty cells keeps its type."""
    contract = contract_with(columns)
    dataset = build(contract, tmp_path, [{"length": 1}, {"length": 2}])
    assert_tools_accept(contract, dataset, tmp_path)
    assert dataset["readings"]["gain"].dtype == dataset["marks"]["gain"].dtype == "float64"


def test_number_beyond_limits_is_refused(tmp_path):
    """A number below the minimum or above the maximum is a problem at its cell."""
    records = [{"length": 11}, {"length": "-0.5"}]
    messages = [message for message, _ in problems_of(contract_with(columns), tmp_path, records)]
    assert messages == ["11 is more than 10.5", "-0.5 is less than 0"]


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        (math.inf, "inf is not a finite number"),
        (math.nan, "nan is not a finite number"),
        (11.0, "11.0 is more than 10.5"),
    ],
)
def test_validation_finds_number(tmp_path, cell, message):
    """A number in a file that its data package does not allow is found."""
    dataset = build(contract_with(columns), tmp_path, [{"length": 1}])
    change_cells(dataset, "length", pa.array([cell]))
    assert [problem.message for problem in dataset.validate()] == [message]


def test_changed_number_and_limit_are_listed(tmp_path):
    """A changed number is a patch; a narrowed maximum is major."""
    old = build(contract_with(columns), tmp_path / "old", [{"length": 1.5}])
    new = build(contract_with(lambda: columns(maximum=9)), tmp_path / "new", [{"length": 2}])
    [changes, _] = diff_datasets(open_baseline(old.path), open_new(new.path))
    assert list(changes.lines(5)) == ["column length: maximum 10.5 → 9", "1 row changed", "  ~ d00: length 1.5 → 2.0"]
    assert required_bump([changes]).bump is Bump.MAJOR


def test_computed_number_is_cast():
    """Whole numbers and gaps of a function become floats; texts and infinities are refused."""
    assert cast_column([1, None], NUMBER).tolist()[0] == 1.0
    with pytest.raises(sb.ContractError, match="length holds values that are no number"):
        cast_column(["long"], NUMBER)


def test_computed_infinity_is_a_problem(tmp_path):
    """A function that divides by zero gives a problem, not a file with infinity."""

    def ratio(tables):
        return tables["readings"]["length"] / pd.Series([0.0])

    def with_ratio():
        return {**columns(), "ratio": (float, sb.number("A ratio.", compute=ratio))}

    messages = problems_of(contract_with(with_ratio), tmp_path, [{"length": 1}])
    assert [message for message, _ in messages] == ["inf is not a finite number"]


@pytest.mark.parametrize(("minimum", "maximum"), [(2, 1), (math.nan, None), (None, math.inf)])
def test_limits_that_allow_nothing_are_refused(minimum, maximum):
    """Limits of a model are finite and in order."""
    with pytest.raises(sb.ContractError, match="finite numbers, the minimum not above the maximum"):
        contract_with(lambda: {"length": (float, sb.number("A length.", minimum=minimum, maximum=maximum))})
