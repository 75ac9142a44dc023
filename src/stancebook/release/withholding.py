"""The tables of a dataset without the words of its texts, and what restores them to those who have the texts."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from stancebook.build.writer import dataset_metadata
from stancebook.dataset.layout import files_of, listed_table
from stancebook.dataset.parquet import file_metadata, read_file, write_table
from stancebook.dataset.table_rules import DOCUMENT, QUOTE, QUOTE_DIGEST, has_passages
from stancebook.exceptions import StancebookError
from stancebook.release.runs import TextRuns
from stancebook.release.sealing import seal, text_secret
from stancebook.release.withheld import RESTORE, SEALED, Reason, WithheldColumn, quote_digest
from stancebook.schema.column_types import Column, Pattern, TextColumn
from stancebook.schema.contract import Contract
from stancebook.schema.spec import TableSpec

_SEALED_SCHEMA = pa.schema(
    {
        "file": pa.string(),
        "row": pa.int64(),
        "column": pa.string(),
        "documents": pa.list_(pa.string()),
        "sealed": pa.binary(),
    },
    {"description": "Withheld cells by file, row (from 0) and column, for those who have the texts of the documents."},
)

_QUOTE_DIGEST = TextColumn(
    "SHA-256 of the passage in UTF-8, which is withheld.",
    name=QUOTE_DIGEST,
    title="SHA-256 of the quote",
    pattern=Pattern(r"[0-9a-f]{64}", "the 64 hexadecimal digits of a SHA-256"),
    filled_by="engine",
)

Cells = Mapping[str, Mapping[int, tuple[str, ...]]]  # by column and row: the documents whose texts seal the cell


class WithholdingError(StancebookError):
    """The words of the texts cannot be withheld; the message says why."""


class Withholding:
    """Withholds the words of some texts from the tables of their dataset.

    Args:
        contract: The contract of the dataset.
        texts: The texts, by document.
        public: What stays although texts have the same words, such as their titles.
        all_free_text: Whether to withhold all free text, not only cells that share a run of words with a text.
    """

    def __init__(
        self, contract: Contract, texts: Mapping[str, str], public: Iterable[str], *, all_free_text: bool
    ) -> None:
        self._contract = contract
        self._runs = TextRuns(texts, public)
        self._secrets = {doc_id: text_secret(text) for doc_id, text in texts.items()}
        self._all_free_text = all_free_text

    def write_tables(
        self, dataset: Path, descriptor: Mapping[str, Any], folder: Path
    ) -> tuple[dict[str, TableSpec], list[WithheldColumn]]:
        """Write the tables without the words of the texts, and the withheld cells, sealed.

        Args:
            dataset: The folder of the complete dataset.
            descriptor: Its data package.
            folder: The folder to write into.

        Returns:
            The tables that differ from those of the contract, by name; and what is withheld, in the contract's order.

        Raises:
            WithholdingError: A table has a column of the name of one that is added.
        """
        build, about = descriptor["stancebook"]["build"], dataset_metadata(self._contract)
        changed: dict[str, TableSpec] = {}
        report: list[WithheldColumn] = []
        sealed: list[dict[str, Any]] = []
        for resource in descriptor["resources"]:
            spec = self._contract.tables[listed_table(resource["path"])]
            files = files_of(resource)
            filled: Counter[str] = Counter()
            cells: dict[str, Cells] = {}
            for file in files:
                table = read_file(dataset / file)
                cells[file] = self._withheld_cells(spec, table)
                filled += Counter({name: len(table) - table[name].null_count for name in cells[file]})
            columns = [*self._report(spec, cells.values(), filled)]
            report += columns
            new = withheld_spec(spec, [each.column for each in columns])
            if new is not spec:
                changed[spec.name] = new
            for file in files:
                (folder / file).parent.mkdir(exist_ok=True)
                if new is spec:
                    shutil.copyfile(dataset / file, folder / file)
                    continue
                table = read_file(dataset / file)
                with (folder / file).open("xb") as target:
                    own_build = file_metadata(table.schema)["build"]
                    write_table(_without(table, cells[file], new), new, own_build, about, target)
                sealed += self._sealed_cells(spec, file, table, cells[file], build)
        _write_sealed(sealed, folder / RESTORE / SEALED)
        return changed, report

    def first_run(self, text: str) -> tuple[str, int] | None:
        """Return the first run of words of a text that a release must not have, and where it starts."""
        return self._runs.first(text)

    def _withheld_cells(self, spec: TableSpec, table: pa.Table) -> dict[str, dict[int, tuple[str, ...]]]:
        """Return the cells to withhold, by column and row, each with the documents whose texts seal it."""
        own = _own_documents(spec, table, self._secrets)
        found: dict[str, dict[int, tuple[str, ...]]] = {}
        for column, reason in self._candidates(spec):
            found[column] = {}
            for row, cell in enumerate(table[column].to_pylist()):
                if cell is None:
                    continue
                shared = self._runs.documents(cell)
                if shared or reason != "run":
                    found[column][row] = tuple(sorted({*shared, *own[row]}))
        return found

    def _candidates(self, spec: TableSpec) -> Iterator[tuple[str, Reason]]:
        """Yield the columns of which cells may be withheld, and why."""
        stays = {*self._contract.sources.values(), DOCUMENT} if spec.kind == "document" else set[str]()
        for column in spec.columns:
            if column.kind == "verbatim":
                yield column.name, "verbatim"
            elif column.kind == "text" and column.name not in stays:
                yield column.name, "free text" if self._all_free_text and column.pattern is None else "run"

    def _report(self, spec: TableSpec, cells: Collection[Cells], filled: Mapping[str, int]) -> Iterator[WithheldColumn]:
        """Yield what is withheld of each column, given the withheld cells of each file."""
        for column, reason in self._candidates(spec):
            if withheld := sum(len(each[column]) for each in cells):
                yield WithheldColumn(spec.name, column, reason, withheld, filled[column])

    def _sealed_cells(
        self, spec: TableSpec, file: str, table: pa.Table, cells: Cells, build: str
    ) -> Iterator[dict[str, Any]]:
        """Yield the withheld cells, sealed; without quotes, which the texts have at their places."""
        for column, rows in cells.items():
            if column == QUOTE and has_passages(spec):
                continue
            for row, documents in rows.items():
                secrets = [self._secrets[doc_id] for doc_id in documents or sorted(self._secrets)]
                data = seal(table[column][row].as_py(), secrets, (build, file, column, row))
                yield {"file": file, "row": row, "column": column, "documents": list(documents), "sealed": data}


def withheld_spec(spec: TableSpec, columns: Iterable[str]) -> TableSpec:
    """Return a table of which some columns are withheld; the same table if none is.

    Args:
        spec: The table of the complete dataset.
        columns: The columns.

    Raises:
        WithholdingError: The table has a column of the name of the one that is added for digests of quotes.
    """
    withheld = set(columns)
    if not withheld:
        return spec
    found: list[Column] = []
    for column in spec.columns:
        found.append(replace(column, nullable=True, withheld=True) if column.name in withheld else column)
        if column.name == QUOTE and has_passages(spec):
            if QUOTE_DIGEST in spec.names:
                raise WithholdingError(f"{spec.name} has a column {QUOTE_DIGEST}: give it another name in its model.")
            found.append(_QUOTE_DIGEST)
    return replace(spec, columns=tuple(found))


def _own_documents(spec: TableSpec, table: pa.Table, known: Iterable[str]) -> list[tuple[str, ...]]:
    """Return the document of each row, if it has one: by its ID, or by the key of its parent, which starts with it."""
    parents = (key.columns[0] for key in spec.foreign_keys if key.table == spec.parent)
    name = DOCUMENT if DOCUMENT in spec.names else next(parents, None)
    if name is None:
        return [()] * len(table)
    owners = [str(key).partition("#")[0] for key in table[name].to_pylist()]
    documents = set(known)
    return [(owner,) if owner in documents else () for owner in owners]


def _without(table: pa.Table, cells: Cells, spec: TableSpec) -> pa.Table:
    """Return a table without its withheld cells, with the columns of `spec`."""
    arrays = []
    for column in spec.columns:
        if column is _QUOTE_DIGEST:
            arrays.append(pa.array(map(quote_digest, table[QUOTE].to_pylist()), pa.string()))
        elif rows := cells.get(column.name):
            kept = pa.array([row not in rows for row in range(len(table))], pa.bool_())
            arrays.append(pc.if_else(kept, table[column.name], None))
        else:
            arrays.append(table[column.name])
    return pa.table(arrays, list(spec.names))


def _write_sealed(cells: list[dict[str, Any]], path: Path) -> None:
    with path.open("xb") as file:
        pq.write_table(pa.Table.from_pylist(cells, _SEALED_SCHEMA), file, compression="zstd")
