"""The contract that a dataset carries: its data package, read into frozen values, without the models.

What is needed is taken strictly, and a file that is wrong is refused with a sentence. What an older or a
newer version wrote differently is noted: whoever holds tables against the contract can say what went
unchecked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args

from stancebook.dataset.layout import DATAPACKAGE, table_file
from stancebook.dataset.re2_patterns import PatternError, check
from stancebook.dataset.reader import read_descriptor
from stancebook.exceptions import DatasetError
from stancebook.schema.spec import Storage

Type = Literal["string", "date", "integer"]

_T = TypeVar("_T")
_TABLE_FILE = re.compile(r"(?P<name>[^./\\:][^/\\:]*)\.parquet")
_PART_FILE = re.compile(rf"{_TABLE_FILE.pattern}/[^./\\:][^/\\:]*\.parquet")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_CONSTRAINTS = {"required", "unique", "enum", "pattern", "minimum"}
_LARGEST = 2**63 - 1  # what a cell can hold
_KINDS: Mapping[type, str] = {
    dict: "an object",
    list: "a list",
    str: "text",
    int: "a whole number",
    bool: "a yes or no",
}


@dataclass(frozen=True)
class Column:
    """What one column must hold. `type` is None where this version does not know it, and cannot check it.

    `vocabulary` maps each value, in order, to what it means, where the package says so.
    """

    name: str
    type: Type | None
    title: str | None = None
    description: str | None = None
    unit: str | None = None
    required: bool = False
    unique: bool = False
    vocabulary: Mapping[str, str | None] = field(default_factory=dict)
    ordered: bool = False
    pattern: str | None = None
    minimum: int | None = None

    @property
    def storage(self) -> Storage | None:
        """What a cell of the column is kept as, in a frame."""
        return "category" if self.vocabulary else self.type


@dataclass(frozen=True)
class Reference:
    """Columns that name a row of `table`, itself or another, by the columns `target`."""

    columns: tuple[str, ...]
    table: str
    target: tuple[str, ...]


@dataclass(frozen=True)
class File:
    """One file of a table: its place below the dataset's folder, and what it is told by, where the package says so.

    A table that is one file has no `digest` here: its build tells whether it belongs.
    """

    path: str
    build: str | None
    digest: str | None = None
    rows: int | None = None


@dataclass(frozen=True)
class Table:
    """One table: its `files`, in the order of their rows, hold `rows` rows, where the package says so."""

    name: str
    columns: Mapping[str, Column]
    title: str | None = None
    description: str | None = None
    key: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()
    rows: int | None = None
    files: tuple[File, ...] = ()

    @property
    def file(self) -> str:
        """The name of its file, or of the folder that its files lie in."""
        return table_file(self.name)


@dataclass(frozen=True)
class Note:
    """What of the contract this version cannot check, and why; `where` names the table or column."""

    table: str | None
    where: str
    message: str


@dataclass(frozen=True)
class Package:
    """A dataset's contract; `descriptor` is the data package as it stands in the file."""

    folder: Path
    descriptor: Mapping[str, Any]
    tables: Mapping[str, Table]
    build: str | None = None
    notes: tuple[Note, ...] = ()

    def __getitem__(self, name: str) -> Table:
        try:
            return self.tables[name]
        except KeyError:
            raise DatasetError(f"{self.folder} has no table {name!r}; it has {', '.join(self.tables)}.") from None


def read_package(folder: Path) -> Package:
    """Return the contract that the dataset in `folder` carries; raise `DatasetError` where none can be read."""
    return parse_descriptor(read_descriptor(folder), folder)


def parse_descriptor(descriptor: Mapping[str, Any], folder: Path) -> Package:
    """Return the contract in a data package of `folder`; raise `DatasetError` where it cannot be read."""
    try:
        json.dumps(descriptor, ensure_ascii=False).encode()
        return _Reading(descriptor).package(folder)
    except UnicodeError:
        raise DatasetError(f"{folder / DATAPACKAGE}: it holds half a character (a lone surrogate)") from None
    except _WrongError as fault:
        raise DatasetError(f"{folder / DATAPACKAGE}: {fault}") from None


class _WrongError(Exception):
    """Raised within a reading: what is wrong, and where in the file."""


class _Reading:
    """One reading of a descriptor, with the notes it makes on the way."""

    def __init__(self, descriptor: Mapping[str, Any]) -> None:
        self.descriptor = descriptor
        self.notes: list[Note] = []

    def package(self, folder: Path) -> Package:
        build = _maybe(str, _needed(dict, self.descriptor, "stancebook", "it"), "build", "'stancebook'")
        resources = self._resources()
        tables = {name: self._table(name, each, build) for name, each in resources.items()}
        by_resource = {_maybe(str, each, "name", name): name for name, each in resources.items()}
        linked = {name: self._linked(table, resources[name], tables, by_resource) for name, table in tables.items()}
        if build is None:
            self._note(None, "", "names no build: whether all tables are of one is not checked")
        return Package(folder, self.descriptor, linked, build, tuple(self.notes))

    def _note(self, table: str | None, where: str, message: str) -> None:
        self.notes.append(Note(table, where, message))

    def _resources(self) -> dict[str, Mapping[str, Any]]:
        """Return the resources that are tables, by the tables' names."""
        found: dict[str, Mapping[str, Any]] = {}
        for each in _needed(list, self.descriptor, "resources", "it"):
            paths = _paths(_is(dict, each, "a resource"), "a resource")
            if not paths[0].endswith(table_file("")):
                self._note(None, "", f"the resource {paths[0][:80]!r} is no Parquet file, and is not checked")
                continue
            name = _table_name(paths, in_folder=isinstance(each["path"], list))
            if name in found:
                raise _WrongError(f"two resources have the path {table_file(name)!r}")
            found[name] = each
        if not found:
            raise _WrongError("it names no Parquet file")
        return found

    def _table(self, name: str, resource: Mapping[str, Any], build: str | None) -> Table:
        schema = _needed(dict, resource, "schema", name)
        key = _names(schema, "primaryKey", name)
        columns = [self._column(name, _is(dict, each, name), key) for each in _needed(list, schema, "fields", name)]
        by_name = {column.name: column for column in columns}
        if len(by_name) < len(columns):
            raise _WrongError(f"{name} has two fields of one name")
        rows = _maybe(int, resource, "rows", name)
        if rows is None:
            self._note(name, name, "the number of its rows is not said, and not checked")
        if not key:
            self._note(name, name, "no key is said: whether rows are told apart is not checked")
        if not set(key) <= set(by_name) or len(set(key)) < len(key):
            raise _WrongError(f"{name}: its key is {', '.join(key)}, and those are not fields of it, each named once")
        title, description = _maybe(str, resource, "title", name), _maybe(str, resource, "description", name)
        return Table(name, by_name, title, description, key, (), rows, tuple(self._files(name, resource, build)))

    def _files(self, name: str, resource: Mapping[str, Any], build: str | None) -> Iterator[File]:
        """Yield the files of a table: the one of the whole's build, or each part of its own."""
        if isinstance(resource["path"], str):
            yield File(resource["path"], build)
            return
        paths, parts = _paths(resource, name), _maybe(list, resource, "parts", name)
        if parts is None:
            self._note(name, name, "nothing is said of its parts: whether they belong is not checked")
        elif len(parts) != len(paths):
            raise _WrongError(f"{name} has {len(paths)} paths, and tells of {len(parts)} parts")
        for path, part in zip(paths, parts or [{}] * len(paths), strict=True):
            told = _is(dict, part, f"{name}: 'parts'")
            build, rows = _maybe(str, told, "build", path), _maybe(int, told, "rows", path)
            yield File(path, build, self._digest(name, path, told), rows)

    def _digest(self, table: str, path: str, told: Mapping[str, Any]) -> str | None:
        digest = _maybe(str, told, "hash", path)
        if digest is not None and not _DIGEST.fullmatch(digest):
            self._note(table, table, f"the digest {digest[:80]!r} is of a kind not known here, and not checked")
            return None
        return digest and digest.removeprefix("sha256:")

    def _column(self, table: str, field: Mapping[str, Any], key: tuple[str, ...]) -> Column:
        name = _needed(str, field, "name", f"a field of {table}")
        at = f"{table}.{name}"
        if not name or not name.isprintable():
            raise _WrongError(f"{at!r} is no name that a column can have")
        given = _needed(str, field, "type", at)
        type_: Type | None = given if given in get_args(Type) else None  # type: ignore[assignment]
        if type_ is None:
            self._note(table, at, f"the type {given!r} is not known here, and its cells are not checked")
        constraints = _maybe(dict, field, "constraints", at) or {}
        unit = field.get("unit")  # no word of the standard: what others mean by it may be anything
        for unknown in sorted(set(constraints) - _CONSTRAINTS):
            self._note(table, at, f"the constraint {unknown!r} is not known here, and not checked")
        return Column(
            name,
            type_,
            _maybe(str, field, "title", at),
            _maybe(str, field, "description", at),
            unit if isinstance(unit, str) else None,
            required=name in key or _maybe(bool, constraints, "required", at) or False,
            unique=key == (name,) or _maybe(bool, constraints, "unique", at) or False,
            vocabulary=self._vocabulary(table, at, type_, field, constraints),
            ordered=_maybe(bool, field, "categoriesOrdered", at) or False,
            pattern=self._pattern(table, at, type_, constraints),
            minimum=self._minimum(table, at, type_, constraints),
        )

    def _vocabulary(
        self, table: str, at: str, type_: Type | None, field: Mapping[str, Any], constraints: Mapping[str, Any]
    ) -> dict[str, str | None]:
        """Return the values in order: those that `categories` lists, described or not, else those of `enum`."""
        listed = _maybe(list, field, "categories", at) or _maybe(list, constraints, "enum", at) or []
        if listed and type_ != "string":
            self._note(table, at, "a vocabulary of anything but texts is not known here, and not checked")
            return {}
        values = dict(_described(each, at) for each in listed)
        if len(values) < len(listed):
            raise _WrongError(f"{at} lists a value twice")
        return values

    def _pattern(self, table: str, at: str, type_: Type | None, constraints: Mapping[str, Any]) -> str | None:
        pattern = _maybe(str, constraints, "pattern", at)
        if pattern is None:
            return None
        if type_ != "string":
            self._note(table, at, "a pattern of anything but texts is not known here, and not checked")
            return None
        try:
            check(pattern)
        except PatternError as fault:
            self._note(table, at, f"its pattern {pattern[:80]!r} cannot be matched here, and is not checked: {fault}")
            return None
        return pattern

    def _minimum(self, table: str, at: str, type_: Type | None, constraints: Mapping[str, Any]) -> int | None:
        minimum = constraints.get("minimum")
        if minimum is None:
            return None
        if type_ != "integer" or type(minimum) is not int or abs(minimum) > _LARGEST:
            self._note(table, at, "a minimum of anything but whole numbers is not known here, and not checked")
            return None
        return minimum

    def _linked(
        self, table: Table, resource: Mapping[str, Any], tables: Mapping[str, Table], by_resource: Mapping[Any, str]
    ) -> Table:
        schema = resource["schema"]
        keys = [_is(dict, each, table.name) for each in _maybe(list, schema, "foreignKeys", table.name) or []]
        references = tuple(each for key in keys for each in self._references(table, key, tables, by_resource))
        return replace(table, references=references)

    def _references(
        self, table: Table, key: Mapping[str, Any], tables: Mapping[str, Table], by_resource: Mapping[Any, str]
    ) -> Iterator[Reference]:
        """Yield the reference of a foreign key, unless it leads out of this package."""
        columns = _names(key, "fields", table.name)
        at = f"{table.name}.{', '.join(columns)}"
        to = _needed(dict, key, "reference", at)
        resource, target = _maybe(str, to, "resource", at) or "", _names(to, "fields", at)
        name = by_resource.get(resource) if resource else table.name
        if name is None:
            self._note(table.name, at, f"it refers to {resource!r}, which is not in this package, and is not checked")
            return
        there = set(columns) <= set(table.columns) and set(target) <= set(tables[name].columns)
        if not there or not columns or _types(table, columns) != _types(tables[name], target):
            raise _WrongError(f"{at} cannot refer to {name}.{', '.join(target)}: they are not alike, or not there")
        yield Reference(columns, name, target)


def _paths(resource: Mapping[str, Any], at: str) -> list[str]:
    """Return the paths of a resource, one or a list."""
    if not isinstance(resource.get("path"), list):
        return [_needed(str, resource, "path", at)]
    if not (paths := [_is(str, each, f"{at}: 'path'") for each in resource["path"]]):
        raise _WrongError(f"{at} has an empty list for a 'path'")
    return paths


def _table_name(paths: Sequence[str], *, in_folder: bool) -> str:
    """Return the name of the table in a file, or in those of one folder, which lie beside the data package."""
    names = set()
    for path in paths:
        found = (_PART_FILE if in_folder else _TABLE_FILE).fullmatch(path)
        if found is None or not path.isprintable():
            where = "in a folder of its table, beside it" if in_folder else "beside it"
            raise _WrongError(f"the path {path[:80]!r} is not the name of a file {where}")
        names.add(found["name"])
    if len(names) > 1 or len(set(paths)) < len(paths):
        raise _WrongError(f"the paths of {min(names)} repeat, or lie in more than one folder")
    return names.pop()


def _described(value: Any, at: str) -> tuple[str, str | None]:
    """Return a value of a vocabulary, which may stand alone or be described, and what it means."""
    if not isinstance(value, dict):
        return _is(str, value, at), None
    return _needed(str, value, "value", at), _maybe(str, value, "description", at) or _maybe(str, value, "label", at)


def _types(table: Table, columns: tuple[str, ...]) -> list[Type | None]:
    return [table.columns[name].type for name in columns]


def _names(holder: Mapping[str, Any], key: str, at: str) -> tuple[str, ...]:
    """Return names that stand alone or in a list; none where the key is not there."""
    given = holder.get(key) or []
    return tuple(_is(str, each, at) for each in _is(list, [given] if isinstance(given, str) else given, at))


def _needed(kind: type[_T], holder: Mapping[str, Any], key: str, at: str) -> _T:
    if holder.get(key) is None:
        raise _WrongError(f"{at} has no {key!r}")
    return _is(kind, holder[key], f"{at}: {key!r}")


def _maybe(kind: type[_T], holder: Mapping[str, Any], key: str, at: str) -> _T | None:
    return None if holder.get(key) is None else _needed(kind, holder, key, at)


def _is(kind: type[_T], value: Any, at: str) -> _T:
    if type(value) is not kind:
        raise _WrongError(f"{at} is or holds what is not {_KINDS[kind]}")
    return value
