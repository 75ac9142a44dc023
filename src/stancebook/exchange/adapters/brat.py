"""brat: a collection for each coder, with texts, standoff annotations and the configuration that belongs to them.

https://brat.nlplab.org: a row is a text-bound annotation of the type of its table. A choice, or an entry of the
codebook, is an attribute, a reference to another row is a relation, and all else is in the note of the annotation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from stancebook.exchange.nested_text import format_record, parse_record, record_hint
from stancebook.exchange.offsets import BYTE_ORDER_MARK, Convention, TextMap
from stancebook.exchange.placing import Span, problem_at
from stancebook.exchange.project import CodedText, ExchangeProject, Place, Row, ToolItem, ToolProject, ToolText, Values
from stancebook.exchange.tool_files import files_below, read_text, whole_number
from stancebook.problems import Problem, display_path, pluralize, shorten
from stancebook.schema.record_forms import KeyForm, RecordForm

TEXT, ANNOTATIONS = ".txt", ".ann"
CONFIG, DISPLAY, README = "annotation.conf", "visual.conf", "README"  # brat shows a file of the name README
_BIONLP = (".a1", ".a2")
_NOTE, _ROW = "AnnotatorNotes", "Row"  # types of notes: the one that people write, and the address of a row
_TOKEN = re.compile(r"[\w.-]+")  # what the value of an attribute may be
_COLORS = ("#9ecae1", "#fdae6b", "#a1d99b", "#fcbba1", "#ffe08a", "#c7b9dd", "#d9d9d9", "#b5e2d8")
_CONVENTIONS = (
    Convention(),
    Convention("utf-16"),  # as browsers count, on whose word brat relies
    Convention(crlf_is_one=True),
    Convention("utf-16", crlf_is_one=True),
)
_SPACE, _FLAG = " ", "true"
_STEPS = """\
{title} {version}, for brat

1. Copy this folder into the data folder of brat. Each coder has a folder in it.
2. Annotate. The note of an annotation holds the columns that have no list of values, as 'column: value; column: value'.
3. Copy the folder back.
4. stancebook import brat THE_FOLDER

The folder has these texts:
{texts}

What the types and the values mean:
{meanings}
"""

# ── Write ─────────────────────────────────────────────────────────────────────────────────────────


def write(project: ExchangeProject, _variant: str = "") -> dict[str, bytes]:
    """Return the files of an export: the configuration, and for each coder the texts with their annotations."""
    files = {CONFIG: _config(project), DISPLAY: _display(project), README: _readme(project)}
    for text in project.texts:
        content = _with_line_feeds(text.text)
        for coder, rows in text.codings.items():
            files[f"{coder}/{text.doc_id}{TEXT}"] = content
            files[f"{coder}/{text.doc_id}{ANNOTATIONS}"] = "".join(_lines(project, text, content, rows))
    return {name: content.encode() for name, content in files.items()}


def _with_line_feeds(text: str) -> str:
    """Return a text without a byte order mark, and with LF as line ends; brat misplaces what is after others."""
    return text.removeprefix(BYTE_ORDER_MARK).replace("\r\n", "\n").replace("\r", "\n")


def _type(table: str, column: str) -> str:
    """Return the type of an attribute or a relation; brat has no types that belong to another."""
    return f"{table}_{column}"


def _attribute_values(project: ExchangeProject, key: KeyForm) -> Sequence[str]:
    """Return the values of a column that is an attribute; none for a column that is in the note."""
    entries = project.codebook.get(key.target, ())
    values = [choice.value for choice in key.choices] or [entry.key for entry in entries]
    values = ["true", "false"] if key.kind == "boolean" else values
    return values if all(_TOKEN.fullmatch(value) for value in values) else []


def _config(project: ExchangeProject) -> str:
    keys = [(form, key) for form in project.layers for key in project.cell_keys(form)]
    relations = [
        f"{_type(form.name, key.name)}\tArg1:{form.name}, Arg2:{key.target}"
        for form, key in keys
        if project.is_link(key)
    ]
    attributes = [
        f"{_type(form.name, key.name)}\tArg:{form.name}, Value:{'|'.join(values)}"
        for form, key in keys
        if (values := _attribute_values(project, key))
    ]
    overlap = "<OVERLAP>\tArg1:<ANY>, Arg2:<ANY>, <OVL-TYPE>:<ANY>"  # without it, overlaps are errors
    return _sections(
        {
            "entities": [form.name for form in project.layers],
            "relations": [*relations, overlap],
            "events": [],
            "attributes": attributes,
        }
    )


def _display(project: ExchangeProject) -> str:
    """Return the titles of types, and their colors."""
    labels, drawing = [], ["SPAN_DEFAULT\tfgColor:black, bgColor:#d9d9d9, borderColor:darken"]
    for number, form in enumerate(project.layers):
        labels.append(_label(form.name, form.title))
        labels += [_label(_type(form.name, key.name), key.title) for key in project.cell_keys(form)]
        drawing.append(f"{form.name}\tbgColor:{_COLORS[number % len(_COLORS)]}")
    return _sections({"labels": labels, "drawing": [*drawing, "ATTRIBUTE_DEFAULT\tglyph:*"]})


def _label(name: str, title: str) -> str:
    shown = _SPACE.join(title.replace("|", _SPACE).split())
    return f"{name} | {shown or name}"


def _sections(sections: Mapping[str, Sequence[str]]) -> str:
    return "\n".join("".join(f"{line}\n" for line in [f"[{name}]", *lines]) for name, lines in sections.items())


def _readme(project: ExchangeProject) -> str:
    texts = "\n".join(f"- {text.doc_id}: {text.rights or 'whose it is, is not given'}" for text in project.texts)
    meanings = "\n".join(line for form in project.layers for line in _meanings(project, form))
    return _STEPS.format(title=project.title, version=project.version, texts=texts, meanings=meanings)


def _meanings(project: ExchangeProject, form: RecordForm) -> Iterator[str]:
    """Yield a line for a table, for each column, and for each of its values."""
    yield f"- {form.name}: {form.description}"
    for key in project.cell_keys(form):
        where = "" if project.is_link(key) or _attribute_values(project, key) else ", in the note"
        needed = ", required" if key.required else ""
        yield f"  - {key.name}{needed}{where}: {key.description}"
        values = {choice.value: choice.definition for choice in key.choices}
        values |= {entry.key: entry.label for entry in project.codebook.get(key.target, ())}
        yield from (f"    - {value}: {meaning}" for value, meaning in values.items())
    for child in (project.forms[name] for name in form.nested):
        hint = record_hint(key.name for key in child.keys)
        yield f"  - {child.section}_1, {child.section}_2, …, in the note: {child.description} For each, {hint}."


def _lines(project: ExchangeProject, text: CodedText, content: str, rows: Sequence[Row]) -> Iterator[str]:
    """Yield the lines of a file of annotations."""
    places = TextMap(text.text, content)
    numbers = {row.address: f"T{number}" for number, row in enumerate(rows, start=1)}
    counts = dict.fromkeys("AR#", 0)

    def line(kind: str, middle: str, end: str = "") -> str:
        counts[kind] += 1
        return f"{kind}{counts[kind]}\t{middle}{end}\n"

    for row in rows:
        number, noted = numbers[row.address], {}
        spans = [*_fragments(content, *places.span(row.start, row.end))]
        offsets = ";".join(f"{start} {end}" for start, end in spans)
        words = _SPACE.join(content[start:end] for start, end in spans)
        yield f"{number}\t{row.table} {offsets}\t{words}\n"
        for key in project.cell_keys(project.forms[row.table]):
            if (value := row.values.get(key.name)) is None:
                continue
            if project.is_link(key) and (target := numbers.get(f"{key.target}.{value}")):
                yield line("R", f"{_type(row.table, key.name)} Arg1:{number} Arg2:{target}")
            elif _attribute_values(project, key) and _TOKEN.fullmatch(value):
                yield line("A", f"{_type(row.table, key.name)} {number} {value}")
            else:
                noted[key.name] = value
        for section, records in row.children.items():
            noted |= {f"{section}_{count}": format_record(each) for count, each in enumerate(records, start=1)}
        if noted:
            yield line("#", f"{_NOTE} {number}", f"\t{format_record(noted)}")
        yield line("#", f"{_ROW} {number}", f"\t{row.address}")


def _fragments(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield the parts of a passage that are in one line: brat cannot draw, or move, what goes over a line end."""
    for part in text[start:end].splitlines(keepends=True):
        if words := part.strip():
            first = start + part.index(words)
            yield first, first + len(words)
        start += len(part)


# ── Read ──────────────────────────────────────────────────────────────────────────────────────────


def read(paths: Sequence[Path], project: ExchangeProject) -> ToolProject:
    """Read collections of brat, of one coder or of several.

    Args:
        paths: Folders, or files that end in `.ann`, each with the text of the same name next to it.
        project: The project as it is now.
    """
    reader = _Reader(project)
    for path in paths:
        for file in files_below([path], ANNOTATIONS, *_BIONLP):
            reader.add(file, path if path.is_dir() else file.parent)
    return ToolProject(reader.texts, _CONVENTIONS, reader.problems, reader.notes())


class _Reader:
    """Reads files of annotations, and collects problems."""

    def __init__(self, project: ExchangeProject) -> None:
        self.project = project
        self.documents = {text.doc_id for text in project.texts}
        self.problems: list[Problem] = []
        self.texts: list[ToolText] = []
        self.files: set[Path] = set()
        self.n_left_out = 0
        self.bare: list[str] = []

    def notes(self) -> list[str]:
        """Return what was left out, and what was not said, as sentences."""
        left_out = f"{pluralize(self.n_left_out, 'line')} on relations, or on sets of equal annotations: left out"
        bare = f"{', '.join(self.bare)}: without attributes and relations; such cells stay as they are"
        return [left_out] * bool(self.n_left_out) + [bare] * bool(self.bare)

    def add(self, file: Path, folder: Path) -> None:
        """Add the annotations of a file in a folder that is named."""
        if file in self.files:
            return
        self.files.add(file)
        place = Place(display_path(file))
        if file.suffix.lower() in _BIONLP:
            hint = "join the two files of each text into one that ends in .ann"
            self.problems.append(problem_at(place, "", "this is of a BioNLP task, with .a1 and .a2 apart", hint))
            return
        if file.suffix.lower() != ANNOTATIONS:
            hint = "name a folder, or a file that ends in .ann; unpack an archive before"
            self.problems.append(problem_at(place, "", "this is no file of annotations of brat", hint))
            return
        content, problems = read_text(file)
        text_file = file.with_suffix(TEXT)
        text, more = read_text(text_file) if text_file.is_file() else (None, [])
        self.problems += [*problems, *more]
        if content is None:
            return
        items = _Items(self.project, content, place.file)
        self.problems += items.problems
        self.n_left_out += items.n_left_out
        self.bare += [place.file] * items.is_bare
        doc_id = self._document(file)
        coder = _coder(file, PurePosixPath(doc_id or file.name), folder)
        path = PurePosixPath(file.name) if coder else PurePosixPath(file.relative_to(folder))
        self._add_coding(ToolText(doc_id or str(path.with_suffix(TEXT)), text, {coder: items.items}, doc_id, place))

    def _add_coding(self, text: ToolText) -> None:
        """Add the annotations of a coder to those of others on the same text."""
        for number, known in enumerate(self.texts):
            if (known.name, known.text) == (text.name, text.text) and not {*known.codings} & {*text.codings}:
                self.texts[number] = replace(known, codings={**known.codings, **text.codings})
                return
        self.texts.append(text)

    def _document(self, file: Path) -> str:
        """Return the document that a file is named like, with the folders that are in its ID; empty if it is none."""
        parts = file.absolute().with_suffix("").parts
        names = ("/".join(parts[first:]) for first in range(1, len(parts)))
        return next((name for name in names if name in self.documents), "")


def _coder(file: Path, document: PurePosixPath, folder: Path) -> str:
    """Return the coder of a file: the name of the collection that it is in; empty if that holds all coders' work.

    Args:
        file: The file of annotations.
        document: The part of its path that is the document.
        folder: The folder that the user named.
    """
    collection = file.absolute().parents[len(document.parts) - 1]
    if (collection / CONFIG).is_file():
        return ""
    is_below = collection != folder.absolute() or (collection.parent / CONFIG).is_file()
    return collection.name if is_below else ""


@dataclass
class _Mark:
    """What the lines of a file say of one annotation: a text-bound one, or an event."""

    label: str
    spans: list[Span]
    words: str
    place: Place
    values: dict[str, str | None] = field(default_factory=dict)
    more: list[str] = field(default_factory=list)  # labels of attributes that have several values
    links: dict[str, str | None] = field(default_factory=dict)
    note: str = ""
    row: str = ""


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a file: the identifier, the parts of the middle, and the text at the end."""

    id: str
    parts: Sequence[str]
    end: str
    place: Place


_LINE = re.compile(r"(\*|[A-Z#]\w*)\t([^\t]+)(?:\t(.*))?")
_SHAPES = {  # the middle of a line of each kind
    "T": re.compile(r"(\S+) (\d+ \d+(?:;\d+ \d+)*)"),
    "E": re.compile(r"([^\s:]+):(\S+)((?: +[^\s:]+:\S+)*)"),
    "R": re.compile(r"(\S+) +[^\s:]+:(\S+) +[^\s:]+:(\S+)"),
    "A": re.compile(r"(\S+) (\S+)(?: (\S.*))?"),
    "N": re.compile(r"\S+ (\S+) ([^\s:]+):(\S+)"),
    "#": re.compile(r"(\S+) (\S+)"),
    "*": re.compile(r"(\S+)((?: \S+)+)"),
}
_SHAPES["M"] = _SHAPES["A"]  # as attributes were written before
_EXPECTED = "expected a line of brat, such as: T1, a tab, the type, start and end, a tab, the words"


class _Items:
    """The annotations in a file.

    Attributes:
        items: The annotations.
        problems: What cannot be read of them.
        n_left_out: How many lines are about what makes no row.
        is_bare: Whether rows were exported to it, and it has no attributes and no relations any more.
    """

    def __init__(self, project: ExchangeProject, content: str, file: str) -> None:
        self.project = project
        self.problems: list[Problem] = []
        self.n_left_out = 0
        self.marks: dict[str, _Mark] = {}
        self.owners: dict[str, str] = {}  # the event of which an annotation is the trigger
        lines = [*self._read_lines(content, file)]
        self.relations = {line.id for line in lines if line.id.startswith("R")}
        adders = {
            "T": self._add_text_bound,
            "E": self._add_event,
            "R": self._add_relation,
            "A": self._add_attribute,
            "M": self._add_attribute,
            "N": self._add_normalization,
            "#": self._add_note,
            "*": self._leave_out,
        }
        for kinds in ("T", "E", "RAMN#*"):  # lines may be in any order
            for line in lines:
                if line.id[0] in kinds:
                    adders[line.id[0]](line)
        for line in lines:
            if line.id[0] == "E" and line.id in self.marks:
                self._add_arguments(line)
        says = any(line.id[0] in "AMR" for line in lines)
        self.is_bare = not says and any(mark.row for mark in self.marks.values())
        triggers = self.owners.keys()
        self.items = [self._item(name, mark) for name, mark in self.marks.items() if name not in triggers]

    def _report(self, place: Place, where: str, message: str, hint: str) -> None:
        self.problems.append(problem_at(place, f"annotation '{shorten(where)}'" if where else "", message, hint))

    # ── Lines ─────────────────────────────────────────────────────────────────────────────────────

    def _read_lines(self, content: str, file: str) -> Iterator[_Line]:
        used: set[str] = set()
        for number, text in enumerate(content.removeprefix(BYTE_ORDER_MARK).split("\n"), start=1):
            place = Place(file, number)
            if not text.strip():
                continue
            found = _LINE.fullmatch(text.removesuffix("\r"))
            shape = _SHAPES.get(found[1][0]) if found else None
            middle = shape.fullmatch(found[2].strip()) if found and shape else None
            if found is None or middle is None:
                self._report(place, "", f"'{shorten(text)}' is not read", _EXPECTED)
            elif found[1] in used:
                self._report(place, found[1], "another line has this identifier", "give each line one of its own")
            else:
                used |= {found[1]} - {"*"}
                yield _Line(found[1], [part or "" for part in middle.groups()], found[3] or "", place)

    def _mark(self, line: _Line, target: str) -> _Mark | None:
        """Return the annotation that a line is about; None if it is about a relation, or about nothing, a problem."""
        if target in self.relations:
            self._leave_out(line)
        elif (mark := self.marks.get(self.owners.get(target, target))) is not None:
            return mark
        else:
            self._report(line.place, line.id, f"there is no annotation '{shorten(target)}'", "delete the line")
        return None

    def _leave_out(self, _line: _Line) -> None:
        self.n_left_out += 1

    def _add_text_bound(self, line: _Line) -> None:
        label, offsets = line.parts
        spans = [[whole_number(offset) for offset in span.split()] for span in offsets.split(";")]
        known = [(start, end) for start, end in spans if start is not None and end is not None]
        self.marks[line.id] = _Mark(label, known, line.end, line.place)

    def _add_event(self, line: _Line) -> None:
        """Add an event as an annotation of its own, at the words of its trigger."""
        label, trigger, _ = line.parts
        mark = self.marks.get(trigger)
        if mark is None or not trigger.startswith("T"):
            self._report(line.place, line.id, f"there is no trigger '{shorten(trigger)}'", "delete the line")
            return
        self.marks[line.id] = _Mark(label, mark.spans, mark.words, line.place)
        self.owners.setdefault(trigger, line.id)

    def _add_arguments(self, line: _Line) -> None:
        for argument in line.parts[2].split():
            role, _, target = argument.partition(":")
            self._link(line, line.id, role, target)

    def _add_relation(self, line: _Line) -> None:
        self._link(line, line.parts[1], line.parts[0], line.parts[2])

    def _link(self, line: _Line, start: str, name: str, end: str) -> None:
        mark, target = self._mark(line, start), self._mark(line, end)
        if mark is None or target is None:
            return
        name, end = self._column(mark, name), self.owners.get(end, end)
        if mark.links.get(name) not in (None, end):
            self._report(line.place, line.id, f"{name} refers to two annotations", "keep one of the two")
        mark.links[name] = end

    def _add_attribute(self, line: _Line) -> None:
        name, target, value = line.parts
        if (mark := self._mark(line, target)) is None:
            return
        name = self._column(mark, name)
        value = value or self._flag(mark, name)
        if mark.values.get(name) not in (None, value):
            mark.more.append(f"{mark.label}/{name}/{value}")
        else:
            mark.values[name] = value

    def _add_normalization(self, line: _Line) -> None:
        target, source, key = line.parts
        if (mark := self._mark(line, target)) is not None:
            mark.values[source] = key

    def _add_note(self, line: _Line) -> None:
        kind, target = line.parts
        if (mark := self._mark(line, target)) is None:
            return
        if kind == _ROW:
            mark.row = line.end.strip()
        elif kind == _NOTE:
            mark.note = "\n".join(filter(None, [mark.note, line.end.strip()]))
        else:
            mark.values[kind] = line.end.strip()

    # ── Annotations ───────────────────────────────────────────────────────────────────────────────

    def _column(self, mark: _Mark, name: str) -> str:
        """Return the column of a type of attributes or relations that was exported for a table; else its name."""
        return name.removeprefix(_type(mark.label, "")) if mark.label in self.project.forms else name

    def _flag(self, mark: _Mark, column: str) -> str:
        """Return what an attribute without a value says: of a column with one value, that value."""
        form = self.project.forms.get(mark.label)
        key = next((key for key in form.keys if key.name == column), None) if form else None
        values = _attribute_values(self.project, key) if key else ()
        return values[0] if len(values) == 1 else _FLAG

    def _item(self, name: str, mark: _Mark) -> ToolItem:
        form = self.project.forms.get(mark.label)
        table, _, row_id = mark.row.partition(".")
        is_exported = form is not None and table == mark.label
        values, children = self._noted(mark, form)
        values = {**mark.values, **values}
        links = mark.links
        if form is not None and is_exported and not self.is_bare:
            keys = [key for key in self.project.cell_keys(form) if key.name not in {*values, *links}]
            links = {**links, **{key.name: None for key in keys if self.project.is_link(key)}}
            values |= {key.name: None for key in keys if _attribute_values(self.project, key)}
        return ToolItem(
            tool_id=name,
            labels=[mark.label, *mark.more],
            spans=mark.spans,
            snippet=mark.words,
            row_id=row_id if is_exported else "",
            values=values,
            links=links,
            children=children,
            place=mark.place,
        )

    def _noted(self, mark: _Mark, form: RecordForm | None) -> tuple[dict[str, str | None], dict[str, list[Values]]]:
        """Return the cells and the nested records that a note says; a note in prose is an attribute of its own."""
        values: dict[str, str | None] = {}
        children: dict[str, list[Values]] = {}
        if not mark.note:
            return values, children
        try:
            cells = parse_record(mark.note) if form is not None else {}
        except ValueError:
            cells = {}
        if form is None or not cells:
            return {_NOTE: mark.note}, children
        sections = {self.project.forms[name].section: self.project.forms[name] for name in form.nested}
        columns = {key.name for key in form.keys}
        for key, text in cells.items():
            section = key.rstrip("0123456789").removesuffix("_")
            if key in columns or section not in sections:
                values[key] = text or None
                continue
            try:
                children.setdefault(section, []).extend([parse_record(text)] if text else [])
            except ValueError:
                hint = record_hint(each.name for each in sections[section].keys)
                self._report(mark.place, mark.row, f"'{shorten(text)}' in {section} is not read", hint)
        return values, children
