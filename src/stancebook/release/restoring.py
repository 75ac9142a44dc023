"""The complete dataset, restored from a release without the words of the texts by those who have the texts."""

from __future__ import annotations

import json
import shutil
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from stancebook.dataset.descriptor import parse_descriptor
from stancebook.dataset.layout import CROISSANT, DATAPACKAGE, DESCRIPTIONS, files_of, listed_table
from stancebook.dataset.listing import read_descriptor
from stancebook.dataset.package_json import signed
from stancebook.dataset.parquet import METADATA, file_metadata, read_file, write_table
from stancebook.dataset.publish import publish, staging_folder
from stancebook.dataset.source_texts import TEXT_DIGEST
from stancebook.dataset.table_rules import DOCUMENT, PASSAGE, QUOTE, QUOTE_DIGEST, TEXT_LENGTH
from stancebook.exceptions import DatasetError, ProblemsError
from stancebook.problems import display_folder
from stancebook.release.checksums import CHECKSUMS, changed_files
from stancebook.release.coded_texts import CodedText, find_texts
from stancebook.release.descriptions import as_json, with_file_facts, with_hashes
from stancebook.release.sealing import text_secret, unseal
from stancebook.release.withheld import COMPLETE, RESTORE, SEALED
from stancebook.schema.spec import TableSpec

SealedCells = Mapping[tuple[str, str], Mapping[int, tuple[list[str], bytes]]]  # by file and column, then by row


@dataclass(frozen=True)
class Restored:
    """What `restore_dataset` wrote.

    Attributes:
        rows: The number of rows by table.
        changed: Whether the folder differs from what it held before.
        same_bytes: Whether all files have the bytes of the complete dataset; if not, another version of the Parquet
            library wrote the same cells.
    """

    rows: Mapping[str, int]
    changed: bool
    same_bytes: bool


def restore_dataset(release: Path, texts: Path, folder: Path) -> Restored:
    """Write the complete dataset of a release from which the words of the texts are withheld.

    Args:
        release: The folder of the release.
        texts: The folder of the texts; names of files make no difference.
        folder: The folder to write; an earlier dataset is replaced.

    Raises:
        DatasetError: The folder is no such release, or was changed.
        ProblemsError: Texts are missing, or are others than those that were coded.
        PublishError: The folder cannot be written, or holds something else than a dataset.
    """
    _check(release)
    complete = read_descriptor(release / RESTORE)
    found, problems = find_texts(_coded_texts(release, complete), texts)
    if problems:
        raise ProblemsError(problems)
    with staging_folder(folder) as new:
        _Restoration(release, complete, found).write(new)
        same_bytes = _describe(release, complete, new)
        changed = publish(new, folder)
    rows = {listed_table(resource["path"]): int(resource["rows"]) for resource in complete["resources"]}
    return Restored(rows, changed, same_bytes)


def _check(release: Path) -> None:
    """Raise `DatasetError` if a folder is not an unchanged release from which words are withheld."""
    changed = changed_files(release)
    if changed is None:
        raise DatasetError(f"{display_folder(release)} is not a release: it has no {CHECKSUMS}.")
    if changed:
        raise DatasetError(
            f"{display_folder(release)} is damaged or was changed: {', '.join(changed[:5])} differs from what"
            f" {CHECKSUMS} lists. Download the release again."
        )
    if not (release / RESTORE / DATAPACKAGE).is_file():
        raise DatasetError(f"Nothing is withheld in {display_folder(release)}: it is a complete dataset.")


def _coded_texts(release: Path, complete: Mapping[str, Any]) -> list[CodedText]:
    """Return what a release says about its texts."""
    documents: dict[str, tuple[str, int]] = {}
    passages: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
    for resource in complete["resources"]:
        for file in files_of(resource):
            table = read_file(release / file)
            if {DOCUMENT, TEXT_DIGEST, TEXT_LENGTH} <= set(table.column_names):
                cells = (table[name].to_pylist() for name in (DOCUMENT, TEXT_DIGEST, TEXT_LENGTH))
                documents |= {doc_id: (digest, length) for doc_id, digest, length in zip(*cells, strict=True)}
            if QUOTE_DIGEST in table.column_names:
                cells = (table[name].to_pylist() for name in (DOCUMENT, *PASSAGE[:2], QUOTE_DIGEST))
                for doc_id, *passage in zip(*cells, strict=True):
                    passages[doc_id].append(tuple(passage))
    return [CodedText(doc_id, *facts, sorted(passages[doc_id])) for doc_id, facts in documents.items()]


class _Restoration:
    """Fills in the withheld cells of a release."""

    def __init__(self, release: Path, complete: Mapping[str, Any], texts: Mapping[str, str]) -> None:
        self._release, self._complete, self._texts = release, complete, texts
        self._tables = parse_descriptor(complete, release / RESTORE).tables
        self._build = complete["stancebook"]["build"]
        self._secrets = {doc_id: text_secret(text) for doc_id, text in sorted(texts.items())}
        self._sealed = _sealed_cells(release)

    def write(self, folder: Path) -> None:
        """Write the tables of the complete dataset into a folder."""
        withheld = {file for file, _ in self._sealed}
        for resource in self._complete["resources"]:
            spec = self._tables[listed_table(resource["path"])]
            for file in files_of(resource):
                (folder / file).parent.mkdir(exist_ok=True)
                table = read_file(self._release / file)
                if file in withheld or table.column_names != list(spec.names):
                    self._write_file(table, spec, file, folder / file)
                else:
                    shutil.copyfile(self._release / file, folder / file)

    def _write_file(self, table: pa.Table, spec: TableSpec, file: str, path: Path) -> None:
        arrays = [pa.array(self._cells(table, name, file), spec[name].arrow_type) for name in spec.names]
        own = {METADATA, "title", "description", "build"}
        about = {
            key.decode(): value.decode() for key, value in table.schema.metadata.items() if key.decode() not in own
        }
        with path.open("xb") as target:
            complete = pa.table(arrays, list(spec.names))
            write_table(complete, spec, file_metadata(table.schema)["build"], about, target)

    def _cells(self, table: pa.Table, column: str, file: str) -> Any:
        """Return the cells of a column of the complete dataset."""
        if column == QUOTE and QUOTE_DIGEST in table.column_names:
            spans = (table[name].to_pylist() for name in (DOCUMENT, *PASSAGE[:2]))
            return [self._texts[doc_id][start:end] for doc_id, start, end in zip(*spans, strict=True)]
        cells = table[column].combine_chunks()
        if (sealed := self._sealed.get((file, column))) is None:
            return cells
        found = cells.to_pylist()
        for row, (documents, data) in sealed.items():
            secrets = [self._secrets[doc_id] for doc_id in documents or self._secrets]
            found[row] = unseal(data, secrets, (self._build, file, column, row))
        return found


def _sealed_cells(release: Path) -> SealedCells:
    found: dict[tuple[str, str], dict[int, tuple[list[str], bytes]]] = defaultdict(dict)
    for cell in read_file(release / RESTORE / SEALED).to_pylist():
        found[cell["file"], cell["column"]][cell["row"]] = cell["documents"], cell["sealed"]
    return found


def _describe(release: Path, complete: Mapping[str, Any], folder: Path) -> bool:
    """Write the descriptions of the complete dataset; return whether its files have the bytes that these state."""
    for name in DESCRIPTIONS:
        shutil.copyfile((release / RESTORE if name in COMPLETE else release) / name, folder / name)
    resources = [with_file_facts(resource, folder) for resource in complete["resources"]]
    if resources == complete["resources"]:
        return True
    (folder / DATAPACKAGE).write_bytes(as_json(signed({**complete, "resources": resources})))
    croissant = json.loads((folder / CROISSANT).read_bytes())
    (folder / CROISSANT).write_bytes(as_json(with_hashes(croissant, resources)))
    return False
