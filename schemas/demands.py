"""The table of demands: what actors want done, accepted or ruled out, or offer."""

import pandas as pd

from schemas.passages import DatedPassage
from schemas.vocabularies import BASIS, DEMAND_STATUS, FLEXIBILITY, MOVE
from stancebook.schema.columns import Category, categorical, edtf, foreign_key, primary_key, text
from stancebook.schema.rules import row_rule


class Demands(DatedPassage):
    """One thing an actor wants done, accepted or ruled out, refuses or offers, as stated or said to be stated."""

    demand_id: str = primary_key("The document's id and the record's own.")
    demander_id: str = foreign_key("actors", "Who wants, refuses or offers it.")
    addressee_id: str = foreign_key("actors", "Of whom it is wanted, or to whom it is offered.", nullable=True)
    issue_id: str = foreign_key("issues", "The proposition it bears on.")
    move: Category = categorical(MOVE, "Whether it is wanted, offered, refused or asked for.")
    content: str = text("What is wanted, in one plain sentence.")
    flexibility: Category = categorical(
        FLEXIBILITY, "How hard it is stated; empty where the text leaves it open.", nullable=True
    )
    status: Category = categorical(DEMAND_STATUS, "What has become of it as of publication.")
    basis: Category = categorical(BASIS, "What the text rests it on.")
    condition: str = text("The condition it is tied to.", nullable=True)
    deadline_edtf: str = edtf("By when it is wanted.", title="Deadline (EDTF)", nullable=True)
    statement_id: str = foreign_key("statements", "The statement that makes it.", nullable=True)
    supersedes_id: str = foreign_key("demands", "The earlier demand it replaces.", nullable=True)

    @row_rule("addressee_id")
    def nobody_demands_of_themselves(cls, df: pd.DataFrame) -> "pd.Series[bool]":
        """Nobody demands of themselves: give another addressee_id or none, or say in a note how the text has it so."""
        return (df["addressee_id"] != df["demander_id"]) | df["note"].notna()

    @row_rule("flexibility")
    def a_conditional_demand_has_its_condition(cls, df: pd.DataFrame) -> "pd.Series[bool]":
        """A conditional demand has a condition: give it, or choose another flexibility."""
        return (df["flexibility"] != "conditional") | df["condition"].notna()
