"""What is withheld in a release, and where in its folder is what restores it."""

import hashlib
from dataclasses import dataclass
from typing import Literal

from stancebook.dataset.layout import CROISSANT, DATA_CARD, DATAPACKAGE

RESTORE = "restore"  # the folder, in a release, of what restores the complete dataset
SEALED = "cells.parquet"  # in that folder
COMPLETE = (DATAPACKAGE, CROISSANT, DATA_CARD)  # in that folder, as they are in the complete dataset
RUN = 6  # words in a row that a release without text has in common with no text

Reason = Literal["verbatim", "run", "free text"]


@dataclass(frozen=True)
class WithheldColumn:
    """What is withheld of a column.

    Attributes:
        table: The table.
        column: The column.
        reason: Whether the column holds words of the text (`verbatim`), or cells share a run of words with a text
            (`run`), or all free text is withheld (`free text`).
        cells: How many cells are withheld.
        filled: How many cells have a value in the complete dataset.
    """

    table: str
    column: str
    reason: Reason
    cells: int
    filled: int


def quote_digest(quote: str) -> str:
    """Return the digest of a passage."""
    return hashlib.sha256(quote.encode()).hexdigest()
