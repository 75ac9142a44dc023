"""What all tables of passages share: how sure the coder is, and dates in four columns."""

from schemas.vocabularies import CONFIDENCE
from stancebook import Annotation, Category, Date, categorical, edtf, edtf_lower, edtf_upper, text, verbatim


class Passage(Annotation):
    """A coded passage."""

    confidence: Category = categorical(CONFIDENCE, "How firmly the passage supports the row.")
    note: str = text("What a reader of the row should know: an inference, a doubt, a decision.", nullable=True)


class DatedPassage(Passage):
    """A coded passage about something that has a date."""

    date_text: str = verbatim("The words of the document that date it.", nullable=True)
    date_edtf: str = edtf(
        "What the coder takes those words, or the surrounding text, to mean.", title="Date (EDTF)", nullable=True
    )
    date_start: Date = edtf_lower("date_edtf", "First day that date_edtf covers; empty if it is open.")
    date_end: Date = edtf_upper("date_edtf", "Last day that date_edtf covers; empty if it is open.")
