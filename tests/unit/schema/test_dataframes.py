import datetime as dt

import pandas as pd
import pytest

from stancebook.exceptions import ContractError
from stancebook.schema.dataframes import cast_column, conform_to_spec, frame_from_rows
from tests.unit.sample_contract import LETTERS

CLAIMS, TALLIES = LETTERS.tables["claims"], LETTERS.tables["tallies"]


@pytest.mark.parametrize("rows", [[], [{}], [{"when_start": dt.date(1, 1, 1), "strength": "weak", "char_start": 4}]])
def test_a_frame_has_the_same_types_whatever_its_rows_lack(rows):
    types = frame_from_rows(CLAIMS, rows).dtypes
    assert list(types.index) == list(CLAIMS.names)
    assert types["quote"] == "str"
    assert types["strength"] == pd.CategoricalDtype(["weak", "fair", "strong"], ordered=True)
    assert types["when_start"] == "datetime64[s]"
    assert types["char_start"] == "int64"


def test_what_is_missing_is_empty_and_a_whole_number_nought():
    row = frame_from_rows(CLAIMS, [{}]).iloc[0]
    assert row[["quote", "strength", "when_start"]].isna().all()
    assert row["char_start"] == 0


def test_the_first_and_the_last_day_of_the_calendar_fit():
    days = [dt.date.min, dt.date.max]
    assert cast_column(days, CLAIMS["when_start"]).dt.date.tolist() == days


def test_a_value_outside_a_vocabulary_never_becomes_an_empty_cell():
    with pytest.raises(ContractError, match="strength: iron not in its vocabulary"):
        cast_column(["weak", "iron", None], CLAIMS["strength"])


def test_a_derived_frame_is_sorted_ordered_and_typed():
    given = pd.DataFrame({"n_claims": [2.0, 1.0], "person_id": ["otto", "falk"]}, index=[7, 3])
    frame = conform_to_spec(TALLIES, given)
    assert frame.to_dict("list") == {"person_id": ["falk", "otto"], "n_claims": [1, 2]}
    assert list(frame.index) == [0, 1]
    assert frame["n_claims"].dtype == "int64"


@pytest.mark.parametrize(("columns", "named"), [(["person_id"], "n_claims"), (["person_id", "n_claims", "x"], "x")])
def test_a_derived_frame_with_other_columns_than_its_model_is_refused(columns, named):
    with pytest.raises(ContractError, match=f"'tallies' and its model differ in these columns: {named}$"):
        conform_to_spec(TALLIES, pd.DataFrame(columns=columns))


def test_a_derived_frame_may_be_empty():
    assert frame_from_rows(TALLIES, []).equals(
        conform_to_spec(TALLIES, pd.DataFrame(columns=["n_claims", "person_id"]))
    )
