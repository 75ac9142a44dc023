from pathlib import Path

import pytest

from benchmarks.corpora import FAULTS, Recipe, document, write
from schemas import CONTRACT
from stancebook.build.pipeline import build_tables


@pytest.mark.parametrize("notation", ["yaml", "json"])
def test_document_does_not_depend_on_corpus_size(tmp_path, notation):
    """A document is the same in a corpus of any size, written by any number of processes."""
    recipe = Recipe(notation=notation)
    write(tmp_path / "small", 5, recipe)
    write(tmp_path / "large", 505, recipe, jobs=2)
    small, large = (files(tmp_path / name / "documents") for name in ("small", "large"))
    assert (len(small), len(large)) == (10, 1010)
    assert small.items() <= large.items()
    last = document(recipe, 504)
    assert (large[f"{last.doc_id}.txt"], large[f"{last.doc_id}.{notation}"]) == (last.text, last.annotations)


def test_texts_differ_and_have_features_of_real_ones():
    """Texts differ, and contain what real texts contain."""
    made = [document(Recipe(), number) for number in range(40)]
    assert len({each.text for each in made}) == 40
    assert 4 < sum(len(each.text) for each in made) / 40 / 1000 < 12
    assert 14 < sum(len(each.annotations) for each in made) / 40 / 1000 < 28
    assert {b"\r\n" in each.text for each in made} == {True, False}
    assert all("é" in each or "І" in each or "ø" in each for each in (each.text.decode() for each in made))


def test_each_fault_gives_one_problem(tmp_path, monkeypatch):
    """Each fault of a corpus is reported by exactly one problem."""
    monkeypatch.chdir(tmp_path)
    recipe = Recipe(faults=0.5, answers=0.3, nested=True)
    faults = write(Path("seeds"), 80, recipe)
    assert set(faults) == set(FAULTS)
    reported = [problem.file for problem in build_tables(CONTRACT, Path("seeds")).problems]
    with_fault = [made for made in (document(recipe, number) for number in range(80)) if made.fault]
    assert sorted(reported) == [f"seeds/documents/{made.doc_id}.yaml" for made in with_fault]
    assert len(reported) == sum(faults.values())


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}
