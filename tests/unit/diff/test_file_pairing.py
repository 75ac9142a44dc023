import os
from collections import Counter
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stancebook.diff.file_pairing import Digests, differing_files, pair_rows, rows_in

CUTS = st.lists(st.integers(0, 6), max_size=3).map(sorted)
SIDE = st.tuples(st.dictionaries(st.text("abc", max_size=3), st.integers(0, 1), max_size=6).map(dict.items), CUTS)


def in_files(folder, rows, cuts, group=10):
    """Write rows into files, cut before some of them, in row groups of so many."""
    folder.mkdir(parents=True, exist_ok=True)
    table = pa.table({"key": pa.array([key for key, _ in rows], pa.string()), "cell": [cell for _, cell in rows]})
    paths = []
    for at, (start, end) in enumerate(pairwise([0, *(min(cut, len(rows)) for cut in cuts), len(rows)])):
        paths.append(folder / f"part-{at}")
        pq.write_table(table.slice(start, end - start), paths[-1], row_group_size=group)
    return paths


def held(table):
    return Counter((row["key"], row["cell"]) for row in table.to_pylist())


@given(SIDE, SIDE, st.booleans(), st.integers(1, 3))
@settings(max_examples=60)
def test_rows_in_pairs_and_in_files_that_are_alike_are_all_there_are_and_no_key_is_in_two(old, new, in_order, group):
    order = sorted if in_order else list
    with TemporaryDirectory() as folder:
        sides = [
            in_files(Path(folder) / f"{at}", order(rows), cuts, group) for at, (rows, cuts) in enumerate((old, new))
        ]
        apart = differing_files(*sides, Digests())
        found = list(pair_rows(*apart, "key"))
        for side in (0, 1):
            alike = [pq.read_table(path) for path in sides[side] if path not in apart[side]]
            told = sum(map(held, [*alike, *(pair[side] for pair in found)]), start=Counter())
            assert told == Counter((old, new)[side][0])
    keys = [{key for table in pair for key, _ in held(table)} for pair in found]
    assert sum(map(len, keys)) == len(set().union(*keys))


def test_files_in_which_no_key_can_be_the_same_are_looked_at_apart(tmp_path):
    old = in_files(tmp_path / "old", [("a", 1), ("b", 1), ("c", 1), ("d", 1)], [1, 2, 3])
    new = in_files(tmp_path / "new", [("a", 2), ("b", 1), ("c", 2), ("d", 1), ("e", 1)], [2, 4])
    files = differing_files(old, new, Digests())
    assert [path.name for path in files[0]] == [path.name for path in old]
    assert [[table.num_rows for table in pair] for pair in pair_rows(*files, "key")] == [[2, 2], [2, 2], [0, 1]]


def test_a_file_that_only_has_another_place_is_not_read(tmp_path):
    old = in_files(tmp_path / "old", [("b", 1), ("c", 1), ("d", 1)], [1, 2])
    new = in_files(tmp_path / "new", [("a", 1), ("b", 1), ("c", 1), ("d", 2)], [1, 2, 3])
    files = differing_files(old, new, Digests())
    assert [[path.name for path in side] for side in files] == [["part-2"], ["part-0", "part-3"]]


def test_of_a_file_that_is_there_twice_one_is_too_many(tmp_path):
    new = in_files(tmp_path / "new", [("a", 1), ("b", 1)], [1])
    old = [*new, *in_files(tmp_path / "old", [("a", 1)], [])]
    assert differing_files(old, new, Digests()) == ([old[0]], [])


@pytest.mark.parametrize("other", ["without what is least and greatest", "of another type"])
def test_files_that_do_not_state_enough_are_looked_at_together(other, tmp_path):
    old = in_files(tmp_path / "old", [("a", 1), ("b", 1)], [1])
    new = tmp_path / "new"
    if other == "of another type":
        pq.write_table(pa.table({"key": [1], "cell": [1]}), new)
    else:
        pq.write_table(pa.table({"key": ["b"], "cell": [1]}), new, write_statistics=False)
    assert [[table.num_rows for table in pair] for pair in pair_rows(old, [new], "key")] == [[2, 1]]


def test_rows_are_counted_without_being_read(tmp_path):
    assert rows_in(in_files(tmp_path, [("a", 1), ("b", 1), ("c", 1)], [2])) == 3


def test_a_file_with_two_names_is_read_once(tmp_path, monkeypatch):
    [path] = in_files(tmp_path, [("a", 1)], [])
    os.link(path, tmp_path / "again")
    digests = Digests()
    assert digests.of(path) == digests.of(tmp_path / "again")
    monkeypatch.setattr(Path, "open", lambda *_: pytest.fail("it is known already"))
    assert digests.of(tmp_path / "again") == digests.of(path)
