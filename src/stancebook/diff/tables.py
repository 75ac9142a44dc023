"""Two versions of a table, or of a whole dataset → the changes between them.

Rows are told apart by their keys and compared column by column: a hundred thousand take about a second. Of a table in
parts, only those are read that are not in both, and not all of them at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from stancebook.dataset.descriptor import Column, Package, Table, read_package
from stancebook.dataset.layout import table_files
from stancebook.dataset.parquet_table import shorten
from stancebook.dataset.validation import validate_dataset
from stancebook.diff.changes import CellChange, Change, RowChanges, TableChanges, What
from stancebook.diff.file_pairing import Digests, Pair, differing_files, pair_rows, rows_in
from stancebook.exceptions import DatasetError
from stancebook.problems import pluralize

# What can change of a column that stays; its vocabulary is compared value by value.
ASPECTS: Mapping[What, Callable[[Column], Any]] = {
    "type": lambda column: column.type,
    "title": lambda column: column.title,
    "description": lambda column: column.description,
    "unit": lambda column: column.unit,
    "required": lambda column: column.required,
    "unique": lambda column: column.unique,
    "ordered": lambda column: column.ordered,
    "pattern": lambda column: column.pattern,
    "minimum": lambda column: column.minimum,
}

# What a data package says of the dataset that follows neither from its tables nor from its rows.
_ABOUT = ("name", "title", "description", "homepage", "licenses", "contributors", "keywords")


@dataclass(frozen=True)
class DatasetVersion:
    """A dataset's contract, and the folder that its tables lie in."""

    package: Package

    @property
    def version(self) -> str:
        """The version that it states; empty where it states none."""
        return shorten(str(self.package.descriptor.get("version", "")))

    def files(self, table: str) -> list[Path]:
        """Return the files of a table."""
        return table_files(self.package.folder, table)


def open_new(folder: Path) -> DatasetVersion:
    """Return the dataset in a folder that a build has just written."""
    return DatasetVersion(read_package(folder))


def open_baseline(folder: Path) -> DatasetVersion:
    """Return the dataset in a folder; raise `DatasetError` where there is none, or it breaks its own contract."""
    package = read_package(folder)
    verdict = validate_dataset(package)
    if verdict.errors:
        first, *more = verdict.errors
        place = f"{Path(first.file).name}:{first.line}:{first.column}"
        told = f"{place}: {first.where}: {first.message}" if first.where else f"{place}: {first.message}"
        others = f", and {pluralize(len(more), 'problem')} more" * bool(more)
        raise DatasetError(f"{folder} is not what its own contract says ({told}{others})")
    return DatasetVersion(package)


def diff_datasets(before: DatasetVersion, after: DatasetVersion) -> list[TableChanges]:
    """Return the changes from one dataset to another: of the whole, then table by table; nothing where none are."""
    old, new, digests = before.package.tables, after.package.tables, Digests()
    told = [
        TableChanges("", tuple(_about(before.package.descriptor, after.package.descriptor))),
        *(
            diff_table(old[name], table, _pairs(table, before, after, digests))
            if name in old
            else TableChanges(name, (Change("table", "added", after=rows_in(after.files(name))),))
            for name, table in new.items()
        ),
        *(
            TableChanges(name, (Change("table", "removed", before=rows_in(before.files(name))),))
            for name in old
            if name not in new
        ),
    ]
    return [changes for changes in told if changes]


def diff_table(old: Table, new: Table, rows: Iterable[Pair]) -> TableChanges:
    """Return the changes from one version of a table to another, given what is promised of each, and pairs of its rows.

    Where the key changed, no row can be told to be another one, and rows are not compared.
    """
    told = (_rows(*pair, new.key) for pair in rows) if old.key == new.key else ()
    return TableChanges(new.name, tuple(_promises(old, new)), sum(told, start=RowChanges()))


def _pairs(table: Table, before: DatasetVersion, after: DatasetVersion, digests: Digests) -> Iterator[Pair]:
    files = differing_files(before.files(table.name), after.files(table.name), digests)
    return pair_rows(*files, table.key[0]) if table.key else iter(())


# ── What is promised ──────────────────────────────────────────────────────────────────────────────


def _about(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    # An older version wrote an empty list where a newer one writes nothing.
    changed = [name for name in _ABOUT if (old.get(name) or None) != (new.get(name) or None)]
    if changed:
        yield Change("dataset", "about", after=", ".join(changed))


def _promises(old: Table, new: Table) -> Iterator[Change]:
    if old.key != new.key:
        yield Change("table", "key", before=old.key, after=new.key)
    for what, before, after in (("title", old.title, new.title), ("description", old.description, new.description)):
        if before != after:
            yield Change("table", what, before=before, after=after)  # type: ignore[arg-type]  # (one of two words)
    for name in new.columns:
        if name not in old.columns:
            yield Change("column", "added", name)
        else:
            yield from _of_column(old, new, name)
    yield from (Change("column", "removed", name) for name in old.columns if name not in new.columns)
    yield from _of_references(old, new)
    shared = [name for name in old.columns if name in new.columns]
    if shared != (now := [name for name in new.columns if name in old.columns]):
        yield Change("table", "columns", before=shared, after=now)


def _of_column(old: Table, new: Table, name: str) -> Iterator[Change]:
    was, now = old.columns[name], new.columns[name]
    for what, aspect in ASPECTS.items():
        told_by_key = what == "unique" and (name,) in (old.key, new.key)
        if aspect(was) != aspect(now) and not told_by_key:
            yield Change("column", what, name, before=aspect(was), after=aspect(now))
    yield from _of_vocabulary(was, now)


def _of_vocabulary(was: Column, now: Column) -> Iterator[Change]:
    old, new, name = was.vocabulary, now.vocabulary, now.name
    if bool(old) != bool(new):
        yield Change("column", "vocabulary", name, before=", ".join(old) or None, after=", ".join(new) or None)
        return
    yield from (Change("value", "added", name, value) for value in new if value not in old)
    yield from (Change("value", "removed", name, value) for value in old if value not in new)
    for value in new:
        if value in old and old[value] != new[value]:
            yield Change("value", "definition", name, value, old[value], new[value])
    shared = [value for value in old if value in new]
    if shared != (listed := [value for value in new if value in old]):
        yield Change("column", "order" if was.ordered and now.ordered else "listing", name, before=shared, after=listed)


def _of_references(old: Table, new: Table) -> Iterator[Change]:
    """Yield the references that lead elsewhere, or are there in one of the two, of columns that both have."""
    before, after = (
        {each.columns: f"{each.table}.{', '.join(each.target)}" for each in table.references} for table in (old, new)
    )
    for columns in {**before, **after}:
        stay = {*columns} <= {*old.columns} & {*new.columns}
        if stay and before.get(columns) != after.get(columns):
            yield Change("table", "reference", ", ".join(columns), "", before.get(columns), after.get(columns))


# ── Rows ──────────────────────────────────────────────────────────────────────────────────────────


def _rows(before: pa.Table, after: pa.Table, key: tuple[str, ...]) -> RowChanges:
    if before.equals(after):
        return RowChanges()
    old, new = _places(before, key), _places(after, key)
    shared = [name for name in new if name in old]
    return RowChanges(
        added=tuple(name for name in new if name not in old),
        changed=tuple(_changed(shared, *_aligned(before, old, after, new, shared))),
        removed=tuple(name for name in old if name not in new),
    )


def _places(table: pa.Table, key: tuple[str, ...]) -> dict[str, int]:
    """Return the number of each row by its key, as a person would write it."""
    columns = [table[name].to_pylist() for name in key]
    return {", ".join(map(str, cells)): place for place, cells in enumerate(zip(*columns, strict=True))}


def _aligned(
    before: pa.Table, old: Mapping[str, int], after: pa.Table, new: Mapping[str, int], shared: list[str]
) -> tuple[pa.Table, pa.Table]:
    """Return the rows and columns that both versions have, row beside row."""
    names = [name for name in after.column_names if name in before.column_names]
    return (
        before.select(names).take(pa.array([old[name] for name in shared], pa.int64())),
        after.select(names).take(pa.array([new[name] for name in shared], pa.int64())),
    )


def _changed(keys: list[str], before: pa.Table, after: pa.Table) -> Iterator[tuple[str, tuple[CellChange, ...]]]:
    cells: dict[int, list[CellChange]] = {}
    for name in after.column_names:
        was, now = before[name], after[name]
        if was.type != now.type:  # that is a change of the column; of its cells only where they read differently
            was, now = was.cast(pa.string()), now.cast(pa.string())
        differ = pc.or_(pc.fill_null(pc.not_equal(was, now), False), pc.not_equal(pc.is_null(was), pc.is_null(now)))
        places = pc.indices_nonzero(differ)
        pairs = zip(was.take(places).to_pylist(), now.take(places).to_pylist(), strict=True)
        for place, (cell, other) in zip(places.to_pylist(), pairs, strict=True):
            cells.setdefault(place, []).append(CellChange(name, cell, other))
    return ((keys[place], tuple(cells[place])) for place in sorted(cells))
