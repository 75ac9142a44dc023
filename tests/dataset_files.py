"""Write datasets to folders, and read the files of a folder."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

from stancebook.build.pipeline import Build
from stancebook.build.writer import write_dataset
from stancebook.dataset.layout import files_in
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
