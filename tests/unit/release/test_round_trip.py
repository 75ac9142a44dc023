"""Any texts and cells: no run of six words is left in a release without text, and every cell comes back."""

import json
import shutil

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stancebook.build.pipeline import build_tables
from stancebook.release.folder import TextPolicy, write_release
from stancebook.release.project_files import Author, ProjectFiles
from stancebook.release.restoring import restore_dataset
from stancebook.release.runs import TextRuns
from tests.dataset_files import held, written
from tests.unit.sample_contract import LETTER, contract, write

WORDS = LETTER.split()
PIECES = st.tuples(
    st.integers(0, len(WORDS)), st.integers(1, 9), st.sampled_from([str, str.upper, str.title, str.lower])
)


def piece(start, length, written_as):
    return written_as(" ".join(WORDS[start : start + length]))


CELLS = st.lists(PIECES, min_size=1, max_size=4).map(lambda pieces: " – ".join(piece(*each) for each in pieces).strip())


@pytest.mark.proof
@settings(max_examples=30)
@given(st.lists(CELLS.filter(lambda cell: cell.strip(" –")), min_size=3, max_size=3, unique=True))
def test_withheld_cells_come_back(tmp_path_factory, cells):
    """Names of people made of pieces of the letter, in any case, are withheld where they share a run, and restored."""
    folder = tmp_path_factory.mktemp("letters")
    people = [{"person_id": key, "name": cell} for key, cell in zip(("berta", "falk", "otto"), cells, strict=True)]
    seeds = write(folder, people=json.dumps({"people": people}, ensure_ascii=False))
    letters = contract(released="2031-04-05")
    built = build_tables(letters, seeds)
    assert not built.errors
    dataset = written(built, folder / "dataset")
    project = ProjectFiles((), (Author("Jo"),), "", ())
    write_release(dataset, folder / "release", letters, project, TextPolicy(lambda _: LETTER))
    left = [name for name in pq.read_table(folder / "release/people.parquet")["name"].to_pylist() if name is not None]
    runs = TextRuns({"letter": LETTER})
    assert not any(map(runs.first, left))
    assert {*left} == {cell for cell in cells if not runs.first(cell)}
    assert restore_dataset(folder / "release", seeds, folder / "restored").same_bytes
    assert held(folder / "restored") == held(dataset)
    shutil.rmtree(folder)
