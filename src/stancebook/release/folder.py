"""A release as a folder: written completely or not at all, with the checksums of all its files."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stancebook.dataset.layout import DESCRIPTIONS, files_of, listed_table
from stancebook.dataset.listing import read_descriptor
from stancebook.dataset.parquet import read_file
from stancebook.dataset.publish import publish, staging_folder
from stancebook.exceptions import ProblemsError, PublishError, StancebookError
from stancebook.problems import display_folder
from stancebook.release.checksums import CHECKSUMS, changed_files, listed_files, write_checksums
from stancebook.release.deposit import Facts, write_deposit_metadata
from stancebook.release.descriptions import NOTE, write_descriptions
from stancebook.release.leaks import leak_problems
from stancebook.release.project_files import ProjectFiles
from stancebook.release.withheld import COMPLETE, RESTORE, WithheldColumn
from stancebook.release.withholding import Withholding
from stancebook.schema.contract import Contract
from stancebook.schema.spec import TableSpec

ReadText = Callable[[str], str | None]


class MissingTextError(StancebookError):
    """The text of a document cannot be read, so that its words cannot be found."""


@dataclass(frozen=True)
class ReleaseResult:
    """What `write_release` wrote.

    Attributes:
        files: The number of files.
        changed: Whether the folder differs from what it held before.
        withheld: What is withheld, by table and column; nothing of a complete release.
    """

    files: int
    changed: bool
    withheld: tuple[WithheldColumn, ...] = ()


@dataclass(frozen=True)
class TextPolicy:
    """What a release does with the words of the texts.

    Attributes:
        read: Returns the text of a document.
        all_free_text: Whether all free text is withheld, not only cells that share a run of words with a text.
    """

    read: ReadText
    all_free_text: bool = False


def write_release(
    dataset: Path, folder: Path, contract: Contract, project: ProjectFiles, withhold: TextPolicy | None = None
) -> ReleaseResult:
    """Write a release; an earlier one in the folder is replaced, and stays if anything fails.

    Args:
        dataset: The folder of the dataset that is released.
        folder: The folder to write; it need not exist.
        contract: The contract of the dataset.
        project: The files that go with it, without errors.
        withhold: How the words of the texts are withheld; None to release the complete dataset.

    Raises:
        ProblemsError: Words of the texts are in what cannot be withheld, such as keys and descriptions.
        PublishError: The folder holds something else than an unchanged release, or cannot be written.
    """
    require_replaceable(folder)
    withheld: tuple[WithheldColumn, ...] = ()
    with staging_folder(folder) as new:
        withholding = None if withhold is None else _withholding(dataset, contract, withhold)
        if withholding is None:
            shutil.copytree(dataset, new, dirs_exist_ok=True)
        else:
            withheld = _write_withheld(dataset, new, withholding)
        for path in project.paths:
            shutil.copyfile(path, new / path.name)
        note = "" if withholding is None else NOTE
        write_deposit_metadata(Facts(contract, project.authors, project.doi, read_descriptor(new), note), new)
        if withholding is not None and (leaks := [*leak_problems(new, withholding.first_run)]):
            raise ProblemsError(leaks)
        write_checksums(new)
        files = len(listed_files(new))
        return ReleaseResult(files, publish(new, folder, listed_files(folder)), withheld)


def require_replaceable(folder: Path) -> None:
    """Refuse to replace what is not a release, or a release that was changed.

    Raises:
        PublishError: The folder is there, is not empty, and is no unchanged release.
    """
    if not folder.is_dir() or not any(folder.iterdir()):
        return
    changed = changed_files(folder)
    if changed is None:
        raise PublishError(
            f"{display_folder(folder)} is not a release: it has no {CHECKSUMS}. Name another folder with --out."
        )
    if changed:
        raise PublishError(
            f"{display_folder(folder)} was changed after it was written: {', '.join(changed[:5])} differs from what"
            f" {CHECKSUMS} lists. Move the folder elsewhere, or name another one with --out."
        )


def _withholding(dataset: Path, contract: Contract, policy: TextPolicy) -> Withholding:
    documents = _documents(dataset, contract.document)
    key = contract.document.key[0]
    texts = {str(document[key]): policy.read(str(document[key])) for document in documents}
    if missing := [doc_id for doc_id, text in texts.items() if text is None]:
        raise MissingTextError(f"The text of {', '.join(missing[:5])} cannot be read.")
    public = [str(document[column]) for document in documents for column in (key, *contract.sources.values())]
    return Withholding(
        contract,
        {doc_id: text for doc_id, text in texts.items() if text is not None},
        public,
        all_free_text=policy.all_free_text,
    )


def _documents(dataset: Path, spec: TableSpec) -> Iterable[Mapping[str, Any]]:
    """Return the rows of the table of documents."""
    resources = read_descriptor(dataset)["resources"]
    files = next(files_of(each) for each in resources if listed_table(each["path"]) == spec.name)
    return [row for file in files for row in read_file(dataset / file).to_pylist()]


def _write_withheld(dataset: Path, folder: Path, withholding: Withholding) -> tuple[WithheldColumn, ...]:
    """Write a dataset without the words of its texts, and what restores it."""
    descriptor = read_descriptor(dataset)
    (folder / RESTORE).mkdir()
    for name in DESCRIPTIONS:
        shutil.copyfile(dataset / name, folder / name)
    for name in COMPLETE:
        shutil.copyfile(dataset / name, folder / RESTORE / name)
    changed, report = withholding.write_tables(dataset, descriptor, folder)
    write_descriptions(folder, descriptor, changed, report)
    return tuple(report)
