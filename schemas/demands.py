"""The table of demands: what actors want done, accepted or ruled out, or offer."""

import pandas as pd

from schemas.passages import DatedPassage, date_basis
from schemas.vocabularies import BASIS, DEMAND_STATUS, FLEXIBILITY, MOVE
from stancebook import Category, categorical, edtf, foreign_key, primary_key, row_rule, text


class Demands(DatedPassage):
    """One thing an actor wants done, accepted or ruled out, refuses or offers, as stated or said to be stated."""

    demand_id: str = primary_key("The document's ID and the record's own.")
    demander_id: str = foreign_key("actors", "Who wants, refuses or offers it.")
    addressee_id: str = foreign_key("actors", "From whom it is wanted, or to whom it is offered.", nullable=True)
    issue_id: str = foreign_key("issues", "The proposition it bears on.")
    format_id: str = foreign_key("formats", "The format it is about.", nullable=True)
    move: Category = categorical(MOVE, "Whether it is wanted, offered, refused, put off or asked for.")
    content: str = text("What is wanted, in one plain sentence.")
    flexibility: Category = categorical(
        FLEXIBILITY, "How firmly it is stated; empty if the text leaves it open.", nullable=True
    )
    status: Category = categorical(DEMAND_STATUS, "Its state as of publication.")
    basis: Category = categorical(BASIS, "What it is based on in the text.")
    condition: str = text("The condition it is tied to.", nullable=True)
    deadline_edtf: str = edtf("By when it is wanted.", title="Deadline (EDTF)", nullable=True)
    statement_id: str = foreign_key("statements", "The statement that makes it.", nullable=True)
    supersedes_id: str = foreign_key("demands", "The earlier demand it replaces.", nullable=True)
    date_basis: Category = date_basis("demands")

    @row_rule("addressee_id")
    def addressee_is_not_demander(cls, df: pd.DataFrame) -> "pd.Series[bool]":
        """Nobody demands of themselves: give another addressee_id or none, or say in a note how the text has it so."""
        return (df["addressee_id"] != df["demander_id"]) | df["note"].notna()

    @row_rule("flexibility")
    def conditional_demand_has_condition(cls, df: pd.DataFrame) -> "pd.Series[bool]":
        """A conditional demand needs a condition: give it, or choose another flexibility."""
        return (df["flexibility"] != "conditional") | df["condition"].notna()
