"""The tables of stance observations and of their statements, derived from the statements."""

from schemas.stance_derivation import INPUTS, derive
from schemas.vocabularies import AGREEMENT, ASSERTED_CHANGE, CONFIDENCE, OBSERVATION_LEVEL, SOURCE, STANCE
from stancebook import Category, Date, Derived, Pattern, boolean, categorical, date, foreign_key, integer, primary_key

OBSERVATION_KEY = Pattern(
    rf"(?:{'|'.join(OBSERVATION_LEVEL)}):[a-z0-9/-]+#[a-z0-9-]+", "a level, a colon and the ID of a statement"
)


class StanceObservations(Derived, derive=derive, inputs=INPUTS, partition_by="issue_id"):
    """What one holder, or one principal, is shown to hold on one issue and format at one time.

    Statements of one series whose times overlap are one observation, so that a paraphrase, the quotation it introduces
    and five clauses of one speech are counted once.
    """

    observation_id: str = primary_key(
        "The level, and the first of its statements in the order of the text.", pattern=OBSERVATION_KEY
    )
    level: Category = categorical(OBSERVATION_LEVEL, "Whose stance it is.")
    holder_id: str = foreign_key("actors", "The holder; at the level of principals the principal.")
    issue_id: str = foreign_key("issues", "The issue.")
    format_id: str = foreign_key("formats", "The format, if its statements are about one.", nullable=True)
    date_start: Date = date(
        "First day of its statements; empty if one of them holds since an unknown day.", nullable=True
    )
    date_end: Date = date("Last day of its statements; the day of publication for those with an open end or no date.")
    stance: Category = categorical(
        STANCE,
        "The stance of the strongest source, of several the weaker; empty if it is mixed or no statement has one.",
        nullable=True,
        ordered=True,
    )
    mixed: bool = boolean("Whether its statements are on different sides: against, ambivalent, for.")
    asserted_change: Category = categorical(
        ASSERTED_CHANGE, "The change that its statements claim, if all claims are the same.", nullable=True
    )
    claims_conflict: bool = boolean("Whether its statements claim different changes.")
    source: Category = categorical(SOURCE, "The source of the stance; without a stance the strongest source.")
    confidence: Category = categorical(CONFIDENCE, "The lowest confidence of its statements.")
    n_statements: int = integer("How many statements it has.", minimum=1)


class ObservationStatements(
    Derived, derive=derive, key=("observation_id", "statement_id"), inputs=INPUTS, partition_by="issue_id"
):
    """A statement of an observation, with what it claims by itself."""

    observation_id: str = foreign_key("stance_observations", "The observation.")
    statement_id: str = foreign_key("statements", "The statement.")
    issue_id: str = foreign_key("issues", "The issue of both.")
    asserted_change: Category = categorical(ASSERTED_CHANGE, "The change that the statement claims.", nullable=True)
    agreement: Category = categorical(
        AGREEMENT, "Whether this claim agrees with the direction of the change that ends with the observation."
    )
