"""The Data Package descriptor of a dataset, read into the table specs that a contract's models compile to.

What a dataset needs is read strictly, and a malformed file is refused with a sentence. What a newer or older version
writes differently is recorded as a note, so that a validation reports what it did not check.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from stancebook.dataset.layout import DATAPACKAGE, listed_table, table_file
from stancebook.dataset.listing import read_package_json
from stancebook.dataset.package_json import ENGINE, is_unchanged
from stancebook.exceptions import DatasetError, TableNotFoundError
from stancebook.schema.column_types import (
    CategoricalColumn,
    Column,
    FilledBy,
    Pattern,
    TextColumn,
    UnknownColumn,
    column_type,
)
from stancebook.schema.spec import ForeignKey, TableSpec

_T = TypeVar("_T")
# The properties of a field that is a bound of an EDTF column, which they name.
BOUNDS: Mapping[str, FilledBy] = {"firstDayOf": "edtf_lower", "lastDayOf": "edtf_upper"}
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_CONSTRAINTS = {"required", "unique", "enum", "pattern", "minimum", "maximum"}
_MAX_LIMITS = {int: 2**63 - 1, float: sys.float_info.max}
_MAX_QUOTED = 80  # characters of a value of the file that a message quotes
_JSON_TYPES: Mapping[type, str] = {
    dict: "an object",
    list: "a list",
    str: "a string",
    int: "an integer",
    bool: "true or false",
}


@dataclass(frozen=True)
class DataFile:
    """One Parquet file of a table, as the descriptor lists it.

    Attributes:
        path: Its path below the dataset's folder, with slashes.
        build: The digest of the build that its footer must name; None where the descriptor does not say.
        digest: The SHA-256 of its bytes, in hexadecimal, where the descriptor says so.
        rows: Its number of rows, where the descriptor says so.
        size: Its size in bytes, where the descriptor says so.
    """

    path: str
    build: str | None
    digest: str | None = None
    rows: int | None = None
    size: int | None = None


@dataclass(frozen=True)
class Note:
    """A part of a descriptor that this version cannot check, and why; `where` names the table or column."""

    table: str | None
    where: str
    message: str


@dataclass(frozen=True)
class Package:
    """The descriptor of a dataset.

    Attributes:
        folder: The dataset's folder.
        descriptor: The parsed JSON of the file.
        tables: The tables by name.
        files: The files of each table, in the order of its rows.
        rows: The number of rows of each table, where the descriptor says so.
        build: The digest of the build that wrote the dataset.
        is_unchanged: Whether the descriptor is as a build wrote it; None if it does not say how that was.
        notes: What this version cannot check.
    """

    folder: Path
    descriptor: Mapping[str, Any]
    tables: Mapping[str, TableSpec]
    files: Mapping[str, tuple[DataFile, ...]]
    rows: Mapping[str, int | None]
    build: str | None = None
    is_unchanged: bool | None = None
    notes: tuple[Note, ...] = ()

    @property
    def view_url(self) -> str:
        """The address of the published pages of its reading view; empty if the descriptor does not say."""
        own = self.descriptor.get(ENGINE)
        address = own.get("view", "") if isinstance(own, dict) else ""
        return address if isinstance(address, str) else ""

    @property
    def withheld(self) -> list[str]:
        """The columns of which cells are withheld, as `table.column`."""
        columns = ((spec.name, column) for spec in self.tables.values() for column in spec.columns)
        return [f"{table}.{column.name}" for table, column in columns if column.withheld]

    def __getitem__(self, name: str) -> TableSpec:
        try:
            return self.tables[name]
        except KeyError:
            raise TableNotFoundError(f"{self.folder} has no table {name!r}; it has {', '.join(self.tables)}.") from None


def read_package(folder: Path) -> Package:
    """Read the descriptor of the dataset in a folder.

    Args:
        folder: The folder with `datapackage.json`.

    Raises:
        DatasetError: There is no descriptor, or it is malformed.
    """
    return parse_descriptor(read_package_json(folder), folder)


def parse_descriptor(descriptor: Mapping[str, Any], folder: Path) -> Package:
    """Parse a descriptor.

    Args:
        descriptor: The parsed JSON of `datapackage.json`.
        folder: The folder of the dataset that it describes.

    Raises:
        DatasetError: The descriptor is malformed.
    """
    try:
        json.dumps(descriptor, ensure_ascii=False).encode()
        return _Parser(descriptor).package(folder)
    except UnicodeError:
        raise DatasetError(f"{folder / DATAPACKAGE}: it holds a lone surrogate (half a character)") from None
    except _MalformedError as error:
        raise DatasetError(f"{folder / DATAPACKAGE}: {error}") from None


class _MalformedError(Exception):
    """Raised by the parser: what is malformed, and where in the file."""


class _Parser:
    """Parses one descriptor and collects notes."""

    def __init__(self, descriptor: Mapping[str, Any]) -> None:
        self.descriptor = descriptor
        self.notes: list[Note] = []

    def package(self, folder: Path) -> Package:
        build = _optional(str, _optional(dict, self.descriptor, ENGINE, "it") or {}, "build", f"'{ENGINE}'")
        resources = self._resources()
        rows = {name: self._rows(name, resource) for name, resource in resources.items()}
        files = {name: tuple(self._files(name, resource, build)) for name, resource in resources.items()}
        tables = {name: self._table(name, resource) for name, resource in resources.items()}
        by_resource = {_optional(str, resource, "name", name): name for name, resource in resources.items()}
        for name, resource in resources.items():
            keys = tuple(self._foreign_keys(tables[name], resource["schema"], tables, by_resource))
            tables[name] = replace(tables[name], foreign_keys=keys)
        if build is None:
            self._note(None, "", "it has no build digest, so it is not checked that all tables are of one build")
        return Package(
            folder, self.descriptor, tables, files, rows, build, is_unchanged(self.descriptor), tuple(self.notes)
        )

    def _note(self, table: str | None, where: str, message: str) -> None:
        self.notes.append(Note(table, where, message))

    def _resources(self) -> dict[str, Mapping[str, Any]]:
        """Return the resources that are tables, by table name."""
        resources: dict[str, Mapping[str, Any]] = {}
        for resource in _required(list, self.descriptor, "resources", "it"):
            paths = _paths(_typed(dict, resource, "a resource"), "a resource")
            if not paths[0].endswith(table_file("")):
                self._note(None, "", f"the resource {_quoted(paths[0])} is not a Parquet file and is not checked")
                continue
            try:
                name = listed_table(resource["path"])
            except ValueError as error:
                raise _MalformedError(str(error)) from error
            if name in resources:
                raise _MalformedError(f"two resources have the path {table_file(name)!r}")
            resources[name] = resource
        if not resources:
            raise _MalformedError("it lists no Parquet file")
        return resources

    def _rows(self, name: str, resource: Mapping[str, Any]) -> int | None:
        rows = _optional(int, resource, "rows", name)
        if rows is None:
            self._note(name, name, "the number of rows is not given and not checked")
        return rows

    def _files(self, name: str, resource: Mapping[str, Any], build: str | None) -> Iterator[DataFile]:
        """Yield the file of a table, which is of the dataset's build, or its parts, each of a build of its own."""
        if isinstance(resource["path"], str):
            yield self._file(name, resource["path"], resource, build)
            return
        paths, parts = _paths(resource, name), _optional(list, resource, "parts", name)
        if parts is None:
            self._note(name, name, "its parts are not described, so their digests are not checked")
        elif len(parts) != len(paths):
            raise _MalformedError(f"{name} has {len(paths)} paths but describes {len(parts)} parts")
        for path, part in zip(paths, parts or [{}] * len(paths), strict=True):
            facts = _typed(dict, part, f"{name}: 'parts'")
            yield self._file(name, path, facts, _optional(str, facts, "build", path))

    def _file(self, table: str, path: str, facts: Mapping[str, Any], build: str | None) -> DataFile:
        rows, size = _optional(int, facts, "rows", path), _optional(int, facts, "size", path)
        return DataFile(path, build, self._digest(table, path, facts), rows, size)

    def _digest(self, table: str, path: str, facts: Mapping[str, Any]) -> str | None:
        digest = _optional(str, facts, "hash", path)
        if digest is not None and not _DIGEST.fullmatch(digest):
            self._note(table, table, f"the digest {_quoted(digest)} is of an unknown kind and not checked")
            return None
        return digest and digest.removeprefix("sha256:")

    def _table(self, name: str, resource: Mapping[str, Any]) -> TableSpec:
        schema = _required(dict, resource, "schema", name)
        key = _names(schema, "primaryKey", name)
        fields = [_typed(dict, field, name) for field in _required(list, schema, "fields", name)]
        columns = tuple(self._column(name, field, key) for field in fields)
        names = {column.name for column in columns}
        if len(names) < len(columns):
            raise _MalformedError(f"{name} has two fields with the same name")
        if not key:
            self._note(name, name, "no primary key is given, so rows are not checked to be distinct")
        if not set(key) <= names or len(set(key)) < len(key):
            raise _MalformedError(f"{name}: its primary key ({', '.join(key)}) does not consist of distinct fields")
        return TableSpec(name, _text(resource, "description", name), columns, key, _text(resource, "title", name))

    def _column(self, table: str, field: Mapping[str, Any], key: tuple[str, ...]) -> Column:
        name = _required(str, field, "name", f"a field of {table}")
        where = f"{table}.{name}"
        if not name or not name.isprintable():
            raise _MalformedError(f"{where!r} is not a valid column name")
        type_ = _required(str, field, "type", where)
        class_ = column_type(type_)
        if class_ is UnknownColumn:
            self._note(table, where, f"the type {type_!r} is unknown, so cells are not checked")
        constraints = _optional(dict, field, "constraints", where) or {}
        for unknown in sorted(set(constraints) - _CONSTRAINTS):
            self._note(table, where, f"the constraint {unknown!r} is unknown and not checked")
        vocabulary = self._vocabulary(table, where, class_, field, constraints)
        unit = field.get("unit")  # not a property of the standard: other programs may use it for anything
        return (CategoricalColumn if vocabulary else class_)(
            description=_text(field, "description", where),
            name=name,
            title=_text(field, "title", where),
            unit=unit if isinstance(unit, str) else "",
            nullable=name not in key and not _optional(bool, constraints, "required", where),
            unique=_optional(bool, constraints, "unique", where) or False,
            vocabulary=vocabulary,
            ordered=_optional(bool, field, "categoriesOrdered", where) or False,
            pattern=self._pattern(table, where, class_, constraints),
            minimum=self._limit("minimum", table, where, class_, constraints),
            maximum=self._limit("maximum", table, where, class_, constraints),
            withheld=field.get("withheld") is True,
            **_bound(field, where),
        )

    def _vocabulary(
        self, table: str, where: str, class_: type[Column], field: Mapping[str, Any], constraints: Mapping[str, Any]
    ) -> dict[str, str]:
        """Return the values of `categories` or else of `enum`, in order, with their definitions."""
        values = _optional(list, field, "categories", where) or _optional(list, constraints, "enum", where) or []
        if values and class_ is not TextColumn:
            self._note(table, where, "a vocabulary is only checked for text")
            return {}
        vocabulary = dict(_defined_value(value, where) for value in values)
        if len(vocabulary) < len(values):
            raise _MalformedError(f"{where} lists a value twice")
        return vocabulary

    def _pattern(self, table: str, where: str, class_: type[Column], constraints: Mapping[str, Any]) -> Pattern | None:
        pattern = _optional(str, constraints, "pattern", where)
        if pattern is not None and class_ is not TextColumn:
            self._note(table, where, "a pattern is only checked for text")
        elif pattern is not None and (reason := _unsupported(pattern)):
            self._note(table, where, f"the pattern {_quoted(pattern)} is not supported and not checked: {reason}")
        elif pattern is not None:
            return Pattern(pattern, "")
        return None

    def _limit(
        self, name: str, table: str, where: str, class_: type[Column], constraints: Mapping[str, Any]
    ) -> float | None:
        limit: Any = constraints.get(name)
        if type(limit) in class_.limit_types and abs(limit) <= _MAX_LIMITS[type(limit)]:
            return limit  # type: ignore[no-any-return]
        if limit is not None:
            self._note(table, where, f"the {name} {_quoted(str(limit))} does not suit the type and is not checked")
        return None

    def _foreign_keys(
        self,
        spec: TableSpec,
        schema: Mapping[str, Any],
        tables: Mapping[str, TableSpec],
        by_resource: Mapping[Any, str],
    ) -> Iterator[ForeignKey]:
        """Yield the foreign keys of a table, without those that refer to another data package."""
        for key in _optional(list, schema, "foreignKeys", spec.name) or []:
            columns = _names(_typed(dict, key, spec.name), "fields", spec.name)
            where = f"{spec.name}.{', '.join(columns)}"
            reference = _required(dict, key, "reference", where)
            resource = _optional(str, reference, "resource", where) or ""
            target = _names(reference, "fields", where)
            name = by_resource.get(resource) if resource else spec.name
            if name is None:
                message = f"it refers to {resource!r}, which is not in this data package, and is not checked"
                self._note(spec.name, where, message)
                continue
            exist = set(columns) <= set(spec.names) and set(target) <= set(tables[name].names)
            if not exist or not columns or _types(spec, columns) != _types(tables[name], target):
                raise _MalformedError(
                    f"{where} cannot refer to {name}.{', '.join(target)}: the columns are missing or differ in type"
                )
            yield ForeignKey(columns, name, target)


def _unsupported(pattern: str) -> str:
    """Return why RE2 (https://github.com/google/re2/wiki/Syntax) does not accept a pattern; empty if it does.

    RE2 matches in linear time, so no pattern of a file can stall a validation. It has no look-around and no
    back-references.
    """
    for text in (pattern, f"(?:{pattern})"):  # 'a)(b' is valid only within brackets
        try:
            pc.match_substring_regex(pa.array(["a"]), text)
        except (pa.ArrowException, UnicodeError) as error:
            return str(error).removeprefix("Invalid regular expression: ")
    return ""


def _paths(resource: Mapping[str, Any], where: str) -> list[str]:
    """Return the paths of a resource, one or a list."""
    if not isinstance(resource.get("path"), list):
        return [_required(str, resource, "path", where)]
    if not (paths := [_typed(str, path, f"{where}: 'path'") for path in resource["path"]]):
        raise _MalformedError(f"{where} has an empty list of paths")
    return paths


def _bound(field: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Return of which EDTF column a field is the first or the last day, if it is one."""
    for name, filled_by in BOUNDS.items():
        if (column := _optional(str, field, name, where)) is not None:
            return {"bound_of": column, "filled_by": filled_by}
    return {}


def _defined_value(value: Any, where: str) -> tuple[str, str]:
    """Return a value of a vocabulary and its definition, which is empty if the descriptor has none."""
    if not isinstance(value, dict):
        return _typed(str, value, where), ""
    return _required(str, value, "value", where), _text(value, "description", where) or _text(value, "label", where)


def _types(spec: TableSpec, columns: tuple[str, ...]) -> list[str]:
    return [spec[name].data_type for name in columns]


def _names(holder: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    """Return a name or a list of names; none if the key is missing."""
    names = holder.get(key) or []
    return tuple(_typed(str, name, where) for name in _typed(list, [names] if isinstance(names, str) else names, where))


def _quoted(value: str) -> str:
    return repr(value[:_MAX_QUOTED])


def _text(holder: Mapping[str, Any], key: str, where: str) -> str:
    return _optional(str, holder, key, where) or ""


def _required(type_: type[_T], holder: Mapping[str, Any], key: str, where: str) -> _T:
    if holder.get(key) is None:
        raise _MalformedError(f"{where} has no {key!r}")
    return _typed(type_, holder[key], f"{where}: {key!r}")


def _optional(type_: type[_T], holder: Mapping[str, Any], key: str, where: str) -> _T | None:
    return None if holder.get(key) is None else _required(type_, holder, key, where)


def _typed(type_: type[_T], value: Any, where: str) -> _T:
    if type(value) is not type_:
        raise _MalformedError(f"{where}: expected {_JSON_TYPES[type_]}")
    return value
