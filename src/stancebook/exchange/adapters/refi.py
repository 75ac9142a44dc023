"""REFI-QDA projects, .qdpx files: what NVivo, MAXQDA, ATLAS.ti, QualCoder and others exchange.

https://www.qdasoftware.org: a zip archive with texts and `project.qde`, in XML. A row is a selection with its table and
its choices as codes, and with other cells in its description. References between rows are links.
"""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from stancebook.exchange.adapters.refi_codes import (
    NOT_IN_XML,
    code_guid,
    code_paths,
    coded_keys,
    codes_element,
    document_bytes,
    guid,
)
from stancebook.exchange.adapters.refi_descriptions import described_row, description, linked_keys, read_description
from stancebook.exchange.adapters.refi_positions import likely_conventions, snippets_are_kept
from stancebook.exchange.offsets import BYTE_ORDER_MARK, Convention, Offsets, TextMap
from stancebook.exchange.placing import problem_at
from stancebook.exchange.project import (
    CodedText,
    ExchangeProject,
    Place,
    Row,
    ToolItem,
    ToolProject,
    ToolText,
)
from stancebook.exchange.tool_files import MAX_BYTES, files_below, whole_number
from stancebook.exchange.xml_tree import Element, read_xml
from stancebook.problems import Problem, display_path
from stancebook.schema.record_forms import KeyForm
from stancebook.sources.discovery import TEXT

EXTENSION = ".qdpx"
_NAMESPACE = "urn:QDA-XML:project:1.0"
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip archive can hold
_SNIPPET = 80  # characters of a passage in the name of its selection
_INTERNAL = "internal://"
_CODE_POINTS = Convention()


@dataclass(frozen=True)
class _Variant:
    """What a program expects.

    Attributes:
        convention: How it counts positions.
        line_end: The line ends of its texts; empty for those that the texts have.
        bom: Whether its texts start with a byte order mark.
        flat: Whether it keeps one level of codes only.
    """

    convention: Convention = _CODE_POINTS
    line_end: str = ""
    bom: bool = False
    flat: bool = False


_VARIANTS = {
    "any": _Variant(),
    "nvivo": _Variant(Convention("utf-16"), line_end="\r\n", bom=True),
    "maxqda": _Variant(line_end="\r\n"),
    "atlasti": _Variant(line_end="\n", flat=True),
    "qualcoder": _Variant(bom=True),
}

# ── Write ─────────────────────────────────────────────────────────────────────────────────────────


def write(project: ExchangeProject, variant: str = "any") -> dict[str, bytes]:
    """Return the archive of a project, for one of the programs or for any."""
    writer = _Writer(project, _VARIANTS[variant])
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in writer.files():
            entry = zipfile.ZipInfo(name, _ZIP_TIME)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, data)
    return {f"{project.name}{EXTENSION}": content.getvalue()}


class _Writer:
    """Writes the files of an archive."""

    def __init__(self, project: ExchangeProject, variant: _Variant) -> None:
        self.project = project
        self.variant = variant
        self.links = ET.Element("Links")

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Yield the name and the content of each file of the archive."""
        yield "project.qde", document_bytes(self._root())
        for text in self.project.texts:
            mark = BYTE_ORDER_MARK if self.variant.bom else ""
            yield f"sources/{self._source_guid(text)}{TEXT}", f"{mark}{self._tool_text(text)}".encode()

    def _root(self) -> ET.Element:
        root = ET.Element("Project", {"xmlns": _NAMESPACE, "name": self.project.title, "origin": "Stancebook"})
        coders = dict.fromkeys(coder for text in self.project.texts for coder in text.codings)
        if coders:
            users = ET.SubElement(root, "Users")
            for coder in coders:
                ET.SubElement(users, "User", {"guid": self._user_guid(coder), "name": coder, "id": coder})
        ET.SubElement(root, "CodeBook").append(codes_element(self.project, flat=self.variant.flat))
        if self.project.texts:
            ET.SubElement(root, "Sources").extend(map(self._source, self.project.texts))
        if len(self.links):
            root.append(self.links)
        ET.SubElement(root, "Description").text = f"{self.project.title}, version {self.project.version}"
        return root

    def _source(self, text: CodedText) -> ET.Element:
        source_guid = self._source_guid(text)
        path = f"{_INTERNAL}{source_guid}{TEXT}"
        dates = {"creationDateTime": f"{text.published}T00:00:00Z"} if text.published else {}
        source = ET.Element("TextSource", {"guid": source_guid, "name": text.doc_id, "plainTextPath": path, **dates})
        about = [text.label, *([f"Rights: {text.rights}"] if text.rights else [])]
        ET.SubElement(source, "Description").text = NOT_IN_XML.sub(" ", "\n".join(about))
        tool_text = self._tool_text(text)
        places = TextMap(text.text, tool_text), Offsets(tool_text, self.variant.convention)
        for coder, rows in text.codings.items():
            source.extend(self._selection(text, coder, row, dates, places) for row in rows)
        return source

    def _selection(
        self, text: CodedText, coder: str, row: Row, dates: Mapping[str, str], places: tuple[TextMap, Offsets]
    ) -> ET.Element:
        form = self.project.forms[row.table]
        own, user = self._row_guid(text, coder, row.table, row.id), self._user_guid(coder)
        start, end = places[1].from_points(*places[0].span(row.start, row.end))
        attributes = {
            "guid": own,
            "name": _snippet(text.text[row.start : row.end]),
            "startPosition": str(start),
            "endPosition": str(end),
            "creatingUser": user,
        }
        selection = ET.Element("PlainTextSelection", {**attributes, **dates})
        if described := description(self.project, form, row):
            ET.SubElement(selection, "Description").text = described
        keys = {key.name for key in coded_keys(self.project, form)}
        paths = [form.name, *(f"{form.name}/{key}/{value}" for key, value in row.values.items() if key in keys)]
        for path in paths:
            coding_guid = guid(self.project, "coding", own, path)
            coding = ET.SubElement(selection, "Coding", {"guid": coding_guid, "creatingUser": user, **dates})
            ET.SubElement(coding, "CodeRef", {"targetGUID": code_guid(self.project, path)})
        for key in linked_keys(self.project, form):
            if key.name in row.values:
                self._link(key, own, self._row_guid(text, coder, key.target, row.values[key.name]))
        return selection

    def _link(self, key: KeyForm, origin: str, target: str) -> None:
        attributes = {
            "guid": guid(self.project, "link", origin, key.name),
            "name": key.name,
            "direction": "Associative" if key.symmetric else "OneWay",
            "originGUID": origin,
            "targetGUID": target,
        }
        ET.SubElement(self.links, "Link", attributes)

    def _tool_text(self, text: CodedText) -> str:
        """Return a text as the program has it, without a byte order mark."""
        content = text.text.removeprefix(BYTE_ORDER_MARK)
        if not self.variant.line_end:
            return content
        return content.replace("\r\n", "\n").replace("\r", "\n").replace("\n", self.variant.line_end)

    def _source_guid(self, text: CodedText) -> str:
        return guid(self.project, "source", text.doc_id)

    def _user_guid(self, coder: str) -> str:
        return guid(self.project, "user", coder)

    def _row_guid(self, text: CodedText, coder: str, table: str, row_id: str) -> str:
        return guid(self.project, "row", text.doc_id, coder, table, row_id)


def _snippet(passage: str) -> str:
    """Return the words of a passage as a name: on one line, shortened, and of characters that XML can hold."""
    words = " ".join(passage.split())
    unknown = NOT_IN_XML.search(words)
    cut = min(unknown.start() if unknown else len(words), _SNIPPET)
    return words if cut == len(words) else f"{words[:cut].rstrip()}…"


# ── Read ──────────────────────────────────────────────────────────────────────────────────────────


def read(paths: Sequence[Path], project: ExchangeProject) -> ToolProject:
    """Read projects of any program.

    Args:
        paths: Archives, or folders with such.
        project: The project as it is now.
    """
    texts: list[ToolText] = []
    problems: list[Problem] = []
    notes: list[str] = []
    conventions: list[Convention] = []
    for path in files_below(paths, EXTENSION):
        archive = _Archive(path)
        root = archive.project()
        if root is not None:
            reader = _Reader(project, archive, root)
            texts += reader.texts()
            conventions += [each for each in reader.conventions if each not in conventions]
            notes += [f"{archive.name}: positions are read as {reader.conventions[0]}"] if reader.conventions else []
        problems += archive.problems
    return ToolProject(texts, conventions or ToolProject(()).conventions, problems, notes)


class _Archive:
    """The files of an archive; programs do not agree on the case of their names."""

    def __init__(self, path: Path) -> None:
        self.name = display_path(path)
        self.problems: list[Problem] = []
        self.files: dict[str, bytes] = {}
        try:
            with zipfile.ZipFile(path) as archive:
                if sum(entry.file_size for entry in archive.infolist()) > MAX_BYTES:
                    self.report(Place(self.name), f"holds more than {MAX_BYTES >> 20} MB", "export fewer texts at once")
                    return
                wanted = [name for name in archive.namelist() if name.lower().endswith((".qde", TEXT))]
                self.files = {name.lower(): archive.read(name) for name in wanted}
                self.main = next((name for name in wanted if name.lower().endswith(".qde")), "")
        except (OSError, zipfile.BadZipFile, RuntimeError, NotImplementedError):
            hint = "expected a .qdpx file, as the program exports it without a password"
            self.report(Place(self.name), "this is not a REFI-QDA project", hint)

    def report(self, place: Place, message: str, hint: str, *, warning: bool = False) -> None:
        self.problems.append(problem_at(place, "", message, hint, warning=warning))

    def project(self) -> Element | None:
        """Return the root of the project; None if there is none, which is reported."""
        if self.problems:
            return None
        if not self.main:
            self.report(Place(self.name), "has no project file (.qde)", "export the project again")
            return None
        root, problems = read_xml(self.files[self.main.lower()], f"{self.name}!{self.main}")
        self.problems += problems
        return root

    def text(self, source: Element) -> str | None:
        """Return the plain text of a source without a byte order mark; None if it has none, which is reported."""
        content = source.first("PlainTextContent")
        if content is not None:
            return content.text
        file = source["plainTextPath"]
        data = self.files.get(f"sources/{file.removeprefix(_INTERNAL)}".lower())
        if data is None:
            self.report(
                source.place, f"the plain text '{file}' is not in the archive", "export the project with its texts"
            )
            return None
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError:
            self.report(source.place, f"the plain text '{file}' is not UTF-8", "export the project again")
            return None


@dataclass(frozen=True)
class _Known:
    """A row of the project as it is now, by the identifier of its selection."""

    coder: str
    row: Row


class _Reader:
    """Reads the selections of a project."""

    def __init__(self, project: ExchangeProject, archive: _Archive, root: Element) -> None:
        self.project = project
        self.archive = archive
        self.root = root
        self.users = {_guid(user["guid"]): user["name"] or user["id"] for user in root.all("Users", "User")}
        self.paths = {**_paths(root.all("CodeBook", "Codes", "Code")), **code_paths(project)}
        self.known = {
            guid(project, "row", text.doc_id, coder, row.table, row.id): _Known(coder, row)
            for text in project.texts
            for coder, rows in text.codings.items()
            for row in rows
        }
        self.by_address = {
            (text.doc_id, coder, row.address): _Known(coder, row)
            for text in project.texts
            for coder, rows in text.codings.items()
            for row in rows
        }
        self.sources = {guid(project, "source", text.doc_id): text.doc_id for text in project.texts}
        self.one_code_each = all(len([*each.all("Coding")]) < 2 for each in root.below("PlainTextSelection"))
        self.links = self._links()
        self.has_links = bool(self.links)
        self.conventions: Sequence[Convention] = ()
        self.with_snippets = False

    def texts(self) -> list[ToolText]:
        """Return the texts with their annotations."""
        read = [(source, self.archive.text(source)) for source in self.root.below("TextSource", "Representation")]
        sources = [(source, text) for source, text in read if text is not None]
        for other in self.root.below("PDFSelection", "PictureSelection", "AudioSelection", "VideoSelection"):
            message = "this selects a part of a page, a picture or a recording, and is left out"
            self.archive.report(other.place, message, "only passages of texts can be imported", warning=True)
        selections = [(text, [*filter(None, map(_position, _selections(source)))]) for source, text in sources]
        self.conventions = likely_conventions(selections)
        self.with_snippets = snippets_are_kept(selections, self.conventions)
        return [self._text(source, text) for source, text in sources]

    def _text(self, source: Element, text: str) -> ToolText:
        codings: dict[str, list[ToolItem]] = {}
        doc_id = self.sources.get(_guid(source["guid"]), source["name"])
        for selection in _selections(source):
            coder, item = self._item(doc_id, selection)
            codings.setdefault(coder, []).append(item)
        for coding in source.all("Coding"):
            message = "this code is on the whole text, and is left out"
            self.archive.report(coding.place, message, "only codes on passages can be imported", warning=True)
        if self.one_code_each:
            codings = {coder: _merged(items) for coder, items in codings.items()}
        return ToolText(source["name"], text, codings, self.sources.get(_guid(source["guid"]), ""), source.place)

    def _item(self, doc_id: str, selection: Element) -> tuple[str, ToolItem]:
        """Return an annotation and its coder."""
        own = _guid(selection["guid"])
        codings = [*selection.all("Coding")]
        codes = [_guid(code["targetGUID"]) for coding in codings for code in coding.all("CodeRef")]
        user = next((coding["creatingUser"] for coding in codings if coding["creatingUser"]), selection["creatingUser"])
        coder = self.users.get(_guid(user), "")
        described = selection.first("Description")
        text = described.text if described is not None else ""
        address = described_row(text)
        known = self.known.get(own) or self.by_address.get((doc_id, coder, address))
        position = _position(selection)
        values, children = read_description(self.project, text, known.row if known else None)
        links: dict[str, str | None] = dict(self.links.get(own, {}))
        if known is not None:
            form = self.project.forms[known.row.table]
            values |= {key.name: None for key in coded_keys(self.project, form)}
            absent = [key.name for key in linked_keys(self.project, form)] if self.has_links else []
            links = {**dict.fromkeys(absent), **links}
        item = ToolItem(
            tool_id=own,
            labels=[self.paths.get(code, code) for code in codes],
            spans=[position[:2]] if position else [],
            snippet=selection["name"] if self.with_snippets else "",
            row_id=known.row.id if known else address.partition(".")[2],
            values=values,
            links=links,
            children=children,
            place=selection.place,
        )
        return known.coder if known else coder, item

    def _links(self) -> dict[str, dict[str, str]]:
        """Return the links by the selection that they lead from; those of both directions from both."""
        found: dict[str, dict[str, str]] = {}
        both = []
        for link in self.root.all("Links", "Link"):
            origin, target = _guid(link["originGUID"]), _guid(link["targetGUID"])
            found.setdefault(origin, {})[link["name"]] = target
            both += [(target, origin, link["name"])] if link["direction"] != "OneWay" else []
        for origin, target, name in both:
            found.setdefault(origin, {}).setdefault(name, target)
        return found


def _selections(source: Element) -> Iterator[Element]:
    """Yield the selections of a text that have codes."""
    return (each for each in source.all("PlainTextSelection") if each.first("Coding") is not None)


def _position(selection: Element) -> tuple[int, int, str] | None:
    """Return start, end and name of a selection; None if its positions are no numbers."""
    start, end = (whole_number(selection[key]) for key in ("startPosition", "endPosition"))
    return None if start is None or end is None else (start, end, selection["name"])


def _paths(codes: Iterator[Element], above: str = "") -> dict[str, str]:
    """Return the path of each code by its identifier."""
    found = {}
    for code in codes:
        path = f"{above}{code['name']}"
        found[_guid(code["guid"])] = path
        found.update(_paths(code.all("Code"), f"{path}/"))
    return found


def _guid(text: str) -> str:
    """Return an identifier as it can be compared: programs write it with and without braces, in any case."""
    return text.strip().strip("{}").lower()


def _merged(items: Sequence[ToolItem]) -> list[ToolItem]:
    """Return annotations, those of one passage as one: some programs export a selection for each code.

    Args:
        items: The annotations of a coder, each with one code.
    """
    groups: dict[tuple[object, ...], list[ToolItem]] = {}
    for item in items:
        groups.setdefault((*item.spans, item.row_id), []).append(item)
    return [
        replace(
            group[0],
            labels=[label for item in group for label in item.labels],
            values={key: value for item in reversed(group) for key, value in item.values.items()},
            links={key: target for item in reversed(group) for key, target in item.links.items()},
            children={key: records for item in reversed(group) for key, records in item.children.items()},
        )
        for group in groups.values()
    ]
