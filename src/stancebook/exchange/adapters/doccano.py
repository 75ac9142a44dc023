"""doccano: for each coder a file of texts with labeled spans and relations, and the labels to begin a project with.

https://doccano.github.io/doccano: a row is a span with the label of its table, and a reference to another row is a
relation. doccano has no other attributes, and gives spans other identifiers than those it imports.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from stancebook.exchange.offsets import Convention
from stancebook.exchange.placing import problem_at
from stancebook.exchange.project import CodedText, ExchangeProject, Place, Row, ToolItem, ToolProject, ToolText
from stancebook.exchange.tool_files import Json, files_below, read_json_lines
from stancebook.problems import Problem, pluralize, shorten
from stancebook.schema.record_forms import RecordForm

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
    links = dict.fromkeys(key.name for form in project.layers for key in form.keys if project.is_link(key))
    texts = "\n".join(f"- {text.doc_id}: {text.rights or 'whose it is, is not given'}" for text in project.texts)
    meanings = "\n".join(line for form in project.layers for line in _meanings(project, form))
    steps = _STEPS.format(title=project.title, version=project.version, texts=texts, meanings=meanings)
    files = {SPAN_LABELS: _labels(form.name for form in project.layers), RELATION_LABELS: _labels(iter(links))}
    coders = dict.fromkeys(coder for text in project.texts for coder in text.codings)
    for coder in coders:
        lines = [_line(project, text, text.codings[coder]) for text in project.texts if coder in text.codings]
        files[f"{coder}{EXTENSION}"] = "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines)
    return {name: content.encode() for name, content in {**files, README: steps}.items()}


def _labels(names: Iterator[str]) -> str:
    """Return labels as doccano imports them."""
    labels = [
        {"text": name, "backgroundColor": _COLORS[number % len(_COLORS)], "textColor": _BLACK}
        for number, name in enumerate(names)
    ]
    return f"{json.dumps(labels, indent=1)}\n"


def _meanings(project: ExchangeProject, form: RecordForm) -> Iterator[str]:
    yield f"- {form.name}: {form.description}"
    for key in form.keys:
        if project.is_link(key):
            yield f"  - {key.name}, a relation to {key.target}: {key.description}"


def _line(project: ExchangeProject, text: CodedText, rows: Sequence[Row]) -> dict[str, Any]:
    """Return a text with the rows of a coder."""
    numbers = {row.address: number for number, row in enumerate(rows, start=1)}
    entities = [
        {"id": numbers[row.address], "label": row.table, "start_offset": row.start, "end_offset": row.end}
        for row in rows
    ]
    ends = [
        {"from_id": numbers[row.address], "to_id": target, "type": key.name}
        for row in rows
        for key in project.forms[row.table].keys
        if project.is_link(key) and (target := numbers.get(f"{key.target}.{row.values.get(key.name)}"))
    ]
    relations = [{"id": number, **each} for number, each in enumerate(ends, start=1)]
    return {"text": text.text, "doc_id": text.doc_id, "entities": entities, "relations": relations}


# ── Read ──────────────────────────────────────────────────────────────────────────────────────────


def read(paths: Sequence[Path], project: ExchangeProject) -> ToolProject:
    """Read exports of doccano in the format JSONL, one file for each user.

    Args:
        paths: Files, or folders with files that end in `.jsonl`.
        project: The project as it is now.
    """
    reader = _Reader(project)
    for path in files_below(paths, EXTENSION):
        root, problems = read_json_lines(path)
        reader.problems += problems
        coder = "" if path.stem == _EVERYBODY else path.stem
        for line in root:
            reader.add(line, coder)
    return ToolProject(reader.texts, [Convention()], reader.problems, reader.notes())


class _Reader:
    """Reads texts with spans, and collects problems."""

    def __init__(self, project: ExchangeProject) -> None:
        self.documents = {text.doc_id for text in project.texts}
        self.problems: list[Problem] = []
        self.texts: list[ToolText] = []
        self.found: dict[tuple[str, str, str], list[ToolItem]] = {}  # by document, text and coder, without places
        self.n_comments = 0
        self.n_doubtful = 0

    def notes(self) -> list[str]:
        """Return what was left out, as sentences."""
        comments = f"{pluralize(self.n_comments, 'comment')} on texts: left out"
        twins = pluralize(self.n_doubtful, "relation")
        doubtful = f"{twins} of spans that have label and passage in common: left out"
        return [comments] * bool(self.n_comments) + [doubtful] * bool(self.n_doubtful)

    def add(self, line: Json, coder: str) -> None:
        """Add a text with the spans of a coder."""
        if (refused := _refusal(line)) is not None:
            self.problems.append(problem_at(line.place, "", refused, _AGAIN))
            return
        text, doc_id = _text(line), line["doc_id"].text
        doc_id = doc_id if doc_id in self.documents else ""
        self.n_comments += len([*line["Comments"]])
        items = self._with_relations(line, [*self._spans(line)])
        alike = [replace(item, place=Place("")) for item in items]
        first = self.found.setdefault((doc_id, text, coder), alike)
        if first is alike:
            name = doc_id or line["id"].text or f"line {line.place.line}"
            self.texts.append(ToolText(name, text, {coder: items}, doc_id, line.place))
        elif first != alike:
            message = f"'{shorten(coder)}' has this text twice, and not with the same spans"
            self.problems.append(problem_at(line.place, "", message, "delete one of the two lines"))

    def _report(self, place: Place, where: str, message: str, hint: str) -> None:
        self.problems.append(problem_at(place, where, message, hint))

    def _spans(self, line: Json) -> Iterator[ToolItem]:
        """Yield the spans of a text; those that are lists get their numbers as identifiers."""
        given = [*line["entities"], *line["label"], *line["labels"]]
        for number, each in enumerate(given, start=1):
            span = dict(zip(_TRIPLE, each, strict=False)) if each.is_list else each.entries
            start, end = (span[name].integer if name in span else None for name in _TRIPLE[:2])
            span_id = span["id"].text if "id" in span else str(number)
            if start is None or end is None:
                where = f"annotation '{shorten(span_id)}'"
                self._report(each.place, where, "it has no start or no end, which are numbers", _AGAIN)
                continue
            label = span["label"].text if "label" in span else ""
            yield ToolItem(span_id, [label] if label else [], [(start, end)], place=each.place)

    def _with_relations(self, line: Json, items: Sequence[ToolItem]) -> list[ToolItem]:
        """Return spans with their relations, without those of which it is not known between which rows they are."""
        known = {item.tool_id: item for item in items}
        times = Counter(map(_passage, items))
        if len(known) < len(items):
            self._report(line.place, "", "two annotations of the text have the same id", _AGAIN)
        links: dict[str, dict[str, str | None]] = {}
        for relation in line["relations"]:
            start, end, kind = (relation[name].text for name in ("from_id", "to_id", "type"))
            where = f"relation '{shorten(relation['id'].text or kind)}'"
            if start not in known or end not in known:
                self._report(relation.place, where, "one end of it is no span here", "draw the relation again")
            elif not kind:
                self._report(relation.place, where, "it has no type", "give it the type of a column")
            elif max(times[_passage(known[each])] for each in (start, end)) > 1:
                self.n_doubtful += 1
            elif links.setdefault(start, {}).setdefault(kind, end) != end:
                self._report(relation.place, where, f"{kind} refers to two annotations", "keep one of the two")
        return [replace(item, links=links.get(item.tool_id, {})) for item in items]


def _passage(item: ToolItem) -> tuple[object, ...]:
    return (*item.labels, *item.spans)


def _text(line: Json) -> str:
    return line["text"].text or line["data"].text


def _refusal(line: Json) -> str | None:
    """Return why a value is no text with spans; None if it is one."""
    keys: Mapping[str, Json] = line.entries
    if "annotations" in keys:
        return "this is of a doccano before 1.0, whose labels are numbers"
    if not _text(line):
        return "this is no text of doccano"
    labels = [*line["label"], *line["labels"]]
    if "cats" in keys or not all(each.is_list or each.is_mapping for each in labels):
        return "its labels are of the whole text, not of passages"
    return None
