"""Prodigy: for each coder a file of tasks with spans, relations and tokens, and the labels for a recipe.

https://prodi.gy/docs/api-interfaces: a row is a span with the label of its table, and a reference to another row is a
relation from it, its head. A key `row` of a span says which row it is; recipes keep it as long as the span stays.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
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

SPAN_LABELS, RELATION_LABELS, README = "span-labels.txt", "relation-labels.txt", "README.txt"
EXTENSION = ".jsonl"
_PIECE = re.compile(r"\w+|\s|[^\w\s]")
_SPACE = " "
_ACCEPT = "accept"
_NO_SESSION = re.compile(r"[\d_-]*")  # Prodigy names a session that has no name by its time
_AGAIN = "write the annotations again, with: prodigy db-out DATASET > THE_FILE.jsonl"
_CONVENTIONS = (Convention(), Convention("utf-16"))
_STEPS = """\
{title} {version}, for Prodigy

1. prodigy spans.manual DATASET blank:en CODER.jsonl --label span-labels.txt
   or, with relations: prodigy rel.manual DATASET blank:en CODER.jsonl --span-label span-labels.txt \
--label relation-labels.txt
   Each file has the rows of one coder. A relation leads from the row that refers to another to that row.
2. prodigy db-out DATASET > CODER.jsonl
3. stancebook import prodigy CODER.jsonl

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
    tables = [form.name for form in project.layers]
    labels = {SPAN_LABELS: tables, RELATION_LABELS: link_names(project)}
    files = {name: "".join(f"{label}\n" for label in given) for name, given in labels.items()} | {README: steps}
    for text in project.texts:
        for coder, rows in text.codings.items():
            line = f"{json.dumps(_task(project, text, rows), ensure_ascii=False)}\n"
            files[f"{coder}{EXTENSION}"] = files.get(f"{coder}{EXTENSION}", "") + line
    return {name: content.encode() for name, content in files.items()}


def _task(project: ExchangeProject, text: CodedText, rows: Sequence[Row]) -> dict[str, Any]:
    """Return a text with the rows of a coder."""
    tokens = _tokens(text.text, rows)
    first = {token["start"]: token["id"] for token in tokens}
    last = {token["end"]: token["id"] for token in tokens}
    spans = {
        row.address: {
            "start": row.start,
            "end": row.end,
            "token_start": first[row.start],
            "token_end": last[row.end],
            "label": row.table,
            "text": text.text[row.start : row.end],
            "row": row.address,
        }
        for row in rows
    }
    relations = [
        {
            "head": last[row.end],
            "child": last[target.end],
            "head_span": spans[row.address],
            "child_span": spans[target.address],
            "label": column,
        }
        for row, column, target in links(project, rows)
    ]
    about = {"doc_id": text.doc_id, "title": text.label}
    return {"text": text.text, "tokens": tokens, "spans": [*spans.values()], "relations": relations, "meta": about}


def _tokens(text: str, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return the tokens of a text, with borders wherever a row starts or ends: Prodigy has no others for spans."""
    starts, ends = {row.start for row in rows}, {row.end for row in rows}
    borders = sorted({0, len(text), *starts, *ends, *(piece.start() for piece in _PIECE.finditer(text))})
    tokens: list[dict[str, Any]] = []
    for start, end in pairwise(borders):
        piece = text[start:end]
        if piece == _SPACE and tokens and not tokens[-1]["ws"] and start not in starts and end not in ends:
            tokens[-1]["ws"] = True  # a single space belongs to the token before it
        else:
            tokens.append({"text": piece, "start": start, "end": end, "id": len(tokens), "ws": False})
    return tokens


# ── Read ──────────────────────────────────────────────────────────────────────────────────────────


def read(paths: Sequence[Path], project: ExchangeProject) -> ToolProject:
    """Read datasets of Prodigy as `db-out` writes them.

    Args:
        paths: Files, or folders with files that end in `.jsonl`.
        project: The project as it is now.
    """
    reader = SpanReader(project, _AGAIN)
    n_left_out = 0
    for path in files_below(paths, EXTENSION):
        root, problems = read_json_lines(path)
        reader.problems += problems
        for task in root:
            if task["answer"].text in ("", _ACCEPT):
                _read_task(reader, task, path.stem)
            else:
                n_left_out += 1
    left_out = f"{pluralize(n_left_out, 'task')} rejected or ignored: left out"
    return ToolProject(reader.texts, _CONVENTIONS, reader.problems, [left_out] * bool(n_left_out) + reader.notes())


def _read_task(reader: SpanReader, task: Json, file: str) -> None:
    """Read a text with the spans of its annotator; of the coder that a file is named after if there is no name."""
    if (refused := _refusal(task)) is not None:
        reader.report(task.place, refused, _AGAIN)
        return
    annotator = task["_annotator_id"].text or task["_session_id"].text
    coder = file if _NO_SESSION.fullmatch(annotator) else annotator
    spans = {str(number): span for number, span in enumerate(task["spans"], start=1)}
    items = [item for span_id, span in spans.items() for item in _item(reader, span_id, span)]
    relations = (
        Relation(
            each.place,
            each["label"].text,
            _spans_of(each["head_span"], each["head"], spans),
            _spans_of(each["child_span"], each["child"], spans),
        )
        for each in task["relations"]
    )
    codings = {coder: reader.linked(items, relations)}
    number = task["_input_hash"].text
    name = f"text {number}" if number else ""
    reader.add(ToolText(name, task["text"].text, codings, task["meta"]["doc_id"].text, task.place))


def _item(reader: SpanReader, span_id: str, span: Json) -> Iterator[ToolItem]:
    label = span["label"].text
    table, _, row_id = span["row"].text.partition(".")
    item = ToolItem(
        span_id, [label] if label else [], [], span["text"].text, row_id=row_id if table and table == label else ""
    )
    yield from reader.span(span.place, item, span["start"].integer, span["end"].integer)


def _spans_of(end: Json, token: Json, spans: Mapping[str, Json]) -> list[str]:
    """Return the spans that an end of a relation may be: the one of its row; else by passage, or by the last token."""
    row = end["row"].text
    found = [span_id for span_id, span in spans.items() if row and span["row"].text == row]
    if end.is_mapping:
        keys = ("start", "end", "label")
        wanted = [end[key].text for key in keys]
        return found or [span_id for span_id, span in spans.items() if [span[key].text for key in keys] == wanted]
    return [span_id for span_id, span in spans.items() if token and span["token_end"].text == token.text]


def _refusal(task: Json) -> str | None:
    """Return why a value is no text with spans; None if it is one."""
    if not task["text"].text:
        return "this is no task with a text"
    keys = task.entries.keys()
    if "spans" not in keys and {"accept", "options", "label"} & keys:
        return "its labels are of the whole text, not of passages"
    if not {"spans", "answer"} & keys:
        return "this text has no spans of Prodigy"
    return None
