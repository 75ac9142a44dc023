"""The simple script gives the tables of a build: otherwise the comparison would mean nothing."""

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
    """A corpus in both notations, with its dataset."""
    folder = tmp_path_factory.mktemp("corpora")
    for notation in ("yaml", "json"):
        write(folder / notation, 12, Recipe(notation=notation, answers=0.5, crlf=0.5, broken=0.5, nested=True))
    assert (
        main(["build", "--seeds", f"{folder}/yaml", "--out", f"{folder}/built"], root=ROOT, contract=lambda: CONTRACT)
        == 0
    )
    return folder


@pytest.mark.parametrize("loader", LOADERS)
def test_script_gives_the_tables_of_a_build(corpora, tmp_path, loader):
    """Columns, types and values of all coded tables are those of a build."""
    run(corpora / ("json" if loader == "json" else "yaml"), tmp_path, loader)
    assert set(TABLES) == {spec.name for spec in CONTRACT.tables.values() if spec.kind != "derived"}
    for table in TABLES:
        script, build = (pq.read_table(folder / f"{table}.parquet") for folder in (tmp_path, corpora / "built"))
        assert [(field.name, field.type) for field in script.schema] == [
            (each.name, each.type) for each in build.schema
        ]
        assert script.to_pylist() == build.to_pylist(), table


@pytest.mark.parametrize("fault", ["not found", "has changed"])
def test_script_refuses_a_changed_text(corpora, tmp_path, fault):
    """A quote that is not found or a changed checksum ends the script."""
    recipe = Recipe(pinned=fault == "has changed")
    write(tmp_path / "seeds", 1, recipe)
    text = next((tmp_path / "seeds/documents").glob("*.txt"))
    text.write_bytes(text.read_bytes().replace(b"A convoy", b"One convoy"))
    with pytest.raises(SystemExit, match=fault):
        run(tmp_path / "seeds", tmp_path / "out", "CSafeLoader")
