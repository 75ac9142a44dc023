"""One table of a dataset, opened: whether its files are those that the data package lists, and its columns valid."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa

from stancebook.dataset.descriptor import DataFile, Package
from stancebook.dataset.files import require_regular
from stancebook.dataset.layout import DATAPACKAGE, table_file
from stancebook.dataset.parquet import file_metadata
from stancebook.dataset.parquet_files import ParquetFile, ParquetFiles, UnreadableFileError
from stancebook.problems import Problem, display_path, shorten
from stancebook.schema.column_types import UnknownColumn
from stancebook.schema.spec import TableSpec

SAME_SOURCE = "build the dataset again, or take all files from one place"

# How much more than the data package lists is read of a file that is not the listed one, to say what differs in it.
_SPARE_ROWS = 1000
_SPARE_BYTES = 16 << 20
_MAX_COMPRESSION = 100


class OpenTable:
    """The files of one table, opened, and the problems that show without reading rows.

    Attributes:
        rows: The columns that are valid in all files.
        is_readable: Whether all files could be read.
        built: Whether the footer of a file names a build.
        has_build: Whether the descriptor names a build at all.
        is_of_build: Whether all files are of the builds that the descriptor names.
        problems: The problems.
        changed: What to report of files that a build wrote, but not as they are now: other problems of the table may
            say it better.
    """

    def __init__(self, package: Package, spec: TableSpec) -> None:
        self.spec = spec
        self.folder = package.folder
        self.file = display_path(package.folder / table_file(spec.name))
        self.problems: list[Problem] = []
        self.changed: list[Problem] = []
        self.is_readable = True
        self.is_of_build = True
        self.built = False
        self.has_build = package.build is not None
        found = tuple(file for listed in package.files[spec.name] if (file := self._open(listed)) is not None)
        types = [self._column_types(file.schema) for file in found] or [{}]
        valid = [(name, type_) for name, type_ in types[0].items() if all(other.get(name) == type_ for other in types)]
        self.rows = ParquetFiles(pa.schema(valid), found)
        due = package.rows[spec.name]
        if self.is_readable and self.is_of_build and due not in (None, self.rows.num_rows):
            self._report("", f"the table has {self.rows.num_rows:,} rows, but {due:,} by {DATAPACKAGE}")

    @property
    def key(self) -> tuple[str, ...]:
        """The columns that name a row in a problem: the primary key, if it is valid."""
        return self.spec.key if self.has(self.spec.key) else ()

    def has(self, columns: Iterable[str]) -> bool:
        """Return whether columns are valid and of a type that this version knows."""
        known = {column.name for column in self.spec.columns if not isinstance(column, UnknownColumn)}
        return set(columns) <= known & set(self.rows.schema.names)

    def mark_unreadable(self, path: Path, message: str, hint: str = "") -> None:
        """Report why the table cannot be read."""
        self._report("", message, hint, path=path)
        self.is_readable = False

    def _report(self, where: str, message: str, hint: str = "", column: int = 1, path: Path | None = None) -> None:
        file = self.file if path is None else display_path(path)
        self.problems.append(Problem(file, 1, column, where, message, hint))

    def _open(self, listed: DataFile) -> ParquetFile | None:
        """Open a file if it is the one that the descriptor lists, or not much larger; else report a problem."""
        path = self.folder / listed.path
        try:
            require_regular(self.folder, listed.path)
            size = path.stat().st_size
            if listed.size is not None and size > 2 * listed.size + _SPARE_BYTES:
                self.mark_unreadable(path, _wrong_size(size, listed.size), SAME_SOURCE)
                return None
            digest = None if listed.digest is None else _sha256(path)
            file = ParquetFile.open(path)
        except FileNotFoundError:
            self.mark_unreadable(path, f"{display_path(path)} is missing")
        except UnreadableFileError as error:
            self.mark_unreadable(path, not_parquet(error))
        except OSError as error:
            self.mark_unreadable(path, f"it cannot be read: {error.strerror or error}")
        else:
            is_listed = digest is not None and digest == listed.digest
            self._check_build(file, listed)
            self._check_rows(file, listed)
            if not is_listed:
                self._check_changed(file, listed, size)
            return file
        return None

    def _check_build(self, file: ParquetFile, listed: DataFile) -> None:
        build = _build(file.schema)
        self.built = self.built or build is not None
        if build is None and self.has_build:
            self._report("", "its footer names no build", SAME_SOURCE, path=file.path)
        elif listed.build not in (None, build):
            self.is_of_build = False
            if _is_part(listed):
                self.mark_unreadable(file.path, f"it is not the part that {DATAPACKAGE} lists", SAME_SOURCE)
            else:
                self._report("", f"the table is of another build than {DATAPACKAGE}", SAME_SOURCE, path=file.path)

    def _check_rows(self, file: ParquetFile, listed: DataFile) -> None:
        """Report a wrong number of rows, that of a single file with the table; do not read many more than listed."""
        if listed.rows in (None, file.num_rows):
            return
        message = f"it has {file.num_rows:,} rows, but {listed.rows:,} by {DATAPACKAGE}"
        if file.num_rows > 2 * listed.rows + _SPARE_ROWS:
            self.mark_unreadable(file.path, message, SAME_SOURCE)
        elif _is_part(listed) and self.is_of_build:
            self._report("", message, path=file.path)

    def _check_changed(self, file: ParquetFile, listed: DataFile, size: int) -> None:
        """Report that a file is not the listed one; do not read one that unpacks to far more than a build writes."""
        if file.unpacked_bytes > _MAX_COMPRESSION * (listed.size or size) + _SPARE_BYTES:
            message = f"its {size:,} bytes unpack to {file.unpacked_bytes:,}, which no build writes"
            self.mark_unreadable(file.path, message, SAME_SOURCE)
        elif listed.digest is not None and self.is_of_build:
            message = f"it is not the file that {DATAPACKAGE} lists: its SHA-256 differs"
            self.changed.append(Problem(display_path(file.path), 1, 1, "", message, SAME_SOURCE))

    def _column_types(self, schema: pa.Schema) -> dict[str, pa.DataType]:
        """Return the valid columns of a file with the types to read them as, and report the others."""
        types = {}
        for number, column in enumerate(self.spec.columns, start=1):
            where = f"{self.spec.name}.{column.name}"
            if (times := schema.names.count(column.name)) != 1:
                self._report(where, "the column appears twice" if times else "the column is missing", column=number)
                continue
            type_ = schema.field(column.name).type
            if not column.accepts(type_):
                self._report(where, f"the column holds {type_}, not {column.arrow_type}", column=number)
                continue
            types[column.name] = type_ if isinstance(column, UnknownColumn) else column.arrow_type
        for name in sorted(set(schema.names) - set(self.spec.names)):
            self._report(f"{self.spec.name}.{shorten(name)}", "the data package has no such column")
        return types


def not_parquet(error: Exception) -> str:
    """Return the message of a file that is not valid Parquet."""
    return f"it cannot be read as Parquet: {shorten(str(error))}"


def _wrong_size(size: int, listed: int) -> str:
    return f"it has {size:,} bytes, but {listed:,} by {DATAPACKAGE}"


def _is_part(listed: DataFile) -> bool:
    return "/" in listed.path


def _build(schema: pa.Schema) -> str | None:
    """Return the build that the footer of a file names, if it does."""
    try:
        build = file_metadata(schema)["build"]
    except (LookupError, TypeError, ValueError):
        return None
    return build if isinstance(build, str) else None


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
