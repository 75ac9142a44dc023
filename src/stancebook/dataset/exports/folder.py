"""Exports that are a folder: one file a table, the codebook, and a data package that lists the files."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stancebook.dataset.descriptor import Package
from stancebook.dataset.exports.codebook import codebook_csv, codebook_name
from stancebook.dataset.files import read_descriptor_file
from stancebook.dataset.layout import DATAPACKAGE, files_of
from stancebook.dataset.package_json import signed
from stancebook.dataset.publish import publish, staging_folder
from stancebook.exceptions import PublishError

_PARQUET_PROPERTIES = {"hash", "size", "parts"}  # of a resource, true of its Parquet files only


@dataclass(frozen=True)
class FileFormat:
    """The format of the files: their suffix, media type, further properties of a resource, and of its schema."""

    suffix: str
    media_type: str
    properties: Mapping[str, Any] = field(default_factory=dict)
    schema: Mapping[str, Any] = field(default_factory=dict)


@contextmanager
def export_folder(package: Package, folder: Path, file_format: FileFormat) -> Iterator[Path]:
    """Create an empty folder to be filled with a file per table; complete it and put it in place at the end.

    Args:
        package: The descriptor of the dataset.
        folder: The folder to write; an earlier export in this format is replaced. If the block fails, it is unchanged.
        file_format: The format of the files that the block writes.

    Yields:
        The folder to fill.

    Raises:
        PublishError: The folder holds something else than an earlier export in this format.
    """
    _refuse_foreign(folder, file_format.suffix)
    descriptor = signed({**package.descriptor, "resources": _resources(package, file_format)})
    with staging_folder(folder) as new:
        yield new
        (new / f"{codebook_name(package.tables)}.csv").write_bytes(codebook_csv(package))
        text = json.dumps(descriptor, ensure_ascii=False, indent=2) + "\n"
        (new / DATAPACKAGE).write_bytes(text.encode())
        publish(new, folder)


def _resources(package: Package, file_format: FileFormat) -> list[dict[str, Any]]:
    """Return the resources of the data package, changed to describe the exported files."""
    by_path = {files_of(resource)[0]: resource for resource in package.descriptor["resources"]}
    resources = []
    for name, files in package.files.items():
        resource = {key: value for key, value in by_path[files[0].path].items() if key not in _PARQUET_PROPERTIES}
        resources.append(
            {
                **resource,
                "path": f"{name}.{file_format.suffix}",
                "format": file_format.suffix,
                "mediatype": file_format.media_type,
                **file_format.properties,
                "schema": {**resource["schema"], **file_format.schema},
            }
        )
    return resources


def _refuse_foreign(folder: Path, suffix: str) -> None:
    """Raise `PublishError` if a folder holds something else than an earlier export."""
    if not folder.is_dir() or not any(folder.iterdir()):
        return
    try:
        descriptor = json.loads(read_descriptor_file(folder, DATAPACKAGE))
        is_export = "stancebook" in descriptor and all(
            str(resource["path"]).endswith(f".{suffix}") for resource in descriptor["resources"]
        )
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        is_export = False
    if not is_export:
        raise PublishError(f"{folder} is not empty and is not an export. Empty it, or name another folder.")
