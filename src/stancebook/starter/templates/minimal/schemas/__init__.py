"""The contract of this dataset: a class is a table, and an attribute is a column."""

import stancebook as sb
from schemas import about

TONES = {
    "hostile": "Blames, threatens or mocks.",
    "neutral": "Reports without a judgement.",
    "friendly": "Praises, offers or concedes.",
}


class Actors(sb.Codebook):
    """Somebody who speaks or is spoken of: a person, a state, an organisation."""

    actor_id: str = sb.primary_key("Slug of the actor.")
    name: str = sb.text("Its name in English.")


class Documents(sb.Document, section="document"):
    """One text, kept byte for byte together with its annotations."""

    title: str = sb.text("Its headline.")
    publisher: str = sb.text("Who published it.")
    author: str = sb.text("Its author, as in the by-line.", nullable=True)
    published: sb.Date = sb.date("The day it was published.")
    url: str = sb.text("Where it was published.", nullable=True)
    coder: str = sb.text("Who coded it.")


class Claims(sb.Annotation):
    """One thing that somebody is reported to say. `quote` is the passage that says so."""

    claim_id: str = sb.primary_key("The document's ID and the record's own.")
    actor_id: str = sb.foreign_key("actors", "Who says it.")
    about_id: str = sb.foreign_key("actors", "Of whom it is said.", nullable=True)
    tone: sb.Category = sb.categorical(TONES, "In which tone.", ordered=True)
    content: str = sb.text("What is said, in one sentence.")

    @sb.row_rule("about_id")
    def claim_is_about_somebody_else(cls, df):
        """A claim is about somebody else: leave about_id out where people speak of themselves."""
        return df["about_id"].isna() | (df["about_id"] != df["actor_id"])


CONTRACT = sb.Contract(
    name=about.NAME,
    title=about.TITLE,
    description=about.DESCRIPTION,
    version=about.VERSION,
    released=about.RELEASED,
    models=(Actors, Documents, Claims),
    licenses=about.LICENSES,
    contributors=about.CONTRIBUTORS,
    keywords=about.KEYWORDS,
    sources={"title": "title", "publisher": "publisher", "published": "published", "path": "url", "coder": "coder"},
    data_card_text=about.DATA_CARD_TEXT,
)
