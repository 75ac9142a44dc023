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


def found(spec, *rows):
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
def test_an_empty_table_is_in_order(spec):
    assert found(spec) == []


def test_rows_in_order_give_nothing():
    assert found(PEOPLE, {"person_id": "otto", "name": "Otto"}) == []


def test_a_text_not_of_its_form_is_told_with_the_words_of_the_form():
    assert found(PEOPLE, {"person_id": "otto", "name": "Otto", "lives_in": "AB1\n"}) == [
        ModelFailure(0, "lives_in", "'AB1\\n' is not two capital letters and a digit, such as 'AB1'")
    ]


def test_an_empty_cell_that_must_not_be_is_told():
    assert found(PEOPLE, {"person_id": "otto"}) == [ModelFailure(0, "name", "name is empty, and must not be")]


def test_a_key_of_one_column_given_twice_is_told_of_each_row():
    rows = [{"person_id": "otto", "name": name} for name in "ab"]
    assert found(PEOPLE, *rows) == [
        ModelFailure(row, "person_id", "the same person_id stands in another row of people") for row in (0, 1)
    ]


def test_a_key_of_several_columns_given_twice_is_told_once_a_row():
    rows = [{"claim_id": "bridge#c01", "person_id": "otto"}] * 2
    assert found(WITNESSES, *rows) == [
        ModelFailure(row, None, "the same claim_id, person_id stands in another row of witnesses") for row in (0, 1)
    ]


def test_a_rule_across_columns_is_told_once_a_row_in_its_own_words_at_the_column_it_names():
    assert found(CLAIMS, claim(), claim(claim_id="bridge#c02", when_text="on Monday")) == [
        ModelFailure(1, "when_text", "A when_text comes with a when_edtf.", own=False)
    ]


def test_a_passage_as_long_as_its_quote_is_a_rule_of_every_grounded_table():
    assert found(CLAIMS, claim(char_end=8)) == [
        ModelFailure(0, "quote", "The passage ends after it starts and is as long as its quote.", own=False)
    ]


def test_a_row_is_named_by_its_label_not_its_position():
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


def test_a_rule_on_a_column_is_told_in_its_own_words_at_the_column():
    assert found(compile_model(Ropes), {"rope_id": "a", "length": 100}) == [
        ModelFailure(0, "length", "A rope is shorter than a hundred feet.")
    ]


def test_a_number_below_the_least_is_told():
    [failure] = found(compile_model(Ropes), {"rope_id": "a", "length": 0})
    assert (failure.row, failure.column) == (0, "length")
    assert "greater_than_or_equal_to(1)" in failure.message


def test_a_rule_that_breaks_is_the_contracts_fault():
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
    "spoilt", [lambda f: f.drop(columns="name"), lambda f: f.assign(more=1), lambda f: f.astype({"name": "category"})]
)
def test_a_frame_of_other_columns_or_types_is_no_fault_of_a_coder(spoilt):
    frame = spoilt(build_people())
    with pytest.raises(ContractError, match="people cannot be checked by its model"):
        model_failures(LETTERS.tables["people"], frame)


def build_people():
    return frame_from_rows(LETTERS.tables["people"], [{"person_id": "a", "name": "A"}])
