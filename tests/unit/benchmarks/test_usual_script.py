"""The script that builds are measured against gives the same tables, or the comparison would be none."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from benchmarks.corpora import Recipe, write
from benchmarks.usual_script import LOADERS, TABLES, run
from schemas import CONTRACT
from stancebook.cli.main import main

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def corpora(tmp_path_factory) -> Path:
    """A corpus in both notations, and what a build makes of it."""
    folder = tmp_path_factory.mktemp("corpora")
    for notation in ("yaml", "json"):
        write(folder / notation, 12, Recipe(notation=notation, answers=0.5, crlf=0.5, broken=0.5, nested=True))
    assert (
        main(["build", "--seeds", f"{folder}/yaml", "--out", f"{folder}/built"], root=ROOT, contract=lambda: CONTRACT)
        == 0
    )
    return folder


@pytest.mark.parametrize("loader", LOADERS)
def test_the_script_gives_the_tables_of_a_build(corpora, tmp_path, loader):
    run(corpora / ("json" if loader == "json" else "yaml"), tmp_path, loader)
    assert set(TABLES) == {spec.name for spec in CONTRACT.tables.values() if spec.kind != "derived"}
    for table in TABLES:
        theirs, ours = (pq.read_table(folder / f"{table}.parquet") for folder in (tmp_path, corpora / "built"))
        assert [(field.name, field.type) for field in theirs.schema] == [(each.name, each.type) for each in ours.schema]
        assert theirs.to_pylist() == ours.to_pylist(), table


@pytest.mark.parametrize("fault", ["not found", "has changed"])
def test_the_script_refuses_a_text_that_was_changed(corpora, tmp_path, fault):
    recipe = Recipe(pinned=fault == "has changed")
    write(tmp_path / "seeds", 1, recipe)
    text = next((tmp_path / "seeds/documents").glob("*.txt"))
    text.write_bytes(text.read_bytes().replace(b"A convoy", b"One convoy"))
    with pytest.raises(SystemExit, match=fault):
        run(tmp_path / "seeds", tmp_path / "out", "CSafeLoader")
