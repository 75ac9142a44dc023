"""Label Studio: a labeling interface, and the texts as tasks with the rows of each coder as predictions.

https://labelstud.io: a row is a region with the label of its table, and its cells are answers on the region: a choice
among those of its vocabulary, an entry of the codebook in a tree, a text; a reference to another row is a relation.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from stancebook.exchange.nested_text import format_record, parse_record, record_hint
from stancebook.exchange.offsets import Convention
from stancebook.exchange.placing import problem_at
from stancebook.exchange.project import CodedText, ExchangeProject, Place, Row, ToolItem, ToolProject, ToolText, Values
from stancebook.exchange.tool_files import Json, files_below, read_json
from stancebook.problems import Problem, pluralize, shorten
from stancebook.schema.record_forms import KeyForm, RecordForm

CONFIG = "config.xml"
TASKS = "tasks.json"
README = "README.txt"
EXTENSION = ".json"
_TEXT, _LABEL = "text", "label"  # names of tags in the labeling interface
_RELATION = "relation"
_DIRECTIONS = {False: "right", True: "bi"}  # of a relation, by whether its column is symmetric
_COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7a5195", "#5f6b6d")
_MANY = 8  # choices from which a list is shorter than buttons
_ANSWERS = {"textarea": "text"}  # where the answers of a result are, if not under the name of its type
_CONVENTIONS = (
    Convention(),
    Convention("utf-16"),  # as Label Studio counted before 2022
    Convention(crlf_is_one=True),
    Convention("utf-16", crlf_is_one=True),
)
_AGAIN = "export again from Label Studio, with the format 'JSON'"
_STEPS = """\
{title} {version}, for Label Studio

1. Create a project. Under Settings, Labeling Interface, Code, paste the content of config.xml.
2. Import tasks.json. Each text is a task; the rows of each coder are a prediction with the coder's name.
3. Under Settings, Annotation, choose whose predictions annotators start from, or none.
4. Annotate. Leave the note of a region as it is: it says which row the region was exported from.
5. Export the annotations with the format "JSON".
6. stancebook import label-studio THE_FILE.json

The files have these texts:
{texts}
"""

# ── Write ─────────────────────────────────────────────────────────────────────────────────────────


def write(project: ExchangeProject, _variant: str = "") -> dict[str, bytes]:
    """Return the files of an export: the labeling interface, the tasks, and what to do with them."""
    tasks = json.dumps([_task(project, text) for text in project.texts], ensure_ascii=False, indent=1)
    texts = "\n".join(f"- {text.doc_id}: {text.rights or 'whose it is, is not given'}" for text in project.texts)
    steps = _STEPS.format(title=project.title, version=project.version, texts=texts)
    return {CONFIG: _config(project), TASKS: f"{tasks}\n".encode(), README: steps.encode()}


def _control(table: str, name: str) -> str:
    """Return the name of the tag of a column, or of nested records; a name may occur once only."""
    return f"{table}__{name}"


def _config(project: ExchangeProject) -> bytes:
    """Return the labeling interface: labels, the text, and the questions on the regions of each label."""
    root = ET.Element("View")
    labels = ET.SubElement(root, "Labels", name=_LABEL, toName=_TEXT)
    for number, form in enumerate(project.layers):
        color = _COLORS[number % len(_COLORS)]
        ET.SubElement(labels, "Label", value=form.name, background=color, hint=_one_line(form.description))
    if links := dict.fromkeys(key.name for form in project.layers for key in form.keys if project.is_link(key)):
        relations = ET.SubElement(root, "Relations")
        for name in links:
            ET.SubElement(relations, "Relation", value=name)
    ET.SubElement(root, "Text", name=_TEXT, value=f"${_TEXT}", granularity="word", saveTextResult="yes")
    for form in project.layers:
        shown = {"visibleWhen": "region-selected", "whenTagName": _LABEL, "whenLabelValue": form.name}
        view = ET.SubElement(root, "View", shown)
        ET.SubElement(view, "Header", value=form.title)
        for key in project.cell_keys(form):
            if not project.is_link(key):
                _add_question(project, view, form, key)
        for nested in form.nested:
            _add_nested(view, form, project.forms[nested])
    ET.indent(root)
    return f"{ET.tostring(root, encoding='unicode')}\n".encode()


def _add_question(project: ExchangeProject, view: ET.Element, form: RecordForm, key: KeyForm) -> None:
    """Add the tag of a column."""
    needed = " (required)" if key.required else ""
    ET.SubElement(view, "Header", size="5", value=_one_line(f"{key.title}{needed}: {key.description}"))
    common = {"name": _control(form.name, key.name), "toName": _TEXT, "perRegion": "true"}
    if key.choices or key.kind == "boolean":
        choices = {choice.value: choice.definition for choice in key.choices} or {"true": "", "false": ""}
        shape = {"layout": "select"} if len(choices) >= _MANY else {"choice": "single-radio", "showInline": "true"}
        tag = ET.SubElement(view, "Choices", {**common, **shape})
        for value, definition in choices.items():
            ET.SubElement(tag, "Choice", {"value": value, **({"hint": _one_line(definition)} if definition else {})})
    elif key.target in project.codebook:
        tag = ET.SubElement(view, "Taxonomy", {**common, "maxUsages": "1"})
        for entry in project.codebook[key.target]:
            ET.SubElement(tag, "Choice", value=_entry_name(entry.key, entry.label))
    else:
        rows = "3" if key.kind == "long_text" else "1"
        ET.SubElement(view, "TextArea", {**common, "maxSubmissions": "1", "editable": "true", "rows": rows})


def _add_nested(view: ET.Element, form: RecordForm, child: RecordForm) -> None:
    """Add the tag of nested records: a text for each."""
    hint = record_hint(key.name for key in child.keys)
    ET.SubElement(view, "Header", size="5", value=_one_line(f"{child.title}: {child.description} For each, {hint}."))
    more = {"toName": _TEXT, "perRegion": "true", "editable": "true", "rows": "1"}
    ET.SubElement(view, "TextArea", {"name": _control(form.name, child.section), **more})


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _entry_name(key: str, label: str) -> str:
    """Return the name of an entry of the codebook in a tree, which is searched by name and by key."""
    return key if label == key else f"{_one_line(label)} ({key})"


def _task(project: ExchangeProject, text: CodedText) -> dict[str, Any]:
    """Return a text with the rows of each coder who has any."""
    about = {"title": text.label, "language": text.language, "published": text.published, "rights": text.rights}
    data = {_TEXT: text.text, "doc_id": text.doc_id, "text_sha256": text.sha256, **about}
    predictions = [
        {"model_version": coder, "result": [each for row in rows for each in _results(project, text, row)]}
        for coder, rows in text.codings.items()
        if rows
    ]
    return {"data": {key: value for key, value in data.items() if value}, "predictions": predictions}


def _results(project: ExchangeProject, text: CodedText, row: Row) -> Iterator[dict[str, Any]]:
    """Yield the results of a row: its region, the answers on it, and its relations."""
    form = project.forms[row.table]
    span = {"start": row.start, "end": row.end}

    def result(name: str, kind: str, **value: Any) -> dict[str, Any]:
        return {"id": row.address, "from_name": name, "to_name": _TEXT, "type": kind, "value": {**span, **value}}

    region = result(_LABEL, "labels", text=text.text[row.start : row.end], labels=[row.table])
    yield {**region, "meta": {"text": [row.address]}}
    labels = {table: {entry.key: entry.label for entry in entries} for table, entries in project.codebook.items()}
    for key in project.cell_keys(form):
        if (value := row.values.get(key.name)) is None:
            continue
        name = _control(row.table, key.name)
        if project.is_link(key):
            ends = {"from_id": row.address, "to_id": f"{key.target}.{value}", "direction": _DIRECTIONS[key.symmetric]}
            yield {"type": _RELATION, **ends, "labels": [key.name]}
        elif key.choices or key.kind == "boolean":
            yield result(name, "choices", choices=[value])
        elif key.target in labels:
            yield result(name, "taxonomy", taxonomy=[[_entry_name(value, labels[key.target].get(value, value))]])
        else:
            yield result(name, "textarea", text=[value])
    for section, records in row.children.items():
        yield result(_control(row.table, section), "textarea", text=[format_record(record) for record in records])


# ── Read ──────────────────────────────────────────────────────────────────────────────────────────


def read(paths: Sequence[Path], project: ExchangeProject) -> ToolProject:
    """Read exports of Label Studio in the format JSON, or an export of this module.

    Args:
        paths: Files, or folders with files that end in `.json`.
        project: The project as it is now.
    """
    reader = _Reader(project)
    for path in files_below(paths, EXTENSION):
        root, problems = read_json(path)
        is_other = problems and path.suffix.lower() != EXTENSION
        reader.problems += [problem_at(root.place, "", "this is no JSON file", _AGAIN)] if is_other else problems
        for task in root:
            reader.add(task)
    return ToolProject(reader.texts, _CONVENTIONS, reader.problems, reader.notes())


class _Reader:
    """Reads tasks, and collects problems."""

    def __init__(self, project: ExchangeProject) -> None:
        self.project = project
        self.documents = {text.doc_id for text in project.texts}
        self.problems: list[Problem] = []
        self.texts: list[ToolText] = []
        self.found: dict[tuple[str, str, str], list[ToolItem]] = {}  # by document, text and coder, without places
        self.left_out = dict.fromkeys(("prediction", "skipped annotation", "draft"), 0)

    def notes(self) -> list[str]:
        """Return what was left out, as sentences."""
        reasons = {
            "prediction": "of texts that people annotated",
            "skipped annotation": "of annotators who skipped the text",
            "draft": "not submitted",
        }
        return [
            f"{pluralize(number, kind)} {reasons[kind]}: left out" for kind, number in self.left_out.items() if number
        ]

    def add(self, task: Json) -> None:
        """Add the annotations of a task."""
        if (problem := _refusal(task)) is not None:
            self.problems.append(problem)
            return
        data = task["data"]
        text = data[_TEXT].text or max((value.text for value in data.entries.values()), key=len, default="")
        name = data["doc_id"].text or task["file_upload"].text or f"task {task['id'].text}"
        doc_id = name if name in self.documents else ""
        codings: dict[str, Sequence[ToolItem]] = {}
        for coder, annotation in self._annotations(task):
            items = _Items(self.project, annotation, text)
            self.problems += items.problems
            if self._is_new((doc_id, text, coder), annotation.place, items.items):
                codings[coder] = items.items
        if codings:
            self.texts.append(ToolText(name, text, codings, doc_id, task.place))

    def _annotations(self, task: Json) -> Iterator[tuple[str, Json]]:
        """Yield the annotations of people with their names; if there are none, the predictions."""
        done = [each for each in task["annotations"] if each["was_cancelled"].text != "true"]
        predictions = [each for each in task["predictions"] if each.is_mapping]
        self.left_out["skipped annotation"] += len([*task["annotations"]]) - len(done)
        self.left_out["draft"] += sum(each.is_mapping for each in task["drafts"])
        self.left_out["prediction"] += len(predictions) if done else 0
        if done:
            yield from ((_annotator(each["completed_by"]), each) for each in done)
        else:
            yield from ((each["model_version"].text, each) for each in predictions)

    def _is_new(self, key: tuple[str, str, str], place: Place, items: Sequence[ToolItem]) -> bool:
        """Return whether nothing was read yet of a coder on a text; report annotations that differ from the first."""
        alike = [replace(item, place=Place("")) for item in items]
        first = self.found.setdefault(key, alike)
        if first is alike:
            return True
        if first != alike:
            message = f"'{shorten(key[-1])}' has annotated this text twice, and not in the same way"
            self.problems.append(problem_at(place, "", message, "delete one of the two annotations"))
        return False


def _refusal(task: Json) -> Problem | None:
    """Return why a value is no task whose annotations can be read; None if it is one."""
    keys = task.entries.keys()
    if {"annotation_id", "annotator"} & keys:
        message = "this is the format 'JSON-MIN', which leaves out relations and which row a region is"
    elif "completions" in keys:
        message = "this is of a Label Studio before 1.0"
    elif not task["data"].is_mapping:
        message = "this is no task of Label Studio"
    else:
        return None
    return problem_at(task.place, "", message, _AGAIN)


def _annotator(completed_by: Json) -> str:
    """Return the address of an annotator; else a name with the number; empty if neither is given."""
    number = completed_by["id"].text or completed_by.text
    return completed_by["email"].text or (f"user {number}" if number else "")


@dataclass
class _Region:
    """What the results of one region say.

    Attributes:
        results: The results by name of tag.
        links: The regions that it refers to, by column.
    """

    results: dict[str, Json] = field(default_factory=dict)
    links: dict[str, str | None] = field(default_factory=dict)


class _Items:
    """The regions of an annotation.

    Attributes:
        items: The regions as annotations of passages.
        problems: What cannot be read of them.
    """

    def __init__(self, project: ExchangeProject, annotation: Json, text: str) -> None:
        self.project = project
        self.text = text
        self.problems: list[Problem] = []
        self.columns = {
            _control(form.name, name): (form.name, name)
            for form in project.layers
            for name in (*(key.name for key in form.keys), *_sections(project, form))
        }
        regions: dict[str, _Region] = {}
        results = [*annotation["result"]]
        for result in results:
            if result["type"].text != _RELATION:
                regions.setdefault(result["id"].text, _Region()).results[result["from_name"].text] = result
        for result in results:
            if result["type"].text == _RELATION:
                self._add_relation(result, regions)
        self.items = [item for number, each in regions.items() if (item := self._item(number, each)) is not None]

    def _report(self, result: Json, message: str, hint: str, *, warning: bool = False) -> None:
        where = f"annotation '{shorten(result['id'].text)}'"
        self.problems.append(problem_at(result.place, where, message, hint, warning=warning))

    def _add_relation(self, relation: Json, regions: Mapping[str, _Region]) -> None:
        """Add a relation to the region that it leads from, under each of its labels."""
        ends = [relation["from_id"].text, relation["to_id"].text]
        start, end = reversed(ends) if relation["direction"].text == "left" else ends
        labels = [label.text for label in relation["labels"]]
        if start not in regions or end not in regions:
            self._report(relation, "one end of the relation is no region here", "draw the relation again")
            return
        if not labels:
            self._report(relation, "the relation has no label", "give it the label of a column")
        for label in labels:
            if regions[start].links.get(label) not in (None, end):
                self._report(relation, f"{label} refers to two annotations", "keep one of the two")
            regions[start].links[label] = end

    def _item(self, region_id: str, region: _Region) -> ToolItem | None:
        """Return a region as an annotation of a passage; None if it is none, which is reported."""
        first = next(iter(region.results.values()))
        marks = [result for result in region.results.values() if result["type"].text.endswith("labels")]
        main = marks[0] if marks else first
        value = main["value"]
        if main["type"].text.startswith("hypertext"):
            hint = "use the tag Text in the labeling interface, whose positions are those of the text"
            self._report(main, "its position is one in a page of HTML", hint)
            return None
        if (start := value["start"].integer) is None or (end := value["end"].integer) is None:
            hint = "it is left out: answers on a whole text, or on anything else, make no row"
            self._report(main, "it is about no passage of a text", hint, warning=True)
            return None
        labels = [label.text for mark in marks for label in mark["value"][mark["type"].text]]
        item = ToolItem(
            tool_id=region_id,
            labels=labels,
            spans=[(start, end)],
            snippet=self._snippet(value[_TEXT].text) if marks else "",
            row_id=self._row_id(region_id, main, labels),
            links=region.links,
            place=main.place,
        )
        answers = {name: result for name, result in region.results.items() if result not in marks}
        return self._with_answers(item, answers)

    def _snippet(self, words: str) -> str:
        r"""Return the words of a passage; Label Studio writes a line end as `\n`, with a backslash."""
        return words if r"\n" in self.text else words.replace(r"\n", "\n")

    def _row_id(self, region_id: str, main: Json, labels: Sequence[str]) -> str:
        """Return the short ID of the row that the note of a region names, else its identifier; empty if none does."""
        for address in [*(note.text for note in main["meta"][_TEXT]), region_id]:
            table, _, row_id = address.partition(".")
            if table in labels and table in self.project.forms:
                return row_id
        return ""

    def _with_answers(self, item: ToolItem, answers: Mapping[str, Json]) -> ToolItem:
        """Return an annotation with the answers on its region: what is not answered stays as it is."""
        labels = [*item.labels]
        values: dict[str, str | None] = {}
        children: dict[str, Sequence[Values]] = {}
        for control, result in answers.items():
            table, column = self.columns.get(control, ("", control))
            name = column if table in item.labels else control
            kind = result["type"].text
            given = ["/".join(part.text for part in each) for each in result["value"][_ANSWERS.get(kind, kind)]]
            form = self.project.forms.get(table)
            if form is not None and name in (sections := _sections(self.project, form)):
                children[name] = [*self._records(result, given, sections[name])]
            elif len(given) > 1 and kind != "textarea":
                labels += [f"{label}/{name}/{value}" for label in item.labels for value in given]
            else:
                values[name] = self._value(form, column, "\n".join(given)) or None
        return replace(item, labels=labels, values=values, children=children)

    def _records(self, result: Json, texts: Sequence[str], form: RecordForm) -> Iterator[Values]:
        for text in texts:
            try:
                yield parse_record(text)
            except ValueError:
                message = f"'{shorten(text)}' in {form.section} is not read"
                self._report(result, message, record_hint(key.name for key in form.keys))

    def _value(self, form: RecordForm | None, column: str, text: str) -> str:
        """Return an answer; of an entry of the codebook that is named with its key, the key."""
        target = next((key.target for key in form.keys if key.name == column), "") if form else ""
        key = text.rpartition(" (")[2].removesuffix(")")
        is_entry = any(entry.key == key for entry in self.project.codebook.get(target, ()))
        return key if is_entry else text


def _sections(project: ExchangeProject, form: RecordForm) -> dict[str, RecordForm]:
    """Return the forms of the records that are nested in those of a table, by section."""
    return {project.forms[name].section: project.forms[name] for name in form.nested}
