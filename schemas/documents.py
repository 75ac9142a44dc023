"""The table of documents: one verbatim text each."""

from stancebook.schema.columns import Date, date, text
from stancebook.schema.models import Document
from stancebook.schema.spec import Pattern

WEB_ADDRESS = Pattern(r"https?://\S+", "an address that starts with https://")


class Documents(Document, section="document"):
    """One source text, kept byte for byte beside its annotations."""

    title: str = text("Its headline.")
    publisher: str = text("Who published this text.")
    first_publisher: str = text("Who published it first, where that is somebody else.", nullable=True)
    author: str = text("Its author as by-lined.", nullable=True)
    published: Date = date("The day it was published; statuses in all tables are as of this day.")
    url: str = text("Where it was published.", title="Web address", pattern=WEB_ADDRESS)
    rights: str = text("Whose the text is, and on what terms it stands here.")
    coder: str = text("Who coded it.")
