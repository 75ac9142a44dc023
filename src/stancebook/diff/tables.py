"""The changes between two versions of a dataset: of its metadata, of its tables, and of their rows."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stancebook.dataset.descriptor import Package, read_package
from stancebook.dataset.duckdb_session import RowSession, row_session
from stancebook.dataset.files import require_regular
from stancebook.dataset.layout import table_files
from stancebook.dataset.parquet_files import ParquetFile, ParquetFiles, RowSource
from stancebook.dataset.validation import validate_dataset
from stancebook.diff.changes import CellChange, Change, RowChanges, TableChanges, What
from stancebook.exceptions import DatasetError
from stancebook.problems import pluralize, shorten
from stancebook.schema.column_types import Column
from stancebook.schema.spec import TableSpec

# The properties of a column that are compared; its vocabulary is compared value by value.
PROPERTIES: Mapping[What, Callable[[Column], Any]] = {
    "type": lambda column: column.data_type,
    "title": lambda column: column.title or None,
    "description": lambda column: column.description or None,
    "unit": lambda column: column.unit or None,
    "required": lambda column: not column.nullable,
    "unique": lambda column: column.unique,
    "ordered": lambda column: column.ordered,
    "pattern": lambda column: column.pattern and column.pattern.pattern,
    "minimum": lambda column: column.minimum,
    "maximum": lambda column: column.maximum,
}

# The properties of a data package that follow neither from its tables nor from their rows.
_METADATA = ("name", "title", "description", "homepage", "licenses", "contributors", "keywords")


@dataclass(frozen=True)
class DatasetVersion:
    """A dataset in a folder, by its data package."""

    package: Package

    @property
    def version(self) -> str:
        """The version of the data package; empty if it has none."""
        return shorten(str(self.package.descriptor.get("version", "")))

    def files(self, table: str) -> list[Path]:
        """Return the files of a table, in the order of its rows."""
        return table_files(self.package.folder, table)


def open_new(folder: Path) -> DatasetVersion:
    """Return the dataset in a folder, which is not validated because a build has just written it."""
    return DatasetVersion(read_package(folder))


def open_baseline(folder: Path) -> DatasetVersion:
    """Return the dataset in a folder.

    Raises:
        DatasetError: There is no dataset, or it is not valid.
    """
    package = read_package(folder)
    errors = validate_dataset(package).errors
    if errors:
        first, *more = errors
        place = f"{Path(first.file).name}:{first.line}:{first.column}"
        text = f"{place}: {first.where}: {first.message}" if first.where else f"{place}: {first.message}"
        others = f", and {pluralize(len(more), 'problem')} more" * bool(more)
        raise DatasetError(f"{folder} does not match its own data package ({text}{others})")
    return DatasetVersion(package)


def diff_datasets(before: DatasetVersion, after: DatasetVersion) -> list[TableChanges]:
    """Return the changes from one version of a dataset to another.

    Returns:
        The changes of the dataset's metadata, then those of each table that changed.
    """
    old, new, digests = before.package.tables, after.package.tables, FileDigests()
    changes = [TableChanges("", tuple(_metadata_changes(before.package.descriptor, after.package.descriptor)))]
    with row_session() as session:
        for name, spec in new.items():
            if name not in old:
                changes.append(TableChanges(name, (Change("table", "added", after=count_rows(after.files(name))),)))
                continue
            files = digests.differing_files(before.files(name), after.files(name))
            comparable = old[name].key == spec.key != () and any(files)
            rows = diff_rows(session, *open_rows(*files), spec.key) if comparable else RowChanges()
            changes.append(diff_table(old[name], spec, rows))
    for name in old:
        if name not in new:
            changes.append(TableChanges(name, (Change("table", "removed", before=count_rows(before.files(name))),)))
    return [table for table in changes if table]


def diff_table(old: TableSpec, new: TableSpec, rows: RowChanges) -> TableChanges:
    """Return the changes from one version of a table to another.

    Args:
        old: The older version.
        new: The newer version.
        rows: The changes of its rows, by `diff_rows`; none if the primary key changed, since rows are compared by key.
    """
    return TableChanges(new.name, tuple(_table_changes(old, new)), rows)


# ── Metadata ──────────────────────────────────────────────────────────────────────────────────────


def _metadata_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    # An older version wrote an empty list where a newer one writes nothing.
    changed = [name for name in _METADATA if (old.get(name) or None) != (new.get(name) or None)]
    if changed:
        yield Change("dataset", "about", after=", ".join(changed))


def _table_changes(old: TableSpec, new: TableSpec) -> Iterator[Change]:
    if old.key != new.key:
        yield Change("table", "key", before=old.key, after=new.key)
    if old.title != new.title:
        yield Change("table", "title", before=old.title or None, after=new.title or None)
    if old.description != new.description:
        yield Change("table", "description", before=old.description or None, after=new.description or None)
    for name in new.names:
        if name not in old.names:
            yield Change("column", "added", name)
        else:
            yield from _column_changes(old, new, name)
    yield from (Change("column", "removed", name) for name in old.names if name not in new.names)
    yield from _foreign_key_changes(old, new)
    before, after = _common(old.names, new.names)
    if before != after:
        yield Change("table", "columns", before=before, after=after)


def _column_changes(old: TableSpec, new: TableSpec, name: str) -> Iterator[Change]:
    for what, value in PROPERTIES.items():
        before, after = value(old[name]), value(new[name])
        is_key_change = what == "unique" and (name,) in (old.key, new.key)
        if before != after and not is_key_change:
            yield Change("column", what, name, before=before, after=after)
    yield from _vocabulary_changes(old[name], new[name])


def _vocabulary_changes(before: Column, after: Column) -> Iterator[Change]:
    old, new, name = before.vocabulary, after.vocabulary, after.name
    if bool(old) != bool(new):
        yield Change("column", "vocabulary", name, before=", ".join(old) or None, after=", ".join(new) or None)
        return
    yield from (Change("value", "added", name, value) for value in new if value not in old)
    yield from (Change("value", "removed", name, value) for value in old if value not in new)
    for value in new:
        if value in old and old[value] != new[value]:
            yield Change("value", "definition", name, value, old[value] or None, new[value] or None)
    was, now = _common(old, new)
    if was != now:
        yield Change("column", "order" if before.ordered and after.ordered else "listing", name, before=was, after=now)


def _foreign_key_changes(old: TableSpec, new: TableSpec) -> Iterator[Change]:
    """Yield the foreign keys of columns of both versions that were added, removed or changed."""
    before, after = (
        {key.columns: f"{key.table}.{', '.join(key.target)}" for key in spec.foreign_keys} for spec in (old, new)
    )
    for columns in {**before, **after}:
        in_both = {*columns} <= {*old.names} & {*new.names}
        if in_both and before.get(columns) != after.get(columns):
            yield Change("table", "reference", ", ".join(columns), "", before.get(columns), after.get(columns))


def _common(old: Collection[str], new: Collection[str]) -> tuple[list[str], list[str]]:
    """Return the names that are in both, in the order of the one and of the other."""
    return [name for name in old if name in new], [name for name in new if name in old]


# ── Rows ──────────────────────────────────────────────────────────────────────────────────────────


class FileDigests:
    """SHA-256 digests of files; a file with several hard links is read once."""

    def __init__(self) -> None:
        self._by_inode: dict[tuple[int, int], str] = {}

    def __getitem__(self, path: Path) -> str:
        """Return the digest of a file's bytes, in hexadecimal."""
        status = path.stat()
        inode = status.st_dev, status.st_ino
        if inode not in self._by_inode:
            require_regular(path.parent, path.name)
            with path.open("rb") as file:
                self._by_inode[inode] = hashlib.file_digest(file, "sha256").hexdigest()
        return self._by_inode[inode]

    def differing_files(self, old: Sequence[Path], new: Sequence[Path]) -> tuple[list[Path], list[Path]]:
        """Return the files of either side without those that the other side has too, byte for byte."""
        before, after = (Counter(self[path] for path in side) for side in (old, new))
        return self._surplus(old, before - after), self._surplus(new, after - before)

    def _surplus(self, paths: Sequence[Path], surplus: Counter[str]) -> list[Path]:
        found = []
        for path in paths:
            if surplus[self[path]] > 0:
                surplus[self[path]] -= 1
                found.append(path)
        return found


def open_rows(old: Sequence[Path], new: Sequence[Path]) -> tuple[ParquetFiles, ParquetFiles]:
    """Return the rows of the files of two versions of a table; a version without files has no rows.

    Raises:
        DatasetError: A file is not Parquet, or the files of one version have different columns.
    """
    before, after = (tuple(map(ParquetFile.open, side)) for side in (old, new))
    return _rows(before, after), _rows(after, before)


def _rows(files: tuple[ParquetFile, ...], others: tuple[ParquetFile, ...]) -> ParquetFiles:
    """Return the rows of some files, or no rows with the columns of the others."""
    schema, *more = [file.schema.remove_metadata() for file in files or others[:1]]
    if any(other != schema for other in more):
        raise DatasetError(f"{files[0].path.parent} holds parts of different tables")
    return ParquetFiles(schema, files)


def count_rows(paths: Sequence[Path]) -> int:
    """Return the number of rows in some Parquet files, by their footers."""
    return sum(ParquetFile.open(path).num_rows for path in paths)


def diff_rows(session: RowSession, before: RowSource, after: RowSource, key: Sequence[str]) -> RowChanges:
    """Return the changes of rows, matched by key in memory that does not grow with the tables.

    Only columns of both versions are compared; those of different types by their text.

    Args:
        session: Runs the query; to open one takes longer than to compare small tables.
        before: The rows of the older version.
        after: The rows of the newer version.
        key: The columns of the primary key.
    """
    others = [name for name in after.schema.names if name in before.schema.names and name not in key]
    old, new = before.select([*key, *others]), after.select([*key, *others])
    casts = ["" if left.type == right.type else "::VARCHAR" for left, right in zip(old.schema, new.schema, strict=True)]
    cells = [(f"old.c{index}{cast}", f"new.c{index}{cast}") for index, cast in enumerate(casts)]
    same_key = " AND ".join(f"{left} IS NOT DISTINCT FROM {right}" for left, right in cells[: len(key)])
    changed = [f"{left} IS DISTINCT FROM {right}" for left, right in cells[len(key) :]]
    sql = (
        f"SELECT old.row, new.row, {', '.join(cell for pair in cells for cell in pair)}"  # noqa: S608 (names of ours)
        f" FROM old FULL OUTER JOIN new ON {same_key}"
        f" WHERE {' OR '.join(['old.row IS NULL', 'new.row IS NULL', *changed])} ORDER BY new.row, old.row"
    )
    rows: dict[str, list[Any]] = {"added": [], "changed": [], "removed": []}
    for old_row, new_row, *values in session.query(sql, {}, old=old, new=new):
        was, now = values[::2], values[1::2]
        name = ", ".join(map(str, (was if new_row is None else now)[: len(key)]))
        if old_row is None:
            rows["added"].append(name)
        elif new_row is None:
            rows["removed"].append(name)
        else:
            pairs = zip(others, was[len(key) :], now[len(key) :], strict=True)
            rows["changed"].append((name, tuple(CellChange(*pair) for pair in pairs if pair[1] != pair[2])))
    return RowChanges(**{kind: tuple(found) for kind, found in rows.items()})


def are_equal(session: RowSession, before: RowSource, after: RowSource) -> bool:
    """Return whether two sources have the same rows in the same order, with the same columns of the same types."""
    if before.schema != after.schema:
        return False
    columns = range(len(after.schema))
    differs = [f"old.c{index} IS DISTINCT FROM new.c{index}" for index in columns]
    sql = (
        "SELECT 1 FROM old FULL OUTER JOIN new ON old.row = new.row"  # noqa: S608 (names of ours)
        f" WHERE {' OR '.join(['old.row IS NULL', 'new.row IS NULL', *differs])} LIMIT 1"
    )
    return not session.query(sql, {}, old=before, new=after)
