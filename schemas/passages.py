"""What all tables of passages share: how sure the coder is, and dates in four columns."""

from schemas.vocabularies import CONFIDENCE
from stancebook.fields import Category, Day, choice, edtf, end_of, start_of, text, verbatim
from stancebook.table import Grounded


class Passage(Grounded):
    """A coded passage."""

    confidence: Category = choice(CONFIDENCE, "How firmly the passage bears the row.")
    note: str = text("What a reader of the row should know: an inference, a doubt, a decision.", optional=True)


class DatedPassage(Passage):
    """A coded passage about something that has a date."""

    date_text: str = verbatim("The words of the document that date it.", optional=True)
    date_edtf: str = edtf(
        "What the coder takes those words, or the surrounding text, to mean.", title="Date (EDTF)", optional=True
    )
    date_start: Day = start_of("date_edtf", "First day that date_edtf covers; empty where it is open.")
    date_end: Day = end_of("date_edtf", "Last day that date_edtf covers; empty where it is open.")
