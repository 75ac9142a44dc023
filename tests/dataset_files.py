"""Datasets on disk: written, laid out from files by name, and read back."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

from stancebook.build.pipeline import Build
from stancebook.build.writer import write_dataset
from stancebook.dataset.layout import files_in
from stancebook.dataset.publish import publish, staging_folder

Files = Mapping[str, bytes]


def held(folder: Path) -> dict[str, bytes]:
    """What a folder holds, and the folders of parts in it: files by their places, with slashes."""
    return {name: path.read_bytes() for name, path in files_in(folder).items() if path.is_file()}


def lay(files: Files, folder: Path) -> Path:
    """Make a folder of files, or write them over those that it has."""
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
    """The files of a build's dataset."""
    with tempfile.TemporaryDirectory() as folder:
        write_dataset(build, Path(folder))
        return held(Path(folder))


def publish_files(files: Files, folder: Path) -> bool:
    """Publish files as a build publishes its dataset."""
    with staging_folder(folder) as new:
        return publish(lay(files, new), folder)
