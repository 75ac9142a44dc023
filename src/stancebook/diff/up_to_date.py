"""Whether the dataset on disk is what the sources give now: the differences, by file and row, as lines of text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from stancebook.dataset.duckdb_session import RowSession, row_session
from stancebook.dataset.layout import (
    DATAPACKAGE,
    DESCRIPTIONS,
    files_in,
    files_of,
    table_file,
    table_name,
    unknown_files,
)
from stancebook.dataset.package_json import DIGEST, ENGINE, is_unchanged
from stancebook.dataset.parquet import file_metadata
from stancebook.dataset.parquet_files import ParquetFile
from stancebook.diff.changes import RowChanges
from stancebook.diff.tables import FileDigests, are_equal, diff_rows, diff_table, open_rows
from stancebook.exceptions import DatasetError
from stancebook.schema.column_types import Column, column_from_facts
from stancebook.schema.spec import TableSpec

_REBUILT = "the same content, but of another build: something changed in the sources that is in no row"


def list_differences(new: Path, old: Path, max_rows: int) -> list[str]:
    """Return a line for each difference between two datasets; none if they are the same.

    Tables are compared by their rows and schemas: it is no difference if a version of the Parquet library writes other
    bytes for them, nor if a descriptor has the digest of these bytes.

    Args:
        new: The dataset that a build has just written.
        old: The folder to compare with, which may be missing.
        max_rows: The number of added, changed and removed rows to list of each table.
    """
    if not old.is_dir():
        return ["there is no dataset"]
    with row_session() as session:
        return _list_differences(new, old, _FilePairs(files_in(old), files_in(new), FileDigests(), session), max_rows)


def _list_differences(new: Path, old: Path, files: _FilePairs, max_rows: int) -> list[str]:
    tables = _table_names(new)
    known = [place for place in files.old if place in DESCRIPTIONS or table_name(place) in tables]
    lines = [f"{place}: not written by a build" for place in unknown_files(old, known)]
    rebuilt = []
    for name in (*map(table_file, tables), *DESCRIPTIONS):
        differences = list(_differences(name, files, max_rows))
        if differences == [_REBUILT]:
            rebuilt.append(name)
        else:
            lines += (f"{name}: {difference}" for difference in differences)
    if rebuilt and not lines:  # another build is news only if nothing else differs
        all_tables = all(table_file(name) in rebuilt for name in tables)
        return [f"{'all tables' if all_tables else ', '.join(rebuilt)}: {_REBUILT}"]
    return lines


@dataclass(frozen=True)
class _FilePairs:
    """The files of two datasets by their paths below the folders, their digests, and the session that reads rows."""

    old: Mapping[str, Path]
    new: Mapping[str, Path]
    digests: FileDigests
    session: RowSession

    def of_table(self, table: str) -> tuple[list[Path], list[Path]]:
        """Return the files of a table on either side, in the order of their rows."""
        old, new = (
            [side[place] for place in sorted(side) if table_name(place) == table] for side in (self.old, self.new)
        )
        return old, new

    def without_digests(self, path: Path, side: Mapping[str, Path]) -> bytes:
        """Return a descriptor with names of files in place of their digests and sizes, and of those of parts' builds.

        So is the digest of a data package itself, which depends on them.
        """
        names, sizes, content = {}, set[bytes](), path.read_bytes()
        with suppress(ValueError, RecursionError, LookupError, TypeError):
            names[json.loads(content)[ENGINE][DIGEST]] = "its content"
        for place, file in side.items():
            if file.is_file():
                names[self.digests[file]] = place
                sizes.add(str(file.stat().st_size).encode())
                if "/" in place and table_name(place):
                    with suppress(DatasetError, LookupError, ValueError):
                        names[file_metadata(ParquetFile.open(file).schema)["build"]] = f"the build of {place}"

        def name_of(digest: re.Match[bytes]) -> bytes:
            return names.get(digest[0].decode(), digest[0].decode()).encode()

        def size_of(size: re.Match[bytes]) -> bytes:
            return b'"size": "of its file"' if size[1] in sizes else size[0]

        return re.sub(rb"[0-9a-f]{64}", name_of, re.sub(rb'"size": ([0-9]+)', size_of, content))


def _table_names(folder: Path) -> list[str]:
    """Return the names of a dataset's tables in the order of the contract."""
    resources = json.loads((folder / DATAPACKAGE).read_bytes())["resources"]
    return list(filter(None, dict.fromkeys(table_name(files_of(resource)[0]) for resource in resources)))


def _differences(name: str, files: _FilePairs, max_rows: int) -> Iterator[str]:
    try:
        if table := table_name(name):
            yield from _table_differences(table, files, max_rows)
        elif name not in files.old:
            yield "missing"
        elif files.digests[files.old[name]] == files.digests[files.new[name]]:
            return
        elif name.endswith(".json"):
            old, new = (files.without_digests(side[name], side) for side in (files.old, files.new))
            found = list(_json_differences(old, new))
            yield from found or _signature_differences(files.old[name])
        else:
            yield "the text differs"
    except OSError as error:
        yield f"cannot be read ({error.strerror})"


def _json_differences(old: bytes, new: bytes) -> Iterator[str]:
    if new == old:
        return
    after: dict[str, Any] = json.loads(new)
    try:
        before = json.loads(old)
    except (ValueError, RecursionError):
        before = None
    if not isinstance(before, dict):
        yield "is not a JSON object"
        return
    keys = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    if keys == ["stancebook"]:
        yield _REBUILT
    else:
        yield f"differs in {', '.join(keys)}" if keys else "the layout differs"


def _signature_differences(package: Path) -> Iterator[str]:
    if is_unchanged(json.loads(package.read_bytes())) is False:
        yield "states a digest that its content does not have"


def _table_differences(table: str, files: _FilePairs, max_rows: int) -> Iterator[str]:
    old, new = files.of_table(table)
    if not old:
        yield "missing"
    elif [files.digests[path] for path in old] != [files.digests[path] for path in new]:
        changed = files.digests.differing_files(old, new)
        try:
            before, after = (_spec(table, [side[0], *some]) for side, some in zip((old, new), changed, strict=True))
            yield from _content_differences(files.session, before, after, changed, max_rows)
        except (DatasetError, pa.ArrowException, LookupError, TypeError, ValueError):
            yield "is not a table that a build wrote"


def _content_differences(
    session: RowSession, old: TableSpec, new: TableSpec, files: tuple[list[Path], list[Path]], max_rows: int
) -> Iterator[str]:
    before, after = open_rows(*files) if any(files) else (None, None)
    rows = RowChanges()
    if before and after and old.key == new.key:
        rows = diff_rows(session, before, after, new.key)
    if changes := diff_table(old, new, rows):
        yield from changes.lines(max_rows)
    elif before and after and are_equal(session, before, after):
        metadata = [[file.schema.metadata for file in side.files] for side in (before, after)]
        if metadata[0] != metadata[1]:
            yield _REBUILT
    else:
        yield "rows or columns repeat, are in another order or have other types"


def _spec(table: str, files: Sequence[Path]) -> TableSpec:
    """Return what the footers of a table's files say of it.

    Raises:
        ValueError: They do not all say the same.
    """
    first, *more = (_footer_spec(table, ParquetFile.open(path).schema) for path in files)
    if any(other != first for other in more):
        raise ValueError(f"{files[0].parent} holds parts of different tables")
    return first


def _footer_spec(name: str, schema: pa.Schema) -> TableSpec:
    """Return what the footer of a file says of its table: less than a data package, but true of this very file."""
    facts = file_metadata(schema)
    by_name = {column["name"]: column for column in facts["columns"]}
    columns = tuple(_column(field, by_name[field.name]) for field in schema)
    about = {key.decode(): text.decode() for key, text in schema.metadata.items()}
    return TableSpec(name, about.get("description", ""), columns, tuple(facts["key"]), about.get("title", ""))


def _column(field: pa.Field, facts: Mapping[str, Any]) -> Column:
    about = {key.decode(): text.decode() for key, text in (field.metadata or {}).items()}
    labels = {label: about.get(label, "") for label in ("title", "description", "unit")}
    return replace(column_from_facts(facts), name=field.name, nullable=field.nullable, **labels)
