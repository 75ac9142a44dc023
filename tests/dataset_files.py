"""Write datasets to folders, and read the files of a folder."""

import hashlib
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from stancebook.build.pipeline import Build
from stancebook.build.writer import write_dataset
from stancebook.dataset.layout import DATAPACKAGE, files_in
from stancebook.dataset.package_json import signed
from stancebook.dataset.publish import publish, staging_folder

Files = Mapping[str, bytes]


def held(folder: Path) -> dict[str, bytes]:
    """Return the files of a folder and of its tables' folders, by relative path with slashes."""
    return {name: path.read_bytes() for name, path in files_in(folder).items() if path.is_file()}


def lay(files: Files, folder: Path) -> Path:
    """Write files into a folder, replacing those of the same name."""
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def written(build: Build, folder: Path) -> Path:
    """Write the dataset of a build into a new folder."""
    folder.mkdir(parents=True)
    write_dataset(build, folder)
    return folder


def rendered(build: Build) -> dict[str, bytes]:
    """Return the files of a build's dataset, by relative path."""
    with tempfile.TemporaryDirectory() as folder:
        write_dataset(build, Path(folder))
        return held(Path(folder))


def publish_files(files: Files, folder: Path) -> bool:
    """Publish files as a build does."""
    with staging_folder(folder) as new:
        return publish(lay(files, new), folder)


def change_cells(folder: Path, table: str, **columns: Mapping[int, Any]) -> None:
    """Change cells of a table, and make the data package list the new file.

    Args:
        folder: The folder of the dataset.
        table: The name of the table.
        columns: By column, the new cell of each changed row, or a function of the old one.
    """
    path = folder / f"{table}.parquet"
    rows = pq.read_table(path)
    for name, by_row in columns.items():
        index = rows.schema.get_field_index(name)
        cells = rows[name].to_pylist()
        for row, cell in by_row.items():
            cells[row] = cell(cells[row]) if callable(cell) else cell
        field = rows.schema.field(index)
        rows = rows.set_column(index, field.with_nullable(True), pa.array(cells, field.type))
    pq.write_table(rows, path)
    package = json.loads((folder / DATAPACKAGE).read_bytes())
    for resource in package["resources"]:
        data = (folder / resource["path"]).read_bytes()
        resource.update(hash=f"sha256:{hashlib.sha256(data).hexdigest()}", size=len(data))
    (folder / DATAPACKAGE).write_text(json.dumps(signed(package)), encoding="utf-8")
