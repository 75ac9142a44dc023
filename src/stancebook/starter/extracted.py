"""What is extracted from a file."""

from __future__ import annotations

from dataclasses import dataclass

from stancebook.exceptions import StancebookError


class ExtractionError(StancebookError):
    """No text can be extracted from a file; the sentence goes on after its name."""


@dataclass(frozen=True)
class Fact:
    """Something that a file says about itself.

    Attributes:
        property: What it is: `title`, `author`, `publisher`, `published`, `url`, `language`; or a key of the document.
        value: As the file says it.
        origin: Where the file says it, in words.
    """

    property: str
    value: str
    origin: str


@dataclass(frozen=True)
class Extracted:
    """The text of a file.

    Attributes:
        text: The text in UTF-8.
        is_the_file: Whether the text is the file, byte for byte.
        facts: What the file says about itself; of a property, the first one counts.
        remarks: What was converted, and what of the file is not in the text.
    """

    text: bytes
    is_the_file: bool = False
    facts: tuple[Fact, ...] = ()
    remarks: tuple[str, ...] = ()
