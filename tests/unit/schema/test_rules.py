import pandas as pd
import pandera.pandas as pa
import pytest

from stancebook.exceptions import ContractError
from stancebook.schema.columns import integer, primary_key
from stancebook.schema.compiler import compile_model
from stancebook.schema.dataframes import frame_from_rows
from stancebook.schema.models import Codebook
from stancebook.schema.rules import ModelFailure, model_failures, row_rule
from tests.unit.sample_contract import LETTERS

PEOPLE, CLAIMS, WITNESSES = (LETTERS.tables[name] for name in ("people", "claims", "witnesses"))


def failures(spec, *rows):
    return model_failures(spec, frame_from_rows(spec, list(rows)))


def claim(**cells):
    return {
        "claim_id": "bridge#c01",
        "person_id": "otto",
        "believer_id": "otto",
        "doc_id": "bridge",
        "quote": "fell",
        "char_start": 3,
        "char_end": 7,
        **cells,
    }


@pytest.mark.parametrize("spec", LETTERS.tables.values(), ids=lambda spec: spec.name)
def test_empty_table_is_valid(spec):
    """A table without rows has no failures."""
    assert failures(spec) == []


def test_valid_rows_have_no_failures():
    """Valid rows have no failures."""
    assert failures(PEOPLE, {"person_id": "otto", "name": "Otto"}) == []


def test_pattern_failure_describes_pattern():
    """A text that does not match its pattern fails with the pattern's description."""
    assert failures(PEOPLE, {"person_id": "otto", "name": "Otto", "lives_in": "AB1\n"}) == [
        ModelFailure(0, "lives_in", "'AB1\\n' is not two capital letters and a digit, such as 'AB1'")
    ]


def test_missing_value_fails():
    """An empty cell of a column that is not nullable fails."""
    assert failures(PEOPLE, {"person_id": "otto"}) == [ModelFailure(0, "name", "name is empty, and must not be")]


def test_duplicate_primary_key_fails_each_row():
    """Each row with a duplicate primary key fails."""
    rows = [{"person_id": "otto", "name": name} for name in "ab"]
    assert failures(PEOPLE, *rows) == [
        ModelFailure(row, "person_id", "another row of people has the same person_id") for row in (0, 1)
    ]


def test_duplicate_composite_key_fails_once_per_row():
    """Each row with a duplicate key of several columns fails once."""
    rows = [{"claim_id": "bridge#c01", "person_id": "otto"}] * 2
    assert failures(WITNESSES, *rows) == [
        ModelFailure(row, None, "another row of witnesses has the same claim_id, person_id") for row in (0, 1)
    ]


def test_row_rule_fails_once_per_row_at_column():
    """A row rule fails once per row, with its docstring, at the column that it names."""
    assert failures(CLAIMS, claim(), claim(claim_id="bridge#c02", when_text="on Monday")) == [
        ModelFailure(1, "when_text", "A when_text comes with a when_edtf.", single_column=False)
    ]


def test_annotation_checks_length_of_quote():
    """Every annotation table has the rule that a passage is as long as its quote."""
    assert failures(CLAIMS, claim(char_end=8)) == [
        ModelFailure(0, "quote", "A passage ends after its start and is as long as its quote.", single_column=False)
    ]


def test_failure_has_index_label():
    """A failure carries the label of the row in the index, not its position."""
    frame = frame_from_rows(PEOPLE, [{"person_id": "otto", "name": "Otto"}, {"person_id": "ida"}])
    assert [failure.row for failure in model_failures(PEOPLE, frame[frame["name"].isna()])] == [1]


class Ropes(Codebook):
    """One rope."""

    rope_id: str = primary_key("Slug.")
    length: int = integer("Its length.", minimum=1)

    @pa.check("length")
    @classmethod
    def can_be_carried(cls, length):
        """A rope is shorter
        than a hundred feet."""
        return length < 100


def test_column_check_fails_with_docstring():
    """A Pandera check of one column fails with its docstring, at the column."""
    assert failures(compile_model(Ropes), {"rope_id": "a", "length": 100}) == [
        ModelFailure(0, "length", "A rope is shorter than a hundred feet.")
    ]


def test_number_below_minimum_fails():
    """A number below the minimum fails."""
    [failure] = failures(compile_model(Ropes), {"rope_id": "a", "length": 0})
    assert failure == ModelFailure(0, "length", "0 is less than 1")


def test_rule_that_raises_is_contract_error():
    """A rule that raises is a mistake of the contract."""

    class Ropes(Codebook):
        """One rope."""

        rope_id: str = primary_key("Slug.")

        @row_rule("rope_id")
        def it_holds(cls, df):
            """It holds."""
            return df["colour"].notna()

    with pytest.raises(ContractError, match="ropes cannot be checked by its model"):
        model_failures(compile_model(Ropes), pd.DataFrame({"rope_id": ["a"]}))


@pytest.mark.parametrize(
    "change", [lambda f: f.drop(columns="name"), lambda f: f.assign(more=1), lambda f: f.astype({"name": "category"})]
)
def test_wrong_columns_or_types_are_contract_error(change):
    """A frame with other columns or types is a mistake of the contract, not of a coder."""
    frame = change(build_people())
    with pytest.raises(ContractError, match="people cannot be checked by its model"):
        model_failures(LETTERS.tables["people"], frame)


def build_people():
    return frame_from_rows(LETTERS.tables["people"], [{"person_id": "a", "name": "A"}])
