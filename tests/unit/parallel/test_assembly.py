"""Files of the dataset are assembled from the rows of chunks: one file, or parts of about equal size."""

import pytest

from stancebook.dataset.table_stats import Part, TableStats
from stancebook.parallel.assembly import Piece, plan_table
from stancebook.parallel.chunking import ChunkPolicy

POLICY = ChunkPolicy(rows_per_part=1000)


def piece(number, rows=100, version=""):
    """Return the rows of one chunk."""
    part = Part(f"claims-{number}{version}.parquet", rows, "", f"{number}{version}") if rows else None
    return Piece(f"letter-{number:04}", part, TableStats(rows))


def parts(pieces):
    """Return the names of the rows in each part."""
    return plan_table("claims", pieces, POLICY).pieces


@pytest.mark.parametrize("number", [0, 1, 10])
def test_small_table_is_one_file(number):
    """A table of at most `rows_per_part` rows is one file, for any number of chunks."""
    [part] = plan_table("claims", [piece(each) for each in range(number)], POLICY).stored.parts
    assert (part.path, part.rows) == ("claims.parquet", 100 * number)


def test_large_table_has_parts_of_about_equal_size():
    """The parts of a large table have half to one and a half times `rows_per_part` rows, the last one excepted."""
    stored = plan_table("claims", [piece(number) for number in range(200)], POLICY).stored
    rows = [part.rows for part in stored.parts]
    assert sum(rows) == stored.rows == 20_000
    assert all(500 <= each <= 1500 for each in rows[:-1])
    assert [part.path for part in stored.parts[:2]] == [
        f"claims.parquet/part-0000{number}.parquet" for number in (0, 1)
    ]


def test_chunks_without_rows_are_in_no_part():
    """A chunk without rows has no file to read."""
    found = parts([piece(number, rows=300 * (number % 2)) for number in range(20)])
    assert sum(map(len, found)) == 10
    assert len(found) > 1


def test_added_chunk_changes_few_parts():
    """A chunk that is added in the middle changes the parts near it only."""
    pieces = [piece(number) for number in range(0, 400, 2)]
    before, after = parts(pieces), parts([*pieces[:100], piece(201), *pieces[100:]])
    assert len(set(after) - set(before)) <= 2


def test_part_digest_depends_on_its_rows():
    """If the rows of a chunk change, the digest of its part changes, and no other."""
    pieces = [piece(number) for number in range(200)]
    before, after = (
        plan_table("claims", each, POLICY).stored.parts for each in (pieces, [piece(0, version="a"), *pieces[1:]])
    )
    changed = [old.build != new.build for old, new in zip(before, after, strict=True)]
    assert changed == [True, *[False] * (len(before) - 1)]
