"""References between chunks, resolved with DuckDB: missing rows, cycles, and the rows that chunks see of others."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from stancebook.build.coded_table import Failure, Found
from stancebook.build.integrity import CellRef, cycles, explained_by_key_problems, missing_row
from stancebook.dataset.duckdb_session import duckdb_path
from stancebook.parallel.cache import fingerprint_json
from stancebook.parallel.linked_rows import DOCUMENT, REFERENCES, VALID, VIEWER, RowFiles
from stancebook.schema.contract import Contract
from stancebook.schema.spec import TableSpec

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ROWS_PER_GROUP = 4096  # of a file of neighbours, of which a chunk reads the groups that have rows for it

# Links are references with the chunk of their row, and its root: the table in whose records it is nested.
_LINKS = """
CREATE TEMP TABLE links AS SELECT r.*, root, chunk FROM read_parquet($files) r
JOIN chunk_documents d ON r.document = d.id
JOIN (SELECT unnest($tables) AS name, unnest($roots) AS root) ON name = r."table"
"""
_TARGETS = """
CREATE TEMP TABLE targets
(target VARCHAR, target_key VARCHAR, document VARCHAR, root VARCHAR, record BIGINT, chunk BIGINT)
"""
_FIND_TARGETS = """
INSERT INTO targets SELECT $table, r."#key", r."#document", $root, r."#record", d.chunk FROM read_parquet($files) r
JOIN chunk_documents d ON r."#document" = d.id
WHERE r."#key" IN (SELECT target_key FROM links WHERE target = $table)
"""
_NEIGHBOURS = """
CREATE TEMP TABLE neighbours AS
SELECT l.chunk AS viewer, t.document, t.root, t.record
FROM links l JOIN targets t USING (target, target_key) WHERE l.chunk <> t.chunk
UNION SELECT t.chunk, l.document, l.root, l.record
FROM links l JOIN targets t USING (target, target_key) WHERE l.chunk <> t.chunk
"""
_MISSING = """
SELECT target, target_key, chunk, document, "table", row, "column" FROM links l WHERE written
AND NOT EXISTS (FROM targets t WHERE t.target = l.target AND t.target_key = l.target_key) ORDER BY ALL
"""
_FOLLOWED = 'SELECT key, target_key, chunk, row FROM links WHERE followed AND "table" = $table AND "column" = $column'
_SEEN_DOCUMENTS = """
FROM read_parquet($files) r JOIN (SELECT DISTINCT viewer, document FROM neighbours) n ON n.document = r."#document"
"""
_SEEN_RECORDS = """
FROM read_parquet($files) r JOIN neighbours n ON n.document = r."#document" AND n.record = r."#record"
WHERE n.root = $root
"""


@dataclass(frozen=True)
class Neighbours:
    """The rows of other chunks that the functions of linked chunks see.

    Attributes:
        files: The files by table; the column `VIEWER` says which chunk sees a row.
        digests: A digest of the rows for each chunk that sees any.
    """

    files: RowFiles
    digests: Mapping[int, str]


class Links:
    """The references of rows of linked chunks to rows of documents, in a database."""

    def __init__(
        self,
        database: DuckDBPyConnection,
        contract: Contract,
        folder: Path,
        chunks: Mapping[int, Iterable[str]],
        rows: Mapping[int, RowFiles],
    ) -> None:
        """Read the references.

        Args:
            database: An open database.
            contract: The contract.
            folder: The folder of chunks.
            chunks: The ids of the documents of each linked chunk.
            rows: The files of the rows of each.
        """
        self.database, self.contract, self.folder = database, contract, folder
        numbers = {doc_id: number for number, doc_ids in chunks.items() for doc_id in doc_ids}
        documents = {"id": pa.array(numbers, pa.string()), "chunk": pa.array(numbers.values(), pa.int64())}
        database.register("chunk_documents", pa.table(documents))
        roots = {spec.name: contract.record_table(spec.name).name for spec in contract.document_tables}
        database.execute(_LINKS, {**self._files(REFERENCES, rows), "tables": [*roots], "roots": [*roots.values()]})
        database.execute(_TARGETS)
        for name, root in roots.items():
            database.execute(_FIND_TARGETS, {**self._files(name, rows), "table": name, "root": root})
        database.execute(_NEIGHBOURS)

    def missing_rows(
        self, rows: Mapping[int, RowFiles], incomplete: Collection[str], file_of: Callable[[int, str], str]
    ) -> dict[int, list[Found]]:
        """Return what `check_references` finds for references to documents, by chunk.

        Args:
            rows: The files of the rows of each chunk.
            incomplete: The documents that could not be read completely.
            file_of: Returns the file of annotations of a document, given its chunk, too, as displayed in problems.
        """
        missing: dict[str, dict[str, list[CellRef]]] = {}
        found: dict[int, list[Found]] = {}
        chunk_of: dict[str, int] = {}
        for target, key, chunk, document, table, row, column in self.database.execute(_MISSING).fetchall():
            if _document_of(key) not in incomplete:
                reference = CellRef(table, row, column, file_of(chunk, document))
                missing.setdefault(target, {}).setdefault(key, []).append(reference)
                found.setdefault(chunk, []).append((table, row))
                chunk_of[reference.file] = chunk
        for target, references in missing.items():
            explained = self._explained(self.contract.tables[target], references, rows)
            for key in references.keys() - explained:
                failure = missing_row(key, target, references[key])
                found[chunk_of[failure.arguments[2][0].file]].append(failure)
        return found

    def _explained(self, target: TableSpec, missing: Collection[str], rows: Mapping[int, RowFiles]) -> set[str]:
        documents = sorted({_document_of(key) for key in missing})
        typed = self.database.execute(
            f'SELECT "#key", "#key" IS DISTINCT FROM "{target.key[0]}" FROM read_parquet($files)'  # noqa: S608
            ' WHERE list_contains($documents, "#document")',
            {**self._files(target.name, rows), "documents": documents},
        ).fetchall()
        ill_formed = [key for key, differs in typed if differs]
        return explained_by_key_problems(missing, [key for key, _ in typed], ill_formed)

    def cycles(self) -> Iterator[tuple[int, Failure]]:
        """Yield the failures that `check_cycles` finds for cycles through several chunks, with their chunks."""
        for spec in self.contract.document_tables:
            for column in spec.references:
                if column.target == spec.name and column.filled_by == "coder" and not column.symmetric:
                    names = {"table": spec.name, "column": column.name}
                    for cycle in cycles_between_chunks(self.database.sql(_FOLLOWED, params=names).to_arrow_table()):
                        (chunk, row), *_ = cycle.values()
                        yield chunk, Failure(spec.name, row, column.name, "cycle", tuple(cycle))

    def write_neighbours(self, rows: Mapping[int, RowFiles], subfolder: str, *, computed: bool) -> Neighbours:
        """Write the rows of other chunks that functions of each chunk see.

        Those are the records that its rows refer to and those that refer to its rows, with the documents of these.

        Args:
            rows: The files of the rows of each chunk.
            subfolder: A folder in the folder of chunks to write into.
            computed: Whether to include computed columns.
        """
        (self.folder / subfolder).mkdir()
        files: dict[str, str] = {}
        digests: dict[int, list[Any]] = {}
        for spec in self.contract.document_tables:
            files[spec.name] = f"{subfolder}/{spec.name}.parquet"
            names = [column.name for column in spec.columns if computed or column.compute is None]
            cells = ", ".join(f'r."{name}"' for name in [*names, DOCUMENT, VALID])
            root = self.contract.record_table(spec.name)
            source, parameters = _SEEN_DOCUMENTS, self._files(spec.name, rows)
            if root.kind != "document":
                source, parameters = _SEEN_RECORDS, {**parameters, "root": root.name}
            self.database.execute(
                f'CREATE OR REPLACE TEMP TABLE seen AS SELECT n.viewer AS "{VIEWER}", {cells} {source}', parameters
            )
            path = duckdb_path(self.folder / files[spec.name]).replace("'", "''")
            settings = f"FORMAT parquet, ROW_GROUP_SIZE {ROWS_PER_GROUP}"
            self.database.execute(f"COPY (FROM seen ORDER BY \"{VIEWER}\") TO '{path}' ({settings})")
            query = f'SELECT "{VIEWER}", count(*), sum(hash({cells}))::VARCHAR FROM seen r GROUP BY ALL'  # noqa: S608
            for viewer, *digest in self.database.execute(query).fetchall():
                digests.setdefault(viewer, []).append([spec.name, *digest])
        return Neighbours(files, {viewer: fingerprint_json(tables) for viewer, tables in digests.items()})

    def _files(self, table: str, rows: Mapping[int, RowFiles]) -> dict[str, Any]:
        return {"files": [duckdb_path(self.folder / files[table]) for files in rows.values()]}


def cycles_between_chunks(rows: pa.Table) -> Iterator[dict[str, tuple[int, int]]]:
    """Yield each cycle of references as the chunk and the row of each key, unless it is within a chunk.

    Args:
        rows: The `key`, `target_key`, `chunk` and `row` of rows with different keys.
    """
    keys, targets = (rows[name].combine_chunks() for name in ("key", "target_key"))
    outside = len(rows)
    following = pc.fill_null(pc.index_in(targets, value_set=keys), outside).to_numpy()
    reached = np.append(following, outside)
    for _ in range(outside.bit_length()):  # after as many steps as there are rows, only cycles are left
        reached = reached[reached]
    in_cycles = rows.take(np.unique(reached[reached < outside]))
    keys, targets, chunks, numbers = (column.to_pylist() for column in in_cycles.columns)
    places = dict(zip(keys, zip(chunks, numbers, strict=True), strict=True))
    for cycle in cycles(dict(zip(keys, targets, strict=True))):
        if len({places[key][0] for key in cycle}) > 1:
            yield {key: places[key] for key in cycle}


def _document_of(key: str) -> str:
    return key.partition("#")[0]
