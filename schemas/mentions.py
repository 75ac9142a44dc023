"""The table of mentions: how a document names an actor."""

from schemas.passages import Passage
from stancebook import foreign_key, primary_key, verbatim


class Mentions(Passage):
    """One form of name by which a document calls an actor, once a document; the quote is the name as written."""

    mention_id: str = primary_key("The document's ID and the record's own.")
    actor_id: str = foreign_key("actors", "The actor that is named.")
    role_title: str = verbatim(
        "The role the text gives with the name, in its words ('Kremlin spokesman').", nullable=True
    )
