"""The table of statements: attributed positions, utterances and characterisations."""

import pandas as pd

from schemas.passages import DatedPassage
from schemas.quotation import holds_quotation_marks, stand_in_quotation_marks
from schemas.vocabularies import ACT, ASSERTED_CHANGE, ATTRIBUTION, SOURCE, STANCE
from stancebook.schema.columns import Category, categorical, foreign_key, primary_key, text, verbatim
from stancebook.schema.rules import row_rule


class Statements(DatedPassage):
    """One attributed position, utterance or characterisation, on one issue."""

    statement_id: str = primary_key("The document's id and the record's own.")
    speaker_id: str = foreign_key("actors", "Whose words or claim this is.")
    holder_id: str = foreign_key("actors", "Whose position it is; the speaker's if not given.", default="speaker_id")
    addressee_id: str = foreign_key("actors", "To whom it is said, where the text says so.", nullable=True)
    issue_id: str = foreign_key("issues", "The proposition it bears on.", nullable=True)
    format_id: str = foreign_key("formats", "The format it is about.", nullable=True)
    stance: Category = categorical(
        STANCE,
        "Where the holder stands toward the issue's proposition; empty where that cannot be inferred.",
        nullable=True,
        ordered=True,
    )
    condition: str = text("The condition under which the position holds.", nullable=True)
    asserted_change: Category = categorical(
        ASSERTED_CHANGE, "What the text says about a change of this position.", nullable=True
    )
    attribution: Category = categorical(ATTRIBUTION, "How the text brings it: quoted, reported, narrated or read.")
    source: Category = categorical(SOURCE, "What kind of source the speaker is here.")
    act: Category = categorical(ACT, "What is done in saying it.")
    quoted_words: str = verbatim("The words inside quotation marks; needed where only some are.", nullable=True)
    responds_to_id: str = foreign_key("statements", "The statement it answers.", nullable=True)
    contradicts_id: str = foreign_key(
        "statements", "A statement it cannot be true together with.", nullable=True, symmetric=True
    )
    summary: str = text("The statement in one plain sentence.")

    @row_rule("attribution")
    def quoted_rows_hold_quotation_marks(cls, df: pd.DataFrame) -> "pd.Series[bool]":
        """A direct or partial statement's quote holds words in quotation marks: take the marks into the quote,
        or choose another attribution."""
        return ~df["attribution"].isin(["direct", "partial"]) | holds_quotation_marks(df["quote"])

    @row_rule("attribution")
    def partial_rows_give_the_quoted_words(cls, df: pd.DataFrame) -> "pd.Series[bool]":
        """A partial statement gives its quoted_words: the words that stand in quotation marks."""
        partial = (df["attribution"] == "partial") & holds_quotation_marks(df["quote"])
        return ~partial | df["quoted_words"].notna()

    @row_rule("quoted_words")
    def quoted_words_stand_in_marks(cls, df: pd.DataFrame) -> "pd.Series[bool]":
        """The quoted_words stand inside one pair of quotation marks of the quote: give words from between the marks,
        or take the marks into the quote."""
        told = df["attribution"].isin(["direct", "partial"]) & ~holds_quotation_marks(df["quote"])
        return told | df["quoted_words"].isna() | stand_in_quotation_marks(df["quoted_words"], df["quote"])

    @row_rule("source")
    def readings_belong_to_a_reader(cls, df: pd.DataFrame) -> "pd.Series[bool]":
        """A narrated or interpreted statement has an author, a media report or an expert as its source, for the
        claim belongs to whoever makes it: give that source, or choose another attribution."""
        return ~df["attribution"].isin(["narrated", "interpreted"]) | df["source"].isin(
            ["author", "media_report", "expert"]
        )

    @row_rule("source")
    def a_spokesperson_speaks_for_someone_else(cls, df: pd.DataFrame) -> "pd.Series[bool]":
        """A spokesperson speaks for a holder other than themselves: give holder_id, or another source."""
        return (df["source"] != "spokesperson") | (df["speaker_id"] != df["holder_id"])

    @row_rule("addressee_id")
    def nobody_addresses_themselves(cls, df: pd.DataFrame) -> "pd.Series[bool]":
        """Nobody addresses themselves: give another addressee_id or none, or say in a note how the text has it so."""
        return (df["addressee_id"] != df["speaker_id"]) | df["note"].notna()

    @row_rule("stance")
    def a_stance_is_toward_an_issue(cls, df: pd.DataFrame) -> "pd.Series[bool]":
        """A stance is toward an issue: give issue_id, or leave the stance out."""
        return df["stance"].isna() | df["issue_id"].notna()

    @row_rule("asserted_change")
    def a_change_is_on_an_issue(cls, df: pd.DataFrame) -> "pd.Series[bool]":
        """An asserted_change is toward an issue: give issue_id, or leave asserted_change out."""
        return df["asserted_change"].isna() | df["issue_id"].notna() | df["stance"].notna()
