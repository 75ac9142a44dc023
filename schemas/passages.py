"""What all tables of passages share: how sure the coder is, and dates with what they rest on."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from schemas.vocabularies import CONFIDENCE, DATE_BASIS
from stancebook import (
    Annotation,
    Category,
    Date,
    Tables,
    categorical,
    edtf,
    edtf_lower,
    edtf_upper,
    look_up,
    paragraph_number,
    sentence_number,
    text,
    verbatim,
)


def date_basis(table: str) -> Any:
    """Declare the column of a table of dated passages that says what the date rests on."""
    description = "What the date rests on; empty if there is none."
    return categorical(DATE_BASIS, description, nullable=True, compute=basis_of_dates(table))


def basis_of_dates(table: str) -> Callable[[Tables], "pd.Series[Any]"]:
    """Return the function that tells, for each row of a table, what its date rests on.

    A position that reaches from an unknown day to the day of publication, without words that date it, is standing.
    """

    def compute(tables: Tables) -> "pd.Series[Any]":
        rows = tables[table]
        published = look_up(tables["documents"], rows["doc_id"], "published")
        standing = rows["date_start"].isna() & (rows["date_end"] == published)
        unstated = pd.Series(np.where(standing, "standing", "inferred"), index=rows.index, dtype="object")
        return unstated.mask(rows["date_text"].notna(), "stated").where(rows["date_edtf"].notna())

    return compute


class Passage(Annotation):
    """A coded passage."""

    paragraph: int = paragraph_number("The paragraph that the passage starts in.")
    sentence: int = sentence_number("The sentence that the passage starts in.")
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
