"""What the names of a tool mean in the tables of a project: by these names themselves, and by a mapping file."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from stancebook.exchange.project import Entry, ExchangeProject, ToolProject
from stancebook.problems import Problem
from stancebook.schema.record_forms import KeyForm, RecordForm
from stancebook.sources import nodes
from stancebook.sources.yaml_reader import parse_yaml
from stancebook.suggestions import did_you_mean, options_hint, slug_for

SKIP = "skip"  # in place of a meaning: what is left out
_SECTIONS = ("labels", "attributes", "values", "defaults", "coders", "documents")
_HEAD = """\
# What the names in a tool mean here, for:  stancebook import … --map THIS_FILE
#
# labels:      a layer, code or label is a table; or a value of a column of it: {table: …, column: …, value: …}
# attributes:  an attribute is a column
# values:      for a column, the tool's words for its values
# defaults:    for a table, the values of new rows in columns that the tool has not: {column: value}
# coders:      the coder's folder in codings/; 'authoritative' for the annotations of the dataset
# documents:   the name of a text in the tool is the ID of a document
#
# Write 'skip' for what is to be left out. Names that are equal here and there need no line.
"""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a label says: that a row of a table is here, or also that a column of the row has a value."""

    table: str
    column: str = ""
    value: str = ""


@dataclass(frozen=True)
class NameMap:
    """The lines of a mapping file; see its head for what they mean.

    Attributes:
        labels: The meaning of each label; None for one that is left out.
        attributes: The column of each attribute; `SKIP` for one that is left out.
        values: The values of each column by the tool's words.
        defaults: For each table, the cells of new rows in columns of which the tool says nothing.
        coders: The folder of each coder.
        documents: The document of each text.
    """

    labels: Mapping[str, Meaning | None] = field(default_factory=dict)
    attributes: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    defaults: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    coders: Mapping[str, str] = field(default_factory=dict)
    documents: Mapping[str, str] = field(default_factory=dict)


class Names:
    """Finds tables, columns and values by the names that a tool has for them."""

    def __init__(self, project: ExchangeProject, names: NameMap) -> None:
        self.project = project
        self.map = names
        self.layers = {form.name: form for form in project.layers}

    @cached_property
    def _tables(self) -> dict[str, str]:
        """The tables by name and by title, in lower case."""
        titles = {form.title.casefold(): name for name, form in self.layers.items()}
        return titles | {name.casefold(): name for name in self.layers}

    @cached_property
    def _keys(self) -> Mapping[str, Mapping[str, KeyForm]]:
        return {name: {key.name: key for key in form.keys} for name, form in self.project.forms.items()}

    @cached_property
    def _entries(self) -> Mapping[str, Mapping[str, str]]:
        """The keys of the entries of each table of the codebook, by their names in lower case, if these are unique."""
        return {table: _unique_labels(entries) for table, entries in self.project.codebook.items()}

    @cached_property
    def _entry_keys(self) -> Mapping[str, Collection[str]]:
        return {table: {entry.key for entry in entries} for table, entries in self.project.codebook.items()}

    def key(self, table: str, column: str) -> KeyForm:
        """Return a column of a table."""
        return self._keys[table][column]

    def meaning(self, label: str) -> Meaning | None:
        """Return what a label means.

        Returns:
            The meaning; None if the mapping leaves the label out.

        Raises:
            LookupError: The label has no meaning; the argument is a hint.
        """
        if label in self.map.labels:
            return self.map.labels[label]
        name, *path = label.replace(": ", "/").split("/")
        table = self._tables.get(name.strip().casefold(), "")
        if table and not path:
            return Meaning(table)
        if table and len(path) > 1 and (column := self._column(table, path[0])):
            return Meaning(table, column, "/".join(path[1:]))
        if table and len(path) == 1 and self._column(table, path[0]):  # the heading of its values
            return Meaning(table)
        hint = options_hint(label, self.layers)
        raise LookupError(f"{hint}; or say what it means in a file for --map, which --draft-map begins")

    def column(self, table: str, attribute: str) -> str:
        """Return the column, or the section of nested records, that an attribute of a table means.

        Returns:
            The name; empty if the mapping leaves the attribute out.

        Raises:
            LookupError: The attribute has no meaning; the argument is a hint.
        """
        mapped = self.map.attributes.get(attribute, attribute)
        if mapped == SKIP:
            return ""
        if found := self._column(table, mapped) or self._column(table, mapped.removeprefix(f"{table}_")):
            return found
        known = self._keys[table]
        hint = did_you_mean(attribute, known) or f"the columns are {', '.join(known)}"
        raise LookupError(f"{hint}; or map it in a file for --map")

    def _column(self, table: str, name: str) -> str:
        name = name.strip().casefold()
        sections = (self.project.forms[nested].section for nested in self.layers[table].nested)
        keys = self._keys[table].values()
        found = [key.name for key in keys if name in (key.name.casefold(), key.title.casefold())]
        return next((section for section in sections if section.casefold() == name), found[0] if found else "")

    def value(self, table: str, column: str, text: str) -> str:
        """Return the value of a column that a text of a tool means: itself, unless a choice or an entry is named so."""
        text = text.strip()
        if (mapped := self.map.values.get(column, {}).get(text)) is not None:
            return mapped
        key = self.key(table, column)
        if key.choices and text not in {choice.value for choice in key.choices}:
            return next((each.value for each in key.choices if each.value.casefold() == text.casefold()), text)
        if key.target in self._entries:
            return (
                text if text in self._entry_keys[key.target] else self._entries[key.target].get(text.casefold(), text)
            )
        return text


def _unique_labels(entries: Iterable[Entry]) -> dict[str, str]:
    found: dict[str, set[str]] = {}
    for entry in entries:
        found.setdefault(entry.label.casefold(), set()).add(entry.key)
    return {label: next(iter(keys)) for label, keys in found.items() if len(keys) == 1}


# ── Mapping files ─────────────────────────────────────────────────────────────────────────────────


def read_map(text: str, file: str, project: ExchangeProject) -> tuple[NameMap, list[Problem]]:
    """Read a mapping file.

    Args:
        text: The text of the file.
        file: Its path as displayed in problems.
        project: The project, whose tables it names.

    Returns:
        The mapping, and the problems of the file.
    """
    root, problems = parse_yaml(text, file)
    reader = _MapReader(file, project, problems)
    sections = reader.mapping(root, "a mapping file")
    for name, key in sections.items():
        if name not in _SECTIONS:
            reader.report(key, name, f"'{name}' is no part of a mapping file", f"the parts are {', '.join(_SECTIONS)}")
    labels = reader.mapping(sections.get("labels"), "labels")
    values = reader.mapping(sections.get("values"), "values")
    defaults = reader.mapping(sections.get("defaults"), "defaults")
    names = NameMap(
        labels={label: reader.meaning(label, node) for label, node in labels.items()},
        attributes=reader.texts(sections.get("attributes"), "attributes"),
        values={column: reader.texts(node, f"values.{column}") for column, node in values.items()},
        defaults={table: reader.defaults(table, node) for table, node in defaults.items()},
        coders=reader.texts(sections.get("coders"), "coders"),
        documents=reader.texts(sections.get("documents"), "documents"),
    )
    return names, problems


@dataclass
class _MapReader:
    """Reads the parts of a mapping file, and collects problems."""

    file: str
    project: ExchangeProject
    problems: list[Problem]

    def report(self, node: nodes.Node, where: str, message: str, hint: str) -> None:
        self.problems.append(Problem(self.file, node.line, node.column, where, message, hint))

    def mapping(self, node: nodes.Node | None, where: str) -> Mapping[str, nodes.Node]:
        """Return the values of a mapping by key; nothing if it is missing, or no mapping, which is reported."""
        if node is None or (isinstance(node, nodes.Scalar) and node.absent):
            return {}
        if not isinstance(node, nodes.Mapping):
            self.report(node, where, "this is not a mapping", "write it as 'name: meaning' lines")
            return {}
        return node.values

    def texts(self, node: nodes.Node | None, where: str) -> Mapping[str, str]:
        """Return the texts of a mapping by key; report other values."""
        found = {}
        for name, value in self.mapping(node, where).items():
            if isinstance(value, nodes.Scalar) and not value.absent:
                found[name] = value.text
            else:
                self.report(value, f"{where}.{name}", "this is not a text", f"write one name, or '{SKIP}'")
        return found

    def defaults(self, table: str, node: nodes.Node) -> Mapping[str, str]:
        """Return the cells of new rows of a table; report what is no table, and what is no column of it."""
        where, layers = f"defaults.{table}", {form.name: form for form in self.project.layers}
        if table not in layers:
            self.report(node, where, f"'{table}' is no table with passages", f"the tables are {', '.join(layers)}")
            return {}
        cells = self.texts(node, where)
        if unknown := cells.keys() - {*_key_names(layers[table])}:
            hint = f"the columns are {', '.join(_key_names(layers[table]))}"
            self.report(node, where, f"'{min(unknown)}' is no column of {table}", hint)
        return cells

    def meaning(self, label: str, node: nodes.Node) -> Meaning | None:
        """Return the meaning of a label; None if it is left out, or has none, which is reported."""
        if isinstance(node, nodes.Scalar) and node.text == SKIP:
            return None
        if not isinstance(node, nodes.Scalar | nodes.Mapping):
            self.report(node, f"labels.{label}", "this is no meaning", f"write a table, or '{SKIP}'")
            return None
        given = {"table": node.text} if isinstance(node, nodes.Scalar) else self.texts(node, f"labels.{label}")
        where, layers = f"labels.{label}", {form.name: form for form in self.project.layers}
        if unknown := given.keys() - {"table", "column", "value"}:
            self.report(node, where, f"'{unknown.pop()}' is no part of a meaning", "the parts are table, column, value")
        elif given.get("table") not in layers:
            hint = f"the tables are {', '.join(layers)}; or write '{SKIP}'"
            self.report(node, where, f"'{given.get('table', '')}' is no table with passages", hint)
        elif ("column" in given) != ("value" in given):
            self.report(node, where, "a column and its value belong together", "give both, or only the table")
        elif "column" in given and given["column"] not in _key_names(layers[given["table"]]):
            hint = f"the columns are {', '.join(_key_names(layers[given['table']]))}"
            self.report(node, where, f"'{given['column']}' is no column of {given['table']}", hint)
        else:
            return Meaning(given["table"], given.get("column", ""), given.get("value", ""))
        return None


def _key_names(form: RecordForm) -> Collection[str]:
    return [key.name for key in form.keys]


# ── A first mapping ───────────────────────────────────────────────────────────────────────────────


def draft_map(project: ExchangeProject, tool: ToolProject, names: Names) -> str:
    """Return a first mapping file: a line for each coder, each text, and each name that means nothing by itself."""
    items = [item for text in tool.texts for coding in text.codings.values() for item in coding]
    labels = _distinct(label for item in items for label in item.labels)
    tables = [meaning.table for label in labels if (meaning := _meaning_or_none(names, label))]
    attributes = _distinct(name for item in items for name in (*item.values, *item.links, *item.children))
    coders = _distinct(coder for text in tool.texts for coder in text.codings)
    documents = {text.name: text.doc_id or slug_for(text.name.rpartition(".")[0] or text.name) for text in tool.texts}
    sections = {
        "labels": {label: SKIP for label in labels if _meaning_or_none(names, label) is None},
        "attributes": {name: SKIP for name in attributes if not _is_column(names, tables, name)},
        "coders": {coder: slug_for(coder) or SKIP for coder in coders},
        "documents": {name: doc_id for name, doc_id in documents.items() if name},
    }
    known = f"# The tables are {', '.join(names.layers)}; the documents are "
    known += f"{', '.join(text.doc_id for text in project.texts) or 'none'}.\n"
    parts = [f"{name}:\n" + "".join(_lines(given)) for name, given in sections.items() if given]
    return "\n".join([_HEAD + known, *parts])


def _lines(given: Mapping[str, str]) -> Iterator[str]:
    import json

    for name, meaning in given.items():
        yield f"  {json.dumps(name, ensure_ascii=False)}: {meaning}\n"


def _distinct(names: Iterable[str]) -> list[str]:
    return [*dict.fromkeys(names)]


def _is_column(names: Names, tables: Iterable[str], attribute: str) -> bool:
    """Return whether an attribute is a column of any of some tables."""
    for table in tables:
        try:
            return bool(names.column(table, attribute))
        except LookupError:
            continue
    return False


def _meaning_or_none(names: Names, label: str) -> Meaning | None:
    try:
        return names.meaning(label)
    except LookupError:
        return None
