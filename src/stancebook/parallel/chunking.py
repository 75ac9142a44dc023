"""Split a corpus into chunks of neighbouring documents that are built together, and its tables into parts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from zlib import crc32


@dataclass(frozen=True)
class ChunkPolicy:
    """How large chunks and the parts of tables are.

    The defaults give about 256 documents a chunk: enough to make up for the fixed cost of Pandera and Parquet, few
    enough that rebuilding the chunk of a changed document stays cheap and a chunk fits in memory.

    Attributes:
        min_documents: No chunk but the last has fewer.
        max_documents: No chunk has more.
        boundary_interval: After `min_documents`, one document id in so many ends a chunk.
        rows_per_part: A table with more rows is stored in parts of half to one and a half times as many.
    """

    min_documents: int = 128
    max_documents: int = 512
    boundary_interval: int = 128
    rows_per_part: int = 100_000

    def ends_after(self, doc_id: str, size: int) -> bool:
        """Return whether a chunk of `size` documents, of which `doc_id` is the last, is complete."""
        if size >= self.max_documents:
            return True
        return size >= self.min_documents and crc32(doc_id.encode()) % self.boundary_interval == 0

    def ends_part(self, last_id: str, rows: int, size: int | None = None) -> bool:
        """Return whether a part is complete.

        Args:
            last_id: What its last rows are of: a document, or a value.
            rows: The number of its rows.
            size: How many rows are aimed at; `rows_per_part` by default.
        """
        size = size or self.rows_per_part
        # Other bits than those by which a document id ends a chunk.
        return rows >= size * 3 // 2 or (rows >= size // 2 and (crc32(last_id.encode()) >> 16) % 4 == 0)


def split_into_chunks(doc_ids: Sequence[str], policy: ChunkPolicy) -> Iterator[slice]:
    """Yield the chunks of a corpus as slices of its sorted document ids.

    Boundaries are content-defined: they depend on nearby ids only, so adding or removing a document moves the
    boundaries of its own chunk and perhaps of a few after it, never of all.

    Args:
        doc_ids: The ids of all documents, sorted.
        policy: The sizes of chunks.
    """
    start = 0
    for end, doc_id in enumerate(doc_ids, start=1):
        if policy.ends_after(doc_id, end - start):
            yield slice(start, end)
            start = end
    if start < len(doc_ids):
        yield slice(start, len(doc_ids))
