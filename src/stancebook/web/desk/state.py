"""What the page of a document shows: its rows, its text, its problems, and what is not coded yet, as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar

from stancebook.build.coverage import untouched_passages
from stancebook.problems import Problem
from stancebook.schema.contract import Contract
from stancebook.sources.anchoring import SourceText
from stancebook.web.desk.checks import CheckedDocument
from stancebook.web.desk.edits import next_ids
from stancebook.web.desk.rows import (
    DECISIONS,
    NOTHING_HERE,
    FileRows,
    Place,
    Row,
    locate_problems,
    own_id,
    problem_state,
    read_rows,
)
from stancebook.web.items import Item, document_items
from stancebook.web.rendering import item_html, text_blocks

_MAX_SHOWN = 8  # revisions that are remembered
_MAX_SUGGESTIONS = 5  # last values of a key

T = TypeVar("T")
_Passage = Mapping[str, Any]  # with `start` and `end`


@dataclass(frozen=True)
class Contents:
    """One state of a document, and what the build finds in it.

    Attributes:
        contract: The contract of the dataset.
        doc_id: The document.
        source: Its text; None if it cannot be read.
        file: The name of its annotation file.
        text: The text of that file.
        rows: The records of that file.
        checked: What the build finds.
        problems: All problems, those of reading its files included.
    """

    contract: Contract
    doc_id: str
    source: SourceText | None
    file: str
    text: str
    rows: FileRows
    checked: CheckedDocument
    problems: Sequence[Problem]

    def problem_states(self) -> list[dict[str, Any]]:
        """Return the problems, each with the record and key that it is about."""
        own = [problem for problem in self.problems if problem.file == self.file]
        rows, names = self.rows, [row.where for row in self.rows.rows]
        if (own and len({*names}) < len(names)) or not all(problem.where for problem in own):
            specs = self.contract.document_tables
            rows = read_rows(self.text, self.file, specs, self.contract, with_positions=True)
        places = dict(zip(map(id, own), locate_problems(rows, own), strict=True))
        return [problem_state(problem, **asdict(places.get(id(problem), Place()))) for problem in self.problems]

    def row_states(self, written: Mapping[str, tuple[Item, str]]) -> list[dict[str, Any]]:
        """Return the rows in the order of the file, given the items and their HTML by address."""
        decisions = {decision.get("row", ""): dict(decision) for decision in self.rows.others.get(DECISIONS, ())}
        numbers = dict.fromkeys(self.checked.spans, 0)
        states = []
        for row in self.rows.rows:
            spans, number = self.checked.spans.get(row.table, ()), numbers.get(row.table, 0)
            span = spans[number] if number < len(spans) else None
            item, html = written.get(row.address, (None, ""))
            numbers[row.table] = number + 1
            children = {name: [dict(child.values) for child in listed] for name, listed in row.children.items()}
            states.append(
                {
                    "table": row.table,
                    "id": own_id(row, self.contract.tables[row.table]),
                    "address": row.address,
                    "path": row.path,
                    "start": span[0] if span else None,
                    "end": span[1] if span else None,
                    "label": item.label if item else row.where,
                    "html": html,
                    "values": dict(row.values),
                    "children": children,
                    "decision": decisions.get(row.address),
                }
            )
        return states

    def blocks(self, items: Sequence[Item], *passages: Sequence[_Passage]) -> list[tuple[str, str]]:
        """Return the ID and the HTML of each block of the text; the passages are marked in it."""
        if self.source is None:
            return []
        spans = [[(found["start"], found["end"]) for found in listed] for listed in passages]
        return text_blocks(self.source.raw, items, *spans)

    def nothing_here(self) -> list[dict[str, Any]]:
        """Return the passages that were read and hold nothing to code."""
        found = []
        for record in self.rows.others.get(NOTHING_HERE, ()):
            quote = (record.get(key, "") for key in ("quote", "prefix", "suffix"))
            if self.source is not None and (span := self.source.find(*quote)) is not None:
                found.append({"start": span.start, "end": span.end, "note": record.get("note", "")})
        return found

    def uncovered(self, nothing_here: Sequence[_Passage]) -> list[dict[str, Any]]:
        """Return the passages that no row covers, and that are not marked as ones with nothing to code."""
        if self.source is None:
            return []
        spans = [span for listed in self.checked.spans.values() for span in listed if span is not None]
        spans += [(found["start"], found["end"]) for found in nothing_here]
        sentences = [(sentence.start, sentence.end) for sentence in self.checked.sentences]
        return [
            {
                "start": passage["char_start"],
                "end": passage["char_end"],
                "line": passage["line"],
                "passage": passage["passage"],
            }
            for passage in untouched_passages(self.source.raw, sentences, spans)
        ]


@dataclass(frozen=True)
class _Shown:
    """What a page shows of one revision: the HTML of the blocks of its text by ID, and its rows by address."""

    blocks: Mapping[str, str] = field(default_factory=dict)
    rows: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


class PageStates:
    """Makes states of a document for its pages, which are sent only what they do not show yet."""

    def __init__(self) -> None:
        """Start without a page."""
        self._shown: dict[int, _Shown] = {}
        self._html: dict[str, tuple[Item, str]] = {}  # of the rows that were written last, by address

    def state(self, contents: Contents, revision: int, since: Any = None) -> dict[str, Any]:
        """Return what a page shows of a state of the document.

        Args:
            contents: The state.
            revision: Its number.
            since: The revision that the page shows: only rows and blocks of the text are given that differ from it.
        """
        items = document_items(contents.contract, contents.checked.frames, contents.doc_id)
        nothing_here = contents.nothing_here()
        uncovered = contents.uncovered(nothing_here)
        known = self._shown.get(since, _Shown()) if isinstance(since, int) else _Shown()
        blocks = dict(contents.blocks(items, uncovered, nothing_here))
        self._html = {item.address: (item, self._written(item)) for item in items}
        rows = {row["address"]: row for row in contents.row_states(self._html)}
        self._remember(revision, _Shown(blocks, rows))
        document = contents.rows.document
        return {
            "blocks": [{"id": name, "html": html} for name, html in _changes(known.blocks, blocks)],
            "rows": [row for _, row in _changes(known.rows, rows)],
            "row_order": [*rows],
            "problems": contents.problem_states(),
            "document": dict(document.values) if document else {},
            "nothing_here": nothing_here,
            "uncovered": uncovered,
            "suggestions": _suggestions(contents.rows.rows),
            "next_ids": next_ids(contents.contract, contents.rows),
        }

    def _written(self, item: Item) -> str:
        """Return the HTML of a row, which is written again only if it is another row now."""
        known, html = self._html.get(item.address, (None, ""))
        return html if known == item else item_html(item)

    def _remember(self, revision: int, shown: _Shown) -> None:
        self._shown.pop(revision, None)
        self._shown[revision] = shown
        while len(self._shown) > _MAX_SHOWN:
            del self._shown[next(iter(self._shown))]


def _changes(known: Mapping[str, T], now: Mapping[str, T]) -> Iterator[tuple[str, T]]:
    """Yield the entries that are new or different."""
    for name, value in now.items():
        if known.get(name) != value:
            yield name, value


def _suggestions(rows: Sequence[Row]) -> dict[str, dict[str, list[str]]]:
    """Return the last distinct values of each key, by table, the latest first."""
    found: dict[str, dict[str, list[str]]] = {}
    for row in reversed(rows):
        for key, value in row.values.items():
            values = found.setdefault(row.table, {}).setdefault(key, [])
            if value not in values and len(values) < _MAX_SUGGESTIONS and "\n" not in value:
                values.append(value)
    return found
