"""The tables of issues and of how they are related: propositions one can be for or against."""

import pandas as pd

from schemas.vocabularies import ISSUE_RELATION, SOFTER, TOPIC
from stancebook import Category, Codebook, Nested, categorical, foreign_key, primary_key, row_rule, text


class Issues(Codebook):
    """One proposition, answerable by for or against."""

    issue_id: str = primary_key("Slug of the issue.")
    label: str = text("A few words to name it by, in a table or a figure.")
    topic: Category = categorical(TOPIC, "What it is about.")
    proposition: str = text("The proposition in one sentence; stances are toward this sentence.")
    softer: Category = categorical(SOFTER, "Which move is a softening.")
    note: str = text("What a coder should know: what it covers, what it does not.", nullable=True)

    @row_rule("topic")
    def other_topic_is_explained(cls, df: pd.DataFrame) -> "pd.Series[bool]":
        """An issue under the topic 'other' has a note that says what it is about: add it, or choose another topic."""
        return (df["topic"] != "other") | df["note"].notna()


class IssueRelations(Nested, parent=Issues, section="relations", key=("issue_id", "relation", "other_issue_id")):
    """How the proposition of one issue is related to that of another. Each pair is coded once, at either of the two."""

    issue_id: str = foreign_key("issues", "The issue.")
    relation: Category = categorical(ISSUE_RELATION, "What it is to the other.")
    other_issue_id: str = foreign_key("issues", "The other issue.")
