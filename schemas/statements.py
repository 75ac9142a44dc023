"""The table of statements: attributed positions, utterances and characterisations."""

import pandas as pd

from schemas.passages import DatedPassage, date_basis
from schemas.vocabularies import ACT, ASSERTED_CHANGE, ATTRIBUTION, SOURCE, STANCE
from stancebook import Category, categorical, foreign_key, primary_key, row_rule, text, verbatim


class Statements(DatedPassage):
    """One attributed position, utterance or characterisation, on one issue."""

    statement_id: str = primary_key("The document's ID and the record's own.")
    speaker_id: str = foreign_key("actors", "Whose words or claim this is.")
    holder_id: str = foreign_key("actors", "Whose position it is; the speaker's if not given.", default="speaker_id")
    addressee_id: str = foreign_key("actors", "To whom it is said, if the text says so.", nullable=True)
    issue_id: str = foreign_key("issues", "The proposition it bears on.", nullable=True)
    format_id: str = foreign_key("formats", "The format it is about.", nullable=True)
    stance: Category = categorical(
        STANCE,
        "The holder's position on the issue's proposition; empty if it cannot be inferred.",
        nullable=True,
        ordered=True,
    )
    condition: str = text("The condition under which the position holds.", nullable=True)
    asserted_change: Category = categorical(
        ASSERTED_CHANGE, "What the text says about a change of this position.", nullable=True
    )
    attribution: Category = categorical(
        ATTRIBUTION, "How the text presents it: quoted, reported, narrated or interpreted."
    )
    source: Category = categorical(SOURCE, "What kind of source the speaker is here; listed from the strongest on.")
    act: Category = categorical(ACT, "What the speaker does by saying it.")
    quoted_words: str = verbatim(
        "The words inside quotation marks; required if only some of the words are.", nullable=True
    )
    responds_to_id: str = foreign_key("statements", "The statement it answers.", nullable=True)
    contradicts_id: str = foreign_key("statements", "A statement that contradicts it.", nullable=True, symmetric=True)
    summary: str = text("The statement in one plain sentence.")
    date_basis: Category = date_basis("statements")

    @row_rule("source")
    def interpretation_has_interpreter(cls, df: pd.DataFrame) -> "pd.Series[bool]":
        """A narrated or interpreted statement has an author, a media report, an expert or somebody unattributed as its
        source, since the claim is theirs: give that source, or choose another attribution."""
        return ~df["attribution"].isin(["narrated", "interpreted"]) | df["source"].isin(
            ["author", "media_report", "expert", "unattributed"]
        )

    @row_rule("source")
    def spokesperson_speaks_for_other(cls, df: pd.DataFrame) -> "pd.Series[bool]":
        """A spokesperson speaks for a holder other than themselves: give holder_id, or another source."""
        return (df["source"] != "spokesperson") | (df["speaker_id"] != df["holder_id"])

    @row_rule("addressee_id")
    def addressee_is_not_speaker(cls, df: pd.DataFrame) -> "pd.Series[bool]":
        """Nobody addresses themselves: give another addressee_id or none, or say in a note how the text has it so."""
        return (df["addressee_id"] != df["speaker_id"]) | df["note"].notna()

    @row_rule("stance")
    def stance_needs_issue(cls, df: pd.DataFrame) -> "pd.Series[bool]":
        """A stance needs an issue: give issue_id, or leave the stance out."""
        return df["stance"].isna() | df["issue_id"].notna()

    @row_rule("asserted_change")
    def asserted_change_needs_issue(cls, df: pd.DataFrame) -> "pd.Series[bool]":
        """An asserted_change needs an issue: give issue_id, or leave asserted_change out."""
        return df["asserted_change"].isna() | df["issue_id"].notna() | df["stance"].notna()
