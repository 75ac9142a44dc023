"""Rows that chunks see of others have every type of column, their nested records and their computed columns."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from stancebook.schema.columns import (
    DateTime,
    boolean,
    datetime,
    foreign_key,
    integer,
    number,
)
from stancebook.schema.dataframes import look_up
from stancebook.schema.models import Nested
from stancebook.schema.rules import rule
from stancebook.schema.spec import Tables
from tests.unit import sample_contract as letters
from tests.unit.parallel.sample_corpora import claim
from tests.unit.parallel.test_chunked_build import compare
from tests.unit.parallel.test_chunked_build import letters as letters_with
from tests.unit.sample_contract import People, Witnesses, contract

TYPED = ("weight", "copies", "seen", "sure", "read_at", "when_start", "strength", "quote", "char_start", "answers")


def count_answers(tables: Tables) -> "pd.Series[Any]":
    """Return the number of answers to each claim."""
    claims = tables["claims"]
    return claims["claim_id"].map(claims["answers_id"].value_counts()).fillna(0).astype("int64")


class Claims(letters.Claims):
    """One claim with columns of every type."""

    weight: float = number("The weight of the rope.", nullable=True)
    copies: int = integer("How many copies there are.", nullable=True)
    seen: bool = boolean("Whether it was seen.", nullable=True)
    sure: bool = boolean("Whether the writer is sure.")
    read_at: DateTime = datetime("When it was read.", nullable=True)
    answers: int = integer("How many claims answer it.", compute=count_answers)


class Supports(Nested, parent=Claims, section="supports", key=("claim_id", "supported_id")):
    """Another claim that a claim supports."""

    claim_id: str = foreign_key("claims", "The claim.")
    supported_id: str = foreign_key("claims", "The claim that it supports.")


def same_as_answered(column: str) -> Any:
    """Return a rule that the claim that is answered has the same value in a column."""

    def is_same(tables: Tables) -> Any:
        claims = tables["claims"]
        answered = look_up(claims, claims["answers_id"], column).astype("object")
        return claims["answers_id"].isna() | (claims[column].astype("object").fillna("") == answered.fillna(""))

    is_same.__doc__ = f"Its {column} is that of the claim it answers."
    return rule("claims", "answers_id", level="warning")(is_same)


@rule("claims", level="warning")
def supported_claims_are_sure(tables: Tables) -> Any:
    """No claim that is not sure is supported by one with witnesses."""
    supports = tables["supports"]
    witnessed = supports["supported_id"][supports["claim_id"].isin(tables["witnesses"]["claim_id"])]
    return tables["claims"]["sure"] | ~tables["claims"]["claim_id"].isin(witnessed)


TYPED_LETTERS = contract(
    *(People, letters.Letters, Claims, Witnesses, Supports),
    rules=(*map(same_as_answered, TYPED), supported_claims_are_sure),
)
FIRST = {"weight": "0.1", "copies": "7", "seen": "true", "sure": "true", "read_at": "1901-05-04T12:00:00+02:00"}


@pytest.mark.parametrize(
    "other",
    [
        FIRST,
        {"sure": "true"},
        {"weight": "0.2", "copies": "8", "seen": "false", "sure": "false", "read_at": "1901-05-04T12:00:00Z"},
    ],
    ids=["the same", "empty", "different"],
)
def test_linked_rows_keep_their_types(other, tmp_path: Path):
    """Rules compare cells of every type with those of other chunks, and find what they find in memory."""
    claims = (
        [claim(0, **FIRST, strength="fair", when_edtf="1901")],
        [claim(0, **other, answers_id="a#c00", supports="[{supported_id: c#c00}]", witnesses=["berta"])],
        [claim(0, sure="false"), claim(1, sure="true", answers_id="b#c00")],
    )
    result = compare(letters_with(*claims), [1, 2], tmp_path, TYPED_LETTERS)
    found = {(Path(problem.file).stem, problem.message) for problem in result.problems}
    differing = {column for column in TYPED if ("b", f"Its {column} is that of the claim it answers.") in found}
    assert {"when_start", "strength"} <= differing
    assert ({"weight", "copies", "seen", "read_at"} <= differing) == (other is not FIRST)
    assert ("c", "No claim that is not sure is supported by one with witnesses.") in found
