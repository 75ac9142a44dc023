"""Documents → chunks: neighbours that are built together, and whose rows lie in one part of each large table."""

from collections.abc import Iterator, Sequence
from zlib import crc32

# Pandera and Parquet must be worth their start, and a changed document not cost much more than itself, nor a chunk
# much memory: some 256 documents each.
FEWEST, MOST = 128, 512
_ONE_IN = 128  # ids after the fewest at which a chunk may end


def split_into_chunks(ids: Sequence[str]) -> Iterator[slice]:
    """Yield the chunks of documents, given by their ids in order, as slices.

    Where a chunk ends depends on the ids just there and on nothing else: a document that comes or goes moves the
    ends of its own chunk and perhaps of a few after it, never of all.
    """
    start = 0
    for end in range(1, len(ids) + 1):
        size = end - start
        if size == MOST or (size >= FEWEST and crc32(ids[end - 1].encode()) % _ONE_IN == 0):
            yield slice(start, end)
            start = end
    if start < len(ids):
        yield slice(start, len(ids))
