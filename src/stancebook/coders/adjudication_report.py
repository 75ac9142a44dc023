"""What is left to decide on codings, as text for people and as JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from stancebook.coders.adjudication import Adjudication
from stancebook.coders.matters import QUOTE, CodedRow, Matter
from stancebook.problems import Problem, as_json, pluralize, shorten

_EMPTY = "(empty)"


def as_text(adjudication: Adjudication, file: str, *, changed: bool, dry_run: bool = False) -> str:
    """Return what was added to a file and what is left to decide, as text.

    Args:
        adjudication: The codings, and the file before.
        file: The file as displayed to the user.
        changed: Whether it differs from what it was before.
        dry_run: Whether it was not written.
    """
    *first, last = adjudication.codings.coders
    lines = [f"compared {', '.join(first)} and {last} on {adjudication.codings.doc_id}"]
    lines += _counts(adjudication.matters, "to add" if dry_run else "added")
    lines += _listed("to decide", _open_entries(adjudication))
    lines += _listed("not added, since they refer to rows that are not decided, or left out", _waiting(adjudication))
    lines += _listed("not as all coders have them, and left as they are", _edited(adjudication))
    lines += _listed("decisions on rows that no coding has", _unknown(adjudication))
    verb = "unchanged" if not changed else "would change" if dry_run else "wrote"
    return "\n".join([*lines, "", f"{verb}  {file}"])


def as_record(adjudication: Adjudication, file: str, errors: Sequence[Problem], *, changed: bool) -> dict[str, Any]:
    """Return the same as a JSON object.

    Args:
        adjudication: The codings, and the file before.
        file: The file as displayed to the user.
        errors: What is wrong with it now.
        changed: Whether it differs from what it was before.
    """
    return {
        "document": adjudication.codings.doc_id,
        "coders": adjudication.codings.coders,
        "file": file,
        "changed": changed,
        "added": [matter.row for matter in adjudication.matters if matter.is_ready],
        "to_decide": [_matter_record(matter) for matter in adjudication.open],
        "waiting": [_matter_record(matter) for matter in adjudication.matters if matter.waits_for],
        "edited": [_matter_record(matter) for matter in adjudication.matters if matter.state == "edited"],
        "unknown": [{"row": decision.row, "coded_row": name} for decision, name in adjudication.unknown_rows],
        "problems": json.loads(as_json(errors)),
    }


def shown_value(row: CodedRow, key: str) -> str:
    """Return a value of a row as its coder wrote it; nested records on one line; empty if there is none."""
    records = row.children.get(key, ())
    return row.values.get(key, "") or ", ".join(" ".join(record.values()) for record in records)


def _matter_record(matter: Matter) -> dict[str, Any]:
    return {
        "row": matter.row,
        "table": matter.table,
        "differing": list(matter.differing),
        "missing": list(matter.missing),
        "waits_for": list(matter.waits_for),
        "rows": [
            {
                "coder": row.coder,
                "id": row.id,
                "file": row.position.file,
                "line": row.position.line,
                "column": row.position.column,
                "char_start": row.start,
                "char_end": row.end,
                "values": {**row.values, **{key: list(records) for key, records in row.children.items()}},
            }
            for row in matter.rows
        ],
    }


def _counts(matters: Sequence[Matter], added: str) -> Iterator[str]:
    """Yield how many matters there are of each kind."""
    ready = Counter(each.state for each in matters if each.is_ready)
    states = Counter(each.state for each in matters)
    counts = {
        "in the file, as agreed or decided": states["in file"],
        f"{added}: all coders agree": ready["agreed"],
        f"{added}: accepted in the file": ready["taken"],
        "to decide": states["open"],
    }
    yield from (f"  {number:>4}  {text}" for text, number in counts.items() if number)


def _listed(title: str, entries: Sequence[Sequence[str]]) -> list[str]:
    if not entries:
        return []
    return ["", f"{title}: {pluralize(len(entries), 'row')}", *(line for entry in entries for line in ["", *entry])]


def _open_entries(adjudication: Adjudication) -> list[list[str]]:
    return [
        [f"  {each.row}: {_reason(each)}", *_rows(each), *_passages(each, adjudication)] for each in adjudication.open
    ]


def _reason(matter: Matter) -> str:
    """Return why a matter has to be decided."""
    only = f"{_names([row.coder for row in matter.rows])} only" if matter.missing or not matter.differing else ""
    return "; ".join(filter(None, [only, _names(matter.differing)]))


def _rows(matter: Matter) -> Iterator[str]:
    """Yield where each row is, and its values of the keys in which they differ."""
    places = [str(row.position) for row in matter.rows]
    widths = max(map(len, places)), max(len(row.name) for row in matter.rows)
    for row, place in zip(matter.rows, places, strict=True):
        values = [f"{key}: {shorten(shown_value(row, key) or _EMPTY)}" for key in matter.differing]
        yield f"    {place:<{widths[0]}}  {row.name:<{widths[1]}}  {'; '.join(values)}".rstrip()


def _passages(matter: Matter, adjudication: Adjudication) -> list[str]:
    """Return the passage, where the values do not show it already."""
    first = matter.rows[0]
    if first.start is None or QUOTE in matter.differing:
        return []
    text = adjudication.codings.text
    return [f"        {shorten(' '.join(text[first.start : first.end].split()))}"]


def _waiting(adjudication: Adjudication) -> list[list[str]]:
    return [
        [f"  {each.row} refers to {_names(each.waits_for)}", *_rows(each)]
        for each in adjudication.matters
        if each.waits_for
    ]


def _edited(adjudication: Adjudication) -> list[list[str]]:
    return [[f"  {each.row}", *_rows(each)] for each in adjudication.matters if each.state == "edited"]


def _unknown(adjudication: Adjudication) -> list[list[str]]:
    return [[f"  {decision.row}: {name}"] for decision, name in adjudication.unknown_rows]


def _names(names: Sequence[str]) -> str:
    return ", ".join(names)
