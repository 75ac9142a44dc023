"""Extract the text of a PDF: its lines, and a blank line between pages."""

from __future__ import annotations

import io
import logging
import re

from stancebook.problems import pluralize
from stancebook.starter.extracted import Extracted, ExtractionError, Fact

_HYPHENATED = re.compile(r"\w[-\u00ad\u2010]$", re.MULTILINE)


def extract_pdf(data: bytes) -> Extracted:
    """Extract the text of a PDF.

    Args:
        data: Its content.

    Raises:
        ExtractionError: It is damaged, has a password, or has no text.
    """
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, FileNotDecryptedError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it logs each irregularity that it reads over
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted:
            reader.decrypt("")  # what may only not be printed opens so; with any other password, reading fails below
        pages = [page.extract_text().strip() for page in reader.pages]
        known, catalog = reader.metadata, reader.root_object
        stated = {
            "title": str(known.title or "") if known else "",
            "author": str(known.author or "") if known else "",
            "language": str(catalog.get("/Lang", "")),
        }
    except (DependencyError, FileNotDecryptedError) as error:
        raise ExtractionError("is protected by a password: save a copy without one") from error
    except Exception as error:  # what the library raises for a damaged file is of many kinds
        raise ExtractionError("is damaged, or is no PDF: open it, and print it into a new PDF") from error
    if not any(pages):
        raise ExtractionError(
            f"has no text on its {pluralize(len(pages), 'page')}: these are pictures, as of a scanner. Run a program"
            " for text recognition on it first, such as ocrmypdf"
        )
    text = "\n\n".join(filter(None, pages))
    facts = (
        Fact("title", stated["title"], "the property Title of the file"),
        Fact("author", stated["author"], "the property Author of the file"),
        Fact("language", stated["language"], "the language of the file"),
    )
    return Extracted(f"{text}\n".encode(errors="replace"), facts=facts, remarks=tuple(_remarks(pages, text)))


def _remarks(pages: list[str], text: str) -> list[str]:
    remarks = []
    if empty := [str(number) for number, page in enumerate(pages, start=1) if not page]:
        remarks.append(f"without text: {'page' if len(empty) == 1 else 'pages'} {', '.join(empty)}")
    if hyphens := len(_HYPHENATED.findall(text)):
        remarks.append(
            f"{pluralize(hyphens, 'line')} with a hyphen at the end: where it only divides a word, quote both parts"
        )
    return remarks
