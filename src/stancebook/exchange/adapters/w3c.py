"""W3C Web Annotations: rows as JSON-LD, one file for each document, next to its text.

https://www.w3.org/TR/annotation-model/
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from stancebook.exchange.placing import problem_at
from stancebook.exchange.project import CodedText, ExchangeProject, Row, ToolItem, ToolProject, ToolText, Values
from stancebook.exchange.tool_files import Json, files_below, parse_json_text, read_json, read_text
from stancebook.problems import Problem
from stancebook.schema.record_forms import KeyForm, RecordForm
from stancebook.sources.discovery import TEXT

CONTEXT = "http://www.w3.org/ns/anno.jsonld"
EXTENSION = ".jsonld"
_PREFIX = "urn:stancebook:"
_CONTEXT_CHARACTERS = 32  # of a text, before and after a passage
_LINKING = "linking"

# ── Write ─────────────────────────────────────────────────────────────────────────────────────────


def write(project: ExchangeProject, _variant: str = "") -> dict[str, bytes]:
    """Return the files of an export: the texts, and the annotations of each."""
    files = {}
    for text in project.texts:
        collection = json.dumps(_collection(project, text), ensure_ascii=False, indent=1)
        files[f"{text.doc_id}{TEXT}"] = text.text.encode()
        files[f"{text.doc_id}{EXTENSION}"] = f"{collection}\n".encode()
    return files


def _collection(project: ExchangeProject, text: CodedText) -> dict[str, Any]:
    """Return all annotations of a text."""
    iri = _iri(project.name, text.doc_id)
    items = [
        item for coder, rows in text.codings.items() for row in rows for item in _annotations(project, text, coder, row)
    ]
    about = {"label": text.label, "rights": text.rights, "generator": {"type": "Software", "name": "Stancebook"}}
    return {
        "@context": CONTEXT,
        "id": iri,
        "type": "AnnotationCollection",
        **{key: value for key, value in about.items() if value},
        "total": len(items),
        "first": {"id": f"{iri}:page", "type": "AnnotationPage", "startIndex": 0, "items": items},
    }


def _annotations(project: ExchangeProject, text: CodedText, coder: str, row: Row) -> Iterator[dict[str, Any]]:
    """Yield the annotation of a row, and those of its references to other rows of the text."""
    form = project.forms[row.table]
    links = {key.name: row.values[key.name] for key in form.keys if project.is_link(key) and key.name in row.values}
    own = [project.name, text.doc_id, coder]
    iri = _iri(*own, row.table, row.id)
    common = {"type": "Annotation", "creator": {"type": "Person", "name": coder}}
    yield {
        "id": iri,
        **common,
        "motivation": "classifying",
        "body": [*_bodies(project, form, row, links)],
        "target": {"source": quote(f"{text.doc_id.rpartition('/')[2]}{TEXT}"), "selector": _selectors(text.text, row)},
    }
    for column, target in links.items():
        yield {
            "id": f"{iri}:{column}",
            **common,
            "motivation": _LINKING,
            "body": [_tag(column), {"type": "SpecificResource", "purpose": _LINKING, "source": iri}],
            "target": _iri(*own, str(_key(form, column).target), target),
        }


def _bodies(project: ExchangeProject, form: RecordForm, row: Row, links: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Yield the bodies of a row: its table, its choices and entries of the codebook for readers; and the whole row."""
    yield _tag(form.name)
    for key in form.keys:
        value = row.values.get(key.name)
        if value is not None and key.choices:
            yield _tag(f"{form.name}/{key.name}/{value}")
        elif value is not None and key.target in project.codebook:
            source = _iri(project.name, key.target, value)
            yield {"type": "SpecificResource", "purpose": "identifying", "source": source}
    values = {column: value for column, value in row.values.items() if column not in links}
    record = json.dumps({"values": values, "children": row.children}, ensure_ascii=False)
    yield {"type": "TextualBody", "purpose": "describing", "format": "application/json", "value": record}


def _tag(value: str) -> dict[str, str]:
    return {"type": "TextualBody", "purpose": "tagging", "value": value}


def _selectors(text: str, row: Row) -> list[dict[str, Any]]:
    around = {
        "prefix": text[max(row.start - _CONTEXT_CHARACTERS, 0) : row.start],
        "suffix": text[row.end : row.end + _CONTEXT_CHARACTERS],
    }
    return [
        {"type": "TextQuoteSelector", "exact": text[row.start : row.end], **around},
        {"type": "TextPositionSelector", "start": row.start, "end": row.end},
    ]


def _iri(*parts: str) -> str:
    return _PREFIX + ":".join(quote(part) for part in parts)


def _key(form: RecordForm, name: str) -> KeyForm:
    return next(key for key in form.keys if key.name == name)


# ── Read ──────────────────────────────────────────────────────────────────────────────────────────


def read(paths: Sequence[Path], project: ExchangeProject) -> ToolProject:
    """Read annotations: collections, pages, lists of annotations, or single ones.

    Args:
        paths: Files, or folders with files that end in `.jsonld` or `.json`.
        project: The project as it is now.
    """
    reader = _Reader(project)
    for path in files_below(paths, EXTENSION, ".json"):
        root, problems = read_json(path)
        reader.problems += problems
        reader.add(path, root)
    return ToolProject(texts=reader.texts(), problems=reader.problems)


@dataclass
class _Annotation:
    """An annotation of a text, and what is linked to it."""

    json: Json
    source: str
    folder: Path
    coder: str
    links: dict[str, str | None] = field(default_factory=dict)


class _Reader:
    """Collects the annotations of files, and what links them."""

    def __init__(self, project: ExchangeProject) -> None:
        self.project = project
        self.problems: list[Problem] = []
        self.found: dict[str, _Annotation] = {}  # by identifier
        self.links: list[Json] = []
        self.sources: dict[tuple[Path, str], str] = {}  # the document of a source, where an identifier says it

    def report(self, json: Json, message: str, hint: str) -> None:
        self.problems.append(problem_at(json.place, json["id"].text, message, hint))

    def add(self, path: Path, root: Json) -> None:
        """Add the annotations of a file."""
        found = [*_annotations_in(root)]
        if not found and root and root["type"].text != "AnnotationCollection":
            self.report(root, "there is no annotation here", "expected annotations as JSON-LD, with '@context'")
        for number, annotation in enumerate(found):
            if annotation["motivation"].text == _LINKING:
                self.links.append(annotation)
            else:
                self._add_annotation(path, annotation, annotation["id"].text or f"{path.name}#{number}")

    def _add_annotation(self, path: Path, annotation: Json, tool_id: str) -> None:
        targets = [*annotation["target"]]
        sources = {target["source"].text or target["source"]["id"].text or target.text for target in targets}
        if len(sources) != 1 or not (source := sources.pop()):
            hint = "expected one target with a source and a selector"
            self.report(annotation, "it is not about a passage of one text", hint)
        elif tool_id in self.found:
            self.report(annotation, "another annotation has this id", "give each an id of its own")
        else:
            coder = annotation["creator"]["name"].text or annotation["creator"].text
            self.found[tool_id] = _Annotation(annotation, source, path.parent, coder)
            if own := _own_parts(self.project, tool_id):
                self.sources[path.parent, source] = own[0]

    def texts(self) -> list[ToolText]:
        """Return the texts with their annotations."""
        for link in self.links:
            self._link(link)
        grouped: dict[tuple[Path, str], dict[str, list[ToolItem]]] = {}
        for tool_id, annotation in self.found.items():
            codings = grouped.setdefault((annotation.folder, annotation.source), {})
            if (item := self._item(tool_id, annotation)) is not None:
                codings.setdefault(annotation.coder, []).append(item)
        return [self._text(folder, source, codings) for (folder, source), codings in grouped.items()]

    def _text(self, folder: Path, source: str, codings: Mapping[str, Sequence[ToolItem]]) -> ToolText:
        """Return a text: the file next to the annotations, or else that of the document named so."""
        file = folder / unquote(source)
        text = None
        if "://" not in source and file.is_file():
            text, problems = read_text(file)
            self.problems += problems
        doc_id = self.sources.get((folder, source)) or unquote(source).rpartition("/")[2].removesuffix(TEXT)
        place = next((item.place for items in codings.values() for item in items), None)
        known = {"place": place} if place else {}
        return ToolText(name=source, text=text, codings=codings, doc_id=doc_id, **known)

    def _link(self, link: Json) -> None:
        """Add a link to the annotation from which it leads."""
        bodies = [*link["body"]]
        tag = next((body["value"].text for body in bodies if body["purpose"].text == "tagging"), "")
        resource = next((body for body in bodies if body["purpose"].text == _LINKING), None)
        source = (resource["source"].text or resource["id"].text) if resource is not None else ""
        if source not in self.found or not tag:
            hint = "expected a body that is tagging, with the column, and one that is linking, with the annotation"
            self.report(link, "it links no annotation of these files", hint)
        else:
            self.found[source].links[tag] = link["target"].text or link["target"]["id"].text

    def _item(self, tool_id: str, annotation: _Annotation) -> ToolItem | None:
        own = _own_parts(self.project, tool_id)
        selectors = [selector for target in annotation.json["target"] for selector in target["selector"]]
        quotes = [each for each in selectors if each["type"].text == "TextQuoteSelector"]
        positions = [each for each in selectors if each["type"].text == "TextPositionSelector"]
        spans = [(each["start"].integer, each["end"].integer) for each in positions]
        if not quotes and not spans:
            hint = "expected a TextQuoteSelector or a TextPositionSelector"
            self.report(annotation.json, "its selector gives no words and no offsets", hint)
            return None
        labels, values, children = self._content(annotation.json, own[2] if own else "")
        links: dict[str, str | None] = {}
        if own:
            keys = self.project.forms[own[2]].keys
            links = {key.name: None for key in keys if self.project.is_link(key)}
        one = quotes[0] if len(quotes) == 1 else Json(None, "")
        return ToolItem(
            tool_id=tool_id,
            labels=labels,
            spans=[(start, end) for start, end in spans if start is not None and end is not None],
            snippet=" ".join(each["exact"].text for each in quotes),
            before=one["prefix"].text,
            after=one["suffix"].text,
            row_id=own[3] if own else "",
            values=values,
            links=links | annotation.links,
            children=children,
            place=annotation.json.place,
        )

    def _content(
        self, annotation: Json, table: str
    ) -> tuple[list[str], dict[str, str | None], Mapping[str, Sequence[Values]]]:
        """Return the labels, the values and the nested records that the bodies of an annotation say."""
        labels: list[str] = []
        values: dict[str, str | None] = {}
        children: dict[str, list[Values]] = {}
        for body in annotation["body"]:
            purpose = body["purpose"].text or annotation["motivation"].text
            if body["format"].text == "application/json":
                record, problems = parse_json_text(body["value"].text, body.file)
                self.problems += [problem_at(body.place, "", each.message, each.hint) for each in problems]
                values |= {key: value.text for key, value in record["values"].entries.items()}
                children |= {
                    section: [{key: value.text for key, value in each.entries.items()} for each in records]
                    for section, records in record["children"].entries.items()
                }
            elif body["source"].text.startswith(_PREFIX):
                continue  # an entry of the codebook, for readers; the record has it
            elif purpose in ("tagging", "classifying"):
                labels.append(body["value"].text or body["source"].text or body.text)
            else:
                values[purpose] = body["value"].text or body["source"].text or body.text
        if table:
            form = self.project.forms[table]
            values |= {key.name: None for key in form.keys if key.choices}
            sections = (self.project.forms[nested].section for nested in form.nested)
            children = {section: children.get(section, []) for section in sections}
        return labels, values, children


def _annotations_in(root: Json) -> Iterator[Json]:
    """Yield the annotations in a list, a page, or a collection; or a single one."""
    if root.is_list:
        for each in root:
            yield from _annotations_in(each)
    elif root["items"]:
        yield from root["items"]
    elif root["first"]:
        yield from root["first"]["items"]
    elif root["target"]:
        yield root


def _own_parts(project: ExchangeProject, tool_id: str) -> tuple[str, str, str, str] | None:
    """Return document, coder, table and row of an annotation that was exported from a project; None for any other."""
    name, *parts = [unquote(part) for part in tool_id.removeprefix(_PREFIX).split(":")]
    if not tool_id.startswith(_PREFIX) or len(parts) != 4 or name != project.name:
        return None
    doc_id, coder, table, row_id = parts
    return (doc_id, coder, table, row_id) if table in project.forms else None
