"""doccano: for each coder a file of texts with labeled spans and relations, and the labels to begin a project with.

https://doccano.github.io/doccano: a row is a span with the label of its table, and a reference to another row is a
relation. doccano has no other attributes, and gives spans other identifiers than those it imports.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from stancebook.exchange.adapters.span_lines import (
    Relation,
    SpanReader,
    link_names,
    links,
    meanings,
    rights,
)
from stancebook.exchange.offsets import Convention
from stancebook.exchange.project import CodedText, ExchangeProject, Row, ToolItem, ToolProject, ToolText
from stancebook.exchange.tool_files import Json, files_below, read_json_lines
from stancebook.problems import pluralize

SPAN_LABELS, RELATION_LABELS, README = "span-labels.json", "relation-labels.json", "README.txt"
EXTENSION = ".jsonl"
_EVERYBODY = "all"  # the name of the file in which doccano mixes the annotations of all users
_COLORS = ("#9ecae1", "#fdae6b", "#a1d99b", "#fcbba1", "#ffe08a", "#c7b9dd", "#d9d9d9", "#b5e2d8")
_BLACK = "#000000"
_TRIPLE = ("start_offset", "end_offset", "label")  # the parts of a span that is written as a list
_AGAIN = "export again from doccano, from a project for relations or sequence labeling, with the format 'JSONL'"
_STEPS = """\
{title} {version}, for doccano

1. Create a project of the type "Sequence labeling" with "Use relation labeling" and "Allow overlapping spans".
   Without the latter, doccano drops rows that overlap, and says nothing. Leave "Count grapheme clusters as one
   character" off.
2. Under Labels, import span-labels.json on the tab Span, and relation-labels.json on the tab Relation.
3. Under Dataset, import the file of one coder, such as authoritative.jsonl, with the format JSONL(relation). The rows
   of another coder need a project of their own.
4. Annotate. A relation leads from the row that refers to another to that row.
5. Under Dataset, export with the format JSONL(relation), and unpack the archive: each user has a file.
6. stancebook import doccano THE_FILE.jsonl --coder NAME

The files have these texts:
{texts}

What the labels mean:
{meanings}
"""

# ── Write ─────────────────────────────────────────────────────────────────────────────────────────


def write(project: ExchangeProject, _variant: str = "") -> dict[str, bytes]:
    """Return the files of an export: labels, a file for each coder, and what to do with them."""
    named = {"title": project.title, "version": project.version}
    steps = _STEPS.format(**named, texts=rights(project), meanings=meanings(project))
    tables = (form.name for form in project.layers)
    files = {SPAN_LABELS: _labels(tables), RELATION_LABELS: _labels(link_names(project)), README: steps}
    for text in project.texts:
        for coder, rows in text.codings.items():
            line = f"{json.dumps(_line(project, text, rows), ensure_ascii=False)}\n"
            files[f"{coder}{EXTENSION}"] = files.get(f"{coder}{EXTENSION}", "") + line
    return {name: content.encode() for name, content in files.items()}


def _labels(names: Iterable[str]) -> str:
    """Return labels as doccano imports them."""
    labels = [
        {"text": name, "backgroundColor": _COLORS[number % len(_COLORS)], "textColor": _BLACK}
        for number, name in enumerate(names)
    ]
    return f"{json.dumps(labels, indent=1)}\n"


def _line(project: ExchangeProject, text: CodedText, rows: Sequence[Row]) -> dict[str, Any]:
    """Return a text with the rows of a coder."""
    numbers = {row.address: number for number, row in enumerate(rows, start=1)}
    entities = [
        {"id": numbers[row.address], "label": row.table, "start_offset": row.start, "end_offset": row.end}
        for row in rows
    ]
    relations = [
        {"id": number, "from_id": numbers[row.address], "to_id": numbers[target.address], "type": column}
        for number, (row, column, target) in enumerate(links(project, rows), start=1)
    ]
    return {"text": text.text, "doc_id": text.doc_id, "entities": entities, "relations": relations}


# ── Read ──────────────────────────────────────────────────────────────────────────────────────────


def read(paths: Sequence[Path], project: ExchangeProject) -> ToolProject:
    """Read exports of doccano in the format JSONL, one file for each user.

    Args:
        paths: Files, or folders with files that end in `.jsonl`.
        project: The project as it is now.
    """
    reader = SpanReader(project, _AGAIN)
    n_comments = 0
    for path in files_below(paths, EXTENSION):
        root, problems = read_json_lines(path)
        reader.problems += problems
        for line in root:
            n_comments += len([*line["Comments"]])
            _read_line(reader, line, "" if path.stem == _EVERYBODY else path.stem)
    comments = f"{pluralize(n_comments, 'comment')} on texts: left out"
    return ToolProject(reader.texts, [Convention()], reader.problems, [comments] * bool(n_comments) + reader.notes())


def _read_line(reader: SpanReader, line: Json, coder: str) -> None:
    """Read a text with the spans of a coder."""
    if (refused := _refusal(line)) is not None:
        reader.report(line.place, refused, _AGAIN)
        return
    items = [*_spans(reader, line)]
    by_id = {item.tool_id: item for item in items}
    if len(by_id) < len(items):
        reader.report(line.place, "two annotations of the text have the same id", _AGAIN)
    twins: dict[tuple[object, ...], list[str]] = {}
    for item in items:
        twins.setdefault(_passage(item), []).append(item.tool_id)
    same = {span_id: twins[_passage(item)] for span_id, item in by_id.items()}
    relations = (
        Relation(each.place, each["type"].text, same.get(each["from_id"].text, []), same.get(each["to_id"].text, []))
        for each in line["relations"]
    )
    codings = {coder: reader.linked(items, relations)}
    reader.add(ToolText(line["id"].text, _text(line), codings, line["doc_id"].text, line.place))


def _spans(reader: SpanReader, line: Json) -> Iterator[ToolItem]:
    """Yield the spans of a text; those that are lists get their numbers as identifiers."""
    given = [*line["entities"], *line["label"], *line["labels"]]
    for number, each in enumerate(given, start=1):
        span = dict(zip(_TRIPLE, each, strict=False)) if each.is_list else each.entries
        start, end = (span[name].integer if name in span else None for name in _TRIPLE[:2])
        label = span["label"].text if "label" in span else ""
        item = ToolItem(span["id"].text if "id" in span else str(number), [label] if label else [], [])
        yield from reader.span(each.place, item, start, end)


def _passage(item: ToolItem) -> tuple[object, ...]:
    return (*item.labels, *item.spans)


def _text(line: Json) -> str:
    return line["text"].text or line["data"].text


def _refusal(line: Json) -> str | None:
    """Return why a value is no text with spans; None if it is one."""
    keys = line.entries
    if "annotations" in keys:
        return "this is of a doccano before 1.0, whose labels are numbers"
    if not _text(line):
        return "this is no text of doccano"
    if not {"entities", "label", "labels"} & keys.keys():
        return "this text has no spans of doccano"
    labels = [*line["label"], *line["labels"]]
    if "cats" in keys or not all(each.is_list or each.is_mapping for each in labels):
        return "its labels are of the whole text, not of passages"
    return None
