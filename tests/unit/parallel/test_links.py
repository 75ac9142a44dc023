"""References between chunks: what a chunk sees of others, and cycles through several of them."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stancebook.build.integrity import cycles
from stancebook.parallel.aggregation import aggregation_session
from stancebook.parallel.linked_rows import VIEWER
from stancebook.parallel.links import Links, cycles_between_chunks
from stancebook.parallel.worker import SCRATCH, BuildContext, ChunkTask, build_chunk
from stancebook.sources.corpus import read_corpus
from stancebook.sources.discovery import discover
from tests.unit.parallel.sample_corpora import LINKED_LETTERS, PEOPLE, SHAPES, annotations, letter, write_seeds

IDS = ("a", "b", "c", "d")


def contract():
    return LINKED_LETTERS


def seen(folder, letters):
    """Return the first and second cells of the rows that the chunk of each letter sees of others, by table."""
    files = {"codebook/people.yaml": PEOPLE}
    for number, (doc_id, claims) in enumerate(zip(IDS, letters, strict=True)):
        files |= {f"documents/{doc_id}.txt": letter(number), f"documents/{doc_id}.yaml": annotations(claims)}
    seeds = write_seeds({name: text.encode() for name, text in files.items()}, folder / "seeds")
    listing = discover(seeds)
    chunks, codebook = folder / "chunks", read_corpus(seeds, listing).codebook
    chunks.mkdir()
    context = BuildContext(contract, seeds, folder, chunks, codebook, codebook_complete=True)
    with aggregation_session(chunks) as database:
        rows = {
            number: build_chunk(context, ChunkTask(number, (document,), linked=True)).rows
            for number, document in enumerate(listing.documents)
        }
        links = Links(database, LINKED_LETTERS, chunks, {number: [IDS[number]] for number in rows}, rows)
        written = links.write_neighbours(rows, f"{SCRATCH}/seen", computed=True)
        tables = {name: pq.read_table(chunks / file).to_pylist() for name, file in written.files.items()}
    assert set(written.digests) == {row[VIEWER] for table in tables.values() for row in table}
    return {
        name: sorted((IDS[row[VIEWER]], next(value for key, value in row.items() if key != VIEWER)) for row in table)
        for name, table in tables.items()
    }


def test_hub_costs_each_chunk_one_record(tmp_path):
    """Chunks see the record that they refer to with its nested records and its document, and no other record."""
    others = ("b", "c", "d")
    assert seen(tmp_path, SHAPES["hub"](IDS)) == {
        "letters": [*(("a", each) for each in others), *((each, "a") for each in others)],
        "claims": [*(("a", f"{each}#c00") for each in others), *((each, "a#c00") for each in others)],
        "witnesses": [(each, "a#c00") for each in others],
    }


@pytest.mark.parametrize("shape", SHAPES)
def test_seen_rows_are_linear_in_references(shape, tmp_path):
    """Of claims, chunks see together at most two for each reference between chunks."""
    letters = SHAPES[shape](IDS)
    references = sum(bool({"echoes_id", "answers_id"} & each.keys()) for claims in letters for each in claims)
    claims = seen(tmp_path, letters)["claims"]
    assert 0 < len(claims) == len({*claims}) <= 2 * references


@given(targets=st.lists(st.integers(0, 11), max_size=10), chunks=st.lists(st.integers(0, 2), min_size=10, max_size=10))
def test_cycles_between_chunks_are_all_cycles(targets, chunks):
    """Exactly the cycles that are not within one chunk are found."""
    keys = [f"k{number}" for number in range(len(targets))]
    following = dict(zip(keys, (f"k{target}" for target in targets), strict=True))
    chunk_of = dict(zip(keys, chunks, strict=False))
    rows = pa.table(
        {
            "key": pa.array(keys, pa.string()),
            "target_key": pa.array(following.values(), pa.string()),
            "chunk": pa.array(chunk_of.values(), pa.int64()),
            "row": pa.array(range(len(keys)), pa.int64()),
        }
    )
    expected = [each for each in cycles(following) if len({chunk_of[key] for key in each}) > 1]
    assert sorted(map(list, cycles_between_chunks(rows))) == sorted(expected)
