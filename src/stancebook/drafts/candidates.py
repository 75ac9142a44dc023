"""Records that a model proposes, as they would be in a file."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from stancebook.drafts.output_schema import PASSAGE_KEYS, QUOTE
from stancebook.drafts.source_material import Document, Values
from stancebook.problems import Problem
from stancebook.schema.record_forms import RecordForm
from stancebook.schema.spec import ID, QUOTE_CONTEXT
from stancebook.sources.anchoring import AnchorError, SourceText
from stancebook.sources.nodes import MAX_DEPTH

MAX_EXPANDED_CHARACTERS = 3000  # of a passage given by its first and its last words
_KEYS = ("passage", "why", ID, "values")
_ENDS = ("from", "to")  # the first and the last words of a passage
_PASSAGE_KEYS = (QUOTE, *_ENDS, *QUOTE_CONTEXT)
EXACT, SPACED, EXPANDED = "exact", "white space", "first and last words"


@dataclass(frozen=True)
class Candidate:
    """A record that a model proposes.

    Attributes:
        table: Its table.
        id: Its ID.
        record: Its values by key, as they would be in a file; nested records in lists.
        answered: The record as the model answered it.
        how: How its passage is found in the text: `exact`, `white space` if only that differs, or `first and last
            words`; empty if it is not found.
        round: The round of corrections in which it was sent; 0 for the first answer.
        problems: What prevents it from being a record at all.
    """

    table: str
    id: str
    record: Values
    answered: Values
    how: str
    round: int
    problems: tuple[Problem, ...] = ()

    @property
    def quote(self) -> str:
        """The words of its passage."""
        return str(self.record.get(QUOTE) or "")


def read_candidate(document: Document, form: RecordForm, answered: Values, name: str, number: int) -> Candidate:
    """Return a record of an answer as a candidate.

    Args:
        document: The document.
        form: The form of the table.
        answered: The record as answered.
        name: Its ID.
        number: The round of corrections.
    """
    try:
        values, passage = _parts(answered, name)
        how = EXPANDED if QUOTE not in passage and all(isinstance(passage.get(key), str) for key in _ENDS) else ""
        if how:
            passage[QUOTE] = _expanded(document.text, passage)
    except (_ShapeError, AnchorError) as error:
        message, hint = error.args
        where = ".".join(filter(None, [f"{form.section}[{name}]", getattr(error, "key", "passage")]))
        problem = Problem(document.target, 1, 1, where, message, hint)
        return Candidate(form.name, name, {ID: name}, answered, "", number, (problem,))
    record = {ID: name, **values, **{key: passage[key] for key in PASSAGE_KEYS if key in passage}}
    return Candidate(form.name, name, record, answered, _how(document.text, record, how), number)


class _ShapeError(ValueError):
    """Raised for what is no record; its arguments are the message and the hint of a problem."""

    def __init__(self, key: str, message: str, hint: str) -> None:
        super().__init__(message, hint)
        self.key = key


def _parts(answered: Values, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the values and the passage of an answered record."""
    passage, values = answered.get("passage"), answered.get("values")
    if not isinstance(values, dict) or not isinstance(passage, dict):
        raise _ShapeError("", "'passage' or 'values' is missing, or is no object", f"a record has {', '.join(_KEYS)}")
    for key, found, known in (("", answered, _KEYS), ("passage", passage, _PASSAGE_KEYS)):
        if unknown := [other for other in found if other not in known]:
            raise _ShapeError(key, f"unknown keys: {', '.join(unknown)[:200]}", f"there are {', '.join(known)}")
    if misplaced := [key for key in (ID, *PASSAGE_KEYS) if key in values]:
        raise _ShapeError("values", f"{', '.join(misplaced)} cannot be here", "put it into 'passage' or 'id'")
    try:
        parts = _plain(values), _plain(passage)
        json.dumps([name, parts], ensure_ascii=False).encode()
    except UnicodeEncodeError:
        message = "a value has half a character (a lone surrogate)"
        raise _ShapeError("", message, "write the characters themselves") from None
    except RecursionError:
        hint = "a value is a text, a number, true, false or null"
        raise _ShapeError("values", "values nest too deep", hint) from None
    return parts


def unused_name(wanted: Any, table: str, used: Collection[str]) -> str:
    """Return an ID for a record: the one that it has, with a number after it if another record has it.

    Args:
        wanted: The ID in the answer.
        table: The table, whose first letter starts the ID of a record without one.
        used: The IDs of other records.
    """
    given = wanted.strip() if isinstance(wanted, str) else ""
    name, number = given or f"{table[0]}01", 1
    while name in used:
        number += 1
        name = f"{given}-{number}" if given else f"{table[0]}{number:02}"
    return name


def _plain(value: Any, depth: int = 0) -> Any:
    """Return values as they would be in a file: texts, and nothing for null and for blank texts."""
    if depth > MAX_DEPTH:
        raise RecursionError
    if isinstance(value, dict):
        plain = {str(key): _plain(item, depth + 1) for key, item in value.items()}
        return {key: item for key, item in plain.items() if item not in (None, [])}
    if isinstance(value, list):
        return [_plain(item, depth + 1) for item in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) and value.strip() else None


def _how(text: SourceText, record: Mapping[str, Any], how: str) -> str:
    """Return how a passage is found; empty if it is not."""
    quote, prefix, suffix = (record.get(key, "") for key in (QUOTE, *QUOTE_CONTEXT))
    if not all(isinstance(each, str) for each in (quote, prefix, suffix)) or text.find(quote, prefix, suffix) is None:
        return ""
    return how or (EXACT if quote in text.raw else SPACED)


def _expanded(text: SourceText, passage: Mapping[str, Any]) -> str:
    """Return the words of the text from the first to the last ones of a passage.

    Raises:
        AnchorError: There are none, or too many.
    """
    prefix, suffix = (str(passage.get(key) or "") for key in QUOTE_CONTEXT)
    start, end_of_first = text.anchor(passage["from"], prefix)
    last, following = (r"\s+".join(map(re.escape, words.split())) for words in (passage["to"], suffix))
    found = re.compile(rf"{last}(?=\s*{following})").finditer(text.raw, start)
    end = next((match.end() for match in found if match.end() >= end_of_first), None)
    if end is None:
        text.locate(passage["to"])
        raise AnchorError('the words in "to" are not after those in "from"', "give the last words of the same passage")
    if end - start > MAX_EXPANDED_CHARACTERS:
        message = f'from "from" to "to" there are {end - start:,} characters, which is no passage'
        raise AnchorError(message, f"at most {MAX_EXPANDED_CHARACTERS:,}: make several records of it")
    return text.raw[start:end]
