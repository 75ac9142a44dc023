"""The contract of a dataset: its compiled models, its rules across tables, and its metadata."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from stancebook.exceptions import ContractError
from stancebook.schema.column_types import Column, FilledBy
from stancebook.schema.compiler import compile_model
from stancebook.schema.models import Table
from stancebook.schema.remarks import REMARKS
from stancebook.schema.rules import Rule
from stancebook.schema.spec import (
    ID,
    QUOTE_CONTEXT,
    ColumnsByTable,
    Derivation,
    ForeignKey,
    TableKind,
    TableSpec,
)


@dataclass(frozen=True)
class License:
    """A licence of the dataset.

    Attributes:
        name: Its identifier in the SPDX list, such as `CC-BY-4.0`.
        title: Its name for readers.
        path: The address of its text.
    """

    name: str
    title: str
    path: str


@dataclass(frozen=True)
class Contributor:
    """A person or body that contributed to the dataset.

    Attributes:
        title: The name.
        roles: Any of `creator`, `contact`, `dataCurator` and `rightsHolder`. A citation names the creators.
    """

    title: str
    roles: tuple[str, ...]


@dataclass(frozen=True)
class Contract:
    """Everything that is particular to one dataset; the engine knows nothing else of it.

    Raises `ContractError` when made, if models, rules and metadata contradict each other.

    Attributes:
        name: The identifier of the dataset.
        title: Its title for readers.
        description: What it contains, in a paragraph.
        version: Its version, by the rules of semantic versioning.
        models: The models of all tables, in the order of the dataset.
        rules: The rules across tables.
        licenses: The licences of the dataset.
        contributors: Who contributed to it.
        released: The day of the version, as YYYY-MM-DD.
        homepage: The address of a page about the dataset.
        repository: The address of the repository with its sources and code.
        view_url: The address of the folder at which the pages of the reading view are published.
        keywords: Words to find it by.
        sources: For each property of a source in a data package (`title`, `path` …), the column of the document table
            that holds it.
        data_card_text: Sections of the data card in Markdown.
        huggingface: Further entries for the header of the data card, by the keys of the Hugging Face hub.
    """

    name: str
    title: str
    description: str
    version: str
    models: tuple[type[Table], ...]
    rules: tuple[Rule, ...] = ()
    licenses: tuple[License, ...] = ()
    contributors: tuple[Contributor, ...] = ()
    released: str = ""
    homepage: str = ""
    repository: str = ""
    view_url: str = ""
    keywords: tuple[str, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)
    data_card_text: str = ""
    huggingface: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _check_tables(self.tables)
        self._check_rules()
        self._check_inputs()
        for derivation in self.derivations:
            _check_derivation(derivation)
        if unknown := sorted(set(self.sources.values()) - set(self.document.names)):
            raise ContractError(f"sources names {', '.join(unknown)}, no column of {self.document.name!r}.")

    def _check_rules(self) -> None:
        for rule in self.rules:
            table = self.tables.get(rule.table)
            coded = table in (*self.codebook_tables, *self.document_tables)
            if table is None or not coded or (rule.column and rule.column not in table.names):
                path = f"{rule.table}.{rule.column}" if rule.column else rule.table
                raise ContractError(
                    f"the rule {rule.message!r} is on {path}, which is no coded table or column of this contract."
                )
            if rule.reads_text and table not in self.document_tables:
                raise ContractError(
                    f"the rule {rule.message!r} has reads_text=True; only a rule on a table of documents may."
                )
            if rule.inputs and table in self.document_tables:
                raise ContractError(
                    f"the rule {rule.message!r} has inputs={set(rule.inputs)}; only a rule on the codebook may."
                )

    def _check_inputs(self) -> None:
        """Refuse inputs that are not columns of document tables."""
        documents = {spec.name: spec for spec in self.document_tables}
        derived = self.tables_of_kind("derived")
        readers = [
            *((f"the rule {rule.message!r}", rule.inputs) for rule in self.rules),
            *((f"the derived table {spec.name!r}", spec.inputs) for spec in derived),
        ]
        for reader, inputs in readers:
            for table, names in inputs.items():
                if table not in documents or not set(names) <= set(documents[table].names):
                    raise ContractError(
                        f"{reader} reads {table}: {', '.join(names)}; these are not columns of a document table."
                    )
        for spec in derived:
            if spec.partition_by is not None and not any(spec.partition_by in names for names in spec.inputs.values()):
                raise ContractError(
                    f"the derived table {spec.name!r} is partitioned by {spec.partition_by!r}, which it does not read."
                )

    @property
    def creators(self) -> tuple[str, ...]:
        """The names in a citation."""
        return tuple(contributor.title for contributor in self.contributors if "creator" in contributor.roles)

    @property
    def citation(self) -> str:
        """The dataset as an entry of a reference list."""
        year = f"({self.released[:4]})." if self.released else ""
        parts = [", ".join(self.creators), year, f"{self.title} (version {self.version}) [Data set].", self.homepage]
        return " ".join(part for part in parts if part)

    @cached_property
    def tables(self) -> Mapping[str, TableSpec]:
        """The compiled tables by name, in the order of `models`."""
        specs = [compile_model(model) for model in self.models]
        if len({spec.name for spec in specs}) < len(specs):
            raise ContractError("two models have one name: rename one.")
        documents = [spec.name for spec in specs if spec.kind == "document"]
        if len(documents) != 1:
            raise ContractError(f"a contract needs exactly one Document model, and this one has {len(documents)}.")
        sentences = [spec.name for spec in specs if spec.kind == "sentence"]
        if len(sentences) > 1:
            raise ContractError(f"{' and '.join(sentences)} would have the same rows: keep one Sentence model.")
        keys = {spec.name: spec.key[0] for spec in specs if len(spec.key) == 1}
        return {spec.name: _resolve_references(spec, documents[0], keys) for spec in specs}

    def tables_of_kind(self, *kinds: TableKind) -> list[TableSpec]:
        """Return the tables of these kinds, in the order of `models`."""
        return [spec for spec in self.tables.values() if spec.kind in kinds]

    @property
    def document(self) -> TableSpec:
        """The table with one row for each document."""
        return self.tables_of_kind("document")[0]

    @cached_property
    def derivations(self) -> tuple[Derivation, ...]:
        """The derived tables, grouped by the functions that compute them, in the order of `models`."""
        groups: dict[int, Derivation] = {}
        for spec in self.tables.values():
            if spec.derive is not None:
                group = groups.get(id(spec.derive), Derivation(spec.derive, ()))
                groups[id(spec.derive)] = replace(group, tables=(*group.tables, spec))
        return tuple(groups.values())

    @cached_property
    def sentence_table(self) -> TableSpec | None:
        """The table with one row for each sentence, if there is one."""
        return next(iter(self.tables_of_kind("sentence")), None)

    @cached_property
    def codebook_tables(self) -> tuple[TableSpec, ...]:
        """The tables whose rows are written in the codebook, nested ones included."""
        return tuple(spec for spec in self.tables.values() if _root_kind(spec, self.tables) == "codebook")

    @cached_property
    def document_tables(self) -> tuple[TableSpec, ...]:
        """The tables whose rows are written in documents, nested ones included."""
        kinds = ("document", "annotation")
        return tuple(spec for spec in self.tables.values() if _root_kind(spec, self.tables) in kinds)

    @cached_property
    def text_tables(self) -> tuple[TableSpec, ...]:
        """The tables whose rows are of one document each: those of documents, and of the sentences of texts."""
        return tuple(spec for spec in self.tables.values() if spec in (*self.document_tables, self.sentence_table))

    def record_table(self, table: str) -> TableSpec:
        """Return the table in whose records a table is nested, at any depth; the table itself if it is not nested."""
        spec = self.tables[table]
        return spec if spec.parent is None else self.record_table(spec.parent)

    def in_codebook(self, table: str) -> bool:
        """Return whether the rows of a table are written in the codebook."""
        return self.tables[table] in self.codebook_tables

    @cached_property
    def rule_inputs(self) -> ColumnsByTable:
        """The columns of document tables that rules on the codebook read."""
        inputs: dict[str, dict[str, None]] = {}
        for rule in self.rules:
            for table, columns in rule.inputs.items():
                inputs.setdefault(table, {}).update(dict.fromkeys(columns))
        return {table: tuple(columns) for table, columns in inputs.items()}

    def nested_tables(self, table: str) -> Mapping[str, TableSpec]:
        """Return the tables nested in a table, by the key of the list that holds their records."""
        return self._nested_by_parent.get(table, {})

    @cached_property
    def _nested_by_parent(self) -> dict[str, dict[str, TableSpec]]:
        nested: dict[str, dict[str, TableSpec]] = {}
        for spec in self.tables.values():
            if spec.parent is not None:
                nested.setdefault(spec.parent, {})[spec.section] = spec
        return nested


def _resolve_references(spec: TableSpec, document: str, keys: Mapping[str, str]) -> TableSpec:
    """Return a table whose foreign keys have their targets, which only the whole contract knows."""

    def resolve(column: Column) -> Column:
        if column.kind != "foreign_key":
            return column
        target = column.target or document
        to_parent = spec.parent is not None and column.name == keys.get(spec.parent)
        filled_by: FilledBy = "engine" if to_parent else column.filled_by
        return replace(column, target=target, target_key=keys.get(target), filled_by=filled_by)

    columns = tuple(map(resolve, spec.columns))
    foreign_keys = tuple(
        ForeignKey((key.name,), key.target, (key.target_key,)) for key in columns if key.target and key.target_key
    )
    return replace(spec, columns=columns, foreign_keys=foreign_keys)


def _root_kind(spec: TableSpec, tables: Mapping[str, TableSpec]) -> TableKind | None:
    """Return the kind of the table in whose records a table is nested, at any depth; its own if it is not nested."""
    return spec.kind if spec.parent is None else _root_kind(tables[spec.parent], tables)


def _check_tables(tables: Mapping[str, TableSpec]) -> None:
    for spec in tables.values():
        for column in spec.references:
            _check_reference(spec, column, tables)
        if spec.parent is not None:
            _check_nested(spec, tables)
    for spec in tables.values():
        if _root_kind(spec, tables) == "codebook":
            _check_codebook(spec, tables)
        elif spec.parent is not None and (parent := tables[spec.parent].key[0]) not in spec.key:
            raise ContractError(
                f"{spec.name}: name {parent!r} among the columns of key=, or rows of two documents could have one key."
            )
    remarks = {remark.section for remark in REMARKS}
    for spec in tables.values():
        if taken := remarks & {spec.name, spec.section if spec.kind in ("document", "annotation") else ""}:
            raise ContractError(
                f"{spec.name}: every annotation file may have a list {taken.pop()!r}; rename the table."
            )
    for kinds in (("codebook",), ("document", "annotation")):
        _check_sections(spec for spec in tables.values() if spec.kind in kinds)


def _check_reference(spec: TableSpec, column: Column, tables: Mapping[str, TableSpec]) -> None:
    path, target = f"{spec.name}.{column.name}", tables.get(column.target or "")
    if target is None:
        raise ContractError(f"{path} refers to a table {column.target!r} that is not among the models.")
    if target.kind == "derived" and spec.kind != "derived":
        raise ContractError(f"{path}: {target.name!r} is derived; refer to a table that people code.")
    if column.target_key is None:
        raise ContractError(f"{path}: {target.name!r} has a key of several columns; refer to one with primary_key().")


def _check_derivation(derivation: Derivation) -> None:
    """Refuse tables of one function that are not computed from the same inputs, or not in the same partitions."""
    first, *others = derivation.tables
    for spec in others:
        if (spec.inputs, spec.partition_by) != (first.inputs, first.partition_by):
            raise ContractError(
                f"{first.name} and {spec.name} are derived by one function: give both the same inputs= and"
                " partition_by=."
            )
        if first.partition_by is not None:
            one, other = first[first.partition_by], spec[first.partition_by]
            if (one.kind, [*one.vocabulary]) != (other.kind, [*other.vocabulary]):
                raise ContractError(
                    f"{first.name} and {spec.name} are partitioned by {one.name!r}: declare it alike in both, or their"
                    " rows have different orders."
                )


def _check_codebook(spec: TableSpec, tables: Mapping[str, TableSpec]) -> None:
    for column in spec.columns:
        if column.kind == "verbatim":
            raise ContractError(f"{spec.name}: a codebook has no text to find words in; write text(), not verbatim().")
        if column.target is not None and _root_kind(tables[column.target], tables) != "codebook":
            raise ContractError(
                f"{spec.name}.{column.name}: the codebook is read without documents; let {column.target} refer to"
                f" {spec.name} instead."
            )


def _check_sections(specs: Iterable[TableSpec]) -> None:
    """Refuse two tables that would be written under the same key of a file."""
    owners: dict[str, str] = {}
    for spec in specs:
        if (other := owners.setdefault(spec.section, spec.name)) != spec.name:
            raise ContractError(f"{other} and {spec.name} are both written under {spec.section!r}; rename one.")


def _check_nested(spec: TableSpec, tables: Mapping[str, TableSpec]) -> None:
    parent = tables.get(spec.parent or "")
    if parent is None:
        raise ContractError(f"{spec.name}: its parent {spec.parent!r} is not among the models.")
    if len(parent.key) != 1:
        raise ContractError(
            f"{spec.name}: {parent.name} has a key of several columns; nest rows in one with primary_key()."
        )
    if spec.section in parent.names or spec.section in (ID, *QUOTE_CONTEXT):
        raise ContractError(f"{spec.name}: {spec.section!r} is a key of {parent.name}; nest the rows under another.")
    if parent.key[0] not in spec.names:
        raise ContractError(f"{spec.name} needs the column {parent.key[0]!r}, a foreign_key() to {parent.name!r}.")
    _check_sections(other for other in tables.values() if other.parent == spec.parent)
