"""The table of documents: one verbatim text each."""

from stancebook import Date, Document, Pattern, date, text

WEB_ADDRESS = Pattern(r"https?://\S+", "an address that starts with https://")


class Documents(Document, section="document"):
    """One source text, stored byte for byte together with its annotations."""

    title: str = text("Its headline.")
    publisher: str = text("Who published this text.")
    first_publisher: str = text("Who published it first, if that is someone else.", nullable=True)
    author: str = text("Its author, as in the by-line.", nullable=True)
    published: Date = date("The day it was published; statuses in all tables are as of this day.")
    url: str = text("Where it was published.", title="Web address", pattern=WEB_ADDRESS)
    rights: str = text("Who owns the text, and the terms on which it is published here.")
    coder: str = text("Who coded it.")
