import pandas as pd
import pyarrow as pa
import pytest

import stancebook as sb
from stancebook.diff.tables import diff_datasets, open_baseline, open_new
from stancebook.problems import CellError
from stancebook.schema.column_types import BooleanColumn
from stancebook.schema.dataframes import cast_column, frame_from_columns
from tests.unit.schema.columns.typed_datasets import (
    assert_tools_accept,
    build,
    change_cells,
    contract_with,
    croissant_type,
    exported,
    field_of,
)

OPTIONAL = BooleanColumn("Whether it is.", "locked", nullable=True)


def columns():
    return {
        "open": (bool, sb.boolean("Whether it is open.")),
        "locked": (bool, sb.boolean("Whether it is locked.", nullable=True)),
    }


@pytest.mark.parametrize(
    ("text", "hint"),
    [("yes", "true"), ("No", "false"), ("True", "true"), ("FALSE", "false"), ("1", "true"), ("maybe", "true or false")],
)
def test_boolean_refuses(text, hint):
    """Only `true` and `false` are accepted; the hint says which of the two is meant."""
    with pytest.raises(CellError) as refusal:
        OPTIONAL.parse(text)
    assert refusal.value.args == (f"{text!r} is not true or false", f"write {hint}")


def test_boolean_in_every_format(tmp_path):
    """A boolean is bool in pandas, boolean if it may be empty, and 0 or 1 in SQLite."""
    contract = contract_with(columns)
    records = [{"open": True, "locked": False}, {"open": False}, {"open": "true", "locked": "true"}]
    dataset = build(contract, tmp_path, records)
    assert_tools_accept(contract, dataset, tmp_path)
    frame = dataset["readings"]
    assert (frame["open"].dtype, frame["locked"].dtype) == ("bool", "boolean")
    assert frame["open"].tolist() == [True, False, True]
    assert frame["locked"].tolist() == [False, pd.NA, True]
    assert field_of(dataset, "open")["type"] == "boolean"
    assert croissant_type(dataset, "open") == "sc:Boolean"
    lines, rows = exported(dataset, tmp_path)
    assert [line.split(",")[1:3] for line in lines[1:]] == [["true", "false"], ["false", ""], ["true", "true"]]
    assert [(row["open"], row["locked"]) for row in rows] == [(1, 0), (0, None), (1, 1)]


def test_boolean_without_any_value(tmp_path):
    """A column of empty cells keeps its type."""
    contract = contract_with(columns)
    dataset = build(contract, tmp_path, [{"open": True}, {"open": False}])
    assert_tools_accept(contract, dataset, tmp_path)
    assert dataset["readings"]["locked"].dtype == dataset["marks"]["locked"].dtype == "boolean"


def test_validation_finds_other_type(tmp_path):
    """Numbers in place of booleans are found."""
    dataset = build(contract_with(columns), tmp_path, [{"open": True}])
    change_cells(dataset, "open", pa.array([1]))
    assert [problem.message for problem in dataset.validate()] == ["the column holds int64, not bool"]


def test_changed_boolean_is_listed(tmp_path):
    """A changed boolean is listed as coders write it."""
    old = build(contract_with(columns), tmp_path / "old", [{"open": True}])
    new = build(contract_with(columns), tmp_path / "new", [{"open": False, "locked": True}])
    [changes] = diff_datasets(open_baseline(old.path), open_new(new.path))
    assert list(changes.lines(5))[-1] == "  ~ d00: open 'true' → 'false', locked empty → 'true'"


@pytest.mark.parametrize("values", [[True, None], pd.Series([True, None], dtype="boolean"), pd.Series([True, None])])
def test_computed_booleans_are_cast(values):
    """What a function returns becomes boolean, with its gaps."""
    series = cast_column(values, OPTIONAL)
    assert series.dtype == "boolean"
    assert series.tolist() == [True, pd.NA]


def test_missing_required_boolean_is_false():
    """A missing cell of a required boolean is false, because a problem has reported it."""
    frame = frame_from_columns([BooleanColumn("Whether it is.", "open")], {"open": [None, True]})
    assert frame["open"].tolist() == [False, True]
