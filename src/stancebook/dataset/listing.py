"""Read the data package of a dataset, and the files and columns of tables that it lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stancebook.dataset.files import read_descriptor_file
from stancebook.dataset.layout import DATAPACKAGE, backup_folder, listed_table
from stancebook.dataset.package_json import ENGINE, is_unchanged, parse_json
from stancebook.dataset.table_stats import Part
from stancebook.exceptions import DatasetError, DatasetNotFoundError, TableNotFoundError

if TYPE_CHECKING:
    from stancebook.dataset.object_store import RemotePath

_DIGEST = "sha256:"


@dataclass(frozen=True)
class ListedTable:
    """A table as the data package lists it.

    Attributes:
        parts: Its files, in the order of their rows.
        fields: Its columns, as the data package describes them; None if they are not to be compared.
    """

    parts: tuple[Part, ...]
    fields: tuple[Mapping[str, Any], ...] | None = None


def read_package_json(location: Path | RemotePath) -> dict[str, Any]:
    """Read the JSON object in the data package of a dataset.

    Raises:
        DatasetNotFoundError: There is none.
        DatasetError: It cannot be read, or is not an object.
    """
    file = location / DATAPACKAGE
    try:
        descriptor = parse_json(read_descriptor_file(location, DATAPACKAGE))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise _not_found(location) from error
    except OSError as error:
        raise DatasetError(f"{file} cannot be read: {error.strerror or error}.") from error
    except RecursionError as error:
        raise DatasetError(f"{file} is not valid JSON (it is nested too deeply): build the dataset again.") from error
    except ValueError as error:
        raise DatasetError(f"{file} is not valid JSON ({error}): build the dataset again.") from error
    if not isinstance(descriptor, dict):
        raise DatasetError(f"{file} is not a JSON object: build the dataset again.")
    return descriptor


def read_descriptor(location: Path | RemotePath) -> dict[str, Any]:
    """Read the data package of a dataset that a build wrote.

    Raises:
        DatasetNotFoundError: There is none.
        DatasetError: It cannot be read, is not one that a build wrote, or was changed since.
    """
    descriptor = read_package_json(location)
    if not {ENGINE, "resources"} <= set(descriptor):
        raise _not_built(location)
    if is_unchanged(descriptor) is False:
        raise DatasetError(
            f"{location / DATAPACKAGE} was changed after a build wrote it: its content does not have the digest that it"
            " states. Build the dataset again, or take all files from one place."
        )
    return descriptor


def listed_tables(descriptor: Mapping[str, Any], location: Path | RemotePath) -> dict[str, ListedTable]:
    """Return the tables of a data package by name, in its order.

    A table in one file carries the digest of the build; the parts of a large table carry digests of their rows, which
    do not change from one build to the next.

    Raises:
        DatasetError: The data package is not one that a build wrote.
    """
    try:
        tables = {}
        for resource in descriptor["resources"]:
            if isinstance(path := resource["path"], str):
                facts = [(path, {**resource, "build": descriptor[ENGINE]["build"]})]
            else:
                facts = list(zip(path, resource["parts"], strict=True))
            fields = tuple(resource["schema"]["fields"])
            tables[listed_table(path)] = ListedTable(tuple(_part(*each) for each in facts), fields)
    except ValueError as error:
        raise _not_built(location, f": {error}") from error
    except (LookupError, TypeError, AttributeError) as error:
        raise _not_built(location) from error
    return tables


def require_table(
    tables: Mapping[str, ListedTable], table: str, location: object, *, is_default: bool = False
) -> ListedTable:
    """Return a table, or raise `TableNotFoundError`.

    Args:
        tables: The result of `listed_tables`.
        table: Name of the table.
        location: The dataset, as the message names it.
        is_default: Whether the caller named no dataset; then the message points to the one that may be meant.
    """
    if table in tables:
        return tables[table]
    hint = ""
    if is_default and ("://" in table or Path(table, DATAPACKAGE).is_file()):
        hint = f" If that is a dataset, give path={table!r}."
    elif is_default and Path("dataset", DATAPACKAGE).is_file():
        hint = " There is a dataset in ./dataset: give path='dataset'."
    raise TableNotFoundError(f"{location} has no table {table!r}; it has {', '.join(tables)}.{hint}")


def _part(path: str, facts: Mapping[str, Any]) -> Part:
    """Return a file as a data package lists it; older versions state neither a hash of single files nor sizes."""
    rows, size, hash_, build = facts["rows"], facts.get("size", 0), facts.get("hash", ""), facts["build"]
    if not (type(rows) is type(size) is int and type(hash_) is type(build) is str):
        raise TypeError(f"{path} has facts of the wrong type")
    return Part(path, rows, hash_.removeprefix(_DIGEST) if hash_.startswith(_DIGEST) else "", build, size)


def _not_built(location: Path | RemotePath, reason: str = "") -> DatasetError:
    return DatasetError(f"{location / DATAPACKAGE} does not describe a dataset that a build wrote{reason}.")


def _not_found(location: Path | RemotePath) -> DatasetNotFoundError:
    backup = backup_folder(location) if isinstance(location, Path) else None
    if backup is not None and backup.exists():
        return DatasetNotFoundError(
            f"{location} has no {DATAPACKAGE}: a build is replacing the dataset, or was interrupted while it did."
            f" Load again; if that does not help, run `stancebook build`. Nothing is lost: the previous dataset is"
            f" in {backup}."
        )
    return DatasetNotFoundError(
        f"{location} is not a dataset: it has no {DATAPACKAGE}. Run `stancebook build`, or give path=."
    )
