import datetime as dt

import pandas as pd
import pytest

from stancebook.exceptions import ContractError
from stancebook.schema.dataframes import cast_column, conform_to_spec, frame_from_rows
from tests.unit.sample_contract import LETTERS

CLAIMS, TALLIES = LETTERS.tables["claims"], LETTERS.tables["tallies"]


@pytest.mark.parametrize("rows", [[], [{}], [{"when_start": dt.date(1, 1, 1), "strength": "weak", "char_start": 4}]])
def test_types_do_not_depend_on_rows(rows):
    """A frame has the same types if rows or cells are missing."""
    types = frame_from_rows(CLAIMS, rows).dtypes
    assert list(types.index) == list(CLAIMS.names)
    assert types["quote"] == "str"
    assert types["strength"] == pd.CategoricalDtype(["weak", "fair", "strong"], ordered=True)
    assert types["when_start"] == "datetime64[s]"
    assert types["char_start"] == "int64"


def test_missing_cells_are_null_or_zero():
    """A missing cell is null; a missing integer is 0."""
    row = frame_from_rows(CLAIMS, [{}]).iloc[0]
    assert row[["quote", "strength", "when_start"]].isna().all()
    assert row["char_start"] == 0


def test_first_and_last_day_of_calendar():
    """The first and the last day that Python knows survive the cast."""
    days = [dt.date.min, dt.date.max]
    assert cast_column(days, CLAIMS["when_start"]).dt.date.tolist() == days


@pytest.mark.parametrize("values", [["a", "", None], pd.Series(["a", "", None], dtype="str")])
def test_text_without_characters_becomes_empty(values):
    """A computed text without characters is an empty cell."""
    assert cast_column(values, CLAIMS["when_text"]).isna().tolist() == [False, True, True]


def test_value_outside_vocabulary_raises():
    """A value outside the vocabulary raises instead of becoming null."""
    with pytest.raises(ContractError, match="strength: iron not in its vocabulary"):
        cast_column(["weak", "iron", None], CLAIMS["strength"])


def test_conform_sorts_and_casts():
    """A derived frame gets the order, index and types of its spec."""
    given = pd.DataFrame({"n_claims": [2.0, 1.0], "person_id": ["otto", "falk"]}, index=[7, 3])
    frame = conform_to_spec(TALLIES, given)
    assert frame.to_dict("list") == {"person_id": ["falk", "otto"], "n_claims": [1, 2]}
    assert list(frame.index) == [0, 1]
    assert frame["n_claims"].dtype == "int64"


@pytest.mark.parametrize(("columns", "named"), [(["person_id"], "n_claims"), (["person_id", "n_claims", "x"], "x")])
def test_conform_refuses_other_columns(columns, named):
    """A derived frame with other columns than its model is refused."""
    with pytest.raises(ContractError, match=f"'tallies' and its model differ in these columns: {named}$"):
        conform_to_spec(TALLIES, pd.DataFrame(columns=columns))


def test_conform_accepts_empty_frame():
    """A derived frame may be empty."""
    assert frame_from_rows(TALLIES, []).equals(
        conform_to_spec(TALLIES, pd.DataFrame(columns=["n_claims", "person_id"]))
    )
