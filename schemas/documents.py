"""The table of documents: one verbatim text each."""

from stancebook.fields import Day, day, text
from stancebook.spec import Form
from stancebook.table import Document

WEB_ADDRESS = Form(r"https?://\S+", "an address that starts with https://")


class Documents(Document, under="document"):
    """One source text, kept byte for byte beside its annotations."""

    title: str = text("Its headline.")
    publisher: str = text("Who published this text.")
    first_publisher: str = text("Who published it first, where that is somebody else.", optional=True)
    author: str = text("Its author as by-lined.", optional=True)
    published: Day = day("The day it was published; statuses in all tables are as of this day.")
    url: str = text("Where it was published.", title="Web address", form=WEB_ADDRESS)
    rights: str = text("Whose the text is, and on what terms it stands here.")
    coder: str = text("Who coded it.")
