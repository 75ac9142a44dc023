"""What annotation files say of the codings that they are made from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping

from stancebook.coders.codings import Coding
from stancebook.problems import Problem
from stancebook.schema.remarks import ADJUDICATED, DECISION_VALUES, DECISIONS
from stancebook.suggestions import options_hint

_NAMING = ((ADJUDICATED, ("coding",)), (DECISIONS, ("from", "over")))


def check_named_coders(authoritative: Coding, coders: Mapping[str, Collection[str]]) -> Iterator[Problem]:
    """Yield a problem for each name of a coder who did not code the text.

    Args:
        authoritative: The annotations of the dataset.
        coders: The documents that each coder coded.
    """
    for remark, keys in _NAMING:
        table = authoritative.remarks[remark.name].records
        for row in range(len(table)):
            known = [coder for coder, documents in coders.items() if table.file(row).doc_id in documents]
            for key in keys:
                named = {name.strip().partition(".")[0] for name in (table.cell(row, key) or "").split(",")}
                for coder in sorted(named - {"", *known}):
                    message = f"{coder!r} is no coder of this text"
                    yield table.record(row).problem(key, message, options_hint(coder, known))


def describe_adjudicated(authoritative: Coding) -> str:
    """Return in a paragraph which documents are made from which codings, and what was decided; empty if none is."""
    made: dict[str, list[tuple[str, str]]] = {}
    table = authoritative.remarks[ADJUDICATED.name].records
    for row in range(len(table)):
        coder, by = ((table.cell(row, key) or "").strip() for key in ("coding", "by"))
        made.setdefault(table.file(row).doc_id, []).append((coder, by))
    return " ".join(_sentence(authoritative, doc_id, codings) for doc_id, codings in made.items())


def _sentence(authoritative: Coding, doc_id: str, codings: Collection[tuple[str, str]]) -> str:
    coders = " and ".join(coder for coder, _ in codings)
    people = ", ".join(dict.fromkeys(by for _, by in codings if by))
    table = authoritative.remarks[DECISIONS.name].records
    decided = Counter(table.cell(row, "decision") for row in range(len(table)) if table.file(row).doc_id == doc_id)
    counts = ", ".join(f"{decided[value]} {value}" for value in DECISION_VALUES if decided[value])
    return (
        f"The annotations of {doc_id} are adjudicated from the codings {coders}{f' by {people}' if people else ''};"
        f" decisions on rows: {counts or 'none'}."
    )
