"""A dataset's contract: its models compiled and held against each other, and the rules that span tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from stancebook.exceptions import ContractError
from stancebook.problems import Level
from stancebook.schema.compiler import compile_model
from stancebook.schema.models import Table
from stancebook.schema.spec import ID, QUOTE_CONTEXT, Column, ColumnsByTable, FilledBy, TableKind, Tables, TableSpec


@dataclass(frozen=True)
class Rule:
    """A condition on the rows of one table that needs others to decide.

    `holds(tables)` returns a boolean series over the index of `tables[table]`: True where the row is
    in order. The function's docstring is the message; `column` is the key a problem points at. `against`
    is a column of the document that the rule holds rows against: where many rows of a document break it,
    that is where it is mended.

    Tables may hold a part of the documents only, but always with all that refer to each other. A rule on the
    codebook sees nothing of them but the distinct rows of the columns that `across` names, of all documents.
    """

    table: str
    check: Callable[[Tables], Any]
    message: str
    column: str | None = None
    level: Level = "error"
    document_column: str | None = None
    inputs: ColumnsByTable = field(default_factory=dict)


def rule(
    table: str,
    column: str | None = None,
    *,
    level: Level = "error",
    document_column: str | None = None,
    inputs: Mapping[str, Iterable[str]] | None = None,
) -> Callable[[Callable[[Tables], Any]], Rule]:
    """Make a `Rule` of a function whose docstring is the sentence a coder reads when it fails."""

    def made(function: Callable[[Tables], Any]) -> Rule:
        message = " ".join((function.__doc__ or "").split())
        if not message:
            raise ContractError(
                f"the rule {function.__name__} has no docstring: write it as the message a coder reads."
            )
        seen = {name: tuple(columns) for name, columns in (inputs or {}).items()}
        return Rule(table, function, message, column, level, document_column, seen)

    return made


@dataclass(frozen=True)
class License:
    """A licence of the dataset, as a data package states it."""

    name: str
    title: str
    path: str


@dataclass(frozen=True)
class Contributor:
    """A person or body that contributed, and as what: `creator`, `contact`, `dataCurator` or `rightsHolder`.

    A citation names the creators.
    """

    title: str
    roles: tuple[str, ...]


@dataclass(frozen=True)
class Contract:
    """Everything that is particular to one dataset; the engine is told it and knows nothing else.

    `released` is the day of the version, as YYYY-MM-DD. `sources` says which columns of the documents hold
    what a data package says of a source: `title`, `path`, and whatever else is worth saying. `prose` is what
    the data card says in words of its own, in Markdown; `hub` what its header says besides, in the words of
    the Hugging Face hub.
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
    keywords: tuple[str, ...] = field(default_factory=tuple)
    sources: Mapping[str, str] = field(default_factory=dict)
    data_card_text: str = ""
    huggingface: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _check(self.tables, self.rules)
        self._check_reads()
        if unknown := sorted(set(self.sources.values()) - set(self.document.names)):
            raise ContractError(f"sources names {', '.join(unknown)}, no column of {self.document.name!r}.")

    def _check_reads(self) -> None:
        """Refuse rules and derived tables that look at what is not there, or at more than they may."""
        documents = {spec.name: spec for spec in self.document_tables}
        for rule in self.rules:
            if rule.inputs and rule.table in documents:
                raise ContractError(
                    f"the rule {rule.message!r} looks inputs={set(rule.inputs)}; only one on the codebook may."
                )
        looks = [
            *((f"the rule {rule.message!r}", rule.inputs) for rule in self.rules),
            *((f"the derived table {spec.name!r}", spec.inputs) for spec in self.tables_of_kind("derived")),
        ]
        for who, columns in looks:
            for table, names in columns.items():
                if table not in documents or not set(names) <= set(documents[table].names):
                    raise ContractError(
                        f"{who} reads {table}: {', '.join(names)}; these are no columns of a table of documents."
                    )
        for spec in self.tables_of_kind("derived"):
            if spec.partition_by is not None and not any(spec.partition_by in names for names in spec.inputs.values()):
                raise ContractError(
                    f"the derived table {spec.name!r} keeps rows apart by {spec.partition_by!r}, which it does not"
                    " read."
                )

    @property
    def creators(self) -> tuple[str, ...]:
        """Whom a citation names."""
        return tuple(each.title for each in self.contributors if "creator" in each.roles)

    @property
    def citation(self) -> str:
        """The dataset as a list of references would have it."""
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
        keys = {spec.name: spec.key[0] for spec in specs if len(spec.key) == 1}
        return {spec.name: _linked(spec, documents[0], keys) for spec in specs}

    def tables_of_kind(self, *shapes: str) -> list[TableSpec]:
        """Return the tables whose rows come from one of these places."""
        return [spec for spec in self.tables.values() if spec.kind in shapes]

    @property
    def document(self) -> TableSpec:
        """The one table of documents."""
        return self.tables_of_kind("document")[0]

    @cached_property
    def codebook_tables(self) -> tuple[TableSpec, ...]:
        """The tables whose rows are written in the codebook."""
        return tuple(spec for spec in self.tables.values() if _home(spec, self.tables) == "codebook")

    @cached_property
    def document_tables(self) -> tuple[TableSpec, ...]:
        """The tables whose rows are written in documents."""
        return tuple(spec for spec in self.tables.values() if _home(spec, self.tables) in ("document", "annotation"))

    @cached_property
    def coded_tables(self) -> tuple[TableSpec, ...]:
        """The tables whose rows people write, in the order of `models`."""
        return tuple(spec for spec in self.tables.values() if spec.kind != "derived")

    def in_codebook(self, table: str) -> bool:
        """Return whether the rows of a table are written in the codebook."""
        return self.tables[table] in self.codebook_tables

    @cached_property
    def rule_inputs(self) -> ColumnsByTable:
        """The columns of documents' tables that rules on the codebook look at."""
        seen: dict[str, dict[str, None]] = {}
        for rule in self.rules:
            for table, columns in rule.inputs.items():
                seen.setdefault(table, {}).update(dict.fromkeys(columns))
        return {table: tuple(columns) for table, columns in seen.items()}

    def nested_tables(self, table: str) -> Mapping[str, TableSpec]:
        """Return the tables whose records nest in those of this table, by the key they nest under."""
        return self._nested_by_parent.get(table, {})

    @cached_property
    def _nested_by_parent(self) -> dict[str, dict[str, TableSpec]]:
        children: dict[str, dict[str, TableSpec]] = {}
        for spec in self.tables.values():
            if spec.parent is not None:
                children.setdefault(spec.parent, {})[spec.section] = spec
        return children


def _linked(spec: TableSpec, document: str, keys: Mapping[str, str]) -> TableSpec:
    """Name the tables that only the whole contract knows: the documents' own, and a child's parent."""

    def linked(column: Column) -> Column:
        if column.kind != "foreign_key":
            return column
        target = column.target or document
        nested = spec.parent is not None and column.name == keys.get(spec.parent)
        filled: FilledBy = "engine" if nested else column.filled_by
        return replace(column, target=target, target_key=keys.get(target), filled_by=filled)

    return replace(spec, columns=tuple(map(linked, spec.columns)))


def _home(spec: TableSpec, tables: Mapping[str, TableSpec]) -> TableKind:
    """Return the shape of the table that the rows of a table stand in, however deep they nest."""
    return spec.kind if spec.parent is None else _home(tables[spec.parent], tables)


def _check(tables: Mapping[str, TableSpec], rules: Iterable[Rule]) -> None:
    for spec in tables.values():
        for column in spec.references:
            _check_reference(f"{spec.name}.{column.name}", column, tables)
        if spec.parent is not None:
            _check_child(spec, tables)
    for spec in tables.values():
        if _home(spec, tables) == "codebook":
            _check_codebook(spec, tables)
        elif spec.parent is not None:
            _check_key(spec, tables[spec.parent].key[0])
    for shapes in (("codebook",), ("document", "annotation")):
        _check_places([spec for spec in tables.values() if spec.kind in shapes])
    for each in rules:
        table = tables.get(each.table)
        if table is None or table.kind == "derived" or (each.column and each.column not in table.names):
            raise ContractError(
                f"the rule {each.message!r} is on {each.table}{f'.{each.column}' if each.column else ''}, which is no"
                " coded table or column of this contract."
            )


def _check_reference(at: str, column: Column, tables: Mapping[str, TableSpec]) -> None:
    target = tables.get(column.target or "")
    if target is None:
        raise ContractError(f"{at} refers to a table {column.target!r} that is not among the models.")
    if target.kind == "derived":
        raise ContractError(f"{at}: {target.name!r} is derived; refer to a table that people code.")
    if column.target_key is None:
        raise ContractError(f"{at}: {target.name!r} has a key of several columns; refer to one with primary_key().")


def _check_key(spec: TableSpec, parent: str) -> None:
    """Refuse a table nested in documents whose key does not tell which one: each of them is looked at by itself."""
    if parent not in spec.key:
        raise ContractError(
            f"{spec.name}: name {parent!r} among the columns of key=, or rows of two documents could have one key."
        )


def _check_codebook(spec: TableSpec, tables: Mapping[str, TableSpec]) -> None:
    for column in spec.columns:
        if column.kind == "verbatim":
            raise ContractError(f"{spec.name}: a codebook has no text to find words in; write text(), not verbatim().")
        if column.target is not None and _home(tables[column.target], tables) != "codebook":
            raise ContractError(
                f"{spec.name}.{column.name}: the codebook is read without documents; let {column.target} refer to"
                f" {spec.name} instead."
            )


def _check_places(specs: list[TableSpec]) -> None:
    """Refuse two tables that would be written in one place of a file."""
    places: dict[str, str] = {}
    for spec in specs:
        if (other := places.setdefault(spec.section, spec.name)) != spec.name:
            raise ContractError(f"{other} and {spec.name} are both written under {spec.section!r}; rename one.")


def _check_child(spec: TableSpec, tables: Mapping[str, TableSpec]) -> None:
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
    siblings = [other for other in tables.values() if other.parent == spec.parent]
    _check_places(siblings)
