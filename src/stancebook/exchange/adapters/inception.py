"""INCEpTION: layers with tagsets, and a UIMA CAS in JSON for each text and coder.

https://inception-project.github.io: a row is an annotation of the layer of its table, and its cells are features: a
choice has a tagset with the definitions, a reference to another row is a slot, nested records are several texts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from stancebook.exchange.adapters.cas_files import (
    SOFA,
    Cas,
    CasFile,
    find_files,
    is_array,
    read_cas,
)
from stancebook.exchange.nested_text import format_record, parse_record, record_hint
from stancebook.exchange.offsets import Convention, Offsets, Unit
from stancebook.exchange.placing import problem_at
from stancebook.exchange.project import CodedText, ExchangeProject, Place, Row, ToolItem, ToolProject, ToolText, Values
from stancebook.problems import Problem, pluralize, shorten
from stancebook.schema.record_forms import KeyForm, RecordForm
from stancebook.sources.discovery import AUTHORITATIVE

EXTENSION = ".json"
LAYERS = "layers.json"
README = "README.txt"
_NAMESPACE = "stancebook."
_ROW = "stancebook_row"  # the feature with the short ID of a row
_CONVENTION = Convention("utf-16")
_BASIC = ("begin", "end", "sofa")  # features that every annotation has
_ANNOTATION, _DOCUMENT, _TOP = "uima.tcas.Annotation", "uima.tcas.DocumentAnnotation", "uima.cas.TOP"
_STRING, _STRINGS = "uima.cas.String", "uima.cas.String[]"
_ROLE, _TARGET = "role", "target"
_ENDS = ("Governor", "Dependent")  # of a relation
_INITIAL, _CURATION = "INITIAL_CAS", "CURATION_USER"
_NOT_CODED = (  # types that INCEpTION fills itself
    _DOCUMENT,
    SOFA,
    "de.tudarmstadt.ukp.dkpro.core.api.segmentation.type.",
    "de.tudarmstadt.ukp.dkpro.core.api.metadata.type.",
    "de.tudarmstadt.ukp.clarin.webanno.api.type.",
)
_TEXT_AREA = {
    "multipleRows": True,
    "dynamicSize": True,
    "collapsedRows": 1,
    "expandedRows": 4,
    "editorType": "AUTO",
    "keyBindings": [],
}
_STEPS = """\
{title} {version}, for INCEpTION

1. Create a project. Under Settings, Layers, import layers.json: it brings the layers with their tagsets.
2. Under Settings, Documents, import the files in documents/ with the format "UIMA CAS JSON 0.4.0".
3. Annotate. Leave the feature "row" as it is: it says which row an annotation was exported from.
4. Under Settings, Export, export the whole project with the format "UIMA CAS JSON 0.4.0".
5. stancebook import inception THE_ARCHIVE.zip

The rows of further coders, if there are any, are in annotation/, in the layout of such an archive.

The files have these texts:
{texts}
"""

# ── Write ─────────────────────────────────────────────────────────────────────────────────────────


def write(project: ExchangeProject, _variant: str = "") -> dict[str, bytes]:
    """Return the files of an export: the layers, and for each text and coder a CAS."""
    files = {LAYERS: _json([_layer(project, form) for form in project.layers])}
    for text in project.texts:
        name = f"{_document_name(text.doc_id)}{EXTENSION}"
        files[f"documents/{name}"] = _json(_CasWriter(project, text, text.codings.get(AUTHORITATIVE, ())).content())
        for coder, rows in text.codings.items():
            if coder != AUTHORITATIVE:
                files[f"annotation/{name}/{coder}{EXTENSION}"] = _json(_CasWriter(project, text, rows).content())
    texts = "\n".join(f"- {text.doc_id}: {text.rights or 'whose it is, is not given'}" for text in project.texts)
    steps = _STEPS.format(title=project.title, version=project.version, texts=texts)
    return {**files, README: steps.encode()}


def _json(content: object) -> bytes:
    return f"{json.dumps(content, ensure_ascii=False, indent=1)}\n".encode()


def _document_name(doc_id: str) -> str:
    """Return the name of a document, which may have no slashes in INCEpTION; an ID has no dots."""
    return doc_id.replace("/", ".")


def _layer_name(table: str) -> str:
    return f"{_NAMESPACE}{table}"


def _link_type(table: str, column: str) -> str:
    return f"{_NAMESPACE}{table}_{column}_link"


def _feature_name(column: str) -> str:
    return f"{column}_" if column in _BASIC else column


def _column_name(feature: str) -> str:
    name = feature.removesuffix("_")
    return name if name in _BASIC else feature


def _layer(project: ExchangeProject, form: RecordForm) -> dict[str, Any]:
    """Return a layer as INCEpTION exports it."""
    nested = [project.forms[name] for name in form.nested]
    row = _feature(_ROW, "row", "Which row it is; leave it as it is. Empty for a new one.")
    return {
        "name": _layer_name(form.name),
        "uiName": form.title,
        "type": "span",
        "description": form.description,
        "enabled": True,
        "built_in": False,
        "readonly": False,
        "attach_type": None,
        "attach_feature": None,
        "allow_stacking": True,
        "cross_sentence": True,
        "show_hover": True,
        "anchoring_mode": "CHARACTERS",
        "overlap_mode": "ANY_OVERLAP",
        "validation_mode": "NEVER",
        "lock_to_token_offset": False,
        "multiple_tokens": True,
        "linked_list_behavior": False,
        "on_click_javascript_action": None,
        "features": [
            *(_key_feature(project, form, key) for key in project.cell_keys(form)),
            *(_nested_feature(child) for child in nested),
            row,
        ],
    }


def _feature(name: str, title: str, description: str, **more: Any) -> dict[str, Any]:
    return {
        "name": _feature_name(name),
        "uiName": title,
        "description": description,
        "type": _STRING,
        "tag_set": None,
        "enabled": True,
        "visible": True,
        "include_in_hover": False,
        "required": False,
        "remember": False,
        "hideUnconstraintFeature": False,
        "multi_value_mode": "NONE",
        "link_mode": "NONE",
        "link_type_name": None,
        "link_type_role_feature_name": None,
        "link_type_target_feature_name": None,
        "traits": None,
        **more,
    }


def _key_feature(project: ExchangeProject, form: RecordForm, key: KeyForm) -> dict[str, Any]:
    """Return the feature of a column: a slot, a text with a tagset, or a text."""
    more: dict[str, Any] = {"required": key.required}
    if project.is_link(key):
        more |= {
            "type": _layer_name(key.target),
            "multi_value_mode": "ARRAY",
            "link_mode": "WITH_ROLE",
            "link_type_name": _link_type(form.name, key.name),
            "link_type_role_feature_name": _ROLE,
            "link_type_target_feature_name": _TARGET,
        }
    elif key.choices:
        tags = {choice.value: choice.definition for choice in key.choices}
        more |= {"tag_set": _tagset(f"{form.name}.{key.name}", key.description, tags), "include_in_hover": True}
    elif key.target in project.codebook:
        tags = {entry.key: entry.label for entry in project.codebook[key.target]}
        more |= {"tag_set": _tagset(key.target, project.forms[key.target].description, tags, is_open=True)}
    elif key.kind == "boolean":
        more |= {"tag_set": _tagset("boolean", "", {"true": "", "false": ""})}
    elif key.kind == "long_text":
        more |= {"traits": json.dumps(_TEXT_AREA)}
    return _feature(key.name, key.title, key.description, **more)


def _nested_feature(child: RecordForm) -> dict[str, Any]:
    hint = record_hint(key.name for key in child.keys)
    description = f"{child.description} For each, {hint}."
    return _feature(child.section, child.title, description, type=_STRINGS, multi_value_mode="ARRAY")


def _tagset(name: str, description: str, tags: Mapping[str, str], *, is_open: bool = False) -> dict[str, Any]:
    """Return a tagset; in an open one, annotators may add tags."""
    listed = [{"tag_name": tag, "tag_description": text} for tag, text in tags.items()]
    return {"name": name, "description": description, "language": "en", "tags": listed, "create_tag": is_open}


class _CasWriter:
    """Writes the rows of one coder on a text."""

    def __init__(self, project: ExchangeProject, text: CodedText, rows: Sequence[Row]) -> None:
        self.project = project
        self.text = text
        self.rows = rows
        self.offsets = Offsets(text.text, _CONVENTION)
        self.numbers = {row.address: number for number, row in enumerate(rows, start=3)}
        self.n_used = 2 + len(rows)
        self.parts: list[dict[str, Any]] = []  # arrays and links of rows

    def content(self) -> dict[str, Any]:
        """Return the content of a file."""
        end = self.offsets.from_points(0, len(self.text.text))[1]
        text = {"sofaNum": 1, "sofaID": "_InitialView", "mimeType": "text", "sofaString": self.text.text}
        document = {"@sofa": 1, "begin": 0, "end": end, "language": self.text.language or "x-unspecified"}
        rows = [self._row(row) for row in self.rows]
        return {
            "%TYPES": self._types(),
            "%FEATURE_STRUCTURES": [
                {"%ID": 1, "%TYPE": SOFA, **text},
                {"%ID": 2, "%TYPE": _DOCUMENT, **document},
                *rows,
                *self.parts,
            ],
            "%VIEWS": {"_InitialView": {"%SOFA": 1, "%MEMBERS": [2, *self.numbers.values()]}},
        }

    def _types(self) -> dict[str, Any]:
        types: dict[str, Any] = {}
        for form in self.project.layers:
            ranges = {_ROW: _STRING}
            for key in self.project.cell_keys(form):
                ranges[key.name] = _STRING
                if self.project.is_link(key):
                    link = _link_type(form.name, key.name)
                    ranges[key.name] = f"{link}[]"
                    types[link] = _type(link, _TOP, {_ROLE: _STRING, _TARGET: _layer_name(key.target)})
            ranges |= {self.project.forms[nested].section: _STRINGS for nested in form.nested}
            name = _layer_name(form.name)
            types[name] = _type(name, _ANNOTATION, ranges)
        return types

    def _row(self, row: Row) -> dict[str, Any]:
        form = self.project.forms[row.table]
        begin, end = self.offsets.from_points(row.start, row.end)
        features: dict[str, Any] = {}
        for key in self.project.cell_keys(form):
            if (value := row.values.get(key.name)) is None:
                continue
            if self.project.is_link(key):
                link = _link_type(row.table, key.name)
                target = self.numbers[f"{key.target}.{value}"]
                number = self._part(link, {_ROLE: key.name, f"@{_TARGET}": target})
                features[f"@{_feature_name(key.name)}"] = self._part(f"{link}[]", {"%ELEMENTS": [number]})
            else:
                features[_feature_name(key.name)] = value
        for section, records in row.children.items():
            texts = [format_record(record) for record in records]
            features[f"@{_feature_name(section)}"] = self._part("uima.cas.StringArray", {"%ELEMENTS": texts})
        number = self.numbers[row.address]
        basic = {"%ID": number, "%TYPE": _layer_name(row.table), "@sofa": 1, "begin": begin, "end": end}
        return {**basic, **features, _ROW: row.id}

    def _part(self, type_name: str, content: Mapping[str, Any]) -> int:
        """Add an array or a link; return its number."""
        self.n_used += 1
        self.parts.append({"%ID": self.n_used, "%TYPE": type_name, **content})
        return self.n_used


def _type(name: str, parent: str, ranges: Mapping[str, str]) -> dict[str, Any]:
    names = {_feature_name(column): range_name for column, range_name in ranges.items()}
    features = {feature: {"%NAME": feature, "%RANGE": range_name} for feature, range_name in names.items()}
    return {"%NAME": name, "%SUPER_TYPE": parent, **features}


# ── Read ──────────────────────────────────────────────────────────────────────────────────────────


def read(paths: Sequence[Path], project: ExchangeProject) -> ToolProject:
    """Read an exported project, an export of this module, or single CAS files.

    Args:
        paths: Archives, folders, and files in JSON.
        project: The project as it is now.
    """
    reader = _Reader(project)
    for file in find_files(paths, reader.problems):
        reader.add(file)
    return reader.tool_project()


class _Reader:
    """Reads CAS files, and collects problems."""

    def __init__(self, project: ExchangeProject) -> None:
        self.project = project
        self.documents = {_document_name(text.doc_id): text.doc_id for text in project.texts}
        self.problems: list[Problem] = []
        self.notes: list[str] = []
        self.texts: list[ToolText] = []
        self.units: dict[Unit, Place] = {}  # what texts count in which that matters, and where it is said
        self.n_initial = 0
        self.n_outside = 0  # relations between words

    def add(self, file: CasFile) -> None:
        """Add the annotations of a file."""
        folder, document, coder = file.in_project or ("", Path(file.parts[-1]).name, "")
        if not folder and Path(file.parts[-1]).name == LAYERS:
            return
        if coder == _INITIAL:
            self.n_initial += 1
            return
        if (cas := read_cas(file, self.problems)) is None:
            return
        self._add_unit(cas, Place(file.name))
        items = _Items(self.project, cas, Place(file.name))
        self.problems += items.problems
        self.n_outside += items.n_outside
        name = PurePosixPath(document).stem if document.lower().endswith((EXTENSION, ".zip")) else document
        doc_id = self.documents.get(name) or self.documents.get(PurePosixPath(name).stem, "")
        coder = {"documents": AUTHORITATIVE, "curation": _CURATION}.get(folder, coder)
        for number, text in enumerate(self.texts):
            if (text.name, text.text) == (document, cas.text) and coder not in text.codings:
                self.texts[number] = replace(text, codings={**text.codings, coder: items.items})
                return
        self.texts.append(ToolText(document, cas.text, {coder: items.items}, doc_id, Place(file.name)))

    def _add_unit(self, cas: Cas, place: Place) -> None:
        """Find out what a file counts: its document annotation ends where the text does."""
        text = cas.text or ""
        ends = [each["end"].integer for _, each in cas.members if each["%TYPE"].text == _DOCUMENT]
        utf_16 = Offsets(text, _CONVENTION).from_points(0, len(text))[1]
        units: dict[int | None, Unit] = {len(text): "points", utf_16: "utf-16"}
        if utf_16 != len(text) and ends and ends[0] in units:
            self.units.setdefault(units[ends[0]], place)

    def tool_project(self) -> ToolProject:
        """Return what was read."""
        if len(self.units) > 1:
            message = "positions are counted in code points here, in other files in UTF-16 units"
            self.problems.append(problem_at(self.units["points"], "", message, "import this file alone"))
        if self.n_initial:
            left_out = pluralize(self.n_initial, "document")
            self.notes.append(f"{left_out} as imported ({_INITIAL}): left out")
        if self.n_outside:
            self.notes.append(f"{pluralize(self.n_outside, 'relation')} between words that are not annotated: left out")
        unit = next(iter(self.units), _CONVENTION.unit)
        return ToolProject(self.texts, (Convention(unit),), self.problems, self.notes)


@dataclass(frozen=True)
class _Content:
    """What the features of an annotation say."""

    labels: list[str]
    values: dict[str, str | None]
    links: dict[str, str | None]
    children: dict[str, Sequence[Values]]


class _Items:
    """The annotations of a CAS.

    Attributes:
        items: The annotations.
        problems: What cannot be read of them.
        n_outside: How many relations are between words that are not annotated.
    """

    def __init__(self, project: ExchangeProject, cas: Cas, place: Place) -> None:
        self.project = project
        self.cas = cas
        self.place = place
        self.items: list[ToolItem] = []
        self.problems: list[Problem] = []
        self.n_outside = 0
        members = [(number, each) for number, each in cas.members if not each["%TYPE"].text.startswith(_NOT_CODED)]
        relations = [each for _, each in members if _is_relation(cas, each)]
        found = {number: self._content(each) for number, each in members if not _is_relation(cas, each)}
        for relation in relations:
            self._add_relation(relation, found)
        self.items = [self._item(number, content) for number, content in found.items()]

    def _report(self, structure: Any, message: str, hint: str) -> None:
        where = f"annotation '{structure['%ID'].text}'"
        self.problems.append(problem_at(structure.place, where, message, hint))

    def _item(self, number: int, content: _Content) -> ToolItem:
        structure = self.cas.structures[number]
        return ToolItem(
            tool_id=str(number),
            labels=content.labels,
            spans=[(structure["begin"].integer or 0, structure["end"].integer or 0)],
            row_id=structure[_ROW].text,
            values=content.values,
            links=content.links,
            children=content.children,
            place=structure.place,
        )

    def _content(self, structure: Any) -> _Content:
        label = _label(structure["%TYPE"].text)
        form = self.project.forms.get(label) if structure["%TYPE"].text == _layer_name(label) else None
        nested = [self.project.forms[name] for name in form.nested] if form else []
        sections = {child.section: child for child in nested}
        content = _Content([label], {}, {}, {})
        for feature, range_name in self.cas.features(structure).items():
            name = _column_name(feature)
            if feature in (*_BASIC, _ROW):
                continue
            if name in sections:
                content.children[name] = [*self._records(structure, feature, sections[name])]
            elif self.cas.is_reference(range_name):
                self._add_links(content.links, structure, feature, own=form is not None)
            else:
                values = self.cas.values(structure, feature)
                if is_array(range_name):
                    content.labels.extend(f"{label}/{name}/{value}" for value in values)
                else:
                    content.values[name] = values[0] if values else None
        return content

    def _records(self, structure: Any, feature: str, form: RecordForm) -> Iterator[Values]:
        for text in self.cas.values(structure, feature):
            try:
                yield parse_record(text)
            except ValueError:
                message = f"'{shorten(text)}' in {feature} is not read"
                self._report(structure, message, record_hint(key.name for key in form.keys))

    def _add_links(self, links: dict[str, str | None], structure: Any, feature: str, *, own: bool) -> None:
        """Add what a feature refers to, by the name of the column; of other projects, with the role of each."""
        name = _column_name(feature)
        found = self.cas.references(structure, feature)
        if not found:
            links[name] = None
        for number, target in found:
            role = "" if own else target[_ROLE].text
            ends = self.cas.references(target, _TARGET) or [(number, target)]
            self._link(links, structure, f"{name}/{role}" if role else name, str(ends[0][0]))

    def _link(self, links: dict[str, str | None], structure: Any, name: str, target: str) -> None:
        if links.get(name) not in (None, target):
            self._report(structure, f"{name} refers to two annotations", "keep one of the two")
        links[name] = target

    def _add_relation(self, relation: Any, found: Mapping[int, _Content]) -> None:
        """Add a relation to the annotation that it leads from, by the name of its layer and its values."""
        ends = [self.cas.references(relation, end) for end in _ENDS]
        numbers = [end[0][0] for end in ends if end]
        if len(numbers) < len(_ENDS) or any(number not in found for number in numbers):
            self.n_outside += 1
            return
        features = {name for name in self.cas.features(relation) if name not in (*_BASIC, *_ENDS)}
        values = [value for name in sorted(features) for value in self.cas.values(relation, name)]
        name = "/".join([_label(relation["%TYPE"].text), *values])
        self._link(found[numbers[0]].links, relation, name, str(numbers[1]))


def _is_relation(cas: Cas, structure: Any) -> bool:
    return {*_ENDS} <= cas.features(structure).keys()


def _label(type_name: str) -> str:
    """Return the name of a layer: the last part of the name of its type."""
    return type_name.rpartition(".")[2]
