"""The table of stance changes, derived from observations: who moved, and who was only said to have moved."""

from schemas.stance_derivation import INPUTS, derive
from schemas.stance_observations import OBSERVATION_KEY
from schemas.vocabularies import AGREEMENT, ASSERTED_CHANGE, CONFIDENCE, DIRECTION, OBSERVATION_LEVEL, SOURCE, STANCE
from stancebook import Category, Date, Derived, categorical, date, foreign_key, primary_key


class StanceChanges(Derived, derive=derive, inputs=INPUTS, partition_by="issue_id"):
    """An observation of a stance, compared with the last one of the same series that ended before it began.

    What the text claims about a change, and what the two observations show, are separate columns; neither overwrites
    the other.
    """

    change_id: str = primary_key("The ID of the later observation.", pattern=OBSERVATION_KEY)
    level: Category = categorical(OBSERVATION_LEVEL, "Whose stance it is.")
    holder_id: str = foreign_key("actors", "The holder; at the level of principals the principal.")
    issue_id: str = foreign_key("issues", "The issue.")
    format_id: str = foreign_key("formats", "The format, if the observations are about one.", nullable=True)
    from_observation_id: str = foreign_key(
        "stance_observations", "The earlier observation; empty if there is none.", nullable=True
    )
    to_observation_id: str = foreign_key("stance_observations", "The later observation.")
    from_stance: Category = categorical(
        STANCE, "The stance of the earlier observation; empty if it is mixed.", nullable=True, ordered=True
    )
    to_stance: Category = categorical(
        STANCE, "The stance of the later observation; empty if it is mixed or has none.", nullable=True, ordered=True
    )
    direction: Category = categorical(DIRECTION, "What the two observations show.")
    asserted_change: Category = categorical(
        ASSERTED_CHANGE, "The change that the text claims, if all claims are the same.", nullable=True
    )
    agreement: Category = categorical(AGREEMENT, "Whether the claim and the observations agree.")
    not_before: Date = date(
        "First day of the earlier observation: the change is no earlier. Empty if that is open, or there is none.",
        nullable=True,
    )
    not_after: Date = date("Last day of the later observation: the change is no later.")
    source: Category = categorical(SOURCE, "The source of the weaker of the two ends.")
    confidence: Category = categorical(CONFIDENCE, "The confidence of the weaker of the two ends.")
